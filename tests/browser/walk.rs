//! The main job, from the login to an annulled prescription.

use crate::support::{Device, Screen, on_a_new_demo};

fn walk(device: Device, scripts: bool) {
    on_a_new_demo(async |demo| {
        let screen = Screen::start(&demo, "medico", device, scripts).await;
        the_main_job(&screen).await;
        // The weight of a page does not depend on the device: it is taken once.
        if device == Device::Phone && scripts {
            screen.weigh_what_was_seen().await;
        }
        screen.close().await;
    });
}

#[test]
fn on_a_phone() {
    walk(Device::Phone, true);
}

#[test]
fn on_a_phone_without_scripts() {
    walk(Device::Phone, false);
}

#[test]
fn on_a_desk() {
    walk(Device::Desk, true);
}

#[test]
fn on_a_desk_without_scripts() {
    walk(Device::Desk, false);
}

async fn the_main_job(screen: &Screen) {
    log_in(screen).await;
    find_the_patient(screen).await;
    choose_two_drugs(screen).await;
    give_the_data(screen).await;
    send_and_be_refused(screen).await;
    correct_and_be_accepted(screen).await;
    annul(screen).await;
    repeat_from_the_record(screen).await;
    look_around(screen).await;
}

async fn log_in(screen: &Screen) {
    screen.open("/").await;
    screen.look("porte").await;
    screen.open("/millelight").await;
    assert_eq!(screen.runs_scripts().await, screen.chrome.scripts, "scripts on or off as asked");
    screen.look("login").await;
    let (username, password) = screen.demo.user("MEDICO");
    screen.log_in(username, "sbagliata").await;
    screen.expect("Controlla i dati inseriti").await;
    screen.look_at_refusal("login-errore").await;
    // After a wrong password the next try is heard after a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    screen.log_in(username, password).await;
    screen.expect("PAZIENTI").await;
    screen.look("pazienti").await;
}

async fn find_the_patient(screen: &Screen) {
    screen.fill("#q", "sacc").await;
    // With scripts the results come while typing; without, by the button.
    if !screen.chrome.scripts {
        screen.tap("Cerca").await;
    }
    screen.expect("SACCAVINI Claudio").await;
    screen.look("ricerca").await;
    let address = screen.address().await;
    assert!(!address.to_lowercase().contains("sacc"), "the address tells what was typed: {address}");
    screen.tap("SACCAVINI Claudio").await;
    screen.expect("Nuovo farmaco").await;
    screen.look("cartella").await;
    // On a phone the record is in tabs; on a desk everything is in sight.
    if screen.chrome.device == Device::Phone {
        screen.tap_on(".tabs a[href='#problemi']").await;
        screen.expect("EPILESSIA LOBO TEMPORALE").await;
        screen.look("cartella-problemi").await;
        screen.tap_on(".tabs a[href='#diario']").await;
        screen.expect("tosse produttiva").await;
        screen.look("cartella-diario").await;
        screen.tap_on(".tabs a[href='#terapie']").await;
    }
    screen.expect("CRESTOR*28CPR RIV 10MG").await;
}

async fn choose_two_drugs(screen: &Screen) {
    screen.tap("Nuovo farmaco").await;
    screen.expect("Prontuario").await;
    screen.look("prontuario").await;
    screen.fill("#q", "zimox").await;
    screen.tap("CERCA").await;
    screen.tap_on("input[name=aic][value='023086150']").await;
    screen.look("prontuario-zimox").await;
    screen.fill("#q", "crestor").await;
    screen.tap("CERCA").await;
    screen.expect("CRESTOR*28CPR RIV 10MG").await;
    screen.expect("ZIMOX*12CPR 1G").await;
    screen.tick("CRESTOR*28CPR RIV 10MG").await;
    screen.look("prontuario-due").await;
    screen.tap("OK").await;
}

/// The data of both drugs, in whatever order they come.
async fn give_the_data(screen: &Screen) {
    for place in ["Farmaco 1 di 2", "Farmaco 2 di 2"] {
        screen.expect(place).await;
        screen.expect("Dati prescrizione").await;
        let zimox = screen.text_of("main form .kv").await.contains("ZIMOX*12CPR 1G");
        if zimox {
            data_of_zimox(screen).await
        } else {
            data_of_crestor(screen).await
        }
        screen.tap_button("OK").await;
    }
    screen.expect("Riepilogo prescrizione").await;
    screen.expect("RICETTA 1").await;
    screen.expect("RICETTA 2").await;
    screen.look("riepilogo").await;
}

