//! Replaces a list in the database, in batches, inside the caller's transaction.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Kind;
use super::parse::Parsed;
use crate::db::Db;
use crate::db::schema::{
    aifa_notes, birthplaces, diagnoses, diagnosis_words, exemption_diagnoses, exemptions, local_health_units,
    narcotics, prescribing_limits, reference_imports, regions, service_words, services, substitution_motives,
};
use crate::insert_batch;
use crate::reference::model::{
    Birthplace, Diagnosis, DiagnosisWord, ReferenceImport, Service, ServiceWord, index_words,
};

/// Rows per statement: within SQLite's 32,766 bound values for the widest row.
const BATCH: usize = 1_000;

pub(super) fn replace(db: &mut Db, kind: Kind, parsed: &Parsed, source: &str, now: NaiveDateTime) -> QueryResult<()> {
    match parsed {
        Parsed::Regions(rows) => {
            diesel::delete(regions::table).execute(db)?;
            for batch in rows.chunks(BATCH) {
                insert_batch!(db, regions::table, batch)?;
            }
        }
        Parsed::HealthUnits(rows) => {
            diesel::delete(local_health_units::table).execute(db)?;
            for batch in rows.chunks(BATCH) {
                insert_batch!(db, local_health_units::table, batch)?;
            }
        }
        Parsed::Birthplaces(rows) => replace_birthplaces(db, rows)?,
        Parsed::Diagnoses(rows) => replace_diagnoses(db, rows)?,
        Parsed::Exemptions(rows, diseases) => {
            diesel::delete(exemption_diagnoses::table).execute(db)?;
            diesel::delete(exemptions::table).execute(db)?;
            for batch in rows.chunks(BATCH) {
                insert_batch!(db, exemptions::table, batch)?;
            }
            let diseases: Vec<_> = diseases.iter().collect();
            for batch in diseases.chunks(BATCH) {
                insert_batch!(db, exemption_diagnoses::table, batch.to_vec())?;
            }
        }
        Parsed::Services(rows) => replace_services(db, rows)?,
        Parsed::Notes(rows) => {
            diesel::delete(aifa_notes::table).execute(db)?;
            for batch in rows.chunks(BATCH) {
                insert_batch!(db, aifa_notes::table, batch)?;
            }
        }
        Parsed::Narcotics(rows) => {
            diesel::delete(narcotics::table).execute(db)?;
            insert_batch!(db, narcotics::table, rows)?;
        }
        Parsed::Limits(rows) => {
            diesel::delete(prescribing_limits::table).execute(db)?;
            insert_batch!(db, prescribing_limits::table, rows)?;
        }
        Parsed::Motives(rows) => {
            diesel::delete(substitution_motives::table).execute(db)?;
            insert_batch!(db, substitution_motives::table, rows)?;
        }
    }
    note_import(db, kind, parsed.len(), source, now)
}

/// Municipalities and States come in separate files: what a run brings replaces only its own half.
fn replace_birthplaces(db: &mut Db, rows: &[Birthplace]) -> QueryResult<()> {
    let (states, municipalities): (Vec<_>, Vec<_>) = rows.iter().partition(|place| place.code.starts_with('Z'));
    if !states.is_empty() {
        diesel::delete(birthplaces::table.filter(birthplaces::code.ge("Z"))).execute(db)?;
    }
    if !municipalities.is_empty() {
        diesel::delete(birthplaces::table.filter(birthplaces::code.lt("Z"))).execute(db)?;
    }
    for batch in rows.chunks(BATCH) {
        insert_batch!(db, birthplaces::table, batch)?;
    }
    Ok(())
}

fn replace_diagnoses(db: &mut Db, rows: &[Diagnosis]) -> QueryResult<()> {
    diesel::delete(diagnosis_words::table).execute(db)?;
    diesel::delete(diagnoses::table).execute(db)?;
    for batch in rows.chunks(BATCH) {
        insert_batch!(db, diagnoses::table, batch)?;
    }
    let words: Vec<DiagnosisWord> = rows
        .iter()
        .flat_map(|row| {
            index_words(&row.description).into_iter().map(|word| DiagnosisWord { word, code: row.code.clone() })
        })
        .collect();
    for batch in words.chunks(BATCH) {
        insert_batch!(db, diagnosis_words::table, batch)?;
    }
    Ok(())
}

fn replace_services(db: &mut Db, rows: &[Service]) -> QueryResult<()> {
    diesel::delete(service_words::table).execute(db)?;
    diesel::delete(services::table).execute(db)?;
    for batch in rows.chunks(BATCH) {
        insert_batch!(db, services::table, batch)?;
    }
    let words: Vec<ServiceWord> = rows
        .iter()
        .flat_map(|row| {
            index_words(&row.description).into_iter().map(|word| ServiceWord { word, code: row.code.clone() })
        })
        .collect();
    for batch in words.chunks(BATCH) {
        insert_batch!(db, service_words::table, batch)?;
    }
    Ok(())
}

fn note_import(db: &mut Db, kind: Kind, rows: usize, source: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(reference_imports::table.find(kind.word())).execute(db)?;
    let row = ReferenceImport {
        kind: kind.word().to_owned(),
        source: source.to_owned(),
        row_count: i64::try_from(rows).unwrap_or(i64::MAX),
        imported_at: now,
    };
    diesel::insert_into(reference_imports::table).values(&row).execute(db)?;
    Ok(())
}
