//! Sheet of one package: Sintesi e note, Monografia.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use url::form_urlencoded;

use super::{banner, note, shell};
use crate::db::Db;
use crate::formulary::forms::{Asked, field};
use crate::formulary::model::{Edition, Listed, Package, Supply};
use crate::formulary::pages::{Around, PackageLine, PackagePage};
use crate::formulary::queries::{self, Group};
use crate::reference;
use crate::reference::model::limit;
use crate::reference::narcotics::Narcotic;
use crate::reference::notes::AifaNote;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use kernel::aic::Aic;
use kernel::money::Cents;

/// Search by AIC in AIFA's public database of medicines, as it stood in November 2026. Only ever a link for the doctor to
/// follow: the program asks nothing of it.
const AIFA_SEARCH: &str = "https://medicinali.aifa.gov.it/it/#/it/risultati?query=";

/// What the sheet is made of.
struct Loaded {
    row: Listed,
    edition: Edition,
    group: Option<Group>,
    atc_name: Option<String>,
    notes: Vec<(String, String)>,
    narcotic: Option<Narcotic>,
}

/// Sheet of one package, with the patient in hand if there is one.
pub async fn show(doctor: Acting, req: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let aic = Aic::parse(&path.into_inner()).map_err(|_| AppError::NotFound)?;
    let patient = patient_of(req.query_string())?;
    let asked = Asked::of_query(req.query_string());
    let (owner, today) = (doctor.owner(), doctor.today());
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, patient, today)?;
        Ok((banner, loaded(conn, aic.as_str(), today)?))
    };
    let (banner, loaded) = doctor.read(load).await?;
    note(&doctor, patient).await?;
    let allergies = banner.as_ref().map(|banner| banner.allergies.clone()).unwrap_or_default();
    let around = Around { patient, allergies: &allergies, today, asked: &asked };
    let package = &loaded.row.package;
    let (date, label) = loaded.edition.clone().shown();
    Page::ok(PackagePage {
        shell: shell(doctor, banner),
        patient,
        drug: PackageLine::new(&loaded.row, around),
        what: what(package),
        facts: facts(&loaded),
        leaflet: package.leaflet_url.clone(),
        summary: package.summary_url.clone(),
        search: format!("{AIFA_SEARCH}{}", package.aic),
        edition: format!("Dal prontuario del {date} ({label})."),
        back: around.page(&asked),
        problem: asked.problem.map(|id| id.to_string()).unwrap_or_default(),
        not_substitutable: asked.not_substitutable,
        by_substance: asked.by_substance,
        notes: loaded.notes,
    })
    .render()
}

/// The patient in hand; an address that makes no sense is not there.
fn patient_of(query: &str) -> Result<Option<i64>, AppError> {
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == field::PATIENT);
    named.map(|(_, value)| value.parse().map_err(|_| AppError::NotFound)).transpose()
}

fn loaded(conn: &mut Db, aic: &str, today: NaiveDate) -> Result<Loaded, AppError> {
    let edition = queries::find_current_edition(conn)?.ok_or(AppError::NotFound)?;
    let row = queries::find_by_aic(conn, aic)?.ok_or(AppError::NotFound)?;
    let group = queries::find_group(conn, edition.id, &row.package.group_code)?;
    let atc_name = queries::find_atc_name(conn, &row.package.atc)?;
    let books = reference::books::books(conn, today)?;
    let special = row.package.supply == Supply::Special;
    let narcotic = books.narcotics.of_drug(row.package.noted(), special);
    let shown = |note: &AifaNote| (note.code.trim_start_matches('0').to_owned(), note.in_words());
    let notes = books.notes.of_drug(row.package.noted()).into_iter().map(shown).collect();
    Ok(Loaded { row, edition, group, atc_name, notes, narcotic })
}

/// Under the name: the group says substance, strength, units and route in one line.
fn what(package: &Package) -> String {
    if package.group_description.is_empty() { package.substance.clone() } else { package.group_description.clone() }
}

/// The facts of the sheet. What no imported list says is said to be unknown.
fn facts(loaded: &Loaded) -> Vec<(&'static str, String)> {
    const UNKNOWN: &str = "Non indicato negli elenchi importati";
    let package = &loaded.row.package;
    let or_unknown = |text: &str| if text.is_empty() { UNKNOWN.to_owned() } else { text.to_owned() };
    let price = package.price().map(|price| format!("€ {price}"));
    let mut facts = vec![
        ("Principio attivo", or_unknown(&package.substance)),
        ("Composizione", or_unknown(&package.composition)),
        ("Ditta", or_unknown(&package.holder)),
        ("Prezzo", price.unwrap_or_else(|| UNKNOWN.to_owned())),
    ];
    if let Some(group) = &loaded.group {
        facts.push(("Prezzo di riferimento", reference(package, group)));
        facts.push(("Gruppo equivalenza", format!("{} · {}", group.code, group.description)));
    } else {
        facts.push(("Gruppo equivalenza", "Nessuno".to_owned()));
    }
    let atc = loaded.atc_name.as_ref().map_or_else(|| package.atc.clone(), |name| format!("{} · {name}", package.atc));
    facts.push(("ATC", or_unknown(&atc)));
    facts.push(("Ricetta", package.supply.description().to_owned()));
    if let Some(limit) = limit_text(&package.limit_category) {
        facts.push(("Confezioni per ricetta", limit.to_owned()));
    }
    if let Some(narcotic) = &loaded.narcotic {
        facts.push(("Stupefacente", narcotic_text(narcotic)));
    }
    if !package.regions.is_empty() {
        facts.push(("Solo in", package.regions.clone()));
    }
    if !package.remark.is_empty() {
        facts.push(("Avvertenza AIFA", package.remark.clone()));
    }
    facts
}

/// What the health service pays, and what is left to the patient.
fn reference(package: &Package, group: &Group) -> String {
    if !package.substitutable {
        return "Non è nella lista di trasparenza: nessuna differenza per l’assistito".to_owned();
    }
    let Some(price) = package.reference_cents.or(group.reference_cents).map(Cents) else {
        return "Non indicato negli elenchi importati".to_owned();
    };
    match group.patient_pays(package) {
        Some(Cents(0)) => format!("€ {price} · nessuna differenza per l’assistito"),
        Some(beyond) => format!("€ {price} · l’assistito paga la differenza, € {beyond}"),
        None => format!("€ {price}"),
    }
}

/// Where the law has it, and what follows.
fn narcotic_text(narcotic: &Narcotic) -> String {
    let words = narcotic.in_words();
    let words = words.strip_prefix("Stupefacente, ").unwrap_or(&words);
    let follows = match (narcotic.is_of_section_a(), narcotic.pain) {
        (true, Some(false)) => ". Sulla ricetta di carta a ricalco",
        (true, _) => ". Con esenzione TDL01, fino a 30 giorni di terapia; senza, sulla ricetta di carta a ricalco",
        (false, Some(true)) => ". Con esenzione TDL01, fino a 30 giorni di terapia",
        (false, _) => "",
    };
    format!("{words}{follows}")
}

/// When the ordinary two packs are not the limit.
fn limit_text(category: &str) -> Option<&'static str> {
    match category {
        limit::SINGLE_DOSE => Some("Fino a 6, perché è in dose singola o si dà solo in vena"),
        _ => None,
    }
}
