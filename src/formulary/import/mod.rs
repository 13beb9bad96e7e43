//! Importing the lists AIFA publishes: all files given make one dated edition, loaded whole or not at all.
//!
//! [`read`] turns files into an edition without touching the database; [`store`] writes it in the caller's transaction
//! and makes it current in the same one, so that a search sees the old edition or the new one and never a mixture.
//!
//! What refuses the whole import: a file that cannot be read or unpacked, is cut short, has an unknown header, comes
//! twice, has no good row, or has more bad rows than [`tolerated`]. What only leaves out a row, listed with its line and reason: a wrong
//! AIC, a price that is not one, a missing name, missing fields, an AIC given twice.

mod atc;
mod class_list;
mod collect;
mod dates;
mod extras;
pub mod header;
mod plan;
pub mod progress;
mod register;
pub mod report;
mod source;
mod store;
mod transparency;

use std::path::Path;

use chrono::{Days, NaiveDate, NaiveDateTime};

use class_list::ClassList;
use collect::{Collected, Collector, RowResult, Taken};
use extras::{CodeList, Equivalents, Substances};
use header::{Header, Kind};
use progress::Progress;
use register::{Medicines, Register};
use report::{FileReport, ImportError, Rejection, Report};
use source::{Record, Source};
use transparency::Transparency;

use crate::db::DbPool;
use crate::formulary::model::PackageFacts;
use crate::reference::changes::{Options, Outcome};
use crate::reference::model::Class;
use kernel::dates::rome_day;

pub use plan::roll_back;
pub use store::{NewEdition, Stored, store};

/// Bad rows that a file may have before it is refused as a whole.
///
/// Two in a hundred is far above what published lists have (none in 18,643 rows) and far below what a file of another
/// layout gives; ten rows are always tolerated, so that a small list is not refused for one slip.
pub const fn tolerated(rows: u64) -> u64 {
    let share = rows / 50;
    if share > 10 { share } else { 10 }
}

/// An edition read from files.
#[derive(Debug)]
pub struct Prepared {
    /// What is to be stored.
    pub edition: NewEdition,
    /// What was read, file by file.
    pub files: Vec<FileReport>,
}

/// Reads files and stores them as the current edition: the whole command. With [`Options::merge`] the files are laid over
/// the edition in use.
/// Fails with [`ImportError`]; the edition in use is then untouched.
pub fn run(
    pool: &DbPool,
    paths: &[impl AsRef<Path>],
    date: Option<NaiveDate>,
    options: Options,
    now: NaiveDateTime,
    progress: &Progress,
) -> Result<Report, ImportError> {
    let mut conn = pool.connection()?;
    let base = if options.merge { plan::current(&mut conn)? } else { Vec::new() };
    let Prepared { edition, files } = read_onto(base, paths, date, rome_day(now), progress)?;
    let (changes, outcome, stored) = conn.write::<_, ImportError>(|conn| {
        let changes = plan::changes(&plan::current(conn)?, &edition);
        let starter = store::is_starter(conn)?;
        let outcome = changes.outcome(Options { yes: options.yes || starter, ..options });
        let stored = match outcome {
            Outcome::Done => store(conn, &edition, now, progress)?,
            _ => plan::nothing_stored(),
        };
        Ok((changes, outcome, stored))
    })?;
    Ok(Report {
        files,
        date: edition.date,
        packages: u64::try_from(edition.packages.len()).unwrap_or(u64::MAX),
        without_atc: atc::without(&edition.packages),
        replaced: stored.replaced,
        removed: u64::try_from(stored.removed).unwrap_or(u64::MAX),
        changes,
        outcome,
    })
}

/// Reads files of any kind, in any order, into one edition. `date` overrides the newest date the files carry; `today`
/// guards against a slip in it.
/// Fails with [`ImportError`], when nothing may be imported.
pub fn read(
    paths: &[impl AsRef<Path>],
    date: Option<NaiveDate>,
    today: NaiveDate,
    progress: &Progress,
) -> Result<Prepared, ImportError> {
    read_onto(Vec::new(), paths, date, today, progress)
}

/// [`read`], laid over the packages of an earlier edition: what a file says of one replaces what was known, the rest stays.
fn read_onto(
    base: Vec<PackageFacts>,
    paths: &[impl AsRef<Path>],
    date: Option<NaiveDate>,
    today: NaiveDate,
    progress: &Progress,
) -> Result<Prepared, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        files.push(recognise(Source::open(path.as_ref())?)?);
    }
    files.sort_by_key(|file| file.kind);
    for pair in files.windows(2) {
        if let [first, second] = pair
            && first.kind == second.kind
        {
            let (first, second) = (first.source.name.clone(), second.source.name.clone());
            return Err(ImportError::SameKind {
                first,
                second,
                kind: pair.first().map_or(Kind::Atc, |file| file.kind),
            });
        }
    }
    if base.is_empty() && !files.iter().any(|file| file.kind.lists_packages()) {
        return Err(ImportError::NoPackages);
    }
    let date = match date.or_else(|| files.iter().flat_map(ListFile::dates).max()) {
        Some(date) if date > today + Days::new(366) => return Err(ImportError::FutureDate(date)),
        Some(date) => date,
        None => return Err(ImportError::NoDate),
    };
    let mut collector = Collector::over(base);
    let mut reports = Vec::new();
    for file in &files {
        reports.push(read_file(file, &mut collector, progress)?);
    }
    progress.finish();
    let Collected { packages, atc_names } = collector.finish();
    let kinds: Vec<String> = files.iter().map(|file| file.kind.to_string()).collect();
    let rejected = reports.iter().map(|report| report.rejected.len()).sum();
    let edition =
        NewEdition { label: format!("{}{}", store::PUBLISHED, kinds.join(", ")), date, packages, atc_names, rejected };
    Ok(Prepared { edition, files: reports })
}

