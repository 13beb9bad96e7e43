//! Credenziali SAR: tried against the service, sealed, never sent back.

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::db::{Db, DbError};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::{find_doctor_profile, find_user};
use crate::kernel::dates;
use crate::ports::sac::SenderCredentials;
use crate::prescriptions::forms::CredentialsForm;
use crate::prescriptions::model::StoredCredentials;
use crate::prescriptions::pages::settings::{CredentialsPage, Standing};
use crate::prescriptions::queries;
use crate::prescriptions::service::credentials::{self, Part, Place, Trial};
use crate::prescriptions::service::{Pipeline, vault};
use crate::reference::queries as reference;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::MenuItem;

/// How long before its end SAC's certificate is spoken of.
const CERTIFICATE_WARNING: TimeDelta = TimeDelta::days(30);

struct Loaded {
    user: User,
    profile: DoctorProfile,
    stored: Option<StoredCredentials>,
    units: Vec<Choice>,
    /// Codes of the regions.
    regions: Vec<String>,
}

async fn load(doctor: &Doctor) -> Result<Loaded, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<Option<Loaded>, DbError> {
        let (Some(user), Some(profile)) = (find_user(conn, owner.id())?, find_doctor_profile(conn, owner.id())?) else {
            return Ok(None);
        };
        let stored = queries::find_credentials(conn, owner)?;
        let regions = reference::list_regions(conn)?;
        let name_of = |code: &str| regions.iter().find(|r| r.code == code).map_or("", |r| r.name.as_str()).to_owned();
        let mut units: Vec<Choice> = reference::list_all_health_units(conn)?
            .into_iter()
            .map(|unit| {
                Choice::new(unit.code, format!("{} · {} ({})", name_of(&unit.region_code), unit.name, unit.asl_code))
            })
            .collect();
        // An ASL that the list does not have stays the doctor's own.
        let own = format!("{}{}", profile.region_code, profile.asl_code);
        if own.len() == 6 && !units.iter().any(|unit| unit.value == own) {
            let label = format!("{} · ASL {}", name_of(&profile.region_code), profile.asl_code);
            units.insert(0, Choice::new(own, label));
        }
        let regions = regions.into_iter().map(|region| region.code).collect();
        Ok(Some(Loaded { user, profile, stored, units, regions }))
    };
    doctor.db().read(read).await?.ok_or(AppError::NotFound)
}

/// Credentials are a protected act: the password is asked again when it was given long ago.
fn ask_password(doctor: &Doctor) -> Option<HttpResponse> {
    (!doctor.recently_authenticated()).then(|| see_other(&paths::reauthenticate_then(&paths::sar_credentials())))
}

/// The form.
///
/// # Errors
/// [`AppError`].
pub async fn edit(doctor: Doctor, pipeline: web::Data<Pipeline>) -> Result<HttpResponse, AppError> {
    if let Some(elsewhere) = ask_password(&doctor) {
        return Ok(elsewhere);
    }
    let loaded = load(&doctor).await?;
    let form = FormState::of(&CredentialsForm {
        utente: loaded.stored.as_ref().map_or_else(|| loaded.user.fiscal_code.clone(), |s| s.username.clone()),
        password: String::new(),
        pin: String::new(),
        sessione: String::new(),
        asl: format!("{}{}", loaded.profile.region_code, loaded.profile.asl_code),
        specializzazione: loaded.profile.specialization.clone(),
        struttura: loaded.profile.structure_code.clone(),
        altra_asl: String::new(),
    });
    Page::ok(page(doctor, loaded, form, &pipeline)).render()
}

/// Tries the credentials and saves them.
///
/// # Errors
/// [`AppError`].
pub async fn update(
    doctor: Doctor,
    form: CsrfForm<CredentialsForm>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::sar_credentials(), form).await;
    }
    let loaded = load(&doctor).await?;
    let data = form.data.trimmed();
    let mut state = FormState::of(&data);
    let known = loaded.stored.as_ref().and_then(|stored| vault::open(pipeline.sealer(), stored).ok());
    data.check(&mut state, known.is_none());
    if data.is_other_unit() {
        let (region, _) = data.region_and_asl();
        if !loaded.regions.contains(&region) {
            state.error("altra_asl", "Le prime tre cifre non sono il codice di una regione");
        }
    } else if !loaded.units.iter().any(|unit| unit.value == data.asl) {
        state.error("asl", "Scegli la tua ASL");
    }
    if state.is_invalid() {
        return Page::invalid(page(doctor, loaded, state, &pipeline)).render();
    }
    let credentials = merged(&data, known);
    let trial = credentials::try_credentials(pipeline.sac(), &credentials, &loaded.user.fiscal_code).await;
    if let Trial::Wrong { part, text } = &trial {
        tell(&mut state, *part, text);
        return Page::invalid(page(doctor, loaded, state, &pipeline)).render();
    }
    save(&doctor, &data, credentials, &trial, &pipeline).await?;
    pipeline.wake();
    doctor.flash(match &trial {
        Trial::Works { .. } => Flash::ok("Credenziali verificate e salvate."),
        Trial::NoSession => Flash::new(Tone::Warn, "Credenziali salvate.").with_text(
            "Manca l’ID-SESSIONE del giorno: finché non c’è non parte nessuna ricetta, e quelle già in coda aspettano.",
        ),
        _ => Flash::new(Tone::Warn, "Credenziali salvate, ma non verificate.")
            .with_text("Il servizio non ha risposto: le ricette partono appena torna."),
    })?;
    Ok(see_other(&paths::sar_credentials()))
}

