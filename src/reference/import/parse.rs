//! From the lines of published files to rows. No database.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Kind, Rejected, Sheet, SheetError, law, notes};
use crate::reference::model::{
    Birthplace, Diagnosis, Exemption, ExemptionDiagnosis, FOREIGN, HealthUnit, PrescribingLimit, Region, Service,
    SubstitutionMotive,
};
use crate::reference::narcotics::NarcoticRow;
use crate::reference::notes::AifaNote;
use crate::reference::nre_rules;
use crate::reference::session_form::SessionForm;
use kernel::exemption::{ExemptionCode, ExemptionKind};
use kernel::icd9::Icd9;
use kernel::region::RegionCode;
use kernel::{folding, text};

/// Longest description taken.
pub(super) const LONGEST: usize = 1_000;

/// The rows of one list.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Parsed {
    Regions(Vec<Region>),
    HealthUnits(Vec<HealthUnit>),
    Birthplaces(Vec<Birthplace>),
    Diagnoses(Vec<Diagnosis>),
    Exemptions(Vec<Exemption>, BTreeSet<ExemptionDiagnosis>),
    Services(Vec<Service>),
    Notes(Vec<AifaNote>),
    Narcotics(Vec<NarcoticRow>),
    Limits(Vec<PrescribingLimit>),
    Motives(Vec<SubstitutionMotive>),
}

impl Parsed {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Regions(rows) => rows.len(),
            Self::HealthUnits(rows) => rows.len(),
            Self::Birthplaces(rows) => rows.len(),
            Self::Diagnoses(rows) => rows.len(),
            Self::Exemptions(rows, diseases) => rows.len() + diseases.len(),
            Self::Services(rows) => rows.len(),
            Self::Notes(rows) => rows.len(),
            Self::Narcotics(rows) => rows.len(),
            Self::Limits(rows) => rows.len(),
            Self::Motives(rows) => rows.len(),
        }
    }
}

type Outcome<T> = Result<T, SheetError>;

/// Reads all files of one list.
pub(super) fn parse(kind: Kind, sheets: &[Sheet]) -> Outcome<(Parsed, Vec<Rejected>)> {
    let mut rejected = Vec::new();
    let bad = &mut rejected;
    let parsed = match kind {
        Kind::Regions => Parsed::Regions(each(sheets, bad, regions)?),
        Kind::HealthUnits => Parsed::HealthUnits(each(sheets, bad, health_units)?),
        Kind::Birthplaces => Parsed::Birthplaces(each(sheets, bad, birthplaces)?),
        Kind::Diagnoses => Parsed::Diagnoses(with_headings(each(sheets, bad, diagnoses)?)),
        Kind::Exemptions => {
            let (rows, diseases) = split_exemptions(each(sheets, bad, exemptions)?);
            Parsed::Exemptions(rows, diseases)
        }
        Kind::Services => Parsed::Services(each(sheets, bad, services)?),
        Kind::Notes => Parsed::Notes(notes::read(sheets, bad)?),
        Kind::Narcotics => Parsed::Narcotics(law::narcotics(sheets, bad)?),
        Kind::Limits => Parsed::Limits(law::limits(sheets, bad)?),
        Kind::Motives => Parsed::Motives(law::motives(sheets, bad)?),
    };
    Ok((parsed, rejected))
}

/// Reads every file with the reader of its kind.
fn each<T>(
    sheets: &[Sheet],
    rejected: &mut Vec<Rejected>,
    read: impl Fn(&Sheet, &mut Seen, &mut Vec<Rejected>) -> Outcome<Vec<T>>,
) -> Outcome<Vec<T>> {
    let mut seen = Seen::default();
    let mut rows = Vec::new();
    for sheet in sheets {
        rows.extend(read(sheet, &mut seen, rejected)?);
    }
    Ok(rows)
}

/// Keys already met, with their line.
#[derive(Default)]
struct Seen(HashMap<String, u64>);

impl Seen {
    fn once(&mut self, key: &str, line: u64) -> Result<(), String> {
        match self.0.insert(key.to_owned(), line) {
            Some(first) => Err(format!("il codice {key} è già alla riga {first}")),
            None => Ok(()),
        }
    }
}

/// A description that must be there, without control characters.
pub(super) fn described(text: &str) -> Result<String, String> {
    let text = text::one_line(text, LONGEST).map_err(|error| error.to_string())?;
    if text.is_empty() { Err("manca la descrizione".to_owned()) } else { Ok(text) }
}

