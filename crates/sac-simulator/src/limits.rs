//! How much fits in one prescription, as the law says. The codes of the refusals are the simulator's own.
//!
//! Drugs: two packs; up to six with the exemption for a chronic or rare disease (three of them, or six where the patient
//! has used the drug for six months: the message does not say, so both pass); up to six for the packages declared
//! exceptional (single-dose antibiotics and the like), which the simulator must be told about; no limit in packs for the
//! pain therapy code TDL01, which counts days. Services: eight.

use std::collections::BTreeMap;

use super::answers::blocking;
use sac::{PrescriptionMessage, SERVICES, SacError};

/// Packs of an ordinary prescription.
const ORDINARY: u32 = 2;
/// Packs for chronic and rare diseases.
const CHRONIC: u32 = 6;
/// Services of a specialist prescription.
const MOST_SERVICES: u32 = 8;
/// Exemption code of pain therapy.
const PAIN_THERAPY: &str = "TDL01";

/// Packages that may exceed the ordinary limit, by product code, with how many packs are allowed.
pub type PackExceptions = BTreeMap<String, u32>;

/// The refusal of a prescription that holds too much, if it does.
pub fn check(message: &PrescriptionMessage, exceptions: &PackExceptions) -> Option<SacError> {
    let total: u32 = message.rows.iter().map(|row| u32::from(row.quantity)).sum();
    if message.kind == SERVICES {
        return (total > MOST_SERVICES).then(|| blocking("9902", "Più di otto prestazioni in una ricetta"));
    }
    if message.exemption == PAIN_THERAPY {
        return None;
    }
    let ordinary = if is_chronic(&message.exemption) { CHRONIC } else { ORDINARY };
    let exceptional = |code: &str| exceptions.get(code).copied().unwrap_or(0);
    let most = message.rows.iter().map(|row| exceptional(&row.product_code)).max().unwrap_or(0);
    // Exceptional packages make room only for themselves.
    let others: u32 =
        message.rows.iter().filter(|row| exceptional(&row.product_code) == 0).map(|row| u32::from(row.quantity)).sum();
    (total > ordinary.max(most) || others > ordinary).then(|| blocking("9901", "Troppe confezioni in una ricetta"))
}

/// Codes of chronic diseases start with a zero (`013`, `0A31`), those of rare ones with an R; whatever follows a dot
/// names the single service.
fn is_chronic(exemption: &str) -> bool {
    let main = exemption.split('.').next().unwrap_or_default();
    (main.starts_with('0') && (3..=4).contains(&main.len())) || (main.starts_with('R') && main.len() >= 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sac::{DRUGS, PrescriptionRow};

    fn refused(kind: &str, exemption: &str, rows: &[(&str, u8)]) -> bool {
        let rows = rows
            .iter()
            .map(|(code, quantity)| PrescriptionRow {
                product_code: (*code).into(),
                quantity: *quantity,
                ..Default::default()
            })
            .collect();
        let message =
            PrescriptionMessage { kind: kind.into(), exemption: exemption.into(), rows, ..Default::default() };
        check(&message, &PackExceptions::from([("MONO".to_owned(), 6)])).is_some()
    }

    #[test]
    fn packs() {
        assert!(!refused(DRUGS, "", &[("A", 2)]));
        assert!(!refused(DRUGS, "", &[("A", 1), ("B", 1)]));
        assert!(refused(DRUGS, "", &[("A", 3)]));
        assert!(refused(DRUGS, "", &[("A", 2), ("B", 1)]));
        assert!(refused(DRUGS, "E01", &[("A", 3)]));
        assert!(!refused(DRUGS, "013", &[("A", 6)]));
        assert!(!refused(DRUGS, "0A31", &[("A", 3)]));
        assert!(!refused(DRUGS, "RCG010", &[("A", 3)]));
        assert!(refused(DRUGS, "013.250", &[("A", 6), ("B", 1)]));
        assert!(!refused(DRUGS, "TDL01", &[("A", 9)]));
        assert!(!refused(DRUGS, "", &[("MONO", 6)]));
        assert!(refused(DRUGS, "", &[("MONO", 3), ("A", 3)]));
        assert!(refused(DRUGS, "", &[("MONO", 7)]));
    }

    #[test]
    fn services() {
        assert!(!refused(SERVICES, "", &[("A", 8)]));
        assert!(refused(SERVICES, "", &[("A", 8), ("B", 1)]));
    }
}
