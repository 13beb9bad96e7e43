//! The patient's first step, and signing in.

use super::*;

#[actix_web::test]
async fn a_code_opens_an_account_once() {
    let s = surgery().await;
    let (code, born) = (s.code().await, s.born().await);
    let browser = s.app.anonymous();
    let typed = code.to_lowercase().replace('-', " ");
    let page = claim(&browser, &typed, &CODE.to_lowercase(), &born).await;
    page.assert_status(200).assert_text("Almeno 12 caratteri").assert_text("Ciao Claudio");
    let weak = page.submit("form.stack", &[("password_nuova", "corta"), ("password_ripetuta", "corta")]).await;
    weak.assert_status(422).assert_text("Usa almeno 12 caratteri");
    let own = ("password_nuova", "saccavini per sempre");
    let weak = page.submit("form.stack", &[own, ("password_ripetuta", "saccavini per sempre")]).await;
    weak.assert_status(422).assert_text("Non deve contenere il tuo nome");
    let unequal = page.submit("form.stack", &[("password_nuova", CHOSEN), ("password_ripetuta", "altra cosa")]).await;
    unequal.assert_status(422).assert_text("Le due password non coincidono");
    let fields = [("password_nuova", CHOSEN), ("password_ripetuta", CHOSEN)];
    page.submit("form.stack", &fields).await.assert_status(200).assert_text("Ciao Claudio");
    // Again, from the page that is still open and from the beginning.
    let other = s.app.anonymous();
    claim(&other, &code, CODE, &born).await.assert_status(422).assert_text(UNKNOWN);
    let late = browser.get(&paths::millebook_activate()).await;
    late.assert_status(200);
    sign_in(&s.app, " scc cld63e30l483q", CHOSEN).await.1.assert_status(200).assert_text("Ciao Claudio");
    sign_in(&s.app, CODE, "quattro gatti in giardino").await.1.assert_status(422).assert_text("non corretti");
}

#[actix_web::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let s = surgery().await;
    let (code, born) = (s.code().await, s.born().await);
    let mut answers = std::collections::BTreeSet::new();
    for (code, person, born) in [
        ("ABCDE-FGHJK", CODE, born.as_str()),
        (code.as_str(), "RSSMRA70A01H501S", born.as_str()),
        (code.as_str(), CODE, "1950-01-01"),
    ] {
        pass(&s.app, TimeDelta::seconds(10));
        let page = claim(&s.app.anonymous(), code, person, born).await;
        answers.insert(page.assert_status(422).one(".errsum"));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.first().unwrap().contains(UNKNOWN));
    let empty = claim(&s.app.anonymous(), "", "", "").await;
    empty.assert_status(422).assert_text("Scrivi il codice che ti ha dato lo studio").assert_text("data di nascita");
    // Fourteen days, and no more.
    pass(&s.app, TimeDelta::days(14) - TimeDelta::minutes(1));
    claim(&s.app.anonymous(), &code, CODE, &born).await.assert_status(200);
    pass(&s.app, TimeDelta::minutes(1));
    claim(&s.app.anonymous(), &code, CODE, &born).await.assert_status(422).assert_text(UNKNOWN);
}

#[actix_web::test]
async fn a_new_code_takes_the_place_of_the_old_one() {
    let s = surgery().await;
    let (old, born) = (s.code().await, s.born().await);
    let new = s.code().await;
    claim(&s.app.anonymous(), &old, CODE, &born).await.assert_status(422);
    pass(&s.app, TimeDelta::seconds(10));
    s.activated(&new).await;
}

#[actix_web::test]
async fn guessing_is_slowed_down() {
    let s = surgery().await;
    s.app.site.clock.stop();
    let (code, born) = (s.code().await, s.born().await);
    claim(&s.app.anonymous(), "ABCDE-FGHJK", CODE, &born).await.assert_status(422);
    let blocked = claim(&s.app.anonymous(), &code, CODE, &born).await;
    blocked.assert_status(429).assert_text("Troppi tentativi non riusciti");
    assert!(blocked.header("retry-after").is_some());
    // As long for somebody nobody knows.
    claim(&s.app.anonymous(), "ABCDE-FGHJK", "RSSMRA70A01H501S", &born).await.assert_status(422);
    claim(&s.app.anonymous(), "ABCDE-FGHJK", "RSSMRA70A01H501S", &born).await.assert_status(429);
    pass(&s.app, TimeDelta::seconds(5));
    claim(&s.app.anonymous(), &code, CODE, &born).await.assert_status(200);
    for _ in 0..13 {
        pass(&s.app, TimeDelta::minutes(2));
        claim(&s.app.anonymous(), "ABCDE-FGHJK", CODE, &born).await.assert_status(422);
    }
    pass(&s.app, TimeDelta::hours(3));
    claim(&s.app.anonymous(), &code, CODE, &born).await.assert_status(429);
    pass(&s.app, TimeDelta::hours(22));
    claim(&s.app.anonymous(), &code, CODE, &born).await.assert_status(200);
}

