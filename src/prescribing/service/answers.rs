//! Why the doctor sent a drug in spite of an alert: kept with the prescription, beside what was on the screen.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use crate::db::Db;
use crate::identity::by::By;
use crate::prescriptions::queries::{self as pipeline, NewSafetyAnswer};
use crate::safety::{Alert, Answer, Assessment, Edition};

/// Keeps the answers of one prescription: row number, what spoke against its drug, what was answered. Rows against which
/// nothing speaks are passed over.
pub fn keep_answers(
    conn: &mut Db,
    by: &By,
    prescription: i64,
    rows: &[(i64, &Assessment, Option<&Answer>)],
) -> QueryResult<()> {
    let edition = Edition::shipped().in_words();
    let mut new = Vec::new();
    for (number, safety, answer) in rows {
        let Some(answer) = answer else { continue };
        new.extend(safety.stops().map(|alert| NewSafetyAnswer {
            row_number: *number,
            kind: alert.kind.as_str(),
            rule: &alert.rule,
            edition: &edition,
            level: alert.level.number(),
            subject: &alert.subject,
            message: &alert.message,
            reason_code: &answer.code,
            reason: &answer.reason,
        }));
    }
    if new.is_empty() {
        return Ok(());
    }
    pipeline::insert_safety_answers(conn, prescription, &new, (by.actor, by.now))
}

/// Whether what speaks against a prescription's drugs today was answered when it was sent.
pub fn is_answered(conn: &mut Db, prescription: i64, rows: &[(i64, &Assessment)]) -> QueryResult<bool> {
    if !rows.iter().any(|(_, safety)| safety.stops_sending()) {
        return Ok(true);
    }
    let given = pipeline::list_safety_answers(conn, &[prescription])?;
    let answered = |number: i64, alert: &Alert| {
        given.iter().any(|row| row.row_number == number && row.rule == alert.rule && row.subject == alert.subject)
    };
    Ok(rows.iter().all(|(number, safety)| safety.stops().all(|alert| answered(*number, alert))))
}

/// The same content is sent again as another prescription: what was answered for the first holds for it.
pub fn copy_answers(conn: &mut Db, (from, to): (i64, i64), now: NaiveDateTime) -> QueryResult<()> {
    for row in pipeline::list_safety_answers(conn, &[from])? {
        let again = NewSafetyAnswer {
            row_number: row.row_number,
            kind: &row.kind,
            rule: &row.rule,
            edition: &row.edition,
            level: row.level,
            subject: &row.subject,
            message: &row.message,
            reason_code: &row.reason_code,
            reason: &row.reason,
        };
        pipeline::insert_safety_answers(conn, to, &[again], (row.actor_id, now))?;
    }
    Ok(())
}
