//! The states of a prescription, what may happen in each, and what follows. Pure: the database follows this table,
//! through `queries::transition` only.

use crate::text_enum;
use kernel::tone::Tone;

text_enum! {
    /// Where a prescription (ricetta) stands.
    ///
    /// `Draft` is the basket's side of the table: a row is born from it, and a row that went back to it stays as the
    /// history of what was refused while its content lives on in a draft.
    State {
        /// Back in the basket: what it held is being corrected elsewhere.
        Draft = "BOZZA",
        /// Prepared by a collaborator, waits for the doctor (Nuove).
        Pending = "IN_ATTESA",
        /// The doctor said no to the collaborator; final.
        Declined = "RIFIUTATA",
        /// Confirmed by the doctor, to be sent.
        ToSend = "DA_INVIARE",
        /// A request is out with its NRE bound.
        Sending = "IN_INVIO",
        /// Nobody knows whether SAC registered it: only a view decides.
        Uncertain = "INCERTA",
        /// SAC refused it: nothing was registered.
        Discarded = "SCARTATA",
        /// Registered at SAC: the only state with a code.
        Accepted = "ACCETTATA",
        /// The doctor asked to annul it.
        Annulling = "IN_ANNULLO",
        /// An annulment went out and its outcome is not known.
        AnnulUncertain = "ANNULLO_INCERTO",
        /// Annulled at SAC; final, its NRE is burnt.
        Annulled = "ANNULLATA",
    }
}

text_enum! {
    /// What happens to a prescription.
    Event {
        /// A collaborator sends it to the doctor.
        Submit = "INVIA_AL_CLOUD",
        /// The collaborator takes it back.
        Withdraw = "RITIRA",
        /// The doctor corrects what a collaborator prepared, before sending it.
        Correct = "CORREGGI",
        /// The doctor confirms it.
        Confirm = "CONFERMA",
        /// The doctor says no to the collaborator.
        Decline = "RIFIUTA",
        /// The doctor takes a queued or refused one back into the basket.
        TakeBack = "RIPRENDI",
        /// The runner binds the NRE and opens an attempt.
        Claim = "PRENDI",
        /// SAC answered with a code.
        SendAccepted = "INVIO_ACCETTATO",
        /// SAC answered with errors.
        SendRefused = "INVIO_SCARTATO",
        /// Proof that SAC did not take the request in.
        SendNotProcessed = "INVIO_NON_ELABORATO",
        /// No proof of anything.
        SendUnproven = "INVIO_SENZA_ESITO",
        /// The lease of the attempt ended without an outcome.
        LeaseOver = "TEMPO_SCADUTO",
        /// The view found it to be dispensed (or further), with our content.
        ViewFound = "TROVATA",
        /// The view found nothing: the same request goes out again.
        ViewMissing = "NON_TROVATA",
        /// The view found nothing and the last request had been refused.
        ViewMissingRefused = "NON_TROVATA_E_SCARTATA",
        /// The view found another prescription under the number: the number is burnt.
        ViewOther = "TROVATA_ALTRA",
        /// The view found it annulled.
        ViewAnnulled = "TROVATA_ANNULLATA",
        /// Its number was given up for another one, as the region wants after a lost answer.
        Retired = "NRE_RITIRATO",
        /// SAC assigns the numbers and its lists show nothing: the doctor wants it sent again.
        AskResend = "CHIEDE_RINVIO",
        /// The list shows nothing, once more, after the doctor asked: the request goes out again.
        ListMissing = "NON_IN_ELENCO",
        /// The doctor asks to annul.
        Annul = "ANNULLA",
        /// SAC annulled it.
        AnnulDone = "ANNULLO_ESEGUITO",
        /// SAC refused the annulment.
        AnnulRefused = "ANNULLO_RIFIUTATO",
        /// No proof of the annulment, or of its refusal.
        AnnulUnproven = "ANNULLO_SENZA_ESITO",
        /// The view found it still to be dispensed: annul again.
        AnnulAgain = "ANNULLA_DI_NUOVO",
    }
}

