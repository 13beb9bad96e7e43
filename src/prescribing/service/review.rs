//! The basket as it would be issued now: every drug checked against the formulary, the record and the limits of today,
//! then split into prescriptions.

use diesel::QueryResult;

use super::Moment;
use super::around::Surroundings;
use super::checked::Checked;
use super::origin::{Origin, origins};
use crate::db::Db;
use crate::identity::model::{DoctorProfile, User};
use crate::patients::model::Status;
use crate::prescribing::model::{Draft, ItemValues};
use crate::prescribing::queries::{self, Key, PatientFacts};
use crate::prescribing::rules::content::{Content, PrescriptionContent, RowContent};
use crate::prescribing::rules::drug;
use crate::prescribing::rules::exemption::{Exemption, Problem};
use crate::prescribing::rules::split::{self, SplitItem};
use crate::prescriptions::model::{Kind, NewItem, NewPrescription};
use kernel::dates;

/// Nothing is prescribed to the dead.
pub(super) const DECEASED: &str =
    "Il paziente risulta deceduto: se è un errore, correggi lo «Stato» nei suoi dati anagrafici.";

/// One prescription to be issued.
#[derive(Clone)]
pub struct Issue {
    /// Its exemption.
    pub exemption: Exemption,
    /// Why that one, each reason once: drugs of one prescription may come to it differently.
    pub reasons: Vec<String>,
    /// Basket row and packs, in order.
    pub rows: Vec<(i64, u32)>,
    /// What the pipeline gets; visit and hidden data are the confirmation's.
    pub new: NewPrescription,
}

/// The whole review.
#[derive(Clone)]
pub struct Review {
    /// The basket.
    pub draft: Draft,
    /// The patient.
    pub patient: PatientFacts,
    /// The doctor's region; '' without professional data.
    pub region: String,
    /// The drugs, in basket order.
    pub items: Vec<Checked>,
    /// The prescriptions, of the drugs that can be issued.
    pub issues: Vec<Issue>,
    /// Why there is more than one.
    pub reasons: Vec<String>,
    /// Why what is being corrected was refused.
    pub origins: Vec<Origin>,
    /// Identifies all of it.
    pub fingerprint: String,
}

impl Review {
    /// Whether every drug can be issued and there is one.
    pub fn is_complete(&self) -> bool {
        !self.items.is_empty() && self.items.iter().all(|checked| checked.blocks.is_empty())
    }

    /// A drug by its row.
    pub fn item(&self, id: i64) -> Option<&Checked> {
        self.items.iter().find(|checked| checked.item.id == id)
    }
}

/// Loads the basket and works out what would be issued. `None` when there is no basket (or no such patient).
pub fn load_review(conn: &mut Db, key: Key, at: Moment) -> QueryResult<Option<Review>> {
    let Some(patient) = queries::find_patient(conn, key.owner, key.patient)? else { return Ok(None) };
    let Some(draft) = queries::find_draft(conn, key)? else { return Ok(None) };
    let items = queries::list_items(conn, draft.id)?;
    let aics: Vec<&str> = items.iter().map(|item| item.values.aic.as_str()).collect();
    let problems: Vec<i64> = items.iter().filter_map(|item| item.values.problem_id).collect();
    let around = Surroundings::load(conn, key, (&aics, &problems), at)?;
    let origins = origins(conn, key.owner, &items.iter().map(|item| &item.values).collect::<Vec<_>>())?;
    let mut items: Vec<Checked> = items.into_iter().map(|item| around.check(item)).collect();
    warn_of_repeats(&mut items);
    if patient.status == Status::Deceased {
        items.iter_mut().for_each(|checked| checked.blocks.push(DECEASED.to_owned()));
    }
    if let Some(over) = patient.card_over(at.today) {
        items.iter_mut().for_each(|checked| checked.warnings.push(over.clone()));
    }
    let plan = split::split(&splittable(&items));
    let issues: Vec<Issue> =
        plan.prescriptions.iter().map(|planned| issue(planned, &patient, &items, &around)).collect();
    let fingerprint = content(around.law().doctor.as_ref(), &patient, &issues).fingerprint();
    let region = around.law().doctor.as_ref().map(|(_, profile)| profile.region_code.clone()).unwrap_or_default();
    Ok(Some(Review { draft, patient, region, items, issues, reasons: plan.reasons, origins, fingerprint }))
}

fn warn_of_repeats(items: &mut [Checked]) {
    let facts: Vec<_> = items.iter().map(|checked| checked.item.values.clone()).collect();
    let drugs: Vec<_> = facts.iter().map(ItemValues::drug_facts).collect();
    for (checked, warning) in items.iter_mut().zip(drug::duplicate_warnings(&drugs)) {
        checked.warnings.extend(warning);
    }
}

pub(super) fn splittable(items: &[Checked]) -> Vec<SplitItem> {
    let fit = items.iter().filter(|checked| checked.blocks.is_empty());
    fit.filter_map(|checked| {
        Some(SplitItem {
            id: checked.item.id,
            packs: u32::try_from(checked.item.values.pieces).ok()?,
            exemption: checked.decision.as_ref()?.exemption.clone(),
            suggested: checked.item.values.suggested,
            plan: checked.item.values.plan_protocol.clone(),
            allowance: checked.allowance,
        })
    })
    .collect()
}

