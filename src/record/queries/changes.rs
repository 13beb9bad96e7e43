//! The history: one row for each change, never touched again.

use diesel::prelude::*;

use crate::db::schema::{patients, problems, record_changes, users};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::record::model::{Action, Change, EntryValues, Kind, ProblemNames};

/// Writes down one change. Call it in the transaction of the change itself.
pub fn insert_change<V: EntryValues>(
    conn: &mut Db,
    by: &By,
    patient_id: i64,
    (kind, entry_id): (Kind, i64),
    action: Action,
    (before, after): (Option<&V>, &V),
) -> QueryResult<()> {
    let json =
        |values: &V| serde_json::to_string(values).map_err(|e| diesel::result::Error::SerializationError(e.into()));
    diesel::insert_into(record_changes::table)
        .values((
            record_changes::patient_id.eq(patient_id),
            record_changes::entity.eq(kind),
            record_changes::entity_id.eq(entry_id),
            record_changes::action.eq(action),
            record_changes::before_json.eq(before.map(json).transpose()?.unwrap_or_default()),
            record_changes::after_json.eq(json(after)?),
            record_changes::changed_by.eq(by.actor),
            record_changes::changed_at.eq(by.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The latest changes of one entry, newest first, each with `SURNAME Name` of who made it.
pub fn list_changes(
    conn: &mut Db,
    owner: Owner,
    patient_id: i64,
    (kind, entry_id): (Kind, i64),
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Change, String)>> {
    let rows: Vec<(Change, (String, String))> = record_changes::table
        .inner_join(patients::table)
        .inner_join(users::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(record_changes::patient_id.eq(patient_id))
        .filter(record_changes::entity.eq(kind))
        .filter(record_changes::entity_id.eq(entry_id))
        .filter(record_changes::id.lt(before.unwrap_or(i64::MAX)))
        .order(record_changes::id.desc())
        .limit(limit)
        .select((Change::as_select(), (users::surname, users::name)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(change, (surname, name))| (change, format!("{surname} {name}"))).collect())
}

/// Descriptions of these problems of the patient, also of those taken out of the record.
pub fn list_problem_names(conn: &mut Db, owner: Owner, patient_id: i64, ids: &[i64]) -> QueryResult<ProblemNames> {
    if ids.is_empty() {
        return Ok(ProblemNames::new());
    }
    let rows: Vec<(i64, String)> = problems::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(problems::patient_id.eq(patient_id))
        .filter(problems::id.eq_any(ids.to_vec()))
        .select((problems::id, problems::description))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
