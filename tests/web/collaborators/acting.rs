//! Acting on a doctor's behalf: the choice of the doctor, what it opens, and when it stops.

use millecloud::identity::associations::AssociationState;

use super::{ARCHIVE_PAGE, CHOICE, set_state};
use crate::support::TestApp;
use crate::support::page::Page;

const SAME_ORIGIN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

struct World {
    app: TestApp,
    paolo: i64,
    mario: i64,
}

impl World {
    /// BORGHETTO with SACCAVINI, and another doctor (also called so in the tests) with RUSSO.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let paolo = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        let mario = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        app.fill_archive(paolo, "SCCCLD63E30L483Q").await;
        app.fill_archive(mario, "RSSMRA70A01H501S").await;
        Self { app, paolo, mario }
    }
}

async fn find(page: &Page, words: &str) -> Page {
    page.submit("form[role=search]", &[("q", words)]).await
}

#[actix_web::test]
async fn with_one_doctor_there_is_nothing_to_choose() {
    let world = World::new().await;
    world.app.add_collaborator("segreti", &[world.paolo]).await;
    let maria = world.app.login("segreti").await;
    let page = maria.get(ARCHIVE_PAGE).await;
    page.assert_status(200).assert_text("Per conto di Dr. Paolo BORGHETTO");
    assert_eq!(page.path, ARCHIVE_PAGE);
    assert_eq!(page.one(".topbar__user"), "Maria SEGRETI");
    let found = find(&page, "SCCCLD63E30L483Q").await;
    found.assert_text("1 paziente trovato").assert_text("SCCCLD63E30L483Q");
    // The other doctor's patient is not there.
    let found = find(&page, "RSSMRA70A01H501S").await;
    found.assert_text("Nessun");
}

#[actix_web::test]
async fn with_several_doctors_one_is_chosen_and_data_do_not_mix() {
    let world = World::new().await;
    world.app.add_collaborator("segreti", &[world.paolo, world.mario]).await;
    let maria = world.app.login("segreti").await;
    let sent = maria.get_raw(ARCHIVE_PAGE).await;
    assert_eq!(sent.header("location").as_deref(), Some("/millelight/medici?next=/millelight/pazienti"));
    let choice = maria.get(CHOICE).await;
    assert_eq!(choice.all("button[name=medico]").len(), 2);
    choice.follow("main a[href='/millecloud/medici']").await.assert_text("I medici per cui lavori");
    let of_paolo = choice.submit("form[action='/millelight/medici']", &[("medico", &world.paolo.to_string())]).await;
    of_paolo.assert_text("Per conto di Dr. Paolo BORGHETTO");
    find(&of_paolo, "SCCCLD63E30L483Q").await.assert_status(200).assert_no_text("Nessun");

    // In another window the other doctor is chosen: what was on screen for the first is refused, with the reason.
    let choice = maria.get(CHOICE).await;
    choice.assert_text("Scelto adesso");
    let of_mario = choice.submit("form[action='/millelight/medici']", &[("medico", &world.mario.to_string())]).await;
    find(&of_mario, "RSSMRA70A01H501S").await.assert_status(200).assert_no_text("Nessun");
    let late = find(&of_paolo, "SCCCLD63E30L483Q").await;
    late.assert_status(409).assert_text("per conto di un altro medico");
    // A page that concerns nobody's archive is still good: whoever wants to leave may.
    let left = of_paolo.submit_raw("form[action='/millelight/esci']", &[]).await;
    assert_eq!(left.header("location").as_deref(), Some("/millelight/accedi"));
}

#[actix_web::test]
async fn a_token_cannot_be_relabelled() {
    let world = World::new().await;
    world.app.add_collaborator("segreti", &[world.paolo, world.mario]).await;
    let maria = world.app.login("segreti").await;
    let choice = maria.get(CHOICE).await;
    let page = choice.submit("form[action='/millelight/medici']", &[("medico", &world.paolo.to_string())]).await;
    let token = page.attribute("input[name=_csrf]", "value").unwrap();
    let relabelled = token.replace(&format!(".{}", world.paolo), &format!(".{}", world.mario));
    assert_ne!(token, relabelled);
    let fields = [("_csrf".to_owned(), relabelled), ("q".to_owned(), "SACC".to_owned())];
    maria.post_raw(ARCHIVE_PAGE, &fields, SAME_ORIGIN).await.assert_status(403);
}

