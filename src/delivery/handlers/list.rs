//! The deliveries: what waits for print, what went wrong, what is on its way, what was done.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::deceased;
use super::filter::FilterForm;
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::delivery::forms::{ListQuery, RetryForm};
use crate::delivery::model::{Listed, Narrow};
use crate::delivery::pages::{Entry, Filters, ListPage, People, Tab};
use crate::delivery::queries;
use crate::delivery::service;
use crate::patients::queries::{find_banner, list_enrolled, list_patients};
use crate::prescriptions::model::{Channel, DeliveryState};
use crate::reference::model::Region;
use crate::reference::queries::list_regions;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::NoFields;
use crate::web::forms::{Choice, FormState};
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};
use kernel::random;

/// A part of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Print,
    Care,
    Pending,
    Done,
    /// Whatever its state: only of one patient, or of those searched.
    Whole,
}

impl View {
    const ALL: [Self; 5] = [Self::Print, Self::Care, Self::Pending, Self::Done, Self::Whole];

    fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.key() == key).unwrap_or(Self::Print)
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Print => "stampa",
            Self::Care => "attenzione",
            Self::Pending => "partenza",
            Self::Done => "fatte",
            Self::Whole => "tutte",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Print => "Da stampare",
            Self::Care => "Da guardare",
            Self::Pending => "In partenza",
            Self::Done => "Consegnate",
            Self::Whole => "Tutte",
        }
    }

    const fn what(self) -> (&'static [Channel], &'static [DeliveryState]) {
        match self {
            Self::Print => (&[Channel::Print], &[DeliveryState::Requested]),
            Self::Pending => (&[Channel::Mail, Channel::Sms], DeliveryState::PENDING),
            Self::Care | Self::Done | Self::Whole => (Channel::ALL, &[DeliveryState::Delivered]),
        }
    }

    fn href(self) -> String {
        format!("{}?vista={}", paths::deliveries(), self.key())
    }
}

/// What one page of the list shows.
struct Shown {
    view: View,
    /// The filters as they were typed, with what is wrong.
    state: FormState,
    filter: FilterForm,
    /// The filters in an address: empty, or `&c=...`.
    suffix: String,
    before: Option<i64>,
    all: bool,
}

/// The list.
pub async fn index(acting: Acting, query: web::Query<ListQuery>) -> Result<HttpResponse, AppError> {
    let mut filter = FilterForm::open(&acting.site.sealer, acting.id(), &query.c);
    if let Some(patient) = query.paziente {
        filter.paziente = patient.to_string();
    }
    let shown = Shown {
        view: View::from_key(&query.vista),
        state: FormState::of(&filter),
        suffix: suffix(&acting, &filter),
        filter,
        before: query.prima,
        all: !query.tutte.is_empty(),
    };
    render(acting, shown).await
}

/// The filters: they lead to the address that carries them.
pub async fn filter(Posted(acting, form): Posted<Acting, FilterForm>) -> Result<HttpResponse, AppError> {
    let filter = form.data;
    let mut state = FormState::of(&filter);
    filter.narrow(&mut state);
    let view = View::from_key(&filter.vista);
    if state.is_invalid() {
        // Nothing of a wrong filter is used; the patient is not typed.
        let filter = FilterForm { paziente: filter.paziente, ..FilterForm::default() };
        let suffix = suffix(&acting, &filter);
        return render(acting, Shown { view, state, filter, suffix, before: None, all: false }).await;
    }
    Ok(see_other(&format!("{}{}", view.href(), suffix(&acting, &filter))))
}

fn suffix(acting: &Acting, filter: &FilterForm) -> String {
    let sealed = filter.seal(&acting.site.sealer, acting.id());
    if sealed.is_empty() { sealed } else { format!("&c={sealed}") }
}

/// What is read for a page.
struct Read {
    rows: Vec<Listed>,
    more: bool,
    counts: Vec<(View, i64)>,
    regions: Vec<Region>,
    people: People,
    banner: Option<PatientBanner>,
    too_many: bool,
}

fn read(conn: &mut Db, owner: Owner, shown: &Shown, today: NaiveDate) -> Result<(Read, View), AppError> {
    let mut narrow = shown.filter.narrow(&mut FormState::new());
    let banner = match shown.filter.patient() {
        Some(patient) => Some(find_banner(conn, owner, patient, today)?.ok_or(AppError::NotFound)?),
        None => None,
    };
    let mut too_many = false;
    if banner.is_none()
        && let Some((found, more)) = shown.filter.find(conn, owner)?
    {
        (narrow.patients, too_many) = (Some(found), more);
    }
    // Of the whole archive there is no such list.
    let view = if shown.view == View::Whole && narrow.patients.is_none() { View::Print } else { shown.view };
    let (rows, more) = load(conn, owner, view, &narrow, shown.before)?;
    let mut counts = Vec::new();
    for view in View::ALL.into_iter().filter(|view| *view != View::Whole || narrow.patients.is_some()) {
        counts.push((view, count(conn, owner, view, &narrow)?));
    }
    let mut patients: Vec<i64> = rows.iter().map(|row| row.row.patient_id).collect();
    patients.sort_unstable();
    patients.dedup();
    let people = People {
        patients: list_patients(conn, owner, &patients)?,
        enrolled: list_enrolled(conn, owner, &patients)?,
        authors: queries::list_authors(conn, owner)?,
    };
    Ok((Read { rows, more, counts, regions: list_regions(conn)?, people, banner, too_many }, view))
}

