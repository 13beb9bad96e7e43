//! From addresses to pages of the record.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::model::Kind;
use super::pages::View;
use crate::db::{Db, Owner};
use crate::identity::model::Role;
use crate::patients;
use crate::reference::model::SupplyRegime;
use crate::reference::queries as reference;
use crate::web::error::AppError;
use crate::web::guards::Signed;
use crate::web::shell::PatientBanner;

pub mod accesses;
pub mod acts;
mod code_list;
pub mod entry;
pub mod history;
pub mod lists;
pub mod overview;
pub mod save;
pub mod screens;

/// Parameters of the record's addresses; each page uses its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Through which problem.
    pub problema: String,
    /// After which row of a list.
    pub dopo: String,
    /// Before which change of a history.
    pub prima: Option<i64>,
    /// Show what was taken out of the record.
    pub eliminate: bool,
}

impl Asked {
    /// Through which problem; an address that makes no sense is not there.
    fn view(&self) -> Result<View, AppError> {
        View::parse(&self.problema).ok_or(AppError::NotFound)
    }
}

/// Who may write this kind of entry: exemptions the studio too, all else is clinical and the doctor's alone.
fn check_writer<R>(user: &Signed<R>, kind: Kind) -> Result<(), AppError> {
    let may = user.role == Role::Doctor || kind == Kind::Exemption;
    if may { Ok(()) } else { Err(AppError::Forbidden) }
}

/// The patient in hand; somebody else's is not there.
fn banner(conn: &mut Db, owner: Owner, patient_id: i64, today: NaiveDate) -> Result<PatientBanner, AppError> {
    patients::queries::find_banner(conn, owner, patient_id, today)?.ok_or(AppError::NotFound)
}

/// The meaning of each regime badge, by code.
fn regimes(conn: &mut Db) -> QueryResult<BTreeMap<String, SupplyRegime>> {
    let rows = reference::list_regimes(conn)?;
    Ok(rows.into_iter().map(|regime| (regime.code.clone(), regime)).collect())
}