#[actix_web::test]
async fn a_wrong_login_is_slowed_down_and_tells_nothing() {
    let s = surgery().await;
    s.app.site.clock.stop();
    s.enrolled().await;
    let known = sign_in(&s.app, CODE, "sbagliata").await.1;
    let unknown = sign_in(&s.app, "RSSMRA70A01H501S", "sbagliata").await.1;
    assert_eq!((known.status, unknown.status), (422, 422));
    assert_eq!(known.one(".errsum"), unknown.one(".errsum"));
    sign_in(&s.app, CODE, CHOSEN).await.1.assert_status(429);
    pass(&s.app, TimeDelta::seconds(3));
    // A doctor's name and password open nothing here, nor a patient's at the doctor's door.
    sign_in(&s.app, "borghetto", crate::support::app::PASSWORD).await.1.assert_status(422);
    let door = s.app.anonymous().get("/millelight/accedi").await;
    let tried = door.submit("form", &[("username", "millebook:scccld63e30l483q"), ("password", CHOSEN)]).await;
    tried.assert_status(422);
}

#[actix_web::test]
async fn another_doctors_code_does_not_open_what_the_first_published() {
    let s = surgery().await;
    let first = s.enrolled().await;
    let mine = s.published().await;
    let (rossi, rossi_id, rossi_patient, hers) = s.second_archive().await;
    let code = code_of(&rossi, rossi_patient).await;
    publish_for(&s.app, rossi_id, hers).await;
    let born = born(&s.app, rossi_patient).await;
    let browser = s.app.anonymous();
    let page = claim(&browser, &code, CODE, &born).await;
    let wrong = page.submit("form:has([name=passo][value=attuale])", &[("password_attuale", "indovinata")]).await;
    wrong.assert_status(422).assert_text("Non è la password del tuo account Millebook");
    // A new password instead: the first archive closes until its own doctor gives a new code.
    pass(&s.app, TimeDelta::seconds(3));
    let fields = [("password_nuova", "un altro paio di maniche"), ("password_ripetuta", "un altro paio di maniche")];
    let landed = page.submit("form:has([name=passo][value=nuova])", &fields).await;
    landed.assert_status(200);
    assert_eq!(landed.all(".mbcard").len(), 1);
    browser.get(&paths::millebook_prescription(mine)).await.assert_status(404);
    browser.get(&paths::millebook_prescription(hers)).await.assert_status(200);
    assert_eq!(first.get_raw(&paths::millebook()).await.status, 303, "who had entered is out");
    s.doctor.get(&paths::patient_millebook(s.patient)).await.assert_text("In attesa di un nuovo codice");
    // With it, and the password of now, both are there.
    let code = s.code().await;
    let page = claim(&browser, &code, CODE, &s.born().await).await;
    let joined =
        page.submit("form:has([name=passo][value=attuale])", &[("password_attuale", "un altro paio di maniche")]).await;
    assert_eq!(joined.assert_status(200).all(".mbcard").len(), 2);
    joined.assert_text("dr. Paolo BORGHETTO");
}

#[actix_web::test]
async fn the_password_is_changed_with_the_present_one() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let (elsewhere, _) = sign_in(&s.app, CODE, CHOSEN).await;
    let page = patient.get(&paths::millebook_password()).await;
    page.assert_status(200).assert_text("Almeno 12 caratteri");
    let new = [("password_nuova", "otto gatti sul tetto"), ("password_ripetuta", "otto gatti sul tetto")];
    let wrong = page.submit("main form", &[("password_attuale", "no"), new[0], new[1]]).await;
    wrong.assert_status(422).assert_text("La password attuale non è corretta");
    pass(&s.app, TimeDelta::seconds(3));
    let same = [("password_attuale", CHOSEN), ("password_nuova", CHOSEN), ("password_ripetuta", CHOSEN)];
    page.submit("main form", &same).await.assert_status(422).assert_text("Scegli una password diversa");
    let done = page.submit("main form", &[("password_attuale", CHOSEN), new[0], new[1]]).await;
    done.assert_status(200).assert_text("La password è stata cambiata");
    assert_eq!(elsewhere.get_raw(&paths::millebook()).await.status, 303);
    sign_in(&s.app, CODE, "otto gatti sul tetto").await.1.assert_status(200);
}

#[actix_web::test]
async fn signing_out_ends_the_session() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let page = patient.get(&paths::millebook()).await;
    let out = page.submit_raw("form[action$=esci]", &[]).await;
    assert_eq!(out.status, 303);
    assert!(out.header("clear-site-data").is_some());
    assert_eq!(patient.get_raw(&paths::millebook()).await.status, 303);
}
