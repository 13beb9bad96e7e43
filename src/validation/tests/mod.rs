//! Validation against a database: exactly what was seen, once; the counters; what the record learns.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod alarms;
mod bells;
mod deciding;
mod law;
mod looking;
mod notes;
mod studio;
mod twins;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::Counters;
use super::{queries, service};
use crate::db::schema::{allergies, associations, doctors, prescriptions, therapies, users};
use crate::db::testing::{self, TestDb};
use crate::db::{Db, Owner};
use crate::identity::by::{By, Seen};
use crate::prescriptions::model::{Kind, NewItem, NewPrescription, State};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::{self as acts, Claim, Timings, Work, create_pending, record_send};
use crate::web::bell::{MOST, Rings};
use kernel::nre::LotPrefix;
use sac::{Registration, SacError, SendOutcome};

const ZIMOX: &str = "023086150";
const CODE: &str = "191120160904022190000021250125";

/// A doctor who can send, a collaborator, a patient; and another doctor and another collaborator.
struct World {
    db: TestDb,
    owner: Owner,
    other: Owner,
    maria: i64,
    anna: i64,
    patient: i64,
    now: NaiveDateTime,
}

fn insert_collaborator(db: &mut Db, username: &str, doctor: i64) -> i64 {
    let id: i64 = diesel::insert_into(users::table)
        .values((
            (users::username.eq(username), users::role.eq("collaborator"), users::surname.eq("SEGRETI")),
            (users::name.eq("Maria"), users::fiscal_code.eq(username), users::password_hash.eq("")),
            (users::password_state.eq("definitive"), users::password_changed_at.eq(testing::now())),
            (users::active.eq(true), users::created_at.eq(testing::now())),
        ))
        .returning(users::id)
        .get_result(db)
        .unwrap();
    diesel::insert_into(associations::table)
        .values((
            (associations::doctor_id.eq(doctor), associations::collaborator_id.eq(id)),
            (associations::state.eq("active"), associations::surname.eq("SEGRETI"), associations::name.eq("Maria")),
            (associations::created_at.eq(testing::now()), associations::changed_at.eq(testing::now())),
        ))
        .execute(db)
        .unwrap();
    id
}

fn make_ready(db: &mut Db, owner: Owner, now: NaiveDateTime) {
    pipeline::save_credentials(db, owner, "user", b"sealed", b"sealed", now).unwrap();
    pipeline::save_session(db, owner, Some(b"sealed"), Some(now + TimeDelta::hours(8))).unwrap();
}

