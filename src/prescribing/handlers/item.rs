//! Dati prescrizione.

use actix_web::{HttpResponse, web};

use super::{banner, key, moment};
use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::prescribing::forms::{COMPUTE, ItemForm};
use crate::prescribing::pages::item::ItemPage;
use crate::prescribing::queries;
use crate::prescribing::service::{self, ItemContext, Moment};
use crate::web::error::AppError;
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};

type Loaded = (PatientBanner, ItemContext);

fn load(conn: &mut Db, key: queries::Key, item: i64, at: Moment) -> Result<Loaded, AppError> {
    let banner = banner(conn, key, at)?;
    let context = service::load_item(conn, key, item, at)?.ok_or(AppError::NotFound)?;
    Ok((banner, context))
}

/// The form of one drug.
pub async fn show(doctor: Acting, path: web::Path<(i64, i64)>) -> Result<HttpResponse, AppError> {
    let (patient, item) = path.into_inner();
    let (key, at) = (key(&doctor, patient), moment(&doctor));
    let (banner, context) = doctor.read(move |conn| load(conn, key, item, at)).await?;
    doctor.note(Look::at_patient(Act::Preparing, patient)).await?;
    let shell = doctor.shell.at(MenuItem::Therapies).for_patient(banner);
    let values = context.item.values.clone();
    let form = ItemForm::fill(&values, &context.posologies);
    Page::ok(ItemPage::new(shell, patient, &context, form, &values, at.today)).render()
}

/// Keeps the data of one drug, then goes to the next that waits, or to the review. «Calcola esenzione» only shows what
/// the exemption comes to.
pub async fn update(
    Posted(doctor, form): Posted<Acting, ItemForm>,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, AppError> {
    let (patient, item) = path.into_inner();
    let (key, at) = (key(&doctor, patient), moment(&doctor));
    let (banner, context) = doctor.read(move |conn| load(conn, key, item, at)).await?;
    let mut state = FormState::from_pairs(form.raw);
    let values = form.data.read(&context, &mut state);
    let compute = form.data.azione == COMPUTE;
    if compute || state.is_invalid() {
        let shell = doctor.shell.at(MenuItem::Therapies).for_patient(banner);
        let page = ItemPage::new(shell, patient, &context, state, &values, at.today);
        return if page.form.is_invalid() { Page::invalid(page) } else { Page::ok(page) }.render();
    }
    let write = move |conn: &mut Db| -> Result<Option<i64>, AppError> {
        service::save_item(conn, key, item, at, |row| *row = values)?.map_err(|_refused| AppError::NotFound)
    };
    let next = doctor.write(write).await?;
    Ok(see_other(&next.map_or_else(|| paths::draft(patient), |next| paths::draft_item(patient, next))))
}
