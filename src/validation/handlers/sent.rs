//! Inviate al cloud: the collaborator's list, the news taken note of, one taken back, one copied.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::accesses::{Act, Look};
use crate::db::{Db, DbError};
use crate::identity::by::{By, Seen};
use crate::prescribing::service::{CorrectError, copy_declined, withdraw};
use crate::prescriptions::queries::see_refusals;
use crate::prescriptions::service::ActError;
use crate::validation::forms::{SeenForm, SentQuery, TakeForm};
use crate::validation::model::{Counters, LIST_MAX, SentView};
use crate::validation::pages::sent::{Elsewhere, SentLine, SentPage, ViewTab, href, label, seen};
use crate::validation::queries::{self, NewsOf, SentRow};
use crate::validation::service::{self, SentPrescription};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::NoFields;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;

/// Prescriptions on one page.
const ROWS: i64 = 50;
const PAGE: usize = 50;

/// The collaborator and the archive; a doctor has sent nothing to himself.
fn who(acting: &Acting) -> Result<By, AppError> {
    if acting.is_doctor() { Err(AppError::Forbidden) } else { Ok(acting.by()) }
}

/// What the page needs of the database.
struct Loaded {
    counters: Counters,
    rows: Vec<SentPrescription>,
    /// What «Scarica dal cloud» would take note of.
    news: Vec<SentRow>,
    /// From each of her doctors.
    all: Vec<NewsOf>,
}

fn load(conn: &mut Db, by: &By, view: SentView, before: Option<i64>) -> Result<Loaded, DbError> {
    let most = i64::try_from(LIST_MAX).unwrap_or(i64::MAX);
    Ok(Loaded {
        counters: service::find_counters(conn, by)?,
        // One row more than shown tells whether there is another page.
        rows: service::load_sent(conn, by, view, before, ROWS + 1)?,
        news: queries::list_offered(conn, by, None, most)?,
        all: queries::list_news(conn, by.actor)?,
    })
}

/// The list; for the script, only what tells whether anything has changed.
pub async fn index(
    mut acting: Acting,
    req: HttpRequest,
    query: web::Query<SentQuery>,
) -> Result<HttpResponse, AppError> {
    let by = who(&acting)?;
    let view = SentView::from_text(&query.mostra).unwrap_or(SentView::Waiting);
    let before = query.prima;
    let loaded = acting.read(move |conn: &mut Db| load(conn, &by, view, before)).await?;
    let Loaded { counters, mut rows, news, all } = loaded;
    if wants_fragment(&req, "stato") {
        let now = seen(counters, &rows);
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(now));
    }
    let (counters, now) = look(&mut acting, view, counters, &rows).await?;
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
    let others = all.iter().filter(|news| news.doctor.doctor_id != by.owner.id());
    Page::ok(SentPage {
        counters,
        elsewhere: others.filter_map(Elsewhere::of).collect(),
        shell: acting.shell.at(MenuItem::Sent),
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

/// What SAC refused is seen by whoever has its list open, from now on; returns the counters as this page leaves them, and
/// what its script compares.
async fn look(
    acting: &mut Acting,
    view: SentView,
    mut counters: Counters,
    rows: &[SentPrescription],
) -> Result<(Counters, String), AppError> {
    if view == SentView::Refused && counters.refused > 0 {
        let ids: Vec<i64> = rows.iter().map(|one| one.row.id).take(PAGE).collect();
        let by = who(acting)?;
        let write = move |conn: &mut Db| -> Result<_, DbError> {
            let looked = see_refusals(conn, by.actor, &ids, by.now)?;
            Ok((looked, service::find_counters(conn, &by)?))
        };
        let (looked, left) = acting.write(write).await?;
        acting.shell.seen_news(looked);
        counters = left;
    }
    Ok((counters, seen(counters, rows)))
}

/// How much news there is, from whichever doctor, for the bell.
pub async fn count(acting: Acting) -> Result<HttpResponse, AppError> {
    let author = who(&acting)?.actor;
    let read = move |conn: &mut Db| queries::ring_studio(conn, author);
    Ok(super::rings_json(acting.read(read).await?))
}

/// «Scarica dal cloud»: takes note of the news that the page showed, and of nothing else.
pub async fn take(Posted(acting, form): Posted<Acting, TakeForm>) -> Result<HttpResponse, AppError> {
    let (by, shown) = (who(&acting)?, form.data.shown());
    let annulled = shown.iter().filter(|(_, state)| SentView::Annulled.states().contains(state)).count();
    let only_annulled = annulled > 0 && annulled == shown.len();
    let write = move |conn: &mut Db| service::acknowledge(conn, &by, &shown);
    let flash = match acting.write(write).await? {
        0 => Flash::new(Tone::Info, "Non c’era nulla di nuovo da scaricare."),
        1 => Flash::ok("Scaricata una ricetta."),
        taken => Flash::ok(&format!("Scaricate {taken} ricette.")),
    };
    acting.flash(flash)?;
    Ok(see_other(&href(if only_annulled { SentView::Annulled } else { SentView::Validated })))
}

/// «Ritira»: back into the basket, as long as the doctor has not decided.
pub async fn withdraw_one(
    Posted(acting, form): Posted<Acting, SeenForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (by, seen) = (who(&acting)?, Seen::new(id.into_inner(), form.data.revisione));
    let outcome = acting.db().write(move |conn: &mut Db| withdraw(conn, &by, seen)).await;
    into_basket(&acting, outcome.map(|corrected| corrected.patient), "La ricetta è stata ritirata.")
}

/// «Copia in una nuova ricetta», from one that the doctor refused.
pub async fn copy(Posted(acting, _): Posted<Acting, NoFields>, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let (by, id) = (who(&acting)?, id.into_inner());
    let outcome = acting.db().write(move |conn: &mut Db| copy_declined(conn, &by, id)).await;
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
