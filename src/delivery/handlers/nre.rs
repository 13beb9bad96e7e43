//! The number alone: dictated, copied, or sent by text message.

use actix_web::{HttpResponse, web};

use super::{Asked, Subject, deceased, mail::base};
use crate::db::Db;
use crate::delivery::forms::{Delivers as _, SmsForm, Which};
use crate::delivery::pages::{ChoosePage, NreDialog, Number};
use crate::delivery::service::{self, DeliverError};
use crate::patients::queries::find_patient;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use kernel::random;

/// The numbers, big.
pub async fn show(acting: Acting, query: web::Query<Which>) -> Result<HttpResponse, AppError> {
    let (ids, meant) = (query.ids(), query.means_deceased());
    if let Some(question) = deceased::question_before(&acting, meant, &ids, paths::delivery_nre()).await? {
        return Ok(question);
    }
    let page = page(&acting, ids, None, random::hex_token(16)).await?;
    Page::ok(page).render()
}

async fn page(acting: &Acting, ids: Vec<i64>, state: Option<FormState>, key: String) -> Result<ChoosePage, AppError> {
    let by = acting.by();
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let subject = Subject::load(conn, &by, &ids)?;
        if !subject.rows.iter().all(|row| row.state.is_deliverable(&row.auth_code)) {
            return Err(DeliverError::NotDeliverable.into());
        }
        let patient = subject.rows.first().map(|row| row.patient_id).unwrap_or_default();
        let mobile = find_patient(conn, by.owner, patient)?.map(|patient| patient.values.mobile);
        Ok((subject, mobile.unwrap_or_default()))
    };
    let (subject, mobile) = acting.read(read).await?;
    subject.note(acting).await?;
    let number = |row: &crate::prescriptions::queries::ListRow| {
        Number::of(row.id, row.nre.as_deref().unwrap_or_default(), subject.drugs(row.id).join(", "))
    };
    let numbers: Vec<Number> = subject.rows.iter().map(number).collect();
    let with_sms = acting.site.texter.is_some() && numbers.len() == 1;
    let form = state.unwrap_or_else(|| FormState::from_pairs([("cellulare".to_owned(), mobile)]));
    let dialog = NreDialog {
        numbers,
        patient_code: subject.rows.first().map(|row| row.patient_code.clone()).unwrap_or_default(),
        form: with_sms.then_some(form),
        key,
    };
    Ok(ChoosePage { nre: Some(dialog), ..base(acting, &subject) })
}

/// «Invia per SMS».
pub async fn send(Posted(acting, form): Posted<Acting, SmsForm>) -> Result<HttpResponse, AppError> {
    if acting.site.texter.is_none() {
        return Err(AppError::NotFound);
    }
    let id = form.data.id().ok_or(AppError::NotFound)?;
    let mut state = FormState::of(&form.data);
    let Some(number) = form.data.number(&mut state) else {
        return Page::invalid(page(&acting, vec![id], Some(state), form.form_key().to_owned()).await?).render();
    };
    if let Some(question) = deceased::question(&acting, &form, &[id], paths::delivery_sms()).await? {
        return Ok(question);
    }
    let (by, asked) = (acting.by(), Asked::of(&acting, &form));
    let write = move |conn: &mut Db| -> Result<Subject, AppError> {
        let subject = Subject::load(conn, &by, &[id])?;
        asked.once(conn, &[id], &subject.onward(), |conn| service::send_sms(conn, &by, id, Some(&number)))?;
        Ok(subject)
    };
    let subject = acting.write(write).await?;
    acting.flash(Flash::ok("SMS in partenza").with_text("Contiene soltanto il numero della ricetta."))?;
    Ok(see_other(&subject.onward()))
}
