//! `import KIND FILE...` of the code lists: published files as they are. A list is replaced whole or not at all; every
//! bad line is named with its number and reason. Importing again replaces what was there, or is laid over it; what that
//! does is said before, and can be taken back.

mod editions;
mod law;
mod list;
mod notes;
mod parse;
mod write;

use std::path::PathBuf;

use chrono::NaiveDateTime;
use diesel::result::Error as DieselError;

pub use super::changes::{Changes, Options, Outcome};
pub use super::sheet::{Rejected, Sheet, SheetError};
use crate::db::{Db, DbError};

pub use editions::{RolledBack, roll_back};

/// The name under which the starter set is noted in `reference_imports`.
pub const STARTER: &str = "starter";

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Regions and autonomous provinces.
    Regions,
    /// Local health units.
    HealthUnits,
    /// Municipalities and foreign States.
    Birthplaces,
    /// ICD-9-CM diagnoses.
    Diagnoses,
    /// Exemptions, with the diagnoses they are for.
    Exemptions,
    /// Specialist services.
    Services,
    /// AIFA notes.
    Notes,
    /// Narcotics.
    Narcotics,
    /// How much fits in one prescription.
    Limits,
    /// Why a brand may not be replaced.
    Motives,
}

impl Kind {
    /// Every kind with the word of the command line.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Regions, "regions"),
        (Self::HealthUnits, "asl"),
        (Self::Birthplaces, "birthplaces"),
        (Self::Diagnoses, "diagnoses"),
        (Self::Exemptions, "exemptions"),
        (Self::Services, "services"),
        (Self::Notes, "notes"),
        (Self::Narcotics, "narcotics"),
        (Self::Limits, "limits"),
        (Self::Motives, "motives"),
    ];

    /// The list's name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Regions => "Regioni",
            Self::HealthUnits => "ASL",
            Self::Birthplaces => "Comuni e Stati esteri",
            Self::Diagnoses => "Diagnosi ICD-9-CM",
            Self::Exemptions => "Esenzioni",
            Self::Services => "Prestazioni specialistiche",
            Self::Notes => "Note AIFA",
            Self::Narcotics => "Stupefacenti",
            Self::Limits => "Limiti di prescrizione",
            Self::Motives => "Motivi di non sostituibilità",
        }
    }

    /// The word of the command line, also kept in `reference_imports`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind of a word of the command line.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Rows of the files; 0 when any line was refused.
    pub accepted: usize,
    /// Lines left out on purpose (places without a code, headings of chapters).
    pub skipped: usize,
    /// Lines refused, with the reason. When there is one, nothing was written.
    pub rejected: Vec<Rejected>,
    /// What that does to the list.
    pub changes: Changes,
    /// Whether it was done.
    pub outcome: Outcome,
}

/// An import that could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file could not be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Nothing was replaced yet.
    #[error("«{0}»: non c'è un'edizione precedente a cui tornare")]
    NoEdition(&'static str),
    /// An earlier edition that this program cannot read or put away.
    #[error("l'edizione precedente è di un'altra versione del programma ({0})")]
    Edition(String),
    /// The database refused; nothing was written.
    #[error("il database non ha accettato l'elenco: {0}")]
    Database(#[from] DbError),
}

impl From<DieselError> for ImportError {
    fn from(error: DieselError) -> Self {
        Self::Database(error.into())
    }
}

/// Imports a list from files, in one transaction opened here. All files are read and checked before the first row is
/// written, so that the database is never locked while a disk is read.
/// Fails on a file that cannot be read, a missing column, or the database. Bad *lines* are in the report instead.
pub fn import_files(
    db: &mut Db,
    kind: Kind,
    files: &[PathBuf],
    options: Options,
    now: NaiveDateTime,
) -> Result<ImportReport, ImportError> {
    let sheets = files.iter().map(|path| Sheet::open(path)).collect::<Result<Vec<_>, _>>()?;
    let source = sheets.iter().map(|sheet| sheet.file.as_str()).collect::<Vec<_>>().join(", ");
    let lines: usize = sheets.iter().map(|sheet| sheet.lines.len()).sum();
    let (parsed, rejected) = parse::parse(kind, &sheets)?;
    if !rejected.is_empty() {
        return Ok(ImportReport { rejected, ..ImportReport::default() });
    }
    let accepted = parsed.len();
    let (changes, outcome) = db.write(|db| -> Result<_, ImportError> {
        let before = list::current(db, kind)?;
        let after = list::becomes(&before, parsed, options.merge);
        let changes = Changes::between(&list::entries(&before), &list::entries(&after));
        // The program's own starter set is nobody's list: the published one takes its place without a question.
        let yes = options.yes || editions::source(db, kind)?.is_none_or(|source| source == STARTER);
        let outcome = changes.outcome(Options { yes, ..options });
        if outcome == Outcome::Done {
            editions::keep(db, kind, &before)?;
            write::replace(db, kind, &after, &source, now)?;
        }
        Ok((changes, outcome))
    })?;
    Ok(ImportReport { accepted, skipped: lines.saturating_sub(accepted), rejected, changes, outcome })
}

/// Fills a list from a text of the program itself, inside the caller's transaction.
/// Fails as [`import_files`]; a bad line is an error too.
pub(super) fn import_text(db: &mut Db, kind: Kind, text: &str, now: NaiveDateTime) -> Result<(), ImportError> {
    let sheet = Sheet::from_text(kind.word(), text)?;
    let (parsed, rejected) = parse::parse(kind, std::slice::from_ref(&sheet))?;
    if let Some(bad) = rejected.into_iter().next() {
        return Err(SheetError::Broken { file: bad.file, line: bad.line }.into());
    }
    write::replace(db, kind, &parsed, STARTER, now)?;
    Ok(())
}

#[cfg(test)]
mod tests;
