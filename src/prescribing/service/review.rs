//! The basket as it would be issued now: every drug checked against the formulary, the record and the limits of today,
//! then split into prescriptions.

use std::collections::HashMap;

use diesel::QueryResult;

use super::Moment;
use crate::db::Db;
use crate::formulary;
use crate::formulary::model::{Class, Listed};
use crate::identity::model::{DoctorProfile, User};
use crate::kernel::icd9::Icd9;
use crate::prescribing::model::{Draft, DraftItem, ItemValues};
use crate::prescribing::queries::{self, Key, PatientFacts};
use crate::prescribing::rules::content::{Content, PrescriptionContent, RowContent};
use crate::prescribing::rules::drug::{self, Allergen};
use crate::prescribing::rules::exemption::{self, Decision, Exemption, Facts, Held, Problem, Question};
use crate::prescribing::rules::limits::{Allowance, Counted, LimitRule, Limits};
use crate::prescribing::rules::split::{self, SplitItem};
use crate::prescriptions::model::{Kind, NewItem, NewPrescription};
use crate::record;
use crate::reference;

/// A drug of the basket with what was found about it.
#[derive(Clone)]
pub struct Checked {
    /// The row, with what the formulary says today.
    pub item: DraftItem,
    /// Its exemption, when it can have one.
    pub decision: Option<Decision>,
    /// How much fits in one prescription.
    pub allowance: Allowance,
    /// Description of its problem.
    pub problem: Option<String>,
    /// What the patient pays for one pack beyond the health service, when known.
    pub patient_pays: Option<i64>,
    /// Why it cannot be issued as it is; empty when it can.
    pub blocks: Vec<String>,
    /// What the doctor should know.
    pub warnings: Vec<String>,
}

/// One prescription to be issued.
#[derive(Clone)]
pub struct Issue {
    /// Its exemption.
    pub exemption: Exemption,
    /// Why that one.
    pub reason: String,
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
    /// The drugs, in basket order.
    pub items: Vec<Checked>,
    /// The prescriptions, of the drugs that can be issued.
    pub issues: Vec<Issue>,
    /// Why there is more than one.
    pub reasons: Vec<String>,
    /// Identifies all of it.
    pub fingerprint: String,
}

impl Review {
    /// Whether every drug can be issued and there is one.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.items.is_empty() && self.items.iter().all(|checked| checked.blocks.is_empty())
    }

    /// A drug by its row.
    #[must_use]
    pub fn item(&self, id: i64) -> Option<&Checked> {
        self.items.iter().find(|checked| checked.item.id == id)
    }
}

/// The record and the tables, as far as the rules need them.
pub(super) struct Surroundings {
    held: Vec<Held>,
    allergies: Vec<Allergen>,
    problems: HashMap<i64, (Problem, bool)>,
    listed: HashMap<String, Listed>,
    limits: Limits,
    at: Moment,
}

/// Loads the basket and works out what would be issued. `None` when there is no basket (or no such patient).
///
/// # Errors
/// A database failure.
pub fn load_review(conn: &mut Db, key: Key, at: Moment) -> QueryResult<Option<Review>> {
    let Some(patient) = queries::find_patient(conn, key.owner, key.patient)? else { return Ok(None) };
    let Some(draft) = queries::find_draft(conn, key)? else { return Ok(None) };
    let items = queries::list_items(conn, draft.id)?;
    let aics: Vec<&str> = items.iter().map(|item| item.values.aic.as_str()).collect();
    let problems: Vec<i64> = items.iter().filter_map(|item| item.values.problem_id).collect();
    let around = Surroundings::load(conn, key, (&aics, &problems), at)?;
    let doctor = queries::find_doctor(conn, key.owner)?;
    let mut items: Vec<Checked> = items.into_iter().map(|item| around.check(item)).collect();
    warn_of_repeats(&mut items);
    let plan = split::split(&splittable(&items));
    let issues: Vec<Issue> =
        plan.prescriptions.iter().map(|planned| issue(planned, &patient, &items, &around)).collect();
    let fingerprint = content(doctor.as_ref(), &patient, &issues).fingerprint();
    Ok(Some(Review { draft, patient, items, issues, reasons: plan.reasons, fingerprint }))
}

impl Surroundings {
    pub(super) fn load(conn: &mut Db, key: Key, wanted: (&[&str], &[i64]), at: Moment) -> QueryResult<Self> {
        let listed = formulary::queries::list_by_aics(conn, wanted.0)?;
        let problems = queries::list_problems_by_ids(conn, key.owner, key.patient, wanted.1)?;
        let allergies = record::queries::list_allergies(conn, key.owner, key.patient, false)?;
        Ok(Self {
            held: load_held(conn, key)?,
            allergies: allergies
                .into_iter()
                .map(|row| Allergen { substance: row.values.substance, atc_prefix: row.values.atc_prefix })
                .collect(),
            problems: problems
                .into_iter()
                .map(|row| (row.id, (problem_of(&row), row.values.removed_on.is_none())))
                .collect(),
            listed: listed.into_iter().map(|row| (row.package.aic.clone(), row)).collect(),
            limits: load_limits(conn, at)?,
            at,
        })
    }

