//! What surrounds a drug while it is prescribed: the patient's exemptions, problems and allergies, the formulary, the
//! limits of the day; and what they say of it.

use std::collections::HashMap;

use chrono::{Months, TimeDelta};
use diesel::QueryResult;

use super::Moment;
use super::checked::Checked;
use super::law::{Law, motive_over};
use crate::db::Db;
use crate::formulary;
use crate::formulary::model::Listed;
use crate::prescribing::model::{DraftItem, ItemValues};
use crate::prescribing::queries::{self, Already, Key};
use crate::prescribing::rules::drug;
use crate::prescribing::rules::exemption::{self, Decision, Exemption, Facts, Held, Problem, Question};
use crate::prescribing::rules::limits::{self, Allowance};
use crate::prescriptions::model::State;
use crate::record;
use crate::reference;
use crate::reference::model::Class;
use crate::reference::narcotics::Narcotic;
use crate::reference::notes::{NoteBook, Standing};
use crate::safety::{self, Allergen, Assessment, Edition};
use kernel::dates;
use kernel::icd9::Icd9;
use kernel::plan;

/// The record and the tables, as far as the rules need them.
pub(super) struct Surroundings {
    held: Vec<Held>,
    allergies: Vec<Allergen>,
    problems: HashMap<i64, (Problem, bool)>,
    listed: HashMap<String, Listed>,
    law: Law,
    /// Packages and groups of the drugs the patient has used for six months.
    used: Vec<(String, String)>,
    already: Vec<Already>,
    at: Moment,
}

/// For how long a drug must have been used before more of it fits in one prescription (DL 347/2001 art. 9 c. 1-bis).
const STABLE_AFTER: Months = Months::new(6);

/// How far back a prescription that still waits is looked for.
const WAITING_FOR: TimeDelta = TimeDelta::days(30);

impl Surroundings {
    pub(super) fn load(conn: &mut Db, key: Key, wanted: (&[&str], &[i64]), at: Moment) -> QueryResult<Self> {
        let listed = formulary::queries::list_by_aics(conn, wanted.0)?;
        let problems = queries::list_problems_by_ids(conn, key.owner, key.patient, wanted.1)?;
        let allergies = record::queries::list_allergies(conn, key.owner, key.patient, false)?;
        let law = Law::load(conn, key.owner, at.today)?;
        let used = match at.today.checked_sub_months(STABLE_AFTER) {
            Some(day) if law.limits.know(limits::STABLE) => queries::list_used_since(conn, key, day)?,
            _ => Vec::new(),
        };
        Ok(Self {
            held: load_held(conn, key)?,
            allergies: allergies.iter().map(|row| row.values.allergen()).collect(),
            problems: problems
                .into_iter()
                .map(|row| (row.id, (problem_of(&row), row.values.removed_on.is_none())))
                .collect(),
            listed: listed.into_iter().map(|row| (row.package.aic.clone(), row)).collect(),
            law,
            used,
            already: queries::list_already(conn, key, wanted.0, at.now - WAITING_FOR)?,
            at,
        })
    }

    /// The exemption, its reason and the pack limit of one drug.
    pub(super) fn decide(&self, item: &ItemValues) -> (Result<Decision, exemption::Refusal>, Allowance) {
        let problem = item.problem_id.and_then(|id| self.problems.get(&id)).map(|(problem, _)| problem);
        let narcotic = self.narcotic(item).is_some_and(|narcotic| narcotic.pain == Some(true));
        let question = Question { day: self.at.today, problem, atc: &item.atc, narcotic };
        let decision = exemption::decide(&item.choice(), &self.held, &question);
        let none = Exemption::none();
        let exemption = decision.as_ref().map_or(&none, |decision| &decision.exemption);
        let stable = self.is_stable(item);
        let case = limits::Case { category: &item.limit_category, exemption, narcotic, stable };
        let allowance = self.law.limits.of_drug(&case);
        (decision, allowance)
    }

    /// What is known of the drug as a narcotic.
    pub(super) fn narcotic(&self, item: &ItemValues) -> Option<Narcotic> {
        self.law.narcotic(item.noted(), self.listed(&item.aic).map(|listed| &listed.package))
    }

    /// Whether the patient has used the drug for six months: the package, or one that stands for it.
    fn is_stable(&self, item: &ItemValues) -> bool {
        let same = |(aic, group): &(String, String)| {
            (!aic.is_empty() && *aic == item.aic) || (!group.is_empty() && *group == item.group_code)
        };
        self.used.iter().any(same)
    }

