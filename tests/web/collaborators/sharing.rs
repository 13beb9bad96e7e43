//! The same person with several doctors: invited, never overwritten; and a doctor who gives a new password gets nothing of
//! the others'.

use millecloud::identity::associations::AssociationState;

use super::{
    ARCHIVE_PAGE, CHOICE, LIST, MARIA, MINE, associate, credentials, enter, first_login, second_step, user_row,
};
use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

const NEW: &str = "una frase che ricordo bene";

struct World {
    app: TestApp,
    paolo: Browser,
    mario: Browser,
    /// Username and definitive password.
    maria: (String, &'static str),
    patient_of_paolo: String,
    patient_of_mario: String,
}

impl World {
    /// BORGHETTO has associated Maria, who has chosen her password; the other doctor has not met her yet.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let first = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        let second = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        let own = app.fill_archive(first, "SCCCLD63E30L483Q").await;
        let other = app.fill_archive(second, "SCCCLD63E30L483Q").await;
        let (paolo, mario) = (app.login("borghetto").await, app.login("rossi").await);
        let given = credentials(&associate(&paolo, MARIA).await);
        first_login(&app, &given, NEW).await;
        Self {
            app,
            paolo,
            mario,
            maria: (given.0, NEW),
            patient_of_paolo: format!("/millelight/pazienti/{}/anagrafica", own.patient),
            patient_of_mario: format!("/millelight/pazienti/{}/anagrafica", other.patient),
        }
    }

    async fn maria(&self) -> Browser {
        let browser = self.app.anonymous();
        enter(&browser, &self.maria.0, self.maria.1).await.assert_status(200);
        browser
    }

    /// Whether Maria can work for the doctor of this name now.
    async fn may_work_for(&self, maria: &Browser, doctor: i64) -> bool {
        let page = maria.get(&format!("{CHOICE}?next={ARCHIVE_PAGE}")).await;
        let token = ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap());
        let fields = [token, ("medico".to_owned(), doctor.to_string())];
        maria.post_raw(CHOICE, &fields, super::SAME_ORIGIN).await.status == 303
    }
}

#[actix_web::test]
async fn an_existing_person_is_invited_and_nothing_of_theirs_changes() {
    let world = World::new().await;
    let before = user_row(&world.app, MARIA).await;
    // Step one tells nothing: no name, no "exists".
    let step = second_step(&world.mario, MARIA).await;
    step.assert_status(200);
    assert_eq!(step.attribute("#nome", "value").as_deref(), Some(""));
    step.assert_no_text(&world.maria.0).assert_no_text("Segreti");
    let shown = associate(&world.mario, MARIA).await;
    shown.assert_status(200).assert_text("Invito preparato per Maria Segreti");
    assert!(shown.all("#c-pw").is_empty() && !shown.body.contains(&world.maria.0));
    let code = shown.one("#c-code");
    let invited = world.mario.get(LIST).await;
    invited.assert_text("In attesa di risposta").assert_no_text(&code);
    assert_eq!(user_row(&world.app, MARIA).await, before, "the person's row is as it was");
    // There is no new password to give to somebody who has not accepted.
    assert!(invited.all("tbody a[href$='/password']").len() <= 1);
    assert_eq!(invited.all("tbody tr").len(), 2);

    // Maria still enters with her own password, and is asked.
    let maria = world.app.anonymous();
    let page = enter(&maria, &world.maria.0, NEW).await;
    assert_eq!(page.path, MINE);
    page.assert_text("Ti chiede di lavorare per lui");
    let mario = 2;
    assert!(!world.may_work_for(&maria, mario).await, "not before the yes");
    assert!(world.may_work_for(&maria, 1).await);
    let accepted = accept(&maria, &code).await;
    accepted.assert_text("Adesso lavori anche per questo medico");
    assert!(world.may_work_for(&maria, mario).await);
    let everything = world.app.content(&[]).await;
    assert!(everything.values().all(|rows| !rows.contains(&code)), "the code is in the database");
    world.mario.get(LIST).await.assert_no_text("In attesa di risposta");
    // Both doctors' notes stand side by side: the second one's changed nothing of the first one's.
    world.paolo.get(LIST).await.assert_text("Segreti");
}

