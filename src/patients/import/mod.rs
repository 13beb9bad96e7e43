//! `import patients FILE --doctor USERNAME`: a doctor's list of patients, all or nothing.
//!
//! The file is separated values as a spreadsheet writes them, plain or gzip, with a header line. Columns are found by name,
//! in any order:
//!
//! | column | needed | meaning |
//! |---|---|---|
//! | `cognome`, `nome` | yes | |
//! | `codice_fiscale` | yes | 16 characters; sex, birth date and birthplace are read from it. Or 11 digits, STP, ENI, or TEAM and a card's number |
//! | `data_nascita` | no | `gg/mm/aaaa` or `aaaa-mm-gg`; without it the century of who is under 25 or over 99 is a guess |
//! | `sesso`, `luogo_nascita` | no | must not contradict the fiscal code; the place is looked up when missing |
//! | `indirizzo`, `cap`, `comune`, `provincia` | no | residence; the province is its two letters |
//! | `asl` | no | three digits; the doctor's own when the column is missing |
//! | `telefono`, `cellulare`, `email` | no | |
//! | `categoria` | no | `ssn` (default) or `privato` |
//! | `assicurato_da`, `stato_estero`, `istituzione`, `numero_personale`, `scadenza_tessera` | with TEAM | `UE` (default), `EE` or `NE`, and what stands on the card |
//! | `stato`, `stato_dal` | no | `attivo` (default), `revocato` or `deceduto`, and since when |
//!
//! What has one sensible reading is read (zeros a spreadsheet has eaten, line breaks in a cell, `Maschio`); what has two is
//! taken and named as doubtful; what has none is refused with its line.
//!
//! A patient whose fiscal code is already in the archive is left as it is and counted apart: importing the same list
//! again adds only who is new. One bad line, and nothing is written.

mod cells;
mod doubts;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::result::Error as DieselError;

use doubts::Doubts;

use super::forms::PatientForm;
use super::model::{Category, ForeignKind, PatientValues, Status};
use super::queries;
use crate::db::schema::{patients, users};
use crate::db::{Access, Db, DbError, Owner, patient_words};
use crate::insert_batch;
use crate::reference::model::Birthplace;
use crate::reference::places::birthplace_on;
use crate::reference::sheet::{Column, Line, Rejected, Sheet, SheetError};
use crate::web::forms::FormState;
use kernel::fiscal_code::FiscalCode;
use kernel::folding;

/// Rows per statement: 32 values each, within SQLite's 32,766.
const BATCH: usize = 1_000;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Patients added; 0 when any line was refused.
    pub added: usize,
    /// Lines of patients already in the archive, left as they were.
    pub already_there: usize,
    /// Lines refused, with the reason. When there is one, nothing was written.
    pub rejected: Vec<Rejected>,
    /// Lines taken that deserve a look, with what is doubtful about them.
    pub doubtful: Vec<Rejected>,
}

/// An import that could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// No doctor has this username.
    #[error("nessun medico si chiama «{0}»")]
    NoDoctor(String),
    /// The database refused; nothing was written.
    #[error("il database non ha accettato l'elenco: {0}")]
    Database(#[from] DbError),
}

impl From<DieselError> for ImportError {
    fn from(error: DieselError) -> Self {
        Self::Database(error.into())
    }
}

/// Imports a list into the archive of the doctor with a username, in one transaction opened here.
/// Fails on a file that cannot be read, an unknown doctor, or the database. Bad *lines* are in the report instead.
pub fn import_file(
    db: &mut Db,
    path: &Path,
    username: &str,
    now: NaiveDateTime,
    today: NaiveDate,
) -> Result<ImportReport, ImportError> {
    let sheet = Sheet::open(path)?;
    db.write(|db| {
        let (owner, report, new) = read_sheet(db, &sheet, username, today)?;
        write(db, owner, new, now)?;
        Ok(report)
    })
}

/// What [`import_file`] would do; nothing is written.
pub fn look_at_file(db: &mut Db, path: &Path, username: &str, today: NaiveDate) -> Result<ImportReport, ImportError> {
    let sheet = Sheet::open(path)?;
    db.transact(Access::Read, |db| Ok(read_sheet(db, &sheet, username, today)?.1))
}

/// A line that was read.
struct Read {
    line: u64,
    guessed: bool,
    /// It states the birth date.
    dated: bool,
    values: PatientValues,
}

