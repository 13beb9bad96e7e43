//! What the browser posts while prescribing, and its meaning.

use serde::Deserialize;

use super::model::{ItemValues, VisitKind};
use super::service::{ItemContext, Picked, Wish, WishField, WishedProblem};
use crate::web::forms::FormState;
use kernel::dates;

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

/// Value of the button that takes a drug out of a prescription which waits for the doctor.
pub const TAKE_OUT: &str = "togli";

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
    /// PIANO TERAPEUTICO: its protocol.
    pub piano: String,
    /// Its last day.
    pub piano_fino: String,
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
            ("piano", values.plan_protocol.clone()),
            ("piano_fino", values.plan_ends_on.map(dates::iso).unwrap_or_default()),
        ];
        FormState::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))
    }

    /// What the row shall say; what is wrong goes into `form`, beside its field.
    pub fn read(&self, context: &ItemContext, form: &mut FormState) -> ItemValues {
        let own = self.posologia == OWN_POSOLOGY;
        let posology = if own { &self.testo_posologia } else { &self.posologia };
        let wish = Wish {
            pieces: self.pezzi.trim().parse().ok(),
            posology: posology.clone(),
            exemption_choice: self.esenzione.clone(),
            problem: match (self.problema.as_str(), self.problema.parse()) {
                ("", _) => WishedProblem::None,
                (_, Ok(id)) => WishedProblem::Id(id),
                (_, Err(_)) => WishedProblem::Unreadable,
            },
            continuous: !self.continuativo.is_empty(),
            suggested: !self.suggerito.is_empty(),
            note_code: self.nota.clone(),
            by_substance: self.modo == BY_SUBSTANCE,
            not_substitutable: self.modo == BRAND_ONLY,
            motive_code: self.motivo.clone(),
            plan_protocol: self.piano.clone(),
            plan_ends_on: self.piano_fino.clone(),
        };
        let (values, mut wrong) = wish.read(context);
        let told = wrong.iter().any(|(field, _)| *field == WishField::Posology);
        if own && posology.trim().is_empty() && !told {
            // In the order of the form: after the packs.
            let place = wrong.iter().take_while(|(field, _)| *field == WishField::Pieces).count();
            wrong.insert(place, (WishField::Posology, "Scrivi la posologia o scegline una dall’elenco".to_owned()));
        }
        for (field, why) in wrong {
            form.error(field_name(field, own), why);
        }
        values
    }
}

/// The field of the form; `own`: the posology is written freely.
const fn field_name(field: WishField, own: bool) -> &'static str {
    match field {
        WishField::Pieces => "pezzi",
        WishField::Posology if own => "testo_posologia",
        WishField::Posology => "posologia",
        WishField::Problem => "problema",
        WishField::Note => "nota",
        WishField::Wording => "modo",
        WishField::Motive => "motivo",
        WishField::Exemption => "esenzione",
        WishField::Plan => "piano",
        WishField::PlanEnd => "piano_fino",
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
    pub fn fill(visit: VisitKind, hide_data: bool) -> FormState {
        let oscura = if hide_data { "true" } else { "" };
        let pairs = [("visita", visit.as_str()), ("oscura", oscura)];
        FormState::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    /// Kind of visit and whether the data are hidden; what is wrong goes into `form`.
    pub fn options(&self, form: &mut FormState) -> Option<(VisitKind, bool)> {
        let Some(visit) = VisitKind::from_text(&self.visita) else {
            form.error("visita", "Scegli dove hai visitato l’assistito");
            return None;
        };
        Some((visit, !self.oscura.is_empty()))
    }
}
