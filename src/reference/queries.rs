//! Queries over the code lists. Searches are by range on folded words or codes, so that both engines answer from an
//! index; every list has a cap.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{
    Birthplace, Diagnosis, Exemption, ExemptionDiagnosis, HealthUnit, Posology, PrescribingLimit, Province,
    ReferenceImport, Region, Service, SubstitutionMotive, SupplyRegime, index_words,
};
use super::narcotics::{NarcoticBook, NarcoticRow};
use super::notes::{AifaNote, NoteBook};
use super::nre_rules::NreRules;
use super::places::birthplace_on;
use crate::db::Db;
use crate::db::schema::{
    aifa_notes, birthplaces, diagnoses, diagnosis_words, exemption_diagnoses, exemptions, local_health_units,
    narcotics, posologies, prescribing_limits, provinces, reference_imports, regions, service_words, services,
    substitution_motives, supply_regimes,
};
use kernel::folding::{upper_bound, words};

/// What boxed queries are built for: either engine.
type Backend = <Db as diesel::Connection>::Backend;

/// Every region, by name.
pub fn list_regions(conn: &mut Db) -> QueryResult<Vec<Region>> {
    regions::table.order(regions::name.asc()).select(Region::as_select()).load(conn)
}

/// One region.
pub fn find_region(conn: &mut Db, code: &str) -> QueryResult<Option<Region>> {
    regions::table.find(code).select(Region::as_select()).first(conn).optional()
}

/// Where the numbers of a region's prescriptions come from. A region that is not in the list has no known rule.
pub fn find_nre_rules(conn: &mut Db, code: &str) -> QueryResult<NreRules> {
    Ok(find_region(conn, code)?.map_or(NreRules::UNKNOWN, |region| region.nre_rules()))
}

/// Every health unit, by region and name: what a form without scripts offers.
pub fn list_all_health_units(conn: &mut Db) -> QueryResult<Vec<HealthUnit>> {
    local_health_units::table
        .order((local_health_units::region_code.asc(), local_health_units::name.asc()))
        .limit(500)
        .select(HealthUnit::as_select())
        .load(conn)
}

/// The health units of a region, by name.
pub fn list_health_units(conn: &mut Db, region: &str) -> QueryResult<Vec<HealthUnit>> {
    local_health_units::table
        .filter(local_health_units::region_code.eq(region))
        .order(local_health_units::name.asc())
        .select(HealthUnit::as_select())
        .load(conn)
}

/// The provinces of a region, by name.
pub fn list_provinces(conn: &mut Db, region: &str) -> QueryResult<Vec<Province>> {
    provinces::table
        .filter(provinces::region_code.eq(region))
        .order(provinces::name.asc())
        .select(Province::as_select())
        .load(conn)
}

/// One health unit by region and ASL code.
pub fn find_health_unit(conn: &mut Db, region: &str, asl: &str) -> QueryResult<Option<HealthUnit>> {
    local_health_units::table
        .filter(local_health_units::region_code.eq(region).and(local_health_units::asl_code.eq(asl)))
        .select(HealthUnit::as_select())
        .first(conn)
        .optional()
}

/// The place of a cadastral code as it was called on a day. Outside all known spans the nearest one is answered:
/// archives write today's name for places whose first decades are not in the list.
pub fn find_birthplace(conn: &mut Db, code: &str, on: NaiveDate) -> QueryResult<Option<Birthplace>> {
    let rows = list_birthplaces(conn, code)?;
    Ok(birthplace_on(&rows, on).cloned())
}

/// Every place that has borne a cadastral code.
pub fn list_birthplaces(conn: &mut Db, code: &str) -> QueryResult<Vec<Birthplace>> {
    birthplaces::table.filter(birthplaces::code.eq(code)).limit(100).select(Birthplace::as_select()).load(conn)
}

/// One diagnosis.
pub fn find_diagnosis(conn: &mut Db, code: &str) -> QueryResult<Option<Diagnosis>> {
    diagnoses::table.find(code).select(Diagnosis::as_select()).first(conn).optional()
}