#[actix_web::test]
async fn an_association_that_ends_ends_at_the_next_request() {
    let world = World::new().await;
    let id = world.app.add_collaborator("segreti", &[world.paolo]).await;
    for state in [
        AssociationState::Suspended,
        AssociationState::Removed,
        AssociationState::Invited,
        AssociationState::ToReconfirm,
    ] {
        set_state(&world.app, world.paolo, id, AssociationState::Active).await;
        let maria = world.app.login("segreti").await;
        maria.get(ARCHIVE_PAGE).await.assert_status(200);
        set_state(&world.app, world.paolo, id, state).await;
        // The page says by whom, each time, until another doctor is chosen.
        for _ in 0..2 {
            let stopped = maria.get_raw(ARCHIVE_PAGE).await;
            stopped.assert_status(404).assert_text("Dr. Paolo BORGHETTO").assert_no_text("Per conto di");
        }
        let page = maria.get(CHOICE).await;
        page.assert_text("Nessun medico ti ha associato").assert_no_text("Per conto di");
    }
}

#[actix_web::test]
async fn nobody_elses_doctor_can_be_chosen() {
    let world = World::new().await;
    let id = world.app.add_collaborator("segreti", &[world.paolo]).await;
    let maria = world.app.login("segreti").await;
    let page = maria.get(ARCHIVE_PAGE).await;
    let token = ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap());
    for stranger in [world.mario, id, 999_999] {
        let fields = [token.clone(), ("medico".to_owned(), stranger.to_string())];
        maria.post_raw(CHOICE, &fields, SAME_ORIGIN).await.assert_status(404);
    }
    maria.get(ARCHIVE_PAGE).await.assert_text("Per conto di Dr. Paolo BORGHETTO");
}

#[actix_web::test]
async fn what_is_the_doctors_alone_is_refused() {
    let world = World::new().await;
    world.app.add_collaborator("segreti", &[world.paolo]).await;
    let maria = world.app.login("segreti").await;
    for page in ["/millelight/medico", "/millelight/credenziali-sar", "/millelight/lotti-nre", "/millelight/ricette"] {
        maria.get_raw(page).await.assert_status(403);
    }
    // And a doctor has no doctor to choose.
    let paolo = world.app.login("borghetto").await;
    let sent = paolo.get_raw(CHOICE).await;
    assert_eq!(sent.header("location").as_deref(), Some(ARCHIVE_PAGE));
}

#[actix_web::test]
async fn stopped_while_typing_keeps_what_was_typed_and_leaves_the_other_doctors_work_alone() {
    let world = World::new().await;
    let id = world.app.add_collaborator("segreti", &[world.paolo, world.mario]).await;
    let (maria, elsewhere) = (world.app.login("segreti").await, world.app.login("segreti").await);
    let choose = async |browser: &crate::support::browser::Browser, doctor: i64| {
        let choice = browser.get(CHOICE).await;
        choice.submit("form[action='/millelight/medici']", &[("medico", &doctor.to_string())]).await
    };
    choose(&maria, world.paolo).await.assert_text("Per conto di");
    choose(&elsewhere, world.mario).await.assert_text("Per conto di");
    let form = maria.get("/millelight/pazienti/nuovo").await;
    let (action, fields) = form.filled("main form", &[("cognome", "Zanettin"), ("nome", "Carla")]);
    let doctor = world.app.login("borghetto").await;
    let paolo = world.paolo;
    let association: i64 = world
        .app
        .read(move |conn| {
            use diesel::prelude::*;
            use millecloud::db::schema::associations;
            let row = associations::doctor_id.eq(paolo).and(associations::collaborator_id.eq(id));
            Ok(associations::table.filter(row).select(associations::id).first(conn)?)
        })
        .await;
    let suspend = format!("tbody form[action='/millecloud/collaboratori/{association}/sospendi']");
    doctor.get(super::LIST).await.submit(&suspend, &[]).await.assert_status(200);

    let stopped = maria.post(&action, &fields).await;
    stopped.assert_status(404).assert_text("Dr. Paolo BORGHETTO ha sospeso la tua collaborazione");
    stopped.assert_text("Quello che stavi scrivendo non è stato inviato, ma è conservato");
    // Nobody is moved into the other archive unasked, and what is open there stays open.
    maria.get(ARCHIVE_PAGE).await.assert_status(404).assert_no_text("Per conto di");
    let choice = maria.get(CHOICE).await;
    assert_eq!(choice.all("button[name=medico]").len(), 1);
    elsewhere.get(ARCHIVE_PAGE).await.assert_status(200).assert_text("Per conto di");
    // What was typed is offered again.
    maria.get("/millelight/riprendi").await.assert_status(200).assert_text("Dati anagrafici del paziente");
}
