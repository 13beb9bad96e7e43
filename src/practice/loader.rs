//! Writes the rows of invented patients in batches.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::clinical::{ALLERGIES, DIARY, DISEASES, Disease, Drug};
use super::people::Person;
use crate::db::schema::{allergies, diary_entries, patient_exemptions, patients, problems, therapies};
use crate::db::{Db, dialect, patient_words};
use crate::insert_batch;
use kernel::dates;
use kernel::folding::{initials, person_key};

/// Rows in one statement: 27 columns of 1,000 rows stay under SQLite's 32,766 bound values.
const BATCH: usize = 1_000;

#[derive(Insertable)]
#[diesel(table_name = patients)]
struct PatientRow {
    id: i64,
    doctor_id: i64,
    surname: String,
    name: String,
    search_key: String,
    initials: String,
    sex: &'static str,
    birth_date: NaiveDate,
    birth_year: i64,
    birthplace_code: &'static str,
    birthplace: &'static str,
    fiscal_code: String,
    address: String,
    postal_code: &'static str,
    city: &'static str,
    province: &'static str,
    asl_code: String,
    mobile: String,
    email: String,
    category: &'static str,
    status: &'static str,
    status_since: Option<NaiveDate>,
    revision: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

#[derive(Insertable)]
#[diesel(table_name = problems)]
struct ProblemRow {
    id: i64,
    patient_id: i64,
    icd9_code: &'static str,
    description: &'static str,
    opened_on: NaiveDate,
    revision: i64,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

#[derive(Insertable)]
#[diesel(table_name = therapies)]
struct TherapyRow {
    patient_id: i64,
    problem_id: Option<i64>,
    aic: &'static str,
    label: &'static str,
    substance: &'static str,
    atc: &'static str,
    group_code: &'static str,
    class: &'static str,
    regime: &'static str,
    note_code: &'static str,
    pieces: i64,
    posology: &'static str,
    by_substance: bool,
    continuous: bool,
    suggested: bool,
    started_on: NaiveDate,
    revision: i64,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

#[derive(Insertable)]
#[diesel(table_name = diary_entries)]
struct DiaryRow {
    patient_id: i64,
    entry_date: NaiveDate,
    body: &'static str,
    revision: i64,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

#[derive(Insertable)]
#[diesel(table_name = allergies)]
struct AllergyRow {
    patient_id: i64,
    substance: &'static str,
    atc_prefix: &'static str,
    reaction: &'static str,
    noted_on: NaiveDate,
    revision: i64,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

#[derive(Insertable)]
#[diesel(table_name = patient_exemptions)]
struct ExemptionRow {
    patient_id: i64,
    code: &'static str,
    description: &'static str,
    valid_from: Option<NaiveDate>,
    revision: i64,
    updated_at: NaiveDateTime,
    updated_by: i64,
}

/// Rows waiting to be written for one doctor, and the ids they will have.
pub struct Loader {
    doctor_id: i64,
    asl_code: String,
    now: NaiveDateTime,
    next_patient: i64,
    next_problem: i64,
    patients: Vec<PatientRow>,
    problems: Vec<ProblemRow>,
    therapies: Vec<TherapyRow>,
    diary: Vec<DiaryRow>,
    allergies: Vec<AllergyRow>,
    exemptions: Vec<ExemptionRow>,
}

impl Loader {
    /// A loader for `doctor_id`'s archive, whose patients belong to `asl_code`.
    pub fn new(conn: &mut Db, doctor_id: i64, asl_code: &str, now: NaiveDateTime) -> QueryResult<Self> {
        let next = |last: Option<i64>| last.unwrap_or(0).saturating_add(1);
        Ok(Self {
            doctor_id,
            asl_code: asl_code.to_owned(),
            now,
            next_patient: next(patients::table.select(diesel::dsl::max(patients::id)).first(conn)?),
            next_problem: next(problems::table.select(diesel::dsl::max(problems::id)).first(conn)?),
            patients: Vec::new(),
            problems: Vec::new(),
            therapies: Vec::new(),
            diary: Vec::new(),
            allergies: Vec::new(),
            exemptions: Vec::new(),
        })
    }

    /// Adds the registry row of a person; returns the patient's id.
    pub fn patient(&mut self, person: &Person, email: &str) -> i64 {
        let id = self.next_patient;
        self.next_patient = id.saturating_add(1);
        self.patients.push(PatientRow {
            id,
            doctor_id: self.doctor_id,
            search_key: person_key(&person.surname, &person.name),
            initials: initials(&person.surname, &person.name),
            surname: person.surname.clone(),
            name: person.name.clone(),
            sex: person.sex.code(),
            birth_date: person.birth_date,
            birth_year: i64::from(person.birth_date.year()),
            birthplace_code: person.birthplace_code,
            birthplace: person.birthplace,
            fiscal_code: person.fiscal_code.as_str().to_owned(),
            address: person.address.clone(),
            postal_code: person.home.2,
            city: person.home.0,
            province: person.home.1,
            asl_code: self.asl_code.clone(),
            mobile: format!("347 555{:04}", id % 10_000),
            email: email.to_owned(),
            category: "ssn",
            status: "active",
            status_since: None,
            revision: 1,
            created_at: self.now,
            updated_at: self.now,
            updated_by: self.doctor_id,
        });
        id
    }

