//! Dati del medico: what the portal knows of the signed-in doctor.

use actix_web::HttpResponse;
use validator::Validate;

use crate::account::forms::DoctorForm;
use crate::account::pages::DoctorPage;
use crate::account::queries::{self, Contacts};
use crate::db::{Db, DbError};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries as identity;
use crate::reference::queries as reference;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::kit::Fact;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::text;
use kernel::wording::listed_name;

/// Everything the page shows.
struct Sheet {
    user: User,
    profile: DoctorProfile,
    region: String,
    asl: String,
}

/// The data and the form to correct them.
pub async fn show(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let sheet = find(&doctor).await?;
    let form = FormState::of(&DoctorForm {
        cellulare: sheet.user.phone.clone(),
        codice_regionale: sheet.profile.regional_code.clone(),
        indirizzo_studio: sheet.profile.surgery_address.clone(),
        telefono_studio: sheet.profile.surgery_phone.clone(),
        nome_studio: sheet.profile.surgery_name.clone(),
    });
    Page::ok(page(doctor, sheet, form)).render()
}

async fn find(doctor: &Doctor) -> Result<Sheet, AppError> {
    let id = doctor.id();
    let read = move |conn: &mut Db| -> Result<Option<Sheet>, DbError> {
        let Some((user, profile)) = identity::find_doctor(conn, id)? else { return Ok(None) };
        let region = reference::find_region(conn, &profile.region_code)?.map(|region| region.name);
        let asl = reference::find_health_unit(conn, &profile.region_code, &profile.asl_code)?.map(|unit| unit.name);
        Ok(Some(Sheet { user, profile, region: region.unwrap_or_default(), asl: asl.unwrap_or_default() }))
    };
    doctor.read(read).await?.ok_or(AppError::NotFound)
}

fn page(doctor: Doctor, sheet: Sheet, form: FormState) -> DoctorPage {
    let Sheet { user, profile, region, asl } = sheet;
    let specialization = match profile.specialization.as_str() {
        "F" => "F · Medicina generale".to_owned(),
        other => other.to_owned(),
    };
    let fact = |label, value: String, is_code| Fact { label, value, is_code };
    let facts = vec![
        fact("Medico", listed_name(&user.surname.to_uppercase(), &user.name), false),
        fact("Codice Fiscale", user.fiscal_code, true),
        fact("Username", user.username, false),
        fact("E-mail", user.email, false),
        fact("Regione", named(&region, &profile.region_code), false),
        fact("ASL", named(&asl, &profile.asl_code), false),
        fact("Specializzazione", specialization, false),
        fact("Codice struttura", profile.structure_code, true),
    ];
    let facts = facts.into_iter().filter(|fact| !fact.value.is_empty()).collect();
    DoctorPage { shell: doctor.shell.at(MenuItem::Doctor), form, facts, last_login: user.previous_login_at }
}

/// `Veneto (050)`, or the code alone when the list does not know it.
fn named(name: &str, code: &str) -> String {
    if name.is_empty() { code.to_owned() } else { format!("{name} ({code})") }
}

/// Stores what may be changed.
pub async fn update(Posted(doctor, form): Posted<Doctor, DoctorForm>) -> Result<HttpResponse, AppError> {
    let data = form.data;
    let mut state = FormState::of(&data);
    state.check(data.validate());
    let fields = [
        ("cellulare", &data.cellulare),
        ("codice_regionale", &data.codice_regionale),
        ("indirizzo_studio", &data.indirizzo_studio),
        ("telefono_studio", &data.telefono_studio),
        ("nome_studio", &data.nome_studio),
    ];
    let [phone, regional_code, surgery_address, surgery_phone, surgery_name] = fields.map(|(name, value)| {
        text::one_line(value, 200).unwrap_or_else(|problem| {
            state.error(name, problem.to_string());
            String::new()
        })
    });
    if state.is_invalid() {
        let sheet = find(&doctor).await?;
        return Page::invalid(page(doctor, sheet, state)).render();
    }
    let contacts = Contacts { phone, regional_code, surgery_address, surgery_phone, surgery_name };
    let id = doctor.id();
    let write = move |conn: &mut Db| queries::set_contacts(conn, id, &contacts);
    doctor.write(write).await?;
    doctor.flash(Flash::ok("I tuoi dati sono stati salvati"))?;
    Ok(see_other(&paths::doctor()))
}
