//! Each night what was sent is compared with SAC's list of used numbers: one call for each doctor, spread over the night.
//! Whatever is on one side only is shown to the doctor.
//!
//! A list needs the doctor's session of the day. Where that has ended by night, the comparison waits for the next one. The
//! list has everything of the doctor's, also what other programs sent: only what bears a number of our lots, or was
//! written in the very second of one of ours, is our business.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::super::model::{Kind, State, StoredCredentials, WaitReason};
use super::super::queries::{self, Comparison, Ours};
use super::Pipeline;
use super::standing::hear_refusal;
use crate::db::{Db, DbError, Owner};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::find_doctor;
use kernel::dates;
use sac::{UsedNre, UsedNres, UsedNresQuery};

/// Doctors compared in one go.
const AT_ONCE: i64 = 20;
/// A comparison under way belongs to its process for so long.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// Before one that could not be made is tried again.
const RETRY: TimeDelta = TimeDelta::minutes(30);
/// One that has been due for longer was not made because the program was off: it waits for the night.
const STALE: TimeDelta = TimeDelta::days(1);
/// How far back a comparison goes.
const FURTHEST: TimeDelta = TimeDelta::days(30);
/// Where the night's comparisons begin, in Italy, and over how long they are spread.
const FROM_HOUR: u32 = 1;
const SPREAD_SECONDS: u64 = 4 * 3600;

/// A comparison to make.
#[derive(Clone)]
struct Due {
    owner: Owner,
    doctor: User,
    profile: DoctorProfile,
    stored: StoredCredentials,
    /// From the first moment on and before the second (UTC).
    window: (NaiveDateTime, NaiveDateTime),
    ours: Vec<Ours>,
}

/// What became of taking one in hand.
enum Taken {
    Due(Box<Due>),
    PutOff,
}

/// A moment of the next night; `roll` is any random number.
fn next_night(now: NaiveDateTime, roll: u64) -> NaiveDateTime {
    let local = dates::to_rome(now);
    let start = |day: NaiveDate| day.and_hms_opt(FROM_HOUR, 0, 0).unwrap_or(local);
    let today = start(local.date());
    let night = if local < today { today } else { start(local.date() + TimeDelta::days(1)) };
    let late = TimeDelta::seconds(i64::try_from(roll % SPREAD_SECONDS).unwrap_or(0));
    dates::from_rome(night) + late
}

impl Pipeline {
    /// Makes the comparisons that are due, one after the other.
    /// When it fails, what was in hand is due again soon.
    pub async fn compare(&self) -> Result<(), DbError> {
        let now = self.now();
        let due =
            self.db().read(move |conn| Ok::<_, DbError>(queries::list_comparisons_due(conn, now, AT_ONCE)?)).await?;
        for row in due {
            let (now, roll) = (self.now(), rand::random());
            let take = move |conn: &mut Db| -> Result<_, DbError> { Ok(take(conn, row, roll, now)?) };
            let Some(Taken::Due(due)) = self.db().write(take).await? else { continue };
            self.compare_one(*due).await?;
        }
        Ok(())
    }

    async fn compare_one(&self, due: Due) -> Result<(), DbError> {
        let doctor = due.owner.id();
        let Ok(credentials) = self.open_credentials(&due.stored) else { return Ok(()) };
        // Drugs always: after a backup was restored there may be some that are not here. The rest where we sent any.
        let kinds = Kind::ALL.iter().filter(|kind| **kind == Kind::Drugs || due.ours.iter().any(|o| o.kind == **kind));
        let mut records = Vec::new();
        for kind in kinds {
            let query = UsedNresQuery {
                region: due.profile.region_code.clone(),
                doctor: due.doctor.fiscal_code.clone(),
                kind: kind.as_str().to_owned(),
                period: Some((dates::to_rome(due.window.0), dates::to_rome(due.window.1) - TimeDelta::seconds(1))),
                ..UsedNresQuery::default()
            };
            match self.sac().used_nres(&credentials, &query).await {
                UsedNres::Listed(listed) => records.extend(listed),
                UsedNres::NotProcessed(cause) if cause.is_about_sender() => {
                    let (stored, now) = (due.stored.clone(), self.now());
                    let hear =
                        move |conn: &mut Db| -> Result<_, DbError> { Ok(hear_refusal(conn, &stored, &cause, now)?) };
                    self.db().write(hear).await?;
                    return Ok(());
                }
                _ => {
                    tracing::warn!(doctor.id = doctor, "SAC did not list the used numbers: compared again later");
                    return Ok(());
                }
            }
        }
        let (now, roll) = (self.now(), rand::random());
        let record = move |conn: &mut Db| -> Result<_, DbError> {
            Ok(record(conn, &due, &records, next_night(now, roll), now)?)
        };
        let (unknown, missing) = self.db().write(record).await?;
        if unknown + missing > 0 {
            tracing::warn!(doctor.id = doctor, unknown, missing, "what was sent and what SAC lists differ");
        } else {
            tracing::info!(doctor.id = doctor, "what was sent and what SAC lists are the same");
        }
        Ok(())
    }
}

