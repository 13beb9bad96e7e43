//! What has changed since a prescription was prepared: the doctor sees it, and a wrong thing does not leave.

use millecloud::db::schema::{packages, patient_exemptions, prescription_items};
use millecloud::identity::by::By;
use millecloud::prescriptions::model::NewPrescription;
use sac_simulator::{Door, Fault, FaultPlan};

use super::*;

impl Office {
    async fn submit(&self, key: &'static str, new: NewPrescription) -> i64 {
        let (doctor, maria, now) = (self.doctor_id, self.maria_id, self.app.site.clock.now());
        let write = move |conn: &mut millecloud::db::Db| -> Result<i64, DbError> {
            Ok(create_pending(conn, &By::guarded(Owner::of_doctor(doctor), maria, now), key, &[new]).unwrap()[0])
        };
        self.app.write(write).await
    }

    /// The patient has an exemption until this many days from today.
    async fn exempt(&self, code: &'static str, days: i64) {
        let (patient, now) = (self.patient, self.app.site.clock.now());
        let last = self.app.site.clock.today() + chrono::TimeDelta::days(days);
        let write = move |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
            let row = (
                (patient_exemptions::patient_id.eq(patient), patient_exemptions::code.eq(code)),
                (patient_exemptions::description.eq("Diabete mellito"), patient_exemptions::valid_to.eq(Some(last))),
                (patient_exemptions::revision.eq(1),),
                (patient_exemptions::updated_at.eq(now), patient_exemptions::updated_by.eq(1)),
            );
            Ok(diesel::insert_into(patient_exemptions::table).values(row).execute(conn)?)
        };
        self.app.write(write).await;
    }

    /// Maria has prepared one with this exemption.
    async fn prepare_exempt(&self, code: &str) -> i64 {
        let new = NewPrescription { exemption_code: code.to_owned(), ..prescription(self.patient) };
        self.submit("exempt", new).await
    }

    /// The formulary says another class of a package.
    async fn reclass(&self, aic: &'static str, class: &'static str) {
        let write = move |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
            let row = packages::table.filter(packages::aic.eq(aic));
            Ok(diesel::update(row).set((packages::class.eq(class), packages::regime.eq(""))).execute(conn)?)
        };
        assert_eq!(self.app.write(write).await, 1);
    }
}

#[actix_web::test]
async fn what_was_prepared_for_a_patient_who_has_died_stays() {
    let office = office().await;
    let id = office.prepare_exempt("").await;
    let patient = office.patient;
    let write = move |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
        Ok(diesel::update(patients::table.find(patient)).set(patients::status.eq("deceased")).execute(conn)?)
    };
    office.app.write(write).await;
    let list = office.pending().await;
    list.assert_text("Così non si può inviare").assert_text("Il paziente risulta deceduto");
    let refused = list.submit(&format!("form[action='{}']", paths::pending_send(id)), &[]).await;
    refused.assert_text("Non è stato inviato nulla").assert_text("Il paziente risulta deceduto");
    assert_eq!(office.state(id).await, State::Pending);
}

#[actix_web::test]
async fn an_exemption_that_has_run_out_is_told_and_the_prescription_stays() {
    let office = office().await;
    office.exempt("013", 0).await;
    let id = office.prepare_exempt("013").await;
    let today = office.pending().await;
    today.assert_no_text("Così non si può inviare");
    office.app.site.clock.advance(chrono::TimeDelta::days(1));
    let doctor = office.app.login("borghetto").await;
    office.app.enable_sac(office.doctor_id).await;
    let list = doctor.get(&paths::pending()).await;
    list.assert_text("Così non si può inviare")
        .assert_text("L’esenzione 013 è scaduta il")
        .assert_no_text("INVIA TUTTI");
    assert!(list.all(&format!("form[action='{}'] button", paths::pending_send(id))).is_empty());
    // The page of yesterday, kept open.
    let late = list.submit(&format!("form[action='{}']", paths::pending_send(id)), &[]).await;
    late.assert_text("Non è stato inviato nulla").assert_text("L’esenzione 013 è scaduta il");
    assert_eq!(office.state(id).await, State::Pending);
    // Corrected by the rules of today it leaves.
    let item = late.follow(&format!("a[href='{}']", paths::pending_item(id, 1))).await;
    let done = item.submit(FORM, &[("esenzione", "none")]).await;
    done.assert_text("La prescrizione è corretta.").assert_no_text("Così non si può inviare");
    let outcome = done.submit(&format!("form[action='{}']", paths::pending_send(id)), &[]).await;
    outcome.assert_text("La prescrizione è stata processata.");
}

