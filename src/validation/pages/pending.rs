//! Elenco Prescrizioni: what waits for the doctor, and the dialogs over it.

use askama::Template;

use super::{alert, change_in_words, drug_line, exemption, iso_moment};
use crate::prescribing::service::Lacking;
use crate::prescriptions::model::Kind;
use crate::prescriptions::queries::COUNTED;
use crate::validation::forms::DeclineForm;
use crate::validation::model::{Comparison, Window};
use crate::validation::queries::PendingPatient;
use crate::validation::service::{PendingDrug, PendingList, PendingPrescription};
use crate::web::alarm::Alarm;
use crate::web::forms::{Choice, FormState};
use crate::web::kit::{DrugLine, Tag};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::wording::full_name;

/// A drug that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrugView {
    pub drug: DrugLine,
    /// Where it is corrected.
    pub edit: String,
    /// Allergy, first time, other dose...
    pub tags: Vec<Tag>,
}

/// A prescription that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowView {
    pub id: i64,
    pub revision: i64,
    pub patient: String,
    pub patient_code: String,
    pub record: String,
    pub drugs: Vec<DrugView>,
    /// `2016-11-19 08.41`.
    pub when: String,
    pub author: String,
    pub tags: Vec<Tag>,
    /// What the doctor has corrected.
    pub changes: Vec<String>,
    /// Why it cannot be sent as it stands.
    pub blocks: Vec<String>,
    /// What stops its drugs until it is answered: it is not among those that INVIA TUTTI sends.
    pub alarms: Vec<Alarm>,
    /// Whether one of its drugs is to be looked at first, for more than being a double.
    pub careful: bool,
    /// Whether one of them waits, or is on its way, in another prescription of the patient too.
    pub double: bool,
    /// Names the sending of this revision, whichever page it comes from.
    pub key: String,
}

impl RowView {
    /// A row of the list.
    pub fn of(prescription: &PendingPrescription) -> Self {
        let row = &prescription.row;
        let mut tags = vec![match row.kind {
            Kind::Drugs => Tag::plain("Farmaci").with_icon("pill"),
            Kind::Services => Tag::plain("Specialistica").with_icon("flask"),
        }];
        tags.push(Tag::plain(exemption(&row.exemption_code)));
        let more = [
            row.suggested.then(|| Tag::plain("SUGGERITA")),
            (row.visit_kind == "D").then(|| Tag::plain("Domicilio")),
            row.hide_data.then(|| Tag::plain("Dati oscurati")),
            row.copied_from.map(|_| Tag::plain("Preparata di nuovo")),
        ];
        tags.extend(more.into_iter().flatten());
        let drug = |drug: &PendingDrug| DrugView {
            drug: drug_line(&drug.item),
            edit: paths::pending_item(row.id, drug.number),
            tags: drug_tags(drug),
        };
        Self {
            id: row.id,
            revision: row.revision,
            patient: row.patient_name.clone(),
            patient_code: row.patient_code.clone(),
            record: paths::record(row.patient_id),
            drugs: prescription.drugs.iter().map(drug).collect(),
            when: iso_moment(row.created_at),
            author: full_name(&row.author_name, &row.author_surname),
            tags,
            changes: prescription.changes.iter().map(change_in_words).collect(),
            blocks: prescription.blocks.clone(),
            alarms: prescription.drugs.iter().filter_map(|drug| alarm(row.id, drug)).collect(),
            // A double is counted, and said, as such.
            careful: prescription.drugs.iter().any(|drug| drug.today.cautions.len() > usize::from(drug.today.double)),
            double: prescription.drugs.iter().any(|drug| drug.today.double),
            key: format!("convalida-{}-{}", row.id, row.revision),
        }
    }
}

/// What stops a drug; prescription and row name it on the page.
fn alarm(prescription: i64, drug: &PendingDrug) -> Option<Alarm> {
    Alarm::of(&format!("{prescription}-{}", drug.number), &drug.item.label, &drug.today.safety)
}

