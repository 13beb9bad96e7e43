//! The history of a prescription in words.

use crate::prescriptions::model::Event;
use crate::prescriptions::queries::HistoryRow;
use kernel::dates;

/// One passage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryLine {
    /// `19/11/2016 09.04`.
    pub when: String,
    /// What happened.
    pub what: &'static str,
    /// Who did it; empty for the portal itself.
    pub who: String,
}

impl HistoryLine {
    /// A row of the history, for the screen.
    pub fn of(row: &HistoryRow) -> Self {
        let local = dates::to_rome(row.happened_at);
        Self {
            when: format!("{} {}", dates::long(local.date()), dates::hour(local)),
            what: in_words(row.event),
            who: row.actor_name(),
        }
    }
}

const fn in_words(event: Event) -> &'static str {
    match event {
        Event::Submit => "Mandata al medico",
        Event::Withdraw => "Ritirata da chi l'ha preparata",
        Event::Correct => "Corretta dal medico",
        Event::Confirm => "Confermata",
        Event::Decline => "Rifiutata dal medico",
        Event::TakeBack => "Ripresa per essere corretta",
        Event::Claim => "Invio al SAC",
        Event::SendAccepted => "Accettata dal SAC",
        Event::SendRefused => "Rifiutata dal SAC",
        Event::SendNotProcessed => "Non arrivata al SAC: torna in coda",
        Event::SendUnproven => "Risposta del SAC non arrivata o non chiara",
        Event::LeaseOver => "Invio interrotto: da verificare",
        Event::ViewFound => "Verificata: il SAC ce l'ha",
        Event::ViewMissing => "Verificata: il SAC non ce l'ha, si invia di nuovo",
        Event::ViewMissingRefused => "Verificata: il SAC l'ha rifiutata",
        Event::ViewOther => "Verificata: sotto il numero il SAC ha un'altra ricetta",
        Event::ViewAnnulled => "Verificata: al SAC risulta annullata",
        Event::Retired => "Numero ritirato: si invia con un altro NRE",
        Event::AskResend => "Rinvio chiesto dopo la verifica",
        Event::ListMissing => "Verificata ancora: il SAC non ce l'ha, si invia di nuovo",
        Event::Annul => "Annullamento chiesto",
        Event::AnnulDone => "Annullata dal SAC",
        Event::AnnulRefused => "Annullamento rifiutato dal SAC",
        Event::AnnulUnproven => "Annullamento da verificare",
        Event::AnnulAgain => "Annullamento non riuscito: si ripete",
    }
}