pub(super) fn yes(text: &str, otherwise: bool) -> Result<bool, String> {
    match folding::fold(text).as_str() {
        "" => Ok(otherwise),
        "1" | "SI" | "S" | "X" | "TRUE" => Ok(true),
        "0" | "NO" | "N" | "FALSE" => Ok(false),
        _ => Err(format!("«{text}» non è né sì né no")),
    }
}

fn regions(sheet: &Sheet, seen: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<Region>> {
    let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["denominazione", "nome"])?);
    let (project, policy) = (sheet.column(&["progetto"]), sheet.column(&["politica"]));
    let services = sheet.column(&["prestazioni"]);
    let sessions = sheet.column(&["sessione"]);
    let (nre, known_from) = (sheet.column(&["nre"]), sheet.column(&["fonte"]));
    Ok(sheet.collect(rejected, |line| {
        let code = RegionCode::parse(line.get(code)).map_err(|error| error.to_string())?;
        seen.once(code.as_str(), line.number)?;
        let name = described(line.get(name))?;
        let project_name = match line.get_or_empty(project) {
            "" => format!("PROGETTO DEMAT {}", name.to_uppercase()),
            text => described(text)?,
        };
        let (source, policy) = nre_rules::read(line.get_or_empty(nre), line.get_or_empty(policy))?;
        let rules_source = match line.get_or_empty(known_from) {
            "" => String::new(),
            text => described(text)?,
        };
        let session = line.get_or_empty(sessions);
        let session_form = SessionForm::parse(session)
            .ok_or_else(|| format!("«{session}» non è la forma di un ID-SESSIONE: uuid, alnum:8, digits:6-10"))?
            .as_text();
        Ok(Some(Region {
            code: code.as_str().to_owned(),
            name,
            project_name,
            uncertain_policy: policy.as_str().to_owned(),
            services_enabled: yes(line.get_or_empty(services), true)?,
            nre_source: source.as_str().to_owned(),
            rules_source,
            session_form,
        }))
    }))
}

fn health_units(sheet: &Sheet, seen: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<HealthUnit>> {
    let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["denominazione", "nome"])?);
    let province = sheet.column(&["provincia_istat"]);
    Ok(sheet.collect(rejected, |line| {
        let code = line.get(code);
        let parts = code.split_at_checked(3).filter(|(region, asl)| is_digits(region, 3) && is_digits(asl, 3));
        let (region, asl) = parts.ok_or_else(|| format!("«{code}» non sono 3 cifre di regione e 3 di ASL"))?;
        seen.once(code, line.number)?;
        Ok(Some(HealthUnit {
            code: code.to_owned(),
            region_code: region.to_owned(),
            asl_code: asl.to_owned(),
            name: described(line.get(name))?,
            province_istat: line.get_or_empty(province).to_owned(),
        }))
    }))
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| c.is_ascii_digit())
}

/// Three layouts: municipalities with their history, foreign States, and the Interior Ministry's archive (ANPR).
fn birthplaces(sheet: &Sheet, _: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<Birthplace>> {
    let code = sheet.require(&["belfiore", "codcatastale", "codice"])?;
    let name = sheet.require(&["denominazione", "denominazione_it", "nome"])?;
    let province = sheet.column(&["provincia", "siglaprovincia"]);
    let from = sheet.column(&["istituito", "dataistituzione", "dal"]);
    let to = sheet.column(&["cessato", "datacessazione", "al"]);
    Ok(sheet.collect(rejected, |line| {
        let code = line.get(code).to_uppercase();
        // Places that ended before codes existed: no fiscal code can name them.
        if matches!(code.as_str(), "" | "ND") {
            return Ok(None);
        }
        let letter = code.starts_with(|c: char| c.is_ascii_uppercase());
        if code.len() != 4 || !letter || !code.chars().skip(1).all(|c| c.is_ascii_digit()) {
            return Err(format!("«{code}» non è una lettera seguita da 3 cifre"));
        }
        let name = described(line.get(name))?;
        let province =
            if code.starts_with('Z') { FOREIGN.to_owned() } else { line.get_or_empty(province).to_uppercase() };
        let valid_from = day(line.get_or_empty(from))?;
        // The archive writes the last day of the calendar for what is still there.
        let valid_to = day(line.get_or_empty(to))?.filter(|day| NaiveDate::from_ymd_opt(9999, 12, 31) != Some(*day));
        Ok(Some(Birthplace { code, name, province, valid_from, valid_to }))
    }))
}

fn day(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    kernel::dates::parse_date(text).map(Some).map_err(|_| format!("«{text}» non è una data"))
}

fn diagnoses(sheet: &Sheet, seen: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<Diagnosis>> {
    let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["descrizione"])?);
    Ok(sheet.collect(rejected, |line| {
        let code = line.get(code);
        // Titles of whole chapters (`E`): not a diagnosis.
        if code.len() == 1 {
            return Ok(None);
        }
        let code = Icd9::parse(code).map_err(|_| format!("«{code}» non è un codice ICD-9-CM"))?;
        seen.once(code.as_str(), line.number)?;
        // The published list writes a final accented A as `@`: OBESIT@.
        let description = described(&line.get(name).replace('@', "À"))?;
        Ok(Some(Diagnosis { code: code.as_str().to_owned(), description, is_heading: false }))
    }))
}

