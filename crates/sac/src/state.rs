//! The states of a prescription at SAC.

/// Where a prescription is in its life (`statoProcesso`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcessState {
    /// 1: in a lot without doctor.
    LotWithoutDoctor,
    /// 2: in a lot of a doctor, not used.
    LotOfDoctor,
    /// 3: to be dispensed.
    ToDispense,
    /// 4: annulled by the prescriber.
    Annulled,
    /// 5: taken in charge by a dispenser.
    BeingDispensed,
    /// 6: suspended.
    Suspended,
    /// 7: partly dispensed.
    PartlyDispensed,
    /// 8: dispensed.
    Dispensed,
    /// 9: dispensation annulled.
    DispensationAnnulled,
    /// 10: expired.
    Expired,
}

impl ProcessState {
    /// All states in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::LotWithoutDoctor,
        Self::LotOfDoctor,
        Self::ToDispense,
        Self::Annulled,
        Self::BeingDispensed,
        Self::Suspended,
        Self::PartlyDispensed,
        Self::Dispensed,
        Self::DispensationAnnulled,
        Self::Expired,
    ];

    /// The state of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The number SAC uses.
    pub fn number(self) -> u8 {
        match self {
            Self::LotWithoutDoctor => 1,
            Self::LotOfDoctor => 2,
            Self::ToDispense => 3,
            Self::Annulled => 4,
            Self::BeingDispensed => 5,
            Self::Suspended => 6,
            Self::PartlyDispensed => 7,
            Self::Dispensed => 8,
            Self::DispensationAnnulled => 9,
            Self::Expired => 10,
        }
    }

    /// In plain Italian, for the screen.
    pub fn italian(self) -> &'static str {
        match self {
            Self::LotWithoutDoctor | Self::LotOfDoctor => "numero non ancora usato",
            Self::ToDispense => "da erogare",
            Self::Annulled => "annullata dal medico",
            Self::BeingDispensed => "presa in carico da chi la eroga",
            Self::Suspended => "erogazione sospesa",
            Self::PartlyDispensed => "erogata in parte",
            Self::Dispensed => "erogata",
            Self::DispensationAnnulled => "erogazione annullata",
            Self::Expired => "scaduta",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_their_numbers() {
        for number in 1..=10 {
            assert_eq!(ProcessState::from_number(number).map(ProcessState::number), Some(number));
        }
        assert_eq!(ProcessState::from_number(0), None);
        assert_eq!(ProcessState::from_number(11), None);
    }
}
