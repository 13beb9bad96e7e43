//! The doctor's prescriptions, and the outcome of those just sent.

use askama::Template;

use super::delivery::Choices;
use super::show::{Watch, seen};
use super::{ErrorLine, delivery_tag, drug_line, state_tag};
use crate::prescriptions::model::{Delivery, Filter, Item, State, leading, notes_from_json};
use crate::prescriptions::queries::{COUNTED, ListRow};
use crate::web::kit::{DrugLine, Tag, edge};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::wording::counted;

/// A filter as a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterTab {
    /// Its word.
    pub label: &'static str,
    /// How many it shows, `99+` when they were not all counted.
    pub count: String,
    /// Where it leads.
    pub href: String,
    /// The one in use.
    pub current: bool,
}

/// One prescription of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Colour of the edge.
    pub class: &'static str,
    /// Its page.
    pub href: String,
    /// Its outcome.
    pub outcome: String,
    /// `SACCAVINI CLAUDIO`.
    pub patient: String,
    /// The patient's code.
    pub patient_code: String,
    /// What is prescribed.
    pub drugs: Vec<DrugLine>,
    /// `19/11/2016 09.04`.
    pub when: String,
    /// `013`, `NON ESENTE`.
    pub exemption: String,
    /// Its state.
    pub tag: Tag,
    /// How far it has got on its way to the patient.
    pub delivery: Option<Tag>,
    /// The authentication code, if it has one.
    pub code: String,
    /// Why it waits.
    pub waits: &'static str,
    /// Why it was refused.
    pub errors: Vec<ErrorLine>,
    /// Somebody should look at it.
    pub attention: bool,
}

/// What the head says of the prescriptions just sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// `msg--ok`, `msg--warn`.
    pub tone: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// `2 ricette inviate su 3`.
    pub title: String,
    /// What about the others.
    pub text: String,
}

/// The list.
#[derive(Template)]
#[template(path = "prescriptions/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub tabs: Vec<FilterTab>,
    pub lines: Vec<Line>,
    /// Of those just sent; then there are no filters and no pages.
    pub sent: Option<Sent>,
    /// The ways to the patient, for all of those just sent that were accepted.
    pub choices: Option<Choices>,
    pub watch: Option<Watch>,
    /// `12 ricette`.
    pub summary: String,
    pub first_href: String,
    pub next_href: String,
}

impl Line {
    /// A row and its drugs, for the screen.
    pub fn of(row: &ListRow, items: &[Item], deliveries: &[(i64, Delivery)]) -> Self {
        let own: Vec<Delivery> =
            deliveries.iter().filter(|(id, _)| *id == row.id).map(|(_, d)| d.seen_from(row.state)).collect();
        let at = dates::to_rome(row.confirmed_at.unwrap_or(row.created_at));
        let (errors, _) = ErrorLine::split(&notes_from_json::<sac::SacError>(&row.errors));
        Self {
            class: edge(row.state.tone()),
            href: paths::prescription(row.id),
            outcome: paths::prescription_outcome(row.id),
            patient: row.patient_name.clone(),
            patient_code: row.patient_code.clone(),
            drugs: items.iter().filter(|item| item.prescription_id == row.id).map(drug_line).collect(),
            when: format!("{} {}", dates::long(at.date()), dates::hour(at)),
            exemption: if row.exemption_code.is_empty() { "NON ESENTE".to_owned() } else { row.exemption_code.clone() },
            tag: state_tag(row.state),
            delivery: leading(&own).map(delivery_tag),
            code: if row.state.is_deliverable(&row.auth_code) { row.auth_code.clone() } else { String::new() },
            waits: if row.state == State::Accepted { "" } else { row.wait_reason.label() },
            errors,
            attention: row.attention,
        }
    }
}

impl Sent {
    /// The head over the prescriptions just sent.
    pub fn of(rows: &[ListRow]) -> Self {
        let count = |wanted: fn(State) -> bool| rows.iter().filter(|row| wanted(row.state)).count();
        let done = count(|state| state == State::Accepted);
        let refused = count(|state| state == State::Discarded);
        let waiting = count(|state| State::UNSETTLED.contains(&state));
        let mut text = Vec::new();
        match refused {
            0 => {}
            1 => text.push("Una è stata rifiutata dal SAC: puoi correggerla.".to_owned()),
            n => text.push(format!("{n} sono state rifiutate dal SAC: puoi correggerle.")),
        }
        match waiting {
            0 => {}
            1 => text.push("Una non ha ancora un esito: non prescriverla di nuovo.".to_owned()),
            n => text.push(format!("{n} non hanno ancora un esito: non prescriverle di nuovo.")),
        }
        let all = done == rows.len();
        Self {
            tone: if all { "msg--ok" } else { "msg--warn" },
            icon: if all { "check-o" } else { "alert" },
            title: format!("{} su {}", counted(done, "ricetta inviata", "ricette inviate"), rows.len()),
            text: text.join(" "),
        }
    }
}

/// Asks again while any of the rows is under way.
pub fn watch(rows: &[ListRow], path: String) -> Option<Watch> {
    let open = rows.iter().any(|row| State::UNSETTLED.contains(&row.state));
    open.then(|| Watch { path, seen: seen_rows(rows) })
}

/// What the page script compares, for a list.
pub fn seen_rows(rows: &[ListRow]) -> String {
    seen(&rows.iter().map(|row| (row.revision, row.wait_reason.as_str())).collect::<Vec<_>>())
}

/// A count as it is shown: one that stopped at its bound says so.
pub fn count_text(count: i64) -> String {
    if count > COUNTED { format!("{COUNTED}+") } else { count.to_string() }
}

/// The filters with their counts.
pub fn tabs(counts: &[(Filter, i64)], current: Filter) -> Vec<FilterTab> {
    let tab = |(filter, count): &(Filter, i64)| FilterTab {
        label: filter.label(),
        count: count_text(*count),
        href: filter_href(*filter),
        current: *filter == current,
    };
    counts.iter().map(tab).collect()
}

/// The list under one filter.
pub fn filter_href(filter: Filter) -> String {
    format!("{}?filtro={}", paths::prescriptions(), filter.as_str())
}