    /// The law of the day.
    pub(super) const fn law(&self) -> &Law {
        &self.law
    }

    /// The exemptions of the patient valid today, for the field: code and description, each code once.
    pub(super) fn valid_exemptions(&self) -> Vec<(String, String)> {
        let mut valid: Vec<(String, String)> = Vec::new();
        for row in self.held.iter().filter(|row| row.valid_on(self.at.today)) {
            if valid.iter().all(|(code, _)| *code != row.code) {
                valid.push((row.code.clone(), row.description.clone()));
            }
        }
        valid
    }

    /// A problem of the patient, if it is still in the record.
    pub(super) fn open_problem(&self, id: i64) -> Option<&Problem> {
        self.problems.get(&id).filter(|(_, there)| *there).map(|(problem, _)| problem)
    }

    /// AIFA's notes of today.
    pub(super) fn notes(&self) -> &NoteBook {
        self.law.notes()
    }

    /// What the formulary in use says of a package.
    pub(super) fn listed(&self, aic: &str) -> Option<&Listed> {
        self.listed.get(aic)
    }

    /// Everything found about one drug of the basket.
    pub(super) fn check(&self, mut item: DraftItem) -> Checked {
        let listed = self.listed.get(&item.values.aic);
        if let Some(listed) = listed {
            item.values.take_facts(&listed.package);
        }
        let noted = renew_note(self.law.notes(), &mut item.values);
        let (decision, allowance) = self.decide(&item.values);
        let mut blocks = Vec::new();
        let mut warnings = self.warnings(&item.values, listed);
        match noted {
            Noticed::Nothing => {}
            Noticed::Worth(text) => warnings.push(text),
            Noticed::Block(text) => blocks.push(text),
        }
        blocks.extend(ssn_refusal(listed, &item.values.class));
        if !item.values.complete {
            blocks.push("Completa i dati della prescrizione.".to_owned());
        }
        if let Err(wrong) = drug::check_wording(&item.values.wording()) {
            blocks.push(wrong.to_string());
        }
        if let Err(refusal) = &decision {
            blocks.push(refusal.to_string());
        }
        let motive_text = self.motive(&item.values, &mut blocks);
        match plan::standing(&item.values.plan_protocol, item.values.plan_ends_on, self.at.today) {
            plan::Standing::Good => {}
            plan::Standing::Ending(text) => warnings.push(text),
            plan::Standing::Over(text) => blocks.push(format!("{text} Scrivi quello nuovo.")),
        }
        let for_pain = decision.as_ref().is_ok_and(Decision::is_for_pain);
        let reason_note = self.narcotic_note(&item.values, for_pain, (&mut blocks, &mut warnings));
        let problem = item.values.problem_id.and_then(|id| self.problems.get(&id));
        let patient_pays = listed
            .filter(|_| !item.values.by_substance)
            .and_then(|listed| listed.package.patient_pays(listed.package.reference_cents))
            .map(|cents| cents.0);
        Checked {
            safety: self.assess(&item.values),
            warnings,
            note_sent: self.law.notes().sent_as(&item.values.note_code),
            motive_text,
            reason_note,
            decision: decision.ok(),
            allowance,
            problem: problem.map(|(problem, _)| problem.description.clone()),
            patient_pays,
            blocks,
            item,
        }
    }

    /// What the chosen motive says.
    fn motive(&self, item: &ItemValues, blocks: &mut Vec<String>) -> String {
        if !item.not_substitutable || item.motive_code.is_empty() {
            return String::new();
        }
        if self.law.is_motive_over(&item.motive_code) {
            blocks.push(motive_over(&item.motive_code));
        }
        self.law.motive(&item.motive_code)
    }

    /// What goes into `motivazNote` for a narcotic, and what speaks against sending it.
    fn narcotic_note(
        &self,
        item: &ItemValues,
        for_pain: bool,
        (blocks, warnings): (&mut Vec<String>, &mut Vec<String>),
    ) -> String {
        let Some(narcotic) = self.narcotic(item) else { return String::new() };
        let case = self.law.case(&narcotic, for_pain, &item.posology);
        // What is not filled in yet is not judged.
        if item.complete {
            blocks.extend(case.refusals().iter().map(ToString::to_string));
        }
        warnings.extend(case.remark());
        case.note()
    }

