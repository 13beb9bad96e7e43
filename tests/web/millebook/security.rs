//! The patient's own account: second factor, sessions, the password once more.

use millecloud::identity::second_factor::{self, Standing};

use super::*;

const FORM: &str = "main form";

/// The patient turns the second factor on; returns the secret and the recovery codes.
async fn turned_on(s: &Surgery, patient: &Browser) -> (Vec<u8>, Vec<String>) {
    let page = patient.get(&paths::millebook_second_factor()).await;
    let pending = page.assert_text("Attiva il secondo fattore").submit(FORM, &[("azione", "inizia")]).await;
    assert_eq!(pending.all("svg.qr").len(), 1);
    let (sealer, user) = (s.app.site.sealer.clone(), user_of(s).await);
    let standing = s.app.read(move |conn| Ok(second_factor::find(conn, &sealer, user)?)).await;
    let Standing::Pending(secret) = standing else { panic!("no secret waits") };
    pending.submit(FORM, &[("azione", "conferma"), ("codice", "12")]).await.assert_status(422);
    let on = pending.submit(FORM, &[("azione", "conferma"), ("codice", &code_now(s, &secret))]).await;
    let codes = on.assert_status(200).assert_text("I codici si vedono solo ora").all("ol .code");
    pass(&s.app, TimeDelta::seconds(90));
    (secret, codes)
}

fn code_now(s: &Surgery, secret: &[u8]) -> String {
    second_factor::code_at(secret, s.app.site.clock.now())
}

async fn user_of(s: &Surgery) -> i64 {
    use millecloud::db::schema::users;
    let role = millecloud::identity::model::Role::Patient;
    s.app.read(move |conn| Ok(users::table.filter(users::role.eq(role)).select(users::id).first(conn)?)).await
}

#[actix_web::test]
async fn the_second_code_is_asked_of_who_wants_it() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    sign_in(&s.app, CODE, CHOSEN).await.1.assert_text("Ciao Claudio");
    let (secret, codes) = turned_on(&s, &patient).await;
    let (browser, asked) = sign_in(&s.app, CODE, CHOSEN).await;
    asked.assert_status(200).assert_text("Codice di verifica");
    browser.get_raw(&paths::millebook()).await.assert_status(303);
    asked.submit("form", &[("codice", "000000")]).await.assert_status(422).assert_text("Il codice non è corretto");
    pass(&s.app, TimeDelta::seconds(3));
    asked.submit("form", &[("codice", &code_now(&s, &secret))]).await.assert_text("Ciao Claudio");
    // One lost telephone is not the end.
    let (_, asked) = sign_in(&s.app, CODE, CHOSEN).await;
    asked.submit("form", &[("codice", &codes[0])]).await.assert_text("Ciao Claudio");
    let (_, asked) = sign_in(&s.app, CODE, CHOSEN).await;
    asked.submit("form", &[("codice", &codes[0])]).await.assert_status(422);
    // The page asks the password again when the login is ten minutes old, and the code with it.
    pass(&s.app, TimeDelta::minutes(11));
    let again = patient.get(&paths::millebook_second_factor()).await;
    assert_eq!(again.path.split('?').next(), Some("/millebook/conferma-password"));
    again.submit(FORM, &[("password", CHOSEN), ("codice", "")]).await.assert_status(422);
    pass(&s.app, TimeDelta::seconds(3));
    let page = again.submit(FORM, &[("password", CHOSEN), ("codice", &code_now(&s, &secret))]).await;
    page.assert_text("Ti restano 9 codici").submit(FORM, &[("azione", "disattiva")]).await.assert_status(200);
    sign_in(&s.app, CODE, CHOSEN).await.1.assert_text("Ciao Claudio");
}

#[actix_web::test]
async fn a_new_code_of_the_surgery_takes_the_second_one_away_and_another_doctors_does_not() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    turned_on(&s, &patient).await;
    // The code of a second doctor, with the present password: nobody enters by it.
    let (rossi, rossi_id, rossi_patient, hers) = s.second_archive().await;
    let code = code_of(&rossi, rossi_patient).await;
    publish_for(&s.app, rossi_id, hers).await;
    let browser = s.app.anonymous();
    let page = claim(&browser, &code, CODE, &born(&s.app, rossi_patient).await).await;
    let joined = page.submit("form:has([name=passo][value=attuale])", &[("password_attuale", CHOSEN)]).await;
    joined.assert_status(200).assert_text("Medico aggiunto").assert_text("il codice del telefono");
    browser.get_raw(&paths::millebook()).await.assert_status(303);
    patient.get(&paths::millebook_prescription(hers)).await.assert_status(200);
    // Telephone and password are lost: the surgery gives a new code, and the owner is told what it did.
    let code = s.code().await;
    let browser = s.app.anonymous();
    let page = claim(&browser, &code, CODE, &s.born().await).await;
    let fields = [("password_nuova", "otto gatti sul tetto"), ("password_ripetuta", "otto gatti sul tetto")];
    page.submit("form:has([name=passo][value=nuova])", &fields).await.assert_text("Millebook è attivo");
    browser.get(&paths::millebook_prescription(hers)).await.assert_status(404);
    let (_, list) = sign_in(&s.app, CODE, "otto gatti sul tetto").await;
    list.assert_text("Ciao Claudio").assert_text("Secondo fattore disattivato").assert_text("Password cambiata");
}

#[actix_web::test]
async fn own_sessions_are_seen_and_ended() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let (elsewhere, _) = sign_in(&s.app, CODE, CHOSEN).await;
    let page = patient.get(&paths::millebook()).await.follow("a[aria-label='Accessi e sicurezza']").await;
    assert_eq!(page.all("section:has(#t-sessioni) li").len(), 2);
    page.assert_text("Questa").assert_text("Accesso da un dispositivo nuovo");
    let other = page.attribute("main li button", "value").unwrap();
    let after = page.submit("main li form", &[("termina", &other)]).await;
    assert_eq!(after.assert_status(200).all("section:has(#t-sessioni) li").len(), 1);
    assert_eq!(elsewhere.get_raw(&paths::millebook()).await.status, 303);
    // Another's session has a name nobody can use.
    let doctors = s.doctor.get("/millelight/accessi").await;
    doctors.assert_status(200);
    let token = patient.get(&paths::millebook()).await.attribute("input[name=_csrf]", "value").unwrap();
    let theirs: String = s
        .app
        .read(|conn| {
            use millecloud::db::schema::sessions;
            Ok(sessions::table.filter(sessions::user_id.eq(1)).select(sessions::id_hash).first(conn)?)
        })
        .await;
    let fields = [("_csrf".to_owned(), token), ("termina".to_owned(), theirs)];
    patient.post_raw(&paths::millebook_sessions(), &fields, &[("sec-fetch-site", "same-origin")]).await;
    s.doctor.get("/millelight/pazienti").await.assert_status(200);
}

#[actix_web::test]
async fn a_login_sent_again_goes_to_the_shelf() {
    let surgery = super::surgery().await;
    surgery.enrolled().await;
    let patient = surgery.app.anonymous();
    let (first, second) = (patient.get("/millebook/accedi").await, patient.get("/millebook/accedi").await);
    for page in [first, second] {
        let sent = page.submit_raw("form", &[("username", super::CODE), ("password", super::CHOSEN)]).await;
        assert_eq!((sent.status, sent.header("location").as_deref()), (303, Some("/millebook")));
    }
}