/// Whose archive it is, what is to be said, and the patients to add; none when a line was refused.
fn read_sheet(
    db: &mut Db,
    sheet: &Sheet,
    username: &str,
    today: NaiveDate,
) -> Result<(Owner, ImportReport, Vec<PatientValues>), ImportError> {
    let doctor: Option<i64> = users::table
        .filter(users::username.eq(username).and(users::role.eq("doctor")))
        .select(users::id)
        .first(db)
        .optional()?;
    let owner = Owner::of_doctor(doctor.ok_or_else(|| ImportError::NoDoctor(username.to_owned()))?);
    let (_, own_asl) = queries::find_doctor(db, owner)?.unwrap_or_default();
    let columns = Columns::of(sheet)?;
    let mut report = ImportReport::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let read = sheet.collect(&mut report.rejected, |line| {
        let values = columns.values(line, &own_asl, today)?;
        if let Some(first) = seen.insert(values.fiscal_code.clone(), line.number) {
            return Err(format!("questo codice fiscale è già alla riga {first}"));
        }
        Ok(Some(Read { line: line.number, guessed: line.guessed, dated: columns.dates(line), values }))
    });
    let mut doubts = Doubts::default();
    for Read { line, guessed, dated, values } in &read {
        let mut found = doubts.of(db, values, *dated, today)?;
        if *guessed {
            found.push(
                "qui c'è una lettera di un altro alfabeto: controlla gli accenti, o salva l'elenco come CSV UTF-8"
                    .to_owned(),
            );
        }
        if !found.is_empty() {
            report.doubtful.push(Rejected { file: sheet.file.clone(), line: *line, reason: found.join("; ") });
        }
    }
    let mut read: Vec<PatientValues> = read.into_iter().map(|read| read.values).collect();
    if !report.rejected.is_empty() {
        return Ok((owner, report, Vec::new()));
    }
    let known: HashSet<String> = patients::table
        .filter(patients::doctor_id.eq(owner.id()))
        .select(patients::fiscal_code)
        .load::<String>(db)?
        .into_iter()
        .collect();
    let lines = read.len();
    read.retain(|values| !known.contains(&values.fiscal_code));
    report.already_there = lines.saturating_sub(read.len());
    report.added = read.len();
    for values in read.iter_mut().filter(|values| values.birthplace.is_empty()) {
        let places = doubts.places(db, &values.birthplace_code)?;
        values.birthplace = birthplace_on(places, values.birth_date).map(Birthplace::label).unwrap_or_default();
    }
    Ok((owner, report, read))
}

/// A row to insert.
#[derive(Insertable)]
#[diesel(table_name = patients)]
struct NewPatient {
    doctor_id: i64,
    search_key: String,
    initials: String,
    birth_year: i64,
    revision: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    updated_by: i64,
    #[diesel(embed)]
    values: PatientValues,
}

