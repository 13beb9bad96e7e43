//! Doctor and patient: a prescription is published, shown at the counter, annulled; a new code; the consent taken back.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::support::{Demo, Device, Screen, on_a_new_demo, program};

fn walk(device: Device, scripts: bool) {
    on_a_new_demo(async |demo: Arc<Demo>| {
        let (doctor, patient) = tokio::join!(
            Screen::start(&demo, "millebook-medico", device, scripts),
            Screen::start(&demo, "millebook-assistito", device, scripts),
        );
        tokio::join!(doctor.enter("MEDICO"), the_patient_enters(&patient));
        publish(&doctor).await;
        at_the_counter(&patient).await;
        annul(&doctor).await;
        patient.open("/millebook").await;
        patient.expect("Annullata dal medico: non usarla").await;
        patient.look("annullata").await;
        with_a_new_code(&doctor, &patient).await;
        withdraw(&doctor).await;
        patient.open("/millebook").await;
        patient.expect("Il tuo codice fiscale").await;
        // The weight of a page does not depend on the device: it is taken once.
        if device == Device::Phone && scripts {
            patient.weigh_what_was_seen().await;
        }
        tokio::join!(doctor.close(), patient.close());
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

async fn the_patient_enters(patient: &Screen) {
    let (username, password) = patient.demo.user("ASSISTITO");
    patient.open("/").await;
    patient.tap("Millebook").await;
    patient.look("accedi").await;
    patient.fill("[name=username]", username).await;
    patient.fill("[name=password]", password).await;
    patient.tap_button("Accedi").await;
    patient.expect("Nessuna ricetta da ritirare").await;
    patient.look("vuoto").await;
    patient.open("/millebook/accessi").await;
    patient.expect("Sessioni aperte").await;
    patient.look("accessi").await;
    patient.open("/millebook/secondo-fattore").await;
    patient.tap_button("Attiva il secondo fattore").await;
    patient.expect("Codice di sei cifre").await;
    patient.look("secondo-fattore").await;
    patient.tap_button("Annulla").await;
    patient.expect("Attiva il secondo fattore").await;
    patient.open("/millebook/password").await;
    patient.expect("Password attuale").await;
    patient.look("password").await;
}

async fn publish(doctor: &Screen) {
    doctor.fill("#q", "sacc").await;
    if !doctor.chrome.scripts {
        doctor.tap("Cerca").await;
    }
    doctor.tap("SACCAVINI Claudio").await;
    doctor.tap("Nuovo farmaco").await;
    doctor.expect("Prontuario").await;
    doctor.fill("#q", "zimox").await;
    doctor.tap_button("CERCA").await;
    doctor.tap_on("input[name=aic][value='023086150']").await;
    doctor.tap_button("OK").await;
    doctor.expect("Dati prescrizione").await;
    doctor.tap_button("OK").await;
    doctor.expect("Riepilogo prescrizione").await;
    doctor.tap_button("Invia").await;
    doctor.expect("Codice autenticazione").await;
    doctor.look("esito").await;
    doctor.tap_button("Pubblica su Millebook").await;
    doctor.expect("Pubblicata su Millebook").await;
    doctor.look("pubblicata").await;
}

async fn at_the_counter(patient: &Screen) {
    patient.open("/millebook").await;
    patient.expect("Hai una ricetta da ritirare").await;
    patient.look("ricette").await;
    patient.tap("Mostra in farmacia").await;
    patient.expect("NRE, prima parte").await;
    let picture = patient.look("farmacia").await;
    let mut shown: Vec<String> = Vec::new();
    for place in 1..=3 {
        shown.push(patient.text_of(&format!(".scan figure:nth-of-type({place}) b")).await.replace(' ', ""));
    }
    shown.sort();
    if let Some(read) = read_by_a_scanner(&picture) {
        assert_eq!(read, shown, "what a reader sees on {}", picture.display());
    }
    patient.expect("Chi ha guardato questa ricetta").await;
}

/// The Code 39 bars of a picture by Debian's zbarimg; `None` where it is not installed.
fn read_by_a_scanner(picture: &Path) -> Option<Vec<String>> {
    let Some(zbarimg) = program("zbarimg") else {
        let required = std::env::var_os("MILLECLOUD_REQUIRE_TOOLS").is_some();
        assert!(!required, "MILLECLOUD_REQUIRE_TOOLS is set, but zbarimg is not installed");
        return None;
    };
    let arguments = ["-q", "--raw", "-Sdisable", "-Scode39.enable"];
    let output = Command::new(zbarimg).args(arguments).arg(picture).output().unwrap();
    let mut read: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    read.sort();
    Some(read)
}

async fn annul(doctor: &Screen) {
    doctor.open("/millelight/ricette").await;
    doctor.tap("Elaborate").await;
    doctor.tap_in("li", "Inviata", "SACCAVINI").await;
    doctor.tap("Annulla ricetta").await;
    doctor.expect("ha già la ricetta su Millebook").await;
    doctor.look("annulla").await;
    doctor.choose_nth("[name=motivo]", 1).await;
    doctor.tap_button("Annulla prescrizione").await;
    doctor.expect("Avvisa il paziente").await;
    doctor.look("annullata").await;
    doctor.tap("Chiudi").await;
}

async fn with_a_new_code(doctor: &Screen, patient: &Screen) {
    doctor.open("/millelight/pazienti").await;
    doctor.tap("SACCAVINI Claudio").await;
    let record = doctor.path().await;
    doctor.open(&format!("{record}/millebook")).await;
    doctor.expect("Consenso del").await;
    doctor.look("arruolamento").await;
    doctor.tap_button("Dai un nuovo codice").await;
    doctor.expect("Il codice si vede solo adesso").await;
    doctor.look("foglio").await;
    let code = doctor.text_of(".nre").await;
    doctor.tap("Fatto").await;

    patient.open("/millebook/attiva").await;
    patient.fill("[name=codice]", &code).await;
    patient.fill("[name=codice_fiscale]", patient.demo.user("ASSISTITO").0).await;
    patient.fill_date("[name=nascita]", "1963-05-30").await;
    patient.look("attiva").await;
    patient.tap_button("Avanti").await;
    patient.expect("il codice è giusto").await;
    patient.look("attiva-password").await;
    patient.fill("[name=password_nuova]", "quattro gatti sul tetto").await;
    patient.fill("[name=password_ripetuta]", "quattro gatti sul tetto").await;
    patient.tap_button("Salva ed entra").await;
    patient.expect("Millebook è attivo").await;
    patient.look("attivo").await;
}

async fn withdraw(doctor: &Screen) {
    doctor.tap("Revoca il consenso").await;
    doctor.expect("Revocare il consenso?").await;
    doctor.look("revoca").await;
    doctor.tap_button("Revoca il consenso").await;
    doctor.expect("Consenso revocato").await;
    doctor.look("revocato").await;
}