    /// Adds a problem; returns its id.
    pub fn problem(&mut self, patient_id: i64, icd9: &'static str, name: &'static str, on: NaiveDate) -> i64 {
        let id = self.next_problem;
        self.next_problem = id.saturating_add(1);
        self.problems.push(ProblemRow {
            id,
            patient_id,
            icd9_code: icd9,
            description: name,
            opened_on: on,
            revision: 1,
            updated_at: self.now,
            updated_by: self.doctor_id,
        });
        id
    }

    /// Adds a therapy of class A, one piece.
    pub fn therapy(&mut self, patient_id: i64, problem_id: Option<i64>, drug: &Drug, continuous: bool, on: NaiveDate) {
        self.therapies.push(TherapyRow {
            patient_id,
            problem_id,
            aic: drug.aic,
            label: drug.label,
            substance: drug.substance,
            atc: drug.atc,
            group_code: drug.group,
            class: "A",
            regime: "CD",
            note_code: drug.note,
            pieces: 1,
            posology: if continuous { "1 al giorno" } else { "1 ogni 12 ore per 6 giorni" },
            by_substance: false,
            continuous,
            suggested: false,
            started_on: on,
            revision: 1,
            updated_at: self.now,
            updated_by: self.doctor_id,
        });
    }

    /// Adds a diary entry.
    pub fn diary(&mut self, patient_id: i64, body: &'static str, on: NaiveDate) {
        let (now, by) = (self.now, self.doctor_id);
        self.diary.push(DiaryRow { patient_id, entry_date: on, body, revision: 1, updated_at: now, updated_by: by });
    }

    /// Adds an allergy: substance, ATC prefix, reaction.
    pub fn allergy(&mut self, patient_id: i64, allergy: (&'static str, &'static str, &'static str), on: NaiveDate) {
        let (substance, atc_prefix, reaction) = allergy;
        self.allergies.push(AllergyRow {
            patient_id,
            substance,
            atc_prefix,
            reaction,
            noted_on: on,
            revision: 1,
            updated_at: self.now,
            updated_by: self.doctor_id,
        });
    }

    /// Adds an exemption without an end.
    pub fn exemption(&mut self, patient_id: i64, code: &'static str, description: &'static str, from: NaiveDate) {
        self.exemptions.push(ExemptionRow {
            patient_id,
            code,
            description,
            valid_from: Some(from),
            revision: 1,
            updated_at: self.now,
            updated_by: self.doctor_id,
        });
    }

    /// Gives a patient of some age a plausible history.
    pub fn history(&mut self, rng: &mut StdRng, patient_id: i64, birth_date: NaiveDate, today: NaiveDate) {
        let age = dates::age(birth_date, today);
        let ago = |rng: &mut StdRng, most: i64| today - TimeDelta::days(rng.random_range(1..most));
        let fitting: Vec<&Disease> = DISEASES.iter().filter(|disease| disease.from_age <= age).collect();
        let many = if age > 60 { rng.random_range(1..4) } else { rng.random_range(0..2) };
        for disease in fitting.choose_multiple(rng, many) {
            let since = ago(rng, 3_000).max(birth_date);
            let problem = self.problem(patient_id, disease.icd9, disease.name, since);
            if let Some(drug) = &disease.drug {
                let chronic = disease.from_age > 1;
                for _ in 0..rng.random_range(1..3) {
                    let on = ago(rng, 300).max(since);
                    self.therapy(patient_id, Some(problem), drug, chronic, on);
                }
            }
            if !disease.exemption.is_empty() && rng.random_bool(0.7) {
                self.exemption(patient_id, disease.exemption, disease.exemption_name, since);
            }
        }
        if let Some(sentence) = DIARY.choose(rng) {
            let on = ago(rng, 400).max(birth_date);
            self.diary(patient_id, sentence, on);
        }
        if rng.random_bool(0.12)
            && let Some(allergy) = ALLERGIES.choose(rng)
        {
            let on = ago(rng, 3_000).max(birth_date);
            self.allergy(patient_id, *allergy, on);
        }
        if age >= 65 && rng.random_bool(0.3) {
            self.exemption(
                patient_id,
                "E01",
                "Reddito: oltre 65 anni con reddito familiare sotto il limite",
                birth_date,
            );
        }
    }

    /// Writes everything that waits.
    /// When it fails, the caller's transaction decides what becomes of the batches before.
    pub fn write(self, conn: &mut Db) -> QueryResult<usize> {
        let written = self.patients.len();
        for rows in self.patients.chunks(BATCH) {
            insert_batch!(conn, patients::table, rows)?;
            patient_words::add(conn, rows.iter().map(|row| (row.doctor_id, row.id, row.search_key.as_str())))?;
        }
        for rows in self.problems.chunks(BATCH) {
            insert_batch!(conn, problems::table, rows)?;
        }
        for rows in self.therapies.chunks(BATCH) {
            insert_batch!(conn, therapies::table, rows)?;
        }
        for rows in self.diary.chunks(BATCH) {
            insert_batch!(conn, diary_entries::table, rows)?;
        }
        for rows in self.allergies.chunks(BATCH) {
            insert_batch!(conn, allergies::table, rows)?;
        }
        for rows in self.exemptions.chunks(BATCH) {
            insert_batch!(conn, patient_exemptions::table, rows)?;
        }
        dialect::advance_identity(conn, "patients")?;
        dialect::advance_identity(conn, "problems")?;
        Ok(written)
    }
}
