//! `import KIND FILE...`: published lists and a doctor's patients, whole or not at all; `import rollback KIND` takes a list
//! back to what it was before.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;

use super::database;
use crate::config::StorageSettings;
use crate::db::DbPool;
use crate::formulary;
use crate::formulary::import::progress::Progress;
use crate::patients::import::{import_file, look_at_file};
use crate::reference;
use crate::reference::import::{Kind, Options, Outcome, Rejected, import_files};
use kernel::clock::Clock;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    /// What the files are: formulary, regions, asl, birthplaces, diagnoses, exemptions, services, notes, narcotics, limits,
    /// motives, patients.
    ///
    /// formulary takes AIFA's lists in any order and makes one edition of them: class A, class H, transparency list,
    /// equivalence groups, package register, substances, ATC names. Each is known by its columns, not by its name.
    ///
    /// patients is one doctor's list (columns: cognome, nome, codice_fiscale and, as far as known, data_nascita, sesso,
    /// luogo_nascita, indirizzo, cap, comune, provincia, asl, telefono, cellulare, email, categoria, stato, stato_dal).
    ///
    /// `rollback KIND` takes a list back to what it was before its last import.
    kind: String,
    /// Only says what would be added, changed and gone.
    #[arg(long)]
    dry_run: bool,
    /// The files are a part of the list: what they do not have stays as it is.
    #[arg(long)]
    merge: bool,
    /// Goes on although more than a tenth of the list would go.
    #[arg(long)]
    yes: bool,
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

/// The word that takes a list back.
const ROLLBACK: &str = "rollback";

impl Arguments {
    const fn options(&self) -> Options {
        Options { dry_run: self.dry_run, merge: self.merge, yes: self.yes }
    }

    fn open(&self) -> anyhow::Result<DbPool> {
        let pool = database::open(&self.storage, 1)?;
        database::bring_up_to_date(&pool)?;
        Ok(pool)
    }
}

/// Runs `import`.
/// The error is one line for the user, after the bad lines one by one.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kind = arguments.kind.as_str();
    if arguments.doctor.is_some() && kind != PATIENTS {
        bail!("--doctor goes with `import {PATIENTS}` only");
    }
    if arguments.date.is_some() && kind != FORMULARY {
        bail!("--date goes with `import {FORMULARY}` only");
    }
    match kind {
        PATIENTS => patients(arguments),
        FORMULARY => run_formulary(arguments),
        ROLLBACK => roll_back(arguments),
        _ => code_list(arguments, list_kind(kind)?),
    }
}

fn list_kind(word: &str) -> anyhow::Result<Kind> {
    Kind::from_word(word).with_context(|| format!("{word} is not a kind of list: see `millecloud import --help`"))
}

/// A list of codes.
fn code_list(arguments: &Arguments, kind: Kind) -> anyhow::Result<()> {
    let pool = arguments.open()?;
    let now = Clock::system().now();
    let report = import_files(&mut *pool.connection()?, kind, &arguments.files, arguments.options(), now)?;
    refuse(&report.rejected.iter().map(told).collect::<Vec<_>>())?;
    println!("{}: {}", kind.label(), report.changes);
    finish(report.outcome)?;
    println!("{} rows imported, {} lines left out", report.accepted, report.skipped);
    Ok(())
}

/// Says how an import ended that was not done.
fn finish(outcome: Outcome) -> anyhow::Result<()> {
    match outcome {
        Outcome::Done | Outcome::Refused => Ok(()),
        Outcome::DryRun => {
            println!("dry run: nothing was written");
            Ok(())
        }
        Outcome::NeedsYes => bail!(
            "more than a tenth of the list would go, nothing was written: if the file is a part of the list repeat with \
             --merge, if it is the whole list with --yes"
        ),
    }
}

/// A list back to what it was before.
fn roll_back(arguments: &Arguments) -> anyhow::Result<()> {
    let [kind] = arguments.files.as_slice() else { bail!("one list at a time: `import {ROLLBACK} KIND`") };
    let kind = kind.to_string_lossy();
    if arguments.options() != Options::default() {
        bail!("`import {ROLLBACK}` takes no options");
    }
    if kind == PATIENTS {
        bail!("patients are not taken back: an import only adds those that were missing");
    }
    if kind == FORMULARY {
        let pool = arguments.open()?;
        let (from, to) = formulary::import::roll_back(&mut *pool.connection()?)?;
        println!("formulary: back from {} to the edition of {} ({})", from.edition_date, to.edition_date, to.label);
        return Ok(());
    }
    let kind = list_kind(&kind)?;
    let pool = arguments.open()?;
    let back = reference::import::roll_back(&mut *pool.connection()?, kind)?;
    println!("{}: {}", kind.label(), back.changes);
    println!("back to what was imported on {} from {}", back.imported_at.date(), back.source);
    Ok(())
}

/// A doctor's list of patients.
fn patients(arguments: &Arguments) -> anyhow::Result<()> {
    let username = arguments.doctor.as_deref().context("say whose patients they are: --doctor USERNAME")?;
    let [file] = arguments.files.as_slice() else { bail!("one file of patients at a time") };
    if arguments.merge || arguments.yes {
        bail!("an import of patients only adds those that are missing: it takes neither --merge nor --yes");
    }
    let pool = arguments.open()?;
    let clock = Clock::system();
    let mut conn = pool.connection()?;
    let report = if arguments.dry_run {
        look_at_file(&mut conn, file, username, clock.today())?
    } else {
        import_file(&mut conn, file, username, clock.now(), clock.today())?
    };
    refuse(&report.rejected.iter().map(told).collect::<Vec<_>>())?;
    for doubt in report.doubtful.iter().take(SHOWN) {
        eprintln!("to check: {}", told(doubt));
    }
    if report.doubtful.len() > SHOWN {
        eprintln!("and {} more lines to check", report.doubtful.len() - SHOWN);
    }
    let would = if arguments.dry_run { "would be " } else { "" };
    println!("{} patients {would}added, {} already there and left as they were", report.added, report.already_there);
    Ok(())
}

fn told(line: &Rejected) -> String {
    format!("{}:{}: {}", line.file, line.line, line.reason)
}

/// AIFA's lists: bad rows are left out and named, a bad file refuses all.
fn run_formulary(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = arguments.open()?;
    let (now, progress) = (Clock::system().now(), Progress::on_terminal());
    let report = formulary::import::run(&pool, &arguments.files, arguments.date, arguments.options(), now, &progress)?;
    println!("{report}");
    finish(report.outcome)
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
