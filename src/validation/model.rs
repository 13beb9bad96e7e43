//! Values and pure rules of validation: what differs from the last time, what a correction changed, the counters.

use chrono::NaiveDate;

use crate::prescriptions::model::{Content, Head, NewItem, State};
use crate::text_enum;
use kernel::folding;

/// Most prescriptions shown, and sent, at once.
pub const LIST_MAX: usize = 200;
/// What waits for the doctor is shown so many at a time: each is compared with the patient's record.
pub const PENDING_PAGE: usize = 50;

/// Which part of what waits is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Only this patient's.
    pub patient: Option<i64>,
    /// Only what came after this id.
    pub after: i64,
    /// The latest id there was when the page was shown; 0 when it did not say.
    pub newest: i64,
    /// As many as INVIA TUTTI takes, not as many as a page of the list.
    pub whole: bool,
}

impl Window {
    /// How many it shows at most.
    pub const fn rows(&self) -> usize {
        if self.whole { LIST_MAX } else { PENDING_PAGE }
    }
}

impl From<Option<i64>> for Window {
    fn from(patient: Option<i64>) -> Self {
        Self { patient, ..Self::default() }
    }
}

text_enum! {
    /// What became of a row when INVIA TUTTI was pressed.
    RowOutcome {
        /// It was as seen: it is with the runner.
        Sent = "INVIATA",
        /// It is not what was seen: corrected, taken back, refused or sent meanwhile. Not sent.
        Changed = "CAMBIATA",
        /// It came after the page was shown. Not sent.
        New = "NUOVA",
        /// It was waiting already, beyond what the page showed. Not sent.
        Beyond = "OLTRE",
        /// What is kept is not what was prepared. Not sent.
        Broken = "BLOCCATA",
        /// Since it was prepared an exemption has run out, or a drug is paid by the SSN no more. Not sent.
        Outdated = "DA_CORREGGERE",
        /// Something speaks against one of its drugs: it goes with a tick and a reason of its own. Not sent.
        Alerted = "DA_CONFERMARE",
    }
}

text_enum! {
    /// What a collaborator looks at.
    SentView {
        /// With the doctor, or on its way to SAC.
        Waiting = "attesa",
        /// With a code.
        Validated = "convalidate",
        /// The doctor's no.
        Annulled = "annullate",
        /// SAC's no: the doctor must correct it.
        Refused = "rifiutate",
    }
}

impl SentView {
    /// The states it shows.
    pub const fn states(self) -> &'static [State] {
        match self {
            Self::Waiting => State::WAITING,
            Self::Validated => &[State::Accepted, State::Annulling, State::AnnulUncertain],
            Self::Annulled => State::CANCELLED,
            Self::Refused => &[State::Discarded],
        }
    }
}

/// The states whose news are offered to the studio until it acknowledges them.
pub const OFFERED: &[State] = &[State::Accepted, State::Declined, State::Annulled];

/// What a collaborator has sent to one doctor and has not taken note of (S132).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sent and waiting.
    pub waiting: i64,
    /// Validated, to be taken.
    pub validated: i64,
    /// Annulled, to be taken note of.
    pub annulled: i64,
    /// Refused by SAC and not yet seen; a hundred stand for more.
    pub refused: i64,
}

/// A drug of the patient's record, as it was last prescribed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct LastTherapy {
    pub patient_id: i64,
    pub aic: String,
    pub atc: String,
    pub substance: String,
    pub group_code: String,
    pub label: String,
    pub pieces: i64,
    pub posology: String,
    pub started_on: NaiveDate,
}

/// How a drug stands beside the last time the patient had its active substance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Never before.
    pub first: bool,
    /// Days since the last time.
    pub days: i64,
    /// The package then, when it had another strength or form.
    pub other_dose: Option<String>,
    /// The package then, when it was another of the same strength.
    pub other_package: Option<String>,
    /// The packs then, when they were more or fewer.
    pub other_pieces: Option<i64>,
    /// The posology then, when it was another.
    pub other_posology: Option<String>,
    /// None is written now.
    pub no_posology: bool,
}

