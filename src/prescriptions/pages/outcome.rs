//! The outcome dialog: what became of a prescription, and what can be done.

use super::delivery::{Choices, Delivering};
use super::{ErrorLine, drug_line};
use crate::prescriptions::model::{Attempt, Item, Prescription, State, WaitReason, notes_from_json};
use crate::web::kit::Fact;
use crate::web::paths;
use kernel::dates;

/// Title of the dialog when the prescription was to be annulled.
const ANNULMENT: &str = "Esito annullamento ricetta";

/// While an uncertain prescription is asked about.
const BEING_VERIFIED: &str = "Potrebbe essere stata accettata: il portale sta verificando sul SAC. Non prescrivere di \
                              nuovo prima della verifica, per evitare un doppione.";
/// The same where SAC assigns the number.
const BEING_SEARCHED: &str = "Potrebbe essere stata accettata: il portale la cerca negli elenchi del SAC per un quarto \
                              d’ora. Non prescrivere di nuovo prima della verifica, per evitare un doppione.";
/// After three searches.
const LISTED_NOWHERE: &str = "Nella tua regione il numero lo assegna il SAC. In un quarto d’ora la ricetta non è \
                              comparsa nei suoi elenchi: quasi certamente non è stata registrata. Se la rinvii, il \
                              portale guarda ancora una volta e poi la invia.";
/// Something is there that may be it.
const DOUBTFUL: &str = "Negli elenchi del SAC c’è almeno una ricetta scritta da te in quel secondo che potrebbe essere \
                        questa: il portale non la adotta e non la rinvia. Guarda sul portale del SAC, poi verifica di \
                        nuovo.";

/// What the doctor may do with it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// «Riprova ora».
    pub retry: bool,
    /// «Verifica sul SAC».
    pub verify: bool,
    /// «Invia di nuovo»: SAC assigns the numbers and does not show it in its lists.
    pub resend: bool,
    /// Back into the basket: what the button says; empty when it is not possible.
    pub correct: &'static str,
    /// «Annulla ricetta».
    pub annul: bool,
    /// «Aggiorna»: something is under way.
    pub refresh: bool,
    /// Where what is missing can be given: address and label.
    pub settings: Option<(String, &'static str)>,
}

impl Acts {
    /// The acts the state admits.
    pub fn of(row: &Prescription) -> Self {
        let queued = row.state == State::ToSend;
        let changed = row.wait_reason == WaitReason::ContentChanged;
        Self {
            retry: queued && !changed,
            verify: row.state.can_verify(),
            resend: row.can_resend(),
            correct: match row.state {
                State::Discarded => "Correggi e reinvia",
                State::ToSend if changed => "Correggi e reinvia",
                State::ToSend => "Togli dalla coda",
                _ => "",
            },
            annul: row.state.can_annul(),
            refresh: State::UNSETTLED.contains(&row.state),
            settings: settings_for(row.wait_reason),
        }
    }
}

fn settings_for(reason: WaitReason) -> Option<(String, &'static str)> {
    match reason {
        WaitReason::NoCredentials | WaitReason::CredentialsRefused | WaitReason::SessionExpired => {
            Some((paths::sar_credentials(), "Credenziali SAR"))
        }
        WaitReason::NoNre => Some((paths::lots(), "Scarico Lotti NRE")),
        _ => None,
    }
}

/// What the dialog says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// `err`, `warn` or empty.
    pub tone: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What it is the outcome of.
    pub heading: &'static str,
    /// The outcome in one sentence.
    pub lead: String,
    /// What it means, what to do.
    pub note: &'static str,
    /// The authentication code; empty when there is none.
    pub code: String,
    /// The prescription's number.
    pub nre: String,
    /// What is prescribed, in a line.
    pub drugs: String,
    /// Why it was refused.
    pub errors: Vec<ErrorLine>,
    /// With what warnings it was accepted.
    pub warnings: Vec<ErrorLine>,
    /// When, until when, and so on.
    pub facts: Vec<Fact>,
    /// The ways to the patient.
    pub choices: Option<Choices>,
    /// Whom to warn of an annulment.
    pub warn: Vec<String>,
    /// What can be done.
    pub acts: Acts,
    /// The list it was sent from; empty when the doctor wrote it in the patient's record.
    pub list: String,
}

