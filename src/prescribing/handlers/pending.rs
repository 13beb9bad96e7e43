//! Dati prescrizione of a drug that a collaborator prepared: the doctor corrects it before sending it.

use actix_web::{HttpResponse, web};

use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::identity::by::{By, Seen};
use crate::patients::queries::find_banner;
use crate::prescribing::forms::{COMPUTE, ItemForm, TAKE_OUT};
use crate::prescribing::pages::item::ItemPage;
use crate::prescribing::service::{self, AmendError, Amendment, PendingItem};
use crate::prescriptions;
use crate::prescriptions::service::ActError;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};

type Loaded = (PatientBanner, PendingItem);

/// The drug; `None` when its prescription waits no more.
fn load(conn: &mut Db, by: &By, (id, number): (i64, i64)) -> Result<Option<Loaded>, AppError> {
    let prescription = prescriptions::queries::find_owned(conn, by.owner, id)?.ok_or(AppError::NotFound)?;
    let rows = prescriptions::queries::list_items(conn, &[id])?;
    if rows.iter().all(|row| row.row_number != number) {
        return Err(AppError::NotFound);
    }
    let Some(item) = service::load_pending_item(conn, by, (id, number))? else { return Ok(None) };
    let banner = find_banner(conn, by.owner, prescription.patient_id, by.today)?.ok_or(AppError::NotFound)?;
    Ok(Some((banner, item)))
}

/// Somebody was faster: the list says how things stand.
fn moved_on(doctor: &Doctor) -> Result<HttpResponse, AppError> {
    let title = "Questa prescrizione è cambiata mentre la guardavi: la correzione non è stata salvata.";
    doctor.flash(Flash::new(Tone::Warn, title).with_text("Ecco come sono ora le prescrizioni da convalidare."))?;
    Ok(see_other(&paths::pending()))
}

/// The form of one drug.
pub async fn show(doctor: Doctor, path: web::Path<(i64, i64)>) -> Result<HttpResponse, AppError> {
    let (by, asked) = (doctor.by(), path.into_inner());
    let Some((banner, item)) = doctor.read(move |conn| load(conn, &by, asked)).await? else {
        return moved_on(&doctor);
    };
    doctor.note(Look::at_prescription(Act::Preparing, item.row.patient_id, asked.0)).await?;
    let shell = doctor.shell.at(MenuItem::Pending).for_patient(banner);
    let values = item.context.item.values.clone();
    let form = ItemForm::fill(&values, &item.context.posologies);
    let page = ItemPage::new(shell, item.row.patient_id, &item.context, form, &values, by.today);
    Page::ok(page.of_pending(asked.0, item.row.revision)).render()
}

/// Keeps the correction, or takes the drug out: a new revision of the prescription, which the collaborator sees.
pub async fn update(
    Posted(doctor, form): Posted<Doctor, ItemForm>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    let (by, asked) = (doctor.by(), path.into_inner());
    let Some((banner, item)) = doctor.read(move |conn| load(conn, &by, asked)).await? else {
        return moved_on(&doctor);
    };
    let revision = form.data.revisione.ok_or(AppError::BadRequest)?;
    let mut state = FormState::from_pairs(form.raw);
    let values = form.data.read(&item.context, &mut state);
    let shell = doctor.shell.clone().at(MenuItem::Pending).for_patient(banner);
    let page = |state: FormState, values| {
        let page = ItemPage::new(shell, item.row.patient_id, &item.context, state, values, by.today);
        page.of_pending(asked.0, revision)
    };
    let out = form.data.azione == TAKE_OUT;
    if form.data.azione == COMPUTE || (state.is_invalid() && !out) {
        let page = page(state, &values);
        return if page.form.is_invalid() { Page::invalid(page) } else { Page::ok(page) }.render();
    }
    let seen = Seen::new(asked.0, revision);
    let what = if out { Amendment::TakeOut } else { Amendment::Write(Box::new(values.clone())) };
    let write = move |conn: &mut Db| service::amend(conn, &by, seen, asked.1, what);
    match doctor.db().write(write).await {
        Ok(()) => {
            let told = Flash::ok("La prescrizione è corretta.").with_text("Lo studio vede che cosa hai cambiato.");
            doctor.flash(told)?;
            Ok(see_other(&paths::pending()))
        }
        Err(AmendError::Refused(reasons)) => {
            let page = ItemPage { refused: reasons, ..page(state, &values) };
            Page::invalid(page).render()
        }
        Err(AmendError::Act(ActError::Stale | ActError::Unproven)) => moved_on(&doctor),
        Err(AmendError::Act(ActError::NotFound)) => Err(AppError::NotFound),
        Err(AmendError::Act(ActError::Db(error)) | AmendError::Db(error)) => Err(error.into()),
        Err(AmendError::Pool(error)) => Err(error.into()),
    }
}