/// Compares a drug with the patient's `history` (any patients', in any order).
pub fn compare(patient: i64, item: &NewItem, history: &[LastTherapy], today: NaiveDate) -> Comparison {
    let same = |last: &&LastTherapy| last.patient_id == patient && same_substance(item, last);
    let Some(last) = history.iter().filter(same).max_by_key(|last| last.started_on) else {
        return Comparison { first: true, ..Comparison::default() };
    };
    let other = (last.aic != item.aic && last.label != item.label).then(|| last.label.clone());
    // Packages of one equivalence group have the same substance, strength and form.
    let same_dose = !item.group_code.is_empty() && item.group_code == last.group_code;
    Comparison {
        first: false,
        days: (today - last.started_on).num_days().max(0),
        other_dose: other.clone().filter(|_| !same_dose),
        other_package: other.filter(|_| same_dose),
        other_pieces: (last.pieces != item.pieces).then_some(last.pieces),
        other_posology: (last.posology != item.posology && !last.posology.is_empty()).then(|| last.posology.clone()),
        no_posology: item.posology.is_empty(),
    }
}

fn same_substance(item: &NewItem, last: &LastTherapy) -> bool {
    let same_aic = !item.aic.is_empty() && item.aic == last.aic;
    let same_atc = item.atc.len() == 7 && item.atc == last.atc;
    let substance = folding::fold(&item.substance);
    same_aic || same_atc || (!substance.is_empty() && substance == folding::fold(&last.substance))
}

/// One thing a correction changed, in words: where, before, after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The drug; empty for the head of the prescription.
    pub drug: String,
    /// What; [`TAKEN_OUT`] says everything.
    pub what: &'static str,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// What happened to a drug that the correction took out; such a change has no before and after.
pub const TAKEN_OUT: &str = "tolto";

/// What the doctor's corrections changed.
pub fn changes(before: &Content, head: &Head, items: &[&NewItem]) -> Vec<Change> {
    let mut found = Vec::new();
    let mut note = |drug: &str, what, before: String, after: String| {
        if before != after {
            let or_none = |text: String| if text.is_empty() { "nessuna".to_owned() } else { text };
            found.push(Change { drug: drug.to_owned(), what, before: or_none(before), after: or_none(after) });
        }
    };
    let exemption =
        |head: &Head| if head.exemption_code.is_empty() { "NON ESENTE".into() } else { head.exemption_code.clone() };
    note("", "esenzione", exemption(&before.head), exemption(head));
    note("", "suggerita", yes_no(before.head.suggested), yes_no(head.suggested));
    note("", "quesito diagnostico", before.head.diagnosis_text.clone(), head.diagnosis_text.clone());
    let mut left: Vec<&NewItem> = items.to_vec();
    let mut taken_out = Vec::new();
    for old in &before.items {
        // A correction keeps the package; what is no more there was taken out.
        let Some(place) = left.iter().position(|new| (&new.aic, &new.label) == (&old.aic, &old.label)) else {
            taken_out.push(old.label.clone());
            continue;
        };
        let new = left.remove(place);
        let drug = &new.label;
        note(drug, "pezzi", old.pieces.to_string(), new.pieces.to_string());
        note(drug, "posologia", old.posology.clone(), new.posology.clone());
        note(drug, "nota AIFA", old.note_code.clone(), new.note_code.clone());
        note(drug, "non sostituibile", yes_no(old.not_substitutable), yes_no(new.not_substitutable));
        note(drug, "motivo", old.motive_text.clone(), new.motive_text.clone());
        note(drug, "piano terapeutico", old.plan().unwrap_or_default(), new.plan().unwrap_or_default());
        note(drug, "solo principio attivo", yes_no(old.by_substance), yes_no(new.by_substance));
        note(drug, "continuativo", yes_no(old.continuous), yes_no(new.continuous));
    }
    let gone = |drug| Change { drug, what: TAKEN_OUT, before: String::new(), after: String::new() };
    found.extend(taken_out.into_iter().map(gone));
    found
}

