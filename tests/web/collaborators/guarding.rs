//! Who may do what, and what stops at once: suspension, removal, sessions ended from outside.

use super::{ARCHIVE_PAGE, LIST, MINE};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;

struct World {
    app: TestApp,
    doctor: i64,
    other: i64,
    paolo: Browser,
    maria: Browser,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        let other = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        app.add_collaborator("segreti", &[doctor]).await;
        let (paolo, maria) = (app.login("borghetto").await, app.login("segreti").await);
        maria.get(ARCHIVE_PAGE).await.assert_status(200);
        Self { app, doctor, other, paolo, maria }
    }

    /// Her sessions have ended.
    async fn maria_is_out(&self) -> bool {
        self.maria.get_raw(ARCHIVE_PAGE).await.status == 303
    }

    /// She is still there, but the doctor's archive is not.
    async fn maria_is_stopped(&self) -> bool {
        let page = self.maria.get_raw(ARCHIVE_PAGE).await;
        page.status == 404 && page.text().contains("Dr. Paolo BORGHETTO")
    }
}

#[actix_web::test]
async fn a_removed_collaborator_has_no_access_from_the_next_request() {
    let world = World::new().await;
    let cookie = world.maria.cookie("millecloud").unwrap();
    let question = world.paolo.get(LIST).await.follow("main a[href$='/rimuovi']").await;
    question.assert_text("Rimuovere Maria SEGRETI?");
    let done = question.submit("dialog form", &[]).await;
    done.assert_text("Il collaboratore è stato rimosso").assert_text("Nessun collaboratore associato");
    assert!(world.maria_is_stopped().await);
    // A copied cookie opens as little.
    let thief = world.app.anonymous();
    thief.set_cookie("millecloud", &cookie);
    assert_eq!(thief.get_raw(ARCHIVE_PAGE).await.status, 404);
    // She may enter again, and finds no doctor.
    let maria = world.app.login("segreti").await;
    maria.get(ARCHIVE_PAGE).await.assert_text("Nessun medico ti ha associato");
    // The old page does nothing more.
    question.submit("dialog form", &[]).await.assert_text("Non è stato cambiato nulla");
}

#[actix_web::test]
async fn suspended_is_out_and_resumed_is_in() {
    let world = World::new().await;
    // In the row, and where the doctor's notes are.
    let edit = world.paolo.get(&format!("{LIST}/1")).await;
    let list = world.paolo.get(LIST).await;
    let labels = list.all("tbody .actions > *");
    let name = "Maria SEGRETI";
    let expected = [
        format!("Modifica {name}"),
        format!("Nuova password per {name}"),
        format!("Sospendi {name}"),
        format!("Rimuovi {name}"),
    ];
    assert_eq!(labels, expected);
    let suspended = list.submit("tbody form[action$='/sospendi']", &[]).await;
    assert_eq!(suspended.path, LIST);
    suspended.assert_text("Il collaboratore è sospeso").assert_text("Sospeso");
    assert!(suspended.all("a[href$='/password']").iter().all(|label| !label.starts_with("Nuova password")));
    // Pressed twice, or on the other page that was open meanwhile: back to the list, which says how things are.
    for late in [&list, &edit] {
        let again = late.submit("form[action$='/sospendi']", &[]).await;
        assert_eq!(again.path, LIST);
        again.assert_status(200).assert_text("Non è stato cambiato nulla").assert_text("adesso è sospeso");
    }
    // A new password is for who works here.
    let late = world.paolo.get(&format!("{LIST}/1/password")).await;
    assert_eq!(late.path, LIST);
    late.assert_text("Non è stato cambiato nulla");
    assert!(world.maria_is_stopped().await);
    let maria = world.app.login("segreti").await;
    maria.get(MINE).await.assert_text("Sospeso dal medico");
    maria.get(ARCHIVE_PAGE).await.assert_text("Nessun medico ti ha associato");
    world.paolo.get(LIST).await.submit("form[action$='/riprendi']", &[]).await.assert_text("di nuovo attivo");
    maria.get(ARCHIVE_PAGE).await.assert_text("Per conto di Dr. Paolo BORGHETTO");
}

