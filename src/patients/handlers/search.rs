//! Patient search. The form is posted, so that what is typed never stands in an address; the answer is a redirect to a
//! sealed address, to which one can come back and which carries the pages.

use std::collections::HashMap;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::patients::address::{Asked, LONGEST};
use crate::patients::forms::SearchForm;
use crate::patients::model::{LookIn, Patient, Show};
use crate::patients::pages::{PatientRow, PatientSearchPage, Results, ResultsFragment};
use crate::patients::queries::{self, Cursor, PAGE, Search};
use crate::web::error::AppError;
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Acting;
use crate::web::page::{ADDRESS_HEADER, Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::patient_query::PatientQuery;
use kernel::{dates, text};

/// Id of the box that the live search replaces.
const BOX: &str = "risultati";

/// The address of a page of results.
#[derive(Debug, Deserialize)]
pub struct Ask {
    /// The sealed search.
    #[serde(default)]
    c: String,
    /// Continue after this patient.
    #[serde(default)]
    dopo: i64,
    /// Number of the first row shown.
    #[serde(default)]
    da: usize,
}

/// The start page, or a page of results.
pub async fn index(doctor: Acting, ask: web::Query<Ask>) -> Result<HttpResponse, AppError> {
    let ask = ask.into_inner();
    if ask.c.is_empty() {
        let results = start(&doctor).await?;
        return Page::ok(page(doctor, form_of(&Asked::default()), results)).render();
    }
    let Some(asked) = Asked::open(&doctor.site.sealer, doctor.id(), &ask.c) else {
        return Ok(see_other(&paths::patients()));
    };
    let form = form_of(&asked);
    let results = results(&doctor, asked, ask).await?;
    Page::ok(page(doctor, form, results)).render()
}

/// A search: redirects to its page, or answers the box alone to the script.
pub async fn search(
    Posted(doctor, form): Posted<Acting, SearchForm>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let fragment = wants_fragment(&req, BOX);
    let SearchForm { q, mostra, dove } = form.data;
    let (show, look_in) = (Show::from_word(&mostra), LookIn::from_word(&dove));
    let asked = match text::one_line(&q, LONGEST) {
        Ok(text) => Asked { text, show, look_in },
        Err(error) => {
            let mut state = form_of(&Asked { text: q, show, look_in });
            state.error("q", error.to_string());
            let results = start(&doctor).await?;
            return Page::invalid(page(doctor, state, results)).render();
        }
    };
    if !fragment {
        return Ok(see_other(&asked.address(&doctor.site.sealer, doctor.id())));
    }
    let (address, results) = if asked == Asked::default() {
        (paths::patients(), start(&doctor).await?)
    } else {
        let c = asked.seal(&doctor.site.sealer, doctor.id()).unwrap_or_default();
        (format!("{}?c={c}", paths::patients()), results(&doctor, asked, Ask { c, dopo: 0, da: 0 }).await?)
    };
    let mut answer = Page::ok(ResultsFragment { results }).render()?;
    answer.headers_mut().insert(ADDRESS_HEADER, HeaderValue::from_str(&address).map_err(AppError::internal)?);
    Ok(answer)
}

fn form_of(asked: &Asked) -> FormState {
    let mut form = FormState::new();
    form.set("q", asked.text.clone());
    form.set("mostra", asked.show.words().0);
    form.set("dove", asked.look_in.words().0);
    form
}

fn page(doctor: Acting, form: FormState, results: Results) -> PatientSearchPage {
    PatientSearchPage {
        shell: doctor.shell.at(MenuItem::Patients),
        form,
        shows: Show::ALL.iter().map(|(_, word, text)| Choice::new(*word, *text)).collect(),
        places: LookIn::ALL.iter().map(|(_, word, text)| Choice::new(*word, *text)).collect(),
        results,
    }
}

/// Before anything is asked: the patients opened last.
async fn start(doctor: &Acting) -> Result<Results, AppError> {
    let (owner, user, today) = (doctor.owner(), doctor.id(), doctor.today());
    let recent = doctor.read(move |conn: &mut Db| latest(conn, owner, user, Show::All)).await?;
    note(doctor, Act::Listed, &recent).await?;
    if recent.is_empty() {
        let advice = "Qui compariranno gli ultimi pazienti che hai aperto.".to_owned();
        return Ok(Results { heading: "Cerca un paziente".to_owned(), advice, ..Results::default() });
    }
    Ok(Results { heading: "ULTIMI PAZIENTI APERTI".to_owned(), rows: rows(&recent, today), ..Results::default() })
}

/// Notes that patients were searched or listed, and how many were shown; not what was typed.
async fn note(doctor: &Acting, act: Act, shown: &[Patient]) -> Result<(), AppError> {
    doctor.note(Look::at_many(act, shown.iter().map(|patient| patient.id))).await
}

/// The patients opened last, in that order.
fn latest(conn: &mut Db, owner: Owner, user: i64, show: Show) -> diesel::QueryResult<Vec<Patient>> {
    let ids = queries::list_recent(conn, owner, user, None)?;
    let mut patients = queries::list_patients(conn, owner, &ids)?;
    patients.retain(|patient| show.admits(&patient.values));
    patients.truncate(PAGE);
    Ok(patients)
}

async fn results(doctor: &Acting, asked: Asked, ask: Ask) -> Result<Results, AppError> {
    let (owner, user, today) = (doctor.owner(), doctor.id(), doctor.today());
    let query = PatientQuery::parse(&asked.text);
    let unreadable = query.is_none() && !asked.text.is_empty();
    let (show, look_in, by_opening) = (asked.show, asked.look_in, query.is_none() && asked.look_in == LookIn::Recent);
    let found = doctor
        .db()
        .read(move |conn| -> Result<_, AppError> {
            if unreadable {
                return Ok(queries::Found::default());
            }
            if by_opening {
                return Ok(queries::Found { patients: latest(conn, owner, user, show)?, more: false });
            }
            let since = (look_in == LookIn::Today).then(|| dates::day_start(today));
            let among = match look_in {
                LookIn::Archive => None,
                LookIn::Recent | LookIn::Today => Some(queries::list_recent(conn, owner, user, since)?),
            };
            let last = if ask.dopo > 0 { queries::find_patient(conn, owner, ask.dopo)? } else { None };
            let after = last.map(|patient| Cursor { search_key: patient.search_key, id: patient.id });
            let wanted = Search { query: query.as_ref(), show, among: among.as_deref(), after: after.as_ref() };
            Ok(queries::search(conn, owner, &wanted)?)
        })
        .await?;
    note(doctor, Act::Searched, &found.patients).await?;
    Ok(view(doctor, &asked, &ask.c, if ask.dopo > 0 { ask.da.max(1) } else { 1 }, &found, today))
}

fn view(
    doctor: &Acting,
    asked: &Asked,
    sealed: &str,
    first: usize,
    found: &queries::Found,
    today: NaiveDate,
) -> Results {
    let here = format!("{}?c={sealed}", paths::patients());
    let scope = format!("{} · {}", asked.show.words().1, asked.look_in.words().1);
    let count = found.patients.len();
    if count == 0 {
        let everybody = Asked { text: asked.text.clone(), show: Show::All, look_in: LookIn::Archive };
        let filtered = everybody != *asked;
        return Results {
            heading: if asked.text.is_empty() {
                "Nessun paziente".to_owned()
            } else {
                format!("Nessun paziente per «{}»", asked.text)
            },
            advice: advice(asked),
            wider_href: if filtered { everybody.address(&doctor.site.sealer, doctor.id()) } else { String::new() },
            ..Results::default()
        };
    }
    let last = first.saturating_add(count).saturating_sub(1);
    let next_href = match found.patients.last() {
        Some(patient) if found.more => format!("{here}&dopo={}&da={}", patient.id, last.saturating_add(1)),
        _ => String::new(),
    };
    Results {
        heading: heading(first, count, found.more),
        scope,
        rows: rows(&found.patients, today),
        summary: if found.more { format!("{first}-{last}") } else { format!("{first}-{last} di {last}") },
        first_href: if first > 1 { here } else { String::new() },
        next_href,
        ..Results::default()
    }
}

fn heading(first: usize, count: usize, more: bool) -> String {
    match (first, count, more) {
        (1, _, true) => format!("Più di {PAGE} pazienti trovati"),
        (1, 1, false) => "1 paziente trovato".to_owned(),
        (1, count, false) => format!("{count} pazienti trovati"),
        (first, count, _) => format!("Pazienti da {first} a {}", first.saturating_add(count).saturating_sub(1)),
    }
}

fn advice(asked: &Asked) -> String {
    let limits: Vec<&str> = [
        (asked.show != Show::All).then(|| asked.show.words().1),
        (asked.look_in != LookIn::Archive).then(|| asked.look_in.words().1),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut advice = "Prova con le prime lettere del cognome, con le iniziali o con l’anno di nascita.".to_owned();
    if !limits.is_empty() {
        advice.push_str(&format!(" La ricerca è limitata a «{}».", limits.join("» e «")));
    }
    advice
}

fn rows(patients: &[Patient], today: NaiveDate) -> Vec<PatientRow> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    for patient in patients {
        *names.entry(patient.search_key.as_str()).or_default() += 1;
    }
    let row = |patient: &Patient| PatientRow {
        href: paths::record(patient.id),
        name: patient.display_name(),
        sex_age: patient.sex_age(today),
        birth: dates::long(patient.values.birth_date),
        code: patient.values.fiscal_code.clone(),
        warning: patient.warning(),
        homonym: names.get(patient.search_key.as_str()).is_some_and(|count| *count > 1),
    };
    patients.iter().map(row).collect()
}
