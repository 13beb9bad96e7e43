//! AIFA's notes from a list: dated, with the drugs each is about; or a bare list of numbers and descriptions, which says
//! neither and takes both from what the program itself knows of those notes.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::parse::{LONGEST, described, yes};
use super::{Rejected, Sheet, SheetError};
use crate::reference::notes::{AifaNote, asks};
use crate::reference::sheet::{Column, Line};
use kernel::folding::{fold, words};
use kernel::text;

/// Longest code and longest value to transmit.
const LONGEST_CODE: usize = 10;
const LONGEST_SENT: usize = 256;

/// What `stato` says of a note that another took the place of.
const REPLACED: &str = "SOSTITUITA DALLA ";

/// The columns of a list of notes; only code and description must be there.
struct Columns {
    code: Column,
    description: Column,
    state: Option<Column>,
    from: Option<Column>,
    to: Option<Column>,
    atc: Option<Column>,
    routes: Option<Column>,
    substances: Option<Column>,
    demands: Option<Column>,
    sent_as: Option<Column>,
    replaced_by: Option<Column>,
    verified: Option<Column>,
    confidence: Option<Column>,
    source: Option<Column>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, SheetError> {
        Ok(Self {
            code: sheet.require(&["nota", "codice"])?,
            description: sheet.require(&["sintesi", "descrizione"])?,
            state: sheet.column(&["stato"]),
            from: sheet.column(&["dal"]),
            to: sheet.column(&["al"]),
            atc: sheet.column(&["atc"]),
            routes: sheet.column(&["vie", "via"]),
            substances: sheet.column(&["sostanze", "sostanza"]),
            demands: sheet.column(&["richiede"]),
            sent_as: sheet.column(&["trasmetti"]),
            replaced_by: sheet.column(&["sostituita_da"]),
            verified: sheet.column(&["verificata"]),
            confidence: sheet.column(&["confidenza"]),
            source: sheet.column(&["fonte"]),
        })
    }
}

/// The notes of some files, every bad line named.
pub(super) fn read(sheets: &[Sheet], rejected: &mut Vec<Rejected>) -> Result<Vec<AifaNote>, SheetError> {
    let mut periods: HashMap<String, Vec<(AifaNote, u64)>> = HashMap::new();
    let mut rows = Vec::new();
    for sheet in sheets {
        let columns = Columns::of(sheet)?;
        let bare = columns.from.is_none() && columns.to.is_none() && columns.atc.is_none();
        let known = if bare { starter()? } else { Vec::new() };
        rows.extend(sheet.collect(rejected, |line| {
            let note = note(&columns, line)?;
            let same = periods.entry(note.code.clone()).or_default();
            if let Some((_, first)) = same.iter().find(|(other, _)| overlap(other, &note)) {
                return Err(format!("la nota {} vale già negli stessi giorni alla riga {first}", note.code));
            }
            same.push((note.clone(), line.number));
            Ok(Some(note))
        }));
        if bare {
            rows = completed(rows, &known);
        }
    }
    Ok(rows)
}

/// The starter list, read like any other; it has dates, so it leans on nothing.
fn starter() -> Result<Vec<AifaNote>, SheetError> {
    let sheet = Sheet::from_text("notes", crate::reference::starter::NOTES)?;
    read(std::slice::from_ref(&sheet), &mut Vec::new())
}

/// Bare notes with the days and drugs that are known of them; what took the place of one of them comes along.
fn completed(bare: Vec<AifaNote>, known: &[AifaNote]) -> Vec<AifaNote> {
    let mut out: Vec<AifaNote> = Vec::new();
    for note in bare {
        let mut of_code = known.iter().filter(|one| one.code == note.code).peekable();
        if of_code.peek().is_none() {
            out.push(AifaNote { verified: false, ..note });
            continue;
        }
        out.extend(of_code.map(|one| AifaNote { description: note.description.clone(), ..one.clone() }));
    }
    let there: Vec<String> = out.iter().map(|note| note.code.clone()).collect();
    let heirs = out.iter().map(|note| note.replaced_by.clone()).collect::<Vec<_>>();
    out.extend(known.iter().filter(|one| heirs.contains(&one.code) && !there.contains(&one.code)).cloned());
    out
}