/// Types the doctor's code on the collaborator's page.
async fn accept(maria: &Browser, code: &str) -> Page {
    maria.get(MINE).await.submit("form[action$='/accetta']", &[("codice", code)]).await
}

#[actix_web::test]
async fn whoever_has_the_account_is_not_in_without_the_code() {
    let world = World::new().await;
    let shown = associate(&world.mario, MARIA).await;
    let code = shown.one("#c-code");
    // Whoever associated her first has known a password of hers: the account alone accepts nothing.
    let stranger = world.maria().await;
    for wrong in ["", " ", "ABCDE-FGHJK"] {
        let refused = accept(&stranger, wrong).await;
        refused.assert_status(422).assert_text("Il codice non è giusto oppure non vale più");
        assert_eq!(refused.attribute("#codice", "value").as_deref(), Some(wrong));
        assert!(!world.may_work_for(&stranger, 2).await);
    }
    // A new code takes the place of the old one.
    let question = world.mario.get(LIST).await.follow("main a[href$='/codice']").await;
    question.assert_text("Nuovo codice per Maria Segreti?").assert_no_text(&code);
    let (action, fields) = question.filled("dialog form", &[]);
    let renewed = world.mario.post(&action, &fields).await.one("#c-code");
    assert_ne!(renewed, code);
    world.mario.post(&action, &fields).await.assert_no_text(&renewed);
    accept(&stranger, &code).await.assert_status(422);
    assert!(!world.may_work_for(&stranger, 2).await);
    // However it is typed, and within its week.
    world.app.site.clock.advance(chrono::TimeDelta::days(7));
    let late = world.maria().await;
    accept(&late, &renewed).await.assert_status(422);
    let mario = world.app.login("rossi").await;
    let question = mario.get(LIST).await.follow("main a[href$='/codice']").await;
    let last = question.submit("dialog form", &[]).await.one("#c-code");
    accept(&late, &last.to_lowercase().replace('-', " ")).await.assert_text("Adesso lavori anche per questo medico");
    assert!(world.may_work_for(&late, 2).await);
}

#[actix_web::test]
async fn a_code_guessed_at_is_good_no_more_and_the_doctor_learns_of_it() {
    let world = World::new().await;
    let code = associate(&world.mario, MARIA).await.one("#c-code");
    let stranger = world.maria().await;
    for n in 0..5 {
        accept(&stranger, &format!("AAAAA-AAAA{n}")).await.assert_status(422);
    }
    accept(&stranger, &code).await.assert_status(422);
    assert_eq!(state(&world.app, 2).await, AssociationState::Invited);
    world.app.login("rossi").await.get(LIST).await.assert_text("è stato sbagliato più volte");
}

#[actix_web::test]
async fn a_refused_invitation_opens_nothing_and_the_doctor_learns_of_it() {
    let world = World::new().await;
    let code = associate(&world.mario, MARIA).await.one("#c-code");
    let maria = world.maria().await;
    let page = maria.get(MINE).await;
    let (refuse, fields) = page.filled("form[action$='/rifiuta']", &[]);
    let accept = refuse.replace("/rifiuta", "/accetta");
    maria.post(&refuse, &fields).await.assert_text("Invito rifiutato");
    assert!(!world.may_work_for(&maria, 2).await);
    // It cannot be taken up later, nor can somebody else's be.
    maria.post(&accept, &[fields, vec![("codice".to_owned(), code)]].concat()).await.assert_status(404);
    let mario = world.app.login("rossi").await;
    mario.get(LIST).await.assert_text("non ha accettato il tuo invito");
    // A doctor cannot answer for her.
    let list = mario.get(LIST).await;
    let token = vec![("_csrf".to_owned(), list.attribute("input[name=_csrf]", "value").unwrap())];
    associate(&mario, MARIA).await.assert_text("Invito preparato per");
    mario.post(&accept, &token).await.assert_status(404);
}

