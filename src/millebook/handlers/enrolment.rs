//! The doctor's page about a patient's enrolment: consent, code, withdrawal.

use actix_web::{HttpResponse, web};

use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::identity::form_keys::{self, Arrival};
use crate::millebook::forms::IssueForm;
use crate::millebook::pages::enrolment::{EnrolmentPage, SheetPage};
use crate::millebook::service::{self, EnrolError, How, Issued, Status};
use crate::patients::queries::find_banner;
use crate::patients::service::Stamp;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::{MenuItem, PatientBanner};
use kernel::random;

impl From<EnrolError> for AppError {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::NotThere => Self::NotFound,
            EnrolError::NoConsent => Self::Conflict("Serve il consenso del paziente.".to_owned()),
            EnrolError::NoAddress => Self::Conflict(
                "Il paziente non ha un indirizzo e-mail: scrivilo in anagrafica, o stampa il foglio.".to_owned(),
            ),
            EnrolError::Db(error) => error.into(),
        }
    }
}

fn stamp(acting: &Acting) -> Stamp {
    Stamp { owner: acting.owner(), actor: acting.id(), now: acting.now() }
}

async fn load(acting: &Acting, id: i64) -> Result<(Status, Option<PatientBanner>), AppError> {
    let (stamp, today) = (stamp(acting), acting.today());
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let status = service::status(conn, &stamp, id)?;
        Ok((status, find_banner(conn, stamp.owner, id, today)?))
    };
    acting.db().read(read).await
}

async fn page(acting: Acting, id: i64, form: FormState) -> Result<EnrolmentPage, AppError> {
    let (status, banner) = load(&acting, id).await?;
    acting.note(Look::at_patient(Act::Enrolment, id)).await?;
    let now = acting.now();
    let mut shell = acting.shell.at(MenuItem::Millebook);
    if let Some(banner) = banner {
        shell = shell.for_patient(banner);
    }
    Ok(EnrolmentPage::new(shell, form, random::hex_token(16), &status, now))
}

/// How the patient stands.
pub async fn show(acting: Acting, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let mut form = FormState::new();
    form.set("consegna", "carta");
    Page::ok(page(acting, id.into_inner(), form).await?).render()
}

/// A new code, with the consent when there is none yet. The sheet is this answer and no other: reloading does not show it.
pub async fn issue(acting: Acting, id: web::Path<i64>, form: CsrfForm<IssueForm>) -> Result<HttpResponse, AppError> {
    let (id, key, content) = (id.into_inner(), form.form_key().to_owned(), form.content());
    let mut state = FormState::from_pairs(form.raw);
    let (status, _) = load(&acting, id).await?;
    let open = status.enrolment.is_some_and(|enrolment| enrolment.is_open());
    if !open && !form.data.consents() {
        state.error("consenso", "Senza il consenso del paziente non si può arruolare");
    }
    let how = form.data.how();
    if how.is_none() {
        state.error("consegna", "Scegli come dare il codice");
    }
    if how == Some(How::Mail) && status.patient.values.email.is_empty() {
        state.error("consegna", "In anagrafica non c’è un indirizzo e-mail");
    }
    let Some(how) = how.filter(|_| !state.is_invalid()) else {
        return Page::invalid(page(acting, id, state).await?).render();
    };
    let (stamp, site, consent) = (stamp(&acting), acting.site.clone(), form.data.consents());
    let work = move |conn: &mut Db| -> Result<Option<(Issued, Status)>, AppError> {
        match form_keys::arrive(conn, stamp.actor, &key, &content, stamp.now)? {
            Arrival::First => {}
            Arrival::Again(_) | Arrival::Altered => return Ok(None),
        }
        let issued = service::issue(conn, (&site.keys, &site.sealer), &stamp, id, (consent, how))?;
        form_keys::set_answer(conn, stamp.actor, &key, &paths::patient_millebook(id))?;
        Ok(Some((issued, service::status(conn, &stamp, id)?)))
    };
    match acting.db().write(work).await? {
        Some((Issued::Paper(code), status)) => {
            let site = &acting.site.public_url;
            let address = format!("{}{}", site.split("://").last().unwrap_or(site), paths::millebook_activate());
            Page::ok(SheetPage::new(acting.shell.at(MenuItem::Millebook), &status, &code, address)).render()
        }
        Some((Issued::Mailed, _)) => {
            let text = "Vale 14 giorni. Il paziente lo usa con il codice fiscale e la data di nascita.";
            acting.flash(Flash::ok("Il codice è in partenza per e-mail").with_text(text))?;
            Ok(see_other(&paths::patient_millebook(id)))
        }
        None => {
            let title = "Il codice è già stato mostrato, e si mostra una volta sola";
            acting.flash(Flash::new(Tone::Info, title).with_text("Se il foglio è andato perso, danne uno nuovo."))?;
            Ok(see_other(&paths::patient_millebook(id)))
        }
    }
}

/// «Revocare il consenso?»
pub async fn ask(acting: Acting, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let page = page(acting, id.into_inner(), FormState::new()).await?;
    if !page.open {
        return Ok(see_other(&paths::patient_millebook(page.id)));
    }
    Page::ok(page.with_question()).render()
}

/// Takes the consent back.
pub async fn withdraw(acting: Acting, id: web::Path<i64>, _form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let (stamp, id) = (stamp(&acting), id.into_inner());
    let work = move |conn: &mut Db| -> Result<bool, AppError> { Ok(service::withdraw(conn, &stamp, id)?) };
    let done = acting.db().write(work).await?;
    let title = if done { "Consenso revocato" } else { "Il consenso era già revocato" };
    acting.flash(Flash::ok(title).with_text("Il paziente non vede più nulla di questo archivio."))?;
    Ok(see_other(&paths::patient_millebook(id)))
}
