//! What sets the six kinds of entry apart on screen: where their pages are and what stands around the form.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;

use super::regimes;
use crate::db::{Db, Owner};
use crate::record::forms::{
    AllergyForm, DiaryForm, EntryForm, ExemptionForm, InvestigationForm, ProblemForm, TherapyForm,
};
use crate::record::model::{Allergy, DiaryEntry, Exemption, Investigation, Kind, Outcome, Problem, Therapy};
use crate::record::pages::View;
use crate::record::pages::entry::{
    AllergiesPage, DiaryEntryPage, Drug, ExemptionsPage, Frame, InvestigationPage, ProblemPage, TherapyPage,
};
use crate::record::pages::rows::{AllergyLine, ExemptionLine};
use crate::record::queries;
use crate::safety::{Edition, NOT_A_DRUG};
use crate::web::error::AppError;
use crate::web::forms::Choice;
use crate::web::kit::Badge;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::{MenuItem, Shell};
use kernel::dates;

/// The screen of one kind of entry.
pub trait Screen: EntryForm {
    /// Menu entry under which it is.
    const MENU: MenuItem;
    /// Label of the search in the code list; '' when there is none.
    const CATALOGUE: &'static str;
    /// Whether an entry belongs to a problem.
    const HAS_PROBLEM: bool;

    /// What the page shows besides the form.
    type Extra: Send + 'static;

    /// Loads it.
    fn extra(
        conn: &mut Db,
        owner: Owner,
        patient_id: i64,
        entry: Option<&Self::Entry>,
        today: NaiveDate,
    ) -> QueryResult<Self::Extra>;

    /// Draws the page.
    fn page(status: StatusCode, shell: Shell, frame: Frame, extra: Self::Extra) -> Result<HttpResponse, AppError>;

    /// Address of the entry's form; without an entry, of the form for a new one.
    fn here(patient_id: i64, entry: Option<i64>) -> String;
}

/// Part of the address that names a kind.
pub const fn section(kind: Kind) -> &'static str {
    match kind {
        Kind::Problem => "problemi",
        Kind::Therapy => "terapie",
        Kind::Investigation => "accertamenti",
        Kind::Diary => "diario",
        Kind::Allergy => "info-essenziali",
        Kind::Exemption => "esenzioni",
    }
}

/// The kind that a part of an address names.
pub fn kind_of(section_name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| section(*kind) == section_name)
}

/// Where one is after saving or leaving an entry: its panel of the record, or its list.
pub fn home(kind: Kind, patient_id: i64, view: View) -> String {
    match kind {
        Kind::Allergy => paths::allergies(patient_id),
        Kind::Exemption => paths::exemptions(patient_id),
        _ => format!("{}{}#{}", paths::record(patient_id), view.query(), section(kind)),
    }
}

fn draw(status: StatusCode, page: impl Template) -> Result<HttpResponse, AppError> {
    Page::with_status(status, page).render()
}

impl Screen for ProblemForm {
    const MENU: MenuItem = MenuItem::Problems;
    const CATALOGUE: &'static str = "Cerca una diagnosi";
    const HAS_PROBLEM: bool = false;

    type Extra = bool;

    fn extra(_: &mut Db, _: Owner, _: i64, entry: Option<&Problem>, _: NaiveDate) -> QueryResult<bool> {
        Ok(entry.is_some_and(|problem| problem.values.closed_on.is_some()))
    }

    fn page(status: StatusCode, shell: Shell, frame: Frame, closed: bool) -> Result<HttpResponse, AppError> {
        draw(status, ProblemPage { shell, frame, closed })
    }

    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::problem_new(patient_id), |id| paths::problem(patient_id, id))
    }
}

impl Screen for TherapyForm {
    const MENU: MenuItem = MenuItem::Therapies;
    const CATALOGUE: &'static str = "";
    const HAS_PROBLEM: bool = true;

    type Extra = Drug;

    fn extra(conn: &mut Db, _: Owner, _: i64, entry: Option<&Therapy>, _: NaiveDate) -> QueryResult<Drug> {
        let Some(therapy) = entry else { return Ok(Drug::default()) };
        let values = &therapy.values;
        Ok(Drug {
            label: values.label.clone(),
            substance: values.substance.clone(),
            aic: values.aic.clone(),
            badges: Badge::of_drug(&values.class, &values.regime, regimes(conn)?.get(&values.regime)),
            note: values.note_code.clone(),
            by_substance: values.by_substance,
            fixed_pieces: values.prescription_id.map(|_| values.pieces),
            prescription: values.prescription_id.map(paths::prescription),
            suspended: values.suspended_on.map(dates::long).unwrap_or_default(),
        })
    }

