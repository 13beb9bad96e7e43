//! The runner of the outbox: takes what is due, has the slice do it, notes how it ended.

use super::notices;
use crate::account::service::mailing;
use crate::db::{Db, DbError};
use crate::delivery::service as delivery;
use crate::millebook::service::mailing as millebook;
use crate::outbox::{self, Claimed, Kind, Outcome};
use crate::ports::mail::Mailer;
use crate::site::Site;

/// Jobs done in one call, at most: the loop around it can stop in between.
const AT_ONCE: usize = 20;

/// Does the jobs that are due, one after the other, and answers how many it took. Call it again at once when that is not
/// zero, after a pause otherwise. Several may run side by side: a job is claimed by one of them.
/// When it fails, the job in hand is taken over when its lease ends.
pub async fn run_due(site: &Site, mailer: &Mailer) -> Result<usize, DbError> {
    for taken in 0..AT_ONCE {
        let (sealer, now) = (site.sealer.clone(), site.clock.now());
        let claim = move |conn: &mut Db| -> Result<_, DbError> { Ok(outbox::claim(conn, &sealer, now)?) };
        let Some(claimed) = site.db.write(claim).await? else { return Ok(taken) };
        match claimed.job.kind {
            Kind::ConfirmAccount
            | Kind::AccountExists
            | Kind::CodeClaimed
            | Kind::ResetPassword
            | Kind::ConfirmAddress => {
                let outcome = mailing::run(site, mailer, &claimed).await;
                record(site, claimed, outcome).await?;
            }
            Kind::NotifyDoctor => drop(tokio::spawn(notices::run(site.clone(), claimed))),
            Kind::MillebookCode => {
                let outcome = millebook::run(site, mailer, &claimed).await;
                record(site, claimed, outcome).await?;
            }
            Kind::DeliverArchive | Kind::DeliverPassword | Kind::DeliverSms => {
                let ran = delivery::run(site, mailer, &claimed).await;
                tell(&claimed, &ran.outcome);
                let now = site.clock.now();
                let write =
                    move |conn: &mut Db| -> Result<bool, DbError> { Ok(delivery::record(conn, &claimed, &ran, now)?) };
                site.db.write(write).await?;
            }
        }
    }
    Ok(AT_ONCE)
}

fn tell(claimed: &Claimed, outcome: &Outcome) {
    let (id, kind, attempt) = (claimed.id, claimed.job.kind.as_str(), claimed.attempt);
    match outcome {
        Outcome::Done => tracing::info!(job.id = id, job.kind = kind, "job done"),
        Outcome::Retry(reason) => tracing::warn!(job.id = id, job.kind = kind, attempt, reason, "job put off"),
        Outcome::GiveUp(reason) => tracing::error!(job.id = id, job.kind = kind, attempt, reason, "job given up"),
    }
}

async fn record(site: &Site, claimed: Claimed, outcome: Outcome) -> Result<(), DbError> {
    tell(&claimed, &outcome);
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<bool, DbError> { Ok(outbox::settle(conn, &claimed, &outcome, now)?) };
    site.db.write(write).await?;
    Ok(())
}
