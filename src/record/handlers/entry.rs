//! One entry: the form, saving it, and what happens when somebody else was faster.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use diesel::prelude::*;

use super::screens::{Screen, home, section};
use super::{Asked, banner, stamp};
use crate::db::{Db, Owner};
use crate::identity::form_keys::{self, Arrival};
use crate::kernel::random;
use crate::record::forms::{Draft, EntryForm, HITS, REVISION};
use crate::record::model::describe::differences;
use crate::record::model::{Entry, EntryValues, ProblemNames, Stamp};
use crate::record::pages::View;
use crate::record::pages::entry::{Catalogue, Conflict, Frame, HitLine, HitsFragment, Known, touched};
use crate::record::queries;
use crate::record::service::{self, Written};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other, wants_fragment};

/// Id of the box of a live search.
const RESULTS: &str = "risultati";

/// Name of the hidden field with the view.
const VIEW: &str = "vista";

type ValuesOf<F> = <<F as EntryForm>::Entry as Entry>::Values;

/// Which page is wanted, and what it already knows.
struct Want<V> {
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
    fn of(patient_id: i64, entry_id: Option<i64>, view: View) -> Self {
        let (q, code) = (String::new(), String::new());
        Self { patient_id, entry_id, view, q, code, typed: None, status: StatusCode::OK, mine: None }
    }

    /// The form comes back.
    fn again(mut self, status: StatusCode, typed: FormState) -> Self {
        self.status = status;
        self.typed = Some(typed);
        self
    }

    /// The form comes back because `mine` met somebody else's version.
    fn against(mut self, typed: FormState, mine: V) -> Self {
        self.mine = Some(mine);
        self.again(StatusCode::CONFLICT, typed)
    }
}

/// A new entry's form.
///
/// # Errors
/// [`AppError`].
pub async fn show_new<F: Screen>(
    doctor: Doctor,
    path: web::Path<i64>,
    asked: web::Query<Asked>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    show_form::<F>(doctor, (path.into_inner(), None), asked.into_inner(), &req).await
}

/// An entry's form.
///
/// # Errors
/// [`AppError`].
pub async fn show<F: Screen>(
    doctor: Doctor,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (patient_id, id) = path.into_inner();
    show_form::<F>(doctor, (patient_id, Some(id)), asked.into_inner(), &req).await
}

async fn show_form<F: Screen>(
    doctor: Doctor,
    (patient_id, entry_id): (i64, Option<i64>),
    asked: Asked,
    req: &HttpRequest,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let view = asked.view()?;
    if !F::CATALOGUE.is_empty() && wants_fragment(req, RESULTS) {
        let here = F::here(patient_id, entry_id);
        let find = move |conn: &mut Db| catalogue::<F>(conn, &here, view, asked.q).map_err(AppError::from);
        let catalogue = doctor.db().read(find).await?;
        return Page::ok(HitsFragment { catalogue }).render();
    }
    let want = Want { q: asked.q, code: asked.codice, ..Want::of(patient_id, entry_id, view) };
    page::<F>(doctor, want).await
}

/// Rows of the code list for what was asked.
fn catalogue<F: Screen>(conn: &mut Db, here: &str, view: View, q: String) -> QueryResult<Catalogue> {
    let found = if q.trim().is_empty() { Vec::new() } else { F::search(conn, &q)? };
    let hits = found
        .into_iter()
        .take(HITS)
        .map(|hit| {
            let parameters = [("problema", view.value()), ("codice", hit.code.clone())];
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
            HitLine { code: hit.code, description: hit.description, href: format!("{here}?{query}#modulo") }
        })
        .collect();
    Ok(Catalogue { label: F::CATALOGUE, q, hits, action: here.to_owned(), view })
}

