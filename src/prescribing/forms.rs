//! What the browser posts while prescribing, and its meaning.

use serde::Deserialize;

use super::model::{ItemValues, POSOLOGY_MAX, VisitKind};
use super::rules::drug::{self, WordingError};
use super::rules::exemption::Choice;
use super::service::{ItemContext, Picked};
use crate::kernel::text;
use crate::web::forms::FormState;

/// A form with buttons only.
#[derive(Debug, Deserialize)]
pub struct NoFields {}

/// The selection of the formulary page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PickForm {
    /// The packages ticked.
    pub aic: Vec<String>,
    /// «Non sostituibile».
    pub nonsost: String,
    /// «Stampa solo P.A.».
    pub solopa: String,
    /// The problem the record was looked at through.
    pub problema: String,
}

impl PickForm {
    /// The packages, each once, in the order ticked.
    #[must_use]
    pub fn picked(self) -> Picked {
        let mut aics: Vec<String> = Vec::new();
        for aic in self.aic {
            if !aic.is_empty() && !aics.contains(&aic) {
                aics.push(aic);
            }
        }
        Picked {
            aics,
            not_substitutable: !self.nonsost.is_empty(),
            by_substance: !self.solopa.is_empty(),
            problem: self.problema.parse().ok(),
        }
    }
}

/// The therapies ticked in the record.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RepeatForm {
    /// Ids.
    pub ripeti: Vec<i64>,
}

/// Posted by «Correggi e reinvia».
#[derive(Clone, Debug, Deserialize)]
pub struct CorrectForm {
    /// The prescription's revision on that page.
    pub revisione: i64,
}

/// Where to go after a drug was taken out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    /// `prontuario`, or anything else for the review.
    pub verso: String,
}

/// Dati prescrizione.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemForm {
    /// NUMERO PEZZI.
    pub pezzi: String,
    /// POSOLOGIA: a text of the list, empty, or [`OWN_POSOLOGY`].
    pub posologia: String,
    /// TESTO LIBERO POSOLOGIA.
    pub testo_posologia: String,
    /// ESENZIONE: `auto`, `none` or a code.
    pub esenzione: String,
    /// PROBLEMA ASSOCIATO: an id, or empty.
    pub problema: String,
    /// FARMACO CONTINUATIVO.
    pub continuativo: String,
    /// SUGGERITO.
    pub suggerito: String,
    /// NOTA AIFA.
    pub nota: String,
    /// How it is written: [`BY_BRAND`], [`BRAND_ONLY`] or [`BY_SUBSTANCE`].
    pub modo: String,
    /// Why the brand may not be replaced.
    pub motivo: String,
    /// The button: empty for OK, [`COMPUTE`].
    pub azione: String,
    /// The prescription's revision on the page, when it waits for the doctor.
    pub revisione: Option<i64>,
}

/// POSOLOGIA PERSONALE.
pub const OWN_POSOLOGY: &str = "personale";
/// A brand that the pharmacist may replace.
pub const BY_BRAND: &str = "confezione";
/// Non sostituibile.
pub const BRAND_ONLY: &str = "nonsost";
/// Stampa solo P.A.
pub const BY_SUBSTANCE: &str = "solopa";
/// The button that only works out the exemption.
pub const COMPUTE: &str = "calcola";