async fn data_of_zimox(screen: &Screen) {
    screen.look("dati-zimox").await;
    screen.choose("[name=posologia]", "POSOLOGIA PERSONALE").await;
    screen.fill("[name=testo_posologia]", "1 compressa mattina e sera, a stomaco pieno").await;
    screen.choose("[name=problema]", "INFLUENZA").await;
    screen.look("dati-zimox-compilati").await;
}

async fn data_of_crestor(screen: &Screen) {
    screen.choose("[name=problema]", "DIABETE MELLITO").await;
    screen.tap("Calcola esenzione").await;
    screen.expect("013").await;
    screen.tap("FARMACO CONTINUATIVO").await;
    screen.look("dati-crestor").await;
}

async fn send_and_be_refused(screen: &Screen) {
    let refusal = serde_json::json!({ "service": "send", "next": 1, "kind": "refuse", "code": "1037" });
    screen.demo.plan_fault(&refusal).await;
    screen.tap_button("Invia").await;
    screen.expect("Esito invio prescrizioni").await;
    screen.expect("Errore SAC").await;
    screen.expect("Inviata").await;
    screen.look("esito-due-ricette").await;
    let code = screen.text().await.split_whitespace().find(|word| is_code(word)).map(str::to_owned);
    let held = screen.demo.ledger().await;
    let registered: Vec<_> = held["prescriptions"].as_array().unwrap().iter().map(|one| &one["auth_code"]).collect();
    assert_eq!(registered, [&serde_json::Value::from(code.expect("no 30-digit code"))], "what SAC holds");
}

/// An authentication code as SAC gives it.
fn is_code(word: &str) -> bool {
    word.len() == 30 && word.chars().all(|c| c.is_ascii_digit())
}

async fn correct_and_be_accepted(screen: &Screen) {
    // The refused one: its outcome says why, and leads back to the basket.
    screen.tap_in("li", "Errore SAC", "Esito").await;
    screen.expect("Esito invio prescrizione").await;
    screen.look("esito-rifiutata").await;
    screen.tap("Correggi e reinvia").await;
    screen.expect("Riepilogo prescrizione").await;
    screen.look("riepilogo-correzione").await;
    screen.tap_button("Invia").await;
    screen.expect("Codice autenticazione").await;
    assert!(screen.text().await.split_whitespace().any(is_code), "no code in {}", screen.text().await);
    screen.look("esito-accettata").await;
    let held = screen.demo.ledger().await;
    assert_eq!(held["prescriptions"].as_array().unwrap().len(), 2, "both are registered");
    screen.tap("Conferma").await;
    screen.expect("SACCAVINI").await;
    screen.expect("Inviata").await;
    screen.look("cartella-dopo").await;
}

async fn annul(screen: &Screen) {
    screen.open("/millelight/ricette").await;
    screen.expect("Elenco ricette inviate").await;
    screen.tap("Elaborate").await;
    screen.expect("SACCAVINI").await;
    screen.look("elenco-ricette").await;
    screen.tap_in("li", "Inviata", "SACCAVINI").await;
    screen.expect("STORIA").await;
    screen.look("ricetta").await;
    screen.tap("Annulla ricetta").await;
    screen.expect("Annullare la prescrizione?").await;
    screen.look("annulla").await;
    screen.choose_nth("[name=motivo]", 1).await;
    screen.tap_button("Annulla prescrizione").await;
    screen.expect("Annullata").await;
    screen.look("annullata").await;
    let held = screen.demo.ledger().await;
    let annulled = held["prescriptions"].as_array().unwrap().iter().filter(|one| one["state"] == 4).count();
    assert_eq!(annulled, 1, "SAC holds one annulled prescription");
}

async fn repeat_from_the_record(screen: &Screen) {
    screen.open("/millelight/pazienti").await;
    screen.expect("ULTIMI PAZIENTI APERTI").await;
    screen.look("ultimi-pazienti").await;
    screen.tap("SACCAVINI Claudio").await;
    screen.tap_on("input[name=ripeti]").await;
    screen.tap("Ripeti selezionati").await;
    screen.expect("Riepilogo prescrizione").await;
    screen.look("ripeti").await;
}

/// The other pages of the first door: seen once, never tapped.
async fn look_around(screen: &Screen) {
    for (path, name) in [
        ("/millelight/medico", "medico"),
        ("/millelight/credenziali-sar", "credenziali-sar"),
        ("/millelight/lotti-nre", "lotti"),
        ("/millelight/info", "info"),
        ("/millelight/pazienti/nuovo", "paziente-nuovo"),
        ("/millelight/prontuario", "prontuario-solo"),
        ("/millelight/password", "password"),
    ] {
        screen.open(path).await;
        screen.find("main").await;
        screen.look(name).await;
    }
}