#[actix_web::test]
async fn a_doctor_ends_a_collaborators_sessions() {
    let world = World::new().await;
    let edit = world.paolo.get(&format!("{LIST}/1")).await;
    edit.submit("form[action$='/scollega']", &[]).await.assert_text("Gli accessi aperti sono stati chiusi");
    assert!(world.maria_is_out().await);
    let maria = world.app.login("segreti").await;
    maria.get(ARCHIVE_PAGE).await.assert_status(200).assert_text("Accessi chiusi da un medico");
}

#[actix_web::test]
async fn everybody_sees_and_ends_own_sessions() {
    let world = World::new().await;
    for (username, browser, path) in
        [("segreti", &world.maria, "/millecloud/accessi"), ("borghetto", &world.paolo, "/millelight/accessi")]
    {
        let elsewhere = world.app.login(username).await;
        let third = world.app.login(username).await;
        // From the menu of either part.
        let from = if path.starts_with("/millecloud") { "/millecloud" } else { "/millelight/pazienti" };
        let page = browser.get(from).await.follow(&format!("nav.side a[href='{path}']")).await;
        assert_eq!(page.all("ul.rows button[name=termina]").len(), 2, "{}", page.text());
        page.assert_text("Questa");
        let name = page.attribute("ul.rows button[name=termina]", "value").unwrap();
        let page = page.submit("ul.rows form", &[("termina", &name)]).await;
        page.assert_text("La sessione è stata chiusa");
        let alive = |page: crate::support::page::Page| page.status == 200;
        let left = [alive(elsewhere.get_raw(path).await), alive(third.get_raw(path).await)];
        assert_eq!(left.iter().filter(|alive| **alive).count(), 1);
        page.submit("main form.gap", &[("termina", "altre")]).await.assert_status(200);
        assert!(!alive(elsewhere.get_raw(path).await) && !alive(third.get_raw(path).await));
        assert!(alive(browser.get_raw(path).await), "the present one stays");
    }
    // Nobody ends somebody else's: the name of a session of another user ends nothing.
    let page = world.maria.get("/millecloud/accessi").await;
    let second = world.app.login("segreti").await;
    let name = second.get("/millecloud/accessi").await.attribute("ul.rows button[name=termina]", "value").unwrap();
    let own = world.paolo.get("/millelight/accessi").await;
    let token = ("_csrf".to_owned(), own.attribute("input[name=_csrf]", "value").unwrap());
    world.paolo.post("/millelight/accessi", &[token, ("termina".to_owned(), name)]).await;
    page.assert_status(200);
    assert_eq!(world.maria.get_raw(MINE).await.status, 200);
    assert_eq!(second.get_raw(MINE).await.status, 200);
}

#[actix_web::test]
async fn a_collaborator_comes_and_goes_between_the_portal_and_millelight() {
    let world = World::new().await;
    let page = world.maria.get(MINE).await;
    let menu = page.all("nav.side a, nav.side button.side__btn");
    assert_eq!(menu, ["I miei medici", "Cambio password", "Logout", "Accessi e sicurezza", "Vai a Millelight"]);
    let landed = page.follow("nav.side a[href='/millelight/pazienti']").await;
    assert_eq!(landed.path, "/millelight/pazienti");
    landed.assert_text("Per conto di Dr. Paolo BORGHETTO");
    // Who has not said for whom is asked first.
    world.app.add_collaborator("anna", &[world.doctor, world.other]).await;
    let page = world.app.login("anna").await.get(MINE).await;
    let asked = page.follow("nav.side a[href='/millelight/pazienti']").await;
    assert_eq!(asked.path.split('?').next(), Some("/millelight/medici"));
    let own = page.follow("nav.side a[href='/millecloud/accessi']").await;
    own.assert_text("Sessioni aperte").assert_no_text("Secondo fattore");
}

