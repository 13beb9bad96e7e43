//! What a collaborator has sent to a doctor, and what of its outcome the studio has taken note of.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::prescriptions;
use crate::identity::by::By;
use crate::prescriptions::model::{Head, Kind, State, WaitReason};
use crate::prescriptions::queries::{COUNTED, count_refusals};
use crate::validation::model::{Counters, OFFERED, SentView};

/// A prescription as its author sees it.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct SentRow {
    pub id: i64,
    pub revision: i64,
    pub patient_id: i64,
    pub patient_name: String,
    pub patient_code: String,
    pub kind: Kind,
    pub state: State,
    pub wait_reason: WaitReason,
    pub exemption_code: String,
    pub suggested: bool,
    pub income_exempt: bool,
    pub diagnosis_code: String,
    pub diagnosis_text: String,
    pub plan_protocol: String,
    pub created_at: NaiveDateTime,
    pub confirmed_at: Option<NaiveDateTime>,
    pub annulled_at: Option<NaiveDateTime>,
    pub annul_reason: String,
    pub errors: String,
    pub nre: Option<String>,
    pub auth_code: String,
    pub taken_state: String,
}

impl SentRow {
    /// What stands over its rows.
    pub fn head(&self) -> Head {
        Head {
            suggested: self.suggested,
            exemption_code: self.exemption_code.clone(),
            income_exempt: self.income_exempt,
            diagnosis_code: self.diagnosis_code.clone(),
            diagnosis_text: self.diagnosis_text.clone(),
            plan_protocol: self.plan_protocol.clone(),
        }
    }

    /// There is news of it that the studio has not acknowledged.
    pub fn is_news(&self) -> bool {
        OFFERED.contains(&self.state) && self.taken_state != self.state.as_str()
    }
}

macro_rules! prepared_by {
    ($by:expr) => {
        prescriptions::table
            .filter(prescriptions::author_id.eq($by.actor))
            .filter(prescriptions::doctor_id.eq($by.owner.id()))
            .filter(prescriptions::doctor_id.ne($by.actor))
    };
}

/// What the studio can have taken note of before a prescription came to stand as `state`: '' is nothing, and one that was
/// taken as valid may have been annulled since.
fn untaken(state: State) -> Vec<&'static str> {
    match state {
        State::Annulled => vec!["", State::Accepted.as_str()],
        _ => vec![""],
    }
}

/// The four counters of a collaborator with a doctor (S132), counted in an index.
pub fn find_counters(conn: &mut Db, by: &By) -> QueryResult<Counters> {
    let mut count = |states: &[State]| -> QueryResult<i64> {
        let mut total = 0;
        for state in states {
            let some: i64 = prepared_by!(by)
                .filter(prescriptions::taken_state.eq_any(untaken(*state)))
                .filter(prescriptions::state.eq(*state))
                .count()
                .get_result(conn)?;
            total += some;
        }
        Ok(total)
    };
    Ok(Counters {
        waiting: count(State::WAITING)?,
        validated: count(&[State::Accepted])?,
        annulled: count(State::CANCELLED)?,
        refused: count_refusals(conn, by.owner, by.actor, COUNTED + 1)?,
    })
}

/// One page of what the collaborator has sent, newest first.
pub fn list_sent(conn: &mut Db, by: &By, view: SentView, before: Option<i64>, limit: i64) -> QueryResult<Vec<SentRow>> {
    let mut rows = Vec::new();
    // State by state: each is one walk of the index (author, doctor, state, id).
    for state in view.states() {
        let page: Vec<SentRow> = prepared_by!(by)
            .filter(prescriptions::state.eq(*state))
            .filter(prescriptions::id.lt(before.unwrap_or(i64::MAX)))
            .order(prescriptions::id.desc())
            .limit(limit)
            .select(SentRow::as_select())
            .load(conn)?;
        rows.extend(page);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

/// What there is news of and nobody has acknowledged, oldest first, above the id `after`: an answer that was lost is
/// simply asked for again.
pub fn list_offered(conn: &mut Db, by: &By, after: Option<i64>, limit: i64) -> QueryResult<Vec<SentRow>> {
    let mut rows = Vec::new();
    for state in OFFERED {
        let some: Vec<SentRow> = prepared_by!(by)
            .filter(prescriptions::state.eq(*state))
            .filter(prescriptions::taken_state.eq_any(untaken(*state)))
            .filter(prescriptions::id.gt(after.unwrap_or(0)))
            .order(prescriptions::id)
            .limit(limit)
            .select(SentRow::as_select())
            .load(conn)?;
        rows.extend(some);
    }
    rows.sort_by_key(|row| row.id);
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

/// The studio has taken note that these stand as `state`; those that have moved on since are left to be offered again.
/// Answers how many.
pub fn set_taken(conn: &mut Db, by: &By, ids: &[i64], state: State) -> QueryResult<usize> {
    let rows = prepared_by!(by)
        .filter(prescriptions::id.eq_any(ids))
        .filter(prescriptions::state.eq(state))
        .filter(prescriptions::taken_state.ne(state.as_str()));
    diesel::update(rows)
        .set((prescriptions::taken_state.eq(state.as_str()), prescriptions::taken_at.eq(by.now)))
        .execute(conn)
}
