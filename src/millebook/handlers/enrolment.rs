//! The doctor's page about a patient's enrolment: consent, code, withdrawal.

use actix_web::{HttpResponse, web};

use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::identity::form_keys::Once;
use crate::millebook::forms::IssueForm;
use crate::millebook::pages::enrolment::{EnrolmentPage, SheetPage};
use crate::millebook::service::{self, EnrolError, How, Issued, Status};
use crate::patients::queries::find_banner;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
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

async fn load(acting: &Acting, id: i64) -> Result<(Status, Option<PatientBanner>), AppError> {
    let by = acting.by();
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let status = service::status(conn, &by, id)?;
        Ok((status, find_banner(conn, by.owner, id, by.today)?))
    };
    acting.read(read).await
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
pub async fn issue(
    Posted(acting, form): Posted<Acting, IssueForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (id, key) = (id.into_inner(), form.key());
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
    let (by, site, consent) = (acting.by(), acting.site.clone(), form.data.consents());
    let work = move |conn: &mut Db| -> Result<Option<(Issued, Status)>, AppError> {
        let issue = |conn: &mut Db| service::issue(conn, (&site.keys, &site.sealer), &by, id, (consent, how));
        match key.once(conn, &by, |_| paths::patient_millebook(id), issue)? {
            Once::Done(issued) => Ok(Some((issued, service::status(conn, &by, id)?))),
            Once::Again(_) | Once::Altered => Ok(None),
        }
    };
    match acting.write(work).await? {
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
pub async fn withdraw(
    Posted(acting, _): Posted<Acting, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (by, id) = (acting.by(), id.into_inner());
    let work = move |conn: &mut Db| service::withdraw(conn, &by, id);
    let done = acting.write(work).await?;
    let title = if done { "Consenso revocato" } else { "Il consenso era già revocato" };
    acting.flash(Flash::ok(title).with_text("Il paziente non vede più nulla di questo archivio."))?;
    Ok(see_other(&paths::patient_millebook(id)))
}
