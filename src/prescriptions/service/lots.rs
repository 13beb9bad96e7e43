//! Asking for lots of NREs: one request per doctor in flight, the answer idempotent by the lot's code.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::super::model::{StoredCredentials, WaitReason};
use super::super::queries;
use super::super::queries::Lengths;
use super::standing::{hear_refusal, usable_credentials};
use super::timings::{Timings, delta};
use crate::db::{Db, Owner};
use crate::identity::queries::{find_doctor_profile, find_user};
use crate::kernel::nre::LotPrefix;
use crate::kernel::region::RegionCode;
use crate::ports::sac::{LotOutcome, explain};

/// A lot request to make.
#[derive(Clone)]
pub struct LotWork {
    /// For whom.
    pub owner: Owner,
    /// The doctor's region.
    pub region: String,
    /// The doctor's fiscal code.
    pub doctor: String,
    /// The credentials, still sealed.
    pub credentials: StoredCredentials,
}

/// Takes the right to ask for a lot. `None` while a request is in flight, too soon after one that failed (unless
/// `insist`), or without usable credentials.
///
/// # Errors
/// A database failure.
pub fn begin_lot_request(
    conn: &mut Db,
    owner: Owner,
    timings: &Timings,
    insist: bool,
    now: NaiveDateTime,
) -> QueryResult<Option<LotWork>> {
    let (Some(doctor), Some(profile)) = (find_user(conn, owner.id())?, find_doctor_profile(conn, owner.id())?) else {
        return Ok(None);
    };
    let Ok(credentials) = usable_credentials(conn, owner, now)? else { return Ok(None) };
    let lengths = Lengths { lease: delta(timings.lease), retry: delta(timings.lot_retry) };
    if !queries::take_lot_request(conn, owner, insist, now, lengths)? {
        return Ok(None);
    }
    Ok(Some(LotWork { owner, region: profile.region_code, doctor: doctor.fiscal_code, credentials }))
}

/// Writes the lot and frees the prescriptions that waited for numbers, or keeps the reason why there is none. Answers
/// that reason, '' when the lot is there.
///
/// # Errors
/// A database failure.
pub fn record_lot(
    conn: &mut Db,
    work: &LotWork,
    outcome: &LotOutcome,
    timings: &Timings,
    now: NaiveDateTime,
) -> QueryResult<String> {
    let mut asks_again = true;
    let error = match outcome {
        LotOutcome::Granted { prefix, .. } => match LotPrefix::parse(prefix) {
            Ok(lot) => {
                queries::insert_lot(conn, work.owner, &lot, now)?;
                queries::release_waiting(conn, work.owner, &[WaitReason::NoNre], now)?;
                String::new()
            }
            Err(error) => error.to_string(),
        },
        LotOutcome::Refused { code, text } => explain(code, text),
        LotOutcome::NotProcessed(cause) => {
            if cause.is_about_sender() {
                // The rows wait for the doctor now: nobody asks again with what was refused.
                hear_refusal(conn, &work.credentials, cause, now)?;
                asks_again = false;
            }
            cause.to_string()
        }
        LotOutcome::Uncertain(_) => "Il servizio dei lotti non ha risposto in modo comprensibile.".to_owned(),
    };
    let again_at = if asks_again && !error.is_empty() { now + delta(timings.lot_retry) } else { now };
    queries::end_lot_request(conn, work.owner, &error, again_at)?;
    Ok(error)
}

/// A new lot is asked for when fewer numbers than this are left.
pub const LOW_MARK: i64 = 20;

/// True when the doctor's numbers are running out.
///
/// # Errors
/// A database failure.
pub fn is_low(conn: &mut Db, owner: Owner) -> QueryResult<bool> {
    let Some(profile) = find_doctor_profile(conn, owner.id())? else { return Ok(false) };
    let Ok(region) = RegionCode::parse(&profile.region_code) else { return Ok(false) };
    Ok(queries::count_left(conn, owner, &region)? < LOW_MARK)
}
