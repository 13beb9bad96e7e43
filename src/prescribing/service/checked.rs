//! A drug of the basket after the formulary, the record and the limits of the day have been asked about it.

use crate::prescribing::model::DraftItem;
use crate::prescribing::rules::exemption::Decision;
use crate::prescribing::rules::limits::Allowance;
use crate::safety::Assessment;

/// A drug of the basket with what was found about it.
#[derive(Clone)]
pub struct Checked {
    /// The row, with what the formulary says today.
    pub item: DraftItem,
    /// Its exemption, when it can have one.
    pub decision: Option<Decision>,
    /// How much fits in one prescription.
    pub allowance: Allowance,
    /// Description of its problem.
    pub problem: Option<String>,
    /// What the patient pays for one pack beyond the health service, when known.
    pub patient_pays: Option<i64>,
    /// Why it cannot be issued as it is; empty when it can.
    pub blocks: Vec<String>,
    /// What the patient's facts say against it.
    pub safety: Assessment,
    /// What SAC is told of its note, where that is not the code.
    pub note_sent: String,
    /// What the motive says; empty without one.
    pub motive_text: String,
    /// What goes into `motivazNote`, where that is not the posology alone.
    pub reason_note: String,
    /// What else the doctor should know.
    pub warnings: Vec<String>,
}
