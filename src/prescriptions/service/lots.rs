//! Asking for lots of NREs: one request per doctor in flight, the answer idempotent by the lot's code.

use std::time::Duration;

use chrono::NaiveDateTime;
use diesel::QueryResult;
use tokio::time::MissedTickBehavior;

use super::super::model::{StoredCredentials, WaitReason};
use super::super::queries;
use super::super::queries::Lengths;
use super::Pipeline;
use super::standing::{hear_refusal, usable_credentials};
use super::timings::{Timings, delta};
use crate::db::{Db, DbError, Owner};
use crate::identity::queries::{find_doctor, find_doctor_profile};
use crate::reference::queries::find_nre_rules;
use kernel::nre::LotPrefix;
use kernel::region::RegionCode;
use sac::{LotOutcome, explain};

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
    /// When it was begun: whose the doctor's place is.
    pub begun_at: NaiveDateTime,
}

/// Takes the right to ask for a lot. `None` while a request is in flight, too soon after one that failed (unless
/// `insist`), or without usable credentials.
pub fn begin_lot_request(
    conn: &mut Db,
    owner: Owner,
    timings: &Timings,
    insist: bool,
    now: NaiveDateTime,
) -> QueryResult<Option<LotWork>> {
    let Some((doctor, profile)) = find_doctor(conn, owner.id())? else { return Ok(None) };
    let Ok(credentials) = usable_credentials(conn, owner, now)? else { return Ok(None) };
    let lengths = Lengths { lease: delta(timings.lot_lease), retry: delta(timings.lot_retry) };
    if !queries::take_lot_request(conn, owner, insist, now, lengths)? {
        return Ok(None);
    }
    let (region, doctor) = (profile.region_code, doctor.fiscal_code);
    Ok(Some(LotWork { owner, region, doctor, credentials, begun_at: now }))
}

impl Pipeline {
    /// Waits for `call`, and shows meanwhile that whoever makes it is alive: a process that dies with a request out frees
    /// the doctor's place within one short lease.
    pub(super) async fn hold_lot_request<T>(&self, work: &LotWork, call: impl Future<Output = T>) -> T {
        let lease = self.timings().lot_lease;
        let mut beat = tokio::time::interval((lease / 3).max(Duration::from_millis(10)));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut call = std::pin::pin!(call);
        loop {
            tokio::select! {
                done = &mut call => return done,
                _ = beat.tick() => {
                    let (owner, begun_at, until) = (work.owner, work.begun_at, self.now() + delta(lease));
                    let renew = move |conn: &mut Db| -> Result<_, DbError> {
                        Ok(queries::renew_lot_request(conn, owner, begun_at, until)?)
                    };
                    if let Err(error) = self.db().write(renew).await {
                        tracing::warn!(doctor.id = owner.id(), %error, "a lot request could not show that it is alive");
                    }
                }
            }
        }
    }
}

/// Writes the lot and frees the prescriptions that waited for numbers, or keeps the reason why there is none. Answers
/// that reason, '' when the lot is there.
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
    queries::end_lot_request(conn, (work.owner, work.begun_at), &error, again_at)?;
    Ok(error)
}

/// A new lot is asked for when fewer numbers than this are left.
pub const LOW_MARK: i64 = 20;

/// How a doctor stands with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// SAC assigns them: no lot is needed.
    NotNeeded,
    /// There are some.
    Enough,
    /// They are running out.
    Low,
}

/// How the doctor stands with numbers; without professional data nothing is asked for.
pub fn find_supply(conn: &mut Db, owner: Owner) -> QueryResult<Supply> {
    let Some(profile) = find_doctor_profile(conn, owner.id())? else { return Ok(Supply::Enough) };
    let Ok(region) = RegionCode::parse(&profile.region_code) else { return Ok(Supply::Enough) };
    if find_nre_rules(conn, region.as_str())?.assigned {
        return Ok(Supply::NotNeeded);
    }
    Ok(if queries::count_left(conn, owner, &region)? < LOW_MARK { Supply::Low } else { Supply::Enough })
}
