//! Who may not.

use super::*;

/// What a patient who has entered may open.
fn own_pages(id: i64) -> [String; 7] {
    [
        paths::millebook(),
        paths::millebook_prescription(id),
        paths::millebook_reminder(id),
        paths::millebook_password(),
        paths::millebook_sessions(),
        paths::millebook_second_factor(),
        paths::millebook_reauthenticate(),
    ]
}

const SAME_ORIGIN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

#[actix_web::test]
async fn nobody_is_sent_to_the_patients_door_and_back() {
    let s = surgery().await;
    s.enrolled().await;
    let id = s.published().await;
    for address in own_pages(id) {
        let out = s.app.anonymous().get_raw(&address).await;
        assert_eq!(out.status, 303, "{address}");
        assert_eq!(out.header("location").unwrap(), format!("/millebook/accedi?next={address}"));
    }
    let browser = s.app.anonymous();
    let page = browser.get(&paths::millebook_prescription(id)).await;
    let landed = page.submit("form", &[("username", CODE), ("password", CHOSEN)]).await;
    landed.assert_status(200).assert_text("Mostra in farmacia");
    // A door of ours only, and of this part only.
    for next in ["//example.org", "/millelight/pazienti"] {
        let page = s.app.anonymous().get(&format!("/millebook/accedi?next={next}")).await;
        assert_eq!(page.attribute("input[name=next]", "value"), None, "{next}");
    }
}

#[actix_web::test]
async fn a_session_ends_after_twenty_idle_minutes() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    pass(&s.app, TimeDelta::minutes(19));
    patient.get(&paths::millebook()).await.assert_text("Ciao Claudio");
    pass(&s.app, TimeDelta::minutes(21));
    patient.get(&paths::millebook()).await.assert_text("Sessione scaduta").assert_text("Accedi");
}

#[actix_web::test]
async fn doctors_and_collaborators_have_no_book() {
    let s = surgery().await;
    s.enrolled().await;
    let id = s.published().await;
    s.app.add_collaborator("segreti", &[s.id]).await;
    let maria = s.app.login("segreti").await;
    for browser in [&s.doctor, &maria] {
        for address in own_pages(id) {
            let refused = browser.get(&address).await;
            assert_eq!(refused.path.split('?').next(), Some("/millebook/accedi"), "{address}");
            refused.assert_no_text("ZIMOX").assert_text("In questo browser è entrato qualcun altro");
        }
    }
    // Whoever wants to enter as a patient is told who has entered with this browser.
    let door = s.doctor.get(&paths::millebook_login()).await;
    door.assert_status(200).assert_text("l’accesso di Paolo BORGHETTO si chiude");
    door.submit("form", &[("username", CODE), ("password", CHOSEN)]).await.assert_text("Ciao Claudio");
    let other = s.doctor.get("/millelight/pazienti").await;
    assert_eq!(other.path.split('?').next(), Some("/millelight/accedi"));
}

#[actix_web::test]
async fn patients_have_nothing_of_the_surgery() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    for address in [
        paths::patients(),
        paths::record(s.patient),
        paths::patient_edit(s.patient),
        paths::patient_millebook(s.patient),
        paths::patient_millebook_withdraw(s.patient),
        paths::prescription(id),
        paths::prescriptions(),
        paths::doctor(),
        paths::lots(),
        paths::choose_doctor(),
        paths::change_password(),
    ] {
        let refused = patient.get(&address).await;
        assert_eq!(refused.path.split('?').next(), Some("/millelight/accedi"), "{address}");
        refused.assert_no_text("SACCAVINI");
    }
    let token = patient.get(&paths::millebook()).await.attribute("input[name=_csrf]", "value").unwrap();
    let token = [("_csrf".to_owned(), token)];
    for address in [paths::patient_millebook(s.patient), paths::patient_millebook_withdraw(s.patient)] {
        assert_eq!(patient.post_raw(&address, &token, SAME_ORIGIN).await.status, 403, "{address}");
    }
    s.doctor.get(&paths::patient_millebook(s.patient)).await.assert_text("Attivo");
}

#[actix_web::test]
async fn anothers_prescription_is_not_there() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let (rossi, rossi_id, rossi_patient, hers) = s.second_archive().await;
    code_of(&rossi, rossi_patient).await;
    publish_for(&s.app, rossi_id, hers).await;
    for address in [paths::millebook_prescription(hers), paths::millebook_reminder(hers)] {
        patient.get(&address).await.assert_status(404);
    }
    patient.get(&paths::millebook()).await.assert_text("Nessuna ricetta");
    for address in [paths::patient_millebook(s.patient), paths::patient_millebook_withdraw(s.patient)] {
        rossi.get(&address).await.assert_status(404);
    }
}
