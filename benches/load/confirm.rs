//! From the click on «Invia» to the page with the code.

use std::time::{Duration, Instant};

use millecloud::db::{Db, DbError};
use millecloud::prescriptions::model::Operation;
use millecloud::prescriptions::queries;

use crate::client::Measure;
use crate::page::Page;
use crate::place::{Person, Place};

/// A package of every edition, and one that no invented patient is allergic to.
const NORVASC: &str = "027428010";

/// How the waiting divides.
pub struct Times {
    /// Until the answer to the confirmation.
    pub whole: Measure,
    /// While the request was at SAC.
    pub sac: Measure,
    /// The rest.
    pub own: Measure,
}

/// Prescribes one drug to each of `count` patients, one after the other, through the pages.
pub async fn measure(place: &Place, person: &Person, count: usize) -> Times {
    place.enable_sac(person).await;
    let (mut whole, mut sac, mut own) = (Vec::new(), Vec::new(), Vec::new());
    let began = Instant::now();
    // The first one opens the connections, and does not count.
    for (n, patient) in person.patients.iter().take(count + 1).enumerate() {
        let (time, prescription) = prescribe(person, *patient).await;
        let at_sac = place.db.read(move |conn| at_sac(conn, prescription)).await.unwrap();
        if n > 0 {
            whole.push(time);
            sac.push(at_sac);
            own.push(time.saturating_sub(at_sac));
        }
    }
    let wall = began.elapsed();
    Times { whole: Measure::of(whole, wall), sac: Measure::of(sac, wall), own: Measure::of(own, wall) }
}

/// Looks at the bytes alone: what the client does besides asking takes from the servers' processors.
fn expect(page: &Page, text: &str) {
    assert!(page.status == 200 && page.body.contains(text), "{}: {}", page.status, page.text());
}

/// Five pages from the formulary to the code; how long the answer to the confirmation took, and the prescription.
pub async fn prescribe(person: &Person, patient: i64) -> (Duration, i64) {
    let home = format!("/millelight/pazienti/{patient}");
    let formulary = person.browser.get(&format!("{home}/prontuario?q={NORVASC}&per=aic")).await;
    let (_, mut fields) = formulary.form("#prontuario");
    fields.retain(|(name, _)| name != "aic");
    fields.push(("aic".to_owned(), NORVASC.to_owned()));
    let data = person.browser.post(&format!("{home}/ricetta/farmaci"), &fields).await;
    expect(&data, "Dati prescrizione");
    let review = data.submit("main form.stack", &[("pezzi", "1"), ("esenzione", "none")]).await;
    expect(&review, "Riepilogo prescrizione");
    let clicked = Instant::now();
    let sent = review.submit_raw("form[action$='/ricetta/invia']", &[]).await;
    let time = clicked.elapsed();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let outcome = sent.header("location").unwrap();
    let page = person.browser.get(&outcome).await;
    expect(&page, "Codice autenticazione");
    let id = outcome.split('/').find_map(|part| part.parse().ok()).unwrap();
    (time, id)
}

/// How long the sending was at SAC.
fn at_sac(conn: &mut Db, prescription: i64) -> Result<Duration, DbError> {
    let attempts = queries::list_attempts(conn, prescription)?;
    let sent = attempts.iter().find(|attempt| attempt.operation == Operation::Send).unwrap();
    Ok((sent.finished_at.unwrap() - sent.started_at).to_std().unwrap())
}
