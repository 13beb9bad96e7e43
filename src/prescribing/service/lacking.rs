//! What a doctor lacks before anything can be sent: the same words and the same way out wherever it is said.

use crate::web::paths;

/// What is missing before anything can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// Region, ASL and the like of the doctor.
    Profile,
    /// No SAR credentials.
    Credentials,
    /// SAC does not accept them.
    Refused,
    /// No session of the day, or it is over.
    Session,
    /// Fewer numbers than prescriptions.
    Numbers,
}

impl Lacking {
    /// What is missing, in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Profile => "Mancano i tuoi dati di medico (regione e ASL): senza non si può inviare.",
            Self::Credentials => "Mancano le tue credenziali SAR: senza non si può inviare.",
            Self::Refused => "Il SAC non accetta le tue credenziali: controllale, poi torna qui.",
            Self::Session => "La sessione SAR di oggi manca o è scaduta: incolla quella nuova, poi torna qui.",
            Self::Numbers => "Gli NRE rimasti nei tuoi lotti non bastano per queste ricette.",
        }
    }

    /// What can be done about it: the text of a link.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Profile => "Completa i dati del medico",
            Self::Credentials => "Scrivi le credenziali SAR",
            Self::Refused => "Controlla le credenziali SAR",
            Self::Session => "Aggiorna la sessione SAR",
            Self::Numbers => "Scarica un lotto di NRE",
        }
    }

    /// Where.
    pub fn href(self) -> String {
        match self {
            Self::Profile => paths::doctor(),
            Self::Credentials | Self::Refused | Self::Session => paths::sar_credentials(),
            Self::Numbers => paths::lots(),
        }
    }
}