pub(super) fn issue(
    planned: &split::Planned,
    patient: &PatientFacts,
    items: &[Checked],
    around: &Surroundings,
) -> Issue {
    let find = |id: i64| items.iter().find(|checked| checked.item.id == id);
    let rows: Vec<(&Checked, u32)> = planned.rows.iter().filter_map(|(id, packs)| Some((find(*id)?, *packs))).collect();
    let mut reasons: Vec<String> = Vec::new();
    for decision in rows.iter().filter_map(|(checked, _)| checked.decision.as_ref()) {
        if !reasons.contains(&decision.reason) {
            reasons.push(decision.reason.clone());
        }
    }
    let (diagnosis_code, diagnosis_text) = common_diagnosis(&rows, around);
    Issue {
        exemption: planned.exemption.clone(),
        reasons,
        rows: planned.rows.clone(),
        new: NewPrescription {
            patient_id: patient.id,
            kind: Kind::Drugs,
            visit_kind: String::new(),
            hide_data: false,
            suggested: planned.suggested,
            exemption_code: planned.exemption.code.clone(),
            income_exempt: planned.exemption.is_of_income(),
            diagnosis_code,
            diagnosis_text,
            plan_protocol: planned.plan.clone(),
            copied_from: rows.iter().find_map(|(checked, _)| checked.item.values.copied_from),
            items: rows.iter().map(|(checked, packs)| row_of(checked, *packs)).collect(),
        },
    }
}

/// The diagnosis of a prescription all of whose drugs are for the same coded problem; optional for drugs, so none else.
fn common_diagnosis(rows: &[(&Checked, u32)], around: &Surroundings) -> (String, String) {
    let mut ids = rows.iter().map(|(checked, _)| checked.item.values.problem_id);
    let first = ids.next().flatten();
    let problem = first.filter(|id| ids.all(|other| other == Some(*id))).and_then(|id| around.open_problem(id));
    match problem {
        Some(Problem { code: Some(code), description }) => (code.to_string(), description.clone()),
        _ => Default::default(),
    }
}

/// A drug of the basket as it stands on a prescription.
pub(super) fn row_of(checked: &Checked, packs: u32) -> NewItem {
    let values = checked.item.values.clone();
    NewItem {
        aic: values.aic,
        label: values.label,
        substance: values.substance,
        atc: values.atc,
        class: values.class,
        regime: values.regime,
        group_code: values.group_code,
        group_description: values.group_description,
        note_code: values.note_code,
        note_sent: checked.note_sent.clone(),
        pieces: i64::from(packs),
        posology: values.posology,
        by_substance: values.by_substance,
        not_substitutable: values.not_substitutable,
        motive_code: if values.not_substitutable { values.motive_code } else { String::new() },
        problem_id: values.problem_id,
        continuous: values.continuous,
        suggested: values.suggested,
        exemption_choice: values.exemption_choice,
        limit_category: values.limit_category,
        price_cents: values.price_cents,
        motive_text: checked.motive_text.clone(),
        reason_note: checked.reason_note.clone(),
        plan_protocol: values.plan_protocol,
        plan_ends_on: values.plan_ends_on,
    }
}

fn content(doctor: Option<&(User, DoctorProfile)>, patient: &PatientFacts, issues: &[Issue]) -> Content {
    let own = |texts: &[&String]| texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>();
    let row = |item: &NewItem| RowContent {
        pieces: item.pieces,
        texts: [
            item.aic.clone(),
            item.label.clone(),
            item.substance.clone(),
            item.group_code.clone(),
            item.group_description.clone(),
            item.note_code.clone(),
            item.note_sent.clone(),
            item.posology.clone(),
            item.motive_code.clone(),
            item.motive_text.clone(),
            item.reason_note.clone(),
            item.plan().unwrap_or_default(),
        ],
        flags: [item.by_substance, item.not_substitutable, item.continuous],
        problem: item.problem_id,
    };
    let prescription = |issue: &Issue| PrescriptionContent {
        exemption: issue.new.exemption_code.clone(),
        income: issue.new.income_exempt,
        suggested: issue.new.suggested,
        diagnosis: (issue.new.diagnosis_code.clone(), issue.new.diagnosis_text.clone()),
        rows: issue.new.items.iter().map(row).collect(),
    };
    Content {
        doctor: doctor.map_or_else(Default::default, |(user, profile)| {
            let texts = [
                &user.fiscal_code,
                &profile.region_code,
                &profile.asl_code,
                &profile.specialization,
                &profile.structure_code,
            ];
            (user.id, own(&texts))
        }),
        patient: (
            patient.id,
            own(&[
                &patient.surname,
                &patient.name,
                &patient.fiscal_code,
                &patient.address,
                &patient.postal_code,
                &patient.city,
                &patient.province,
                &patient.asl_code,
                &patient.foreign_kind,
                &patient.foreign_state,
                &patient.foreign_institution,
                &patient.foreign_number,
                &patient.card_expires_on.map(dates::iso).unwrap_or_default(),
            ]),
        ),
        prescriptions: issues.iter().map(prescription).collect(),
    }
}
