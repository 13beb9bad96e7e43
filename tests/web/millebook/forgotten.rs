//! A patient's forgotten password: by mail where the patient has proven an address, by a new code of the surgery otherwise.

use millecloud::db::schema::users;
use millecloud::identity::model::Role;

use super::*;
use crate::account::{link, mails};

const ADDRESS: &str = "claudio@posta.example";
const NEW: &str = "cinque gatti sul tetto";

async fn forgotten(s: &Surgery, username: &str) -> Page {
    let login = s.app.anonymous().get(&paths::millebook_login()).await;
    let page = login.follow("a[href$=password-dimenticata]").await;
    assert_eq!(page.path, paths::millebook_forgotten());
    page.submit("form.stack", &[("username", username)]).await
}

async fn address(s: &Surgery) -> String {
    s.app.read(|conn| Ok(users::table.filter(users::role.eq(Role::Patient)).select(users::email).first(conn)?)).await
}

/// The patient types an address and opens the link that comes to it.
async fn prove(s: &Surgery, patient: &Browser) {
    let page = patient.get(&paths::millebook_sessions()).await.follow("a[href$=indirizzo-email]").await;
    page.submit("form.stack", &[("email", ADDRESS)]).await.assert_text("Ti abbiamo mandato un messaggio");
    let sent = mails(&s.app).await;
    let page = patient.get(&link(&s.app, &sent[0], "/millebook/indirizzo-email/")).await;
    page.submit("main form", &[]).await.assert_text("L’indirizzo è confermato");
    assert_eq!(address(s).await, ADDRESS);
}

#[actix_web::test]
async fn a_patient_with_an_address_gets_a_link_that_names_nobody() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    mails(&s.app).await;
    forgotten(&s, CODE).await.assert_status(200).assert_text("chiedi un nuovo codice al tuo medico");
    assert!(mails(&s.app).await.is_empty(), "the address of the registry is the surgery's word, not the patient's");
    prove(&s, &patient).await;
    forgotten(&s, &CODE.to_lowercase()).await.assert_status(200);
    let sent = mails(&s.app).await;
    assert_eq!((sent.len(), sent[0].to.as_str()), (1, ADDRESS));
    for part in [&sent[0].subject, &sent[0].text, &sent[0].html] {
        assert!(!part.contains("SACCAVINI") && !part.contains("Claudio") && !part.contains(CODE), "{part}");
    }
    let path = link(&s.app, &sent[0], "/millebook/nuova-password/");
    // The surgery's door does not know it, nor does this one a doctor's.
    s.app.anonymous().get(&path.replace("/millebook/", "/millelight/")).await.assert_status(410);
    let page = s.app.anonymous().get(&path).await;
    page.assert_status(200).assert_no_text(CODE);
    assert!(page.all("input[name=username]").is_empty(), "the fiscal code is not told to whoever has the link");
    let fields = [("password_nuova", NEW), ("password_ripetuta", NEW)];
    page.submit("form.stack", &fields).await.assert_text("Password cambiata");
    patient.get_raw(&paths::millebook()).await.assert_status(303);
    sign_in(&s.app, CODE, NEW).await.1.assert_text("Ciao Claudio");
}

#[actix_web::test]
async fn a_new_code_of_the_surgery_takes_the_address_away() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    prove(&s, &patient).await;
    let code = s.code().await;
    pass(&s.app, TimeDelta::hours(1));
    let page = claim(&s.app.anonymous(), &code, CODE, &s.born().await).await;
    page.submit("form.stack", &[("password_nuova", NEW), ("password_ripetuta", NEW)]).await.assert_status(200);
    assert_eq!(address(&s).await, "");
    mails(&s.app).await;
    forgotten(&s, CODE).await.assert_status(200);
    assert!(mails(&s.app).await.is_empty());
}

#[actix_web::test]
async fn the_surgery_has_no_account_at_the_patients_door() {
    let s = surgery().await;
    forgotten(&s, "borghetto").await.assert_status(200);
    assert!(mails(&s.app).await.is_empty());
}
