//! Credenziali SAR: tried against the service, sealed, never sent back.

use actix_web::{HttpResponse, web};
use chrono::NaiveDateTime;
use secrecy::{ExposeSecret, SecretString};

use crate::db::{Db, DbError};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::find_doctor;
use crate::prescriptions::forms::CredentialsForm;
use crate::prescriptions::model::{Reminder, StoredCredentials, WaitReason, of_session, reminders};
use crate::prescriptions::pages::settings::{CredentialsPage, Standing};
use crate::prescriptions::queries;
use crate::prescriptions::service::certificate;
use crate::prescriptions::service::credentials::{self, Given, Part, Place, Trial};
use crate::prescriptions::service::{Pipeline, vault};
use crate::reference::queries as reference;
use crate::reference::session_form::SessionForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::dates;
use sac::SenderCredentials;

/// Under the field of the session.
const SESSION_HINT: &str =
    "Di solito 36 caratteri, dal portale del Sistema TS. Puoi incollarlo. Lascia vuoto per tenere quello che c’è.";

struct Loaded {
    user: User,
    profile: DoctorProfile,
    stored: Option<StoredCredentials>,
    units: Vec<Choice>,
    /// Codes of the regions, and what their sessions look like.
    regions: Vec<(String, SessionForm)>,
}

async fn load(doctor: &Doctor) -> Result<Loaded, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<Option<Loaded>, DbError> {
        let Some((user, profile)) = find_doctor(conn, owner.id())? else { return Ok(None) };
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
        let form = |text: &str| SessionForm::parse(text).unwrap_or(SessionForm::Unknown);
        let regions = regions.into_iter().map(|region| (region.code, form(&region.session_form))).collect();
        Ok(Some(Loaded { user, profile, stored, units, regions }))
    };
    doctor.read(read).await?.ok_or(AppError::NotFound)
}

/// The same, after the session that lies beside has taken the place of one that is over.
async fn load_in_force(doctor: &Doctor) -> Result<Loaded, AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let loaded = load(doctor).await?;
    let Some(stored) = loaded.stored.as_ref().filter(|s| !s.has_session(now) && s.has_pending_session(now)) else {
        return Ok(loaded);
    };
    let generation = stored.generation;
    let take = move |conn: &mut Db| queries::take_pending_session(conn, owner, generation);
    doctor.write(take).await?;
    load(doctor).await
}

/// Credentials are a protected act: the password is asked again when it was given long ago.
fn ask_password(doctor: &Doctor) -> Option<HttpResponse> {
    (!doctor.recently_authenticated()).then(|| see_other(&paths::reauthenticate_then(&paths::sar_credentials())))
}

/// The form.
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
pub async fn update(
    Posted(doctor, form): Posted<Doctor, CredentialsForm>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::sar_credentials(), form).await;
    }
    let loaded = load_in_force(&doctor).await?;
    let data = form.data.trimmed();
    let mut state = FormState::of(&data);
    let known = loaded.stored.as_ref().and_then(|stored| vault::open(pipeline.sealer(), stored).ok());
    let (region, _) = data.region_and_asl();
    let sessions = loaded.regions.iter().find(|(code, _)| *code == region).map_or(SessionForm::Unknown, |row| row.1);
    data.check(&mut state, known.is_none(), sessions);
    if data.is_other_unit() {
        if loaded.regions.iter().all(|(code, _)| *code != region) {
            state.error("altra_asl", "Le prime tre cifre non sono il codice di una regione");
        }
    } else if !loaded.units.iter().any(|unit| unit.value == data.asl) {
        state.error("asl", "Scegli la tua ASL");
    }
    if state.is_invalid() {
        return Page::invalid(page(doctor, loaded, state, &pipeline)).render();
    }
    let given = given(&data, known.as_ref(), loaded.stored.as_ref(), doctor.now());
    let credentials = merged(&data, known);
    let trial = credentials::try_credentials(pipeline.sac(), &credentials, &loaded.user.fiscal_code).await;
    if let Trial::Wrong { part, text } = &trial {
        tell(&mut state, *part, text);
        return Page::invalid(page(doctor, loaded, state, &pipeline)).render();
    }
    save(&doctor, &data, credentials, &trial, given, &pipeline).await?;
    pipeline.wake();
    doctor.flash(match &trial {
        Trial::Works { .. } if given.beside => Flash::ok("Credenziali verificate e salvate.")
            .with_text("La nuova sessione prende il posto di quella in corso quando finisce."),
        Trial::Works { .. } => Flash::ok("Credenziali verificate e salvate."),
        Trial::NoSession => Flash::new(Tone::Warn, "Credenziali salvate.").with_text(
            "Manca l’ID-SESSIONE del giorno: finché non c’è non parte nessuna ricetta, e quelle già in coda aspettano.",
        ),
        _ => Flash::new(Tone::Warn, "Credenziali salvate, ma non verificate.")
            .with_text("Il servizio non ha risposto: le ricette partono appena torna."),
    })?;
    Ok(see_other(&paths::sar_credentials()))
}