#[actix_web::test]
async fn the_list_is_for_doctors_and_the_answer_to_invitations_for_collaborators() {
    let world = World::new().await;
    for path in [
        LIST,
        "/millecloud/collaboratori/aggiungi",
        "/millecloud/collaboratori/1",
        "/millecloud/collaboratori/1/rimuovi",
        "/millecloud/collaboratori/1/password",
        "/millecloud/collaboratori/1/riconferma",
    ] {
        world.maria.get_raw(path).await.assert_status(403);
        let sent = world.app.anonymous().get_raw(path).await;
        assert!(sent.header("location").unwrap().starts_with("/millecloud/accedi"), "{path}");
    }
    let page = world.maria.get(MINE).await;
    let token = vec![("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())];
    for act in ["password", "sospendi", "riprendi", "riconferma", "scollega", "rimuovi"] {
        world.maria.post(&format!("{LIST}/1/{act}"), &token).await.assert_status(403);
    }
    world.maria.post(&format!("{LIST}/associa"), &token).await.assert_status(403);
    world.maria.post(&format!("{MINE}/1/accetta"), &token).await.assert_status(404);
    let sent = world.paolo.get_raw(MINE).await;
    assert_eq!(sent.header("location").as_deref(), Some(LIST));
    assert!(!world.maria_is_out().await);
}

#[actix_web::test]
async fn a_device_never_seen_is_told_at_the_next_login() {
    let world = World::new().await;
    // The first login of all is no news; from another device it is.
    let second = world.app.login("borghetto").await;
    second.get("/millelight/pazienti").await.assert_no_text("Accesso da un dispositivo nuovo");
    let third = world.app.login("borghetto").await;
    third.get("/millelight/pazienti").await.assert_text("Accesso da un dispositivo nuovo");
    third.get("/millelight/pazienti").await.assert_no_text("Accesso da un dispositivo nuovo");
    let page = third.get("/millelight/accessi").await;
    assert_eq!(page.all("ul.rows strong").iter().filter(|words| words.contains("dispositivo nuovo")).count(), 2);
}

#[actix_web::test]
async fn what_happened_meanwhile_is_one_message_however_much_it_was() {
    let world = World::new().await;
    let edit = world.paolo.get(&format!("{LIST}/1")).await;
    for _ in 0..5 {
        world.app.login("segreti").await;
        edit.submit("form[action$='/scollega']", &[]).await;
    }
    let maria = world.app.login("segreti").await;
    let page = maria.get(ARCHIVE_PAGE).await;
    assert_eq!(page.all("main .msg").len(), 1, "{}", page.text());
    page.assert_text("Accessi chiusi da un medico").assert_text("Accesso da un dispositivo nuovo");
    // Once: the next page has none, and the list keeps them all.
    let next = page.follow("main .msg a[href='/millelight/accessi']").await;
    assert!(next.all("main .msg").is_empty());
    next.assert_text("Accessi chiusi da un medico");
    // The doctor presses a button several times: one message.
    for _ in 0..3 {
        edit.submit_raw("form[action$='/scollega']", &[]).await.assert_status(303);
    }
    assert_eq!(world.paolo.get(LIST).await.all("main .msg").len(), 1);
}

#[actix_web::test]
async fn an_act_that_comes_late_wants_the_password_and_says_what_it_was() {
    let world = World::new().await;
    let list = world.paolo.get(LIST).await;
    world.app.site.clock.advance(chrono::TimeDelta::minutes(11));
    let asked = list.submit("tbody form[action$='/sospendi']", &[]).await;
    assert_eq!(asked.path.split('?').next(), Some("/millelight/conferma-password"));
    world.maria.get(ARCHIVE_PAGE).await.assert_text("Per conto di");
    let offered = asked.submit("main form", &[("password", PASSWORD)]).await;
    offered.assert_text("Sospensione di un collaboratore");
    let (_, fields) = offered.filled("main form", &[("_riprendi", "invia")]);
    let sent_on = world.paolo.post_raw("/millelight/riprendi", &fields, super::SAME_ORIGIN).await;
    let address = sent_on.header("location").unwrap();
    assert_eq!((sent_on.status, address.as_str()), (307, "/millecloud/collaboratori/1/sospendi"));
    world.paolo.post(&address, &fields).await.assert_text("Il collaboratore è sospeso");
    assert!(world.maria_is_stopped().await);
}

#[actix_web::test]
async fn a_forgotten_username_is_read_again() {
    let world = World::new().await;
    world.paolo.get(&format!("{LIST}/1")).await.assert_text("segreti").assert_text("Username");
    world.maria.get(MINE).await.assert_text("Il tuo username: segreti");
}
