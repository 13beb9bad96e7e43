//! What waits for the doctor, looked at again on the day it is to be sent: since it was prepared an exemption may have run
//! out, a drug may have left the formulary, the SSN may pay for it no more, or the law may have changed.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::QueryResult;

use super::around::{missing_note, ssn_refusal};
use super::law::{Law, motive_over};
use super::review::DECEASED;
use super::twins;
use crate::db::{Db, Owner};
use crate::formulary;
use crate::formulary::model::Listed;
use crate::prescribing::queries;
use crate::prescribing::rules::exemption::{self, Choice, Exemption as Exempt, Held, Question};
use crate::prescribing::rules::limits::{self, Case};
use crate::prescriptions::model::NewItem;
use crate::record;
use crate::record::model::Exemption;
use crate::reference::notes::{Noted, Standing as NoteStanding};
use crate::safety::{Allergen, Assessment, Drug, Edition, Facts, assess};
use kernel::exemption::{ExemptionCode, ExemptionKind};
use kernel::plan;

/// A prescription to be looked at again.
pub struct Waiting<'a> {
    /// Which it is.
    pub id: i64,
    /// Whose it is.
    pub patient: i64,
    /// Empty = not exempt.
    pub exemption: &'a str,
    /// Its drugs, in order.
    pub items: Vec<&'a NewItem>,
}

/// What today says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Why it cannot be sent as it stands; the texts are for the doctor.
    pub blocks: Vec<String>,
    /// What is to be looked at in each of its drugs, in their order.
    pub drugs: Vec<DrugFindings>,
}

impl Findings {
    /// Whether it is not sent without an answer of its own.
    pub fn stops_sending(&self) -> bool {
        self.drugs.iter().any(|drug| drug.safety.stops_sending())
    }
}

/// What today says of one drug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrugFindings {
    /// The formulary in use does not have it any more.
    pub unlisted: bool,
    /// Why its prescription cannot be sent as it stands, in words; also among the prescription's own reasons.
    pub block: Option<String>,
    /// What the doctor should look at before sending it, in words: said on the row, in the question of INVIA TUTTI and by
    /// the interface.
    pub cautions: Vec<String>,
    /// Another prescription of the patient that waits, or is on its way, has the same drug; also among the cautions.
    pub double: bool,
    /// What the patient's facts say against it.
    pub safety: Assessment,
}

/// Looks at prescriptions again, by the record and the formulary of `today`; returns what is found of each, in their order. As many statements
/// for many as for one.
pub fn recheck(conn: &mut Db, owner: Owner, waiting: &[Waiting<'_>], today: NaiveDate) -> QueryResult<Vec<Findings>> {
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let mut aics: Vec<&str> = waiting.iter().flat_map(|one| one.items.iter().map(|item| item.aic.as_str())).collect();
    aics.sort_unstable();
    aics.dedup();
    let listed = formulary::queries::list_by_aics(conn, &aics)?;
    let listed: HashMap<&str, &Listed> = listed.iter().map(|row| (row.package.aic.as_str(), row)).collect();
    let patients: Vec<i64> = waiting.iter().map(|one| one.patient).collect();
    let mut held: HashMap<i64, Vec<Held>> = HashMap::new();
    for row in record::queries::list_exemptions_of(conn, owner, &patients)? {
        held.entry(row.patient_id).or_default().push(held_of(row));
    }
    let deceased = queries::list_deceased(conn, owner, &patients)?;
    let cards: HashMap<i64, _> = queries::list_cards(conn, owner, &patients)?.into_iter().collect();
    let mut allergies: HashMap<i64, Vec<Allergen>> = HashMap::new();
    for row in record::queries::list_allergies_of(conn, owner, &patients)? {
        allergies.entry(row.patient_id).or_default().push(row.values.allergen());
    }
    let under_way = queries::list_under_way(conn, owner, &patients)?;
    let none = Vec::new();
    let law = Law::load(conn, owner, today)?;
    let look = |one: &Waiting<'_>| {
        let mut findings = look(one, &listed, held.get(&one.patient).unwrap_or(&none), &law);
        let allergies = allergies.get(&one.patient).map(Vec::as_slice).unwrap_or_default();
        for (drug, item) in findings.drugs.iter_mut().zip(&one.items) {
            drug.safety = assess_row(item, allergies, today);
            drug.cautions.extend(queries::card_over(cards.get(&one.patient).copied().flatten(), today));
            let twin = twins::of(one, item, &under_way);
            drug.double = twin.is_some();
            drug.cautions.extend(twin);
        }
        if deceased.contains(&one.patient) {
            findings.blocks.insert(0, DECEASED.to_owned());
        }
        findings
    };
    Ok(waiting.iter().map(look).collect())
}

fn held_of(row: Exemption) -> Held {
    let values = row.values;
    Held {
        code: values.code,
        description: values.description,
        valid_from: values.valid_from,
        valid_to: values.valid_to,
        // Only its validity is asked, not what it is for.
        facts: None,
    }
}