/// An event that the state does not admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not possible in {}", event.as_str(), state.as_str())]
pub struct Illegal {
    /// The state it was in.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

/// The state that follows `event` in `state`.
/// Fails with [`Illegal`] when the table has no such passage.
pub const fn next(state: State, event: Event) -> Result<State, Illegal> {
    use Event as E;
    use State as S;
    Ok(match (state, event) {
        (S::Draft, E::Submit) => S::Pending,
        (S::Draft | S::Pending, E::Confirm) => S::ToSend,
        (S::Pending, E::Correct) => S::Pending,
        (S::Pending, E::Withdraw) => S::Draft,
        (S::Pending, E::Decline) => S::Declined,
        (S::ToSend | S::Discarded, E::TakeBack) => S::Draft,
        (S::ToSend, E::Claim) => S::Sending,
        (S::Sending, E::SendAccepted) => S::Accepted,
        (S::Sending, E::SendRefused) => S::Discarded,
        (S::Sending, E::SendNotProcessed) => S::ToSend,
        (S::Sending, E::SendUnproven | E::LeaseOver) => S::Uncertain,
        (S::Uncertain, E::ViewFound) => S::Accepted,
        (S::Uncertain, E::ViewMissing | E::Retired | E::ListMissing) => S::ToSend,
        (S::Uncertain, E::AskResend) => S::Uncertain,
        (S::Uncertain, E::ViewMissingRefused | E::ViewOther) => S::Discarded,
        (S::Uncertain, E::ViewAnnulled) => S::Annulled,
        (S::Accepted, E::Annul) => S::Annulling,
        (S::Annulling, E::AnnulDone) => S::Annulled,
        (S::Annulling, E::AnnulRefused) => S::Accepted,
        (S::Annulling, E::AnnulUnproven | E::LeaseOver) => S::AnnulUncertain,
        (S::AnnulUncertain, E::AnnulDone | E::ViewAnnulled) => S::Annulled,
        (S::AnnulUncertain, E::AnnulAgain) => S::Annulling,
        (S::AnnulUncertain, E::AnnulRefused | E::ViewFound) => S::Accepted,
        (state, event) => return Err(Illegal { state, event }),
    })
}

impl State {
    /// The runner still has something to do.
    pub const UNSETTLED: &'static [Self] =
        &[Self::ToSend, Self::Sending, Self::Uncertain, Self::Annulling, Self::AnnulUncertain];

    /// Sent to the doctor by a collaborator and not yet concluded: it waits for the doctor, or for SAC.
    pub const WAITING: &'static [Self] = &[Self::Pending, Self::ToSend, Self::Sending, Self::Uncertain];

    /// The doctor's no, before or after SAC had it.
    pub const CANCELLED: &'static [Self] = &[Self::Declined, Self::Annulled];

    /// What the screens call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Ripresa in bozza",
            Self::Pending => "Da convalidare",
            Self::Declined => "Rifiutata dal medico",
            Self::ToSend => "In coda",
            Self::Sending => "Invio in corso",
            Self::Uncertain => "Da verificare",
            Self::Discarded => "Errore SAC",
            Self::Accepted => "Inviata",
            Self::Annulling => "Annullamento in corso",
            Self::AnnulUncertain => "Annullamento da verificare",
            Self::Annulled => "Annullata",
        }
    }

    /// Its colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Draft | Self::Pending | Self::Annulled => Tone::Plain,
            Self::ToSend | Self::Sending | Self::Uncertain | Self::Annulling | Self::AnnulUncertain => Tone::Warn,
            Self::Declined | Self::Discarded => Tone::Bad,
            Self::Accepted => Tone::Good,
        }
    }

    /// May be printed, mailed, published or shown as valid. The code is asked too: no state alone makes a
    /// prescription deliverable.
    pub const fn is_deliverable(self, auth_code: &str) -> bool {
        matches!(self, Self::Accepted) && auth_code.len() == 30
    }

    /// The doctor may ask to annul it.
    pub const fn can_annul(self) -> bool {
        matches!(self, Self::Accepted)
    }

    /// The doctor may ask SAC now what became of it.
    pub const fn can_verify(self) -> bool {
        matches!(self, Self::Uncertain | Self::AnnulUncertain)
    }
}