    /// The exemption, its reason and the pack limit of one drug.
    pub(super) fn decide(&self, item: &ItemValues) -> (Result<Decision, exemption::Refusal>, Allowance) {
        let problem = item.problem_id.and_then(|id| self.problems.get(&id)).map(|(problem, _)| problem);
        let question = Question { day: self.at.today, problem, atc: &item.atc };
        let decision = exemption::decide(&item.choice(), &self.held, &question);
        let none = Exemption::none();
        let exemption = decision.as_ref().map_or(&none, |decision| &decision.exemption);
        let allowance = self.limits.of_drug(&item.limit_category, exemption);
        (decision, allowance)
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

    /// What the formulary in use says of a package.
    pub(super) fn listed(&self, aic: &str) -> Option<&Listed> {
        self.listed.get(aic)
    }

    fn check(&self, mut item: DraftItem) -> Checked {
        let listed = self.listed.get(&item.values.aic);
        if let Some(listed) = listed {
            item.values.take_facts(&listed.package);
        }
        let (decision, allowance) = self.decide(&item.values);
        let mut blocks = Vec::new();
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
        let problem = item.values.problem_id.and_then(|id| self.problems.get(&id));
        let patient_pays = listed
            .filter(|_| !item.values.by_substance)
            .and_then(|listed| listed.package.patient_pays(listed.package.reference_cents))
            .map(|cents| cents.0);
        Checked {
            warnings: self.warnings(&item.values, listed),
            decision: decision.ok(),
            allowance,
            problem: problem.map(|(problem, _)| problem.description.clone()),
            patient_pays,
            blocks,
            item,
        }
    }

    pub(super) fn warnings(&self, item: &ItemValues, listed: Option<&Listed>) -> Vec<String> {
        let mut warnings = Vec::new();
        warnings.extend(drug::allergy_warning(&self.allergies, &item.drug_facts()));
        match item.problem_id.map(|id| self.problems.get(&id)) {
            Some(Some((_, true))) | None => {}
            Some(_) => warnings.push("Il problema associato non è più nella cartella.".to_owned()),
        }
        match listed {
            None => warnings.push("Non è nel prontuario in uso: controlla che sia ancora in commercio.".to_owned()),
            Some(listed) if item.note_code.is_empty() && !listed.package.note_code.is_empty() => {
                let notes: Vec<&str> = listed.package.notes().collect();
                warnings
                    .push(format!("Senza nota AIFA: per questo principio attivo esiste la nota {}.", notes.join(", ")));
            }
            Some(_) => {}
        }
        warnings
    }
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

fn load_limits(conn: &mut Db, at: Moment) -> QueryResult<Limits> {
    use reference::model::limit;
    let rule = |row: reference::model::PrescribingLimit| {
        let counted = match row.kind.as_str() {
            limit::PACKS => Counted::Packs,
            limit::DAYS => Counted::Days,
            _ => return None,
        };
        Some(LimitRule {
            category: row.category,
            counted,
            most: u32::try_from(row.max_total).ok()?,
            max_rows: u32::try_from(row.max_rows).ok()?,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        })
    };
    let rows = reference::queries::list_limits(conn, at.today)?;
    Ok(Limits::on(at.today, rows.into_iter().filter_map(rule)))
}

fn warn_of_repeats(items: &mut [Checked]) {
    let facts: Vec<_> = items.iter().map(|checked| checked.item.values.clone()).collect();
    let drugs: Vec<_> = facts.iter().map(ItemValues::drug_facts).collect();
    for (checked, warning) in items.iter_mut().zip(drug::duplicate_warnings(&drugs)) {
        checked.warnings.extend(warning);
    }
}

fn splittable(items: &[Checked]) -> Vec<SplitItem> {
    let fit = items.iter().filter(|checked| checked.blocks.is_empty());
    fit.filter_map(|checked| {
        Some(SplitItem {
            id: checked.item.id,
            packs: u32::try_from(checked.item.values.pieces).ok()?,
            exemption: checked.decision.as_ref()?.exemption.clone(),
            suggested: checked.item.values.suggested,
            allowance: checked.allowance,
        })
    })
    .collect()
}

fn issue(planned: &split::Planned, patient: &PatientFacts, items: &[Checked], around: &Surroundings) -> Issue {
    let find = |id: i64| items.iter().find(|checked| checked.item.id == id);
    let rows: Vec<(&Checked, u32)> = planned.rows.iter().filter_map(|(id, packs)| Some((find(*id)?, *packs))).collect();
    let reason =
        rows.first().and_then(|(checked, _)| checked.decision.as_ref()).map(|decision| decision.reason.clone());
    let (diagnosis_code, diagnosis_text) = common_diagnosis(&rows, around);
    Issue {
        exemption: planned.exemption.clone(),
        reason: reason.unwrap_or_default(),
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
            copied_from: rows.iter().find_map(|(checked, _)| checked.item.values.copied_from),
            items: rows.iter().map(|(checked, packs)| row_of(&checked.item, *packs)).collect(),
        },
    }
}

/// The diagnosis of a prescription all of whose drugs are for the same coded problem; optional for drugs, so none else.
fn common_diagnosis(rows: &[(&Checked, u32)], around: &Surroundings) -> (String, String) {
    let mut ids = rows.iter().map(|(checked, _)| checked.item.values.problem_id);
    let first = ids.next().flatten();
    let problem = first.filter(|id| ids.all(|other| other == Some(*id))).and_then(|id| around.problems.get(&id));
    match problem {
        Some((Problem { code: Some(code), description }, true)) => (code.to_string(), description.clone()),
        _ => Default::default(),
    }
}

fn row_of(item: &DraftItem, packs: u32) -> NewItem {
    let values = item.values.clone();
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
            item.posology.clone(),
            item.motive_code.clone(),
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
            ]),
        ),
        prescriptions: issues.iter().map(prescription).collect(),
    }
}
