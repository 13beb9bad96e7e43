//! What SAC has under the doctor's numbers and this database has not.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Lot, State};
use crate::db::schema::{nre_lots, nre_uses, prescriptions, sac_found};
use crate::db::{Db, Owner};
use crate::insert_if_absent;
use sac::UsedNre;

/// Numbers asked about in one statement.
const AT_ONCE: usize = 200;

/// A prescription that SAC has and that is missing here. `Debug` is not derived: it would print the code.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = sac_found)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Found {
    pub nre: String,
    pub kind: String,
    pub compiled_at: Option<NaiveDateTime>,
    pub auth_code: String,
}

/// The lot that a number given out came from.
pub fn find_lot_of(conn: &mut Db, nre: &str) -> QueryResult<Option<Lot>> {
    let Some(lot) = nre_uses::table.find(nre).select(nre_uses::lot_id).first::<i64>(conn).optional()? else {
        return Ok(None);
    };
    nre_lots::table.find(lot).select(Lot::as_select()).first(conn).optional()
}

/// Of `numbers`, those that a prescription of ours holds at SAC, or may hold.
fn ours(conn: &mut Db, numbers: &[&str]) -> QueryResult<HashSet<(String, String)>> {
    let mut known = HashSet::new();
    for some in numbers.chunks(AT_ONCE) {
        let bound: Vec<(String, Option<String>, String, State)> = nre_uses::table
            .inner_join(prescriptions::table)
            .filter(nre_uses::nre.eq_any(some))
            .select((nre_uses::nre, prescriptions::nre, prescriptions::auth_code, prescriptions::state))
            .load(conn)?;
        for (nre, held, code, state) in bound {
            // One that was given up for another number is looked after by its own rechecks.
            let given_up = held.as_deref() != Some(nre.as_str());
            known.insert((nre, code_of(code, state, given_up)));
        }
        // Those that SAC assigned came from no lot.
        let assigned: Vec<(Option<String>, String, State)> = prescriptions::table
            .filter(prescriptions::nre.eq_any(some))
            .select((prescriptions::nre, prescriptions::auth_code, prescriptions::state))
            .load(conn)?;
        known.extend(assigned.into_iter().filter_map(|(nre, code, state)| Some((nre?, code_of(code, state, false)))));
    }
    Ok(known)
}

/// The code that SAC must show for it to be ours. What is on its way has none yet, and what was found annulled never had:
/// whether the one found is its own, its view tells.
fn code_of(code: String, state: State, any: bool) -> String {
    let unknown = code.is_empty() && (State::UNSETTLED.contains(&state) || state == State::Annulled);
    if any || unknown { ANY.to_owned() } else { code }
}

/// Stands for a code that is not known yet.
const ANY: &str = "*";

fn is_ours(known: &HashSet<(String, String)>, nre: &str, code: &str) -> bool {
    [code, ANY].into_iter().any(|code| known.contains(&(nre.to_owned(), code.to_owned())))
}

/// Keeps those of SAC's records that are not ours, each once; returns how many were new.
pub fn insert_found(conn: &mut Db, owner: Owner, records: &[UsedNre], now: NaiveDateTime) -> QueryResult<usize> {
    let numbers: Vec<&str> = records.iter().map(|record| record.nre.as_str()).collect();
    let known = ours(conn, &numbers)?;
    let mut new = 0;
    for record in records.iter().filter(|record| !is_ours(&known, &record.nre, &record.auth_code)) {
        let row = (
            sac_found::nre.eq(&record.nre),
            sac_found::doctor_id.eq(owner.id()),
            sac_found::kind.eq(&record.kind),
            sac_found::compiled_at.eq(record.compiled_at),
            sac_found::auth_code.eq(&record.auth_code),
            sac_found::found_at.eq(now),
        );
        new += insert_if_absent!(conn, sac_found::table, &row)?;
    }
    Ok(new)
}

/// Whether SAC has something else under a number.
pub fn is_found(conn: &mut Db, nre: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(sac_found::table.find(nre))).get_result(conn)
}

/// What SAC has of the doctor's and is still missing here, by number.
pub fn list_found(conn: &mut Db, owner: Owner) -> QueryResult<Vec<Found>> {
    let mut found: Vec<Found> = sac_found::table
        .filter(sac_found::doctor_id.eq(owner.id()))
        .order(sac_found::nre)
        .limit(500)
        .select(Found::as_select())
        .load(conn)?;
    let numbers: Vec<&str> = found.iter().map(|found| found.nre.as_str()).collect();
    let known = ours(conn, &numbers)?;
    found.retain(|found| !is_ours(&known, &found.nre, &found.auth_code));
    Ok(found)
}
