//! New patient, and registry data of one: the fiscal code is read, contradictions are errors, doubts are asked about.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::patients::forms::PatientForm;
use crate::patients::model::{Category, ForeignKind, Patient, Status, odd_sign};
use crate::patients::pages::{ChangeView, PatientFormPage, Warning};
use crate::patients::queries::{self, ChangeRow};
use crate::patients::service::{self, Written};
use crate::reference::model::Birthplace;
use crate::reference::places::{birthplace_on, is_elsewhere};
use crate::reference::queries as reference;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};
use kernel::fiscal_code::FiscalCode;
use kernel::patient_code::PatientCode;
use kernel::{dates, folding, text};

/// How many earlier versions the page shows.
const VERSIONS: i64 = 20;

/// What the page needs of the database.
struct Loaded {
    banner: Option<PatientBanner>,
    patient: Option<Patient>,
    changes: Vec<ChangeRow>,
    units: Vec<Choice>,
    own_asl: String,
    birthplace: String,
    /// Every place that has borne the code's birthplace code.
    places: Vec<Birthplace>,
    homonyms: Vec<Patient>,
}

/// What the page is about.
#[derive(Clone)]
struct Subject {
    owner: Owner,
    today: NaiveDate,
    /// The patient; `None` for a new one.
    id: Option<i64>,
    /// Folded surname and name as typed.
    key: String,
    code: Option<FiscalCode>,
    birth_date: Option<NaiveDate>,
}

fn load(conn: &mut Db, subject: &Subject) -> Result<Loaded, AppError> {
    let Subject { owner, today, id, key, code, birth_date } = subject;
    let (mut banner, mut patient, mut changes) = (None, None, Vec::new());
    if let Some(id) = *id {
        patient = Some(queries::find_patient(conn, *owner, id)?.ok_or(AppError::NotFound)?);
        banner = queries::find_banner(conn, *owner, id, *today)?;
        changes = queries::list_changes(conn, *owner, id, VERSIONS)?;
    }
    let (region, own_asl) = queries::find_doctor(conn, *owner)?.unwrap_or_default();
    let units = reference::list_health_units(conn, &region)?;
    let units =
        units.into_iter().map(|unit| Choice::new(unit.asl_code.clone(), format!("{} · {}", unit.asl_code, unit.name)));
    let places = match code {
        Some(code) => reference::list_birthplaces(conn, &code.birthplace_code())?,
        None => Vec::new(),
    };
    let birthplace = birthplace_on(&places, birth_date.unwrap_or(*today));
    let homonyms = if key.is_empty() { Vec::new() } else { queries::list_homonyms(conn, *owner, key, *id)? };
    Ok(Loaded {
        banner,
        patient,
        changes,
        units: units.collect(),
        own_asl,
        birthplace: birthplace.map(Birthplace::label).unwrap_or_default(),
        places,
        homonyms,
    })
}

impl Subject {
    fn blank(doctor: &Acting, id: Option<i64>) -> Self {
        let (owner, today) = (doctor.owner(), doctor.today());
        Self { owner, today, id, key: String::new(), code: None, birth_date: None }
    }

    async fn load(&self, doctor: &Acting) -> Result<Loaded, AppError> {
        let subject = self.clone();
        doctor.read(move |conn| load(conn, &subject)).await
    }
}

/// The form for a new patient.
pub async fn new(doctor: Acting) -> Result<HttpResponse, AppError> {
    let loaded = Subject::blank(&doctor, None).load(&doctor).await?;
    let form = PatientForm {
        asl_code: loaded.own_asl.clone(),
        category: Category::Ssn.as_str().to_owned(),
        status: Status::Active.as_str().to_owned(),
        ..PatientForm::default()
    };
    Page::ok(page(doctor, None, FormState::of(&form), loaded)).render()
}

/// The form with a patient's registry data.
pub async fn edit(doctor: Acting, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let loaded = Subject::blank(&doctor, Some(id)).load(&doctor).await?;
    let patient = loaded.patient.as_ref().ok_or(AppError::NotFound)?;
    let form = FormState::of(&PatientForm::of(&patient.values, patient.revision));
    doctor.note(Look::at_patient(Act::Registry, id)).await?;
    Page::ok(page(doctor, Some(id), form, loaded)).render()
}

