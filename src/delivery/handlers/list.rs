//! The deliveries: what waits for print, what went wrong, what is on its way, what was done.

use actix_web::{HttpResponse, web};

use super::stamp;
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::delivery::forms::ListQuery;
use crate::delivery::model::Listed;
use crate::delivery::pages::{Entry, ListPage, Tab};
use crate::delivery::queries;
use crate::delivery::service;
use crate::kernel::random;
use crate::prescriptions::model::{Channel, DeliveryState};
use crate::prescriptions::queries::count_deliveries_needing_care;
use crate::reference::queries::list_regions;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::MenuItem;

/// A part of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Print,
    Care,
    Pending,
    Done,
}

impl View {
    const ALL: [Self; 4] = [Self::Print, Self::Care, Self::Pending, Self::Done];

    const fn key(self) -> &'static str {
        match self {
            Self::Print => "stampa",
            Self::Care => "attenzione",
            Self::Pending => "partenza",
            Self::Done => "fatte",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Print => "Da stampare",
            Self::Care => "Da guardare",
            Self::Pending => "In partenza",
            Self::Done => "Consegnate",
        }
    }

    const fn what(self) -> (&'static [Channel], &'static [DeliveryState]) {
        match self {
            Self::Print => (&[Channel::Print], &[DeliveryState::Requested]),
            Self::Pending => (&[Channel::Mail, Channel::Sms], DeliveryState::PENDING),
            Self::Care | Self::Done => (Channel::ALL, &[DeliveryState::Delivered]),
        }
    }

    fn href(self) -> String {
        format!("{}?vista={}", paths::deliveries(), self.key())
    }
}

/// The list.
///
/// # Errors
/// [`AppError`].
pub async fn index(acting: Acting, query: web::Query<ListQuery>) -> Result<HttpResponse, AppError> {
    let view = View::ALL.into_iter().find(|view| view.key() == query.vista).unwrap_or(View::Print);
    let (owner, before) = (acting.owner(), query.prima);
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let (rows, more) = load(conn, owner, view, before)?;
        let mut counts = Vec::new();
        for view in View::ALL {
            counts.push((view, count(conn, owner, view)?));
        }
        Ok((rows, more, counts, list_regions(conn)?))
    };
    let (rows, more, counts, regions) = acting.db().read(read).await?;
    acting.note(Look::at_many(Act::Listed, rows.iter().map(|row| row.row.patient_id))).await?;
    let project = |code: &str| {
        let region = regions.iter().find(|region| region.code == code);
        region.map(|region| format!("INVIATA AL {}", region.project_name)).unwrap_or_default()
    };
    let tab =
        |(of, count): &(View, i64)| Tab { label: of.label(), count: *count, href: of.href(), current: *of == view };
    let last = rows.last().map(|row| row.row.id).filter(|_| more);
    let page = ListPage {
        tabs: counts.iter().map(tab).collect(),
        entries: rows.iter().map(|row| Entry::of(row, project)).collect(),
        printable: view == View::Print && !rows.is_empty(),
        settings: acting.is_doctor(),
        key: random::hex_token(16),
        next_href: last.map(|id| format!("{}&prima={id}", view.href())).unwrap_or_default(),
        shell: acting.shell.at(MenuItem::Deliveries),
    };
    Page::ok(page).render()
}

/// One row more than shown tells whether there is another page.
fn load(conn: &mut Db, owner: Owner, view: View, before: Option<i64>) -> Result<(Vec<Listed>, bool), AppError> {
    if view == View::Care {
        return Ok((queries::list_needing_care(conn, owner)?, false));
    }
    let mut rows = queries::list_by_state(conn, owner, view.what(), before, queries::PAGE + 1)?;
    let more = rows.len() > usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    Ok((rows, more))
}

fn count(conn: &mut Db, owner: Owner, view: View) -> Result<i64, AppError> {
    Ok(match view {
        View::Care => count_deliveries_needing_care(conn, owner)?,
        view => queries::count_by_state(conn, owner, view.what())?,
    })
}

/// A form with nothing but its token.
#[derive(serde::Deserialize)]
pub struct NoFields {}

/// «Riprova».
///
/// # Errors
/// [`AppError`].
pub async fn retry(acting: Acting, id: web::Path<i64>, form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let (stamp, sealer, id) = (stamp(&acting), acting.site.sealer.clone(), id.into_inner());
    let asked = super::Asked::of(&acting, &form);
    let to = View::Pending.href();
    let answer = to.clone();
    let write = move |conn: &mut Db| -> Result<bool, AppError> {
        asked.once(conn, &answer, |conn| service::retry(conn, &sealer, &stamp, id))
    };
    acting.db().write(write).await?;
    acting.flash(Flash::ok("Invio rifatto").with_text("Parte con una password nuova."))?;
    Ok(see_other(&to))
}

/// «Ho provveduto».
///
/// # Errors
/// [`AppError`].
pub async fn dismiss(acting: Acting, id: web::Path<i64>, _form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let (stamp, id) = (stamp(&acting), id.into_inner());
    let write = move |conn: &mut Db| -> Result<(), AppError> { Ok(service::dismiss(conn, &stamp, id)?) };
    acting.db().write(write).await?;
    Ok(see_other(&View::Care.href()))
}
