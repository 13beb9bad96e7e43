//! The demo practice: the manual's doctor and patient, and forty-two more people around them.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::clinical::{CRESTOR, ZIMOX};
use super::loader::Loader;
use super::people::{self, Person};
use super::studio;
use crate::db::{Db, Owner};
use crate::identity::model::{NewDoctor, PasswordState};
use crate::identity::queries;
use crate::millebook::model::Happened;
use crate::millebook::queries::{Claimant, find_account, insert_event, open_enrolment};
use crate::millebook::service::open_account;
use crate::patients::queries::find_by_code;
use kernel::fiscal_code::{FiscalCode, Sex};

/// The doctor of the demo, known to the SAC simulator under the same codes.
#[derive(Clone, Copy, Debug)]
pub struct DemoDoctor {
    /// Login name.
    pub username: &'static str,
    /// Login password: printed at every start of the demo, so it protects nothing.
    pub password: &'static str,
    /// Surname.
    pub surname: &'static str,
    /// Name.
    pub name: &'static str,
    /// Fiscal code.
    pub fiscal_code: &'static str,
    /// Region code.
    pub region: &'static str,
    /// ASL code within the region.
    pub asl: &'static str,
}

/// The patient of the demo with a portal of his own: SACCAVINI Claudio.
#[derive(Clone, Copy, Debug)]
pub struct DemoPatient {
    /// Login name: the fiscal code.
    pub username: &'static str,
    /// Login password: printed at every start of the demo, so it protects nothing.
    pub password: &'static str,
}

/// SACCAVINI Claudio.
pub const DEMO_PATIENT: DemoPatient = DemoPatient { username: "SCCCLD63E30L483Q", password: "assistito-di-prova-2026" };

/// BORGHETTO Paolo.
pub const DEMO_DOCTOR: DemoDoctor = DemoDoctor {
    username: "borghetto",
    password: "dimostrazione-2026",
    surname: "BORGHETTO",
    name: "Paolo",
    fiscal_code: "BRGPLA59L23M048S",
    region: "050",
    asl: "204",
};

/// The manual's nine problems, in its order.
const SACCAVINI_PROBLEMS: &[(&str, &str)] = &[
    ("345.9", "EPILESSIA"),
    ("345.4", "EPILESSIA LOBO TEMPORALE"),
    ("250.00", "DIABETE MELLITO"),
    ("487.1", "INFLUENZA"),
    ("820.8", "FRATTURA ANCA"),
    ("239.9", "TUMORE"),
    ("814.10", "FRATTURA ESPOSTA POLSO"),
    ("427.31", "FIBRILLAZIONE ATRIALE"),
    ("443.0", "SINDROME RAYNAUD"),
];

/// Patients of the demo besides SACCAVINI.
const OTHERS: usize = 42;

/// Loads the demo practice when its doctor is not there yet; returns the doctor's id.
pub fn load_demo(conn: &mut Db, password_hash: String, now: NaiveDateTime, today: NaiveDate) -> QueryResult<i64> {
    if let Some(doctor) = queries::find_user_by_username(conn, DEMO_DOCTOR.username)? {
        return Ok(doctor.id);
    }
    let doctor = NewDoctor {
        username: DEMO_DOCTOR.username.to_owned(),
        surname: DEMO_DOCTOR.surname.to_owned(),
        name: DEMO_DOCTOR.name.to_owned(),
        fiscal_code: DEMO_DOCTOR.fiscal_code.to_owned(),
        email: "paolo.borghetto@example.it".to_owned(),
        phone: "041 5550123".to_owned(),
        password_hash,
        password_state: PasswordState::Definitive,
        confirmed: true,
        region_code: DEMO_DOCTOR.region.to_owned(),
        asl_code: DEMO_DOCTOR.asl.to_owned(),
        province: "VE".to_owned(),
        specialization: "F".to_owned(),
        structure_code: String::new(),
    };
    let shared_hash = doctor.password_hash.clone();
    let doctor_id = queries::insert_doctor(conn, &doctor, now)?;
    let mut loader = Loader::new(conn, doctor_id, DEMO_DOCTOR.asl, now)?;
    saccavini(&mut loader, today);
    let mut rng = StdRng::seed_from_u64(2016);
    let mut codes = std::collections::HashSet::new();
    while codes.len() < OTHERS {
        let person = people::invent(&mut rng, today);
        if codes.insert(person.fiscal_code.as_str().to_owned()) {
            let patient = loader.patient(&person, "");
            loader.history(&mut rng, patient, person.birth_date, today);
        }
    }
    loader.write(conn)?;
    let owner = Owner::of_doctor(doctor_id);
    let collaborator = studio::add_collaborator(conn, owner, shared_hash, now)?;
    studio::prepare(conn, owner, collaborator, (now, today))?;
    Ok(doctor_id)
}