impl Outcome {
    /// The outcome of one prescription as it stands.
    pub fn of(row: &Prescription, items: &[Item], last: Option<&Attempt>) -> Self {
        let (errors, warnings) = ErrorLine::split(&notes_from_json::<sac::SacError>(&row.errors));
        let names: Vec<String> = items.iter().map(|item| drug_line(item).name).collect();
        let annulled = matches!(row.state, State::Annulling | State::AnnulUncertain | State::Annulled);
        let base = Self {
            heading: if annulled { ANNULMENT } else { "Esito invio prescrizione" },
            nre: row.nre.clone().unwrap_or_default(),
            drugs: names.join(", "),
            errors,
            warnings,
            acts: Acts::of(row),
            list: if row.is_prepared() { paths::pending() } else { String::new() },
            ..Self::default()
        };
        match row.state {
            State::Accepted => base.accepted(row),
            State::Discarded => Self {
                tone: "err",
                icon: "x",
                lead: "Il SAC ha rifiutato la ricetta.".to_owned(),
                note: "Nessun codice di autenticazione: non consegnare il promemoria.",
                ..base
            },
            State::Uncertain | State::AnnulUncertain => base.uncertain(row, last),
            State::ToSend => base.queued(row, last),
            State::Annulled => Self {
                icon: "check",
                lead: "La ricetta è annullata.".to_owned(),
                note: "Il suo NRE non si può più usare: avvisa il paziente.",
                facts: vec![Fact::text("Motivo", row.annul_reason.clone())],
                errors: Vec::new(),
                ..base
            },
            State::Declined => Self {
                tone: "warn",
                icon: "x",
                lead: "Hai rifiutato questa ricetta.".to_owned(),
                facts: vec![Fact::text("Motivo", row.annul_reason.clone())],
                ..base
            },
            State::Draft => Self {
                tone: "warn",
                icon: "edit",
                lead: "La ricetta è stata ripresa per essere corretta.".to_owned(),
                note: "La trovi nella ricetta in preparazione del paziente.",
                ..base
            },
            State::Pending => base.pending(),
            State::Sending | State::Annulling => Self {
                tone: "warn",
                icon: "clock",
                lead: if row.state == State::Annulling { "Annullamento in corso…" } else { "Invio in corso…" }
                    .to_owned(),
                note: "Il SAC non ha ancora risposto. Non prescrivere di nuovo: l'esito arriva qui.",
                ..base
            },
        }
    }

    fn pending(self) -> Self {
        Self {
            tone: "warn",
            icon: "bell",
            lead: "La ricetta aspetta la tua convalida.".to_owned(),
            note: "L’ha preparata lo studio: la trovi in Elenco Prescrizioni.",
            ..self
        }
    }

    /// The same with what can be chosen, or whom to warn.
    #[must_use]
    pub fn with_delivery(mut self, row: &Prescription, delivering: &Delivering, key: String) -> Self {
        self.choices = delivering.choices(row, key);
        if row.state == State::Annulled {
            self.warn = delivering.warn(row);
            if self.warn.is_empty() {
                self.note = "Il suo NRE non si può più usare. Non era stata consegnata a nessuno.";
            }
        }
        self
    }

    fn accepted(mut self, row: &Prescription) -> Self {
        self.code.clone_from(&row.auth_code);
        if self.errors.is_empty() {
            self.icon = "check";
            self.lead = "La prescrizione è stata processata.".to_owned();
        } else {
            self.tone = "err";
            self.icon = "x";
            self.heading = ANNULMENT;
            self.lead = "Il SAC non ha annullato la ricetta.".to_owned();
            self.note = "La ricetta resta valida.";
        }
        self
    }

    fn uncertain(mut self, row: &Prescription, last: Option<&Attempt>) -> Self {
        self.tone = "warn";
        self.icon = "alert";
        if row.state == State::AnnulUncertain {
            self.lead = "L'annullamento è partito, ma l'esito non è ancora certo.".to_owned();
            self.note = "Il portale sta verificando sul SAC. Fino ad allora la ricetta potrebbe essere ancora valida.";
        } else {
            self.lead = "La ricetta è partita, ma la risposta non è arrivata.".to_owned();
            self.note = match row.wait_reason {
                WaitReason::NothingListed => LISTED_NOWHERE,
                WaitReason::Doubtful => DOUBTFUL,
                _ if row.nre.is_none() => BEING_SEARCHED,
                _ => BEING_VERIFIED,
            };
        }
        self.with_times(row, last)
    }

    fn queued(mut self, row: &Prescription, last: Option<&Attempt>) -> Self {
        self.tone = "warn";
        self.icon = "clock";
        let reason = row.wait_reason;
        self.lead = match reason {
            WaitReason::None => "La ricetta è in coda.".to_owned(),
            WaitReason::SacDown => "Il SAC non risponde: la ricetta è in coda.".to_owned(),
            _ => format!("La ricetta aspetta. {}", reason.label()),
        };
        self.note = match reason {
            WaitReason::None => {
                "Parte da sola tra poco. Il promemoria si può consegnare solo dopo la conferma del SAC."
            }
            WaitReason::SacDown => {
                "Il portale riprova da solo. Il promemoria si può consegnare solo dopo la conferma del SAC."
            }
            WaitReason::NoNre => {
                "Il portale chiede un nuovo lotto di numeri e poi la invia da solo. Se non arriva, scaricalo tu."
            }
            WaitReason::NoCredentials | WaitReason::CredentialsRefused | WaitReason::SessionExpired => {
                "Parte da sola appena salvi le credenziali o la sessione del giorno."
            }
            WaitReason::MessageRefused => "Nulla è stato registrato. Correggi la ricetta, oppure riprova.",
            WaitReason::ContentChanged => "Non è stata inviata. Riprendila, controllala e confermala di nuovo.",
            WaitReason::NothingListed | WaitReason::Doubtful => "",
        };
        self.with_times(row, last)
    }

    fn with_times(mut self, row: &Prescription, last: Option<&Attempt>) -> Self {
        if let Some(last) = last {
            self.facts.push(Fact::text("Ultimo tentativo", dates::moment(last.started_at)));
        }
        if let Some(next) = row.next_try_at.filter(|_| row.attempt_id.is_none()) {
            self.facts.push(Fact::text("Prossimo", dates::moment(next)));
        }
        if let Some(nre) = &row.nre {
            self.facts.push(Fact::code("NRE riservato", nre.clone()));
        }
        self
    }
}