/// What was given, and what becomes of the sessions: one typed while another runs is the next.
fn given(
    data: &CredentialsForm,
    known: Option<&SenderCredentials>,
    stored: Option<&StoredCredentials>,
    now: NaiveDateTime,
) -> Given {
    let same_user = known.is_some_and(|known| known.username == data.utente);
    let typed = !data.sessione.is_empty();
    let same_session = known
        .and_then(|known| known.session_id.as_ref())
        .is_some_and(|session| session.expose_secret() == data.sessione);
    let running = stored.is_some_and(|stored| stored.refused == WaitReason::None && stored.has_session(now));
    let beside = typed && same_user && running && !same_session;
    Given { password: !data.password.is_empty(), beside, anew: !same_user || (typed && !beside) }
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
    given: Given,
    pipeline: &Pipeline,
) -> Result<(), AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let sealed = credentials::seal(pipeline.sealer(), owner, &secrets).map_err(AppError::internal)?;
    let (region, asl) = data.region_and_asl();
    let place = Place { region, asl, specialization: data.specializzazione.clone(), structure: data.struttura.clone() };
    let trial = trial.clone();
    let write = move |conn: &mut Db| -> Result<(), DbError> {
        Ok(credentials::save(conn, owner, &secrets.username, &sealed, &place, (&trial, given), now)?)
    };
    doctor.write(write).await
}

fn page(doctor: Doctor, loaded: Loaded, form: FormState, pipeline: &Pipeline) -> CredentialsPage {
    let now = doctor.now();
    let stored = loaded.stored.as_ref();
    let saved = stored.map(|stored| dates::long(dates::to_rome(stored.saved_at).date()));
    let mut standings: Vec<Standing> = stored.map(|stored| standings_of(stored, now)).unwrap_or_default();
    let (from, until) = pipeline.sac().certificate_validity();
    let validity = (from.naive_utc(), until.naive_utc());
    standings.extend(certificate_standing(certificate::standing(validity, now), validity.1));
    CredentialsPage {
        shell: doctor.shell.at(MenuItem::SarCredentials),
        form,
        standings,
        units: loaded.units,
        password_hint: saved.map(|day| format!("Salvata il {day}. Scrivi solo per cambiarla.")).unwrap_or_default(),
        pin_hint: stored.map_or("", |_| "Salvato, non viene mai mostrato. Scrivi solo per cambiarlo.").to_owned(),
        session_hint: SESSION_HINT.to_owned(),
        asked: stored.map(|stored| asked_today(stored, now)).unwrap_or_default(),
        first: stored.is_none(),
    }
}

/// `L’ultima volta l’hai chiesto oggi alle 08.05.`
fn asked_today(stored: &StoredCredentials, now: NaiveDateTime) -> String {
    let today = dates::to_rome(now).date();
    let asked = stored.session_asked_at.map(dates::to_rome).filter(|asked| asked.date() == today);
    asked.map(|asked| format!("L’ultima volta l’hai chiesto oggi alle {}.", dates::hour(asked))).unwrap_or_default()
}

/// The session first, then the next one, then the password.
fn standings_of(stored: &StoredCredentials, now: NaiveDateTime) -> Vec<Standing> {
    let mut standings = Vec::new();
    let urgent = of_session(stored, now);
    if let (None, Some(end)) = (&urgent, stored.session_expires_at.filter(|_| stored.has_session(now))) {
        standings.push(active(stored, end, now));
    }
    if stored.has_pending_session(now) {
        standings.push(Standing {
            tone: "ok",
            icon: "clock",
            title: "La prossima sessione è pronta".to_owned(),
            text: "Prende il posto di quella in corso quando finisce, o quando il SAC non la accetta più.".to_owned(),
        });
    }
    standings.extend(reminders(stored, now).into_iter().map(to_see_to));
    standings
}

fn to_see_to(reminder: Reminder) -> Standing {
    Standing { tone: "warn", icon: "clock", title: reminder.title, text: reminder.text }
}

fn active(stored: &StoredCredentials, end: NaiveDateTime, now: NaiveDateTime) -> Standing {
    if !stored.test_outcome.is_empty() {
        return Standing {
            tone: "warn",
            icon: "alert",
            title: "Credenziali da controllare".to_owned(),
            text: format!("L’ultima prova non è riuscita: {}", stored.test_outcome),
        };
    }
    let end = dates::to_rome(end);
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

/// What is to be said of SAC's certificate, when anything is.
fn certificate_standing(standing: certificate::Standing, ends: chrono::NaiveDateTime) -> Option<Standing> {
    let day = |moment| dates::long(dates::to_rome(moment).date());
    let (tone, title) = match standing {
        certificate::Standing::Good => return None,
        certificate::Standing::NotYet(from) => (
            "err",
            format!("Il certificato del SAC vale solo dal {}: fino ad allora nessuna ricetta è accettata", day(from)),
        ),
        certificate::Standing::Ending { days, stage } => {
            let left = if days == 1 { "manca un giorno".to_owned() } else { format!("mancano {days} giorni") };
            (if stage <= 7 { "err" } else { "warn" }, format!("Il certificato del SAC scade il {}: {left}", day(ends)))
        }
        certificate::Standing::Over => ("err", format!("Il certificato del SAC è scaduto il {}", day(ends))),
    };
    let text = "Chi gestisce il portale deve sostituirlo con quello nuovo del Sistema TS.".to_owned();
    Some(Standing { tone, icon: "alert", title, text })
}
