//! What was sent and what SAC lists, compared: when it is due, what we hold, what SAC does not show.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Kind, State};
use crate::db::schema::{nre_lots, prescriptions, sac_comparisons, sac_missing};
use crate::db::{Db, Owner};
use crate::{insert_batch, insert_if_absent};

/// When a doctor's prescriptions are to be compared next, and from where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sac_comparisons)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Comparison {
    pub doctor_id: i64,
    pub compared_to: NaiveDateTime,
    pub next_at: NaiveDateTime,
}

/// The doctor's prescriptions are compared from now on; once.
pub fn insert_comparison(conn: &mut Db, owner: Owner, now: NaiveDateTime) -> QueryResult<usize> {
    // A moment long gone waits for its first night.
    let row = (
        sac_comparisons::doctor_id.eq(owner.id()),
        sac_comparisons::compared_to.eq(now),
        sac_comparisons::next_at.eq(NaiveDateTime::default()),
    );
    insert_if_absent!(conn, sac_comparisons::table, &row)
}

/// Those that are due, the longest waiting first.
pub fn list_comparisons_due(conn: &mut Db, now: NaiveDateTime, most: i64) -> QueryResult<Vec<Comparison>> {
    sac_comparisons::table
        .filter(sac_comparisons::next_at.le(now))
        .order(sac_comparisons::next_at)
        .limit(most)
        .select(Comparison::as_select())
        .load(conn)
}

/// Takes one in hand until `until`, if nobody else has; returns whether it is ours.
pub fn take_comparison(conn: &mut Db, row: &Comparison, until: NaiveDateTime) -> QueryResult<bool> {
    let same = sac_comparisons::table.find(row.doctor_id).filter(sac_comparisons::next_at.eq(row.next_at));
    Ok(diesel::update(same).set(sac_comparisons::next_at.eq(until)).execute(conn)? == 1)
}

/// It is tried again at `at`.
pub fn put_off_comparison(conn: &mut Db, doctor: i64, at: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sac_comparisons::table.find(doctor)).set(sac_comparisons::next_at.eq(at)).execute(conn)
}

/// Everything written before `to` was compared; the next time is at `at`.
pub fn set_compared(conn: &mut Db, owner: Owner, to: NaiveDateTime, at: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sac_comparisons::table.find(owner.id()))
        .set((sac_comparisons::compared_to.eq(to), sac_comparisons::next_at.eq(at)))
        .execute(conn)
}

/// A prescription of ours, as far as it is compared. `Debug` is not derived: the number opens it.
#[derive(Clone, Queryable)]
pub struct Ours {
    /// Its id.
    pub id: i64,
    /// Its kind.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// Its number.
    pub nre: Option<String>,
    /// When it was written (UTC).
    pub compiled_at: NaiveDateTime,
}

/// The doctor's prescriptions written from `from` on and before `to`.
pub fn list_ours_written(
    conn: &mut Db,
    owner: Owner,
    (from, to): (NaiveDateTime, NaiveDateTime),
) -> QueryResult<Vec<Ours>> {
    prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::compiled_at.ge(from))
        .filter(prescriptions::compiled_at.lt(to))
        .order(prescriptions::compiled_at)
        .select((
            prescriptions::id,
            prescriptions::kind,
            prescriptions::state,
            prescriptions::nre,
            prescriptions::compiled_at,
        ))
        .load(conn)
}

/// What the doctor's numbers begin with: the lots that were given to this program.
pub fn list_own_prefixes(conn: &mut Db, owner: Owner) -> QueryResult<Vec<String>> {
    nre_lots::table.filter(nre_lots::doctor_id.eq(owner.id())).select(nre_lots::prefix).load(conn)
}

/// A prescription that is registered here and that SAC's list does not show.
#[derive(Clone, Queryable)]
pub struct Missing {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub nre: Option<String>,
    /// When it was written (UTC).
    pub compiled_at: NaiveDateTime,
}

/// What SAC's list does not show of the doctor's, as far as it still counts as registered.
pub fn list_missing(conn: &mut Db, owner: Owner) -> QueryResult<Vec<Missing>> {
    sac_missing::table
        .inner_join(prescriptions::table)
        .filter(sac_missing::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Accepted))
        .order(sac_missing::prescription_id)
        .limit(500)
        .select((prescriptions::id, prescriptions::nre, prescriptions::compiled_at))
        .load(conn)
}

/// Writes down what SAC's list does not show, in place of what it did not show before; returns how many are new.
pub fn replace_missing(conn: &mut Db, owner: Owner, missing: &[i64], now: NaiveDateTime) -> QueryResult<usize> {
    let of = sac_missing::table.filter(sac_missing::doctor_id.eq(owner.id()));
    let before: Vec<i64> = of.select(sac_missing::prescription_id).load(conn)?;
    diesel::delete(of).execute(conn)?;
    let rows: Vec<_> = missing
        .iter()
        .map(|id| {
            (sac_missing::prescription_id.eq(*id), sac_missing::doctor_id.eq(owner.id()), sac_missing::found_at.eq(now))
        })
        .collect();
    for some in rows.chunks(500) {
        insert_batch!(conn, sac_missing::table, &some.to_vec())?;
    }
    Ok(missing.iter().filter(|id| !before.contains(id)).count())
}