/// Loads and draws the page of an entry.
async fn page<F: Screen>(doctor: Doctor, want: Want<ValuesOf<F>>) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (owner, today, status) = (doctor.owner(), doctor.today(), want.status);
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, want.patient_id, today)?;
        let entry = match want.entry_id {
            Some(id) => Some(F::Entry::find(conn, owner, want.patient_id, id)?.ok_or(AppError::NotFound)?),
            None => None,
        };
        let extra = F::extra(conn, owner, want.patient_id, entry.as_ref(), today)?;
        let mut form = match (want.typed, &entry) {
            (Some(typed), _) => typed,
            (None, Some(entry)) => F::filled(entry.values()),
            (None, None) => {
                let mut form = F::blank(today);
                form.set("problem_id", want.view.problem().map(|id| id.to_string()).unwrap_or_default());
                form
            }
        };
        if !want.code.is_empty() {
            F::pick(conn, &want.code, &mut form)?;
        }
        let here = F::here(want.patient_id, want.entry_id);
        let problems = if F::HAS_PROBLEM { choices(conn, owner, want.patient_id, &form)? } else { Vec::new() };
        let mut known = match &entry {
            Some(entry) => Some(known(conn, want.patient_id, entry)?),
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
            _ => Some(catalogue::<F>(conn, &here, want.view, want.q)?),
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
    let (banner, frame, extra) = doctor.db().read(load).await?;
    F::page(status, doctor.shell.at(F::MENU).for_patient(banner), frame, extra)
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
fn known<E: Entry>(conn: &mut Db, patient_id: i64, entry: &E) -> QueryResult<Known> {
    let (at, by) = entry.touched();
    let author = queries::find_author(conn, by)?.unwrap_or_default();
    let (section, id) = (section(E::KIND), entry.id());
    Ok(Known {
        id,
        revision: entry.revision(),
        removed: entry.values().removed_on().is_some(),
        touched: touched(at, &author),
        history: crate::web::paths::entry_history(patient_id, section, id),
        remove: crate::web::paths::entry_remove(patient_id, section, id),
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

/// How saving ended.
enum Saved<V> {
    /// Written, with the doubt to tell.
    Done(Option<&'static str>),
    /// The same form was saved before.
    Again(String),
    /// The form's key was used for something else.
    Altered(FormState),
    /// Errors beside the fields.
    Refused(FormState),
    /// Somebody was faster.
    Stale(FormState, V),
}

/// Saves a new entry.
///
/// # Errors
/// [`AppError`].
pub async fn create<F: Screen + Send>(
    doctor: Doctor,
    path: web::Path<i64>,
    form: CsrfForm<F>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (stamp, patient_id) = (stamp(&doctor), path.into_inner());
    let view = posted_view(&form)?;
    let (key, content) = (form.form_key().to_owned(), form.content());
    if key.is_empty() {
        return Err(AppError::BadRequest);
    }
    let answer = home(F::Entry::KIND, patient_id, view);
    let target = answer.clone();
    let write = move |conn: &mut Db| -> Result<Saved<ValuesOf<F>>, AppError> {
        let mut state = FormState::from_pairs(form.raw);
        let Some(draft) = form.data.read(conn, stamp.today, &mut state)? else { return Ok(Saved::Refused(state)) };
        match form_keys::arrive(conn, stamp.actor, &key, &content, stamp.now)? {
            Arrival::Again(path) => return Ok(Saved::Again(path)),
            Arrival::Altered => return Ok(Saved::Altered(state)),
            Arrival::First => {}
        }
        match service::create::<F::Entry>(conn, &stamp, patient_id, &draft.values)? {
            Written::Done(_) => {}
            // The error also takes back the form's key.
            Written::NotThere | Written::Stale(_) => return Err(AppError::NotFound),
        }
        form_keys::set_answer(conn, stamp.actor, &key, &answer)?;
        Ok(Saved::Done(draft.warning))
    };
    let saved = doctor.db().write(write).await?;
    answer_saved::<F>(doctor, (patient_id, None), view, target, saved).await
}

/// Saves a correction.
///
/// # Errors
/// [`AppError`].
pub async fn update<F: Screen + Send>(
    doctor: Doctor,
    path: web::Path<(i64, i64)>,
    form: CsrfForm<F>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let (stamp, (patient_id, id)) = (stamp(&doctor), path.into_inner());
    let view = posted_view(&form)?;
    let revision = field(&form.raw, REVISION).parse::<i64>().map_err(|_shape| AppError::BadRequest)?;
    let write = move |conn: &mut Db| write_update::<F>(conn, &stamp, (patient_id, id), revision, form);
    let saved = doctor.db().write(write).await?;
    let target = home(F::Entry::KIND, patient_id, view);
    answer_saved::<F>(doctor, (patient_id, Some(id)), view, target, saved).await
}

fn write_update<F: Screen>(
    conn: &mut Db,
    stamp: &Stamp,
    entry: (i64, i64),
    revision: i64,
    form: CsrfForm<F>,
) -> Result<Saved<ValuesOf<F>>, AppError> {
    let mut state = FormState::from_pairs(form.raw);
    let Some(Draft { values, warning }) = form.data.read(conn, stamp.today, &mut state)? else {
        return Ok(Saved::Refused(state));
    };
    let mine = values.clone();
    match service::edit::<F::Entry>(conn, stamp, entry, revision, |now| F::merge(values, now))? {
        Written::Done(_) => Ok(Saved::Done(warning)),
        Written::NotThere => Err(AppError::NotFound),
        Written::Stale(_) => Ok(Saved::Stale(state, mine)),
    }
}

async fn answer_saved<F: Screen>(
    doctor: Doctor,
    (patient_id, entry_id): (i64, Option<i64>),
    view: View,
    target: String,
    saved: Saved<ValuesOf<F>>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    let want = Want::of(patient_id, entry_id, view);
    match saved {
        Saved::Done(warning) => {
            doctor.flash(match warning {
                None => Flash::ok(F::SAVED),
                Some(doubt) => Flash::new(Tone::Warn, F::SAVED).with_text(doubt),
            })?;
            Ok(see_other(&target))
        }
        Saved::Again(path) => Ok(see_other(&path)),
        Saved::Refused(state) => page::<F>(doctor, want.again(StatusCode::UNPROCESSABLE_ENTITY, state)).await,
        Saved::Altered(mut state) => {
            state.form_error(
                "Questo modulo era già stato salvato con altri dati. Controlla la cartella; se vuoi aggiungere anche \
                 questi, premi di nuovo Salva.",
            );
            page::<F>(doctor, want.again(StatusCode::CONFLICT, state)).await
        }
        Saved::Stale(state, mine) => page::<F>(doctor, want.against(state, mine)).await,
    }
}

fn field<'a>(raw: &'a [(String, String)], name: &str) -> &'a str {
    raw.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The view the form was opened in; one that no page of ours writes makes no sense.
fn posted_view<T>(form: &CsrfForm<T>) -> Result<View, AppError> {
    View::parse(field(&form.raw, VIEW)).ok_or(AppError::BadRequest)
}