/// Adds a patient.
pub async fn create(Posted(doctor, form): Posted<Acting, PatientForm>) -> Result<HttpResponse, AppError> {
    save(doctor, None, form.data).await
}

/// Corrects a patient.
pub async fn update(
    Posted(doctor, form): Posted<Acting, PatientForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    save(doctor, Some(id.into_inner()), form.data).await
}

async fn save(doctor: Acting, id: Option<i64>, mut form: PatientForm) -> Result<HttpResponse, AppError> {
    let today = doctor.today();
    let code = form.complete(today);
    let subject = Subject {
        key: folding::person_key(&form.surname, &form.name),
        birth_date: dates::parse_date(&form.birth_date).ok(),
        code: code.clone(),
        ..Subject::blank(&doctor, id)
    };
    let loaded = subject.load(&doctor).await?;
    let decode = form.action == "decode";
    match &code {
        Some(code) if decode => form.replace(code, &loaded.birthplace, today),
        _ if form.birthplace.trim().is_empty() => form.birthplace.clone_from(&loaded.birthplace),
        _ => {}
    }
    let mut state = FormState::of(&form);
    if decode {
        return decoded(doctor, id, state, &form, loaded);
    }
    let Some(values) = form.read(&mut state, today) else {
        return Page::invalid(page(doctor, id, state, loaded)).render();
    };
    let warnings = warnings(&form, code.as_ref(), &loaded, doctor.today());
    if !warnings.is_empty() && form.confirmed.is_empty() {
        return Page::invalid(PatientFormPage { warnings, ..page(doctor, id, state, loaded) }).render();
    }
    let by = doctor.by();
    let (revision, written) = (form.revision, values.clone());
    let ended = doctor.db().write(move |conn| -> Result<Written, AppError> {
        Ok(match id {
            None => service::create(conn, &by, &written)?,
            Some(id) => service::edit(conn, &by, id, revision, &written)?,
        })
    });
    match ended.await? {
        Written::Done(saved) => {
            doctor.flash(Flash::ok(if id.is_some() { "Dati anagrafici salvati." } else { "Paziente aggiunto." }))?;
            Ok(see_other(&paths::record(saved)))
        }
        Written::NotThere => Err(AppError::NotFound),
        Written::CodeTaken(other) => {
            state.error(
                "fiscal_code",
                "Questo codice fiscale è già di un tuo paziente: apri la sua cartella o correggilo",
            );
            let taken = Some((paths::record(other.id), other.display_name()));
            Page::invalid(PatientFormPage { taken, ..page(doctor, id, state, loaded) }).render()
        }
        Written::Stale(now) => {
            state.form_error("Mentre scrivevi, questi dati sono cambiati: guarda le differenze qui sotto. Se salvi di nuovo, vale quello che hai scritto tu.");
            state.set("revision", now.revision.to_string());
            let stale = now.values.differences(&values);
            Page::with_status(StatusCode::CONFLICT, PatientFormPage { stale, ..page(doctor, id, state, loaded) })
                .render()
        }
    }
}

