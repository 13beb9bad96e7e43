//! How a registered prescription reaches the patient: part of its state. Only the `delivery` slice acts on it.

use chrono::NaiveDateTime;
use diesel::{Queryable, Selectable};

use super::state::State;
use crate::db::schema::deliveries;
use crate::text_enum;
use kernel::tone::Tone;

text_enum! {
    /// The ways to the patient.
    Channel {
        /// The promemoria by e-mail, in a protected archive.
        Mail = "EMAIL",
        /// Printed at the surgery.
        Print = "STAMPA",
        /// Published on the patients' portal.
        Millebook = "MILLEBOOK",
        /// The number alone, by text message.
        Sms = "SMS",
    }
}

text_enum! {
    /// How far a delivery has got.
    DeliveryState {
        /// Asked for; a print in this state waits at the surgery.
        Requested = "RICHIESTA",
        /// The archive has gone, its password not yet.
        ArchiveSent = "ZIP_INVIATO",
        /// Sent, printed or published.
        Delivered = "CONSEGNATA",
        /// Given up.
        Failed = "FALLITA",
        /// Taken back before it was done.
        Revoked = "REVOCATA",
    }
}

impl DeliveryState {
    /// Still to be done, or to be finished.
    pub const PENDING: &'static [Self] = &[Self::Requested, Self::ArchiveSent];
}

text_enum! {
    /// Why a delivery failed, was taken back, or needs somebody's care.
    DeliveryReason {
        /// No reason.
        None = "",
        /// The mail server does not know the address.
        AddressRefused = "INDIRIZZO_RIFIUTATO",
        /// The server refused the message.
        MessageRefused = "MESSAGGIO_RIFIUTATO",
        /// Two days without being able to hand it over.
        NoAnswer = "NESSUNA_RISPOSTA",
        /// What was to be sent can no longer be read.
        Unreadable = "NON_LEGGIBILE",
        /// Done in another way.
        OtherWay = "ALTRO_CANALE",
        /// A new request took its place.
        Replaced = "SOSTITUITA",
        /// A prescription was annulled before it went.
        Annulled = "ANNULLATA",
        /// A prescription was annulled when it had already gone: the patient must be told.
        AnnulledAfter = "ANNULLATA_DOPO",
    }
}

impl DeliveryReason {
    /// The reason in one sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "",
            Self::AddressRefused => "L'indirizzo non esiste o la casella non accetta posta.",
            Self::MessageRefused => "Chi doveva ricevere il messaggio lo ha rifiutato.",
            Self::NoAnswer => "Per due giorni il messaggio non è riuscito a partire.",
            Self::Unreadable => "Il messaggio preparato non si legge più.",
            Self::OtherWay => "Consegnata in un altro modo.",
            Self::Replaced => "Rifatta con una nuova richiesta.",
            Self::Annulled => "Una ricetta è stata annullata prima dell'invio.",
            Self::AnnulledAfter => "Una ricetta è stata annullata dopo la consegna: avvisa il paziente.",
        }
    }
}

/// A row of `deliveries`, without archive and password. `Debug` is not derived: it would print an address.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Delivery {
    pub id: i64,
    pub doctor_id: i64,
    pub patient_id: i64,
    pub channel: Channel,
    pub state: DeliveryState,
    pub reason: DeliveryReason,
    pub recipient: String,
    pub content_hash: String,
    pub agreed_secret: bool,
    pub token: String,
    pub attempts: i64,
    pub print_count: i64,
    pub requested_by: i64,
    pub requested_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
    pub needs_care: bool,
    pub handled_at: Option<NaiveDateTime>,
}

impl Delivery {
    /// What the screens call it, and how it looks.
    pub const fn label(&self) -> (&'static str, Tone) {
        use {Channel as C, DeliveryState as S};
        if matches!(self.reason, DeliveryReason::AnnulledAfter) {
            return ("Annullata dopo la consegna", Tone::Bad);
        }
        match (self.channel, self.state) {
            (C::Print, S::Requested) => ("In attesa di stampa", Tone::Plain),
            (C::Print, S::Delivered) => ("Stampata", Tone::Good),
            (C::Mail, S::Requested) => ("E-mail in partenza", Tone::Warn),
            (C::Mail, S::ArchiveSent) => ("Password in partenza", Tone::Warn),
            (C::Mail, S::Delivered) => ("Inviata per e-mail", Tone::Good),
            (C::Mail, S::Failed) => ("E-mail non inviata", Tone::Bad),
            (C::Millebook, S::Delivered) => ("Su Millebook", Tone::Good),
            (C::Sms, S::Requested) => ("SMS in partenza", Tone::Warn),
            (C::Sms, S::Delivered) => ("NRE inviato per SMS", Tone::Good),
            (C::Sms, S::Failed) => ("SMS non inviato", Tone::Bad),
            (_, S::Revoked) => ("Revocata", Tone::Plain),
            (_, S::Failed) => ("Non riuscita", Tone::Bad),
            (_, S::Requested | S::ArchiveSent) => ("In partenza", Tone::Warn),
        }
    }
}