fn take(conn: &mut Db, row: Comparison, roll: u64, now: NaiveDateTime) -> QueryResult<Option<Taken>> {
    if !queries::take_comparison(conn, &row, now + LEASE)? {
        return Ok(None);
    }
    let put_off = |conn: &mut Db, at| queries::put_off_comparison(conn, row.doctor_id, at).map(|_| Some(Taken::PutOff));
    if row.next_at < now - STALE {
        return put_off(conn, next_night(now, roll));
    }
    let owner = Owner::of_doctor(row.doctor_id);
    let stored = queries::find_credentials(conn, owner)?;
    // The session that lies beside is for prescriptions: using it would end the other.
    let usable = stored.filter(|stored| stored.refused == WaitReason::None && stored.has_session(now));
    let (Some(stored), Some((doctor, profile))) = (usable, find_doctor(conn, owner.id())?) else {
        return put_off(conn, now + RETRY);
    };
    let to = dates::day_start(dates::rome_day(now));
    let seen_missing = queries::list_missing(conn, owner)?.into_iter().map(|missing| missing.compiled_at).min();
    let from = seen_missing.map_or(row.compared_to, |at| at.min(row.compared_to)).max(to - FURTHEST);
    if row.compared_to >= to {
        return put_off(conn, next_night(now, roll));
    }
    let window = (from, to);
    let ours = queries::list_ours_written(conn, owner, window)?;
    Ok(Some(Taken::Due(Box::new(Due { owner, doctor, profile, stored, window, ours }))))
}

/// Writes what is on one side only, and tells the doctor of what is new; returns how much that is on each side.
fn record(
    conn: &mut Db,
    due: &Due,
    records: &[UsedNre],
    next: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<(usize, usize)> {
    let listed: HashSet<&str> = records.iter().map(|record| record.nre.as_str()).collect();
    // What was registered when the list was asked for; what moved since has its own way.
    let registered = due.ours.iter().filter(|ours| ours.state == State::Accepted);
    let missing: Vec<i64> = registered
        .filter(|ours| ours.nre.as_deref().is_some_and(|nre| !listed.contains(nre)))
        .map(|ours| ours.id)
        .collect();
    let prefixes = queries::list_own_prefixes(conn, due.owner)?;
    let seconds: HashSet<NaiveDateTime> = due.ours.iter().map(|ours| dates::to_rome(ours.compiled_at)).collect();
    let is_about_us = |record: &&UsedNre| {
        prefixes.iter().any(|prefix| record.nre.starts_with(prefix.as_str()))
            || record.compiled_at.is_some_and(|at| seconds.contains(&at))
    };
    let about_us: Vec<UsedNre> = records.iter().filter(is_about_us).cloned().collect();
    let unknown = queries::insert_found(conn, due.owner, &about_us, now)?;
    let missing = queries::replace_missing(conn, due.owner, &missing, now)?;
    if unknown + missing > 0 {
        events::note(conn, due.owner.id(), EventKind::SacDiffers, "", now)?;
    }
    queries::set_compared(conn, due.owner, due.window.1, next)?;
    Ok((unknown, missing))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn comparisons_are_made_by_night_and_not_all_at_once() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        // 23.30 in Rome: the night that begins.
        assert_eq!(next_night(at("2026-11-30 22:30:00"), 0), at("2026-12-01 00:00:00"));
        // Half past midnight: the same night.
        assert_eq!(next_night(at("2026-11-30 23:30:00"), 3_600), at("2026-12-01 01:00:00"));
        // One minute after it began, and in the middle of the day: the next one.
        assert_eq!(next_night(at("2026-12-01 00:01:00"), 0), at("2026-12-02 00:00:00"));
        assert_eq!(next_night(at("2026-07-01 10:00:00"), SPREAD_SECONDS - 1), at("2026-07-02 02:59:59"));
    }
}