fn look(one: &Waiting<'_>, listed: &HashMap<&str, &Listed>, held: &[Held], law: &Law) -> Findings {
    let question = Question { day: law.today, problem: None, atc: "", narcotic: false };
    let exemption = (!one.exemption.is_empty()).then(|| Choice::Code(one.exemption.to_owned()));
    let expired = exemption.and_then(|choice| exemption::decide(&choice, held, &question).err());
    let mut blocks: Vec<String> = expired.iter().map(ToString::to_string).collect();
    blocks.extend(too_much(one, listed, law));
    let mut drugs = Vec::with_capacity(one.items.len());
    for item in &one.items {
        let (reason, cautions) = look_at_row(one, item, listed.get(item.aic.as_str()).copied(), law);
        blocks.extend(reason.as_ref().map(|reason| format!("{}: {}", item.label, lower_first(reason))));
        let unlisted = !listed.contains_key(item.aic.as_str());
        drugs.push(DrugFindings { unlisted, block: reason, cautions, ..DrugFindings::default() });
    }
    Findings { blocks, drugs }
}

/// Why a row cannot be sent as it stands, the first reason, and what is to be looked at first.
fn look_at_row(
    one: &Waiting<'_>,
    item: &NewItem,
    package: Option<&Listed>,
    law: &Law,
) -> (Option<String>, Vec<String>) {
    let mut cautions = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    reasons.extend(ssn_refusal(package, &item.class));
    reasons.extend(regrouped(package, item));
    match law.notes().judge(&item.note_code, noted(package, item)) {
        NoteStanding::Good => {}
        NoteStanding::Missing(codes) => cautions.push(missing_note(&codes)),
        NoteStanding::Replaced { why, .. } | NoteStanding::Over(why) | NoteStanding::Choose(why) => {
            reasons.push(amend_it(&why));
        }
    }
    match law.plan(item) {
        plan::Standing::Good => {}
        plan::Standing::Ending(text) => cautions.push(text),
        plan::Standing::Over(text) => reasons.push(amend_it(&text)),
    }
    if item.not_substitutable && law.is_motive_over(&item.motive_code) {
        reasons.push(motive_over(&item.motive_code));
    }
    if let Some(narcotic) = law.narcotic(noted(package, item), package.map(|listed| &listed.package)) {
        let case = law.case(&narcotic, exemption_of(one).kind == Some(ExemptionKind::Pain), &item.posology);
        cautions.extend(case.remark());
        let refusals = case.refusals();
        reasons.extend(refusals.iter().map(ToString::to_string));
        // What section A must carry is frozen in the row: the doctor may have moved since.
        if refusals.is_empty() && narcotic.is_of_section_a() && item.reason_note != case.note() {
            reasons.push(amend_it("I recapiti dell’ambulatorio sulla ricetta non sono quelli di oggi."));
        }
    }
    (reasons.into_iter().next(), cautions)
}

fn amend_it(why: &str) -> String {
    format!("{why} Aprila con «Correggi» e confermala.")
}

/// The exemption it was prepared with, by the shape of its code.
fn exemption_of(one: &Waiting<'_>) -> Exempt {
    let kind = ExemptionCode::parse(one.exemption).ok().map(|code| code.kind());
    Exempt { code: one.exemption.to_owned(), kind }
}

/// That it holds more than the law of the day lets it, at the most; how long the patient has used a drug is not asked here.
fn too_much(one: &Waiting<'_>, listed: &HashMap<&str, &Listed>, law: &Law) -> Option<String> {
    if !law.limits.know(limits::ORDINARY) {
        return None;
    }
    let exemption = exemption_of(one);
    let allowance = |item: &&NewItem| {
        let package = listed.get(item.aic.as_str()).copied();
        let narcotic = law.narcotic(noted(package, item), package.map(|listed| &listed.package));
        let narcotic = narcotic.is_some_and(|narcotic| narcotic.pain == Some(true));
        law.limits.of_drug(&Case { category: &item.limit_category, exemption: &exemption, narcotic, stable: true })
    };
    let narrowest = one.items.iter().map(allowance).min()?;
    let packs: i64 = one.items.iter().map(|item| item.pieces).sum();
    let too_many = packs > i64::from(narrowest.limit.packs);
    too_many.then(|| format!("{}: correggi il numero di pezzi.", narrowest.in_words()))
}

fn assess_row(item: &NewItem, allergies: &[Allergen], today: NaiveDate) -> Assessment {
    let drug = Drug { label: &item.label, substance: &item.substance, atc: &item.atc };
    assess(&Facts { drug, allergies }, Edition::shipped(), today)
}

/// What the notes look at: the formulary in use may know more of the drug than it did when it was prepared.
fn noted<'a>(package: Option<&'a Listed>, item: &'a NewItem) -> Noted<'a> {
    let own = Noted { atc: &item.atc, substance: &item.substance, group_description: &item.group_description };
    package.map_or(own, |listed| listed.package.noted())
}

/// A drug written by its active principle alone is written by the code of its group, which must still be its own.
fn regrouped(package: Option<&Listed>, item: &NewItem) -> Option<String> {
    let moved = package.is_some_and(|listed| item.by_substance && listed.package.group_code != item.group_code);
    moved.then(|| "Il suo gruppo di equivalenza è cambiato: aprila con «Correggi» e confermala.".to_owned())
}

fn lower_first(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_lowercase().collect::<String>() + signs.as_str()).unwrap_or_default()
}
