//! What the pipeline's tests share: a doctor ready to send, patients, prescriptions, outcomes.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::{Kind, NewItem, NewPrescription, Prescription, State};
use super::queries;
use super::service::{self, Claim, Timings, Work, vault};
use crate::db::schema::{doctors, regions, users};
use crate::db::testing::{self, TestDb};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::identity::keys::Keys;
use crate::identity::sealing::Sealer;
use kernel::nre::LotPrefix;
use sac::{Registration, SenderCredentials};

/// The doctor's fiscal code in the tests.
pub const DOCTOR: &str = "BRGPLA59L23M048S";
/// A code SAC could give.
pub const CODE: &str = "191120160904022190000021250125";

/// A database with a doctor who has credentials, a session and a lot.
pub struct World {
    /// The database.
    pub db: TestDb,
    /// The doctor.
    pub owner: Owner,
    /// A patient of the doctor.
    pub patient: i64,
    /// The times of the tests.
    pub timings: Timings,
    /// Now.
    pub now: NaiveDateTime,
}

/// The sealer of the tests.
pub fn sealer() -> Sealer {
    Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap())
}

/// The doctor's secrets.
pub fn credentials() -> SenderCredentials {
    SenderCredentials {
        username: DOCTOR.to_owned(),
        password: "Simulatore.2026".into(),
        pin: "0501234567".into(),
        session_id: Some("0b9f2c3e-1111-4222-8333-944455556666".into()),
    }
}

/// Gives `owner` credentials with a session that lasts ten hours.
pub fn insert_credentials(db: &mut Db, owner: Owner, secrets: &SenderCredentials, now: NaiveDateTime) {
    let sealed = vault::seal(&sealer(), owner, secrets).unwrap();
    queries::save_credentials(db, owner, &secrets.username, &sealed.password, &sealed.pin, now).unwrap();
    let expires = now + TimeDelta::hours(10);
    queries::save_session(db, owner, sealed.session.as_deref(), Some(expires)).unwrap();
}

impl World {
    /// A doctor of Veneto with everything needed to send.
    pub fn new() -> Self {
        let mut db = TestDb::new();
        let now = testing::now();
        let doctor = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
        diesel::update(users::table.find(doctor)).set(users::fiscal_code.eq(DOCTOR)).execute(&mut *db).unwrap();
        diesel::update(doctors::table.find(doctor))
            .set((doctors::region_code.eq("050"), doctors::asl_code.eq("204")))
            .execute(&mut *db)
            .unwrap();
        let owner = Owner::of_doctor(doctor);
        let patient = testing::insert_patient(&mut db, doctor, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
        insert_credentials(&mut db, owner, &credentials(), now);
        let mut this = Self { db, owner, patient, timings: Timings::default(), now };
        this.lot("0500A01234567");
        this
    }

    /// Adds a lot.
    pub fn lot(&mut self, prefix: &str) {
        let lot = LotPrefix::parse(prefix).unwrap();
        assert!(queries::insert_lot(&mut self.db, self.owner, &lot, self.now).unwrap());
    }

    /// Says where the numbers of Veneto come from, and what is done after a lost answer.
    pub fn region_rule(&mut self, source: &str, policy: &str) {
        set_region_rule(&mut self.db, source, policy).unwrap();
    }

    /// Confirms one prescription of ZIMOX.
    pub fn confirm(&mut self) -> i64 {
        let new = zimox(self.patient);
        let (owner, now) = (self.owner, self.now);
        let ids = service::create_confirmed(&mut self.db, &By::guarded(owner, owner.id(), now), &[new]).unwrap();
        *ids.first().unwrap()
    }

    /// The row now.
    pub fn row(&mut self, id: i64) -> Prescription {
        queries::find(&mut self.db, id).unwrap().unwrap()
    }

    /// The state now.
    pub fn state(&mut self, id: i64) -> State {
        self.row(id).state
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    /// Tries to take the row.
    pub fn claim(&mut self, id: i64) -> Claim {
        let (timings, now) = (self.timings, self.now);
        self.db.write(|conn| service::claim(conn, id, &timings, now)).unwrap()
    }

    /// Takes the row, which must give a call to make.
    pub fn work(&mut self, id: i64) -> Work {
        match self.claim(id) {
            Claim::Work(work) => *work,
            Claim::Moved => panic!("moved to {:?}", self.row(id).state),
            Claim::NotNow => panic!("not now: {:?}", self.row(id).state),
        }
    }
}

/// Says where the numbers of Veneto come from, and what is done after a lost answer.
pub fn set_region_rule(db: &mut Db, source: &str, policy: &str) -> QueryResult<()> {
    diesel::delete(regions::table.find("050")).execute(db)?;
    let row = (
        regions::code.eq("050"),
        regions::name.eq("Veneto"),
        regions::project_name.eq("PROGETTO DEMAT VENETO"),
        regions::uncertain_policy.eq(policy),
        regions::services_enabled.eq(true),
        regions::nre_source.eq(source),
        regions::rules_source.eq(""),
    );
    diesel::insert_into(regions::table).values(row).execute(db)?;
    Ok(())
}

/// A prescription of one pack of ZIMOX.
pub fn zimox(patient_id: i64) -> NewPrescription {
    NewPrescription {
        patient_id,
        kind: Kind::Drugs,
        visit_kind: "A".into(),
        hide_data: false,
        suggested: false,
        exemption_code: String::new(),
        income_exempt: false,
        diagnosis_code: "487".into(),
        diagnosis_text: "INFLUENZA".into(),
        plan_protocol: String::new(),
        copied_from: None,
        items: vec![NewItem {
            aic: "023086150".into(),
            label: "ZIMOX*12CPR 1G".into(),
            substance: "AMOXICILLINA".into(),
            group_code: "H0A".into(),
            group_description: "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE".into(),
            pieces: 1,
            ..NewItem::default()
        }],
    }
}

/// The proof of registration of `work`.
pub fn registration(work: &Work) -> Registration {
    Registration {
        nre: work.message.nre.clone(),
        auth_code: CODE.into(),
        registered_at: testing::now(),
        warnings: Vec::new(),
        communications: Vec::new(),
        pdf: None,
    }
}