/// A file and what it is.
struct ListFile {
    source: Source,
    header: Header,
    kind: Kind,
}

impl ListFile {
    fn dates(&self) -> Vec<NaiveDate> {
        let texts = self.header.raw().iter().chain(std::iter::once(&self.source.name));
        texts.flat_map(|text| dates::dates_in(text)).collect()
    }
}

fn recognise(source: Source) -> Result<ListFile, ImportError> {
    let header = Header::new(source.header()?);
    match header.kind() {
        Some(kind) => Ok(ListFile { source, header, kind }),
        None => {
            let columns = header.raw().join("; ").chars().take(300).collect();
            Err(ImportError::Unknown { file: source.name, columns })
        }
    }
}

/// The reader of one kind of rows.
enum RowReader {
    Class(ClassList),
    Transparency(Transparency),
    Register(Register),
    Medicines(Medicines),
    Equivalents(Equivalents),
    Groups(CodeList),
    Substances(Substances),
    Atc(CodeList),
}

impl RowReader {
    fn new(kind: Kind, header: &Header) -> Self {
        match kind {
            Kind::ClassA => Self::Class(ClassList::new(Class::A, header)),
            Kind::ClassH => Self::Class(ClassList::new(Class::H, header)),
            Kind::Transparency => Self::Transparency(Transparency::new(header)),
            Kind::Register => Self::Register(Register::new(header)),
            Kind::Medicines => Self::Medicines(Medicines::new(header)),
            Kind::Equivalents => Self::Equivalents(Equivalents::new(header)),
            Kind::Groups => Self::Groups(CodeList::groups(header)),
            Kind::Substances => Self::Substances(Substances::new(header)),
            Kind::Atc => Self::Atc(CodeList::atc(header)),
        }
    }

    fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        match self {
            Self::Class(list) => list.take(row, into),
            Self::Transparency(list) => list.take(row, into),
            Self::Register(list) => list.take(row, into),
            Self::Medicines(list) => list.take(row, into),
            Self::Equivalents(list) => list.take(row, into),
            Self::Groups(list) => list.take_group(row, into),
            Self::Substances(list) => list.take(row, into),
            Self::Atc(list) => list.take_atc(row, into),
        }
    }
}

fn read_file(file: &ListFile, collector: &mut Collector, progress: &Progress) -> Result<FileReport, ImportError> {
    let (source, width) = (&file.source, file.header.width());
    let reader = RowReader::new(file.kind, &file.header);
    let mut report = FileReport {
        name: source.name.clone(),
        kind: file.kind,
        rows: 0,
        accepted: 0,
        skipped: 0,
        rejected: Vec::new(),
    };
    // Too few fields in the very last record: the file was cut. Elsewhere it is one bad row.
    let mut short_last = None;
    collector.begin(file.kind);
    progress.begin(source.name.clone(), source.size());
    source.for_each(|row, read| {
        if row.is_blank() {
            return Ok(());
        }
        if row.runs_on() {
            return Err(source.damaged(row.line, "virgolette aperte e mai chiuse"));
        }
        report.rows += 1;
        if report.rows.is_multiple_of(2_000) {
            progress.at(read);
        }
        let outcome = match row.len() {
            found if found < width => Err(format!("{found} campi invece di {width}")),
            _ if row.has_text_after(width) => Err(format!("più di {width} campi")),
            _ => reader.take(row, collector),
        };
        short_last = (row.len() < width).then_some(row.line);
        match outcome {
            Ok(Taken::Accepted) => report.accepted += 1,
            Ok(Taken::Skipped) => report.skipped += 1,
            Err(reason) => report.rejected.push(Rejection { line: row.line, reason }),
        }
        Ok(())
    })?;
    if let Some(line) = short_last {
        return Err(source.damaged(line, "l'ultima riga non è intera"));
    }
    let bad = u64::try_from(report.rejected.len()).unwrap_or(u64::MAX);
    if bad > tolerated(report.rows) || bad == report.rows {
        return Err(ImportError::TooManyRejected { file: report.name, rows: report.rows, rejected: report.rejected });
    }
    Ok(report)
}
