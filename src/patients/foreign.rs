//! Who insures a patient, when it is not this country's health service.

use serde::{Deserialize, Serialize};

use crate::text_enum;

text_enum!(
    /// Who insures the patient, as SAC calls it (`tipoRic`).
    #[derive(Default, Serialize, Deserialize)]
    ForeignKind {
        /// This country's health service.
        #[default]
        Here = "",
        /// A State of the European Union, by its card.
        Union = "UE",
        /// A State outside it, by an agreement.
        Beyond = "EE",
        /// An institution of the European Union.
        Institutions = "NE",
    }
);

impl ForeignKind {
    /// As the screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Here => "",
            Self::Union => "Uno Stato dell’Unione europea (tessera TEAM)",
            Self::Beyond => "Uno Stato fuori dall’Unione, con convenzione",
            Self::Institutions => "Un’istituzione europea",
        }
    }
}
