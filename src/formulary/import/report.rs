//! What an import says: counts, the rows it left out, and why a file was refused. Texts are Italian: whoever runs the
//! command reads them.

use std::fmt;

use chrono::NaiveDate;

use super::header::Kind;
use crate::db::DbError;
use crate::reference::changes::{Changes, Outcome};
use kernel::dates::long;
use kernel::money::thousands;

/// A row left out, with the line to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong, in Italian.
    pub reason: String,
}

/// One file read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// File name.
    pub name: String,
    /// What it was recognised as.
    pub kind: Kind,
    /// Data rows met, blank lines not counted.
    pub rows: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows that are right but of no use to a prescriber: homeopathic, revoked, or packages that no list has.
    pub skipped: u64,
    /// Rows left out because something in them is wrong.
    pub rejected: Vec<Rejection>,
}

/// A whole import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The files, in the order they were read.
    pub files: Vec<FileReport>,
    /// Date of the edition.
    pub date: NaiveDate,
    /// Packages in the edition.
    pub packages: u64,
    /// Substances that have packages without an ATC code, with how many; the most first.
    pub without_atc: Vec<(String, u64)>,
    /// Date of the edition that was current before, if there was one.
    pub replaced: Option<NaiveDate>,
    /// Older editions removed.
    pub removed: u64,
    /// What the edition does to the packages in use.
    pub changes: Changes,
    /// Whether it was stored.
    pub outcome: Outcome,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not opened or not unpacked.
    #[error("{file}: non si legge ({reason})")]
    Unreadable {
        /// File name.
        file: String,
        /// The system's own words.
        reason: String,
    },
    /// Broken as a whole: cut short, or not a table.
    #[error("{file}, riga {line}: il file è rovinato o incompleto ({reason})")]
    Damaged {
        /// File name.
        file: String,
        /// Line of the file.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// No known list has this header.
    #[error("{file}: non è una lista conosciuta; le sue colonne sono «{columns}»")]
    Unknown {
        /// File name.
        file: String,
        /// The header as read.
        columns: String,
    },
    /// Two files of one kind: which one counts is not ours to guess.
    #[error("{first} e {second} sono entrambi «{kind}»: passane uno solo")]
    SameKind {
        /// File name.
        first: String,
        /// File name.
        second: String,
        /// The kind.
        kind: Kind,
    },
    /// So many bad rows that the file is probably something else.
    #[error("{file}: {} righe su {rows} non vanno bene, troppe per fidarsi del file\n{}", rejected.len(), lines(file, rejected))]
    TooManyRejected {
        /// File name.
        file: String,
        /// Rows met.
        rows: u64,
        /// The bad ones.
        rejected: Vec<Rejection>,
    },
    /// Only files that describe packages, none that lists them.
    #[error(
        "nessuno dei file elenca confezioni: serve almeno una tra classe A, classe H, lista di trasparenza e registro"
    )]
    NoPackages,
    /// No date in header or name.
    #[error("nessun file porta una data nell'intestazione o nel nome: indicala con --date AAAA-MM-GG")]
    NoDate,
    /// A date that cannot be meant.
    #[error("la data dell'edizione {0} è troppo lontana nel futuro")]
    FutureDate(NaiveDate),
    /// Nothing to take back to.
    #[error("il prontuario non ha un'edizione precedente a cui tornare")]
    NoEdition,
    /// The database refused; nothing was changed.
    #[error("la base dati non ha accettato l'edizione: {0}")]
    Database(#[from] DbError),
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Report {
    /// Rows left out in all files.
    pub fn rejected(&self) -> usize {
        self.files.iter().map(|file| file.rejected.len()).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(
                f,
                "{}: {}, {} righe, {} accolte, {} saltate, {} scartate",
                file.name,
                file.kind,
                thousands(file.rows),
                thousands(file.accepted),
                thousands(file.skipped),
                file.rejected.len()
            )?;
            if !file.rejected.is_empty() {
                writeln!(f, "{}", lines(&file.name, &file.rejected))?;
            }
        }
        if let Some(text) = without_atc(&self.without_atc) {
            writeln!(f, "{text}")?;
        }
        writeln!(f, "{}", self.changes)?;
        write!(f, "Prontuario del {}: {} confezioni", long(self.date), thousands(self.packages))?;
        match self.replaced {
            Some(before) if before > self.date => {
                write!(f, ". Attenzione: l'edizione sostituita era più recente, del {}", long(before))
            }
            Some(before) => write!(f, ". Sostituisce l'edizione del {}", long(before)),
            None => Ok(()),
        }
    }
}

/// What is missing and what would bring it: allergies, notes and limits go by the ATC. `None` when nothing is.
fn without_atc(substances: &[(String, u64)]) -> Option<String> {
    let packages: u64 = substances.iter().map(|(_, count)| count).sum();
    if packages == 0 {
        return None;
    }
    let names: Vec<String> = substances.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    Some(format!(
        "{} confezioni sono senza ATC: per loro allergie, note e limiti non possono essere controllati. Importa insieme \
         alle liste anche il registro delle confezioni (confezioni_fornitura) e i nomi ATC. Principi attivi: {}",
        thousands(packages),
        names.join(", ")
    ))
}

/// One line of text per rejected row.
fn lines(file: &str, rejected: &[Rejection]) -> String {
    let lines: Vec<String> =
        rejected.iter().map(|row| format!("  {file}, riga {}: {}", row.line, row.reason)).collect();
    lines.join("\n")
}
