//! Acts on entries: close and reopen, suspend and resume, keep as therapy, remove and restore.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::check_writer;
use super::screens::{home, kind_of};
use crate::db::Db;
use crate::identity::by::By;
use crate::record::model::{Allergy, DiaryEntry, Entry, Exemption, Investigation, Kind, Problem, Therapy};
use crate::record::pages::View;
use crate::record::service::{self, Written};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::{Acting, Doctor};
use crate::web::page::see_other;
use crate::web::posted::Posted;

/// The most therapies one form can tick.
const MOST_TICKED: usize = 100;

/// Posted by a button.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Act {
    /// Through which problem the record is looked at.
    pub vista: String,
}

impl Act {
    fn view(&self) -> View {
        View::parse(&self.vista).unwrap_or_default()
    }
}

/// Ticked therapies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ticked {
    /// Ids.
    pub ripeti: Vec<i64>,
    /// Through which problem the record is looked at.
    pub vista: String,
}

/// Whether the entry was the doctor's to act on.
fn there<E>(written: &Written<E>) -> Result<(), AppError> {
    match written {
        Written::Done(_) => Ok(()),
        Written::NotThere | Written::Stale(_) | Written::Twin => Err(AppError::NotFound),
    }
}

async fn set_closed(
    doctor: Doctor,
    (patient_id, id): (i64, i64),
    view: View,
    closed: bool,
) -> Result<HttpResponse, AppError> {
    let by = doctor.by();
    let write = move |conn: &mut Db| there(&service::set_closed(conn, &by, (patient_id, id), closed)?);
    doctor.write(write).await?;
    doctor.flash(Flash::ok(if closed { "Il problema è chiuso." } else { "Il problema è di nuovo aperto." }))?;
    Ok(see_other(&home(Kind::Problem, patient_id, view)))
}

/// Closes a problem.
pub async fn close(
    Posted(doctor, form): Posted<Doctor, Act>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    set_closed(doctor, path.into_inner(), form.data.view(), true).await
}

/// Opens a problem again.
pub async fn reopen(
    Posted(doctor, form): Posted<Doctor, Act>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    set_closed(doctor, path.into_inner(), form.data.view(), false).await
}

/// Suspends the ticked therapies: all of them, or none if one is not this patient's.
pub async fn suspend(
    Posted(doctor, form): Posted<Doctor, Ticked>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (by, patient_id) = (doctor.by(), path.into_inner());
    let back = home(Kind::Therapy, patient_id, View::parse(&form.data.vista).unwrap_or_default());
    let ids = form.data.ripeti;
    if ids.len() > MOST_TICKED {
        return Err(AppError::BadRequest);
    }
    if ids.is_empty() {
        doctor.flash(Flash::new(Tone::Warn, "Nessuna terapia scelta.").with_text("Spunta quelle da sospendere."))?;
        return Ok(see_other(&back));
    }
    let one = ids.len() == 1;
    let write = move |conn: &mut Db| -> Result<(), AppError> {
        for id in ids {
            there(&service::set_suspended(conn, &by, (patient_id, id), true)?)?;
        }
        Ok(())
    };
    doctor.write(write).await?;
    doctor.flash(Flash::ok(if one { "La terapia è sospesa." } else { "Le terapie sono sospese." }))?;
    Ok(see_other(&back))
}

/// Resumes a suspended therapy.
pub async fn resume(
    Posted(doctor, form): Posted<Doctor, Act>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    let (by, (patient_id, id)) = (doctor.by(), path.into_inner());
    let write = move |conn: &mut Db| there(&service::set_suspended(conn, &by, (patient_id, id), false)?);
    doctor.write(write).await?;
    doctor.flash(Flash::ok("La terapia è ripresa."))?;
    Ok(see_other(&home(Kind::Therapy, patient_id, form.data.view())))
}

/// Takes an entry out of the record.
pub async fn remove(
    Posted(doctor, form): Posted<Acting, Act>,
    path: web::Path<(i64, String, i64)>,
) -> Result<HttpResponse, AppError> {
    let removed =
        Flash::ok("La voce è stata eliminata.").with_text("La puoi ripristinare dall’elenco delle eliminate.");
    set_removed(doctor, path.into_inner(), form.data.view(), true, removed).await
}

/// Brings an entry back.
pub async fn restore(
    Posted(doctor, form): Posted<Acting, Act>,
    path: web::Path<(i64, String, i64)>,
) -> Result<HttpResponse, AppError> {
    let restored = Flash::ok("La voce è di nuovo nella cartella.");
    set_removed(doctor, path.into_inner(), form.data.view(), false, restored).await
}

async fn set_removed(
    doctor: Acting,
    (patient_id, section, id): (i64, String, i64),
    view: View,
    removed: bool,
    said: Flash,
) -> Result<HttpResponse, AppError> {
    let kind = kind_of(&section).ok_or(AppError::NotFound)?;
    check_writer(&doctor, kind)?;
    let by = doctor.by();
    let write = move |conn: &mut Db| {
        let entry = (patient_id, id);
        match kind {
            Kind::Problem => set::<Problem>(conn, &by, entry, removed),
            Kind::Therapy => set::<Therapy>(conn, &by, entry, removed),
            Kind::Investigation => set::<Investigation>(conn, &by, entry, removed),
            Kind::Diary => set::<DiaryEntry>(conn, &by, entry, removed),
            Kind::Allergy => set::<Allergy>(conn, &by, entry, removed),
            Kind::Exemption => set::<Exemption>(conn, &by, entry, removed),
        }
    };
    doctor.write(write).await?;
    doctor.flash(said)?;
    // A problem that is gone is nothing to look through any more.
    let view = if removed && kind == Kind::Problem { View::default() } else { view };
    Ok(see_other(&home(kind, patient_id, view)))
}

fn set<E: Entry>(conn: &mut Db, by: &By, entry: (i64, i64), removed: bool) -> Result<(), AppError> {
    there(&service::set_removed::<E>(conn, by, entry, removed)?)
}