/// Diagnoses whose code begins with the text, or whose description holds a word beginning with each word of it;
/// headings (short codes) first.
pub fn search_diagnoses(conn: &mut Db, text: &str, limit: i64) -> QueryResult<Vec<Diagnosis>> {
    let select = || {
        let short_first = diesel::dsl::sql::<diesel::sql_types::Integer>("length(diagnoses.code)");
        diagnoses::table
            .select(Diagnosis::as_select())
            .order((short_first, diagnoses::code.asc()))
            .limit(limit)
            .into_boxed::<Backend>()
    };
    if let Some(code) = code_start(text) {
        let end = upper_bound(&code);
        let found = select().filter(diagnoses::code.ge(code).and(diagnoses::code.lt(end))).load(conn)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let words = index_words(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let narrowed = words.into_iter().fold(select(), |query, word| {
        let end = upper_bound(&word);
        let with_word = diagnosis_words::table
            .filter(diagnosis_words::word.ge(word).and(diagnosis_words::word.lt(end)))
            .select(diagnosis_words::code);
        query.filter(diagnoses::code.eq_any(with_word))
    });
    narrowed.load(conn)
}

/// One service.
pub fn find_service(conn: &mut Db, code: &str) -> QueryResult<Option<Service>> {
    services::table.find(code).select(Service::as_select()).first(conn).optional()
}

/// Services, found like [`search_diagnoses`], by code.
pub fn search_services(conn: &mut Db, text: &str, limit: i64) -> QueryResult<Vec<Service>> {
    let select = || {
        services::table.select(Service::as_select()).order(services::code.asc()).limit(limit).into_boxed::<Backend>()
    };
    if let Some(code) = code_start(text) {
        let end = upper_bound(&code);
        let found = select().filter(services::code.ge(code).and(services::code.lt(end))).load(conn)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let words = index_words(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let narrowed = words.into_iter().fold(select(), |query, word| {
        let end = upper_bound(&word);
        let with_word = service_words::table
            .filter(service_words::word.ge(word).and(service_words::word.lt(end)))
            .select(service_words::code);
        query.filter(services::code.eq_any(with_word))
    });
    narrowed.load(conn)
}

/// A text that can open a code: at most one letter, then digits and dots (`345.4`, `V42`, `90.27`).
fn code_start(text: &str) -> Option<String> {
    let text = text.trim().to_uppercase();
    let rest = text.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(&text);
    let shaped = rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_digit() || c == '.' || c.is_ascii_uppercase());
    shaped.then_some(text)
}

/// One exemption.
pub fn find_exemption(conn: &mut Db, code: &str) -> QueryResult<Option<Exemption>> {
    exemptions::table.find(code).select(Exemption::as_select()).first(conn).optional()
}

/// Exemptions whose code begins with the text or whose description holds a word beginning with each word of it. The
/// list is a few hundred rows: it is read whole and looked through here.
pub fn search_exemptions(conn: &mut Db, text: &str, limit: usize) -> QueryResult<Vec<Exemption>> {
    let asked = words(text);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let code = asked.concat();
    let mut found: Vec<Exemption> =
        exemptions::table.order(exemptions::code.asc()).limit(5_000).select(Exemption::as_select()).load(conn)?;
    found.retain(|exemption| {
        let of_description = words(&exemption.description);
        exemption.code.starts_with(&code)
            || asked.iter().all(|start| of_description.iter().any(|word| word.starts_with(start.as_str())))
    });
    found.sort_by_key(|exemption| !exemption.code.starts_with(&code));
    found.truncate(limit);
    Ok(found)
}

/// The exemptions with these codes; codes the list does not know are missing from the answer.
pub fn list_exemptions(conn: &mut Db, codes: &[String]) -> QueryResult<Vec<Exemption>> {
    exemptions::table.filter(exemptions::code.eq_any(codes)).limit(100).select(Exemption::as_select()).load(conn)
}

/// The diseases these exemptions are for.
pub fn list_exemption_diagnoses(conn: &mut Db, codes: &[String]) -> QueryResult<Vec<ExemptionDiagnosis>> {
    exemption_diagnoses::table
        .filter(exemption_diagnoses::exemption_code.eq_any(codes))
        .order((exemption_diagnoses::exemption_code.asc(), exemption_diagnoses::icd9_prefix.asc()))
        .limit(1_000)
        .select(ExemptionDiagnosis::as_select())
        .load(conn)
}

/// AIFA's notes as they stand on a day.
pub fn note_book(conn: &mut Db, day: NaiveDate) -> QueryResult<NoteBook> {
    Ok(NoteBook::on(day, list_notes(conn)?))
}

/// Every AIFA note there is or was, by number.
pub fn list_notes(conn: &mut Db) -> QueryResult<Vec<AifaNote>> {
    let mut notes: Vec<AifaNote> = aifa_notes::table.limit(500).select(AifaNote::as_select()).load(conn)?;
    notes.sort_by(|a, b| (a.code.len(), &a.code, a.valid_from).cmp(&(b.code.len(), &b.code, b.valid_from)));
    Ok(notes)
}

/// Every regime badge with its meaning.
pub fn list_regimes(conn: &mut Db) -> QueryResult<Vec<SupplyRegime>> {
    supply_regimes::table.order(supply_regimes::code.asc()).limit(100).select(SupplyRegime::as_select()).load(conn)
}

/// The narcotics as the law has them on a day.
pub fn narcotic_book(conn: &mut Db, day: NaiveDate) -> QueryResult<NarcoticBook> {
    let rows = narcotics::table.order(narcotics::id.asc()).limit(1_000).select(NarcoticRow::as_select()).load(conn)?;
    Ok(NarcoticBook::on(day, rows))
}

/// The motives for refusing substitution that hold on a day.
pub fn list_motives(conn: &mut Db, on: NaiveDate) -> QueryResult<Vec<SubstitutionMotive>> {
    substitution_motives::table
        .filter(substitution_motives::valid_from.is_null().or(substitution_motives::valid_from.le(on)))
        .filter(substitution_motives::valid_to.is_null().or(substitution_motives::valid_to.ge(on)))
        .order(substitution_motives::code.asc())
        .limit(100)
        .select(SubstitutionMotive::as_select())
        .load(conn)
}

/// The limits in force on a day.
pub fn list_limits(conn: &mut Db, on: NaiveDate) -> QueryResult<Vec<PrescribingLimit>> {
    prescribing_limits::table
        .filter(prescribing_limits::valid_from.le(on))
        .filter(prescribing_limits::valid_to.is_null().or(prescribing_limits::valid_to.ge(on)))
        .order((
            prescribing_limits::category.asc(),
            prescribing_limits::kind.asc(),
            prescribing_limits::valid_from.asc(),
        ))
        .limit(200)
        .select(PrescribingLimit::as_select())
        .load(conn)
}

/// The posologies for a package: those of the form its label names, then those of any form.
pub fn list_posologies(conn: &mut Db, label: &str) -> QueryResult<Vec<Posology>> {
    // The lists write `12 cpr` and `12CPR`.
    let form = |word: String| word.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut forms: Vec<String> = words(label).into_iter().map(form).collect();
    forms.push(String::new());
    let mut found: Vec<Posology> = posologies::table
        .filter(posologies::form_word.eq_any(forms))
        .order(posologies::id.asc())
        .limit(100)
        .select(Posology::as_select())
        .load(conn)?;
    found.sort_by_key(|posology| posology.form_word.is_empty());
    Ok(found)
}

/// What was imported and when, by kind.
pub fn list_imports(conn: &mut Db) -> QueryResult<Vec<ReferenceImport>> {
    reference_imports::table.order(reference_imports::kind.asc()).select(ReferenceImport::as_select()).load(conn)
}
