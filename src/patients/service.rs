//! Changes of registry data: each in one transaction, with its line in the history.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::model::{Patient, PatientValues};
use super::queries;
use crate::db::Db;
use crate::identity::by::By;

/// How an attempt to write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Done (or nothing had to be): the patient's id.
    Done(i64),
    /// No such patient in this archive.
    NotThere,
    /// The fiscal code belongs to this patient of the archive.
    CodeTaken(Box<Patient>),
    /// Somebody changed the patient since the form was opened; here is what stands there now.
    Stale(Box<Patient>),
}

/// Adds a patient.
pub fn create(conn: &mut Db, by: &By, values: &PatientValues) -> QueryResult<Written> {
    if let Some(other) = queries::find_by_code(conn, by.owner, &values.fiscal_code)? {
        return Ok(Written::CodeTaken(Box::new(other)));
    }
    // A second form sent at the same moment is stopped by the unique index, inside its own savepoint.
    let inserted = conn.transaction(|conn| queries::insert_patient(conn, by.owner, values, by.actor, by.now));
    let id = match inserted {
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
            let other = queries::find_by_code(conn, by.owner, &values.fiscal_code)?;
            return other
                .map(|other| Written::CodeTaken(Box::new(other)))
                .ok_or(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info));
        }
        other => other?,
    };
    queries::insert_change(conn, id, (None, values), by.actor, by.now)?;
    Ok(Written::Done(id))
}

/// Corrects a patient that was seen at `revision`.
pub fn edit(conn: &mut Db, by: &By, id: i64, revision: i64, values: &PatientValues) -> QueryResult<Written> {
    let Some(seen) = queries::find_patient(conn, by.owner, id)? else { return Ok(Written::NotThere) };
    if seen.revision != revision {
        return Ok(Written::Stale(Box::new(seen)));
    }
    if seen.values == *values {
        return Ok(Written::Done(id));
    }
    if let Some(other) = queries::find_by_code(conn, by.owner, &values.fiscal_code)?
        && other.id != id
    {
        return Ok(Written::CodeTaken(Box::new(other)));
    }
    if !queries::update_patient(conn, by.owner, &seen, values, by.actor, by.now)? {
        let now = queries::find_patient(conn, by.owner, id)?;
        return Ok(now.map_or(Written::NotThere, |now| Written::Stale(Box::new(now))));
    }
    queries::insert_change(conn, id, (Some(&seen.values), values), by.actor, by.now)?;
    Ok(Written::Done(id))
}
