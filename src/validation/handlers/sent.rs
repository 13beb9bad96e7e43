//! Inviate al cloud: the collaborator's list, the news taken note of, one taken back, one copied.

use actix_web::{HttpRequest, HttpResponse, web};

use super::moment_of;
use crate::accesses::{Act, Look};
use crate::db::{Db, DbError, Owner};
use crate::prescribing::service::{CorrectError, copy_declined, withdraw};
use crate::prescriptions::service::ActError;
use crate::validation::forms::{NoFields, SeenForm, SentQuery, TakeForm};
use crate::validation::model::{LIST_MAX, SentView};
use crate::validation::pages::sent::{SentLine, SentPage, ViewTab, href, label, seen};
use crate::validation::queries;
use crate::validation::service;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::shell::MenuItem;

/// Prescriptions on one page.
const ROWS: i64 = 50;

/// The collaborator and the archive; a doctor has sent nothing to himself.
fn who(acting: &Acting) -> Result<(Owner, i64), AppError> {
    if acting.is_doctor() { Err(AppError::Forbidden) } else { Ok((acting.owner(), acting.id())) }
}

/// The list; for the script, only what tells whether anything has changed.
///
/// # Errors
/// [`AppError`].
pub async fn index(acting: Acting, req: HttpRequest, query: web::Query<SentQuery>) -> Result<HttpResponse, AppError> {
    let who = who(&acting)?;
    let view = SentView::from_text(&query.mostra).unwrap_or(SentView::Waiting);
    let before = query.prima;
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        let counters = service::find_counters(conn, who.0, who.1)?;
        // One row more than shown tells whether there is another page.
        let rows = service::load_sent(conn, who, view, before, ROWS + 1)?;
        let most = i64::try_from(LIST_MAX).unwrap_or(i64::MAX);
        let news = queries::list_offered(conn, who.0, who.1, None, most)?;
        Ok((counters, rows, news))
    };
    let (counters, mut rows, news) = acting.db().read(read).await?;
    let now = seen(counters, &rows);
    if wants_fragment(&req, "stato") {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(now));
    }
    let more = rows.len() > usize::try_from(ROWS).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    acting.note(Look::at_many(Act::Listed, rows.iter().map(|one| one.row.patient_id))).await?;
    let here = |before: Option<i64>| {
        let next = before.map(|id| format!("&prima={id}")).unwrap_or_default();
        format!("{}{next}", href(view))
    };
    let next = rows.last().filter(|_| more).map(|one| here(Some(one.row.id)));
    let tab = |known: &SentView| ViewTab { label: label(*known), href: href(*known), current: *known == view };
    Page::ok(SentPage {
        shell: acting.shell.at(MenuItem::Sent),
        counters,
        news: news.iter().map(|row| format!("{}-{}", row.id, row.state.as_str())).collect(),
        tabs: SentView::ALL.iter().map(tab).collect(),
        view,
        lines: rows.iter().map(SentLine::of).collect(),
        watch: here(before),
        seen: now,
        first_href: before.map(|_| href(view)).unwrap_or_default(),
        next_href: next.unwrap_or_default(),
    })
    .render()
}

/// How much news there is, for the bell.
///
/// # Errors
/// [`AppError`].
pub async fn count(acting: Acting) -> Result<HttpResponse, AppError> {
    let (owner, author) = who(&acting)?;
    let read = move |conn: &mut Db| -> Result<i64, DbError> { Ok(queries::count_news(conn, owner, author)?) };
    let news = acting.db().read(read).await?;
    Ok(super::count_json(news))
}

/// «Scarica dal cloud»: takes note of the news that the page showed, and of nothing else.
///
/// # Errors
/// [`AppError`].
pub async fn take(acting: Acting, form: CsrfForm<TakeForm>) -> Result<HttpResponse, AppError> {
    let (who, now, shown) = (who(&acting)?, acting.now(), form.data.shown());
    let annulled = shown.iter().filter(|(_, state)| SentView::Annulled.states().contains(state)).count();
    let only_annulled = annulled > 0 && annulled == shown.len();
    let write = move |conn: &mut Db| -> Result<usize, DbError> { Ok(service::acknowledge(conn, who, &shown, now)?) };
    let flash = match acting.db().write(write).await? {
        0 => Flash::new(Tone::Info, "Non c’era nulla di nuovo da scaricare."),
        1 => Flash::ok("Scaricata una ricetta."),
        taken => Flash::ok(&format!("Scaricate {taken} ricette.")),
    };
    acting.flash(flash)?;
    Ok(see_other(&href(if only_annulled { SentView::Annulled } else { SentView::Validated })))
}

/// «Ritira»: back into the basket, as long as the doctor has not decided.
///
/// # Errors
/// [`AppError`].
pub async fn withdraw_one(
    acting: Acting,
    id: web::Path<i64>,
    form: CsrfForm<SeenForm>,
) -> Result<HttpResponse, AppError> {
    let (who, at) = (who(&acting)?, moment_of(&acting));
    let seen = (id.into_inner(), form.data.revisione);
    let outcome = acting.db().write(move |conn: &mut Db| withdraw(conn, who, seen, at)).await;
    into_basket(&acting, outcome.map(|corrected| corrected.patient), "La ricetta è stata ritirata.")
}

/// «Copia in una nuova ricetta», from one that the doctor refused.
///
/// # Errors
/// [`AppError`].
pub async fn copy(acting: Acting, id: web::Path<i64>, _form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let (who, at, id) = (who(&acting)?, moment_of(&acting), id.into_inner());
    let outcome = acting.db().write(move |conn: &mut Db| copy_declined(conn, who, id, at)).await;
    into_basket(&acting, outcome.map(|corrected| corrected.patient), "La ricetta è stata copiata.")
}

/// To the basket where the drugs now are, or to the list that says what has happened meanwhile.
fn into_basket(acting: &Acting, outcome: Result<i64, CorrectError>, done: &str) -> Result<HttpResponse, AppError> {
    match outcome {
        Ok(patient) => {
            acting.flash(Flash::ok(done).with_text("È di nuovo in preparazione: correggila, poi inviala al cloud."))?;
            Ok(see_other(&paths::draft(patient)))
        }
        Err(CorrectError::Act(ActError::NotFound)) => Err(AppError::NotFound),
        Err(CorrectError::Act(ActError::Stale | ActError::Unproven)) => {
            let text = "Può averla già decisa il medico: ecco come sono ora.";
            acting.flash(Flash::new(Tone::Warn, "Questa ricetta è cambiata mentre la guardavi.").with_text(text))?;
            Ok(see_other(&paths::sent()))
        }
        Err(CorrectError::Full(text)) => {
            acting.flash(Flash::new(Tone::Err, &text))?;
            Ok(see_other(&paths::sent()))
        }
        Err(CorrectError::Act(ActError::Db(error)) | CorrectError::Db(error)) => Err(error.into()),
        Err(CorrectError::Pool(error)) => Err(error.into()),
    }
}
