//! The paper of an accepted prescription (promemoria). Made from the frozen request, which is what SAC registered; when SAC
//! sent a paper of its own, that one and no other is given to the patient.

use super::super::model::{Prescription, State, notes_from_json};
use super::super::queries;
use crate::db::{Db, Owner};
use crate::identity::queries::find_user;
use crate::reference;
use kernel::wording::listed_name;
use promemoria::{self, Printout, Promemoria, PromemoriaError};
use sac::PrescriptionMessage;
use sac::paper::{self, NotPrintable, Printed};

/// The program named in the properties of the files that we make.
const CREATOR: &str = "Millecloud";

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// Not of this archive.
    #[error("no such prescription in this archive")]
    NotThere,
    /// Only what SAC has accepted may be printed or sent (R13).
    #[error("a prescription in {} may not be delivered", .0.as_str())]
    NotDeliverable(State),
    /// The frozen request is missing or unreadable.
    #[error("the registered request cannot be read")]
    NoRequest,
    /// Number or code unreadable.
    #[error(transparent)]
    NotPrintable(#[from] NotPrintable),
    /// The file could not be made.
    #[error(transparent)]
    Pdf(#[from] PromemoriaError),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// The paper of a prescription. `Debug` is not derived: it would print the patient.
pub enum Paper {
    /// SAC's own file.
    Sac(Vec<u8>),
    /// Ours, still to be drawn.
    Ours(Box<Promemoria>),
}

impl Paper {
    /// The bytes of the PDF: always the same ones for the same prescription.
    pub fn into_pdf(self) -> Result<Vec<u8>, PromemoriaError> {
        match self {
            Self::Sac(bytes) => Ok(bytes),
            Self::Ours(promemoria) => promemoria::render(&promemoria),
        }
    }
}

/// One file of many papers, to be printed at once.
pub fn sheets_pdf(papers: &[Paper]) -> Result<Vec<u8>, PromemoriaError> {
    let printouts: Vec<_> = papers
        .iter()
        .map(|paper| match paper {
            Paper::Sac(file) => Printout::File(file),
            Paper::Ours(promemoria) => Printout::Drawn(promemoria),
        })
        .collect();
    promemoria::place(&printouts)
}

/// The paper of a prescription of the doctor's archive.
/// Fails with [`PaperError`]: above all when the prescription is not accepted, now.
pub fn find_paper(conn: &mut Db, owner: Owner, id: i64) -> Result<Paper, PaperError> {
    let row = queries::find_owned(conn, owner, id)?.ok_or(PaperError::NotThere)?;
    if !row.is_deliverable() {
        return Err(PaperError::NotDeliverable(row.state));
    }
    if let Some(bytes) = queries::find_sac_pdf(conn, owner, id)? {
        return Ok(Paper::Sac(bytes));
    }
    let region = reference::queries::find_region(conn, &row.region_code)?.map(|region| region.name);
    let doctor = find_user(conn, owner.id())?.ok_or(PaperError::NotThere)?;
    let doctor = listed_name(&doctor.surname, &doctor.name).to_uppercase();
    Ok(Paper::Ours(Box::new(describe(&row, &region.unwrap_or_default(), &doctor)?)))
}

/// The PDF to be given to the patient.
pub fn promemoria_pdf(conn: &mut Db, owner: Owner, id: i64) -> Result<Vec<u8>, PaperError> {
    Ok(find_paper(conn, owner, id)?.into_pdf()?)
}

/// What the paper of an accepted prescription says.
/// Fails with [`PaperError`]: not accepted, or without a readable request, number or code.
pub fn describe(row: &Prescription, region: &str, doctor: &str) -> Result<Promemoria, PaperError> {
    if !row.is_deliverable() {
        return Err(PaperError::NotDeliverable(row.state));
    }
    let request = row.payload.as_deref().map(serde_json::from_str::<PrescriptionMessage>);
    let Some(Ok(request)) = request else { return Err(PaperError::NoRequest) };
    let printed = Printed {
        nre: row.nre.as_deref().unwrap_or_default(),
        auth_code: &row.auth_code,
        region,
        doctor,
        communications: &notes_from_json(&row.communications),
        creator: CREATOR,
    };
    Ok(paper::promemoria(&request, printed)?)
}
