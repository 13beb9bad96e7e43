//! Why a doctor prescribed in spite of an alert: written once, beside the content it was answered for.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{prescriptions, safety_answers, users};
use crate::insert_batch;

/// An answer to be kept.
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct NewSafetyAnswer<'a> {
    pub row_number: i64,
    pub kind: &'a str,
    pub rule: &'a str,
    pub edition: &'a str,
    pub level: i64,
    pub subject: &'a str,
    pub message: &'a str,
    pub reason_code: &'a str,
    pub reason: &'a str,
}

/// An answer as it was given.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = safety_answers)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct SafetyAnswer {
    pub prescription_id: i64,
    pub row_number: i64,
    pub kind: String,
    pub rule: String,
    pub edition: String,
    pub level: i64,
    pub subject: String,
    pub message: String,
    pub reason_code: String,
    pub reason: String,
    pub actor_id: i64,
    pub answered_at: NaiveDateTime,
}

/// Keeps what was answered for a prescription, with the hash of the content it has now.
pub fn insert_safety_answers(
    conn: &mut Db,
    prescription: i64,
    new: &[NewSafetyAnswer<'_>],
    (actor, now): (i64, NaiveDateTime),
) -> QueryResult<()> {
    let hash: String =
        prescriptions::table.find(prescription).select(prescriptions::content_hash).first::<String>(conn)?;
    let row = |answer: &NewSafetyAnswer<'_>| {
        (
            safety_answers::prescription_id.eq(prescription),
            safety_answers::row_number.eq(answer.row_number),
            safety_answers::kind.eq(answer.kind.to_owned()),
            safety_answers::rule.eq(answer.rule.to_owned()),
            safety_answers::edition.eq(answer.edition.to_owned()),
            safety_answers::level.eq(answer.level),
            safety_answers::subject.eq(answer.subject.to_owned()),
            safety_answers::message.eq(answer.message.to_owned()),
            safety_answers::reason_code.eq(answer.reason_code.to_owned()),
            safety_answers::reason.eq(answer.reason.to_owned()),
            safety_answers::actor_id.eq(actor),
            safety_answers::answered_at.eq(now),
            safety_answers::content_hash.eq(hash.clone()),
        )
    };
    let rows: Vec<_> = new.iter().map(row).collect();
    insert_batch!(conn, safety_answers::table, &rows)?;
    Ok(())
}

/// An answer as it is read again with its prescription: about which row, what was on the screen, why, who and when.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct ToldAnswer {
    pub row_number: i64,
    pub message: String,
    pub edition: String,
    pub reason: String,
    pub answered_at: NaiveDateTime,
    pub surname: String,
    pub name: String,
}

/// What was answered for one prescription, with who did, in the order it was.
pub fn list_told_answers(conn: &mut Db, prescription: i64) -> QueryResult<Vec<ToldAnswer>> {
    safety_answers::table
        .inner_join(users::table)
        .filter(safety_answers::prescription_id.eq(prescription))
        .order(safety_answers::id)
        .select((
            safety_answers::row_number,
            safety_answers::message,
            safety_answers::edition,
            safety_answers::reason,
            safety_answers::answered_at,
            users::surname,
            users::name,
        ))
        .load(conn)
}

/// What was answered for these prescriptions, in the order it was.
pub fn list_safety_answers(conn: &mut Db, prescriptions: &[i64]) -> QueryResult<Vec<SafetyAnswer>> {
    safety_answers::table
        .filter(safety_answers::prescription_id.eq_any(prescriptions))
        .order(safety_answers::id)
        .select(SafetyAnswer::as_select())
        .load(conn)
}
