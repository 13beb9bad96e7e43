//! What a job came to, written with the job's own end.

use chrono::NaiveDateTime;

use super::super::queries;
use super::Ran;
use crate::db::Db;
use crate::outbox::{self, Claimed, Kind, Outcome};
use crate::prescriptions::model::{DeliveryReason, DeliveryState};
use crate::prescriptions::queries as prescriptions;

/// Ends or puts off the job and moves its delivery, in the caller's transaction. When another attempt has taken the job
/// over, nothing is written.
pub fn record(conn: &mut Db, claimed: &Claimed, ran: &Ran, now: NaiveDateTime) -> diesel::QueryResult<bool> {
    let id = claimed.job.subject_id;
    match &ran.outcome {
        Outcome::Done => {
            let mine = outbox::set_done(conn, claimed, now)?;
            if mine && ran.sent {
                // The password is the second half of the same delivery, not another attempt at it.
                if claimed.job.kind != Kind::DeliverPassword {
                    queries::count_attempt(conn, id)?;
                }
                gone(conn, claimed.job.kind, id, now)?;
            }
            Ok(mine)
        }
        Outcome::Retry(why) if !claimed.is_last(now) => {
            let mine = outbox::retry(conn, claimed, why, now)?;
            if mine {
                queries::count_attempt(conn, id)?;
            }
            Ok(mine)
        }
        Outcome::Retry(why) | Outcome::GiveUp(why) => {
            let mine = outbox::give_up(conn, claimed, why)?;
            if mine {
                queries::count_attempt(conn, id)?;
                fail(conn, id, ran.reason, now)?;
            }
            Ok(mine)
        }
    }
}

fn gone(conn: &mut Db, kind: Kind, id: i64, now: NaiveDateTime) -> diesel::QueryResult<()> {
    // Annulled while the message was on its way: it has gone all the same.
    if queries::set_gone_after_annulment(conn, id)? == 1 {
        return Ok(());
    }
    let waits_for_password =
        kind == Kind::DeliverArchive && queries::find_sending(conn, id)?.is_some_and(|row| !row.agreed_secret);
    if waits_for_password {
        queries::set_archive_sent(conn, id)?;
    } else {
        prescriptions::end_delivery(conn, id, (DeliveryState::Delivered, DeliveryReason::None), now)?;
    }
    Ok(())
}

/// Given up: red for the doctor, and the prescriptions wait for print again.
fn fail(conn: &mut Db, id: i64, reason: DeliveryReason, now: NaiveDateTime) -> diesel::QueryResult<()> {
    if prescriptions::end_delivery(conn, id, (DeliveryState::Failed, reason), now)? {
        let contents = queries::list_contents(conn, &[id])?;
        let ids: Vec<i64> = contents.iter().map(|content| content.prescription_id).collect();
        prescriptions::reopen_print(conn, &ids)?;
    }
    Ok(())
}