/// Gives the demo's patient an account on Millebook, when he has none: consent, and the password of `hash`.
pub fn enrol_demo_patient(conn: &mut Db, doctor: i64, hash: &str, now: NaiveDateTime) -> QueryResult<()> {
    let patient = find_by_code(conn, Owner::of_doctor(doctor), DEMO_PATIENT.username)?;
    let Some(patient) =
        patient.filter(|_| find_account(conn, DEMO_PATIENT.username).is_ok_and(|known| known.is_none()))
    else {
        return Ok(());
    };
    open_enrolment(conn, patient.id, doctor, now)?;
    insert_event(conn, patient.id, Happened::Enrolled, doctor, now)?;
    let claimant = Claimant {
        patient_id: patient.id,
        surname: patient.values.surname,
        name: patient.values.name,
        fiscal_code: patient.values.fiscal_code,
        birth_date: patient.values.birth_date,
        doctor_surname: DEMO_DOCTOR.surname.to_owned(),
        doctor_name: DEMO_DOCTOR.name.to_owned(),
    };
    open_account(conn, &claimant, hash, now)?;
    Ok(())
}

/// The manual's patient: nine problems, three therapies, and the exemption that goes with the diabetes.
fn saccavini(loader: &mut Loader, today: NaiveDate) {
    let birth_date = NaiveDate::from_ymd_opt(1963, 5, 30).unwrap_or(today);
    let Ok(fiscal_code) = FiscalCode::parse("SCCCLD63E30L483Q") else { return };
    let person = Person {
        surname: "SACCAVINI".to_owned(),
        name: "Claudio".to_owned(),
        sex: Sex::Male,
        birth_date,
        birthplace_code: "L483",
        birthplace: "UDINE",
        fiscal_code,
        address: "Via Roma 11".to_owned(),
        home: ("UDINE", "UD", "33100"),
    };
    let id = loader.patient(&person, "claudio.saccavini@example.it");
    let ago = |days: i64| today - TimeDelta::days(days);
    for (icd9, name) in SACCAVINI_PROBLEMS {
        let problem = loader.problem(id, icd9, name, ago(40));
        match *name {
            "INFLUENZA" => {
                loader.therapy(id, Some(problem), &ZIMOX, false, ago(7));
                loader.therapy(id, Some(problem), &ZIMOX, false, ago(8));
            }
            "DIABETE MELLITO" => loader.therapy(id, Some(problem), &CRESTOR, true, ago(60)),
            _ => {}
        }
    }
    loader.exemption(id, "013", "Diabete mellito", ago(2_000));
    loader.allergy(id, ("FANS", "M01A", "orticaria"), ago(2_000));
    loader.diary(id, "Febbre 38,5 da due giorni, tosse produttiva. Torace: rantoli basali destri.", ago(7));
    loader.diary(id, "Controllo diabete: rafforzata indicazione dietetica.", ago(24));
    loader.diary(id, "Rinnovo terapia ipolipemizzante.", ago(60));
}
