//! How far one INVIA TUTTI has come.

use askama::Template;

use super::{drug_line, exemption, iso_moment, state_tag};
use crate::prescriptions::model::{State, refusal_in_words};
use crate::validation::model::RowOutcome;
use crate::validation::service::{RoundPrescription, can_retry};
use crate::web::kit::{DrugLine, Tag, edge};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::wording::{counted, full_name};

/// A prescription of the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    pub id: i64,
    pub revision: i64,
    /// Colour of the edge.
    pub class: &'static str,
    pub patient: String,
    pub patient_code: String,
    pub drugs: Vec<DrugLine>,
    pub when: String,
    pub author: String,
    pub exemption: String,
    pub tag: Tag,
    /// The authentication code, if it has one.
    pub code: String,
    /// Why it waits.
    pub waits: &'static str,
    /// Why SAC refused it.
    pub errors: Vec<String>,
    /// Its outcome page.
    pub outcome: String,
    pub retry: bool,
    /// It goes back into the basket to be corrected.
    pub correct: bool,
}

/// A prescription that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftView {
    pub patient: String,
    pub drugs: String,
    pub why: &'static str,
}

/// The head over the round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadView {
    /// `msg--ok`, `msg--warn` or empty.
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    pub text: String,
}

/// The content of the page, which the script asks for again and again.
#[derive(Clone, Debug)]
pub struct RoundBox {
    pub id: i64,
    pub head: HeadView,
    pub lines: Vec<LineView>,
    pub left: Vec<LeftView>,
    /// How many «Riprova» would try again.
    pub failed: usize,
    /// Nothing is under way any more.
    pub done: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "validation/round.html")]
pub struct RoundPage {
    pub shell: Shell,
    pub content: RoundBox,
}

/// The content alone.
#[derive(Template)]
#[template(path = "validation/box.html")]
pub struct RoundFragment {
    pub shell: Shell,
    pub content: RoundBox,
}

/// Neither SAC nor the runner is at work on it: its outcome is known, or it waits for something.
fn is_settled(row: &crate::validation::queries::RoundRow) -> bool {
    !State::UNSETTLED.contains(&row.state)
}

impl RoundBox {
    /// A round as it stands.
    pub fn new(id: i64, rows: &[RoundPrescription]) -> Self {
        let (sent, left): (Vec<_>, Vec<_>) = rows.iter().partition(|one| one.row.outcome == RowOutcome::Sent);
        Self {
            id,
            head: head(&sent, &left),
            failed: sent.iter().filter(|one| can_retry(&one.row)).count(),
            done: sent.iter().all(|one| is_settled(&one.row)),
            lines: sent.into_iter().map(line).collect(),
            left: left.into_iter().map(left_view).collect(),
        }
    }
}

fn head(sent: &[&RoundPrescription], left: &[&RoundPrescription]) -> HeadView {
    let count = |wanted: fn(State) -> bool| sent.iter().filter(|one| wanted(one.row.state)).count();
    let accepted = count(|state| state == State::Accepted);
    let refused = count(|state| state == State::Discarded);
    let open = count(|state| State::UNSETTLED.contains(&state));
    let mut text = Vec::new();
    match open {
        0 => {}
        1 => text.push("Una è ancora in viaggio.".to_owned()),
        n => text.push(format!("{n} sono ancora in viaggio: partono una alla volta.")),
    }
    match refused {
        0 => {}
        1 => text.push("Una è stata rifiutata dal SAC.".to_owned()),
        n => text.push(format!("{n} sono state rifiutate dal SAC.")),
    }
    let outdated = left.iter().filter(|one| one.row.outcome == RowOutcome::Outdated).count();
    match outdated {
        0 => {}
        1 => text.push("Una non è partita: va prima corretta.".to_owned()),
        n => text.push(format!("{n} non sono partite: vanno prima corrette.")),
    }
    let alerted = left.iter().filter(|one| one.row.outcome == RowOutcome::Alerted).count();
    match alerted {
        0 => {}
        1 => text.push("Una non è partita: c’è un’allergia da confermare.".to_owned()),
        n => text.push(format!("{n} non sono partite: ci sono allergie da confermare.")),
    }
    match left.len().saturating_sub(outdated).saturating_sub(alerted) {
        0 => {}
        1 => text.push("Una non è partita: non era quella che avevi visto.".to_owned()),
        n => text.push(format!("{n} non sono partite: non erano quelle che avevi visto.")),
    }
    let all = accepted == sent.len() && left.is_empty();
    let (tone, icon) = match (all, open) {
        (true, _) => ("msg--ok", "check-o"),
        (false, 0) => ("msg--warn", "alert"),
        (false, _) => ("", "clock"),
    };
    HeadView {
        tone,
        icon,
        title: format!("{} su {}", counted(accepted, "ricetta inviata", "ricette inviate"), sent.len()),
        text: text.join(" "),
    }
}

fn line(one: &RoundPrescription) -> LineView {
    let row = &one.row;
    LineView {
        id: row.id,
        revision: row.revision,
        class: edge(row.state.tone()),
        patient: row.patient_name.clone(),
        patient_code: row.patient_code.clone(),
        drugs: one.items.iter().map(drug_line).collect(),
        when: iso_moment(row.created_at),
        author: full_name(&row.author_name, &row.author_surname),
        exemption: exemption(&row.exemption_code),
        tag: state_tag(row.state),
        code: if row.state.is_deliverable(&row.auth_code) { row.auth_code.clone() } else { String::new() },
        waits: if row.state == State::Accepted { "" } else { row.wait_reason.label() },
        errors: refusal_in_words(&row.errors),
        outcome: paths::prescription_outcome(row.id),
        retry: can_retry(row),
        correct: row.state == State::Discarded,
    }
}

fn left_view(one: &RoundPrescription) -> LeftView {
    let names: Vec<String> = one.items.iter().map(|item| item.name().to_owned()).collect();
    LeftView {
        patient: one.row.patient_name.clone(),
        drugs: names.join(", "),
        why: match one.row.outcome {
            RowOutcome::New => "è arrivata dopo che avevi aperto l’elenco",
            RowOutcome::Beyond => "veniva dopo quelle che hai visto: resta nell’elenco",
            RowOutcome::Broken => "il suo contenuto non è quello che era stato preparato: falla rifare",
            RowOutcome::Outdated => "va prima corretta: il motivo è scritto nell’elenco",
            RowOutcome::Alerted => "il paziente è allergico: si invia da sola, dall’elenco, con il motivo",
            RowOutcome::Changed | RowOutcome::Sent => "è cambiata dopo che avevi aperto l’elenco",
        },
    }
}
