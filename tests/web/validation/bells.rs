//! What SAC refused rings for the doctor and for the studio, until each has looked.

use millecloud::db::schema::sac_refusals;
use millecloud::prescriptions::model::Filter;
use millecloud::web::guards::BACKGROUND_HEADER;
use sac_simulator::{Door, Fault, FaultPlan};

use super::*;

fn errors() -> String {
    format!("{}?filtro={}", paths::prescriptions(), Filter::Errors.as_str())
}

/// INVIA TUTTI of two, the first of which SAC refuses; the round's page is not opened again. Answers the round's address
/// and the refused one.
async fn one_of_two_is_refused(office: &Office) -> (String, i64) {
    let ids = office.prepare(2).await;
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    let fault = Fault::Refuse { code: "1037".into() };
    office.app.simulator.engine.plan_fault(FaultPlan::once(Door::Send, fault));
    let answer = asked.submit_raw("dialog form", &[]).await;
    office.app.until_settled().await;
    let mut refused = Vec::new();
    for id in ids {
        if office.state(id).await == State::Discarded {
            refused.push(id);
        }
    }
    assert_eq!(refused.len(), 1);
    (answer.header("location").unwrap(), refused[0])
}

async fn looked(office: &Office, user: i64) -> Vec<bool> {
    office
        .app
        .read(move |conn| {
            let rows = sac_refusals::table.filter(sac_refusals::user_id.eq(user));
            let at: Vec<Option<chrono::NaiveDateTime>> = rows.select(sac_refusals::looked_at).load(conn)?;
            Ok(at.into_iter().map(|at| at.is_some()).collect())
        })
        .await
}

/// What the doctor's bar says beside the bell; empty when it is not there.
async fn refused_in_bar(office: &Office, address: &str) -> String {
    let page = office.doctor.get(address).await;
    let hidden = page.attribute("#rifiutate", "hidden").is_some();
    let said = page.one("#rifiutate .tool__count");
    assert_eq!(said.is_empty(), hidden, "{address}");
    said
}

#[actix_web::test]
async fn a_refusal_after_invia_tutti_rings_until_the_doctor_opens_it() {
    let office = office().await;
    assert_eq!(refused_in_bar(&office, &paths::patients()).await, "");
    let (round, id) = one_of_two_is_refused(&office).await;
    // By itself the page of the round, asked by its script, sees nothing: nobody may be in front of it.
    office.doctor.get_with(&round, &[("X-Frammento", "invii"), (BACKGROUND_HEADER, "1")]).await.assert_status(200);
    let outcome = paths::prescription_outcome(id);
    office.doctor.get_with(&outcome, &[("X-Frammento", "stato"), (BACKGROUND_HEADER, "1")]).await.assert_status(200);
    for address in [paths::patients(), paths::record(office.patient), paths::pending()] {
        assert_eq!(refused_in_bar(&office, &address).await, "1", "{address}");
    }
    let count = office.doctor.get_with(&paths::pending_count(), &[(BACKGROUND_HEADER, "1")]).await;
    assert_eq!(count.body, "{\"n\":0,\"rifiutate\":1}");
    let other = office.app.other_doctor().await;
    assert_eq!(other.get(&paths::pending_count()).await.body, "{\"n\":0,\"rifiutate\":0}");
    other.get(&paths::prescription(id)).await.assert_status(404);
    other.get(&errors()).await.assert_status(200);
    assert_eq!(looked(&office, office.doctor_id).await, [false]);
    // Other lists do not show it.
    assert_eq!(refused_in_bar(&office, &paths::prescriptions()).await, "1");
    let page = office.doctor.get(&paths::patients()).await;
    assert_eq!(page.attribute("#rifiutate", "href").as_deref(), Some(errors().as_str()));
    office.doctor.get(&errors()).await.assert_text("ZIMOX*12CPR 1G").assert_text("Errore SAC");
    assert_eq!(looked(&office, office.doctor_id).await, [true]);
    assert_eq!(looked(&office, office.maria_id).await, [false], "the studio has not");
    assert_eq!(refused_in_bar(&office, &paths::patients()).await, "");
}

#[actix_web::test]
async fn its_own_page_its_outcome_and_the_round_are_looks_too() {
    for n in 0..3 {
        let office = office().await;
        let (round, id) = one_of_two_is_refused(&office).await;
        let address = [paths::prescription(id), paths::prescription_outcome(id), round].into_iter().nth(n).unwrap();
        assert_eq!(refused_in_bar(&office, &address).await, "", "the page that shows it does not count it");
        assert_eq!(looked(&office, office.doctor_id).await, [true], "{address}");
    }
}

