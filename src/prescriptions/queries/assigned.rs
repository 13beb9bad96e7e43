//! Where SAC assigns the numbers: what tells one prescription from another when there is no number to ask about.

use std::collections::HashSet;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::schema::{doctors, nre_uses, prescriptions};
use crate::db::{Db, Owner};

/// Numbers asked about in one statement.
const AT_ONCE: usize = 200;
/// How far back a free second is looked for.
const BACK: i64 = 3_600;

/// Of `numbers`, those that a prescription of this database has or had.
pub fn list_known_numbers(conn: &mut Db, numbers: &[String]) -> QueryResult<HashSet<String>> {
    let mut known = HashSet::new();
    for some in numbers.chunks(AT_ONCE) {
        let used: Vec<String> = nre_uses::table.filter(nre_uses::nre.eq_any(some)).select(nre_uses::nre).load(conn)?;
        let held: Vec<Option<String>> =
            prescriptions::table.filter(prescriptions::nre.eq_any(some)).select(prescriptions::nre).load(conn)?;
        known.extend(used.into_iter().chain(held.into_iter().flatten()));
    }
    Ok(known)
}

/// Gives each prescription of a doctor a second of writing that no other one has: together with the doctor it then stands
/// for the number that is not known yet. Of seconds that are taken the nearest earlier one is given; the future would be
/// refused.
pub struct FreeSeconds {
    taken: Option<HashSet<NaiveDateTime>>,
    now: NaiveDateTime,
}

impl FreeSeconds {
    /// Where numbers come from lots: every prescription is written now.
    pub const fn any(now: NaiveDateTime) -> Self {
        Self { taken: None, now }
    }

    /// Of one doctor, in the caller's transaction: nobody else takes a second of the doctor's until it ends.
    pub fn of(conn: &mut Db, owner: Owner, now: NaiveDateTime) -> QueryResult<Self> {
        // Writing nothing new to the doctor's row is a lock on both engines.
        diesel::update(doctors::table.find(owner.id()))
            .set(doctors::region_code.eq(doctors::region_code))
            .execute(conn)?;
        let seconds: Vec<NaiveDateTime> = prescriptions::table
            .filter(prescriptions::doctor_id.eq(owner.id()))
            .filter(prescriptions::compiled_at.gt(now - TimeDelta::seconds(BACK)))
            .filter(prescriptions::compiled_at.le(now))
            .select(prescriptions::compiled_at)
            .load(conn)?;
        Ok(Self { taken: Some(seconds.into_iter().collect()), now })
    }

    /// The next one.
    pub fn take(&mut self) -> NaiveDateTime {
        let Some(taken) = &mut self.taken else { return self.now };
        let free = (0..BACK).map(|back| self.now - TimeDelta::seconds(back)).find(|second| !taken.contains(second));
        let second = free.unwrap_or(self.now);
        taken.insert(second);
        second
    }
}