text_enum! {
    /// The filters of the list (S124).
    Filter {
        /// To be validated, or on their way.
        New = "nuove",
        /// Refused, or in verification.
        Errors = "errori",
        /// Registered at SAC.
        Done = "elaborate",
        /// Annulled, or refused by the doctor.
        Cancelled = "cancellate",
    }
}

impl Filter {
    /// The states it shows.
    pub const fn states(self) -> &'static [State] {
        match self {
            Self::New => &[State::Pending, State::ToSend, State::Sending],
            Self::Errors => &[State::Uncertain, State::Discarded],
            Self::Done => &[State::Accepted, State::Annulling, State::AnnulUncertain],
            Self::Cancelled => State::CANCELLED,
        }
    }

    /// What the screen calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "Nuove",
            Self::Errors => "Errori",
            Self::Done => "Elaborate",
            Self::Cancelled => "Cancellate",
        }
    }
}

text_enum! {
    /// Why a prescription waits.
    WaitReason {
        /// It does not wait.
        None = "",
        /// No number left in the doctor's lots.
        NoNre = "NRE_ESAURITI",
        /// No SAC credentials were ever saved.
        NoCredentials = "CREDENZIALI_MANCANTI",
        /// SAC does not accept the credentials.
        CredentialsRefused = "CREDENZIALI_RIFIUTATE",
        /// The session of the day is over, or was not given.
        SessionExpired = "SESSIONE_SCADUTA",
        /// SAC cannot be reached.
        SacDown = "SAC_NON_RISPONDE",
        /// SAC did not understand or admit the message.
        MessageRefused = "MESSAGGIO_RESPINTO",
        /// What would be sent is not what was confirmed.
        ContentChanged = "CONTENUTO_CAMBIATO",
        /// SAC assigns the numbers, and its lists show nothing that could be this one: only the doctor sends it again.
        NothingListed = "NON_IN_ELENCO",
        /// SAC's list has something that may be this one, and nothing tells whether it is.
        Doubtful = "DUBBIA_IN_ELENCO",
    }
}

impl WaitReason {
    /// The reason in one sentence, for the doctor.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "",
            Self::NoNre => "Non ci sono NRE disponibili nei tuoi lotti.",
            Self::NoCredentials => "Mancano le tue credenziali SAR.",
            Self::CredentialsRefused => "Il SAC non accetta le tue credenziali.",
            Self::SessionExpired => "La sessione SAR del giorno è scaduta.",
            Self::SacDown => "Il SAC non risponde.",
            Self::MessageRefused => "Il SAC ha respinto il messaggio.",
            Self::ContentChanged => "Il contenuto è cambiato dopo la tua conferma.",
            Self::NothingListed => "Negli elenchi del SAC questa ricetta non c’è: se rinviarla lo decidi tu.",
            Self::Doubtful => {
                "Negli elenchi del SAC c’è qualcosa che potrebbe essere questa ricetta: guarda sul portale."
            }
        }
    }

    /// Nothing happens until the doctor does something: new credentials, a new lot, a correction.
    pub const fn needs_doctor(self) -> bool {
        !matches!(self, Self::None | Self::SacDown)
    }

    /// New credentials or a new session may end the wait.
    pub const BY_CREDENTIALS: &'static [Self] = &[Self::NoCredentials, Self::CredentialsRefused, Self::SessionExpired];
}
