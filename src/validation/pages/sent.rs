//! Inviate al cloud: what a collaborator has sent to the doctor, and what became of it.

use askama::Template;

use super::{change_in_words, drug_line, exemption, state_tag};
use crate::prescriptions::model::{State, refusal_in_words};
use crate::validation::model::{Counters, SentView};
use crate::validation::queries::{NewsOf, SentRow};
use crate::validation::service::SentPrescription;
use crate::web::kit::{DrugLine, Tag};
use crate::web::paths;
use crate::web::shell::{Shell, count_text};
use kernel::dates;
use kernel::tone::Tone;
use kernel::wording::counted;

/// A view as a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewTab {
    /// Its word.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// The one in use.
    pub current: bool,
}

/// News from another of her doctors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The doctor, to be chosen.
    pub id: i64,
    /// `Dr. Paolo Borghetto`.
    pub doctor: String,
    /// `3 novità`.
    pub news: String,
    /// `di cui 1 rifiutata dal SAC`; empty when none.
    pub refused: String,
}

impl Elsewhere {
    /// What there is from one doctor; `None` when nothing.
    pub fn of(news: &NewsOf) -> Option<Self> {
        let count = |n: i64| count_text(u32::try_from(n).unwrap_or(u32::MAX));
        let (all, refused) = (news.rings.news, news.rings.refused);
        (all > 0).then(|| Self {
            id: news.doctor.doctor_id,
            doctor: news.doctor.title(),
            news: format!("{} novità", count(all)),
            refused: if refused == 0 {
                String::new()
            } else {
                format!("di cui {} dal SAC", counted(count(refused), "rifiutata", "rifiutate"))
            },
        })
    }
}

/// A prescription of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLine {
    pub id: i64,
    pub revision: i64,
    /// Colour of the edge.
    pub class: &'static str,
    pub patient: String,
    pub patient_code: String,
    pub record: String,
    pub drugs: Vec<DrugLine>,
    pub tags: Vec<Tag>,
    /// `Inviata il 19/11/2016 alle 08.41`, and what followed.
    pub times: Vec<String>,
    /// What the doctor corrected.
    pub changes: Vec<String>,
    /// Why the doctor said no.
    pub reason: String,
    /// Why SAC said no.
    pub refusals: Vec<String>,
    pub nre: String,
    /// The authentication code, if it has one.
    pub code: String,
    pub can_withdraw: bool,
    pub can_copy: bool,
    /// It may be printed, mailed or dictated.
    pub can_deliver: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "validation/sent.html")]
pub struct SentPage {
    pub shell: Shell,
    pub counters: Counters,
    /// Her other doctors from whom there is news.
    pub elsewhere: Vec<Elsewhere>,
    /// Every row with news, as `id-state`.
    pub news: Vec<String>,
    pub tabs: Vec<ViewTab>,
    pub view: SentView,
    pub lines: Vec<SentLine>,
    /// Where the script asks whether anything has changed, and what it was.
    pub watch: String,
    pub seen: String,
    pub first_href: String,
    pub next_href: String,
}

impl SentPage {
    /// How many SAC refused and she has not seen.
    pub fn refused(&self) -> String {
        match self.counters.refused {
            0 => "0".to_owned(),
            n => count_text(u32::try_from(n).unwrap_or(u32::MAX)),
        }
    }
}

/// Words of a view.
pub const fn label(view: SentView) -> &'static str {
    match view {
        SentView::Waiting => "In attesa",
        SentView::Validated => "Convalidate",
        SentView::Annulled => "Annullate",
        SentView::Refused => "Rifiutate dal SAC",
    }
}

/// The list under one view.
pub fn href(view: SentView) -> String {
    format!("{}?mostra={}", paths::sent(), view.as_str())
}

/// What the page script compares.
pub fn seen(counters: Counters, rows: &[SentPrescription]) -> String {
    let rows: Vec<String> = rows.iter().map(|one| format!("{}-{}", one.row.id, one.row.revision)).collect();
    let Counters { waiting, validated, annulled, refused } = counters;
    format!("{waiting}.{validated}.{annulled}.{refused} {}", rows.join(" "))
}

impl SentLine {
    /// An address of the deliveries about it.
    pub fn deliver(&self, path: impl AsRef<str>) -> String {
        paths::about(path.as_ref(), &[self.id])
    }

    /// A row, for the screen.
    pub fn of(one: &SentPrescription) -> Self {
        let row = &one.row;
        let mut tags = vec![told_tag(row.state)];
        if row.is_news() {
            tags.push(Tag::new("Novità", Tone::Info).with_icon("bell"));
        }
        tags.push(Tag::plain(exemption(&row.exemption_code)));
        if row.state == State::Declined && one.copied {
            tags.push(Tag::new("Copiata e inviata di nuovo", Tone::Good));
        }
        Self {
            id: row.id,
            revision: row.revision,
            class: match row.state {
                State::Accepted => "todo__ok",
                State::Declined | State::Discarded => "todo__err",
                State::Annulled => "todo__off",
                _ => "",
            },
            patient: row.patient_name.clone(),
            patient_code: row.patient_code.clone(),
            record: paths::record(row.patient_id),
            drugs: one.items.iter().map(drug_line).collect(),
            tags,
            times: times(one),
            changes: one.changes.iter().map(change_in_words).collect(),
            reason: if State::CANCELLED.contains(&row.state) { row.annul_reason.clone() } else { String::new() },
            refusals: if row.state == State::Discarded { refusal_in_words(&row.errors) } else { Vec::new() },
            nre: row.nre.clone().filter(|_| row.state == State::Accepted).unwrap_or_default(),
            code: if row.state.is_deliverable(&row.auth_code) { row.auth_code.clone() } else { String::new() },
            can_withdraw: row.state == State::Pending,
            can_copy: row.state == State::Declined && !one.copied,
            can_deliver: row.state.is_deliverable(&row.auth_code),
        }
    }
}

/// The state as the studio calls it: what the doctor has to do with SAC is the doctor's.
fn told_tag(state: State) -> Tag {
    let text = match state {
        State::Accepted => "Convalidata",
        State::Declined => "Annullata dal medico",
        State::ToSend | State::Sending | State::Uncertain => "Convalidata, in viaggio",
        State::Discarded => "Rifiutata dal SAC: la corregge il medico",
        other => other.label(),
    };
    Tag { text: text.to_owned(), ..state_tag(state) }
}

fn times(one: &SentPrescription) -> Vec<String> {
    let row: &SentRow = &one.row;
    let mut times = vec![format!("Inviata il {}", dates::moment(row.created_at))];
    if let Some(at) = one.corrected_at {
        times.push(format!("corretta il {}", dates::moment(at)));
    }
    if let Some(at) = row.confirmed_at {
        times.push(format!("convalidata il {}", dates::moment(at)));
    }
    if let Some(at) = row.annulled_at {
        times.push(format!("annullata il {}", dates::moment(at)));
    }
    times
}
