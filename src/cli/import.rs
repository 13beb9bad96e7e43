//! `import KIND FILE...`: published lists and a doctor's patients, whole or not at all.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::database;
use crate::config::StorageSettings;
use crate::kernel::clock::Clock;
use crate::reference::import::{Kind, import_files};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    /// What the files are: regions, asl, birthplaces, diagnoses, exemptions, services, notes.
    kind: String,
    /// The files, plain or .gz.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Lines of a bad file that are printed; the rest are counted.
const SHOWN: usize = 50;

/// Runs `import`.
///
/// # Errors
/// One line for the user, after the bad lines one by one.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kind = Kind::from_word(&arguments.kind)
        .with_context(|| format!("{} is not a kind of list: see `millecloud import --help`", arguments.kind))?;
    let pool = database::open(&arguments.storage, 1)?;
    database::bring_up_to_date(&pool)?;
    let report = import_files(&mut *pool.connection()?, kind, &arguments.files, Clock::system().now())?;
    refuse(report.rejected.iter().map(|bad| format!("{}:{}: {}", bad.file, bad.line, bad.reason)).collect())?;
    println!("{} rows imported, {} lines left out", report.accepted, report.skipped);
    Ok(())
}

/// Prints the refused lines and fails when there is one.
fn refuse(lines: Vec<String>) -> anyhow::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    for line in lines.iter().take(SHOWN) {
        eprintln!("{line}");
    }
    bail!("{} lines refused, nothing imported", lines.len());
}
