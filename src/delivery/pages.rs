//! What the screens of the deliveries show: plain values, words already in Italian.

use askama::Template;

use super::model::{Content, Listed};
use crate::kernel::dates;
use crate::prescriptions::model::{Channel, DeliveryReason, DeliveryState, Item, State, Tone};
use crate::prescriptions::queries::ListRow;
use crate::web::forms::FormState;
use crate::web::paths;
use crate::web::shell::Shell;

/// Somebody and an address, or where it can be written.
pub struct Person {
    /// `SACCAVINI Claudio`.
    pub name: String,
    /// The address; empty when there is none.
    pub address: String,
    /// The registry data.
    pub href: String,
}

/// A prescription a dialog is about.
pub struct Line {
    /// The patient.
    pub patient: String,
    /// Its number.
    pub nre: String,
    /// What it holds.
    pub drugs: String,
}

/// «Invia promemoria per e-mail».
pub struct MailDialog {
    /// What was typed.
    pub form: FormState,
    /// One-use key.
    pub key: String,
    /// `1-2-3`, those that can be mailed.
    pub ids: String,
    /// Who receives.
    pub people: Vec<Person>,
    /// Who has no address.
    pub without: Vec<Person>,
    /// One mail is enough for the one patient.
    pub agreed: bool,
    /// The weaker protection was chosen.
    pub classic: bool,
}

impl MailDialog {
    /// The one patient's address may be changed here; also when there is none.
    #[must_use]
    pub fn single(&self) -> Option<&Person> {
        match (self.people.as_slice(), self.without.as_slice()) {
            ([one], []) | ([], [one]) => Some(one),
            _ => None,
        }
    }
}

/// «Promemoria inviato».
pub struct MailedDialog {
    /// `err`, `warn` or empty.
    pub tone: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What became of each mail.
    pub leads: Vec<String>,
    /// What it means.
    pub note: &'static str,
    /// `1-2` when it may be published as well.
    pub publish: String,
    /// One-use key.
    pub key: String,
    /// Leads to what needs care.
    pub care: bool,
}

/// The number in big signs.
pub struct Number {
    /// As it is.
    pub nre: String,
    /// In groups.
    pub groups: Vec<String>,
    /// What it holds.
    pub drugs: String,
    /// The prescription.
    pub id: i64,
}

/// «Detta o copia NRE».
pub struct NreDialog {
    /// The numbers.
    pub numbers: Vec<Number>,
    /// The patient's fiscal code, which the pharmacy asks as well.
    pub patient_code: String,
    /// The form of the text message, where messages can be sent and there is one number.
    pub form: Option<FormState>,
    /// One-use key.
    pub key: String,
}

/// A dialog over the prescriptions it is about.
#[derive(Template)]
#[template(path = "delivery/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    /// Where closing leads.
    pub back: String,
    pub lines: Vec<Line>,
    pub mail: Option<MailDialog>,
    pub mailed: Option<MailedDialog>,
    pub nre: Option<NreDialog>,
    /// Address to ask for changes, and what was shown.
    pub watch: Option<(String, String)>,
}

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
    /// Its prescriptions.
    pub prescriptions: Vec<Held>,
    /// `1-2`, those that may be delivered.
    pub ids: String,
    /// The one prescription, for a tick box.
    pub tick: Option<i64>,
    /// State, class, icon.
    pub tag: (&'static str, &'static str, &'static str),
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
    #[must_use]
    pub fn href(&self, path: impl std::fmt::Display) -> String {
        format!("{path}?ricette={}", self.ids)
    }

    /// A row for the screen; `project` names the region's project by its code.
    #[must_use]
    pub fn of(listed: &Listed, project: impl Fn(&str) -> String) -> Self {
        let row = &listed.row;
        let at = dates::to_rome(row.ended_at.unwrap_or(row.requested_at));
        let (label, tone) = row.label();
        let valid: Vec<i64> =
            listed.contents.iter().filter(|c| c.is_deliverable()).map(|content| content.prescription_id).collect();
        let failed = matches!(row.state, DeliveryState::Failed | DeliveryState::Revoked);
        let sendable = matches!(row.channel, Channel::Mail | Channel::Sms);
        let first = listed.contents.first();
        Self {
            id: row.id,
            class: edge(tone),
            patient: first.map(|content| content.patient_name.clone()).unwrap_or_default(),
            prescriptions: listed.contents.iter().map(|content| Held::of(content, &listed.items)).collect(),
            ids: valid.iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
            tick: valid.first().copied().filter(|_| row.channel == Channel::Print),
            tag: (label, tone.tag_class(), tone.icon()),
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

const fn edge(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "todo__ok",
        Tone::Bad => "todo__err",
        Tone::Plain => "todo__off",
        Tone::Warn => "",
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

/// A prescription on the print page.
pub struct Sheet {
    /// `SACCAVINI CLAUDIO`.
    pub patient: String,
    /// Its number.
    pub nre: String,
    /// What it holds.
    pub drugs: Vec<String>,
    /// `In attesa di stampa - INVIATA AL PROGETTO DEMAT VENETO`.
    pub status: String,
    /// `stampata 2 volte`.
    pub count: String,
}

/// The print page.
#[derive(Template)]
#[template(path = "delivery/print.html")]
pub struct PrintPage {
    pub shell: Shell,
    pub back: String,
    pub sheets: Vec<Sheet>,
    pub ids: String,
    pub key: String,
    /// They are of one patient who has a portal.
    pub publish: bool,
    /// Where the one patient is enrolled who has none.
    pub enrol: String,
}

impl PrintPage {
    /// An address of the deliveries about the same prescriptions.
    #[must_use]
    pub fn href(&self, path: impl std::fmt::Display) -> String {
        format!("{path}?ricette={}", self.ids)
    }
}

/// The doctor's settings.
#[derive(Template)]
#[template(path = "delivery/settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub form: FormState,
}

/// The secret agreed with a patient.
#[derive(Template)]
#[template(path = "delivery/secret.html")]
pub struct SecretPage {
    pub shell: Shell,
    pub id: i64,
    pub form: FormState,
    /// Since when there is one: `19/11/2016`; empty when there is none.
    pub since: String,
}

/// A mail of a demonstration.
pub struct DemoMail {
    /// Name of its file, without ending.
    pub token: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Date.
    pub date: String,
    /// Name of the enclosed file; empty when there is none.
    pub enclosed: String,
}

/// The mails of a demonstration.
#[derive(Template)]
#[template(path = "delivery/demo.html")]
pub struct DemoPage {
    pub shell: Shell,
    pub mails: Vec<DemoMail>,
}

impl Line {
    /// A prescription and its drugs in a line.
    #[must_use]
    pub fn of(row: &ListRow, drugs: &[String]) -> Self {
        Self { patient: row.patient_name.clone(), nre: row.nre.clone().unwrap_or_default(), drugs: drugs.join(", ") }
    }
}

impl Number {
    /// A number in groups of five signs.
    #[must_use]
    pub fn of(id: i64, nre: &str, drugs: String) -> Self {
        let signs: Vec<char> = nre.chars().collect();
        Self { nre: nre.to_owned(), groups: signs.chunks(5).map(|five| five.iter().collect()).collect(), drugs, id }
    }
}