/// "Leggi dal codice fiscale": shows what it says, saves nothing.
fn decoded(
    doctor: Acting,
    id: Option<i64>,
    mut state: FormState,
    form: &PatientForm,
    loaded: Loaded,
) -> Result<HttpResponse, AppError> {
    let unread = match PatientCode::parse(&form.fiscal_code) {
        Ok(code) if code.fiscal().is_some() => None,
        Ok(_) => Some("Da questo codice non si leggono sesso, data e luogo di nascita: scrivili".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(text) = unread {
        state.error("fiscal_code", text);
        return Page::invalid(page(doctor, id, state, loaded)).render();
    }
    Page::ok(page(doctor, id, state, loaded)).render()
}

/// What may be right but deserves a look: a name or a birthplace the code does not fit, namesakes.
fn warnings(form: &PatientForm, code: Option<&FiscalCode>, loaded: &Loaded, today: NaiveDate) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if code.is_some_and(|code| !code.matches_person(&form.surname, &form.name)) {
        let text = "Cognome e nome non danno le prime sei lettere del codice fiscale.".to_owned();
        warnings.push(Warning { text, link: None });
    }
    if let Some(sign) =
        [&form.surname, &form.name].into_iter().find_map(|name| odd_sign(&text::one_line(name, 60).unwrap_or_default()))
    {
        let text = format!("Nel nome c’è «{sign}», che non è di un nome.");
        warnings.push(Warning { text, link: None });
    }
    if is_elsewhere(&form.birthplace, &loaded.places) {
        let text =
            format!("Il luogo di nascita scritto non è quello del codice fiscale, che dice {}.", loaded.birthplace);
        warnings.push(Warning { text, link: None });
    }
    // The same code is an error of its own, told when saving.
    for other in loaded.homonyms.iter().filter(|other| other.values.fiscal_code != form.fiscal_code) {
        let born = dates::long(other.values.birth_date);
        warnings.push(Warning {
            text: format!(
                "Hai già un paziente con lo stesso nome, di data {born} e codice {}.",
                other.values.fiscal_code
            ),
            link: Some((paths::record(other.id), other.display_name())),
        });
    }
    let card = dates::parse_date(&form.card_expires_on).ok().filter(|_| !form.foreign_state.trim().is_empty());
    if let Some(last) = card.filter(|last| *last < today) {
        let text = format!("La tessera europea è scaduta il {}.", dates::short(last));
        warnings.push(Warning { text, link: None });
    }
    // An old patient is not asked about again while name, code, birthplace and card stay as they were.
    let unchanged = |patient: &Patient| {
        patient.search_key == folding::person_key(&form.surname, &form.name)
            && patient.values.fiscal_code == form.fiscal_code
            && patient.values.birthplace == form.birthplace.trim()
            && patient.values.card_expires_on == card
    };
    if loaded.patient.as_ref().is_some_and(unchanged) { Vec::new() } else { warnings }
}

fn page(doctor: Acting, id: Option<i64>, form: FormState, loaded: Loaded) -> PatientFormPage {
    let mut shell = doctor.shell.at(MenuItem::Patients);
    if let Some(banner) = loaded.banner {
        shell = shell.for_patient(banner);
    }
    let mut units = loaded.units;
    let asl = form.value("asl_code");
    if !asl.is_empty() && !units.iter().any(|unit| unit.value == asl) {
        units.push(Choice::new(asl, asl));
    }
    PatientFormPage {
        shell,
        form,
        heading: if id.is_some() { "Dati anagrafici" } else { "Nuovo paziente" },
        action: id.map_or_else(paths::patient_new, paths::patient_edit),
        back: id.map_or_else(paths::patients, paths::record),
        existing: id.is_some(),
        sexes: vec![Choice::new("M", "Maschio"), Choice::new("F", "Femmina")],
        units,
        insurers: insurers(),
        categories: Category::ALL.iter().map(|c| Choice::new(c.as_str(), c.label())).collect(),
        statuses: Status::ALL.iter().map(|s| Choice::new(s.as_str(), s.label())).collect(),
        warnings: Vec::new(),
        taken: None,
        stale: Vec::new(),
        changes: loaded.changes.iter().map(change).collect(),
    }
}

fn insurers() -> Vec<Choice> {
    let foreign = ForeignKind::ALL.iter().filter(|kind| **kind != ForeignKind::Here);
    foreign.map(|kind| Choice::new(kind.as_str(), kind.label())).collect()
}

fn change(row: &ChangeRow) -> ChangeView {
    let local = dates::to_rome(row.changed_at);
    ChangeView {
        when: format!("{}, {}", dates::long(local.date()), dates::hour(local)),
        author: row.author.clone(),
        fields: row.before.as_ref().map(|before| before.differences(&row.after)).unwrap_or_default(),
    }
}