fn write(db: &mut Db, owner: Owner, read: Vec<PatientValues>, now: NaiveDateTime) -> QueryResult<()> {
    let rows: Vec<NewPatient> = read
        .into_iter()
        .map(|values| NewPatient {
            doctor_id: owner.id(),
            search_key: values.search_key(),
            initials: values.initials(),
            birth_year: values.birth_year(),
            revision: 1,
            created_at: now,
            updated_at: now,
            updated_by: owner.id(),
            values,
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        insert_batch!(db, patients::table, batch)?;
        let codes: Vec<&str> = batch.iter().map(|row| row.values.fiscal_code.as_str()).collect();
        let keys: Vec<(i64, String)> = patients::table
            .filter(patients::doctor_id.eq(owner.id()).and(patients::fiscal_code.eq_any(codes)))
            .select((patients::id, patients::search_key))
            .load(db)?;
        patient_words::add(db, keys.iter().map(|(id, key)| (owner.id(), *id, key.as_str())))?;
    }
    Ok(())
}

/// Where each field stands.
struct Columns {
    needed: [Column; 3],
    others: Vec<(&'static str, Option<Column>)>,
}

/// Field of the form and names of its column.
const OTHERS: [(&str, &[&str]); 19] = [
    ("birth_date", &["data_nascita", "data di nascita", "nascita"]),
    ("sex", &["sesso"]),
    ("birthplace", &["luogo_nascita", "luogo di nascita"]),
    ("address", &["indirizzo", "via"]),
    ("postal_code", &["cap"]),
    ("city", &["comune", "citta"]),
    ("province", &["provincia", "prov"]),
    ("asl_code", &["asl"]),
    ("phone", &["telefono"]),
    ("mobile", &["cellulare"]),
    ("email", &["email", "e-mail"]),
    ("category", &["categoria"]),
    ("status", &["stato"]),
    ("status_since", &["stato_dal", "dal"]),
    ("foreign_kind", &["assicurato_da"]),
    ("foreign_state", &["stato_estero"]),
    ("foreign_institution", &["istituzione"]),
    ("foreign_number", &["numero_personale"]),
    ("card_expires_on", &["scadenza_tessera"]),
];

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, SheetError> {
        let needed = [
            sheet.require(&["cognome"])?,
            sheet.require(&["nome"])?,
            sheet.require(&["codice_fiscale", "codice fiscale", "cf"])?,
        ];
        Ok(Self { needed, others: OTHERS.iter().map(|(field, names)| (*field, sheet.column(names))).collect() })
    }

    /// Whether a line states the birth date.
    fn dates(&self, line: &Line) -> bool {
        let column = self.others.iter().find(|(field, _)| *field == "birth_date").and_then(|(_, column)| *column);
        !line.get_or_empty(column).is_empty()
    }

    /// The registry data of a line, checked by the same rules as the form.
    fn values(&self, line: &Line, own_asl: &str, today: NaiveDate) -> Result<PatientValues, String> {
        let [surname, name, code] = self.needed;
        let column =
            |field: &str| self.others.iter().find(|(known, _)| *known == field).and_then(|(_, column)| *column);
        let raw = |field: &str| line.get_or_empty(column(field));
        let cell = |field: &str| cells::tidy(raw(field));
        let code = cells::marked(line.get(code));
        let of_code = FiscalCode::parse(&code).ok();
        let mut form = PatientForm {
            surname: cells::tidy(line.get(surname)),
            name: cells::tidy(line.get(name)),
            birth_date: cells::birth_date(raw("birth_date"), of_code.as_ref(), today),
            fiscal_code: code,
            sex: cells::sex(raw("sex")),
            birthplace: cell("birthplace"),
            address: cell("address"),
            postal_code: cells::padded(raw("postal_code"), 5),
            city: cell("city"),
            province: cell("province"),
            asl_code: if column("asl_code").is_some() { cells::padded(raw("asl_code"), 3) } else { own_asl.to_owned() },
            phone: cells::marked(raw("phone")),
            mobile: cells::marked(raw("mobile")),
            email: cell("email"),
            category: category(&cell("category"))?.as_str().to_owned(),
            status: status(&cell("status"))?.as_str().to_owned(),
            status_since: cells::birth_date(raw("status_since"), None, today),
            foreign_kind: foreign_kind(&cell("foreign_kind"))?.as_str().to_owned(),
            foreign_state: cell("foreign_state"),
            foreign_institution: cells::marked(raw("foreign_institution")),
            foreign_number: cells::marked(raw("foreign_number")),
            card_expires_on: cells::birth_date(raw("card_expires_on"), None, today),
            ..PatientForm::default()
        };
        form.complete(today);
        let mut state = FormState::new();
        form.read(&mut state, today).ok_or_else(|| {
            let told = state.errors().iter().map(|error| format!("{}: {}", label(&error.name), error.text));
            told.collect::<Vec<_>>().join("; ")
        })
    }
}

/// The name of the column, for whoever reads the report.
fn label(field: &str) -> &str {
    match field {
        "surname" => "cognome",
        "name" => "nome",
        "fiscal_code" => "codice_fiscale",
        other => {
            OTHERS.iter().find(|(known, _)| *known == other).and_then(|(_, names)| names.first()).unwrap_or(&other)
        }
    }
}

fn category(text: &str) -> Result<Category, String> {
    match folding::fold(text).as_str() {
        "" | "SSN" => Ok(Category::Ssn),
        "PRIVATO" | "PRIVATE" => Ok(Category::Private),
        _ => Err(format!("categoria: «{text}» non è ssn né privato")),
    }
}

fn foreign_kind(text: &str) -> Result<ForeignKind, String> {
    ForeignKind::from_text(&text.to_uppercase()).ok_or_else(|| format!("assicurato_da: «{text}» non è UE, EE o NE"))
}

fn status(text: &str) -> Result<Status, String> {
    match folding::fold(text).as_str() {
        "" | "ATTIVO" | "IN CARICO" => Ok(Status::Active),
        "REVOCATO" => Ok(Status::Revoked),
        "DECEDUTO" => Ok(Status::Deceased),
        _ => Err(format!("stato: «{text}» non è attivo, revocato o deceduto")),
    }
}

#[cfg(test)]
mod tests;
