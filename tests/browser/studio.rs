//! Two people side by side: the collaborator prepares, the doctor's bell rings, the doctor decides.

use std::sync::Arc;

use crate::support::{Demo, Device, Screen, on_a_new_demo};

fn side_by_side(device: Device, scripts: bool) {
    on_a_new_demo(async |demo: Arc<Demo>| {
        let (doctor, anna) = tokio::join!(
            Screen::start(&demo, "campanella-medico", device, scripts),
            Screen::start(&demo, "campanella-studio", device, scripts),
        );
        tokio::join!(doctor.enter("MEDICO"), anna.enter("COLLABORATORE"));
        anna.expect("Per conto di").await;
        anna.look("pazienti").await;
        let waiting = bell(&doctor).await;
        assert_eq!(counters(&anna).await, [waiting, 0, 0, 0]);

        anna_prepares(&anna, ("zimox", "023086150")).await;
        assert_eq!(counters(&anna).await, [waiting + 1, 0, 0, 0]);
        the_bell_rings(&doctor, waiting + 1).await;
        one_is_sent(&doctor).await;
        assert_eq!(counters(&anna).await, [waiting, 1, 0, 0]);
        one_goes_back(&doctor).await;
        assert_eq!(counters(&anna).await, [waiting - 1, 1, 1, 0]);
        all_others_are_sent(&doctor, waiting - 1).await;
        assert_eq!(counters(&anna).await, [0, waiting, 1, 0]);
        anna_takes_note(&anna).await;
        assert_eq!(counters(&anna).await, [0, 0, 0, 0]);

        let held = demo.ledger().await;
        assert_eq!(held["prescriptions"].as_array().unwrap().len(), waiting, "what SAC holds");
        anna_prepares(&anna, ("brufen", "022593103")).await;
        an_allergy_leaves_room(&doctor).await;
        tokio::join!(doctor.close(), anna.close());
    });
}

#[test]
fn on_two_desks() {
    side_by_side(Device::Desk, true);
}

#[test]
fn on_two_desks_without_scripts() {
    side_by_side(Device::Desk, false);
}

#[test]
fn on_two_phones() {
    side_by_side(Device::Phone, true);
}

#[test]
fn on_two_phones_without_scripts() {
    side_by_side(Device::Phone, false);
}

/// What the bell says; nothing is 0.
async fn bell(screen: &Screen) -> usize {
    let said = screen.text_of("#campanella").await;
    if said.is_empty() { 0 } else { said.parse().unwrap() }
}

/// Waiting, validated, annulled, refused by SAC, as the collaborator's page counts them.
async fn counters(anna: &Screen) -> [usize; 4] {
    anna.open("/millelight/inviate").await;
    let said = anna.text_of("#contatori").await;
    let numbers: Vec<_> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("four counters in {said}"))
}

async fn anna_prepares(anna: &Screen, (name, aic): (&str, &str)) {
    anna.open("/millelight/pazienti").await;
    anna.fill("#q", "sacc").await;
    anna.tap_button("Cerca").await;
    anna.tap("SACCAVINI Claudio").await;
    anna.tap("Nuovo farmaco").await;
    anna.expect("Prontuario").await;
    anna.fill("#q", name).await;
    anna.tap_button("CERCA").await;
    anna.tap_on(&format!("input[name=aic][value='{aic}']")).await;
    anna.tap_button("OK").await;
    anna.expect("Dati prescrizione").await;
    anna.look("dati").await;
    anna.tap_button("OK").await;
    anna.expect("la ricetta arriva al medico").await;
    anna.look("riepilogo").await;
    anna.tap_button("Invia al cloud").await;
    anna.expect("inviata al cloud").await;
    anna.look("inviata").await;
    anna.open("/millelight/inviate").await;
    anna.look("inviate").await;
}

async fn the_bell_rings(doctor: &Screen, waiting: usize) {
    // By itself where scripts run, on the next page elsewhere.
    if !doctor.chrome.scripts {
        doctor.open("/millelight/pazienti").await;
    }
    doctor.expect_in("#campanella", &waiting.to_string()).await;
    doctor.look("campanella").await;
    doctor.tap_on("#campanella").await;
    doctor.expect("Elenco Prescrizioni").await;
    doctor.expect(&format!("INVIA TUTTI ({waiting})")).await;
    doctor.look("elenco").await;
}

async fn one_is_sent(doctor: &Screen) {
    doctor.tap_in("li", "ZIMOX*12CPR 1G", "Invia").await;
    doctor.expect("La prescrizione è stata processata.").await;
    doctor.look("convalidata").await;
}

async fn one_goes_back(doctor: &Screen) {
    doctor.open("/millelight/da-validare").await;
    doctor.tap_in("li", "CRESTOR", "Annulla").await;
    doctor.expect("Annullare la prescrizione?").await;
    doctor.look("rifiuto").await;
    doctor.choose_nth("[name=motivo]", 1).await;
    doctor.tap_button("Annulla prescrizione").await;
    doctor.expect("La prescrizione è annullata.").await;
    doctor.look("rifiutata").await;
}

async fn all_others_are_sent(doctor: &Screen, count: usize) {
    doctor.tap(&format!("INVIA TUTTI ({count})")).await;
    doctor.expect(&format!("Inviare {count} prescrizioni?")).await;
    doctor.look("invia-tutti").await;
    doctor.tap_button("INVIA TUTTI").await;
    doctor.expect("Che cosa è stato inviato").await;
    doctor.find("[data-done]").await;
    doctor.look("giro").await;
    assert_eq!(bell(doctor).await, 0, "nothing waits any more");
}

/// What the allergy asks stands below the row, not beside it: the row keeps its width.
async fn an_allergy_leaves_room(doctor: &Screen) {
    doctor.open("/millelight/da-validare").await;
    doctor.expect("Allergia registrata").await;
    doctor.look("allergia").await;
    let row = doctor.find(".todo > li .row__t").await.rect().await.unwrap();
    let list = doctor.find(".todo > li").await.rect().await.unwrap();
    assert!(row.width > list.width / 2.0, "{} of {}", row.width, list.width);
}

async fn anna_takes_note(anna: &Screen) {
    anna.open("/millelight/inviate?mostra=annullate").await;
    anna.expect("Motivo del medico").await;
    anna.look("annullate").await;
    anna.open("/millelight/inviate?mostra=convalidate").await;
    anna.look("convalidate").await;
    anna.tap_button("Scarica dal cloud").await;
    anna.expect("Inviate al cloud").await;
    anna.look("scaricate").await;
}