    fn page(status: StatusCode, shell: Shell, frame: Frame, drug: Drug) -> Result<HttpResponse, AppError> {
        draw(status, TherapyPage { shell, frame, drug })
    }

    /// A new therapy comes from the formulary.
    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::patient_formulary(patient_id), |id| paths::therapy(patient_id, id))
    }
}

impl Screen for InvestigationForm {
    const MENU: MenuItem = MenuItem::Exams;
    const CATALOGUE: &'static str = "Cerca nel catalogo";
    const HAS_PROBLEM: bool = true;

    type Extra = ();

    fn extra(_: &mut Db, _: Owner, _: i64, _: Option<&Investigation>, _: NaiveDate) -> QueryResult<()> {
        Ok(())
    }

    fn page(status: StatusCode, shell: Shell, frame: Frame, (): ()) -> Result<HttpResponse, AppError> {
        let outcomes = Outcome::ALL.iter().map(|outcome| Choice::new(outcome.as_str(), outcome.label())).collect();
        draw(status, InvestigationPage { shell, frame, outcomes })
    }

    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::investigation_new(patient_id), |id| paths::investigation(patient_id, id))
    }
}

impl Screen for DiaryForm {
    const MENU: MenuItem = MenuItem::Diary;
    const CATALOGUE: &'static str = "";
    const HAS_PROBLEM: bool = true;

    type Extra = ();

    fn extra(_: &mut Db, _: Owner, _: i64, _: Option<&DiaryEntry>, _: NaiveDate) -> QueryResult<()> {
        Ok(())
    }

    fn page(status: StatusCode, shell: Shell, frame: Frame, (): ()) -> Result<HttpResponse, AppError> {
        draw(status, DiaryEntryPage { shell, frame })
    }

    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::diary_new(patient_id), |id| paths::diary_entry(patient_id, id))
    }
}

impl Screen for AllergyForm {
    const MENU: MenuItem = MenuItem::Allergies;
    const CATALOGUE: &'static str = "";
    const HAS_PROBLEM: bool = false;

    type Extra = (Vec<AllergyLine>, Vec<AllergyLine>);

    fn extra(
        conn: &mut Db,
        owner: Owner,
        patient_id: i64,
        _: Option<&Allergy>,
        today: NaiveDate,
    ) -> QueryResult<Self::Extra> {
        let mut lines = |removed| -> QueryResult<Vec<AllergyLine>> {
            let rows = queries::list_allergies(conn, owner, patient_id, removed)?;
            Ok(rows.iter().map(|row| AllergyLine::new(row, today)).collect())
        };
        Ok((lines(false)?, lines(true)?))
    }

    fn page(
        status: StatusCode,
        shell: Shell,
        frame: Frame,
        (rows, removed): Self::Extra,
    ) -> Result<HttpResponse, AppError> {
        let mut groups: Vec<Choice> =
            Edition::shipped().groups().iter().map(|rule| Choice::new(&rule.code, &rule.name)).collect();
        groups.push(Choice::new(NOT_A_DRUG, "Non è un farmaco (lattice, pollini, alimenti)"));
        draw(status, AllergiesPage { shell, frame, rows, removed, groups, rules: Edition::shipped().in_words() })
    }

    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::allergies(patient_id), |id| paths::allergy(patient_id, id))
    }
}

impl Screen for ExemptionForm {
    const MENU: MenuItem = MenuItem::Exemptions;
    const CATALOGUE: &'static str = "Cerca nell’elenco delle esenzioni";
    const HAS_PROBLEM: bool = false;

    type Extra = (Vec<ExemptionLine>, Vec<ExemptionLine>);

    fn extra(
        conn: &mut Db,
        owner: Owner,
        patient_id: i64,
        _: Option<&Exemption>,
        today: NaiveDate,
    ) -> QueryResult<Self::Extra> {
        let unknown = queries::list_unknown_exemptions(conn, owner, patient_id)?;
        let mut lines = |removed| -> QueryResult<Vec<ExemptionLine>> {
            let rows = queries::list_exemptions(conn, owner, patient_id, removed)?;
            Ok(rows.iter().map(|row| ExemptionLine::new(row, today, unknown.contains(&row.id))).collect())
        };
        Ok((lines(false)?, lines(true)?))
    }

    fn page(
        status: StatusCode,
        shell: Shell,
        frame: Frame,
        (rows, removed): Self::Extra,
    ) -> Result<HttpResponse, AppError> {
        draw(status, ExemptionsPage { shell, frame, rows, removed })
    }

    fn here(patient_id: i64, entry: Option<i64>) -> String {
        entry.map_or_else(|| paths::exemptions(patient_id), |id| paths::exemption(patient_id, id))
    }
}