#[actix_web::test]
async fn a_drug_the_ssn_pays_no_more_stays_and_the_others_leave() {
    let office = office().await;
    let bad = office.prepare(1).await[0];
    let mut new = prescription(office.patient);
    new.items[0].aic = CRESTOR.to_owned();
    new.items[0].label = "CRESTOR*28CPR RIV 10MG".to_owned();
    let good = office.submit("other drug", new).await;
    let before = office.doctor.get(&paths::pending_send_all()).await;
    before.assert_text("Inviare 2 prescrizioni?");
    office.reclass(ZIMOX, "C").await;
    let list = office.pending().await;
    list.assert_text("ZIMOX*12CPR 1G: è in classe C").assert_text("INVIA TUTTI (1)");
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    asked
        .assert_text("Inviare 1 prescrizione?")
        .assert_text("Una non parte")
        .assert_text("Non parte: va prima corretta");
    // The question asked before the change sends what it still can.
    let round = before.submit("dialog form", &[]).await;
    round.assert_text("Non inviate").assert_text("va prima corretta").assert_text("su 1");
    office.app.until_settled().await;
    assert_eq!((office.state(bad).await, office.state(good).await), (State::Pending, State::Accepted));
    // What cannot leave is not asked about either.
    let nothing = office.doctor.get(&paths::pending_send_all()).await;
    assert_eq!(nothing.path, paths::pending());
    nothing.assert_text("Non è stato inviato nulla");
    let nothing = before.submit_raw("dialog form", &[("_chiave", "another"), ("vista", &format!("{bad}-1"))]).await;
    assert_eq!(nothing.header("location").as_deref(), Some(paths::pending().as_str()));
    assert_eq!(office.state(bad).await, State::Pending);
}

#[actix_web::test]
async fn a_drug_gone_from_the_formulary_is_told_and_the_doctor_judges() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let write = |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
        Ok(diesel::delete(packages::table.filter(packages::aic.eq(ZIMOX))).execute(conn)?)
    };
    office.app.write(write).await;
    let list = office.pending().await;
    list.assert_text("Non è più nel prontuario").assert_no_text("Così non si può inviare");
    office.send(&list, id).await.assert_text("La prescrizione è stata processata.");
    // One that was never in class A, as far as anybody knows, does not leave.
    let other = office.prepare(1).await[0];
    let write = |conn: &mut millecloud::db::Db| -> Result<usize, DbError> {
        Ok(diesel::update(prescription_items::table).set(prescription_items::class.eq("")).execute(conn)?)
    };
    office.app.write(write).await;
    let list = office.pending().await;
    list.assert_text("non risulta in classe A");
    assert_eq!(office.state(other).await, State::Pending);
}

#[actix_web::test]
async fn a_drug_written_by_its_principle_alone_must_still_be_of_that_group() {
    let office = office().await;
    let mut new = prescription(office.patient);
    new.items[0].by_substance = true;
    new.items[0].group_code = "XXX".to_owned();
    let id = office.submit("by substance", new).await;
    let list = office.pending().await;
    list.assert_text("il suo gruppo di equivalenza è cambiato");
    let item = list.follow(&format!("a[href='{}']", paths::pending_item(id, 1))).await;
    let done = item.submit(FORM, &[]).await;
    done.assert_text("La prescrizione è corretta.").assert_no_text("Così non si può inviare");
}

#[actix_web::test]
async fn what_sac_refused_is_not_tried_again_with_a_drug_that_may_not_go() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let fault = Fault::Refuse { code: "1037".into() };
    office.app.simulator.engine.plan_fault(FaultPlan::once(Door::Send, fault));
    let round = office.doctor.get(&paths::pending_send_all()).await.submit("dialog form", &[]).await;
    office.app.until_settled().await;
    let round = office.doctor.get(&round.path).await;
    round.assert_text("Una è stata rifiutata dal SAC");
    office.reclass(ZIMOX, "C").await;
    let again = round.submit("#azioni form", &[]).await;
    assert_eq!(again.path, round.path);
    again.assert_text("Non è stato inviato nulla").assert_text("usa «Correggi»");
    assert_eq!(office.state(id).await, State::Discarded);
}

#[actix_web::test]
async fn what_stays_behind_is_named_when_the_others_are_tried_again() {
    let office = office().await;
    let stays = office.prepare(1).await[0];
    let mut new = prescription(office.patient);
    new.items[0].aic = CRESTOR.to_owned();
    new.items[0].label = "CRESTOR*28CPR RIV 10MG".to_owned();
    office.submit("goes", new).await;
    let fault = Fault::Refuse { code: "1037".into() };
    let plan = FaultPlan { service: Some(Door::Send), next: Some(2), probability: None, fault };
    office.app.simulator.engine.plan_fault(plan);
    let round = office.doctor.get(&paths::pending_send_all()).await.submit("dialog form", &[]).await;
    office.app.until_settled().await;
    office.reclass(ZIMOX, "C").await;
    let again = office.doctor.get(&round.path).await.submit("#azioni form", &[]).await;
    again.assert_text("Una non è ripartita; le altre sì.").assert_text("usa «Correggi»");
    office.app.until_settled().await;
    assert_eq!(office.state(stays).await, State::Discarded);
    office.doctor.get(&round.path).await.assert_text("1 ricetta inviata su 2");
}
