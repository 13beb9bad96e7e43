//! How archives are protected: the doctor's choice, and the secret agreed with a patient.

use actix_web::{HttpResponse, web};
use secrecy::SecretString;

use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::delivery::forms::{SecretForm, SettingsForm};
use crate::delivery::pages::{SecretPage, SettingsPage};
use crate::delivery::queries;
use crate::delivery::service::secret_place;
use crate::patients::model::Patient;
use crate::patients::queries::{find_banner, find_patient};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::{Acting, Doctor};
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};
use kernel::dates;

/// The settings.
pub async fn settings(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| queries::wants_classic_zip(conn, owner);
    let classic = doctor.read(read).await?;
    let form = FormState::from_pairs(classic.then(|| ("classica".to_owned(), "true".to_owned())));
    Page::ok(SettingsPage { shell: doctor.shell.at(MenuItem::Deliveries), form }).render()
}

/// Keeps the settings.
pub async fn update_settings(Posted(doctor, form): Posted<Doctor, SettingsForm>) -> Result<HttpResponse, AppError> {
    let (owner, now, classic) = (doctor.owner(), doctor.now(), !form.data.classica.is_empty());
    let write = move |conn: &mut Db| queries::set_classic_zip(conn, owner, classic, now);
    doctor.write(write).await?;
    let text = if classic {
        "Da adesso i file si aprono anche con il programma di Windows, ma la protezione è debole."
    } else {
        "Da adesso i file sono protetti con AES-256."
    };
    doctor.flash(Flash::ok("Impostazione salvata").with_text(text))?;
    Ok(see_other(&paths::deliveries()))
}

struct Loaded {
    patient: Patient,
    banner: Option<PatientBanner>,
    since: String,
}

async fn load(acting: &Acting, id: i64) -> Result<Loaded, AppError> {
    let (owner, today) = (acting.owner(), acting.today());
    let read = move |conn: &mut Db| -> Result<Loaded, AppError> {
        let patient = find_patient(conn, owner, id)?.ok_or(AppError::NotFound)?;
        let secret = queries::find_secret(conn, id)?;
        Ok(Loaded {
            banner: find_banner(conn, owner, id, today)?,
            since: secret.map(|(_, at)| dates::long(dates::to_rome(at).date())).unwrap_or_default(),
            patient,
        })
    };
    acting.read(read).await
}

fn page(acting: Acting, loaded: Loaded, form: FormState) -> SecretPage {
    let mut shell = acting.shell.at(MenuItem::Record);
    if let Some(banner) = loaded.banner {
        shell = shell.for_patient(banner);
    }
    SecretPage { shell, id: loaded.patient.id, form, since: loaded.since }
}

/// The page of the secret. The secret itself is never shown.
pub async fn edit(acting: Acting, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&acting, id.into_inner()).await?;
    acting.note(Look::at_patient(Act::Registry, loaded.patient.id)).await?;
    Page::ok(page(acting, loaded, FormState::new())).render()
}

/// Keeps or forgets it.
pub async fn update(
    Posted(acting, form): Posted<Acting, SecretForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let loaded = load(&acting, id).await?;
    let mut state = FormState::of(&form.data);
    let values = &loaded.patient.values;
    let born = [values.birth_date.format("%d%m%Y").to_string(), values.birth_date.format("%d/%m/%Y").to_string()];
    let [plain, slashed] = &born;
    let known = [values.surname.as_str(), values.name.as_str(), values.fiscal_code.as_str(), plain, slashed];
    let forget = !form.data.togli.is_empty();
    let secret = if forget { None } else { form.data.secret(&known, &mut state) };
    if state.is_invalid() {
        return Page::invalid(page(acting, loaded, state)).render();
    }
    let by = acting.by();
    let sealed = match secret {
        None => None,
        Some(secret) => {
            let sealed = acting.site.sealer.seal_text(secret_place(id), &SecretString::from(secret));
            Some(sealed.map_err(AppError::internal)?)
        }
    };
    let write = move |conn: &mut Db| -> Result<_, AppError> {
        Ok(match sealed {
            None => queries::delete_secret(conn, id)?,
            Some(sealed) => queries::set_secret(conn, id, &sealed, by.actor, by.now)?,
        })
    };
    acting.write(write).await?;
    let title = if forget { "Parola concordata tolta" } else { "Parola concordata salvata" };
    let text = if forget { "Da adesso partono di nuovo due messaggi." } else { "Da adesso parte un solo messaggio." };
    acting.flash(Flash::ok(title).with_text(text))?;
    Ok(see_other(&paths::patient_edit(id)))
}
