//! One prescription.

use askama::Template;

use super::delivery::{Choices, Delivering, DeliveryLine};
use super::history::HistoryLine;
use super::outcome::{Acts, Outcome};
use super::{ErrorLine, drug_line, state_tag};
use crate::prescriptions::model::{Attempt, Item, Kind, Prescription, State, notes_from_json};
use crate::prescriptions::queries::{HistoryRow, ToldAnswer};
use crate::web::forms::{Choice, FormState};
use crate::web::kit::{DrugLine, Fact, Tag};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::random;

/// What the page script compares, to reload when something has changed; `None` when nothing is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Where to ask.
    pub path: String,
    /// What was shown.
    pub seen: String,
}

/// One prescription as the page needs it.
pub struct Sheet {
    /// Its row.
    pub row: Prescription,
    /// Its drugs.
    pub items: Vec<Item>,
    /// Its history.
    pub history: Vec<HistoryRow>,
    /// Why drugs were sent in spite of an alert.
    pub answers: Vec<ToldAnswer>,
    /// The last exchange with SAC.
    pub last_attempt: Option<Attempt>,
    /// How it reaches the patient.
    pub delivering: Delivering,
}

/// One prescription, alone or under a dialog.
#[derive(Template)]
#[template(path = "prescriptions/show.html")]
pub struct PrescriptionPage {
    pub shell: Shell,
    pub id: i64,
    pub revision: i64,
    /// The day it was made: `19/11/2016`.
    pub day: String,
    pub tag: Tag,
    pub attention: bool,
    pub drugs: Vec<DrugLine>,
    pub facts: Vec<Fact>,
    pub errors: Vec<ErrorLine>,
    pub warnings: Vec<ErrorLine>,
    pub history: Vec<HistoryLine>,
    /// Why drugs were sent in spite of an alert.
    pub answers: Vec<AnswerLine>,
    pub acts: Acts,
    /// What was and is to be delivered.
    pub deliveries: Vec<DeliveryLine>,
    /// The ways to the patient.
    pub choices: Option<Choices>,
    /// Whom to warn of an annulment.
    pub warn: Vec<String>,
    pub record: String,
    pub watch: Option<Watch>,
    /// The outcome, as a dialog.
    pub outcome: Option<Outcome>,
    /// The form of the annulment, as a dialog.
    pub annul: Option<AnnulDialog>,
}

/// Why a drug was sent in spite of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerLine {
    /// The drug; empty when the row is no more.
    pub drug: String,
    /// What was on the screen, and by which rules.
    pub alert: String,
    /// The reason.
    pub reason: String,
    /// `Paolo BORGHETTO, 19/11/2016 alle 09.04`.
    pub who: String,
}

impl AnswerLine {
    fn of(answer: &ToldAnswer, items: &[Item]) -> Self {
        let drug = items.iter().find(|item| item.row_number == answer.row_number);
        Self {
            drug: drug.map(|item| drug_line(item).name).unwrap_or_default(),
            alert: format!("{} ({})", answer.message, answer.edition),
            reason: answer.reason.clone(),
            who: format!("{} {}, {}", answer.name, answer.surname, dates::moment(answer.answered_at)),
        }
    }
}

/// «Annullare la prescrizione?»
pub struct AnnulDialog {
    /// What was chosen and typed.
    pub form: FormState,
    /// The reasons.
    pub reasons: Vec<Choice>,
    /// One-use key.
    pub key: String,
    /// What the patient already has.
    pub warn: Vec<String>,
}

impl PrescriptionPage {
    /// The page of one prescription, without dialog.
    pub fn new(shell: Shell, sheet: &Sheet) -> Self {
        let row = &sheet.row;
        let (errors, warnings) = ErrorLine::split(&notes_from_json::<sac::SacError>(&row.errors));
        let acts = Acts::of(row);
        let watch = acts.refresh.then(|| Watch {
            path: paths::prescription_outcome(row.id),
            seen: seen(&[(row.revision, row.wait_reason.as_str())]),
        });
        Self {
            shell,
            id: row.id,
            revision: row.revision,
            day: kernel::dates::long(kernel::dates::to_rome(row.compiled_at).date()),
            tag: state_tag(row.state),
            attention: row.attention,
            drugs: sheet.items.iter().map(drug_line).collect(),
            facts: facts(row),
            errors,
            warnings,
            history: sheet.history.iter().map(HistoryLine::of).collect(),
            answers: sheet.answers.iter().map(|answer| AnswerLine::of(answer, &sheet.items)).collect(),
            acts,
            deliveries: sheet.delivering.lines(),
            choices: sheet.delivering.choices(row, random::hex_token(16)),
            warn: if row.state == State::Annulled { sheet.delivering.warn(row) } else { Vec::new() },
            record: paths::record(row.patient_id),
            watch,
            outcome: None,
            annul: None,
        }
    }

    /// The same with the outcome over it.
    #[must_use]
    pub fn with_outcome(mut self, sheet: &Sheet) -> Self {
        let outcome = Outcome::of(&sheet.row, &sheet.items, sheet.last_attempt.as_ref());
        self.outcome = Some(outcome.with_delivery(&sheet.row, &sheet.delivering, random::hex_token(16)));
        self.shell = self.shell.with_dialog();
        self
    }

    /// The same with the form of the annulment over it.
    #[must_use]
    pub fn with_annul(mut self, dialog: AnnulDialog) -> Self {
        self.annul = Some(dialog);
        self.shell = self.shell.with_dialog();
        self
    }
}

/// What the page script compares.
pub fn seen(rows: &[(i64, &str)]) -> String {
    rows.iter().map(|(revision, reason)| format!("{revision}{reason}")).collect::<Vec<_>>().join(".")
}

fn facts(row: &Prescription) -> Vec<Fact> {
    let mut facts = vec![Fact::text("Tipo", if row.kind == Kind::Drugs { "Farmaci" } else { "Specialistica" })];
    let exemption = if row.exemption_code.is_empty() { "NON ESENTE" } else { &row.exemption_code };
    facts.push(Fact::text("Esenzione", exemption));
    if !row.diagnosis_text.is_empty() {
        facts.push(Fact::text("Quesito diagnostico", row.diagnosis_text.clone()));
    }
    facts.push(Fact::text("Visita", if row.visit_kind == "D" { "Domicilio" } else { "Ambulatorio" }));
    if row.hide_data {
        facts.push(Fact::text("Oscuramento", "Nome e indirizzo oscurati sul promemoria"));
    }
    if let Some(nre) = &row.nre {
        facts.push(Fact::code("NRE", nre.clone()));
    }
    if !row.auth_code.is_empty() {
        facts.push(Fact::code("Codice di autenticazione", row.auth_code.clone()));
    }
    if let Some(at) = row.registered_at {
        facts.push(Fact::text("Registrata dal SAC", dates::moment(at)));
    }
    if row.wait_reason != crate::prescriptions::model::WaitReason::None {
        facts.push(Fact::text("Perché aspetta", row.wait_reason.label()));
    }
    if !row.annul_reason.is_empty() {
        facts.push(Fact::text("Motivo dell’annullamento", row.annul_reason.clone()));
    }
    facts
}
