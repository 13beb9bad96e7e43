//! Aggiungi: both steps, what they refuse, and the credentials shown once.

use diesel::prelude::*;
use millecloud::db::schema::{associations, users};
use millecloud::identity::model::Role;

use super::{ADD, LIST, MARIA, PERSON, associate, credentials, second_step};
use crate::support::TestApp;
use crate::support::app::PASSWORD;

#[actix_web::test]
async fn a_new_practice_has_an_empty_list_with_one_thing_to_do() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let list = doctor.get("/millecloud").await;
    assert_eq!(list.path, LIST);
    list.assert_text("Benvenuto, Paolo BORGHETTO").assert_text("Nessun collaboratore associato");
    list.assert_text("Millewin S.r.l.");
    let menu = list.all("nav.side a, nav.side button.side__btn");
    let actions = ["Collaboratori", "Aggiungi", "Cambio password", "Logout"];
    assert_eq!(menu, [&actions[..], &["Accessi e sicurezza", "Vai a Millelight"]].concat());
    assert_eq!(list.follow("nav.side a[href='/millelight/pazienti']").await.path, "/millelight/pazienti");
    list.follow("nav.side a[href='/millecloud/accessi']").await.assert_status(200).assert_text("Sessioni aperte");
    assert_eq!(list.attribute("body", "data-product").as_deref(), Some("cloud"));
    let first = list.follow("main .empty a").await;
    assert_eq!(first.path, ADD);
    assert!(first.one("title").starts_with("Dr. Paolo BORGHETTO - Aggiunta collaboratore"));
}

#[actix_web::test]
async fn the_fiscal_code_is_checked_first() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    for (typed, problem) in [
        ("", "Scrivi il codice fiscale"),
        ("SGRMRA80A41L736", "16 caratteri"),
        ("SGRMRA80A41L736X", "ultimo carattere"),
        ("01234567890", "società o di un ente"),
        ("SGRMRA80A41L73-M", "solo lettere e cifre"),
        ("BRGPLA59L23M048S", "È il tuo codice fiscale"),
    ] {
        let page = second_step(&doctor, typed).await;
        page.assert_status(422).assert_text(problem);
        assert_eq!(page.attribute("#codice_fiscale", "value").as_deref(), Some(typed));
    }
    // Homocody: a letter in place of a digit, and the check character that goes with it.
    second_step(&doctor, "sgrmra80a41l73sj").await.assert_status(200).assert_text("01/01/1980 · F");
    let page = second_step(&doctor, " sgrmra80a41l736m ").await;
    page.assert_status(200).assert_text(MARIA).assert_text("01/01/1980 · F");
}

#[actix_web::test]
async fn lists_follow_the_region_without_scripts_and_back_keeps_everything() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = second_step(&doctor, MARIA).await;
    // It begins at home: Veneto, Venezia, and the units of the province first.
    assert_eq!(page.attribute("#regione option[selected]", "value").as_deref(), Some("050"));
    assert_eq!(page.attribute("#provincia option[selected]", "value").as_deref(), Some("VE"));
    assert!(page.all("#usl option")[1].contains("Serenissima"), "{:?}", page.all("#usl option"));
    let typed = [
        ("nome", "Maria"),
        ("cognome", "Segreti"),
        ("regione", "060"),
        ("telefono", "0432 555123"),
        ("azione", "elenchi"),
    ];
    let page = page.submit("main form", &typed).await;
    page.assert_status(200);
    let provinces = page.all("#provincia option");
    assert_eq!(provinces[1..], ["Gorizia (GO)", "Pordenone (PN)", "Trieste (TS)", "Udine (UD)"]);
    assert!(page.all("#usl option").iter().any(|unit| unit.contains("Friuli Occidentale")));
    assert_eq!(page.attribute("#telefono", "value").as_deref(), Some("0432 555123"));
    // Back to the code, and forth again: nothing is lost.
    let page = page.submit("main form", &[("provincia", "UD"), ("usl", "206"), ("azione", "indietro")]).await;
    assert_eq!(page.attribute("#codice_fiscale", "value").as_deref(), Some(MARIA));
    let page = page.submit("main form", &[]).await;
    for (id, value) in [("#nome", "Maria"), ("#cognome", "Segreti"), ("#telefono", "0432 555123")] {
        assert_eq!(page.attribute(id, "value").as_deref(), Some(value), "{id}");
    }
    assert_eq!(page.attribute("#provincia option[selected]", "value").as_deref(), Some("UD"));
    assert_eq!(page.attribute("#usl option[selected]", "value").as_deref(), Some("206"));
}

#[actix_web::test]
async fn only_the_starred_fields_are_needed_and_errors_stand_beside_theirs() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = second_step(&doctor, MARIA).await;
    let wrong = [
        ("nome", "Maria"),
        ("cognome", ""),
        ("provincia", "TO"),
        ("email", "maria.segreti@"),
        ("telefono", "casa"),
        ("azione", "associa"),
    ];
    let refused = page.submit("main form", &wrong).await;
    refused.assert_status(422);
    assert_eq!(refused.all(".field__err").len(), 4, "{}", refused.text());
    assert_eq!(refused.all(".errsum li").len(), 4);
    assert_eq!(refused.attribute("#nome", "value").as_deref(), Some("Maria"));
    let none: i64 = app.read(|conn| Ok(associations::table.count().get_result(conn)?)).await;
    assert_eq!(none, 0);
    let page = refused.submit("main form", &PERSON).await;
    page.assert_status(422).assert_text("indirizzo e-mail");
    assert_eq!(page.attribute("main form button", "name"), None, "a new line associates");
    let page = page.submit("main form", &[("email", ""), ("telefono", ""), ("azione", "associa")]).await;
    page.assert_status(200).assert_text("Maria Segreti è associata allo studio");
}

