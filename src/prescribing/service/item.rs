//! One drug of the basket with everything its page offers to choose from.

use diesel::QueryResult;

use super::Moment;
use super::around::{Noticed, Surroundings, renew_note};
use super::origin::{Origin, origins};
use crate::db::Db;
use crate::formulary::model::Listed;
use crate::prescribing::model::{DraftItem, ItemValues};
use crate::prescribing::queries::{self, Key};
use crate::prescribing::rules::exemption::{Decision, Refusal};
use crate::prescribing::rules::limits::Allowance;
use crate::prescribing::rules::narcotic;
use crate::record;
use crate::reference;
use crate::reference::model::SubstitutionMotive;
use crate::reference::notes::{AifaNote, NoteBook, asks};
use crate::safety::Assessment;

/// What the page of one drug knows.
pub struct ItemContext {
    /// The row, with what the formulary says today.
    pub item: DraftItem,
    /// Which of the basket's drugs it is, from 1.
    pub place: usize,
    /// How many there are.
    pub count: usize,
    /// What the formulary in use says of it.
    pub listed: Option<Listed>,
    /// The patient's open problems, and the row's own.
    pub problems: Vec<(i64, String)>,
    /// The doctor's own latest ones first, then those of the pharmaceutical form.
    pub posologies: Vec<String>,
    /// The AIFA notes in force.
    pub notes: Vec<AifaNote>,
    /// Those that exist for the drug.
    pub known_notes: Vec<String>,
    /// That its note is over, and what is proposed.
    pub note_over: Option<String>,
    /// Why the prescription it is a correction of was refused.
    pub origins: Vec<Origin>,
    /// Why a brand may not be replaced.
    pub motives: Vec<SubstitutionMotive>,
    around: Surroundings,
}

/// Loads one drug of the basket. `None` when it is not there.
pub fn load_item(conn: &mut Db, key: Key, id: i64, at: Moment) -> QueryResult<Option<ItemContext>> {
    let Some(draft) = queries::find_draft(conn, key)? else { return Ok(None) };
    let items = queries::list_items(conn, draft.id)?;
    context_of(conn, key, items, id, at)
}

/// One of `items` with what surrounds it.
pub(super) fn context_of(
    conn: &mut Db,
    key: Key,
    items: Vec<DraftItem>,
    id: i64,
    at: Moment,
) -> QueryResult<Option<ItemContext>> {
    let count = items.len();
    let Some((index, mut item)) = items.into_iter().enumerate().find(|(_, item)| item.id == id) else {
        return Ok(None);
    };
    let problems = offered_problems(conn, key, item.values.problem_id)?;
    let ids: Vec<i64> = problems.iter().map(|problem| problem.0).collect();
    let around = Surroundings::load(conn, key, (&[&item.values.aic], &ids), at)?;
    let listed = around.listed(&item.values.aic).cloned();
    if let Some(listed) = &listed {
        item.values.take_facts(&listed.package);
    }
    let had_note = item.values.note_code.clone();
    let mut posologies = queries::list_used_posologies(conn, key.owner, &item.values.aic)?;
    for usual in reference::queries::list_posologies(conn, &item.values.label)? {
        if !posologies.contains(&usual.description) {
            posologies.push(usual.description);
        }
    }
    let note_over = match renew_note(around.notes(), &mut item.values) {
        // That one is missing is not said where it is chosen.
        _ if item.values.note_code.is_empty() && had_note.is_empty() => None,
        Noticed::Nothing => None,
        Noticed::Worth(why) | Noticed::Block(why) => Some(why),
    };
    let known_notes = around.notes().of_drug(item.values.noted()).into_iter().map(|note| note.code.clone()).collect();
    Ok(Some(ItemContext {
        place: index.saturating_add(1),
        count,
        listed,
        problems,
        posologies,
        notes: around.notes().in_force().cloned().collect(),
        known_notes,
        note_over,
        motives: around.law().motives().to_vec(),
        origins: origins(conn, key.owner, &[&item.values])?,
        item,
        around,
    }))
}

/// The open problems; one closed since it was chosen stays offered.
fn offered_problems(conn: &mut Db, key: Key, own: Option<i64>) -> QueryResult<Vec<(i64, String)>> {
    let open = record::queries::list_open_problems(conn, key.owner, key.patient)?;
    let mut offered: Vec<(i64, String)> = open.into_iter().map(|(id, description, _)| (id, description)).collect();
    if let Some(own) = own.filter(|own| offered.iter().all(|problem| problem.0 != *own)) {
        let closed = queries::list_problems_by_ids(conn, key.owner, key.patient, &[own])?;
        offered.extend(closed.into_iter().map(|row| (row.id, row.values.description)));
    }
    Ok(offered)
}

impl ItemContext {
    /// The exemption and the pack limit, if the row said `values`.
    /// The error is the refusal of a chosen exemption, beside the limit without it.
    pub fn decide(&self, values: &ItemValues) -> (Result<Decision, Refusal>, Allowance) {
        self.around.decide(values)
    }

    /// AIFA's notes of today.
    pub fn note_book(&self) -> &NoteBook {
        self.around.notes()
    }

    /// The patient's exemptions valid today: code and description.
    pub fn exemptions(&self) -> Vec<(String, String)> {
        self.around.valid_exemptions()
    }

    /// What the patient's facts say against the drug.
    pub fn safety(&self) -> Assessment {
        self.around.assess(&self.item.values)
    }

    /// What else the doctor should know of the drug before writing, for example that the formulary no longer has it.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.around.warnings(&self.item.values, self.listed.as_ref());
        warnings.extend(self.note_over.clone());
        warnings
    }

    /// What the law asks of it as a narcotic, if the row said `values`: what stops it from being sent, what is not known.
    pub fn narcotic_remarks(&self, values: &ItemValues) -> Vec<String> {
        let Some(narcotic) = self.around.narcotic(values) else { return Vec::new() };
        let for_pain = self.decide(values).0.is_ok_and(|decision| decision.is_for_pain());
        let case = self.around.law().case(&narcotic, for_pain, &values.posology);
        // That the posology is missing is not said where it is written.
        let stops = case.refusals().into_iter().filter(|refusal| *refusal != narcotic::Refusal::NoPosology);
        stops.map(|refusal| refusal.to_string()).chain(case.remark()).collect()
    }

    /// Why it cannot go without a posology, if it cannot.
    pub(super) fn lacks_posology(&self, values: &ItemValues) -> Option<narcotic::Refusal> {
        let narcotic = self.around.narcotic(values)?;
        let refusals = self.around.law().case(&narcotic, true, &values.posology).refusals();
        refusals.into_iter().find(|refusal| *refusal == narcotic::Refusal::NoPosology)
    }

    /// What its notes ask about a therapeutic plan; empty when they ask for none.
    pub fn plan_asked(&self) -> String {
        let own = self.known_notes.iter().filter_map(|code| self.note_book().find(code));
        let asks = own.filter(|note| note.asks(asks::PLAN));
        asks.map(|note| format!("La nota {} chiede: {}", note.code, note.demands)).collect::<Vec<_>>().join(". ")
    }
}
