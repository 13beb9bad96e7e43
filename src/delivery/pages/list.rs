//! What the list of deliveries shows.

use askama::Template;
use chrono::Datelike as _;

use crate::delivery::model::{Content, Listed};
use crate::patients::model::{Patient, Status};
use crate::prescriptions::model::{Channel, DeliveryReason, DeliveryState, Item, State};
use crate::web::forms::{Choice, FormState};
use crate::web::kit::{Tag, edge};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;

/// A tab of the list.
pub struct Tab {
    /// Its word.
    pub label: &'static str,
    /// How many.
    pub count: i64,
    /// Where it leads.
    pub href: String,
    /// The one in use.
    pub current: bool,
}

/// A prescription of a delivery in the list.
pub struct Held {
    /// Name and packs of its drugs.
    pub drugs: Vec<(String, i64)>,
    /// Its number.
    pub nre: String,
    /// Its print page.
    pub href: String,
    /// It is not valid any more.
    pub annulled: bool,
}

/// A delivery in the list.
pub struct Entry {
    /// Its id.
    pub id: i64,
    /// Colour of the edge.
    pub class: &'static str,
    /// `SACCAVINI CLAUDIO`.
    pub patient: String,
    /// Fiscal code and year of birth, which tell one namesake from another.
    pub who: String,
    /// The patient has died.
    pub deceased: bool,
    /// Who asked for it, when it was not the doctor.
    pub author: String,
    /// «Millebook»: the patient is enrolled, and this has not gone that way.
    pub publish: bool,
    /// Its prescriptions.
    pub prescriptions: Vec<Held>,
    /// `1-2`, those that may be delivered.
    pub ids: String,
    /// The one prescription, for a tick box.
    pub tick: Option<i64>,
    /// Its state.
    pub tag: Tag,
    /// `INVIATA AL PROGETTO DEMAT VENETO`.
    pub project: String,
    /// Why it failed.
    pub reason: &'static str,
    /// Where it went.
    pub recipient: String,
    /// `19/11/2016 09.04`.
    pub when: String,
    /// `2 tentativi`, `stampata 2 volte`.
    pub count: String,
    /// «Riprova».
    pub retry: bool,
    /// «Cambia indirizzo».
    pub address: bool,
    /// «Ho provveduto».
    pub dismiss: bool,
}

/// The list of deliveries.
#[derive(Template)]
#[template(path = "delivery/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub entries: Vec<Entry>,
    /// The tab of what waits for print: tick boxes and «Stampa».
    pub printable: bool,
    /// The doctor's own settings can be reached.
    pub settings: bool,
    pub key: String,
    pub next_href: String,
    pub filters: Filters,
    /// Every tick box is ticked, and the address where they are.
    pub all: bool,
    pub all_href: String,
}

/// The filters above the list.
pub struct Filters {
    /// What was typed.
    pub form: FormState,
    /// The tab.
    pub view: &'static str,
    /// The same tab without any filter.
    pub clear_href: String,
    /// The one patient whose papers they are.
    pub patient: String,
    /// The ways.
    pub channels: Vec<Choice>,
    /// Whoever may have asked.
    pub authors: Vec<Choice>,
    /// Something is filtered.
    pub active: bool,
    /// More patients are meant than were looked at.
    pub too_many: bool,
}

/// Who the rows of a list are about and by whom they were asked for.
#[derive(Default)]
pub struct People {
    /// As the registry has them now.
    pub patients: Vec<Patient>,
    /// Those with a portal.
    pub enrolled: Vec<i64>,
    /// Whoever works for the doctor: id, surname, name.
    pub authors: Vec<(i64, String, String)>,
}

impl Held {
    fn of(content: &Content, items: &[Item]) -> Self {
        let own = items.iter().filter(|item| item.prescription_id == content.prescription_id);
        Self {
            drugs: own.map(|item| (item.content.name().to_owned(), item.content.pieces)).collect(),
            nre: content.nre.clone().unwrap_or_default(),
            href: paths::about(&paths::delivery_print(), &[content.prescription_id]),
            annulled: content.state == State::Annulled,
        }
    }
}

impl Entry {
    /// An address of the deliveries about those that may be delivered.
    pub fn href(&self, path: impl std::fmt::Display) -> String {
        format!("{path}?ricette={}", self.ids)
    }

    /// A row for the screen; `project` names the region's project by its code.
    pub fn of(listed: &Listed, people: &People, project: impl Fn(&str) -> String) -> Self {
        let row = &listed.row;
        let at = dates::to_rome(row.ended_at.unwrap_or(row.requested_at));
        let (label, tone) = row.label();
        let valid: Vec<i64> =
            listed.contents.iter().filter(|c| c.is_deliverable()).map(|content| content.prescription_id).collect();
        let failed = matches!(row.state, DeliveryState::Failed | DeliveryState::Revoked);
        let sendable = matches!(row.channel, Channel::Mail | Channel::Sms);
        let first = listed.contents.first();
        let patient = people.patients.iter().find(|patient| patient.id == row.patient_id).map(|found| &found.values);
        let author = people.authors.iter().find(|(id, ..)| *id == row.requested_by);
        Self {
            id: row.id,
            class: edge(tone),
            patient: first.map(|content| content.patient_name.clone()).unwrap_or_default(),
            who: patient.map(|p| format!("{} · {}", p.fiscal_code, p.birth_date.year())).unwrap_or_default(),
            deceased: patient.is_some_and(|patient| patient.status == Status::Deceased),
            author: author.map(|(_, surname, name)| format!("{surname} {name}")).unwrap_or_default(),
            publish: row.channel != Channel::Millebook
                && row.state != DeliveryState::Delivered
                && !valid.is_empty()
                && people.enrolled.contains(&row.patient_id),
            prescriptions: listed.contents.iter().map(|content| Held::of(content, &listed.items)).collect(),
            ids: valid.iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
            tick: valid.first().copied().filter(|_| row.channel == Channel::Print),
            tag: Tag::new(label, tone),
            project: first.map(|content| project(&content.region_code)).unwrap_or_default(),
            reason: if row.reason == DeliveryReason::OtherWay { "" } else { row.reason.label() },
            recipient: row.recipient.clone(),
            when: format!("{} {}", dates::long(at.date()), dates::hour(at)),
            count: count(row.channel, row.attempts, row.print_count),
            retry: failed && sendable && !valid.is_empty(),
            address: failed && row.channel == Channel::Mail && !valid.is_empty(),
            dismiss: row.needs_care,
        }
    }
}

fn count(channel: Channel, attempts: i64, prints: i64) -> String {
    match (channel, attempts, prints) {
        (Channel::Print, _, 0) | (Channel::Millebook, ..) => String::new(),
        (Channel::Print, _, 1) => "stampata una volta".to_owned(),
        (Channel::Print, _, n) => format!("stampata {n} volte"),
        (_, 0 | 1, _) => String::new(),
        (_, n, _) => format!("{n} tentativi"),
    }
}
