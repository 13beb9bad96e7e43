//! One entry: its form, new or filled, with what helps to fill it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::screens::{Screen, home, section};
use super::{Asked, banner, check_writer, code_list};
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::record::forms::{EntryForm, REVISION};
use crate::record::model::describe::differences;
use crate::record::model::{Entry, EntryValues, Kind, ProblemNames};
use crate::record::pages::View;
use crate::record::pages::entry::{Conflict, Frame, Known, touched};
use crate::record::queries;
use crate::web::error::AppError;
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Acting;
use kernel::random;

pub(super) type ValuesOf<F> = <<F as EntryForm>::Entry as Entry>::Values;

/// Which page is wanted, and what it already knows.
pub(super) struct Want<V> {
    patient_id: i64,
    entry_id: Option<i64>,
    view: View,
    q: String,
    code: String,
    /// The form as typed, when it comes back.
    typed: Option<FormState>,
    status: StatusCode,
    /// What was typed, when somebody else had been faster.
    mine: Option<V>,
}

impl<V> Want<V> {
    pub(super) fn of(patient_id: i64, entry_id: Option<i64>, view: View) -> Self {
        let (q, code) = (String::new(), String::new());
        Self { patient_id, entry_id, view, q, code, typed: None, status: StatusCode::OK, mine: None }
    }

    /// With what stands in the search of the code list.
    pub(super) fn searching(mut self, q: &str) -> Self {
        q.clone_into(&mut self.q);
        self
    }

    /// With a row of the code list put into the form.
    pub(super) fn picking(mut self, code: String) -> Self {
        self.code = code;
        self
    }

    /// The form comes back.
    pub(super) fn again(mut self, status: StatusCode, typed: FormState) -> Self {
        self.status = status;
        self.typed = Some(typed);
        self
    }

    /// The form comes back because `mine` met somebody else's version.
    pub(super) fn against(mut self, typed: FormState, mine: V) -> Self {
        self.mine = Some(mine);
        self.again(StatusCode::CONFLICT, typed)
    }
}

/// A new entry's form.
pub async fn show_new<F: Screen>(
    doctor: Acting,
    path: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    // The list of allergies is on the page of a new one: everybody who works in the archive must see it.
    if F::Entry::KIND != Kind::Allergy {
        check_writer(&doctor, F::Entry::KIND)?;
    }
    show_form::<F>(doctor, (path.into_inner(), None), &asked).await
}

/// An entry's form.
pub async fn show<F: Screen>(
    doctor: Acting,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (patient_id, id) = path.into_inner();
    show_form::<F>(doctor, (patient_id, Some(id)), &asked).await
}

async fn show_form<F: Screen>(
    doctor: Acting,
    (patient_id, entry_id): (i64, Option<i64>),
    asked: &Asked,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    page::<F>(doctor, Want::of(patient_id, entry_id, asked.view()?)).await
}

/// Loads and draws the page of an entry.
pub(super) async fn page<F: Screen>(doctor: Acting, want: Want<ValuesOf<F>>) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (owner, today, status, patient_id) = (doctor.owner(), doctor.today(), want.status, want.patient_id);
    let may_write = check_writer(&doctor, F::Entry::KIND).is_ok();
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, want.patient_id, today)?;
        let entry = match want.entry_id {
            Some(id) => Some(F::Entry::find(conn, owner, want.patient_id, id)?.ok_or(AppError::NotFound)?),
            None => None,
        };
        let extra = F::extra(conn, owner, want.patient_id, entry.as_ref(), today)?;
        let form = form_of::<F>(conn, entry.as_ref(), want.typed, want.view, &want.code, today)?;
        let here = F::here(want.patient_id, want.entry_id);
        let problems = if F::HAS_PROBLEM { choices(conn, owner, want.patient_id, &form)? } else { Vec::new() };
        let mut known = match &entry {
            Some(entry) => Some(known(conn, want.patient_id, entry, may_write)?),
            None => None,
        };
        // A form that comes back for another reason still speaks of the version it was opened at.
        if let (None, Some(known), Ok(opened_at)) = (&want.mine, &mut known, form.value(REVISION).parse()) {
            known.revision = opened_at;
        }
        let conflict = match (want.mine, &entry, &known) {
            (Some(mine), Some(entry), Some(known)) => {
                Some(conflict::<F>(conn, owner, want.patient_id, (entry, known), &mine)?)
            }
            _ => None,
        };
        let catalogue = match F::CATALOGUE {
            "" => None,
            _ => Some(code_list::search::<F>(conn, want.q)?),
        };
        let back = home(F::Entry::KIND, want.patient_id, want.view);
        let frame = Frame {
            patient_id: want.patient_id,
            action: here,
            back,
            form,
            key: random::hex_token(16),
            view: want.view,
            known,
            problems,
            catalogue,
            conflict,
        };
        Ok((banner, frame, extra))
    };
    let (banner, frame, extra) = doctor.read(load).await?;
    doctor.note(Look::at_patient(Act::Record, patient_id)).await?;
    F::page(status, doctor.shell.at(F::MENU).for_patient(banner), frame, extra)
}

