//! `verify-accesses`: the log of who looked at what, recomputed from its beginning.

use anyhow::bail;
use secrecy::ExposeSecret as _;

use super::database;
use crate::accesses::LogKey;
use crate::accesses::verify::{self, ListVerdict, Verdict};
use crate::config::{self, StorageSettings};
use crate::db::Access;
use crate::identity::keys::Keys;

/// Arguments of `verify-accesses`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
}

/// Runs `verify-accesses`. What it prints is worth keeping elsewhere: the last digests also tell a database that was put back
/// to an older day.
/// The error is one line that says how much is wrong; what it is was printed, archive by archive.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let secret = config::secret_key(&arguments.storage)?;
    let key = LogKey::new(&Keys::new(secret.expose_secret())?);
    let pool = database::open(&arguments.storage, 1)?;
    let mut conn = pool.connection()?;
    let (list, archives) = conn.transact(Access::Read, |conn| verify::verify_list(conn, &key))?;
    let mut broken = usize::from(!tell_list(&list));
    // One snapshot for each archive: its chain may grow meanwhile.
    for (doctor, keyed_after) in archives {
        let verdict = conn.transact(Access::Read, |conn| verify::verify(conn, &key, doctor, keyed_after))?;
        broken = broken.saturating_add(usize::from(!tell(doctor, &verdict)));
    }
    if broken > 0 {
        bail!("the log of accesses is not what was written: {broken} chains are broken");
    }
    Ok(())
}

/// Prints what became of the list of archives; whether it is whole.
fn tell_list(verdict: &ListVerdict) -> bool {
    match verdict {
        ListVerdict::Whole { archives, since } => {
            let since = since.map(|at| format!(", begun {at} UTC")).unwrap_or_default();
            println!("archives: {archives}{since}");
            return true;
        }
        ListVerdict::Empty => {
            println!("archives: none");
            return true;
        }
        ListVerdict::Entry(number) => println!("archives: BROKEN at number {number} of the list"),
        ListVerdict::Head => {
            println!("archives: BROKEN, the list is not what was sealed, or entries are missing at its end")
        }
    }
    false
}

/// Prints what became of an archive; whether it is whole.
fn tell(doctor: i64, verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Whole { rows, last, digest } => {
            println!("doctor {doctor}: {rows} rows, last {last} {digest}");
            return true;
        }
        Verdict::Row(seq) => println!("doctor {doctor}: BROKEN at number {seq} of the chain"),
        Verdict::Cut { wanted, found } => {
            println!(
                "doctor {doctor}: BROKEN, rows are missing at the end: the last is number {found}, it was {wanted}"
            );
        }
        Verdict::Head => println!("doctor {doctor}: BROKEN, beginning and end are not what was sealed, or are gone"),
        Verdict::Unlisted => println!("doctor {doctor}: BROKEN, it is not in the list of archives"),
    }
    false
}
