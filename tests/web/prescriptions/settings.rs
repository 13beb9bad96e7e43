//! Credenziali SAR and Scarico Lotti NRE: from nothing to a code.

use millecloud::db::schema::sac_credentials;
use sac_simulator::fixtures;

use super::*;

/// A doctor nobody has prepared anything for.
async fn new_doctor() -> (TestApp, Browser, i64) {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", fixtures::DEMO_DOCTOR).await;
    let browser = app.login("borghetto").await;
    (app, browser, doctor)
}

fn session(app: &TestApp) -> String {
    app.simulator.engine.create_session(fixtures::DEMO_DOCTOR).unwrap().unwrap().id.clone()
}

async fn rows(app: &TestApp) -> i64 {
    app.read(|conn| Ok(sac_credentials::table.count().get_result(conn)?)).await
}

#[actix_web::test]
async fn from_an_empty_database_to_a_code_without_the_demo() {
    let (app, browser, doctor) = new_doctor().await;
    browser.get(&paths::lots()).await.assert_text("Nessun lotto").assert_text("Salva prima le Credenziali SAR");
    let form = browser.get(&paths::sar_credentials()).await;
    assert_eq!(form.attribute("#utente", "value").as_deref(), Some(fixtures::DEMO_DOCTOR), "offered");
    let id = session(&app);
    let filled = [("password", fixtures::DEMO_PASSWORD), ("pin", fixtures::DEMO_PIN), ("sessione", id.as_str())];
    let saved = form.submit("main form", &filled).await;
    saved.assert_status(200).assert_text("Credenziali verificate e salvate.").assert_text("Sessione attiva fino alle");
    let lots = browser.get(&paths::lots()).await.submit("main form", &[]).await;
    lots.assert_text("Nuovo lotto scaricato.").assert_text("100 numeri disponibili su 100").assert_text("In uso");
    let d = Desk { patient: app.fill_archive(doctor, "SCCCLD63E30L483Q").await.patient, app, browser, doctor };
    let id = d.accepted().await;
    d.outcome(id).await.assert_text("La prescrizione è stata processata.");
    d.browser.get(&paths::lots()).await.assert_text("2 / 100");
}

#[actix_web::test]
async fn what_the_service_refuses_is_told_beside_its_field_and_not_saved() {
    let (app, browser, _) = new_doctor().await;
    let good = session(&app);
    let other = "0b9f2c3e-1111-4222-8333-944455556666";
    let cases = [
        (["sbagliata", fixtures::DEMO_PIN, &good], "utente"),
        ([fixtures::DEMO_PASSWORD, "9999999999", &good], "pin"),
        ([fixtures::DEMO_PASSWORD, fixtures::DEMO_PIN, other], "sessione"),
    ];
    for ([password, pin, session], field) in cases {
        let form = browser.get(&paths::sar_credentials()).await;
        let answer = form.submit("main form", &[("password", password), ("pin", pin), ("sessione", session)]).await;
        answer.assert_status(422);
        assert!(!answer.all(&format!("#{field}-e")).is_empty(), "{field}: {}", answer.text());
        for secret in [password, pin, session] {
            assert!(!answer.body.contains(secret), "{field}: a secret came back");
        }
        assert_eq!(rows(&app).await, 0);
    }
}

#[actix_web::test]
async fn what_is_missing_is_told_without_asking_the_service() {
    let (app, browser, _) = new_doctor().await;
    let form = browser.get(&paths::sar_credentials()).await;
    let empty = [("utente", ""), ("asl", "999999"), ("specializzazione", ""), ("sessione", "corta")];
    let answer = form.submit("main form", &empty).await;
    answer.assert_status(422);
    for field in ["utente", "password", "pin", "sessione", "asl", "specializzazione"] {
        assert!(!answer.all(&format!("#{field}-e")).is_empty(), "{field}: {}", answer.text());
    }
    assert_eq!((rows(&app).await, app.simulator.engine.snapshot().calls.get(&Door::Session)), (0, None));
}

/// Where the region's row says nothing any sane session is tried; where it does, another is told before the service is asked.
#[actix_web::test]
async fn the_form_of_a_session_is_the_regions() {
    use millecloud::db::schema::regions;
    let (app, browser, _) = new_doctor().await;
    let try_one = async |session: &str| {
        let form = browser.get(&paths::sar_credentials()).await;
        let typed = [("password", fixtures::DEMO_PASSWORD), ("pin", fixtures::DEMO_PIN), ("sessione", session)];
        form.submit("main form", &typed).await.text()
    };
    assert!(!try_one("AB12CD34").await.contains("copialo per intero"), "to be verified: the service is asked");
    app.write(|conn| Ok(diesel::update(regions::table).set(regions::session_form.eq("uuid")).execute(conn)?)).await;
    assert!(try_one("AB12CD34").await.contains("Nella tua regione l’ID-SESSIONE ha 36 caratteri"));
    app.write(|conn| Ok(diesel::update(regions::table).set(regions::session_form.eq("alnum:8")).execute(conn)?)).await;
    assert!(try_one(&session(&app)).await.contains("Nella tua regione l’ID-SESSIONE ha 8 lettere e cifre"));
}

