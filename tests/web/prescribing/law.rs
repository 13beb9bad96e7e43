//! What the law asks on the page: the posology of narcotics, thirty days for pain, motives in words, therapeutic plans.

use millecloud::db::schema::therapies;

use super::*;

/// A narcotic of the pain therapy, section D.
const DEPALGOS: &str = "035313028";

#[actix_web::test]
async fn a_narcotic_wants_its_posology_and_with_tdl01_takes_thirty_days() {
    let s = surgery().await;
    let data = s.pick(&[DEPALGOS]).await;
    data.assert_text("Stupefacente, sezione D, terapia del dolore (da verificare)");
    let again = data.submit(FORM, &[("pezzi", "9"), ("posologia", "")]).await;
    again.assert_status(422).assert_text("scrivi la posologia");
    let typed = [("pezzi", "9"), ("posologia", "personale"), ("testo_posologia", "1 ogni 6 ore")];
    again.submit(FORM, &typed).await.assert_text("Al massimo 2 confezioni per ricetta").assert_text("Invia 5 ricette");
    s.add_exemption("TDL01", None).await;
    let review = s.review().await;
    review.assert_text("Invia 1 ricetta").assert_text("TDL01").assert_text("terapia del dolore");
    review.submit(FORM, &[]).await;
    let payload: Option<String> =
        s.app.read(|conn| Ok(prescriptions::table.select(prescriptions::payload).first(conn)?)).await;
    assert!(payload.is_none_or(|payload| payload.contains("POSOLOGIA: 1 ogni 6 ore")));
    let sheet = s.browser.get(&paths::package(DEPALGOS)).await;
    sheet.assert_text("Stupefacente").assert_text("Con esenzione TDL01, fino a 30 giorni di terapia");
}

#[actix_web::test]
async fn motives_are_chosen_in_words() {
    let s = surgery().await;
    let data = s.pick(&[ZIMOX]).await;
    data.assert_text("1 · Ipersensibilità, intolleranza").assert_text("4 · Farmaco non soggetto");
    data.submit(FORM, &[("modo", "nonsost"), ("motivo", "1")]).await.assert_text("Non sostituibile: Ipersensibilità");
}

#[actix_web::test]
async fn a_plan_has_a_protocol_and_a_day_is_kept_with_the_therapy_and_warned_about() {
    let s = surgery().await;
    let data = s.pick(&[CRESTOR]).await;
    let half = data.submit(FORM, &[("piano", "2026/42")]).await;
    half.assert_status(422).assert_text("Scrivi fino a quando vale il piano terapeutico");
    let odd = half.submit(FORM, &[("piano", "1;2"), ("piano_fino", "2027-01-01")]).await;
    odd.assert_status(422).assert_text("non può contenere");
    let soon = (s.app.site.clock.today() + chrono::TimeDelta::days(10)).to_string();
    let review = odd.submit(FORM, &[("piano", "2026/42"), ("piano_fino", &soon)]).await;
    review.assert_text("Piano terapeutico 2026/42 fino al").assert_text("Il piano terapeutico 2026/42 scade il");
    review.submit(FORM, &[]).await;
    let record = s.browser.get(&paths::record(s.patient)).await;
    record.assert_text("Il piano terapeutico 2026/42 scade il");
    let therapy: i64 = s.app.read(|conn| Ok(therapies::table.select(therapies::id).first(conn)?)).await;
    let page = s.browser.get(&paths::therapy(s.patient, therapy)).await;
    assert_eq!(page.attribute("#plan_protocol", "value").as_deref(), Some("2026/42"));
    let wrong = page.submit("#modulo", &[("plan_ends_on", "")]).await;
    wrong.assert_status(422).assert_text("Scrivi fino a quando vale il piano terapeutico");
    let late = (s.app.site.clock.today() + chrono::TimeDelta::days(200)).to_string();
    wrong.submit("#modulo", &[("plan_ends_on", &late)]).await;
    s.browser.get(&paths::record(s.patient)).await.assert_text("Piano terapeutico 2026/42 fino al");
}
