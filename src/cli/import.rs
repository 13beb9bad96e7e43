//! `import KIND FILE...`: published lists and a doctor's patients, whole or not at all.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;

use super::database;
use crate::config::StorageSettings;
use crate::formulary;
use crate::formulary::import::progress::Progress;
use crate::kernel::clock::Clock;
use crate::patients::import::import_file;
use crate::reference::import::{Kind, Rejected, import_files};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    /// What the files are: formulary, regions, asl, birthplaces, diagnoses, exemptions, services, notes, patients.
    ///
    /// formulary takes AIFA's lists in any order and makes one edition of them: class A, class H, transparency list,
    /// equivalence groups, package register, substances, ATC names. Each is known by its columns, not by its name.
    ///
    /// patients is one doctor's list (columns: cognome, nome, codice_fiscale and, as far as known, data_nascita, sesso,
    /// luogo_nascita, indirizzo, cap, comune, provincia, asl, telefono, cellulare, email, categoria, stato, stato_dal).
    kind: String,
    /// Date of the formulary's edition, YYYY-MM-DD, when the lists carry none or another is meant.
    #[arg(long, value_name = "DATE")]
    date: Option<NaiveDate>,
    /// The files, plain or .gz.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// For patients: username of the doctor whose archive they go into.
    #[arg(long, value_name = "USERNAME")]
    doctor: Option<String>,
}

/// The kinds that are not code lists and have their own readers.
const PATIENTS: &str = "patients";
const FORMULARY: &str = "formulary";

/// Lines of a bad file that are printed; the rest are counted.
const SHOWN: usize = 50;

/// Runs `import`.
///
/// # Errors
/// One line for the user, after the bad lines one by one.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match arguments.kind.as_str() {
        PATIENTS => return patients(arguments),
        FORMULARY => return run_formulary(arguments),
        _ => {}
    }
    if arguments.doctor.is_some() {
        bail!("--doctor goes with `import {PATIENTS}` only");
    }
    if arguments.date.is_some() {
        bail!("--date goes with `import {FORMULARY}` only");
    }
    let kind = Kind::from_word(&arguments.kind)
        .with_context(|| format!("{} is not a kind of list: see `millecloud import --help`", arguments.kind))?;
    let pool = database::open(&arguments.storage, 1)?;
    database::bring_up_to_date(&pool)?;
    let report = import_files(&mut *pool.connection()?, kind, &arguments.files, Clock::system().now())?;
    refuse(&report.rejected.iter().map(told).collect::<Vec<_>>())?;
    println!("{} rows imported, {} lines left out", report.accepted, report.skipped);
    Ok(())
}

/// A doctor's list of patients.
fn patients(arguments: &Arguments) -> anyhow::Result<()> {
    let username = arguments.doctor.as_deref().context("say whose patients they are: --doctor USERNAME")?;
    let [file] = arguments.files.as_slice() else { bail!("one file of patients at a time") };
    let pool = database::open(&arguments.storage, 1)?;
    database::bring_up_to_date(&pool)?;
    let clock = Clock::system();
    let report = import_file(&mut *pool.connection()?, file, username, clock.now(), clock.today())?;
    refuse(&report.rejected.iter().map(told).collect::<Vec<_>>())?;
    for doubt in report.doubtful.iter().take(SHOWN) {
        eprintln!("to check: {}", told(doubt));
    }
    println!("{} patients added, {} already there and left as they were", report.added, report.already_there);
    Ok(())
}

fn told(line: &Rejected) -> String {
    format!("{}:{}: {}", line.file, line.line, line.reason)
}

/// AIFA's lists: bad rows are left out and named, a bad file refuses all.
fn run_formulary(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = database::open(&arguments.storage, 1)?;
    database::bring_up_to_date(&pool)?;
    let (now, progress) = (Clock::system().now(), Progress::on_terminal());
    let report = formulary::import::run(&pool, &arguments.files, arguments.date, now, &progress)?;
    println!("{report}");
    Ok(())
}

/// Prints the refused lines and fails when there is one.
fn refuse(lines: &[String]) -> anyhow::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    for line in lines.iter().take(SHOWN) {
        eprintln!("{line}");
    }
    bail!("{} lines refused, nothing imported", lines.len());
}
