//! Saving an entry, and what happens when somebody else was faster.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use diesel::QueryResult;

use super::check_writer;
use super::code_list::{self, Purpose, field};
use super::entry::{ValuesOf, Want, page};
use super::screens::{Screen, home};
use crate::db::{Db, DbError};
use crate::identity::by::By;
use crate::identity::form_keys::Once;
use crate::record::forms::{Draft, REVISION};
use crate::record::model::{Entry, EntryValues};
use crate::record::pages::View;
use crate::record::queries;
use crate::record::service::{self, Written};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::see_other;
use crate::web::posted::Posted;
use kernel::dates;

/// Name of the hidden field with the view.
const VIEW: &str = "vista";

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

/// Why nothing was saved: the form's key is taken back with it, for the form may be put right and sent again.
#[derive(Debug, thiserror::Error)]
enum NotSaved {
    /// The record has it already.
    #[error("the record has it already")]
    Twin,
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<diesel::result::Error> for NotSaved {
    fn from(error: diesel::result::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<DbError> for NotSaved {
    fn from(error: DbError) -> Self {
        Self::App(error.into())
    }
}

/// Saves a new entry.
pub async fn create<F: Screen + Send>(
    Posted(doctor, form): Posted<Acting, F>,
    path: web::Path<i64>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    check_writer(&doctor, F::Entry::KIND)?;
    let (by, patient_id) = (doctor.by(), path.into_inner());
    let view = posted_view(&form)?;
    let want = Want::of(patient_id, None, view).searching(field(&form.raw, "q"));
    if Purpose::of(&form.raw) != Purpose::Save {
        return help::<F>(doctor, &req, want, form.raw).await;
    }
    if form.form_key().is_empty() {
        return Err(AppError::BadRequest);
    }
    let typed = FormState::from_pairs(form.raw.clone());
    let (key, target) = (form.key(), home(F::Entry::KIND, patient_id, view));
    let answer = target.clone();
    let write = move |conn: &mut Db| -> Result<Saved<ValuesOf<F>>, NotSaved> {
        let (state, draft) = read(conn, &by, patient_id, form)?;
        let Some(draft) = draft else { return Ok(Saved::Refused(state)) };
        let create = |conn: &mut Db| match service::create::<F::Entry>(conn, &by, patient_id, &draft.values)? {
            Written::Done(_) => Ok(()),
            Written::Twin => Err(NotSaved::Twin),
            Written::NotThere | Written::Stale(_) => Err(NotSaved::App(AppError::NotFound)),
        };
        Ok(match key.once(conn, &by, |()| answer, create)? {
            Once::Done(()) => Saved::Done(draft.warning),
            Once::Again(path) => Saved::Again(path),
            Once::Altered => Saved::Altered(state),
        })
    };
    let saved = match doctor.db().write(write).await {
        Err(NotSaved::Twin) => Saved::Refused(twin::<F>(typed)),
        Err(NotSaved::App(error)) => return Err(error),
        Ok(saved) => saved,
    };
    answer_saved::<F>(doctor, want, target, saved).await
}

/// Saves a correction.
pub async fn update<F: Screen + Send>(
    Posted(doctor, form): Posted<Acting, F>,
    path: web::Path<(i64, i64)>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    check_writer(&doctor, F::Entry::KIND)?;
    let (by, (patient_id, id)) = (doctor.by(), path.into_inner());
    let view = posted_view(&form)?;
    let want = Want::of(patient_id, Some(id), view).searching(field(&form.raw, "q"));
    if Purpose::of(&form.raw) != Purpose::Save {
        return help::<F>(doctor, &req, want, form.raw).await;
    }
    let revision = field(&form.raw, REVISION).parse::<i64>().map_err(|_shape| AppError::BadRequest)?;
    let write = move |conn: &mut Db| write_update::<F>(conn, &by, (patient_id, id), revision, form);
    let saved = doctor.write(write).await?;
    let target = home(F::Entry::KIND, patient_id, view);
    answer_saved::<F>(doctor, want, target, saved).await
}

/// What was typed, and what it says if nothing is wrong with it.
fn read<F: Screen>(
    conn: &mut Db,
    by: &By,
    patient_id: i64,
    form: CsrfForm<F>,
) -> QueryResult<(FormState, Option<Draft<ValuesOf<F>>>)> {
    let mut state = FormState::from_pairs(form.raw);
    let draft = form.data.read(conn, by.today, &mut state)?;
    let day = draft.as_ref().and_then(|draft| draft.values.day());
    if let (Some(day), Some(born)) = (day, queries::find_birth_date(conn, by.owner, patient_id)?)
        && day < born
    {
        state.error(F::DAY, format!("Il paziente è nato il {}: la data non può venire prima.", dates::long(born)));
        return Ok((state, None));
    }
    Ok((state, draft))
}

fn write_update<F: Screen>(
    conn: &mut Db,
    by: &By,
    entry: (i64, i64),
    revision: i64,
    form: CsrfForm<F>,
) -> Result<Saved<ValuesOf<F>>, AppError> {
    let (state, draft) = read(conn, by, entry.0, form)?;
    let Some(Draft { values, warning }) = draft else { return Ok(Saved::Refused(state)) };
    let mine = values.clone();
    match service::edit::<F::Entry>(conn, by, entry, revision, |now| F::merge(values, now))? {
        Written::Done(_) => Ok(Saved::Done(warning)),
        Written::NotThere => Err(AppError::NotFound),
        Written::Twin => Ok(Saved::Refused(twin::<F>(state))),
        Written::Stale(_) => Ok(Saved::Stale(state, mine)),
    }
}

/// The code list, asked from inside a form: nothing is saved and what was typed stays.
async fn help<F: Screen>(
    doctor: Acting,
    req: &HttpRequest,
    want: Want<ValuesOf<F>>,
    raw: Vec<(String, String)>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
    if let Some(answer) = code_list::fragment::<F>(&doctor, req, field(&raw, "q")).await? {
        return Ok(answer);
    }
    let want = match Purpose::of(&raw) {
        // The results have done their work: below the empty box stand the fields.
        Purpose::Pick(code) => want.searching("").picking(code),
        Purpose::Save | Purpose::Search => want,
    };
    page::<F>(doctor, want.again(StatusCode::OK, FormState::from_pairs(raw))).await
}

/// The form of an entry that the record already has.
fn twin<F: Screen>(mut state: FormState) -> FormState {
    let (field, text) = F::TWIN;
    state.error(field, text);
    state
}

async fn answer_saved<F: Screen>(
    doctor: Acting,
    want: Want<ValuesOf<F>>,
    target: String,
    saved: Saved<ValuesOf<F>>,
) -> Result<HttpResponse, AppError>
where
    ValuesOf<F>: Send,
{
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

/// The view the form was opened in; one that no page of ours writes makes no sense.
fn posted_view<T>(form: &CsrfForm<T>) -> Result<View, AppError> {
    View::parse(field(&form.raw, VIEW)).ok_or(AppError::BadRequest)
}
