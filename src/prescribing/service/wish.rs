//! What somebody wants of one drug, judged the same way whether a form or a program says it.

use super::item::ItemContext;
use crate::prescribing::model::{ItemValues, POSOLOGY_MAX};
use crate::prescribing::rules::drug::{self, WordingError};
use crate::prescribing::rules::exemption::Choice;
use crate::reference::notes::Standing;
use kernel::plan::{self, Part};
use kernel::text;

/// The data of one drug, as wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Packs; `None` when what was typed is no number.
    pub pieces: Option<i64>,
    /// How it is taken.
    pub posology: String,
    /// `auto`, `none` or a code.
    pub exemption_choice: String,
    /// A problem of the patient.
    pub problem: WishedProblem,
    /// Drug of a chronic therapy.
    pub continuous: bool,
    /// On a specialist's advice.
    pub suggested: bool,
    /// AIFA note; empty for none.
    pub note_code: String,
    /// By active substance only.
    pub by_substance: bool,
    /// The brand may not be replaced.
    pub not_substitutable: bool,
    /// Why it may not.
    pub motive_code: String,
    /// Protocol of the therapeutic plan; empty for none.
    pub plan_protocol: String,
    /// Its last day, as typed.
    pub plan_ends_on: String,
}

/// The problem a drug is for, as wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WishedProblem {
    /// None.
    #[default]
    None,
    /// This one.
    Id(i64),
    /// What was sent names no problem at all.
    Unreadable,
}

/// Where a wish is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WishField {
    /// Packs.
    Pieces,
    /// How it is taken.
    Posology,
    /// The problem.
    Problem,
    /// AIFA note.
    Note,
    /// Brand or substance.
    Wording,
    /// Why the brand may not be replaced.
    Motive,
    /// The exemption.
    Exemption,
    /// Protocol of the therapeutic plan.
    Plan,
    /// Last day of the plan.
    PlanEnd,
}

impl Wish {
    /// What the row shall say, and what is wrong with it, in words for who typed it.
    pub fn read(&self, context: &ItemContext) -> (ItemValues, Vec<(WishField, String)>) {
        let mut values = context.item.values.clone();
        let mut wrong = Vec::new();
        values.complete = true;
        values.continuous = self.continuous;
        values.suggested = self.suggested;
        match self.pieces {
            Some(pieces) if (1..=9).contains(&pieces) => values.pieces = pieces,
            _ => wrong.push((WishField::Pieces, "Scrivi un numero da 1 a 9".to_owned())),
        }
        // Line ends are only how the text was typed: on the prescription it is one line.
        let flat: String = self.posology.split_whitespace().collect::<Vec<_>>().join(" ");
        match text::one_line(&flat, POSOLOGY_MAX) {
            Ok(posology) => values.posology = posology,
            Err(_) => wrong.push((
                WishField::Posology,
                format!("Scrivi al massimo {POSOLOGY_MAX} caratteri, senza segni speciali"),
            )),
        }
        if wrong.iter().all(|(field, _)| *field != WishField::Posology) {
            wrong.extend(context.lacks_posology(&values).map(|refusal| (WishField::Posology, refusal.to_string())));
        }
        self.read_problem(context, &mut values, &mut wrong);
        self.read_note(context, &mut values, &mut wrong);
        self.read_wording(context, &mut values, &mut wrong);
        match plan::read(&self.plan_protocol, &self.plan_ends_on) {
            Ok(plan) => (values.plan_protocol, values.plan_ends_on) = plan,
            Err((Part::Protocol, why)) => wrong.push((WishField::Plan, why)),
            Err((Part::Day, why)) => wrong.push((WishField::PlanEnd, why)),
        }
        values.exemption_choice = Choice::from_text(&self.exemption_choice).as_text().to_owned();
        if let (Err(refusal), _) = context.decide(&values) {
            wrong.push((WishField::Exemption, refusal.to_string()));
        }
        (values, wrong)
    }

    fn read_problem(&self, context: &ItemContext, values: &mut ItemValues, wrong: &mut Vec<(WishField, String)>) {
        match self.problem {
            WishedProblem::None => values.problem_id = None,
            WishedProblem::Id(id) if context.problems.iter().any(|problem| problem.0 == id) => {
                values.problem_id = Some(id);
            }
            _ => wrong.push((WishField::Problem, "Scegli un problema dell’elenco".to_owned())),
        }
    }

    fn read_note(&self, context: &ItemContext, values: &mut ItemValues, wrong: &mut Vec<(WishField, String)>) {
        let wanted = &self.note_code;
        let offered = context.notes.iter().any(|note| note.code == *wanted);
        if wanted.is_empty() || offered || *wanted == values.note_code {
            values.note_code.clone_from(wanted);
            return;
        }
        let why = match context.note_book().judge(wanted, values.noted()) {
            Standing::Replaced { why, .. } | Standing::Over(why) | Standing::Choose(why) => why,
            Standing::Good | Standing::Missing(_) => "Scegli una nota dell’elenco".to_owned(),
        };
        wrong.push((WishField::Note, why));
    }

    fn read_wording(&self, context: &ItemContext, values: &mut ItemValues, wrong: &mut Vec<(WishField, String)>) {
        values.by_substance = self.by_substance;
        values.not_substitutable = self.not_substitutable;
        let motive = Some(&self.motive_code).filter(|_| values.not_substitutable);
        values.motive_code = motive.cloned().unwrap_or_default();
        if motive.is_some_and(|code| !code.is_empty() && context.motives.iter().all(|row| row.code != *code)) {
            wrong.push((WishField::Motive, "Scegli un motivo dell’elenco".to_owned()));
        }
        if let Err(refusal) = drug::check_wording(&values.wording()) {
            let field = if refusal == WordingError::NoMotive { WishField::Motive } else { WishField::Wording };
            wrong.push((field, refusal.to_string()));
        }
    }
}