/// Marks the codes that others subdivide.
pub(super) fn with_headings(mut rows: Vec<Diagnosis>) -> Vec<Diagnosis> {
    let parent = |code: &str| {
        let mut chars = code.chars();
        chars.next_back();
        chars.as_str().trim_end_matches('.').to_owned()
    };
    let mut headings = BTreeSet::new();
    for row in &rows {
        let above = parent(&row.code);
        headings.insert(parent(&above));
        headings.insert(above);
    }
    for row in &mut rows {
        row.is_heading = headings.contains(&row.code);
    }
    rows
}

/// A line of the catalogue: an exemption, or one of the diseases of an exemption (`013.250`).
struct ExemptionLine {
    exemption: Exemption,
    disease: Option<String>,
}

fn exemptions(sheet: &Sheet, seen: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<ExemptionLine>> {
    let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["descrizione"])?);
    let drugs = sheet.column(&["farmaci"]);
    Ok(sheet.collect(rejected, |line| {
        let whole = line.get(code).to_uppercase();
        seen.once(&whole, line.number)?;
        let (head, disease) = whole.split_once('.').map_or((whole.as_str(), None), |(head, tail)| (head, Some(tail)));
        let code = ExemptionCode::parse(head).map_err(|error| error.to_string())?;
        let disease = match disease {
            None => None,
            Some(tail) => {
                let icd9 = Icd9::parse(tail).map_err(|_| format!("«{tail}» non è un codice ICD-9-CM"))?;
                Some(icd9.as_str().to_owned())
            }
        };
        let description = without_own_code(code.as_str(), &described(line.get(name))?);
        let covers_drugs = yes(line.get_or_empty(drugs), covers_drugs(code.kind()))?;
        let kind = code.kind().code().to_owned();
        let exemption = Exemption { code: code.as_str().to_owned(), kind, description, covers_drugs };
        Ok(Some(ExemptionLine { exemption, disease }))
    }))
}

/// Some rows repeat the code in front: `059-MALATTIA CELIACA`.
fn without_own_code(code: &str, description: &str) -> String {
    description.strip_prefix(code).and_then(|rest| rest.strip_prefix('-')).unwrap_or(description).to_owned()
}

/// What holds where a list does not say: exemptions of disease and disability count for drugs; those of income,
/// pregnancy and prevention are about services (a region's rule on drugs is put in the list's column `farmaci`).
fn covers_drugs(kind: ExemptionKind) -> bool {
    use ExemptionKind as K;
    !matches!(kind, K::Income | K::Pregnancy | K::Prevention | K::Other)
}

/// Exemptions and their diseases. A disease whose exemption has no line of its own brings it in.
fn split_exemptions(lines: Vec<ExemptionLine>) -> (Vec<Exemption>, BTreeSet<ExemptionDiagnosis>) {
    let own: BTreeSet<String> =
        lines.iter().filter(|line| line.disease.is_none()).map(|line| line.exemption.code.clone()).collect();
    let (mut rows, mut diseases, mut brought) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for ExemptionLine { exemption, disease } in lines {
        let Some(icd9_prefix) = disease else {
            rows.push(exemption);
            continue;
        };
        diseases.insert(ExemptionDiagnosis { exemption_code: exemption.code.clone(), icd9_prefix });
        if !own.contains(&exemption.code) && brought.insert(exemption.code.clone()) {
            rows.push(exemption);
        }
    }
    (rows, diseases)
}

fn services(sheet: &Sheet, seen: &mut Seen, rejected: &mut Vec<Rejected>) -> Outcome<Vec<Service>> {
    let (code, name) = (sheet.require(&["codice"])?, sheet.require(&["descrizione"])?);
    Ok(sheet.collect(rejected, |line| {
        let code = line.get(code).to_uppercase();
        let shaped = (3..=12).contains(&code.len())
            && code.contains('.')
            && code.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '.');
        if !shaped {
            return Err(format!("«{code}» non è un codice di prestazione"));
        }
        seen.once(&code, line.number)?;
        Ok(Some(Service { code, description: described(line.get(name))? }))
    }))
}