fn drug_tags(drug: &PendingDrug) -> Vec<Tag> {
    let mut tags: Vec<Tag> = drug.today.safety.allergy_mark().map(alert).into_iter().collect();
    tags.extend(drug.today.safety.remarks().into_iter().map(Tag::plain));
    tags.extend(drug.today.cautions.iter().cloned().map(Tag::caution));
    tags.extend(drug.today.unlisted.then(|| Tag::caution("Non è più nel prontuario: controlla che sia in commercio")));
    tags.extend(comparison_tags(&drug.comparison));
    tags
}

/// What differs from the last time, the weightiest first.
pub fn comparison_tags(comparison: &Comparison) -> Vec<Tag> {
    if comparison.first {
        return vec![Tag::caution("Mai prescritto prima")];
    }
    let tags = [
        comparison.other_dose.as_ref().map(|label| Tag::caution(format!("Altra dose: prima {label}"))),
        comparison.other_pieces.map(|pieces| Tag::caution(format!("Altra quantità: prima {pieces}"))),
        comparison.other_posology.as_ref().map(|text| {
            let now = if comparison.no_posology { "Posologia non indicata" } else { "Altra posologia" };
            Tag::caution(format!("{now}: prima «{text}»"))
        }),
        comparison.other_package.as_ref().map(|label| Tag::plain(format!("Prima {label}"))),
        Some(Tag::plain(days_in_words(comparison.days))),
    ];
    tags.into_iter().flatten().collect()
}

fn days_in_words(days: i64) -> String {
    match days {
        0 => "Ultima volta oggi".to_owned(),
        1 => "Ultima volta ieri".to_owned(),
        days => format!("Ultima volta {days} giorni fa"),
    }
}

/// What is over the list.
#[expect(clippy::large_enum_variant, reason = "one to a page")]
pub enum Dialog {
    /// «Inviare 3 prescrizioni?»
    SendAll {
        /// One-use key.
        key: String,
    },
    /// «Annullare la prescrizione?»
    Decline {
        /// Which.
        row: RowView,
        /// What was chosen and typed.
        form: FormState,
        /// The reasons.
        reasons: Vec<Choice>,
        /// One-use key.
        key: String,
    },
}

/// The page.
#[derive(Template)]
#[template(path = "validation/pending.html")]
pub struct PendingPage {
    pub shell: Shell,
    pub rows: Vec<RowView>,
    pub filter: FormState,
    pub patients: Vec<Choice>,
    /// Filter and place of the page, as the query of an address; empty for none.
    pub query: String,
    pub filtered: bool,
    /// After which id the page begins; 0 for the first page.
    pub after: i64,
    /// The latest id of all that waits.
    pub newest: i64,
    /// How many wait beyond those shown: `3`, `più di 99`; empty for none.
    pub beyond: String,
    /// The page after this one.
    pub next: String,
    /// The choice of patients knows only the first that wait.
    pub patients_cut: bool,
    pub missing: Vec<Lacking>,
    /// What was answered to the alarms, when it was not enough.
    pub form: FormState,
    /// Why one may send all the same.
    pub alarm_reasons: Vec<Choice>,
    pub dialog: Option<Dialog>,
}

