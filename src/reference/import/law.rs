//! What the law says of narcotics, of how much fits in one prescription and of brands that may not be replaced, from lists
//! with days.

use chrono::NaiveDate;

use super::notes::{atc, day, substances};
use super::parse::{LONGEST, described, yes};
use super::{Rejected, Sheet, SheetError};
use crate::reference::model::{PrescribingLimit, SubstitutionMotive, limit};
use crate::reference::narcotics::NarcoticRow;
use crate::reference::sheet::{Column, Line};
use kernel::folding::fold;
use kernel::region::RegionCode;
use kernel::text;

/// How a list writes that the regions are to be verified.
const UNVERIFIED: &str = "DA VERIFICARE";

type Days = (Option<NaiveDate>, Option<NaiveDate>);

fn days(line: &Line, from: Option<Column>, to: Option<Column>) -> Result<Days, String> {
    let (from, to) = (day(line.get_or_empty(from))?, day(line.get_or_empty(to))?);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err("finisce prima di cominciare".to_owned());
    }
    Ok((from, to))
}

fn free(line: &Line, column: Option<Column>) -> Result<String, String> {
    text::one_line(line.get_or_empty(column), LONGEST).map_err(|error| error.to_string())
}

/// Narcotics, every bad line named.
pub(super) fn narcotics(sheets: &[Sheet], rejected: &mut Vec<Rejected>) -> Result<Vec<NarcoticRow>, SheetError> {
    let mut rows = Vec::new();
    for sheet in sheets {
        let (name, section) = (sheet.require(&["descrizione"])?, sheet.require(&["sezione"])?);
        let (codes, routes) = (sheet.require(&["atc"])?, sheet.column(&["vie", "via"]));
        let (named, pain) = (sheet.column(&["sostanze"]), sheet.require(&["dolore"])?);
        let (from, to) = (sheet.column(&["dal"]), sheet.column(&["al"]));
        let (verified, source) = (sheet.column(&["verificata"]), sheet.column(&["fonte"]));
        rows.extend(sheet.collect(rejected, |line| {
            let (valid_from, valid_to) = days(line, from, to)?;
            let section = line.get(section).to_uppercase();
            if !matches!(section.as_str(), "" | "A" | "B" | "C" | "D" | "E") {
                return Err(format!("la sezione «{section}» non è tra A ed E"));
            }
            Ok(Some(NarcoticRow {
                atc: atc(line.get(codes))?,
                routes: fold(line.get_or_empty(routes)),
                substances: substances(line.get_or_empty(named)),
                section,
                pain: yes(line.get(pain), false)?,
                valid_from,
                valid_to,
                verified: yes(line.get_or_empty(verified), false)?,
                description: described(line.get(name))?,
                source: free(line, source)?,
            }))
        }));
    }
    Ok(rows)
}

/// Limits, every bad line named.
pub(super) fn limits(sheets: &[Sheet], rejected: &mut Vec<Rejected>) -> Result<Vec<PrescribingLimit>, SheetError> {
    let mut rows = Vec::new();
    for sheet in sheets {
        let (category, kind) = (sheet.require(&["categoria"])?, sheet.require(&["conta"])?);
        let (total, most_rows) = (sheet.require(&["massimo"])?, sheet.require(&["righe"])?);
        let (from, to) = (sheet.require(&["dal"])?, sheet.column(&["al"]));
        let (places, source) = (sheet.column(&["regioni"]), sheet.column(&["fonte"]));
        rows.extend(sheet.collect(rejected, |line| {
            let (valid_from, valid_to) = days(line, Some(from), to)?;
            let number = |text: &str| match text.parse::<i64>() {
                Ok(number) if number >= 0 => Ok(number),
                _ => Err(format!("«{text}» non è un numero")),
            };
            Ok(Some(PrescribingLimit {
                category: known(line.get(category), limit::CATEGORIES, "una categoria")?,
                kind: known(line.get(kind), limit::COUNTED, "una cosa che si conta")?,
                max_total: number(line.get(total))?,
                max_rows: number(line.get(most_rows))?,
                valid_from: valid_from.ok_or("manca il giorno da cui vale")?,
                valid_to,
                source: free(line, source)?,
                regions: regions(line.get_or_empty(places))?,
            }))
        }));
    }
    Ok(rows)
}

fn known(written: &str, words: &[&str], what: &str) -> Result<String, String> {
    if words.contains(&written) {
        Ok(written.to_owned())
    } else {
        Err(format!("«{written}» non è {what}: sono {}", words.join(", ")))
    }
}

/// Codes of three digits; nothing for all of Italy.
fn regions(written: &str) -> Result<String, String> {
    if fold(written) == UNVERIFIED {
        return Ok(limit::UNVERIFIED.to_owned());
    }
    let code = |word: &str| RegionCode::parse(word).map(|code| code.as_str().to_owned());
    let words = written.split([' ', ',']).filter(|word| !word.is_empty());
    let codes = words.map(code).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    Ok(codes.join(" "))
}

/// Motives, every bad line named.
pub(super) fn motives(sheets: &[Sheet], rejected: &mut Vec<Rejected>) -> Result<Vec<SubstitutionMotive>, SheetError> {
    let mut rows: Vec<SubstitutionMotive> = Vec::new();
    for sheet in sheets {
        let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["descrizione"])?);
        let (from, to, source) = (sheet.column(&["dal"]), sheet.column(&["al"]), sheet.column(&["fonte"]));
        rows.extend(sheet.collect(rejected, |line| {
            let (valid_from, valid_to) = days(line, from, to)?;
            let code = line.get(code).to_owned();
            if code.is_empty() || code.len() > 2 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(format!("«{code}» non è il codice di una motivazione"));
            }
            let (description, source) = (described(line.get(name))?, free(line, source)?);
            Ok(Some(SubstitutionMotive { code, description, valid_from, valid_to, source }))
        }));
    }
    Ok(rows)
}