async fn render(acting: Acting, shown: Shown) -> Result<HttpResponse, AppError> {
    let (owner, today) = (acting.owner(), acting.today());
    let work =
        move |conn: &mut Db| -> Result<_, AppError> { read(conn, owner, &shown, today).map(|read| (read, shown)) };
    let ((read, view), shown) = acting.read(work).await?;
    acting.note(Look::at_many(Act::Listed, read.rows.iter().map(|row| row.row.patient_id))).await?;
    let project = |code: &str| {
        let region = read.regions.iter().find(|region| region.code == code);
        region.map(|region| format!("INVIATA AL {}", region.project_name)).unwrap_or_default()
    };
    let address = |view: View| format!("{}{}", view.href(), shown.suffix);
    let tab =
        |(of, count): &(View, i64)| Tab { label: of.label(), count: *count, href: address(*of), current: *of == view };
    let last = read.rows.last().map(|row| row.row.id).filter(|_| read.more);
    let here = shown.before.map_or_else(|| address(view), |id| format!("{}&prima={id}", address(view)));
    let invalid = shown.state.is_invalid();
    let page = ListPage {
        tabs: read.counts.iter().map(tab).collect(),
        entries: read.rows.iter().map(|row| Entry::of(row, &read.people, project)).collect(),
        printable: view == View::Print && !read.rows.is_empty(),
        settings: acting.is_doctor(),
        key: random::hex_token(16),
        next_href: last.map(|id| format!("{}&prima={id}", address(view))).unwrap_or_default(),
        all: shown.all,
        all_href: format!("{here}&tutte=1"),
        filters: Filters {
            clear_href: format!("{}?vista={}", paths::deliveries(), view.key()),
            view: view.key(),
            patient: shown.filter.paziente.clone(),
            channels: CHANNELS.iter().map(|(channel, label)| Choice::new(channel.as_str(), *label)).collect(),
            authors: authors(owner, &read.people),
            active: !shown.suffix.is_empty() || invalid,
            too_many: read.too_many,
            form: shown.state,
        },
        shell: match read.banner {
            Some(banner) => acting.shell.at(MenuItem::Deliveries).for_patient(banner),
            None => acting.shell.at(MenuItem::Deliveries),
        },
    };
    if invalid { Page::invalid(page).render() } else { Page::ok(page).render() }
}

const CHANNELS: [(Channel, &str); 4] =
    [(Channel::Print, "Stampa"), (Channel::Mail, "E-mail"), (Channel::Sms, "SMS"), (Channel::Millebook, "Millebook")];

/// Whoever may have asked for a delivery; nobody to choose from where the doctor works alone.
fn authors(owner: Owner, people: &People) -> Vec<Choice> {
    if people.authors.is_empty() {
        return Vec::new();
    }
    let doctor = Choice::new(owner.id().to_string(), "Il medico");
    let others =
        people.authors.iter().map(|(id, surname, name)| Choice::new(id.to_string(), format!("{surname} {name}")));
    std::iter::once(doctor).chain(others).collect()
}

/// One row more than shown tells whether there is another page.
fn load(
    conn: &mut Db,
    owner: Owner,
    view: View,
    narrow: &Narrow,
    before: Option<i64>,
) -> Result<(Vec<Listed>, bool), AppError> {
    let mut rows = match view {
        View::Care => return Ok((queries::list_needing_care(conn, owner, narrow)?, false)),
        View::Whole => queries::list_of_patients(conn, owner, narrow, before, queries::PAGE + 1)?,
        view => queries::list_by_state(conn, owner, view.what(), narrow, before, queries::PAGE + 1)?,
    };
    let more = rows.len() > usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    Ok((rows, more))
}

fn count(conn: &mut Db, owner: Owner, view: View, narrow: &Narrow) -> Result<i64, AppError> {
    Ok(match view {
        View::Care => queries::count_needing_care(conn, owner, narrow)?,
        View::Whole => queries::count_of_patients(conn, owner, narrow)?,
        view => queries::count_by_state(conn, owner, view.what(), narrow)?,
    })
}

/// «Riprova».
pub async fn retry(
    Posted(acting, form): Posted<Acting, RetryForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (owner, delivery) = (acting.owner(), *id);
    let held = move |conn: &mut Db| -> Result<Vec<i64>, AppError> {
        queries::find_delivery(conn, owner, delivery)?.ok_or(AppError::NotFound)?;
        let contents = queries::list_contents(conn, &[delivery])?;
        Ok(contents.iter().map(|content| content.prescription_id).collect())
    };
    let ids = acting.read(held).await?;
    if let Some(question) = deceased::question(&acting, &form, &ids, paths::delivery_retry(*id)).await? {
        return Ok(question);
    }
    let (by, sealer, id) = (acting.by(), acting.site.sealer.clone(), id.into_inner());
    let asked = super::Asked::of(&acting, &form);
    let to = View::Pending.href();
    let answer = to.clone();
    let write = move |conn: &mut Db| -> Result<bool, AppError> {
        asked.once(conn, &ids, &answer, |conn| service::retry(conn, &sealer, &by, id))
    };
    acting.write(write).await?;
    acting.flash(Flash::ok("Invio rifatto").with_text("Parte con una password nuova."))?;
    Ok(see_other(&to))
}

/// «Ho provveduto».
pub async fn dismiss(
    Posted(acting, _): Posted<Acting, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (by, id) = (acting.by(), id.into_inner());
    let write = move |conn: &mut Db| service::dismiss(conn, &by, id);
    acting.write(write).await?;
    Ok(see_other(&View::Care.href()))
}