fn world() -> World {
    let mut db = TestDb::new();
    let now = testing::now();
    let doctor = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let stranger = testing::insert_doctor(&mut db, "verdi", "VERDI", "Anna");
    diesel::update(doctors::table).set(doctors::region_code.eq("050")).execute(&mut *db).unwrap();
    let (owner, other) = (Owner::of_doctor(doctor), Owner::of_doctor(stranger));
    make_ready(&mut db, owner, now);
    make_ready(&mut db, other, now);
    pipeline::insert_lot(&mut db, owner, &LotPrefix::parse("0500A01234567").unwrap(), now).unwrap();
    let maria = insert_collaborator(&mut db, "segreti", doctor);
    let anna = insert_collaborator(&mut db, "anna", doctor);
    let patient = testing::insert_patient(&mut db, doctor, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
    World { db, owner, other, maria, anna, patient, now }
}

fn zimox(patient_id: i64) -> NewPrescription {
    NewPrescription {
        patient_id,
        kind: Kind::Drugs,
        visit_kind: "A".into(),
        hide_data: false,
        suggested: false,
        exemption_code: String::new(),
        income_exempt: false,
        diagnosis_code: String::new(),
        diagnosis_text: String::new(),
        plan_protocol: String::new(),
        copied_from: None,
        items: vec![NewItem {
            aic: ZIMOX.into(),
            label: "ZIMOX*12CPR 1G".into(),
            substance: "AMOXICILLINA".into(),
            atc: "J01CA04".into(),
            class: "A".into(),
            group_code: "18B".into(),
            group_description: "AMOXICILLINA 1.000MG 12 UNITA'".into(),
            pieces: 1,
            posology: "1 ogni 12 ore".into(),
            ..NewItem::default()
        }],
    }
}

impl World {
    /// The doctor, in the own archive.
    fn doctor(&self) -> By {
        By::guarded(self.owner, self.owner.id(), self.now)
    }

    /// Maria's work for the doctor.
    fn studio(&self) -> By {
        By::guarded(self.owner, self.maria, self.now)
    }

    /// Maria sends one sending of these.
    fn submit(&mut self, submission: &str, new: &[NewPrescription]) -> Vec<i64> {
        let studio = self.studio();
        self.db.write(|conn| create_pending(conn, &studio, submission, new)).unwrap()
    }

    fn pending(&mut self) -> i64 {
        let (new, key) = (zimox(self.patient), format!("sending {}", self.count()));
        self.submit(&key, &[new])[0]
    }

    fn count(&mut self) -> i64 {
        prescriptions::table.count().get_result(&mut *self.db).unwrap()
    }

    fn state(&mut self, id: i64) -> State {
        pipeline::find(&mut self.db, id).unwrap().unwrap().state
    }

    fn revision(&mut self, id: i64) -> i64 {
        pipeline::find(&mut self.db, id).unwrap().unwrap().revision
    }

    fn seen(&mut self, ids: &[i64]) -> Vec<Seen> {
        ids.iter().map(|id| Seen::new(*id, self.revision(*id))).collect()
    }

    fn send_one(&mut self, id: i64) -> Result<(), service::DecideError> {
        let (by, seen) = (self.doctor(), Seen::new(id, self.revision(id)));
        self.db.write(|conn| service::send_one(conn, &by, seen, &service::Answers::new()))
    }

    /// The record notes an allergy.
    fn allergy(&mut self, words: &str) {
        let row = (
            allergies::patient_id.eq(self.patient),
            allergies::substance.eq(words),
            allergies::atc_prefix.eq(""),
            allergies::reaction.eq(""),
            allergies::noted_on.eq(self.doctor().today),
            allergies::revision.eq(1),
            allergies::updated_at.eq(self.now),
            allergies::updated_by.eq(self.owner.id()),
        );
        diesel::insert_into(allergies::table).values(row).execute(&mut *self.db).unwrap();
    }

    fn decline(&mut self, id: i64) {
        let (by, seen) = (self.doctor(), Seen::new(id, self.revision(id)));
        self.db.write(|conn| service::decline(conn, &by, seen, "Il paziente ne ha ancora")).unwrap();
    }

    fn work(&mut self, id: i64) -> Work {
        let now = self.now;
        match self.db.write(|conn| acts::claim(conn, id, &Timings::default(), now)).unwrap() {
            Claim::Work(work) => *work,
            _ => panic!("{:?} is not to be sent", self.state(id)),
        }
    }

    fn answer(&mut self, id: i64, outcome: impl FnOnce(&Work) -> SendOutcome) {
        let (work, now) = (self.work(id), self.now);
        let outcome = outcome(&work);
        let at = acts::Moment { now, roll: 0, timings: &Timings::default() };
        self.db.write(|conn| record_send(conn, &work, outcome, at)).unwrap();
    }

    /// SAC takes what the doctor has sent.
    fn accept(&mut self, id: i64) {
        self.answer(id, |work| {
            SendOutcome::Accepted(Registration {
                nre: work.message.nre.clone(),
                auth_code: CODE.into(),
                registered_at: testing::now(),
                warnings: Vec::new(),
                communications: Vec::new(),
                pdf: None,
            })
        });
    }

    /// SAC refuses it.
    fn refuse(&mut self, id: i64) {
        let error = SacError { code: "1037".into(), text: String::new(), row: 0, blocking: true };
        self.answer(id, |_| SendOutcome::Refused { errors: vec![error], communications: Vec::new() });
    }

    fn counters(&mut self) -> (i64, i64, i64) {
        let studio = self.studio();
        let Counters { waiting, validated, annulled, .. } = service::find_counters(&mut self.db, &studio).unwrap();
        (waiting, validated, annulled)
    }

    /// What the doctor's bell says, and Maria's, and her fourth counter.
    fn bells(&mut self) -> (Rings, Rings, i64) {
        let maria = self.studio();
        let doctor = queries::ring_doctor(&mut self.db, maria.owner).unwrap();
        let studio = queries::ring_studio(&mut self.db, maria.actor).unwrap();
        (doctor, studio, service::find_counters(&mut self.db, &maria).unwrap().refused)
    }

    /// Pieces, posology and prescription of the therapies in the record.
    fn therapies(&mut self) -> Vec<(i64, String, Option<i64>)> {
        let columns = (therapies::pieces, therapies::posology, therapies::prescription_id);
        therapies::table.order(therapies::id).select(columns).load(&mut *self.db).unwrap()
    }
}
