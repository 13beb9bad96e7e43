//! How a prescription reaches the patient, on its own pages: what was done, what can be chosen, whom to warn.

use super::delivery_tag;
use crate::patients::queries::Portal;
use crate::prescriptions::model::{Channel, Delivery, DeliveryReason, DeliveryState, Prescription};
use crate::web::kit::Tag;
use crate::web::paths;
use kernel::dates;

/// What the pages need of the patient and of what was delivered.
#[derive(Clone, Default)]
pub struct Delivering {
    /// The prescription's deliveries, oldest first.
    pub deliveries: Vec<Delivery>,
    /// The registry's address; may be empty.
    pub email: String,
    /// Telephone numbers, mobile first.
    pub phones: Vec<String>,
    /// How the patient stands with Millebook.
    pub portal: Portal,
    /// `PROGETTO DEMAT VENETO`.
    pub project: String,
}

/// The ways to the patient, as choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// `1-2-3`.
    pub ids: String,
    /// How many there are.
    pub count: usize,
    /// What stands below «Invia per e-mail».
    pub mail_note: String,
    /// «Pubblica su Millebook» is possible.
    pub publish: bool,
    /// What stands below it: for whom, or why not.
    pub book_note: &'static str,
    /// Where the patient is enrolled, when that is what is missing.
    pub enrol: String,
    /// One-use key.
    pub key: String,
}

impl Choices {
    /// The choices for some deliverable prescriptions of one patient.
    pub fn of(ids: &[i64], email: &str, (patient, portal): (i64, Portal), key: String) -> Self {
        let mail_note = if email.is_empty() {
            "Nessun indirizzo in anagrafica: lo scrivi tu".to_owned()
        } else {
            format!("Promemoria protetto a {email}")
        };
        Self {
            ids: ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
            count: ids.len(),
            mail_note,
            publish: portal.is_open(),
            book_note: match portal {
                Portal::Closed => "Il paziente non è arruolato.",
                Portal::Waiting => "Il paziente la vedrà quando avrà attivato l’accesso",
                Portal::Active => "Il paziente è arruolato",
            },
            enrol: if portal.is_open() { String::new() } else { paths::patient_millebook(patient) },
            key,
        }
    }

    /// The choices for some prescriptions of several patients: each goes to its own address, none to a portal at once.
    pub fn for_several_patients(ids: &[i64], key: String) -> Self {
        Self {
            mail_note: "Ogni promemoria al suo paziente".to_owned(),
            book_note: "Le ricette sono di pazienti diversi: pubblicale dalla pagina di ognuna.",
            enrol: String::new(),
            ..Self::of(ids, "", (0, Portal::Closed), key)
        }
    }

    /// An address of the deliveries about these prescriptions.
    pub fn href(&self, path: impl std::fmt::Display) -> String {
        format!("{path}?ricette={}", self.ids)
    }
}

/// One delivery in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryLine {
    /// Its state.
    pub tag: Tag,
    /// Where, when, why.
    pub detail: String,
}

impl Delivering {
    /// What was and is to be delivered, in lines.
    pub fn lines(&self) -> Vec<DeliveryLine> {
        let shown = |delivery: &&Delivery| {
            !(delivery.state == DeliveryState::Revoked && delivery.reason == DeliveryReason::OtherWay)
        };
        self.deliveries.iter().filter(shown).map(|delivery| self.line(delivery)).collect()
    }

    fn line(&self, delivery: &Delivery) -> DeliveryLine {
        let waits = delivery.channel == Channel::Print && delivery.state == DeliveryState::Requested;
        let mut detail = vec![dates::moment(delivery.ended_at.unwrap_or(delivery.requested_at))];
        if waits {
            detail.insert(0, format!("INVIATA AL {}", self.project));
        }
        if !delivery.recipient.is_empty() {
            detail.push(delivery.recipient.clone());
        }
        if delivery.print_count > 1 {
            detail.push(format!("{} volte", delivery.print_count));
        }
        let published = delivery.channel == Channel::Millebook && delivery.state == DeliveryState::Delivered;
        if published && self.portal == Portal::Waiting {
            detail.push("il paziente la vedrà quando avrà attivato l’accesso".to_owned());
        }
        if delivery.reason != DeliveryReason::None {
            detail.push(delivery.reason.label().to_owned());
        }
        DeliveryLine { tag: delivery_tag(delivery), detail: detail.join(" · ") }
    }

    /// What the patient already has, in words: whom the doctor must warn when the prescription is annulled.
    pub fn warn(&self, row: &Prescription) -> Vec<String> {
        let mut had: Vec<String> = Vec::new();
        for delivery in &self.deliveries {
            let gone = matches!(delivery.state, DeliveryState::Delivered | DeliveryState::ArchiveSent)
                || delivery.reason == DeliveryReason::AnnulledAfter;
            let text = match delivery.channel {
                _ if !gone => continue,
                Channel::Mail => format!("il promemoria per e-mail a {}", delivery.recipient),
                Channel::Print => "il promemoria stampato".to_owned(),
                Channel::Sms => format!("il numero per SMS al {}", delivery.recipient),
                Channel::Millebook => "la ricetta su Millebook, dove risulterà annullata".to_owned(),
            };
            if !had.contains(&text) {
                had.push(text);
            }
        }
        if had.is_empty() {
            return had;
        }
        let contact: Vec<&str> = self.phones.iter().map(String::as_str).chain([self.email.as_str()]).collect();
        let contact: Vec<&str> = contact.into_iter().filter(|way| !way.is_empty()).collect();
        let contact = if contact.is_empty() { String::new() } else { format!(" Recapiti: {}.", contact.join(", ")) };
        vec![format!("{} ha già {}.{contact}", row.patient_name, had.join(" e "))]
    }

    /// The choices now; `None` when nothing may be delivered.
    pub fn choices(&self, row: &Prescription, key: String) -> Option<Choices> {
        row.is_deliverable().then(|| Choices::of(&[row.id], &self.email, (row.patient_id, self.portal), key))
    }
}
