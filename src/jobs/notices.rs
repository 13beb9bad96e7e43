//! The notices on doctors' devices: gathered for a minute, sent only while there is something to see, and not again before
//! a pause is over.

use chrono::{NaiveDateTime, TimeDelta};
use futures_util::future::join_all;

use crate::db::{Db, DbError, Owner};
use crate::outbox::{self, Claimed, Outcome};
use crate::ports::push::Pushed;
use crate::push::{self, Call};
use crate::site::Site;
use crate::validation::queries::ring_doctor;
use crate::web::bell::Rings;

/// A device that was told is left alone for so long.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Why the first attempt waits: what comes in one go is told in one go, and a doctor who is looking needs no notice.
const GATHERING: &str = "gathering";
const PAUSING: &str = "told a moment ago";

/// Tells the devices of the job's doctor and notes how it ended. Never in the way of another job: it runs on its own, and
/// whoever dies in it leaves the job to the next when its lease ends.
pub(super) async fn run(site: Site, claimed: Claimed) {
    let id = claimed.id;
    if let Err(error) = tell(&site, claimed).await {
        tracing::warn!(job.id = id, %error, "a notice could not be given");
    }
}

async fn tell(site: &Site, claimed: Claimed) -> Result<(), DbError> {
    let outcome =
        if claimed.attempt == 1 { Outcome::Retry(GATHERING.to_owned()) } else { call(site, &claimed).await? };
    let (id, now) = (claimed.id, site.clock.now());
    match &outcome {
        Outcome::Retry(reason) => tracing::debug!(job.id = id, reason, "notice put off"),
        outcome => tracing::debug!(job.id = id, ?outcome, "notice"),
    }
    let write = move |conn: &mut Db| -> Result<bool, DbError> { Ok(outbox::settle(conn, &claimed, &outcome, now)?) };
    site.db.write(write).await?;
    Ok(())
}

/// What is to be done for one device.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    /// Told by an earlier attempt of this very job.
    Told,
    /// Told by another a moment ago.
    Later,
}

fn turn(call: &Call, asked_at: NaiveDateTime, now: NaiveDateTime) -> Turn {
    // A moment that has not come was written by a clock that ran ahead: it binds nobody.
    match call.notified_at.filter(|at| *at <= now) {
        Some(at) if at >= asked_at => Turn::Told,
        Some(at) if now - at < PAUSE => Turn::Later,
        _ => Turn::Now,
    }
}

async fn call(site: &Site, claimed: &Claimed) -> Result<Outcome, DbError> {
    let (doctor, sealer) = (claimed.job.subject_id, site.sealer.clone());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        let rings = ring_doctor(conn, Owner::of_doctor(doctor))?;
        Ok((
            rings,
            push::list_calls(conn, &sealer, doctor)?,
            push::list_services(conn)?,
            push::find_key(conn, &sealer)?,
        ))
    };
    let (rings, calls, services, key) = site.db.read(read).await?;
    let (Some(way), Some(key)) = (&site.pusher, key) else { return Ok(Outcome::Done) };
    if rings == Rings::default() {
        return Ok(Outcome::Done);
    }
    let (now, today) = (site.clock.now(), site.clock.today());
    let turns: Vec<Turn> = calls.iter().map(|call| turn(call, claimed.created_at, now)).collect();
    let due = calls.iter().zip(&turns).filter(|(_, turn)| **turn == Turn::Now);
    let answers = due.map(|(call, _)| async {
        let endpoint = call.endpoint.as_deref().and_then(|text| way.endpoint(text, &services, today));
        let answer = match endpoint {
            Some(endpoint) => way.push(&key, endpoint, now.and_utc().timestamp()).await,
            // Sealed with another key, or a host that may be called no more.
            None => Pushed::Gone,
        };
        (call.id, answer)
    });
    let answers = join_all(answers).await;
    let with = |wanted: fn(&Pushed) -> bool| -> Vec<i64> {
        answers.iter().filter(|(_, answer)| wanted(answer)).map(|(id, _)| *id).collect()
    };
    let told = with(|answer| *answer == Pushed::Taken);
    let gone = with(|answer| *answer == Pushed::Gone);
    for (id, answer) in &answers {
        if let Pushed::Refused(why) = answer {
            tracing::warn!(device.id = id, why, "a push service refuses a notice");
        }
    }
    let write = move |conn: &mut Db| -> Result<(), DbError> { Ok(push::note_calls(conn, &told, &gone, now)?) };
    site.db.write(write).await?;
    let later = answers.iter().find_map(|(_, answer)| match answer {
        Pushed::Later(why) => Some(why.clone()),
        _ => None,
    });
    let pausing = turns.contains(&Turn::Later).then(|| PAUSING.to_owned());
    Ok(later.or(pausing).map_or(Outcome::Done, Outcome::Retry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_once_for_a_job_and_not_again_before_the_pause_is_over() {
        let asked = crate::db::testing::now();
        let at = |minutes: i64| asked + TimeDelta::minutes(minutes);
        let of = |notified_at| Call { id: 1, endpoint: None, notified_at };
        let now = at(12);
        assert_eq!(turn(&of(None), asked, now), Turn::Now);
        assert_eq!(turn(&of(Some(at(1))), asked, now), Turn::Told);
        assert_eq!(turn(&of(Some(at(-1))), asked, at(2)), Turn::Later);
        assert_eq!(turn(&of(Some(at(-1))), asked, now), Turn::Now);
        assert_eq!(turn(&of(Some(at(120))), asked, now), Turn::Now, "a clock that ran ahead");
    }
}