fn overlap(a: &AifaNote, b: &AifaNote) -> bool {
    let begins_by = |from: Option<NaiveDate>, to: Option<NaiveDate>| match (from, to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    begins_by(a.valid_from, b.valid_to) && begins_by(b.valid_from, a.valid_to)
}

fn note(columns: &Columns, line: &Line) -> Result<AifaNote, String> {
    let free = |column: Option<Column>| text::one_line(line.get_or_empty(column), LONGEST).map_err(|e| e.to_string());
    let (valid_from, valid_to) = (day(line.get_or_empty(columns.from))?, day(line.get_or_empty(columns.to))?);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        return Err("finisce prima di cominciare".to_owned());
    }
    let state = fold(line.get_or_empty(columns.state));
    let demands = free(columns.demands)?;
    let replaced_by = match line.get_or_empty(columns.replaced_by) {
        "" => state.strip_prefix(REPLACED).map_or(Ok(String::new()), code)?,
        text => code(text)?,
    };
    let unread = state.contains("NON VERIFICATA") || fold(line.get_or_empty(columns.confidence)) == "BASSA";
    Ok(AifaNote {
        code: code(line.get(columns.code))?,
        valid_from,
        valid_to,
        atc: atc(line.get_or_empty(columns.atc))?,
        routes: fold(line.get_or_empty(columns.routes)),
        substances: substances(line.get_or_empty(columns.substances)),
        asks: asked(&demands),
        demands,
        description: described(line.get(columns.description))?,
        sent_as: text::one_line(line.get_or_empty(columns.sent_as), LONGEST_SENT).map_err(|e| e.to_string())?,
        replaced_by,
        verified: yes(line.get_or_empty(columns.verified), !unread)?,
        source: free(columns.source)?,
    })
}

/// A number gets its second digit; anything else is kept in capitals, as AIFA writes it (`N01`, `65-BIS`).
fn code(written: &str) -> Result<String, String> {
    let code = written.trim().to_uppercase();
    if let Ok(number) = code.parse::<u16>() {
        return Ok(format!("{number:02}"));
    }
    let shaped =
        code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && code.contains(|c: char| c.is_ascii_digit());
    if shaped && code.len() <= LONGEST_CODE {
        Ok(code)
    } else {
        Err(format!("«{written}» non è il codice di una nota"))
    }
}

pub(super) fn day(written: &str) -> Result<Option<NaiveDate>, String> {
    if written.is_empty() {
        return Ok(None);
    }
    let read = written.parse().ok().or_else(|| kernel::dates::parse_date(written).ok());
    read.map(Some).ok_or_else(|| format!("«{written}» non è una data"))
}

pub(super) fn atc(written: &str) -> Result<String, String> {
    let mut codes = Vec::new();
    for word in written.split([' ', ',']).filter(|word| !word.is_empty()) {
        let word = word.to_uppercase();
        let shaped = word.len() <= 7 && word.starts_with(|c: char| c.is_ascii_uppercase());
        if !shaped || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("«{word}» non è un codice ATC"));
        }
        codes.push(word);
    }
    Ok(codes.join(" "))
}

pub(super) fn substances(written: &str) -> String {
    written.split(',').map(fold).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(",")
}

/// What is asked, by the words of the demand.
fn asked(demands: &str) -> String {
    let said = words(demands);
    let says = |word: &str| said.iter().any(|one| one.starts_with(word));
    let of = [
        (says("PIANO") || said.iter().any(|one| one == "PT"), asks::PLAN),
        (says("SCHEDA"), asks::FORM),
        (says("SPECIALIST"), asks::SPECIALIST),
    ];
    of.iter().filter(|(there, _)| *there).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}
