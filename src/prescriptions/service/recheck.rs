//! Numbers that were given up after a lost answer (policy B) are looked at again after 1, 15 and 60 minutes: a request of
//! ours that landed late is annulled, because the prescription lives under another number.

use chrono::NaiveDateTime;

use super::super::queries::{self, Recheck};
use super::timings::delta;
use super::usable_credentials;
use super::{Pipeline, Timings};
use crate::db::{Db, DbError, Owner};
use sac::{AnnulOutcome, PrescriptionMessage, ProcessState, ViewOutcome, same_content};

/// Numbers looked at in one go.
const AT_ONCE: i64 = 20;

/// What one look came to.
enum Looked {
    /// Nothing is there, so far.
    Nothing,
    /// There is nothing more to wait for.
    Over,
    /// It landed late, and somebody has taken it in charge: it cannot be annulled.
    InUse,
    /// No answer to go by.
    Unknown,
}

/// Said to the doctor of such a one; the number is put in its place.
const IN_USE: &str = "Anche il numero ritirato NRE è stato registrato, in ritardo, ed è già stato preso in carico: \
                      controlla sul portale del SAC e avvisa il paziente.";

impl Pipeline {
    /// Looks again at the numbers that are due.
    pub async fn recheck(&self) -> Result<(), DbError> {
        let now = self.now();
        let due = self.db().read(move |conn| Ok::<_, DbError>(queries::list_rechecks(conn, now, AT_ONCE)?)).await?;
        for row in due {
            let (taken, until) = (row.clone(), self.now() + delta(self.timings().lease));
            let take =
                move |conn: &mut Db| -> Result<bool, DbError> { Ok(queries::take_recheck(conn, &taken, until)?) };
            if self.db().write(take).await? {
                let looked = self.look_again(&row).await?;
                let (now, timings) = (self.now(), *self.timings());
                let record = move |conn: &mut Db| -> Result<(), DbError> {
                    Ok(record_look(conn, &row, &looked, &timings, now)?)
                };
                self.db().write(record).await?;
            }
        }
        Ok(())
    }

    async fn look_again(&self, row: &Recheck) -> Result<Looked, DbError> {
        let Ok(message) = serde_json::from_str::<PrescriptionMessage>(&row.payload) else { return Ok(Looked::Over) };
        let (owner, now) = (Owner::of_doctor(row.doctor_id), self.now());
        let find = move |conn: &mut Db| -> Result<_, DbError> { Ok(usable_credentials(conn, owner, now)?.ok()) };
        // The session of the next day will do.
        let Some(stored) = self.db().write(find).await? else { return Ok(Looked::Unknown) };
        let Ok(credentials) = self.open_credentials(&stored) else { return Ok(Looked::Unknown) };
        let found = match self.sac().view(&credentials, &row.nre, &message.doctor).await {
            ViewOutcome::Unknown => return Ok(Looked::Nothing),
            ViewOutcome::Found(found) => found,
            _ => return Ok(Looked::Unknown),
        };
        if matches!(found.state, ProcessState::LotWithoutDoctor | ProcessState::LotOfDoctor) {
            return Ok(Looked::Nothing);
        }
        // Somebody else's under our number, or annulled already: nothing of ours is alive there, nor can be.
        if same_content(&message, &found.message).is_err() || found.state == ProcessState::Annulled {
            return Ok(Looked::Over);
        }
        if found.state != ProcessState::ToDispense {
            return Ok(Looked::InUse);
        }
        Ok(match self.sac().annul(&credentials, &row.nre, &message.doctor).await {
            AnnulOutcome::Annulled => {
                tracing::warn!(prescription.id = row.prescription_id, "a request that landed late was annulled");
                Looked::Over
            }
            _ => Looked::Unknown,
        })
    }
}

fn record_look(
    conn: &mut Db,
    row: &Recheck,
    looked: &Looked,
    timings: &Timings,
    now: NaiveDateTime,
) -> diesel::QueryResult<()> {
    let [retry, ..] = timings.rechecks;
    match looked {
        Looked::Nothing => {
            let checks = row.checks.saturating_add(1);
            match usize::try_from(checks).ok().and_then(|done| timings.rechecks.get(done)) {
                Some(wait) => {
                    queries::put_off_recheck(conn, &row.nre, checks, (row.retired_at + delta(*wait)).max(now))
                }
                None => queries::end_recheck(conn, &row.nre),
            }
        }
        Looked::Unknown => queries::put_off_recheck(conn, &row.nre, row.checks, now + delta(retry)),
        Looked::InUse => {
            queries::tell_late_registration(conn, row.prescription_id, &IN_USE.replace("NRE", &row.nre))?;
            queries::end_recheck(conn, &row.nre)
        }
        Looked::Over => queries::end_recheck(conn, &row.nre),
    }?;
    Ok(())
}
