//! The bell, the list, one sent, one refused, one corrected.

use millecloud::db::schema::{prescription_items, sessions, therapies};
use millecloud::web::guards::BACKGROUND_HEADER;

use super::*;

#[actix_web::test]
async fn the_bell_rings_on_every_page_and_by_itself() {
    let office = office().await;
    let before = office.doctor.get(&paths::patients()).await;
    assert_eq!(before.one("#campanella .tool__count"), "");
    office.prepare(2).await;
    for address in [paths::patients(), paths::formulary(), paths::lots(), paths::record(office.patient)] {
        assert_eq!(office.doctor.get(&address).await.one("#campanella .tool__count"), "2", "{address}");
    }
    let count = office.doctor.get_with(&paths::pending_count(), &[(BACKGROUND_HEADER, "1")]).await;
    assert_eq!((count.status, count.body.as_str()), (200, "{\"n\":2,\"rifiutate\":0}"));
    assert_eq!(count.header("content-type").as_deref(), Some("application/json"));
    // Maria's bell is about the doctor's answers.
    assert_eq!(office.maria.get(&paths::patients()).await.one("#campanella .tool__count"), "");
    let other = office.app.other_doctor().await;
    assert_eq!(other.get(&paths::patients()).await.one("#campanella .tool__count"), "");
}

#[actix_web::test]
async fn asking_for_the_count_does_not_keep_a_session_alive() {
    let office = office().await;
    let back = office.app.site.clock.now() - chrono::TimeDelta::minutes(10);
    let set = move |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
        Ok(diesel::update(sessions::table).set(sessions::last_seen_at.eq(back)).execute(conn)?)
    };
    office.app.write(set).await;
    let still = || async {
        office
            .app
            .read(move |conn| {
                Ok(sessions::table.filter(sessions::last_seen_at.gt(back)).count().get_result::<i64>(conn)?)
            })
            .await
    };
    office.doctor.get(&paths::pending_count()).await.assert_status(200);
    office.maria.get(&paths::sent_count()).await.assert_status(200);
    assert_eq!(still().await, 0);
    office.doctor.get(&paths::pending()).await.assert_status(200);
    assert_eq!(still().await, 1);
}

#[actix_web::test]
async fn a_row_says_who_what_when_and_what_is_new_and_is_sent_like_ones_own() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    assert_eq!(office.counters().await, ["1", "0", "0", "0"]);
    let list = office.pending().await;
    list.assert_text("SACCAVINI CLAUDIO").assert_text("ZIMOX*12CPR 1G").assert_text("QTA: 1");
    list.assert_text("preparata da Maria SEGRETI").assert_text("Mai prescritto prima").assert_text("INVIA TUTTI (1)");
    let today = office.app.site.clock.today().format("%Y-%m-%d").to_string();
    list.assert_text(&today);
    let outcome = office.send(&list, id).await;
    outcome.assert_text("La prescrizione è stata processata.");
    assert_eq!(outcome.path, paths::prescription_outcome(id));
    assert_eq!(office.state(id).await, State::Accepted);
    assert_eq!(office.counters().await, ["0", "1", "0", "0"]);
    let kept: i64 = office.app.read(|conn| Ok(therapies::table.count().get_result(conn)?)).await;
    assert_eq!(kept, 1);
    office.pending().await.assert_text("Nessuna prescrizione da validare");
    // The same form again leads to the same page and does nothing.
    let again = office.send(&list, id).await;
    assert_eq!(again.path, paths::prescription_outcome(id));
    let kept: i64 = office.app.read(|conn| Ok(therapies::table.count().get_result(conn)?)).await;
    assert_eq!(kept, 1);
    // The next time, the list compares.
    office.prepare(1).await;
    office.pending().await.assert_no_text("Mai prescritto prima").assert_text("Ultima volta oggi");
}

#[actix_web::test]
async fn a_refusal_wants_a_reason_which_goes_back() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let asked = office.doctor.get(&paths::pending_decline(id)).await;
    asked.assert_text("Annullare la prescrizione?");
    let refused = asked.submit("dialog form", &[]).await;
    refused.assert_status(422).assert_text("Scegli il motivo");
    let other = refused.submit("dialog form", &[("motivo", "altro")]).await;
    other.assert_status(422).assert_text("Scrivi il motivo in poche parole");
    let done = other.submit("dialog form", &[("motivo", "doppia"), ("testo", "fino a giovedì")]).await;
    done.assert_status(200).assert_text("La prescrizione è annullata.");
    assert_eq!(office.counters().await, ["0", "0", "1", "0"]);
    office.sent("annullate").await.assert_text("Il paziente ne ha ancora: fino a giovedì");
    // The dialog of what has been decided says so.
    let late = asked.submit("dialog form", &[("motivo", "visita")]).await;
    late.assert_text("Questa prescrizione è cambiata mentre la guardavi");
    office.doctor.get(&paths::pending_decline(id)).await.assert_text("è cambiata mentre la guardavi");
}