/// The form's fields: as typed, as the entry says, or empty; with the picked row of the code list, if there is one.
fn form_of<F: Screen>(
    conn: &mut Db,
    entry: Option<&F::Entry>,
    typed: Option<FormState>,
    view: View,
    code: &str,
    today: NaiveDate,
) -> QueryResult<FormState> {
    let mut form = match (typed, entry) {
        (Some(typed), _) => typed,
        (None, Some(entry)) => F::filled(entry.values()),
        (None, None) => {
            let mut form = F::blank(today);
            form.set("problem_id", view.problem().map(|id| id.to_string()).unwrap_or_default());
            form
        }
    };
    if !code.is_empty() {
        F::pick(conn, code, &mut form)?;
    }
    Ok(form)
}

/// The open problems, and the one already chosen even if it was closed since.
fn choices(conn: &mut Db, owner: Owner, patient_id: i64, form: &FormState) -> QueryResult<Vec<Choice>> {
    let open = queries::list_open_problems(conn, owner, patient_id)?;
    let mut choices: Vec<Choice> =
        open.into_iter().map(|(id, description, _)| Choice::new(id.to_string(), description)).collect();
    let chosen = form.value("problem_id");
    if let Ok(id) = chosen.parse::<i64>()
        && !choices.iter().any(|choice| choice.value == chosen)
    {
        let named = queries::list_problem_names(conn, owner, patient_id, &[id])?;
        choices.extend(named.into_iter().map(|(id, name)| Choice::new(id.to_string(), format!("{name} (chiuso)"))));
    }
    Ok(choices)
}

/// What the page says of the entry itself.
fn known<E: Entry>(conn: &mut Db, patient_id: i64, entry: &E, may_write: bool) -> QueryResult<Known> {
    let (at, by) = entry.touched();
    let author = queries::find_author(conn, by)?.unwrap_or_default();
    let (section, id) = (section(E::KIND), entry.id());
    Ok(Known {
        id,
        revision: entry.revision(),
        removed: entry.values().removed_on().is_some(),
        touched: touched(at, &author),
        history: crate::web::paths::entry_history(patient_id, section, id),
        remove: if may_write { crate::web::paths::entry_remove(patient_id, section, id) } else { String::new() },
        restore: crate::web::paths::entry_restore(patient_id, section, id),
    })
}

/// The version that stands there beside the one typed.
fn conflict<F: Screen>(
    conn: &mut Db,
    owner: Owner,
    patient_id: i64,
    (entry, known): (&F::Entry, &Known),
    mine: &ValuesOf<F>,
) -> QueryResult<Conflict> {
    let mine = F::merge(mine.clone(), entry.values());
    let ids: Vec<i64> = [entry.values().problem(), mine.problem()].into_iter().flatten().collect();
    let names: ProblemNames = queries::list_problem_names(conn, owner, patient_id, &ids)?;
    Ok(Conflict { touched: known.touched.clone(), differences: differences(Some(entry.values()), &mine, &names) })
}
