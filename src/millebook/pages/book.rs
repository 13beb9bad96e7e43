//! The patient's prescriptions: the list, and one at the counter.

use askama::Template;
use chrono::NaiveDate;

use crate::accesses::{AccessRow, Act};
use crate::identity::model::Role;
use crate::millebook::model::Standing;
use crate::millebook::queries::OwnEnrolment;
use crate::millebook::service::{Shelf, Volume};
use crate::prescriptions::model::{Item, Kind};
use crate::web::kit::Tag;
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::nre::Nre;
use kernel::tone::Tone;
use promemoria::code39;

/// A prescription in the list.
pub struct Card {
    /// Its page.
    pub href: String,
    /// Its paper.
    pub paper: String,
    /// `19/11/2016`.
    pub day: String,
    /// `dr. Paolo BORGHETTO`.
    pub doctor: String,
    /// What it prescribes, a line each.
    pub lines: Vec<String>,
    /// The first of them, for who does not see the card.
    pub first: String,
    /// How it stands.
    pub tag: Tag,
    /// `Valida fino al 19/12/2016`; may be empty.
    pub until: String,
}

/// A surgery, at the foot of the pages.
pub struct Surgery {
    /// `dr. Paolo BORGHETTO`.
    pub doctor: String,
    /// As written; may be empty.
    pub phone: String,
    /// Without spaces, for `tel:`.
    pub dial: String,
}

impl Surgery {
    fn of(enrolment: &OwnEnrolment) -> Self {
        let dial = enrolment.surgery_phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Self { doctor: doctor(enrolment), phone: enrolment.surgery_phone.clone(), dial }
    }
}

fn doctor(enrolment: &OwnEnrolment) -> String {
    format!("dr. {} {}", enrolment.doctor_name, enrolment.doctor_surname)
}

/// `ZIMOX*12CPR 1G`, with the number of packs when it is not one.
fn line(item: &Item) -> String {
    let item = &item.content;
    let name = item.name();
    if item.pieces == 1 { name.to_owned() } else { format!("{name} · {} confezioni", item.pieces) }
}

fn tag(standing: Standing, today: NaiveDate) -> Tag {
    let (text, tone) = standing.label(today);
    let icon = match standing {
        Standing::Ready(_) if tone == Tone::Warn => "alert",
        Standing::Ready(_) | Standing::Expired(_) => "clock",
        Standing::Annulling => "alert",
        Standing::Annulled => "x-o",
    };
    Tag::new(text, tone).with_icon(icon)
}

fn until(volume: &Volume) -> String {
    match volume.standing {
        Standing::Ready(Some(day)) => format!("Valida fino al {}", dates::long(day)),
        Standing::Expired(day) => format!("Valeva fino al {}", dates::long(day)),
        _ => String::new(),
    }
}

impl Card {
    fn of(volume: &Volume, today: NaiveDate) -> Self {
        let lines: Vec<String> = volume.items.iter().map(line).collect();
        Self {
            href: paths::millebook_prescription(volume.row.id),
            paper: paths::millebook_reminder(volume.row.id),
            day: dates::long(dates::to_rome(volume.row.compiled_at).date()),
            doctor: doctor(&volume.doctor),
            first: lines.first().cloned().unwrap_or_default(),
            lines,
            tag: tag(volume.standing, today),
            until: until(volume),
        }
    }
}

/// The list.
#[derive(Template)]
#[template(path = "millebook/book.html")]
pub struct BookPage {
    pub shell: Shell,
    /// `Claudio`.
    pub name: String,
    /// To be used.
    pub ready: Vec<Card>,
    /// Annulled or expired.
    pub earlier: Vec<Card>,
    pub surgeries: Vec<Surgery>,
}

impl BookPage {
    /// The list of a person.
    pub fn new(shell: Shell, name: &str, shelf: &Shelf, today: NaiveDate) -> Self {
        let cards = |ready: bool| {
            let wanted = shelf.volumes.iter().filter(|volume| volume.standing.is_ready() == ready);
            wanted.map(|volume| Card::of(volume, today)).collect()
        };
        Self {
            shell,
            name: name.to_owned(),
            ready: cards(true),
            earlier: cards(false),
            surgeries: shelf.doctors.iter().map(Surgery::of).collect(),
        }
    }
}

/// White on both sides of the bars, in narrow elements: without it readers do not see where they begin (ISO/IEC 16388).
const QUIET_ZONE: u16 = 10;

/// Bars to be read at the counter.
pub struct Bars {
    /// `NRE, prima parte`.
    pub label: &'static str,
    /// What is encoded, in groups of five where it helps.
    pub text: String,
    /// Width in narrow elements, quiet zones included.
    pub width: u16,
    /// The bars as an SVG path, 40 high.
    pub path: String,
}

impl Bars {
    fn of(label: &'static str, code: &str, text: String) -> Option<Self> {
        let barcode = code39::encode(code)?;
        let bar =
            |bar: &code39::Bar| format!("M{} 0h{}v40h-{}z", bar.at.saturating_add(QUIET_ZONE), bar.width, bar.width);
        let path = barcode.bars.iter().map(bar).collect();
        Some(Self { label, text, width: barcode.width.saturating_add(2 * QUIET_ZONE), path })
    }
}