/// A window as the query of an address; empty for the whole list from its beginning.
fn query_of(window: Window) -> String {
    let patient = window.patient.map(|id| format!("paz={id}"));
    let after = (window.after > 0).then(|| format!("dopo={}", window.after));
    let parts: Vec<String> = [patient, after].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

impl PendingPage {
    /// The list, as far as the window goes.
    pub fn new(shell: Shell, list: &PendingList, window: impl Into<Window>) -> Self {
        let window = window.into();
        let mut filter = FormState::new();
        filter.set("paz", window.patient.map(|id| id.to_string()).unwrap_or_default());
        let choice = |known: &PendingPatient| {
            let count = known.count.map(|count| format!(" ({count})")).unwrap_or_default();
            Choice::new(known.id.to_string(), format!("{}{count}", known.name))
        };
        let last = list.rows.last().map_or(window.after, |one| one.row.id);
        let next = query_of(Window { after: last, ..window });
        Self {
            shell,
            rows: list.rows.iter().map(RowView::of).collect(),
            filter,
            patients: list.patients.iter().map(choice).collect(),
            query: query_of(window),
            filtered: window.patient.is_some(),
            after: window.after,
            newest: list.newest,
            beyond: match list.beyond {
                0 => String::new(),
                1..=COUNTED => list.beyond.to_string(),
                _ => format!("più di {COUNTED}"),
            },
            next: format!("{}{next}", paths::pending()),
            patients_cut: list.patients.iter().any(|known| known.count.is_none()),
            missing: Vec::new(),
            form: FormState::new(),
            alarm_reasons: Alarm::reasons(),
            dialog: None,
        }
    }

    /// The same with what is missing before anything can be sent.
    #[must_use]
    pub fn with_missing(mut self, lacking: &[Lacking]) -> Self {
        self.missing = lacking.to_vec();
        self
    }

    /// The same, saying what is missing of the answers that came for prescription `id`.
    #[must_use]
    pub fn unanswered(mut self, id: i64, mut form: FormState) -> Self {
        for alarm in self.rows.iter().filter(|row| row.id == id).flat_map(|row| &row.alarms) {
            alarm.explain(&mut form);
        }
        self.form = form;
        self
    }

    /// The same with the question over it.
    #[must_use]
    pub fn asking_to_send(mut self, key: String) -> Self {
        self.dialog = Some(Dialog::SendAll { key });
        self.shell = self.shell.with_dialog();
        self
    }

    /// The same with the form of the refusal over it.
    #[must_use]
    pub fn asking_why(mut self, row: RowView, form: FormState, key: String) -> Self {
        self.dialog = Some(Dialog::Decline { row, form, reasons: DeclineForm::reasons(), key });
        self.shell = self.shell.with_dialog();
        self
    }

    /// How many of the rows can be sent as they stand.
    pub fn sendable(&self) -> usize {
        self.rows.iter().filter(|row| row.blocks.is_empty() && row.alarms.is_empty()).count()
    }

    /// `3 prescrizioni`: what INVIA TUTTI would send.
    pub fn sending(&self) -> String {
        match self.sendable() {
            1 => "1 prescrizione".to_owned(),
            n => format!("{n} prescrizioni"),
        }
    }

    /// That INVIA TUTTI would send drugs with something to look at, which each row then says; empty when none.
    pub fn looking(&self) -> String {
        match self.rows.iter().filter(|row| row.careful && row.blocks.is_empty()).count() {
            0 => String::new(),
            1 => "In una c’è qualcosa da guardare prima: è segnato qui sotto.".to_owned(),
            n => format!("In {n} c’è qualcosa da guardare prima: è segnato qui sotto."),
        }
    }

    /// That INVIA TUTTI would send the same drug of a patient twice, which each row then says; empty when it would not.
    pub fn doubling(&self) -> String {
        match self.rows.iter().filter(|row| row.double && row.blocks.is_empty()).count() {
            0 => String::new(),
            1 => "In una c’è un farmaco che il paziente ha già in un’altra ricetta in attesa o in corso di invio."
                .to_owned(),
            n => format!(
                "In {n} c’è un farmaco che il paziente ha già in un’altra ricetta in attesa o in corso di invio."
            ),
        }
    }

    /// What INVIA TUTTI would leave behind; empty when nothing.
    pub fn staying(&self) -> String {
        let blocked = self.rows.iter().filter(|row| !row.blocks.is_empty()).count();
        let alarmed = self.rows.iter().filter(|row| row.blocks.is_empty() && !row.alarms.is_empty()).count();
        let blocked = match blocked {
            0 => String::new(),
            1 => "Una non parte: va prima corretta. È segnata qui sotto.".to_owned(),
            n => format!("{n} non partono: vanno prima corrette. Sono segnate qui sotto."),
        };
        let alarmed = match alarmed {
            0 => String::new(),
            1 => "Una non parte: il paziente è allergico. Si invia da sola, con il motivo.".to_owned(),
            n => format!("{n} non partono: i pazienti sono allergici. Si inviano una alla volta, con il motivo."),
        };
        format!("{blocked} {alarmed}").trim().to_owned()
    }
}