impl Delivery {
    /// The delivery as one of its prescriptions, which is in `state`, sees it: the annulment of another one is not its own.
    pub fn seen_from(&self, state: State) -> Self {
        if self.reason != DeliveryReason::AnnulledAfter || state == State::Annulled {
            return self.clone();
        }
        // What had arrived has arrived; what was held back waits to be delivered another way.
        let arrived = self.state == DeliveryState::Delivered;
        let reason = if arrived { DeliveryReason::None } else { DeliveryReason::OtherWay };
        Self { reason, needs_care: false, ..self.clone() }
    }
}

/// The delivery that says most about a prescription: what failed, else what is on its way, else what was done, else what
/// waits.
pub fn leading(deliveries: &[Delivery]) -> Option<&Delivery> {
    let rank = |delivery: &&Delivery| match (delivery.state, delivery.channel) {
        (_, _) if delivery.needs_care => 0,
        (DeliveryState::Requested | DeliveryState::ArchiveSent, Channel::Mail | Channel::Sms) => 1,
        (DeliveryState::Delivered, Channel::Mail) => 2,
        (DeliveryState::Delivered, Channel::Millebook) => 3,
        (DeliveryState::Delivered, _) => 4,
        (DeliveryState::Requested | DeliveryState::ArchiveSent, _) => 5,
        (DeliveryState::Failed | DeliveryState::Revoked, _) => 9,
    };
    deliveries.iter().filter(|delivery| rank(delivery) < 9).min_by_key(rank)
}

/// A mobile number as providers of text messages want it: `347 5550199` is `+393475550199`. `None` for anything that is
/// not a mobile phone.
pub fn mobile_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '(' | ')')).collect();
    let (number, foreign) = match (digits.strip_prefix('+'), digits.strip_prefix("00")) {
        (Some(rest), _) | (None, Some(rest)) => (rest, true),
        (None, None) => (digits.as_str(), false),
    };
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    match (foreign, number.strip_prefix("39")) {
        (true, Some(italian)) => is_mobile(italian).then(|| format!("+39{italian}")),
        (true, None) => (8..=15).contains(&number.len()).then(|| format!("+{number}")),
        (false, _) => is_mobile(number).then(|| format!("+39{number}")),
    }
}

/// Italian mobile numbers begin with 3 and have nine or ten digits.
fn is_mobile(number: &str) -> bool {
    number.starts_with('3') && (9..=10).contains(&number.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(channel: Channel, state: DeliveryState) -> Delivery {
        Delivery {
            id: 1,
            doctor_id: 1,
            patient_id: 1,
            channel,
            state,
            reason: DeliveryReason::None,
            recipient: String::new(),
            content_hash: String::new(),
            agreed_secret: false,
            token: String::new(),
            attempts: 0,
            print_count: 0,
            requested_by: 1,
            requested_at: NaiveDateTime::default(),
            ended_at: None,
            needs_care: state == DeliveryState::Failed,
            handled_at: None,
        }
    }

    #[test]
    fn what_failed_comes_before_what_was_done() {
        let print = delivery(Channel::Print, DeliveryState::Requested);
        let failed = delivery(Channel::Mail, DeliveryState::Failed);
        let sent = delivery(Channel::Mail, DeliveryState::Delivered);
        let handled = Delivery { needs_care: false, ..failed.clone() };
        let label = |rows: &[Delivery]| leading(rows).map(|row| row.label().0);
        assert_eq!(label(&[print.clone(), failed.clone(), sent.clone()]), Some("E-mail non inviata"));
        assert_eq!(label(&[print.clone(), handled, sent]), Some("Inviata per e-mail"));
        assert_eq!(label(&[print]), Some("In attesa di stampa"));
        assert_eq!(label(&[delivery(Channel::Print, DeliveryState::Revoked)]), None);
    }

    #[test]
    fn the_annulment_of_one_does_not_mark_the_others_of_the_same_delivery() {
        let after = |state| Delivery {
            reason: DeliveryReason::AnnulledAfter,
            needs_care: true,
            ..delivery(Channel::Mail, state)
        };
        let label = |row: &Delivery, state| leading(&[row.seen_from(state)]).map(|row| row.label().0);
        let (arrived, held_back) = (after(DeliveryState::Delivered), after(DeliveryState::Revoked));
        assert_eq!(label(&arrived, State::Annulled), Some("Annullata dopo la consegna"));
        assert_eq!(label(&held_back, State::Annulled), Some("Annullata dopo la consegna"));
        assert_eq!(label(&arrived, State::Accepted), Some("Inviata per e-mail"));
        assert_eq!(label(&held_back, State::Accepted), None);
    }

    #[test]
    fn mobile_numbers_are_made_international() {
        for (text, number) in [
            ("347 5550199", Some("+393475550199")),
            ("+39 347.555.0199", Some("+393475550199")),
            ("0039-347-5550199", Some("+393475550199")),
            ("+41 79 123 45 67", Some("+41791234567")),
            ("0432 123456", None),
            ("+39 0432 123456", None),
            ("347 5550199 (figlia)", None),
            ("", None),
        ] {
            assert_eq!(mobile_number(text).as_deref(), number, "{text}");
        }
    }
}