/// R39: nothing in clear in the database, nothing sent back, nothing that opens elsewhere.
#[actix_web::test]
async fn secrets_are_sealed_and_kept_when_left_blank() {
    let (app, browser, doctor) = new_doctor().await;
    let id = session(&app);
    let form = browser.get(&paths::sar_credentials()).await;
    let filled = [("password", fixtures::DEMO_PASSWORD), ("pin", fixtures::DEMO_PIN), ("sessione", id.as_str())];
    let page = form.submit("main form", &filled).await;
    for secret in [fixtures::DEMO_PASSWORD, fixtures::DEMO_PIN, id.as_str()] {
        assert!(!page.body.contains(secret));
    }
    let stored: (Vec<u8>, Vec<u8>, Option<Vec<u8>>) = app
        .read(move |conn| {
            let columns =
                (sac_credentials::password_sealed, sac_credentials::pin_sealed, sac_credentials::session_sealed);
            Ok(sac_credentials::table.find(doctor).select(columns).first(conn)?)
        })
        .await;
    let sealed = [stored.0, stored.1, stored.2.unwrap()];
    for (bytes, secret) in sealed.iter().zip([fixtures::DEMO_PASSWORD, fixtures::DEMO_PIN, &id]) {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    // Only the structure changes: the secrets stay, the trial with the stored ones succeeds.
    let again = browser.get(&paths::sar_credentials()).await;
    again.assert_text("Scrivi solo per cambiarla").assert_text("Sessione attiva");
    again.submit("main form", &[]).await.assert_text("Credenziali verificate e salvate.");
    // Two columns swapped: they do not open, and the doctor must type them again.
    let (password, pin) = (sealed[0].clone(), sealed[1].clone());
    app.write(move |conn| {
        let swapped = (sac_credentials::password_sealed.eq(pin), sac_credentials::pin_sealed.eq(password));
        Ok(diesel::update(sac_credentials::table.find(doctor)).set(swapped).execute(conn)?)
    })
    .await;
    let form = browser.get(&paths::sar_credentials()).await;
    let answer = form.submit("main form", &[]).await;
    answer.assert_status(422).assert_text("Scrivi la password").assert_text("Scrivi il PIN");
}

#[actix_web::test]
async fn without_the_session_they_are_kept_untried() {
    let (app, browser, _) = new_doctor().await;
    let form = browser.get(&paths::sar_credentials()).await;
    let filled = [("password", fixtures::DEMO_PASSWORD), ("pin", fixtures::DEMO_PIN)];
    let saved = form.submit("main form", &filled).await;
    saved.assert_text("Manca l’ID-SESSIONE del giorno").assert_text("Manca la sessione SAR di oggi");
    assert_eq!(rows(&app).await, 1);
    browser.get(&paths::lots()).await.submit("main form", &[]).await.assert_text("Nessuna richiesta è partita");
}

/// R18: a session older than ten minutes gives the password again first.
#[actix_web::test]
async fn the_password_is_asked_again_before_credentials() {
    let (app, browser, _) = new_doctor().await;
    app.site.clock.advance(chrono::TimeDelta::minutes(11));
    let page = browser.get(&paths::sar_credentials()).await;
    assert!(page.path.starts_with(&paths::reauthenticate()), "{}", page.path);
    let back = page.submit("main form", &[("password", crate::support::app::PASSWORD)]).await;
    back.assert_text("Credenziali SAR");
    assert_eq!(back.path, paths::sar_credentials());
}

#[actix_web::test]
async fn a_lot_that_does_not_come_says_why() {
    let d = desk().await;
    d.fault(Door::Lot, Fault::NoLots);
    let page = d.browser.get(&paths::lots()).await.submit("main form", &[]).await;
    page.assert_text("Il lotto non è arrivato.").assert_text("L’ultimo lotto non è arrivato");
    let page = page.submit("main form", &[]).await;
    page.assert_text("Nuovo lotto scaricato.").assert_no_text("L’ultimo lotto non è arrivato");
    assert_eq!(page.all("tbody tr").len(), 2);
}
