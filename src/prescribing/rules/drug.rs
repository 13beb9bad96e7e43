//! In which form a drug may be prescribed, and what deserves a warning. Whether the SSN pays for it at all is the
//! formulary's to say.

use crate::safety::Drug;
use kernel::folding;

/// How the drug is written on the prescription: what the two boxes of the formulary and the motive ask for.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// The brand's code; empty for none.
    pub aic: &'a str,
    /// The equivalence group's code; empty for none.
    pub group_code: &'a str,
    /// «Stampa solo P.A.».
    pub by_substance: bool,
    /// «Non sostituibile».
    pub not_substitutable: bool,
    /// Why not.
    pub motive_code: &'a str,
}

/// Why the wording is refused; the message is for the doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    /// Both boxes.
    #[error("«Non sostituibile» e «Stampa solo P.A.» si escludono: scegline una.")]
    Both,
    /// No equivalence group to prescribe by.
    #[error("Questo farmaco non ha un gruppo di equivalenza: non si può prescrivere per solo principio attivo.")]
    NoGroup,
    /// No brand to insist on.
    #[error("«Non sostituibile» vale per una confezione precisa: scegline una dal prontuario.")]
    NoBrand,
    /// The motive is mandatory (`codMotivazione`).
    #[error("Scegli il motivo della non sostituibilità.")]
    NoMotive,
}

/// Checks the wording; a motive without «Non sostituibile» is no error, it is simply not sent.
/// Fails with [`WordingError`]: the first thing wrong.
pub const fn check_wording(wording: &Wording<'_>) -> Result<(), WordingError> {
    match (wording.by_substance, wording.not_substitutable) {
        (true, true) => Err(WordingError::Both),
        (true, false) if wording.group_code.is_empty() => Err(WordingError::NoGroup),
        (false, true) if wording.aic.is_empty() => Err(WordingError::NoBrand),
        (false, true) if wording.motive_code.is_empty() => Err(WordingError::NoMotive),
        _ => Ok(()),
    }
}

/// A drug, as far as warnings are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrugFacts<'a> {
    /// Name and pack.
    pub label: &'a str,
    /// Active substance.
    pub substance: &'a str,
    /// ATC code; empty when unknown.
    pub atc: &'a str,
    /// The package.
    pub aic: &'a str,
    /// The equivalence group; empty for none.
    pub group_code: &'a str,
}

impl<'a> DrugFacts<'a> {
    /// As the safety checks take it.
    pub const fn checked(&self) -> Drug<'a> {
        Drug { label: self.label, substance: self.substance, atc: self.atc }
    }
}

/// For each drug, the earlier one of the basket that it repeats, if any: same package, same group, or same substance.
pub fn duplicate_warnings(drugs: &[DrugFacts<'_>]) -> Vec<Option<String>> {
    let repeats = |drug: &DrugFacts<'_>, earlier: &DrugFacts<'_>| {
        if !drug.aic.is_empty() && drug.aic == earlier.aic {
            return Some(format!("{} è già nella ricetta: basta cambiare il numero di pezzi.", drug.label));
        }
        let same_group = !drug.group_code.is_empty() && drug.group_code == earlier.group_code;
        let same_substance =
            !drug.substance.is_empty() && folding::fold(drug.substance) == folding::fold(earlier.substance);
        (same_group || same_substance).then(|| format!("Stesso principio attivo di {}.", earlier.label))
    };
    let at = |index: usize| drugs.get(..index).unwrap_or_default();
    drugs.iter().enumerate().map(|(index, drug)| at(index).iter().find_map(|earlier| repeats(drug, earlier))).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    const ZIMOX: DrugFacts<'static> = DrugFacts {
        label: "ZIMOX*12CPR 1G",
        substance: "Amoxicillina",
        atc: "J01CA04",
        aic: "023086150",
        group_code: "18B",
    };

    #[test]
    fn the_two_boxes_exclude_each_other_and_need_their_codes() {
        let brand = Wording {
            aic: "023086150",
            group_code: "18B",
            by_substance: false,
            not_substitutable: false,
            motive_code: "",
        };
        assert_eq!(check_wording(&brand), Ok(()));
        let insist = Wording { not_substitutable: true, ..brand };
        assert_eq!(check_wording(&insist), Err(WordingError::NoMotive));
        assert_eq!(check_wording(&Wording { motive_code: "2", ..insist }), Ok(()));
        assert_eq!(check_wording(&Wording { motive_code: "2", aic: "", ..insist }), Err(WordingError::NoBrand));
        let substance = Wording { by_substance: true, ..brand };
        assert_eq!(check_wording(&substance), Ok(()));
        assert_eq!(check_wording(&Wording { group_code: "", ..substance }), Err(WordingError::NoGroup));
        assert_eq!(check_wording(&Wording { not_substitutable: true, ..substance }), Err(WordingError::Both));
    }

    #[test]
    fn repeats_are_told_once_beside_the_later_drug() {
        let again = ZIMOX;
        let other_pack = DrugFacts { aic: "023086174", label: "ZIMOX*12CPR SOLUB/MAST 1G", group_code: "", ..ZIMOX };
        let statin = DrugFacts {
            label: "CRESTOR*28CPR RIV 10MG",
            substance: "Rosuvastatina",
            atc: "C10AA07",
            aic: "035885058",
            group_code: "RGA",
        };
        let found = duplicate_warnings(&[ZIMOX, statin, again, other_pack]);
        assert_eq!((found[0].as_ref(), found[1].as_ref()), (None, None));
        assert!(found[2].as_ref().is_some_and(|text| text.contains("già nella ricetta")));
        assert_eq!(found[3].as_deref(), Some("Stesso principio attivo di ZIMOX*12CPR 1G."));
    }
}