/// What was typed, over what is stored. A session goes with its user: another user's is not kept.
fn merged(data: &CredentialsForm, known: Option<SenderCredentials>) -> SenderCredentials {
    let typed = |text: &str| (!text.is_empty()).then(|| SecretString::from(text.to_owned()));
    let same_user = known.as_ref().is_some_and(|known| known.username == data.utente);
    let (password, pin, session) = match known {
        Some(known) => (known.password, known.pin, known.session_id.filter(|_| same_user)),
        None => (SecretString::default(), SecretString::default(), None),
    };
    SenderCredentials {
        username: data.utente.clone(),
        password: typed(&data.password).unwrap_or(password),
        pin: typed(&data.pin).unwrap_or(pin),
        session_id: typed(&data.sessione).or(session),
    }
}

fn tell(state: &mut FormState, part: Part, text: &str) {
    match part {
        Part::User => state.error("utente", text),
        Part::Pin => state.error("pin", text),
        Part::Session => state.error("sessione", text),
        Part::Place => state.error("asl", text),
        Part::Unknown => state.form_error(text),
    }
}

async fn save(
    doctor: &Doctor,
    data: &CredentialsForm,
    secrets: SenderCredentials,
    trial: &Trial,
    pipeline: &Pipeline,
) -> Result<(), AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let sealed = credentials::seal(pipeline.sealer(), owner, &secrets).map_err(AppError::internal)?;
    let (region, asl) = data.region_and_asl();
    let place = Place { region, asl, specialization: data.specializzazione.clone(), structure: data.struttura.clone() };
    let trial = trial.clone();
    let write = move |conn: &mut Db| -> Result<(), DbError> {
        Ok(credentials::save(conn, owner, &secrets.username, &sealed, &place, &trial, now)?)
    };
    Ok(doctor.db().write(write).await?)
}

fn page(doctor: Doctor, loaded: Loaded, form: FormState, pipeline: &Pipeline) -> CredentialsPage {
    let now = doctor.now();
    let stored = loaded.stored.as_ref();
    let saved = stored.map(|stored| dates::long(dates::to_rome(stored.saved_at).date()));
    let mut standings: Vec<Standing> = stored.map(|stored| session_standing(stored, now)).into_iter().collect();
    let ends = pipeline.sac().certificate_validity().1.naive_utc();
    if ends - now < CERTIFICATE_WARNING {
        standings.push(certificate_standing(ends, now));
    }
    CredentialsPage {
        shell: doctor.shell.at(MenuItem::SarCredentials),
        form,
        standings,
        units: loaded.units,
        password_hint: saved.map(|day| format!("Salvata il {day}. Scrivi solo per cambiarla.")).unwrap_or_default(),
        pin_hint: stored.map_or("", |_| "Salvato, non viene mai mostrato. Scrivi solo per cambiarlo.").to_owned(),
        first: stored.is_none(),
    }
}

fn session_standing(stored: &StoredCredentials, now: chrono::NaiveDateTime) -> Standing {
    let live = stored.session_expires_at.filter(|end| stored.session_sealed.is_some() && *end > now);
    let Some(end) = live else {
        return Standing {
            tone: "warn",
            icon: "clock",
            title: "Nessuna sessione attiva".to_owned(),
            text: "Incolla l’ID-SESSIONE del giorno: senza non parte nessuna ricetta, e quelle già in coda aspettano."
                .to_owned(),
        };
    };
    let end = dates::to_rome(end);
    if !stored.test_outcome.is_empty() {
        return Standing {
            tone: "warn",
            icon: "alert",
            title: "Credenziali da controllare".to_owned(),
            text: format!("L’ultima prova non è riuscita: {}", stored.test_outcome),
        };
    }
    let day = if end.date() == dates::to_rome(now).date() {
        String::new()
    } else {
        format!(" del {}", dates::long(end.date()))
    };
    Standing {
        tone: "ok",
        icon: "check-o",
        title: format!("Sessione attiva fino alle {}{day}", dates::hour(end)),
        text: "Vale per tutte le ricette della giornata.".to_owned(),
    }
}

fn certificate_standing(ends: chrono::NaiveDateTime, now: chrono::NaiveDateTime) -> Standing {
    let day = dates::long(dates::to_rome(ends).date());
    let over = ends <= now;
    Standing {
        tone: if over { "err" } else { "warn" },
        icon: "alert",
        title: if over {
            format!("Il certificato del SAC è scaduto il {day}")
        } else {
            format!("Il certificato del SAC scade il {day}")
        },
        text: "Chi gestisce il portale deve sostituirlo con quello nuovo del Sistema TS.".to_owned(),
    }
}
