//! NRE lots: numbers are given out once, to one prescription, for ever (R7).

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::super::model::{Lot, State, WaitReason};
use crate::db::schema::{lot_requests, nre_lots, nre_uses, prescriptions};
use crate::db::{Db, Owner};
use crate::insert_if_absent;
use kernel::nre::{LotPrefix, Nre};
use kernel::region::RegionCode;

/// Takes the next number of the doctor's lots of `region` for `prescription`; returns it and how many its lot has left.
/// `None` when they are used up.
///
/// The counter moves by a conditional update, so two callers never get the same number; the key of `nre_uses` is the
/// second lock, and a number found there (a restored backup, overlapping lots) is passed over, as is one under which SAC
/// has a prescription that is not here.
pub fn allocate_nre(
    conn: &mut Db,
    owner: Owner,
    region: &RegionCode,
    prescription: i64,
    now: NaiveDateTime,
) -> QueryResult<Option<(Nre, i64)>> {
    loop {
        let open: Option<Lot> = nre_lots::table
            .filter(nre_lots::doctor_id.eq(owner.id()))
            .filter(nre_lots::next_number.le(nre_lots::last_number))
            .filter(nre_lots::prefix.ge(region.as_str()))
            .filter(nre_lots::prefix.lt(after(region)))
            .order(nre_lots::id)
            .select(Lot::as_select())
            .first(conn)
            .optional()?;
        let Some(lot) = open else { return Ok(None) };
        let taken: Option<i64> = diesel::update(nre_lots::table.find(lot.id))
            .filter(nre_lots::next_number.le(nre_lots::last_number))
            .set(nre_lots::next_number.eq(nre_lots::next_number + 1))
            .returning(nre_lots::next_number)
            .get_result(conn)
            .optional()?;
        let Some(number) = taken.map(|next| next - 1) else { continue };
        let Some(nre) = number_of(&lot.prefix, number) else { continue };
        if super::is_found(conn, nre.as_str())? {
            continue;
        }
        let bound = (
            nre_uses::nre.eq(nre.as_str()),
            nre_uses::lot_id.eq(lot.id),
            nre_uses::prescription_id.eq(prescription),
            nre_uses::bound_at.eq(now),
            nre_uses::burnt.eq(false),
        );
        if insert_if_absent!(conn, nre_uses::table, &bound)? == 1 {
            return Ok(Some((nre, lot.last_number.saturating_sub(number))));
        }
    }
}

/// End of the range of prefixes that begin with the region: ':' is the sign after '9'.
fn after(region: &RegionCode) -> String {
    format!("{}:", region.as_str())
}

fn number_of(prefix: &str, number: i64) -> Option<Nre> {
    let lot = LotPrefix::parse(prefix).ok()?;
    Nre::from_lot(&lot, u64::try_from(number).ok()?).ok()
}

/// The number may never be used again, not even for a correction of the same prescription.
pub fn burn_nre(conn: &mut Db, nre: &str) -> QueryResult<usize> {
    diesel::update(nre_uses::table.find(nre)).set(nre_uses::burnt.eq(true)).execute(conn)
}

/// Adds a lot. The same lot answered twice is added once; returns whether it was new.
pub fn insert_lot(conn: &mut Db, owner: Owner, prefix: &LotPrefix, now: NaiveDateTime) -> QueryResult<bool> {
    let last = i64::try_from(prefix.capacity()).unwrap_or(i64::MAX) - 1;
    let row = (
        nre_lots::doctor_id.eq(owner.id()),
        nre_lots::prefix.eq(prefix.as_str()),
        nre_lots::next_number.eq(0i64),
        nre_lots::last_number.eq(last),
        nre_lots::obtained_at.eq(now),
    );
    Ok(insert_if_absent!(conn, nre_lots::table, &row)? == 1)
}

/// The doctor's lots, newest first.
pub fn list_lots(conn: &mut Db, owner: Owner) -> QueryResult<Vec<Lot>> {
    nre_lots::table
        .filter(nre_lots::doctor_id.eq(owner.id()))
        .order(nre_lots::id.desc())
        .select(Lot::as_select())
        .limit(50)
        .load(conn)
}