impl ItemForm {
    /// The form as the row fills it.
    #[must_use]
    pub fn fill(values: &ItemValues, posologies: &[String]) -> FormState {
        let own = !values.posology.is_empty() && !posologies.contains(&values.posology);
        let mode = if values.by_substance {
            BY_SUBSTANCE
        } else if values.not_substitutable {
            BRAND_ONLY
        } else {
            BY_BRAND
        };
        let flag = |on: bool| if on { "true" } else { "" };
        let pairs = [
            ("pezzi", values.pieces.to_string()),
            ("posologia", if own { OWN_POSOLOGY.to_owned() } else { values.posology.clone() }),
            ("testo_posologia", if own { values.posology.clone() } else { String::new() }),
            ("esenzione", values.choice().as_text().to_owned()),
            ("problema", values.problem_id.map(|id| id.to_string()).unwrap_or_default()),
            ("continuativo", flag(values.continuous).to_owned()),
            ("suggerito", flag(values.suggested).to_owned()),
            ("nota", values.note_code.clone()),
            ("modo", mode.to_owned()),
            ("motivo", values.motive_code.clone()),
        ];
        FormState::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))
    }

    /// What the row shall say; what is wrong goes into `form`, beside its field.
    #[must_use]
    pub fn read(&self, context: &ItemContext, form: &mut FormState) -> ItemValues {
        let mut values = context.item.values.clone();
        values.complete = true;
        values.continuous = !self.continuativo.is_empty();
        values.suggested = !self.suggerito.is_empty();
        match self.pezzi.trim().parse::<i64>() {
            Ok(pieces) if (1..=9).contains(&pieces) => values.pieces = pieces,
            _ => form.error("pezzi", "Scrivi un numero da 1 a 9"),
        }
        self.read_posology(&mut values, form);
        self.read_problem(context, &mut values, form);
        self.read_note(context, &mut values, form);
        self.read_wording(context, &mut values, form);
        values.exemption_choice = Choice::from_text(&self.esenzione).as_text().to_owned();
        if let (Err(refusal), _) = context.decide(&values) {
            form.error("esenzione", refusal.to_string());
        }
        values
    }

    fn read_posology(&self, values: &mut ItemValues, form: &mut FormState) {
        let (field, written) = if self.posologia == OWN_POSOLOGY {
            ("testo_posologia", &self.testo_posologia)
        } else {
            ("posologia", &self.posologia)
        };
        // Line ends are only how the text was typed: on the prescription it is one line.
        let flat: String = written.split_whitespace().collect::<Vec<_>>().join(" ");
        match text::one_line(&flat, POSOLOGY_MAX) {
            Ok(posology) if posology.is_empty() && self.posologia == OWN_POSOLOGY => {
                form.error(field, "Scrivi la posologia o scegline una dall’elenco");
            }
            Ok(posology) => values.posology = posology,
            Err(_) => form.error(field, format!("Scrivi al massimo {POSOLOGY_MAX} caratteri, senza segni speciali")),
        }
    }

    fn read_problem(&self, context: &ItemContext, values: &mut ItemValues, form: &mut FormState) {
        let wanted = self.problema.parse::<i64>().ok();
        if self.problema.is_empty() {
            values.problem_id = None;
        } else if let Some(found) = context.problems.iter().find(|problem| Some(problem.0) == wanted) {
            values.problem_id = Some(found.0);
        } else {
            form.error("problema", "Scegli un problema dell’elenco");
        }
    }

    fn read_note(&self, context: &ItemContext, values: &mut ItemValues, form: &mut FormState) {
        let offered = |code: &str| context.notes.iter().any(|note| note.code == code);
        if self.nota.is_empty() || offered(&self.nota) || self.nota == values.note_code {
            values.note_code.clone_from(&self.nota);
        } else {
            form.error("nota", "Scegli una nota dell’elenco");
        }
    }

    fn read_wording(&self, context: &ItemContext, values: &mut ItemValues, form: &mut FormState) {
        values.by_substance = self.modo == BY_SUBSTANCE;
        values.not_substitutable = self.modo == BRAND_ONLY;
        let motive = Some(&self.motivo).filter(|_| values.not_substitutable);
        values.motive_code = motive.cloned().unwrap_or_default();
        if motive.is_some_and(|code| !code.is_empty() && context.motives.iter().all(|row| row.code != *code)) {
            form.error("motivo", "Scegli un motivo dell’elenco");
        }
        if let Err(wrong) = drug::check_wording(&values.wording()) {
            let field = if wrong == WordingError::NoMotive { "motivo" } else { "modo" };
            form.error(field, wrong.to_string());
        }
    }
}

/// The review page.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    /// `A` or `D`.
    pub visita: String,
    /// Hide name and address.
    pub oscura: String,
    /// The basket's revision on the page.
    pub revisione: i64,
    /// The fingerprint on the page.
    pub impronta: String,
}

impl Default for ReviewForm {
    fn default() -> Self {
        Self { visita: String::new(), oscura: String::new(), revisione: -1, impronta: String::new() }
    }
}

impl ReviewForm {
    /// The form as the basket fills it.
    #[must_use]
    pub fn fill(visit: VisitKind, hide_data: bool) -> FormState {
        let oscura = if hide_data { "true" } else { "" };
        let pairs = [("visita", visit.as_str()), ("oscura", oscura)];
        FormState::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    /// Kind of visit and whether the data are hidden; what is wrong goes into `form`.
    #[must_use]
    pub fn options(&self, form: &mut FormState) -> Option<(VisitKind, bool)> {
        let Some(visit) = VisitKind::from_text(&self.visita) else {
            form.error("visita", "Scegli dove hai visitato l’assistito");
            return None;
        };
        Some((visit, !self.oscura.is_empty()))
    }
}
