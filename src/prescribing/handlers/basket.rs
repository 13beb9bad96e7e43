//! Filling the basket: from the formulary, from therapies, from a refused prescription; emptying it.

use actix_web::{HttpResponse, web};

use super::{key, moment};
use crate::db::Db;
use crate::identity::by::Seen;
use crate::prescribing::forms::{CorrectForm, PickForm, RemoveForm, RepeatForm};
use crate::prescribing::model::BASKET_MAX;
use crate::prescribing::service::{self, Added, CorrectError};
use crate::prescriptions::service::ActError;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::NoFields;
use crate::web::guards::{Acting, Doctor};
use crate::web::page::see_other;
use crate::web::paths;
use crate::web::posted::Posted;

impl From<CorrectError> for AppError {
    fn from(error: CorrectError) -> Self {
        match error {
            CorrectError::Act(ActError::NotFound) => Self::NotFound,
            CorrectError::Act(ActError::Stale) => Self::Conflict(
                "Nel frattempo la ricetta è cambiata: apri l’elenco delle ricette e guarda il suo stato.".to_owned(),
            ),
            CorrectError::Act(ActError::Unproven) => Self::Conflict(
                "Un invio di questa ricetta non ha ancora un esito certo: si può correggere solo dopo la verifica sul SAC."
                    .to_owned(),
            ),
            CorrectError::Act(ActError::Db(error)) | CorrectError::Db(error) => error.into(),
            CorrectError::Pool(error) => error.into(),
            CorrectError::Full(text) => Self::Conflict(text),
        }
    }
}

/// Puts the packages ticked in the formulary in the basket, then asks for the data of the first.
pub async fn add(
    Posted(doctor, form): Posted<Acting, PickForm>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (key, at) = (key(&doctor, path.into_inner()), moment(&doctor));
    let mut pick = form.data.picked();
    pick.aics.truncate(BASKET_MAX.saturating_mul(2));
    if pick.not_substitutable && pick.by_substance {
        let both = Flash::new(Tone::Err, "«Non sostituibile» e «Stampa solo P.A.» si escludono: scegline una.");
        doctor.flash(both)?;
        return Ok(see_other(&paths::patient_formulary(key.patient)));
    }
    if pick.aics.is_empty() {
        doctor.flash(Flash::new(Tone::Warn, "Nessun farmaco: spunta almeno una confezione, poi premi OK."))?;
        return Ok(see_other(&paths::patient_formulary(key.patient)));
    }
    let write = move |conn: &mut Db| -> Result<(Added, Option<i64>), AppError> {
        let added = service::add_packages(conn, key, &pick, at)?.map_err(|_refused| AppError::NotFound)?;
        let waiting = if added.rows.is_empty() { service::next_incomplete(conn, key)? } else { None };
        Ok((added, waiting))
    };
    let (added, waiting) = doctor.write(write).await?;
    tell_refused(&doctor, &added)?;
    let in_basket = !added.rows.is_empty() || added.already > 0;
    Ok(see_other(&match added.rows.first().copied().or(waiting) {
        Some(item) if in_basket => paths::draft_item(key.patient, item),
        None if in_basket => paths::draft(key.patient),
        _ => paths::patient_formulary(key.patient),
    }))
}

/// Says what stayed out, and why.
fn tell_refused(doctor: &Acting, added: &Added) -> Result<(), AppError> {
    if added.already > 0 {
        let there = Flash::new(Tone::Info, "Un farmaco scelto è già nella ricetta.");
        doctor.flash(there.with_text("Per averne di più cambia il numero di pezzi."))?;
    }
    for reason in &added.refused {
        doctor.flash(Flash::new(Tone::Err, "Un farmaco non è stato aggiunto").with_text(reason))?;
    }
    Ok(())
}

/// Puts the ticked therapies in the basket with their last data, straight to the review.
pub async fn repeat(
    Posted(doctor, form): Posted<Acting, RepeatForm>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (key, at) = (key(&doctor, path.into_inner()), moment(&doctor));
    let mut ticked = form.data.ripeti;
    ticked.truncate(100);
    let none = ticked.is_empty();
    let write = move |conn: &mut Db| -> Result<Added, AppError> {
        service::repeat(conn, key, &ticked, at)?.map_err(|_refused| AppError::NotFound)
    };
    let added = doctor.write(write).await?;
    if none {
        doctor.flash(Flash::new(Tone::Warn, "Spunta almeno una terapia, poi premi «Ripeti selezionati»."))?;
        return Ok(see_other(&paths::record_part(key.patient, "terapie")));
    }
    tell_refused(&doctor, &added)?;
    let nothing = added.rows.is_empty() && added.already == 0;
    Ok(see_other(&if nothing { paths::record_part(key.patient, "terapie") } else { paths::draft(key.patient) }))
}

/// Takes a refused prescription back into its patient's basket.
pub async fn correct(
    Posted(doctor, form): Posted<Doctor, CorrectForm>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (by, seen) = (doctor.by(), Seen::new(path.into_inner(), form.data.revisione));
    let write = move |conn: &mut Db| service::correct(conn, &by, seen);
    let corrected = doctor.write(write).await?;
    Ok(see_other(&paths::draft(corrected.patient)))
}

/// Takes one drug out.
pub async fn remove(
    Posted(doctor, form): Posted<Acting, RemoveForm>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    let (patient, item) = path.into_inner();
    let (key, at) = (key(&doctor, patient), moment(&doctor));
    let write = move |conn: &mut Db| -> Result<(), AppError> {
        service::remove_item(conn, key, item, at)?.map_err(|_refused| AppError::NotFound)
    };
    doctor.write(write).await?;
    let to_formulary = form.data.verso == "prontuario";
    Ok(see_other(&if to_formulary { paths::patient_formulary(patient) } else { paths::draft(patient) }))
}

/// Throws the basket away.
pub async fn discard(
    Posted(doctor, _): Posted<Acting, NoFields>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (key, at) = (key(&doctor, path.into_inner()), moment(&doctor));
    let write = move |conn: &mut Db| -> Result<(), AppError> {
        super::banner(conn, key, at)?;
        Ok(service::discard(conn, key)?)
    };
    doctor.write(write).await?;
    doctor.flash(Flash::ok("La bozza è stata scartata."))?;
    Ok(see_other(&paths::record(key.patient)))
}