/// Signs in groups, separated by a space.
fn groups(text: &str, of: usize) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(of).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn bars(volume: &Volume) -> Vec<Bars> {
    let mut found = Vec::new();
    if let Some(Ok(nre)) = volume.row.nre.as_deref().map(Nre::parse) {
        let (first, rest) = nre.split();
        found.extend(Bars::of("NRE, prima parte", first, first.to_owned()));
        found.extend(Bars::of("NRE, seconda parte", rest, groups(rest, 5)));
    }
    let code = &volume.row.patient_code;
    found.extend(Bars::of("Codice fiscale", code, code.clone()));
    found
}

/// Who looked, in one line for each person, act and day.
pub struct LookLine {
    /// `Tu`, or a name.
    pub who: String,
    /// `ha aperto la ricetta`.
    pub what: &'static str,
    /// `19/11/2016, 09.04`; with how often, when it was more than once.
    pub when: String,
}

fn look_lines(rows: &[AccessRow], own: i64) -> Vec<LookLine> {
    let mut lines: Vec<(i64, Act, NaiveDate, LookLine, usize)> = Vec::new();
    for row in rows {
        let local = dates::to_rome(row.happened_at);
        let same = |line: &&mut (i64, Act, NaiveDate, LookLine, usize)| {
            line.0 == row.actor_id && line.1 == row.act && line.2 == local.date()
        };
        if let Some(line) = lines.iter_mut().find(same) {
            line.4 += 1;
            continue;
        }
        let who = match row.role {
            Role::Patient if row.actor_id == own => "Tu".to_owned(),
            Role::Patient => "Assistito".to_owned(),
            Role::Doctor => format!("Dr. {} {}", row.name, row.surname),
            Role::Collaborator => format!("{} {}, studio medico", row.name, row.surname),
        };
        let when = format!("{}, {}", dates::long(local.date()), dates::hour(local));
        let you = row.actor_id == own;
        let line = LookLine { who, what: act_words(row.act, you), when };
        lines.push((row.actor_id, row.act, local.date(), line, 1));
    }
    let told = |(_, _, _, line, times): (i64, Act, NaiveDate, LookLine, usize)| match times {
        1 => line,
        times => LookLine { when: format!("{}, {times} volte quel giorno", line.when), ..line },
    };
    lines.into_iter().map(told).collect()
}

const fn act_words(act: Act, you: bool) -> &'static str {
    match (act, you) {
        (Act::Opened, true) => "hai aperto la ricetta",
        (Act::Opened, false) => "ha aperto la ricetta",
        (Act::Downloaded, true) => "hai scaricato il promemoria",
        (Act::Downloaded, false) => "ha scaricato il promemoria",
        (Act::Printed, true) => "hai stampato il promemoria",
        (Act::Printed, false) => "ha stampato il promemoria",
        (Act::Delivering, _) => "ha aperto la pagina di consegna",
        (_, true) => "hai guardato la ricetta",
        (_, false) => "ha guardato la ricetta",
    }
}

/// One prescription at the counter.
#[derive(Template)]
#[template(path = "millebook/prescription.html")]
pub struct PrescriptionPage {
    pub shell: Shell,
    pub card: Card,
    /// To be shown at the counter.
    pub ready: bool,
    /// `Mostra in farmacia`, or `Ricetta del 19/11/2016` when it is not to be shown.
    pub heading: String,
    /// What to do when it is not to be used: title and text.
    pub warning: Option<(&'static str, &'static str)>,
    pub bars: Vec<Bars>,
    /// The authentication code in groups of five.
    pub auth_code: String,
    pub looks: Vec<LookLine>,
    pub surgeries: Vec<Surgery>,
}

impl PrescriptionPage {
    /// The page of one prescription for the person with user id `own`.
    pub fn new(shell: Shell, own: i64, volume: &Volume, looks: &[AccessRow], today: NaiveDate) -> Self {
        let (card, ready) = (Card::of(volume, today), volume.standing.is_ready());
        let heading = match (ready, volume.row.kind) {
            (true, Kind::Drugs) => "Mostra in farmacia".to_owned(),
            (true, Kind::Services) => "Mostra allo sportello".to_owned(),
            (false, _) => format!("Ricetta del {}", card.day),
        };
        Self {
            shell,
            card,
            ready,
            heading,
            warning: warning(volume.standing),
            bars: if ready { bars(volume) } else { Vec::new() },
            auth_code: if ready { groups(&volume.row.auth_code, 5) } else { String::new() },
            looks: look_lines(looks, own),
            surgeries: vec![Surgery::of(&volume.doctor)],
        }
    }
}

const fn warning(standing: Standing) -> Option<(&'static str, &'static str)> {
    match standing {
        Standing::Ready(_) => None,
        Standing::Annulled => Some((
            "Annullata dal medico: non usarla",
            "Se hai un promemoria di questa ricetta, buttalo. Per i dubbi chiama lo studio.",
        )),
        Standing::Annulling => {
            Some(("Il medico la sta annullando: non usarla", "Torna a guardare più tardi, o chiama lo studio."))
        }
        Standing::Expired(_) => {
            Some(("Scaduta", "Non si può più usare: se ti serve ancora, chiedi una nuova ricetta."))
        }
    }
}
