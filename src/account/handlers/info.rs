//! The doors of the product, version and help.

use actix_web::{HttpResponse, Responder};

use crate::account::pages::{HomePage, InfoPage, UnverifiedPage};
use crate::reference::import::Kind;
use crate::reference::import::STARTER;
use crate::reference::model::ReferenceImport;
use crate::reference::queries as reference;
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::MenuItem;
use crate::web::visitor::Visitor;
use kernel::dates;
use kernel::money::thousands;

/// The doors.
pub async fn home(visitor: Visitor) -> impl Responder {
    Page::ok(HomePage { shell: visitor.shell })
}

/// INFO.
pub async fn info(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let imports = visitor.site.db.read(|conn| -> Result<_, AppError> { Ok(reference::list_imports(conn)?) }).await?;
    let lists = imports.iter().filter_map(list).collect();
    Page::ok(InfoPage { shell: visitor.shell, signed_in: visitor.user.is_some(), lists }).render()
}

/// What a doctor who registered alone cannot do yet. Whoever is verified has no business here.
pub async fn unverified(doctor: Doctor) -> Result<HttpResponse, AppError> {
    if !doctor.user.unverified {
        return doctor.pass_on(&paths::patients());
    }
    doctor.count().await?;
    let username = doctor.user.username.clone();
    Page::ok(UnverifiedPage { shell: doctor.shell.at(MenuItem::Doctor), username }).render()
}

/// Name of a code list, and since when it is what it is.
fn list(import: &ReferenceImport) -> Option<(&'static str, String)> {
    let day = dates::long(dates::to_rome(import.imported_at).date());
    let state = if import.source == STARTER {
        "insieme iniziale ridotto".to_owned()
    } else {
        format!("{} voci, importate il {day}", thousands(u64::try_from(import.row_count).unwrap_or(0)))
    };
    Kind::from_word(&import.kind).map(|kind| (kind.label(), state))
}

/// The entrance of Millelight.
pub async fn millelight() -> impl Responder {
    see_other(&paths::patients())
}