/// The lots of `region` in which the doctor has numbers left, in the order they are used.
pub fn list_open_lots(conn: &mut Db, owner: Owner, region: &RegionCode) -> QueryResult<Vec<Lot>> {
    nre_lots::table
        .filter(nre_lots::doctor_id.eq(owner.id()))
        .filter(nre_lots::next_number.le(nre_lots::last_number))
        .filter(nre_lots::prefix.ge(region.as_str()))
        .filter(nre_lots::prefix.lt(after(region)))
        .order(nre_lots::id)
        .select(Lot::as_select())
        .load(conn)
}

/// How many numbers the doctor has left for `region`.
pub fn count_left(conn: &mut Db, owner: Owner, region: &RegionCode) -> QueryResult<i64> {
    // Summed here, as sum() of an expression has another type on each engine.
    Ok(list_open_lots(conn, owner, region)?.iter().map(Lot::left).sum())
}

/// How long the moment of a lot request may be off.
#[derive(Clone, Copy, Debug)]
pub struct Lengths {
    /// While it is in flight.
    pub lease: TimeDelta,
    /// Before one that failed is repeated.
    pub retry: TimeDelta,
}

/// Takes the right to ask for one lot for the doctor: false while another request is in flight, and before a failed one
/// may be repeated, unless the doctor insists. A moment further off than it can be was written by a clock that ran ahead,
/// and binds nobody.
pub fn take_lot_request(
    conn: &mut Db,
    owner: Owner,
    insist: bool,
    now: NaiveDateTime,
    lengths: Lengths,
) -> QueryResult<bool> {
    let values = (
        lot_requests::requested_at.eq(now),
        lot_requests::leased_until.eq(now + lengths.lease),
        lot_requests::last_error.eq(""),
    );
    let row = (lot_requests::doctor_id.eq(owner.id()), values);
    if insert_if_absent!(conn, lot_requests::table, &row)? == 1 {
        return Ok(true);
    }
    let mine = lot_requests::table.find(owner.id());
    // In flight there is no error yet. The clocks of two machines may differ by as much as a lease.
    let furthest = now + lengths.lease + lengths.lease;
    let dead = lot_requests::last_error.eq("").and(lot_requests::leased_until.gt(furthest));
    let over = lot_requests::leased_until.le(now).or(dead);
    let taken = if insist {
        let free = over.or(lot_requests::last_error.ne(""));
        diesel::update(mine).filter(free).set(values).execute(conn)?
    } else {
        let free = over.or(lot_requests::leased_until.gt(now + lengths.retry));
        diesel::update(mine).filter(free).set(values).execute(conn)?
    };
    Ok(taken == 1)
}

/// Holds the place of the request begun at `begun_at` until `until`. One that was taken over holds nothing any more.
pub fn renew_lot_request(
    conn: &mut Db,
    owner: Owner,
    begun_at: NaiveDateTime,
    until: NaiveDateTime,
) -> QueryResult<usize> {
    let own = lot_requests::table.find(owner.id()).filter(lot_requests::requested_at.eq(begun_at));
    diesel::update(own).set(lot_requests::leased_until.eq(until)).execute(conn)
}

/// Ends the request that was begun at that moment, unless another has taken its place. An error stays to be read, and
/// `again_at` says before when not to ask again by itself.
pub fn end_lot_request(
    conn: &mut Db,
    (owner, begun_at): (Owner, NaiveDateTime),
    error: &str,
    again_at: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::update(lot_requests::table.find(owner.id()).filter(lot_requests::requested_at.eq(begun_at)))
        .set((lot_requests::leased_until.eq(again_at), lot_requests::last_error.eq(error)))
        .execute(conn)
}

/// Doctors with a prescription that waits for a number.
pub fn list_doctors_without_nre(conn: &mut Db) -> QueryResult<Vec<Owner>> {
    let ids: Vec<i64> = prescriptions::table
        .filter(prescriptions::state.eq(State::ToSend))
        .filter(prescriptions::next_try_at.is_null())
        .filter(prescriptions::wait_reason.eq(WaitReason::NoNre))
        .select(prescriptions::doctor_id)
        .distinct()
        .load(conn)?;
    Ok(ids.into_iter().map(Owner::of_doctor).collect())
}

/// The last request: when it may be repeated, and why it failed ('' = it did not).
pub fn find_lot_request(conn: &mut Db, owner: Owner) -> QueryResult<Option<(NaiveDateTime, String)>> {
    lot_requests::table
        .find(owner.id())
        .select((lot_requests::leased_until, lot_requests::last_error))
        .first(conn)
        .optional()
}