#[actix_web::test]
async fn a_correction_is_a_new_revision_which_the_studio_sees() {
    let office = office().await;
    office.basket(&[]).await.submit(FORM, &[]).await.assert_text("inviata al cloud");
    let list = office.pending().await;
    let id: i64 = office.app.read(|conn| Ok(prescriptions::table.select(prescriptions::id).first(conn)?)).await;
    let item = list.follow(&format!("a[href='{}']", paths::pending_item(id, 1))).await;
    item.assert_text("Correggi la prescrizione");
    let wrong = item.submit(FORM, &[("pezzi", "0")]).await;
    wrong.assert_status(422).assert_text("Scrivi un numero da 1 a 9");
    let several = item.submit(FORM, &[("pezzi", "3")]).await;
    several.assert_status(422).assert_text("servirebbe più di una ricetta");
    let done = item.submit(FORM, &[("pezzi", "2")]).await;
    done.assert_status(200).assert_text("La prescrizione è corretta.").assert_text("QTA: 2");
    done.assert_text("Corretta da te");
    let stale = item.submit(FORM, &[("pezzi", "1")]).await;
    stale.assert_text("la correzione non è stata salvata");
    office.sent("attesa").await.assert_text("Il medico ha corretto:").assert_text("pezzi da «1» a «2»");
    // The form of the list as it was before is refused: it is not what the doctor sees now.
    office.send(&list, id).await.assert_text("è cambiata mentre la guardavi");
    assert_eq!(office.state(id).await, State::Pending);
    let now = office.pending().await;
    office.send(&now, id).await.assert_text("La prescrizione è stata processata.");
    let sent: i64 =
        office.app.read(|conn| Ok(prescription_items::table.select(prescription_items::pieces).first(conn)?)).await;
    assert_eq!(sent, 2);
}

#[actix_web::test]
async fn what_waits_is_nobodys_habit_and_whoever_prescribes_the_same_is_told() {
    let office = office().await;
    let own = [("posologia", "personale"), ("testo_posologia", "1 ogni tanto")];
    office.basket(&own).await.submit(FORM, &[]).await.assert_text("inviata al cloud");
    let item = office.pick(&office.doctor).await;
    let (_, fields) = item.filled(FORM, &[]);
    assert!(fields.iter().all(|(_, value)| value != "1 ogni tanto"), "{fields:?}");
    item.assert_text("aspetta già la convalida del medico");
    let id: i64 = office.app.read(|conn| Ok(prescriptions::table.select(prescriptions::id).first(conn)?)).await;
    office.doctor.get(&paths::pending_item(id, 1)).await.assert_no_text("aspetta già la convalida");
    office.send(&office.pending().await, id).await.assert_text("La prescrizione è stata processata.");
    item.submit(FORM, &[]).await.assert_text("Riepilogo").assert_text("è già stata prescritta oggi");
}

#[actix_web::test]
async fn one_of_two_drugs_is_taken_out_and_the_studio_sees_it() {
    let office = office().await;
    let id = office.prepare_two().await;
    let item = office.pending().await.follow(&format!("a[href='{}']", paths::pending_item(id, 1))).await;
    let done = item.submit(FORM, &[("azione", "togli")]).await;
    done.assert_status(200).assert_text("La prescrizione è corretta.").assert_text("ZIMOX*12CPR 1G: tolto");
    office.sent("attesa").await.assert_text("Il medico ha corretto:").assert_text("ZIMOX*12CPR 1G: tolto.");
    // The last one stays: a prescription of nothing is refused, not corrected.
    let last = done.follow(&format!("a[href='{}']", paths::pending_item(id, 1))).await;
    last.assert_text("CRESTOR").assert_no_text("Togli questo farmaco");
    let refused = last.submit(FORM, &[("azione", "togli")]).await;
    refused.assert_status(422).assert_text("È l’unico farmaco di questa prescrizione");
    office.send(&office.pending().await, id).await.assert_text("La prescrizione è stata processata.");
    let sent: Vec<String> =
        office.app.read(|conn| Ok(prescription_items::table.select(prescription_items::aic).load(conn)?)).await;
    assert_eq!(sent, [CRESTOR]);
}

#[actix_web::test]
async fn without_a_session_of_the_day_nothing_leaves() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let past = office.app.site.clock.now() - chrono::TimeDelta::hours(1);
    let end = move |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
        use millecloud::db::schema::sac_credentials;
        Ok(diesel::update(sac_credentials::table).set(sac_credentials::session_expires_at.eq(past)).execute(conn)?)
    };
    office.app.write(end).await;
    let list = office.pending().await;
    let refused = office.send(&list, id).await;
    refused.assert_status(422).assert_text("La sessione SAR di oggi manca o è scaduta");
    let all = office.doctor.get(&paths::pending_send_all()).await.submit("dialog form", &[]).await;
    all.assert_status(422).assert_text("Per ora non si può inviare");
    assert_eq!(office.state(id).await, State::Pending);
}
