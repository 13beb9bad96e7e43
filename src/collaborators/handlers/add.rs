//! Aggiungi: the fiscal code, then everything else, then the credentials for the only time.

use actix_web::{HttpRequest, HttpResponse};

use super::ask_password;
use super::lists::{identity, lists};
use crate::collaborators::forms::{Lists, PersonForm};
use crate::collaborators::pages::{AddCodePage, AddPersonPage, CodePage, CredentialsPage, Identity, ListsFragment};
use crate::collaborators::queries;
use crate::collaborators::service::associate::{self, Outcome, Person};
use crate::collaborators::service::code::VALID_FOR;
use crate::db::{Db, DbError};
use crate::identity::password::TEMPORARY_FOR;
use crate::identity::queries::{find_doctor_profile, find_user};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::fiscal_code::{FiscalCode, Sex};
use kernel::random;
use kernel::wording::full_name;

/// First step.
pub async fn new(doctor: Doctor) -> Result<HttpResponse, AppError> {
    if let Some(elsewhere) = ask_password(&doctor, &paths::collaborator_new()) {
        return Ok(elsewhere);
    }
    code_page(doctor, FormState::new())
}

fn code_page(doctor: Doctor, form: FormState) -> Result<HttpResponse, AppError> {
    let title = title(&doctor);
    let invalid = form.is_invalid();
    let page = AddCodePage { shell: doctor.shell.at(MenuItem::AddCollaborator), doctor: title, form };
    if invalid { Page::invalid(page).render() } else { Page::ok(page).render() }
}

fn title(doctor: &Doctor) -> String {
    format!("Dr. {}", full_name(&doctor.user.name, &doctor.user.surname))
}

/// The fiscal code, if it is good for a new collaborator of this doctor.
async fn checked(doctor: &Doctor, typed: &str, state: &mut FormState) -> Result<Option<FiscalCode>, AppError> {
    let code = match FiscalCode::parse(typed) {
        Ok(code) => code,
        Err(problem) => {
            state.error("codice_fiscale", problem.to_string());
            return Ok(None);
        }
    };
    let (owner, asked) = (doctor.owner(), code.clone());
    let read = move |conn: &mut Db| -> Result<(bool, bool), DbError> {
        let own = find_user(conn, owner.id())?.is_some_and(|user| user.fiscal_code == asked.as_str());
        Ok((own, queries::is_collaborator(conn, owner, asked.as_str())?))
    };
    match doctor.read(read).await? {
        (true, _) => state.error("codice_fiscale", "È il tuo codice fiscale: qui serve quello del collaboratore"),
        (_, true) => state.error("codice_fiscale", "Questa persona è già tra i tuoi collaboratori"),
        _ => return Ok(Some(code)),
    }
    Ok(None)
}

/// Second step. Whether the person exists elsewhere makes no difference here.
pub async fn check(Posted(doctor, form): Posted<Doctor, PersonForm>) -> Result<HttpResponse, AppError> {
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::collaborator_new(), form).await;
    }
    let mut data = form.data;
    let mut state = FormState::of(&data);
    let Some(code) = checked(&doctor, &data.codice_fiscale, &mut state).await? else {
        return code_page(doctor, state);
    };
    if data.regione.is_empty() {
        start_at_home(&doctor, &mut data).await?;
    }
    person_page(doctor, &code, FormState::of(&data)).await
}

/// A new form begins with the doctor's own region and province.
async fn start_at_home(doctor: &Doctor, data: &mut PersonForm) -> Result<(), AppError> {
    let id = doctor.id();
    let read = move |conn: &mut Db| find_doctor_profile(conn, id);
    if let Some(profile) = doctor.read(read).await? {
        (data.regione, data.provincia) = (profile.region_code, profile.province);
    }
    Ok(())
}

async fn load(doctor: &Doctor, code: &FiscalCode, form: &FormState) -> Result<(Identity, Lists), AppError> {
    let (code, today) = (code.clone(), doctor.today());
    let (region, province) = (form.value("regione").to_owned(), form.value("provincia").to_owned());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok((identity(conn, &code, today)?, lists(conn, &region, &province)?))
    };
    doctor.read(read).await
}

async fn person_page(doctor: Doctor, code: &FiscalCode, form: FormState) -> Result<HttpResponse, AppError> {
    let (identity, lists) = load(&doctor, code, &form).await?;
    let (title, invalid) = (title(&doctor), form.is_invalid());
    let shell = doctor.shell.at(MenuItem::AddCollaborator);
    let page = AddPersonPage { shell, doctor: title, form, identity, lists, key: random::hex_token(16) };
    if invalid { Page::invalid(page).render() } else { Page::ok(page).render() }
}

/// Associa; or, by the other buttons, back to the first step and the lists of another region.
pub async fn create(
    req: HttpRequest,
    Posted(doctor, form): Posted<Doctor, PersonForm>,
) -> Result<HttpResponse, AppError> {
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::collaborator_associate(), form).await;
    }
    let key = form.key();
    let data = form.data;
    let mut state = FormState::of(&data);
    if data.azione == "indietro" {
        return code_page(doctor, state);
    }
    let Ok(code) = FiscalCode::parse(&data.codice_fiscale) else {
        checked(&doctor, &data.codice_fiscale, &mut state).await?;
        return code_page(doctor, state);
    };
    if data.azione == "elenchi" {
        if wants_fragment(&req, "elenchi") {
            let (_, lists) = load(&doctor, &code, &state).await?;
            return Page::ok(ListsFragment { form: state, lists }).render();
        }
        return person_page(doctor, &code, state).await;
    }
    let (_, lists) = load(&doctor, &code, &state).await?;
    let Some(notes) = data.read(&mut state, &lists) else { return person_page(doctor, &code, state).await };
    let person = Person { fiscal_code: code.clone(), notes };
    let code_text = code.as_str().to_owned();
    let full_name = full_name(&person.notes.name, &person.notes.surname);
    match associate::associate(&doctor.site, doctor.by(), person, key).await? {
        Outcome::Created { username, password } => {
            let page = CredentialsPage {
                expires_at: doctor.now() + TEMPORARY_FOR,
                shell: doctor.shell.at(MenuItem::Collaborators),
                full_name,
                associated: if code.sex() == Sex::Female { "associata" } else { "associato" },
                username,
                password,
                fiscal_code: code_text,
            };
            Page::ok(page).render()
        }
        Outcome::Invited(code) => {
            let page = CodePage {
                expires_at: doctor.now() + VALID_FOR,
                shell: doctor.shell.at(MenuItem::Collaborators),
                full_name,
                reconfirms: false,
                code,
                fiscal_code: code_text,
            };
            Page::ok(page).render()
        }
        Outcome::Known => {
            doctor.flash(Flash::new(Tone::Warn, "Questa persona è già tra i tuoi collaboratori"))?;
            Ok(see_other(&paths::collaborators()))
        }
        Outcome::Again(path) => Ok(see_other(&path)),
    }
}
