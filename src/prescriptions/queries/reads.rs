//! Looking things up: one prescription, the list of a doctor.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Event, EventRow, Filter, Item, Kind, Prescription, State, WaitReason};
use crate::db::schema::{prescription_events, prescription_items, prescriptions, users};
use crate::db::{Db, Owner};

/// One prescription of the doctor's archive; another's is not there.
pub fn find_owned(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<Prescription>> {
    prescriptions::table
        .find(id)
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .select(Prescription::as_select())
        .first(conn)
        .optional()
}

/// Some prescriptions of the doctor's archive, whole, by id; others are simply missing.
pub fn list_owned(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<Prescription>> {
    prescriptions::table
        .filter(prescriptions::id.eq_any(ids))
        .filter(owner.holds(prescriptions::doctor_id))
        .order(prescriptions::id)
        .select(Prescription::as_select())
        .load(conn)
}

/// One prescription, for the runner, which works for every doctor.
pub fn find(conn: &mut Db, id: i64) -> QueryResult<Option<Prescription>> {
    prescriptions::table.find(id).select(Prescription::as_select()).first(conn).optional()
}

/// The paper that SAC itself made for a prescription of the doctor's archive, if it did.
pub fn find_sac_pdf(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<Vec<u8>>> {
    prescriptions::table
        .find(id)
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .select(prescriptions::sac_pdf)
        .first::<Option<Vec<u8>>>(conn)
        .optional()
        .map(Option::flatten)
}

/// The rows of some prescriptions, in order.
pub fn list_items(conn: &mut Db, ids: &[i64]) -> QueryResult<Vec<Item>> {
    prescription_items::table
        .filter(prescription_items::prescription_id.eq_any(ids))
        .order((prescription_items::prescription_id, prescription_items::row_number))
        .select(Item::as_select())
        .load(conn)
}

/// The history of one prescription, oldest first.
pub fn list_events(conn: &mut Db, id: i64) -> QueryResult<Vec<EventRow>> {
    prescription_events::table
        .filter(prescription_events::prescription_id.eq(id))
        .order(prescription_events::id)
        .select(EventRow::as_select())
        .load(conn)
}

/// The last passage of one prescription.
pub fn find_last_event(conn: &mut Db, id: i64) -> QueryResult<Option<Event>> {
    prescription_events::table
        .filter(prescription_events::prescription_id.eq(id))
        .order(prescription_events::id.desc())
        .select(prescription_events::event)
        .first(conn)
        .optional()
}

/// A passage of the history, with who did it.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct HistoryRow {
    pub event: Event,
    pub happened_at: NaiveDateTime,
    pub surname: Option<String>,
    pub name: Option<String>,
}

impl HistoryRow {
    /// `Paolo Borghetto`; empty for the portal itself.
    pub fn actor_name(&self) -> String {
        [&self.name, &self.surname].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// The history of one prescription with the names of those who made it, oldest first.
pub fn list_history(conn: &mut Db, id: i64) -> QueryResult<Vec<HistoryRow>> {
    prescription_events::table
        .left_join(users::table)
        .filter(prescription_events::prescription_id.eq(id))
        .order(prescription_events::id)
        .select((
            prescription_events::event,
            prescription_events::happened_at,
            users::surname.nullable(),
            users::name.nullable(),
        ))
        .load(conn)
}

/// How a prescription stands, for whoever waits on a page.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Standing {
    pub state: State,
    pub wait_reason: WaitReason,
    pub attempt_id: Option<i64>,
    pub next_try_at: Option<NaiveDateTime>,
}

impl Standing {
    /// Waiting on the page any longer brings nothing: the outcome is known, or only time, SAC or the doctor can tell. A
    /// missing number is being asked for and may be there in a moment; so may a view that is out or due.
    pub fn is_settled(&self, now: NaiveDateTime) -> bool {
        let stuck = !matches!(self.wait_reason, WaitReason::None | WaitReason::NoNre);
        let busy = self.attempt_id.is_some() || self.next_try_at.is_some_and(|due| due <= now);
        match self.state {
            State::ToSend | State::Sending | State::Annulling => stuck,
            State::Uncertain | State::AnnulUncertain => stuck || !busy,
            _ => true,
        }
    }
}

/// How some prescriptions stand.
pub fn list_standings(conn: &mut Db, ids: &[i64]) -> QueryResult<Vec<Standing>> {
    prescriptions::table.filter(prescriptions::id.eq_any(ids)).select(Standing::as_select()).load(conn)
}

/// A prescription as the list shows it.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct ListRow {
    pub id: i64,
    pub patient_id: i64,
    pub patient_name: String,
    pub patient_code: String,
    pub kind: Kind,
    pub state: State,
    pub revision: i64,
    pub exemption_code: String,
    pub confirmed_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub wait_reason: WaitReason,
    pub attention: bool,
    pub nre: Option<String>,
    pub auth_code: String,
    pub errors: String,
    pub annul_reason: String,
}

/// Where a page of the list begins: below this id. Ids grow with time, so newest first is ids downwards.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListKey {
    /// The id of the last row of the page before.
    pub before: Option<i64>,
}

/// One page of the doctor's prescriptions under a filter, newest first; `ids` narrows it to those just sent.
pub fn list_page(conn: &mut Db, owner: Owner, filter: Filter, key: ListKey, limit: i64) -> QueryResult<Vec<ListRow>> {
    let mut rows = Vec::new();
    // State by state, so that each is one walk of the index (doctor, state, id) and none a sort of everything.
    for state in filter.states() {
        let page: Vec<ListRow> = prescriptions::table
            .filter(prescriptions::doctor_id.eq(owner.id()))
            .filter(prescriptions::state.eq(*state))
            .filter(prescriptions::id.lt(key.before.unwrap_or(i64::MAX)))
            .order(prescriptions::id.desc())
            .select(ListRow::as_select())
            .limit(limit)
            .load(conn)?;
        rows.extend(page);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

/// Some prescriptions of the doctor by id, in the order they were made.
pub fn list_by_ids(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<ListRow>> {
    prescriptions::table
        .filter(owner.holds(prescriptions::doctor_id))
        .filter(prescriptions::id.eq_any(ids))
        .order(prescriptions::id)
        .select(ListRow::as_select())
        .load(conn)
}

/// More than so many are not counted: the number would cost more than it tells.
pub const COUNTED: i64 = 99;

/// Which of these prescriptions of the archive were copied into another that was sent since: to the doctor, or to SAC. One
/// that was taken back again does not count.
pub fn list_copied(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let found: Vec<Option<i64>> = prescriptions::table
        .filter(prescriptions::copied_from.eq_any(ids.to_vec()))
        .filter(prescriptions::copied_from.is_not_null())
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.ne(State::Draft))
        .select(prescriptions::copied_from)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// How many prescriptions each filter would show; [`COUNTED`] + 1 stands for more.
pub fn count_by_filter(conn: &mut Db, owner: Owner) -> QueryResult<Vec<(Filter, i64)>> {
    let mut counts = Vec::new();
    for filter in Filter::ALL {
        let mut count = 0;
        // State by state, as the index lies: a list of states would be read whole before it is cut.
        for state in filter.states() {
            let first: Vec<i64> = prescriptions::table
                .filter(prescriptions::doctor_id.eq(owner.id()))
                .filter(prescriptions::state.eq(state))
                .limit(COUNTED + 1)
                .select(prescriptions::id)
                .load(conn)?;
            count += i64::try_from(first.len()).unwrap_or(i64::MAX);
        }
        counts.push((*filter, count.min(COUNTED + 1)));
    }
    Ok(counts)
}