fn yes_no(on: bool) -> String {
    if on { "sì" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn zimox() -> NewItem {
        NewItem {
            aic: "023086150".into(),
            label: "ZIMOX*12CPR 1G".into(),
            substance: "Amoxicillina".into(),
            atc: "J01CA04".into(),
            group_code: "18B".into(),
            pieces: 1,
            posology: "1 ogni 12 ore".into(),
            ..NewItem::default()
        }
    }

    fn last(item: &NewItem, days: i64) -> LastTherapy {
        LastTherapy {
            patient_id: 7,
            aic: item.aic.clone(),
            atc: item.atc.clone(),
            substance: item.substance.clone(),
            group_code: item.group_code.clone(),
            label: item.label.clone(),
            pieces: item.pieces,
            posology: item.posology.clone(),
            started_on: today() - chrono::TimeDelta::days(days),
        }
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2016, 11, 19).unwrap()
    }

    #[test]
    fn a_drug_never_had_is_the_first_also_beside_other_patients_and_substances() {
        let (mut others, mut paracetamol) = (last(&zimox(), 3), last(&zimox(), 3));
        others.patient_id = 8;
        paracetamol.aic = "012345678".into();
        paracetamol.atc = "N02BE01".into();
        paracetamol.substance = "Paracetamolo".into();
        assert!(compare(7, &zimox(), &[], today()).first);
        assert!(compare(7, &zimox(), &[others, paracetamol], today()).first);
    }

    #[test]
    fn the_same_again_says_only_how_long_ago() {
        let said = compare(7, &zimox(), &[last(&zimox(), 40), last(&zimox(), 7)], today());
        assert_eq!(said, Comparison { days: 7, ..Comparison::default() });
    }

    #[test]
    fn dose_packs_and_posology_are_compared_with_the_latest() {
        let mut half = last(&zimox(), 7);
        half.aic = "023086162".into();
        half.label = "ZIMOX*16CPR 500MG".into();
        half.group_code = "18A".into();
        half.substance = "AMOXICILLINA".into();
        half.atc = String::new();
        half.pieces = 2;
        half.posology = "1 ogni 8 ore".into();
        let said = compare(7, &zimox(), &[last(&zimox(), 40), half.clone()], today());
        assert_eq!(said.other_dose.as_deref(), Some("ZIMOX*16CPR 500MG"));
        assert_eq!((said.other_package, said.other_pieces), (None, Some(2)));
        assert_eq!((said.days, said.other_posology.as_deref()), (7, Some("1 ogni 8 ore")));
        half.group_code = "18B".into();
        let same_group = compare(7, &zimox(), &[half], today());
        assert!(same_group.other_dose.is_none() && same_group.other_package.is_some(), "same group, same strength");
    }

    #[test]
    fn a_correction_is_told_field_by_field() {
        let before = Content { head: Head::default(), items: vec![zimox()] };
        let mut after = zimox();
        after.pieces = 2;
        after.posology = String::new();
        let head = Head { exemption_code: "013".into(), ..Head::default() };
        let told = changes(&before, &head, &[&after]);
        let short: Vec<_> = told.iter().map(|c| (c.what, c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(
            short,
            [("esenzione", "NON ESENTE", "013"), ("pezzi", "1", "2"), ("posologia", "1 ogni 12 ore", "nessuna")]
        );
        assert_eq!(told[1].drug, "ZIMOX*12CPR 1G");
        assert!(changes(&before, &before.head, &[&zimox()]).is_empty());
    }

    #[test]
    fn a_drug_that_was_taken_out_is_told_and_the_others_are_compared_with_themselves() {
        let crestor = NewItem { aic: "035885019".into(), label: "CRESTOR*28CPR RIV 5MG".into(), ..zimox() };
        let before = Content { head: Head::default(), items: vec![zimox(), crestor.clone()] };
        let told = changes(&before, &before.head, &[&crestor]);
        let only =
            Change { drug: "ZIMOX*12CPR 1G".into(), what: TAKEN_OUT, before: String::new(), after: String::new() };
        assert_eq!(told, [only]);
    }
}