    /// Whether the patient has, or is about to have, the same package today.
    fn twice(&self, item: &ItemValues) -> Option<&'static str> {
        let others = self.already.iter().filter(|row| row.aic == item.aic && Some(row.id) != item.copied_from);
        let says = |row: &Already| match row.state {
            State::Pending => Some("La stessa confezione aspetta già la convalida del medico."),
            State::Accepted if dates::to_rome(row.created_at).date() == self.at.today => {
                Some("La stessa confezione è già stata prescritta oggi.")
            }
            State::Accepted => None,
            _ => Some("La stessa confezione è già in una ricetta in corso di invio."),
        };
        others.into_iter().find_map(says)
    }

    /// What the patient's facts say against the drug.
    pub(super) fn assess(&self, item: &ItemValues) -> Assessment {
        let facts = safety::Facts { drug: item.drug_facts().checked(), allergies: &self.allergies };
        safety::assess(&facts, Edition::shipped(), self.at.today)
    }

    pub(super) fn warnings(&self, item: &ItemValues, listed: Option<&Listed>) -> Vec<String> {
        let mut warnings = Vec::new();
        warnings.extend(self.twice(item).map(str::to_owned));
        match item.problem_id.map(|id| self.problems.get(&id)) {
            Some(Some((_, true))) | None => {}
            Some(_) => warnings.push("Il problema associato non è più nella cartella.".to_owned()),
        }
        if listed.is_none() {
            warnings.push("Non è nel prontuario in uso: controlla che sia ancora in commercio.".to_owned());
        }
        warnings
    }
}

/// What is to be said of a drug's note.
pub(super) enum Noticed {
    Nothing,
    /// It can be issued all the same.
    Worth(String),
    /// It cannot until another was chosen.
    Block(String),
}

/// Puts the note of today in the place of one that is over, and says so; says also that one is missing.
pub(super) fn renew_note(notes: &NoteBook, item: &mut ItemValues) -> Noticed {
    match notes.judge(&item.note_code, item.noted()) {
        Standing::Good => Noticed::Nothing,
        Standing::Missing(codes) => Noticed::Worth(missing_note(&codes)),
        Standing::Replaced { by, why } => {
            item.note_code = by;
            Noticed::Worth(why)
        }
        Standing::Over(why) => {
            item.note_code = String::new();
            Noticed::Worth(why)
        }
        Standing::Choose(why) => Noticed::Block(why),
    }
}

/// That a drug goes without a note though these exist for it.
pub(super) fn missing_note(codes: &[String]) -> String {
    let (noun, verb) = if codes.len() == 1 { ("la nota", "esiste") } else { ("le note", "esistono") };
    format!("Senza nota AIFA: per questo principio attivo {verb} {noun} {}.", codes.join(", "))
}

/// Whether the SSN pays: the formulary in use says; a package it no longer has is judged by the class it had.
pub(super) fn ssn_refusal(listed: Option<&Listed>, class: &str) -> Option<String> {
    match listed {
        Some(listed) => listed.ssn_refusal().map(str::to_owned),
        None if Class::from_text(class) == Some(Class::A) => None,
        None => Some("Non è nel prontuario in uso e non risulta in classe A: non va su una ricetta SSN.".to_owned()),
    }
}

fn problem_of(row: &record::model::Problem) -> Problem {
    Problem { code: Icd9::parse(&row.values.icd9_code).ok(), description: row.values.description.clone() }
}

/// The patient's exemptions with what the catalogue says of each.
fn load_held(conn: &mut Db, key: Key) -> QueryResult<Vec<Held>> {
    let rows = record::queries::list_exemptions(conn, key.owner, key.patient, false)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = rows.iter().map(|row| row.values.code.clone()).collect();
    let catalogue = reference::queries::list_exemptions(conn, &codes)?;
    let diagnoses = reference::queries::list_exemption_diagnoses(conn, &codes)?;
    let facts = |code: &str| {
        let known = catalogue.iter().find(|known| known.code == code)?;
        let own = diagnoses.iter().filter(|row| row.exemption_code == code);
        Some(Facts {
            kind: known.exemption_kind(),
            covers_drugs: known.covers_drugs,
            diagnoses: own.filter_map(|row| Icd9::parse(&row.icd9_prefix).ok()).collect(),
        })
    };
    let held = |row: record::model::Exemption| Held {
        facts: facts(&row.values.code),
        code: row.values.code,
        description: row.values.description,
        valid_from: row.values.valid_from,
        valid_to: row.values.valid_to,
    };
    Ok(rows.into_iter().map(held).collect())
}
