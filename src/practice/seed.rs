//! Any number of doctors with any number of patients, for tests of load.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::loader::Loader;
use super::people;
use crate::db::Db;
use crate::db::schema::users;
use crate::identity::model::{NewDoctor, PasswordState};
use crate::identity::queries;

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct SeedPlan {
    /// Doctors, named `medico0001` and so on after those already there.
    pub doctors: u32,
    /// Patients of each.
    pub patients_per_doctor: u32,
    /// The same seed makes the same people.
    pub seed: u64,
}

/// Adds doctor number `index` of the plan with patients; returns how many patients were written.
/// Fails with a unique violation when that doctor is already there.
pub fn load_seed(
    conn: &mut Db,
    plan: SeedPlan,
    index: u32,
    password_hash: &str,
    now: NaiveDateTime,
    today: NaiveDate,
) -> QueryResult<usize> {
    let username = format!("medico{index:04}");
    let exists = users::table.filter(users::username.eq(&username)).count().get_result::<i64>(conn)?;
    if exists > 0 {
        return Ok(0);
    }
    let mut rng = StdRng::seed_from_u64(plan.seed.wrapping_add(u64::from(index)));
    let person = people::invent(&mut rng, today);
    let doctor = NewDoctor {
        username,
        surname: person.surname.clone(),
        name: person.name.clone(),
        fiscal_code: person.fiscal_code.as_str().to_owned(),
        email: format!("medico{index:04}@example.it"),
        phone: String::new(),
        password_hash: password_hash.to_owned(),
        password_state: PasswordState::Definitive,
        confirmed: true,
        region_code: "050".to_owned(),
        asl_code: "201".to_owned(),
        province: person.home.1.to_owned(),
        specialization: "F".to_owned(),
        structure_code: String::new(),
    };
    let doctor_id = queries::insert_doctor(conn, &doctor, now)?;
    let mut loader = Loader::new(conn, doctor_id, "201", now)?;
    let wanted = usize::try_from(plan.patients_per_doctor).unwrap_or(usize::MAX);
    let mut codes = std::collections::HashSet::with_capacity(wanted);
    while codes.len() < wanted {
        let person = people::invent(&mut rng, today);
        if codes.insert(person.fiscal_code.as_str().to_owned()) {
            let patient = loader.patient(&person, "");
            loader.history(&mut rng, patient, person.birth_date, today);
        }
    }
    loader.write(conn)
}