#[actix_web::test]
async fn the_password_is_shown_once() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = second_step(&doctor, MARIA).await;
    let (action, fields) = page.filled("main form", &PERSON);
    let shown = doctor.post(&action, &fields).await;
    shown.assert_status(200);
    assert_eq!(shown.header("cache-control").as_deref(), Some("no-store"));
    let (username, password) = credentials(&shown);
    assert!(username.starts_with("m.segreti."), "{username}");
    assert_eq!(password.len(), 16);
    assert!(!username.contains("SGRMRA") && !shown.path.contains("SGRMRA"));
    // Reload sends the same form again: nothing is shown, nothing is made.
    for _ in 0..3 {
        let again = doctor.post(&action, &fields).await;
        assert_eq!(again.path, LIST);
        again.assert_no_text(&password).assert_text("Password da cambiare");
    }
    // Neither the list nor the form show it, nor is it anywhere in the database.
    for path in [LIST, ADD, "/millecloud/collaboratori/1"] {
        doctor.get(path).await.assert_status(200).assert_no_text(&password);
    }
    let everything = app.content(&[]).await;
    assert!(everything.values().all(|rows| !rows.contains(&password)), "the password is in the database");
    let people: i64 =
        app.read(|conn| Ok(users::table.filter(users::role.eq(Role::Collaborator)).count().get_result(conn)?)).await;
    assert_eq!(people, 1);
    // The same key with other content is refused.
    let altered: Vec<_> =
        fields.iter().map(|(n, v)| (n.clone(), if n == "nome" { "Anna".to_owned() } else { v.clone() })).collect();
    doctor.post(&action, &altered).await.assert_status(409);
    // The person is the doctor's already.
    second_step(&doctor, MARIA).await.assert_status(422).assert_text("già tra i tuoi collaboratori");
}

#[actix_web::test]
async fn the_same_form_sent_many_times_at_once_makes_one_person() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = second_step(&doctor, MARIA).await;
    let (action, fields) = page.filled("main form", &PERSON);
    let sent = (0..8).map(|_| doctor.post(&action, &fields));
    let answers = futures_util::future::join_all(sent).await;
    let shown = answers.iter().filter(|answer| !answer.all("#c-pw").is_empty()).count();
    assert_eq!(shown, 1, "the credentials are shown to one of them");
    for answer in answers.iter().filter(|answer| answer.all("#c-pw").is_empty()) {
        answer.assert_status(200);
        assert_eq!(answer.path, LIST);
    }
    let people: i64 = app.read(|conn| Ok(associations::table.count().get_result(conn)?)).await;
    assert_eq!(people, 1);
}

#[actix_web::test]
async fn the_password_is_asked_again_and_what_was_typed_survives() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = second_step(&doctor, MARIA).await;
    app.site.clock.advance(chrono::TimeDelta::minutes(11));
    let asked = page.submit("main form", &PERSON).await;
    assert_eq!(asked.path.split('?').next(), Some("/millelight/conferma-password"));
    let offered = asked.submit("main form", &[("password", PASSWORD)]).await;
    assert_eq!(offered.path, "/millelight/riprendi");
    // A browser follows the 307 with the same fields; here it is done by hand.
    let (action, fields) = offered.filled("main form", &[("_riprendi", "invia")]);
    let sent_on = doctor.post_raw(&action, &fields, super::SAME_ORIGIN).await;
    assert_eq!(
        (sent_on.status, sent_on.header("location").as_deref()),
        (307, Some("/millecloud/collaboratori/associa"))
    );
    let shown = doctor.post("/millecloud/collaboratori/associa", &fields).await;
    shown.assert_status(200).assert_text("Maria Segreti è associata allo studio");
    // Looking at the list needs no password; changing does.
    app.site.clock.advance(chrono::TimeDelta::minutes(11));
    doctor.get(LIST).await.assert_status(200).assert_text("Maria");
    for path in [
        ADD,
        "/millecloud/collaboratori/1",
        "/millecloud/collaboratori/1/rimuovi",
        "/millecloud/collaboratori/1/password",
        "/millecloud/collaboratori/1/riconferma",
    ] {
        let asked = doctor.get_raw(path).await;
        assert!(asked.header("location").unwrap().starts_with("/millelight/conferma-password"), "{path}");
    }
}

#[actix_web::test]
async fn notes_are_changed() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    associate(&doctor, MARIA).await;
    let page = doctor.get(LIST).await.follow("main a[href$='/collaboratori/1']").await;
    page.assert_text(MARIA).assert_text("Password da cambiare");
    let wrong = page.submit("main form", &[("cognome", ""), ("azione", "salva")]).await;
    wrong.assert_status(422).assert_text("Scrivi il cognome");
    let saved =
        page.submit("main form", &[("cognome", "Segreti Rossi"), ("cellulare", "333 1234567"), ("azione", "salva")]);
    let saved = saved.await;
    assert_eq!(saved.path, LIST);
    // A new line typed in a field presses the first button, which says nothing: it saves too.
    assert_eq!(page.attribute("main form button", "name"), None);
    let entered = page.submit("main form", &[("cognome", "Segreti Rossi"), ("telefono", "041 999")]).await;
    assert_eq!(entered.path, LIST);
    entered.follow("main a[href$='/collaboratori/1']").await.assert_text("Segreti Rossi");
    saved.assert_text("I dati del collaboratore sono stati salvati").assert_text("Segreti Rossi");
    // The person's own row is as it was made: the notes are the doctor's.
    assert_eq!(super::user_row(&app, MARIA).await.3, "Segreti");
}
