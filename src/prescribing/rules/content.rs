//! The fingerprint of what a review page shows: what the doctor confirms is what is sent.
//!
//! It covers who prescribes, for whom, and every prescription with its rows. The page carries it, and the confirmation
//! computes it again from the database of that moment: a drug, a quantity, an exemption or an address that changed in
//! between makes another fingerprint. Each prescription then gets the hash of its own message, which the pipeline
//! compares before sending.

use serde::Serialize;
use sha2::{Digest, Sha256};

use kernel::hex::hex;

/// What is fingerprinted. Field order is part of the fingerprint; pages live minutes, so it may change with a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Doctor: id, fiscal code, region, ASL, specialisation, structure.
    pub doctor: (i64, Vec<String>),
    /// Patient: id, then name, code, address, province, ASL.
    pub patient: (i64, Vec<String>),
    /// The prescriptions, in order.
    pub prescriptions: Vec<PrescriptionContent>,
}

/// One prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrescriptionContent {
    /// Exemption code, empty for none.
    pub exemption: String,
    /// Exempt by income.
    pub income: bool,
    /// Suggested by a specialist.
    pub suggested: bool,
    /// Diagnosis code and text.
    pub diagnosis: (String, String),
    /// The rows, in order.
    pub rows: Vec<RowContent>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowContent {
    /// Packs.
    pub pieces: i64,
    /// AIC, name, substance, group code and text, note and what is sent for it, posology, motive and its words, what is
    /// sent in `motivazNote`, plan.
    pub texts: [String; 12],
    /// By substance, not substitutable, continuous.
    pub flags: [bool; 3],
    /// The problem it is for.
    pub problem: Option<i64>,
}

impl Content {
    /// SHA-256 in hexadecimal.
    pub fn fingerprint(&self) -> String {
        // JSON keeps lengths and borders apart: no two contents write the same bytes.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn content() -> Content {
        let texts = ["023086150", "ZIMOX*12CPR 1G", "Amoxicillina", "18B", "", "", "", "1 ogni 12 ore", "", "", "", ""];
        let row = RowContent { pieces: 1, texts: texts.map(str::to_owned), flags: [false; 3], problem: None };
        Content {
            doctor: (1, vec!["BRGPLA60A01L736K".to_owned(), "050".to_owned()]),
            patient: (7, vec!["SACCAVINI".to_owned(), "Claudio".to_owned()]),
            prescriptions: vec![PrescriptionContent {
                exemption: String::new(),
                income: false,
                suggested: false,
                diagnosis: (String::new(), String::new()),
                rows: vec![row],
            }],
        }
    }

    #[test]
    fn it_is_stable_and_sixty_four_digits() {
        assert_eq!(content().fingerprint(), content().fingerprint());
        assert_eq!(content().fingerprint().len(), 64);
    }

    #[test]
    fn every_change_shows() {
        let changes: [fn(&mut Content); 12] = [
            |c| c.doctor.0 = 2,
            |c| c.doctor.1[1] = "060".to_owned(),
            |c| c.patient.0 = 8,
            |c| c.patient.1 = vec!["SACCAVINIC".to_owned(), "laudio".to_owned()],
            |c| c.prescriptions[0].exemption = "013".to_owned(),
            |c| c.prescriptions[0].suggested = true,
            |c| c.prescriptions[0].diagnosis.0 = "250".to_owned(),
            |c| c.prescriptions[0].rows[0].pieces = 2,
            |c| c.prescriptions[0].rows[0].texts[0] = "023086174".to_owned(),
            |c| c.prescriptions[0].rows[0].flags[0] = true,
            |c| c.prescriptions[0].rows[0].problem = Some(1),
            |c| c.prescriptions.push(c.prescriptions[0].clone()),
        ];
        let mut seen = vec![content().fingerprint()];
        for change in changes {
            let mut changed = content();
            change(&mut changed);
            let print = changed.fingerprint();
            assert!(!seen.contains(&print), "{changed:?}");
            seen.push(print);
        }
    }
}
