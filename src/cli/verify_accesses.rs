//! `verify-accesses`: the log of who looked at what, reckoned again from its beginning.

use anyhow::bail;

use super::database;
use crate::accesses::chain::{self, Verdict};
use crate::config::StorageSettings;
use crate::db::Access;

/// Arguments of `verify-accesses`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
}

/// Runs `verify-accesses`. What it prints is worth keeping elsewhere: the last digest also proves that nothing is missing
/// at the end.
///
/// # Errors
/// One line that names the first broken row.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = database::open(&arguments.storage, 1)?;
    let mut conn = pool.connection()?;
    let doctors = conn.transact(Access::Read, chain::list_doctors)?;
    let mut broken = 0_usize;
    // One snapshot for each archive: its chain may grow meanwhile.
    for doctor in doctors {
        match conn.transact(Access::Read, |conn| chain::verify(conn, doctor))? {
            Verdict::Whole { rows, last, hash } => println!("doctor {doctor}: {rows} rows, last {last} {hash}"),
            Verdict::Broken { id, seq } => {
                println!("doctor {doctor}: BROKEN at row {id}, number {seq} of the chain");
                broken = broken.saturating_add(1);
            }
        }
    }
    if broken > 0 {
        bail!("the log of accesses is not what was written: {broken} chains are broken");
    }
    Ok(())
}