#[actix_web::test]
async fn a_reset_by_one_doctor_holds_the_others_until_they_reconfirm() {
    let world = World::new().await;
    let code = associate(&world.mario, MARIA).await.one("#c-code");
    let maria = world.maria().await;
    accept(&maria, &code).await;
    assert!(world.may_work_for(&maria, 2).await);
    maria.get(ARCHIVE_PAGE).await.assert_status(200).assert_text("Per conto di");

    // The second doctor gives a new password, and enters in her name: the first doctor's patients are not there.
    let question = format!("{LIST}/{}/password", association(&world.app, 2).await);
    let given = credentials(&world.mario.get(&question).await.submit("dialog form", &[]).await);
    assert_eq!(maria.get_raw(ARCHIVE_PAGE).await.status, 303, "her session has ended");
    let thief = first_login(&world.app, &given, "la password del medico due").await;
    assert!(!world.may_work_for(&thief, 1).await);
    assert!(world.may_work_for(&thief, 2).await);
    assert!(matches!(thief.get_raw(&world.patient_of_paolo).await.status, 403 | 404));
    thief.get(MINE).await.assert_text("Il medico deve riconfermarti");
    assert_eq!(state(&world.app, 1).await, AssociationState::ToReconfirm);

    // Only the first doctor can say that she is who she was: with a code that goes from hand to hand.
    accept(&thief, &code).await.assert_status(422);
    let list = world.app.login("borghetto").await;
    let page = list.get(LIST).await;
    page.assert_text("va riconfermato").assert_text("Da riconfermare");
    let id = association(&world.app, 1).await;
    let edit = list.get(&format!("{LIST}/{id}")).await;
    assert_eq!(edit.all("main a[href$='/riconferma']").len(), 1);
    let question = page.follow(&format!("main a[href='{LIST}/{id}/riconferma']")).await;
    question.assert_text("Riconfermare Maria Segreti?").assert_text("di persona");
    let confirmed = question.submit("dialog form", &[]).await;
    let code = confirmed.assert_text("Codice per riconfermare Maria Segreti").one("#c-code");
    assert!(!world.may_work_for(&thief, 1).await, "the doctor's word alone opens nothing");
    let maria = thief;
    accept(&maria, &code).await.assert_text("Adesso lavori anche per questo medico");
    assert!(world.may_work_for(&maria, 1).await);
    assert!(!world.patient_of_mario.is_empty());
}

#[actix_web::test]
async fn while_the_password_is_temporary_nobody_reconfirms_and_no_invitation_survives() {
    let world = World::new().await;
    associate(&world.mario, MARIA).await;
    let question = format!("{LIST}/{}/password", association(&world.app, 1).await);
    world.paolo.get(&question).await.submit("dialog form", &[]).await.assert_status(200);
    // The invitation would be answered by whoever holds the temporary password.
    assert_eq!(state(&world.app, 2).await, AssociationState::Removed);
    world.app.login("rossi").await.get(LIST).await.assert_text("Un tuo invito è stato annullato");

    super::set_state(&world.app, 2, user_row(&world.app, MARIA).await.0, AssociationState::ToReconfirm).await;
    let id = association(&world.app, 2).await;
    let page = world.mario.get(&format!("{LIST}/{id}")).await;
    assert!(page.all("a[href$='/riconferma']").is_empty());
    page.assert_text("non ne ha ancora scelta una sua");
    assert!(world.mario.get(LIST).await.all("a[href$='/riconferma']").is_empty());
    world.mario.get(&format!("{LIST}/{id}/riconferma")).await.assert_text("solo dopo che ha scelto una password sua");
    let token = vec![("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())];
    world.mario.post(&format!("{LIST}/{id}/riconferma"), &token).await.assert_text("Non è stato cambiato nulla");
    assert_eq!(state(&world.app, 2).await, AssociationState::ToReconfirm);
}

/// The association of MARIA with a doctor.
async fn association(app: &TestApp, doctor: i64) -> i64 {
    find(app, doctor).await.0
}

async fn state(app: &TestApp, doctor: i64) -> AssociationState {
    find(app, doctor).await.1
}

async fn find(app: &TestApp, doctor: i64) -> (i64, AssociationState) {
    use diesel::prelude::*;
    use millecloud::db::schema::associations;
    let maria = user_row(app, MARIA).await.0;
    app.read(move |conn| {
        let row = associations::table
            .filter(associations::doctor_id.eq(doctor))
            .filter(associations::collaborator_id.eq(maria));
        Ok(row.select((associations::id, associations::state)).first(conn)?)
    })
    .await
}