#[actix_web::test]
async fn the_studio_has_a_fourth_counter_and_reads_why() {
    let office = office().await;
    let (_, id) = one_of_two_is_refused(&office).await;
    assert_eq!(office.counters().await, ["0", "1", "0", "1"]);
    assert_eq!(office.maria.get(&paths::patients()).await.one("#campanella .tool__count"), "2");
    assert_eq!(office.maria.get(&paths::sent_count()).await.body, "{\"n\":2,\"rifiutate\":1}");
    office.sent("attesa").await.assert_no_text("ZIMOX*12CPR 1G");
    assert_eq!(looked(&office, office.maria_id).await, [false], "another list is no look");
    office.maria.get_with(&format!("{}?mostra=rifiutate", paths::sent()), &[("X-Frammento", "stato")]).await;
    assert_eq!(looked(&office, office.maria_id).await, [false]);
    // Another collaborator of the same doctor has nothing to do with it.
    office.app.add_collaborator("anna", &[office.doctor_id]).await;
    let anna = office.app.login("anna").await;
    anna.get(&format!("{}?mostra=rifiutate", paths::sent())).await.assert_text("Nessuna ricetta rifiutata dal SAC");
    let page = office.sent("rifiutate").await;
    page.assert_text("Rifiutata dal SAC: la corregge il medico").assert_text("Motivo del SAC:");
    assert_eq!(page.all("#contatori b"), ["0", "1", "0", "0"]);
    assert_eq!(page.one("#campanella .tool__count"), "1");
    assert_eq!(looked(&office, office.maria_id).await, [true]);
    assert_eq!(looked(&office, office.doctor_id).await, [false], "the doctor has not");
    office.sent("rifiutate").await.assert_text("ZIMOX*12CPR 1G");
    // The doctor corrects it: it is in nobody's list of refusals any more.
    let outcome = office.doctor.get(&paths::prescription_outcome(id)).await;
    let form = format!("form[action='{}']", paths::prescription_correct(id));
    outcome.submit(&form, &[]).await.assert_status(200);
    office.sent("rifiutate").await.assert_text("Nessuna ricetta rifiutata dal SAC");
}

#[actix_web::test]
async fn the_studios_bell_counts_all_her_doctors_and_leads_to_each() {
    let office = office().await;
    let verdi = office.app.add_doctor("verdi", "VRDNNA60A41H501A").await;
    let maria = office.maria_id;
    let now = office.app.site.clock.now();
    office
        .app
        .write(move |conn| -> Result<(), DbError> {
            use millecloud::identity::associations::{self, AssociationState};
            let own = associations::find_with(conn, Owner::of_doctor(office.doctor_id), maria)?.unwrap();
            let notes = associations::Notes::of(&own);
            associations::insert(conn, Owner::of_doctor(verdi), maria, AssociationState::Active, &notes, now)?;
            Ok(())
        })
        .await;
    let (_, _) = one_of_two_is_refused(&office).await;
    // She goes over to the other doctor: what comes from the first still rings, and the page says from whom.
    let choice = office.maria.get(&paths::choose_doctor()).await;
    choice.submit("form:has([name=medico])", &[("medico", &verdi.to_string())]).await.assert_status(200);
    assert_eq!(office.maria.get(&paths::patients()).await.one("#campanella .tool__count"), "2");
    let sent = office.sent("attesa").await;
    sent.assert_text("2 novità, di cui 1 rifiutata dal SAC");
    assert_eq!(sent.all("#contatori b"), ["0", "0", "0", "0"]);
    let there = sent.submit("#altri-medici", &[("medico", &office.doctor_id.to_string())]).await;
    assert_eq!(there.path, paths::sent());
    assert_eq!(there.all("#contatori b"), ["0", "1", "0", "1"]);
    assert!(there.all("#altri-medici li").is_empty());
}

#[actix_web::test]
async fn beyond_ninety_nine_the_bell_says_so() {
    let office = office().await;
    office.prepare(101).await;
    let page = office.doctor.get(&paths::patients()).await;
    assert_eq!(page.one("#campanella .tool__count"), "99+");
    assert_eq!(office.doctor.get(&paths::pending_count()).await.body, "{\"n\":100,\"rifiutate\":0}");
}
