//! Delivering: what is asked for is frozen in one transaction with its jobs; the jobs send it; what came of it is recorded in
//! one transaction with the job's end.

mod care;
mod mail;
mod mailing;
mod other;
mod print;
mod record;

pub use care::{dismiss, retry};
pub use mail::{MailRequest, Plan, Recipient, plan, request_mail};
pub use mailing::{Ran, run};
pub use other::{choose_print, publish, send_sms};
pub use print::{print, print_again};
pub use record::record;

use super::queries;
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::identity::sealing::{Place, Sealed};
use crate::patients::model::{Patient, Status};
use crate::patients::queries::list_patients;
use crate::prescriptions::queries::{self as prescriptions, ListRow};
use crate::prescriptions::service::PaperError;

/// Why nothing was delivered; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// Not of this archive.
    #[error("not in this archive")]
    NotThere,
    /// Not accepted by SAC, or no longer valid (R13).
    #[error("may not be delivered")]
    NotDeliverable,
    /// A patient without an e-mail address.
    #[error("no address")]
    NoAddress,
    /// A patient without a mobile number.
    #[error("no mobile number")]
    NoMobile,
    /// A patient without a portal.
    #[error("not enrolled")]
    NotEnrolled,
    /// A patient who has died, and nobody has said that it is meant so.
    #[error("the patient has died")]
    Deceased,
    /// Too many mails in an hour.
    #[error("too many mails")]
    TooMany,
    /// The paper or the archive could not be made.
    #[error("the document could not be made")]
    Unmade(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

impl From<PaperError> for DeliverError {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::NotThere => Self::NotThere,
            PaperError::NotDeliverable(_) => Self::NotDeliverable,
            PaperError::Db(error) => Self::Db(error),
            other => Self::Unmade(other.into()),
        }
    }
}

/// These prescriptions, every one of them of this archive and deliverable now.
fn deliverable(conn: &mut Db, by: &By, ids: &[i64]) -> Result<Vec<ListRow>, DeliverError> {
    let rows = prescriptions::list_by_ids(conn, by.owner, ids)?;
    if rows.is_empty() || rows.len() != ids.len() {
        return Err(DeliverError::NotThere);
    }
    if !rows.iter().all(|row| row.state.is_deliverable(&row.auth_code)) {
        return Err(DeliverError::NotDeliverable);
    }
    Ok(rows)
}

/// Which of the patients of these prescriptions have died.
pub fn list_deceased(conn: &mut Db, owner: Owner, ids: &[i64]) -> Result<Vec<Patient>, DeliverError> {
    let rows = prescriptions::list_by_ids(conn, owner, ids)?;
    let groups = by_patient(&rows);
    let patients: Vec<i64> = groups.into_iter().map(|(patient, _)| patient).collect();
    let mut found = list_patients(conn, owner, &patients)?;
    found.retain(|patient| patient.values.status == Status::Deceased);
    Ok(found)
}

/// Nothing goes to somebody who has died unless whoever asks for it has said that it is meant so.
pub fn check_living(conn: &mut Db, owner: Owner, ids: &[i64], confirmed: bool) -> Result<(), DeliverError> {
    if confirmed || list_deceased(conn, owner, ids)?.is_empty() { Ok(()) } else { Err(DeliverError::Deceased) }
}

/// The prescriptions by patient, in order.
fn by_patient(rows: &[ListRow]) -> Vec<(i64, Vec<i64>)> {
    let mut groups: Vec<(i64, Vec<i64>)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|(patient, _)| *patient == row.patient_id) {
            Some((_, ids)) => ids.push(row.id),
            None => groups.push((row.patient_id, vec![row.id])),
        }
    }
    groups
}

/// A secret agreed with a patient, as it is kept.
pub fn find_sealed(conn: &mut Db) -> diesel::QueryResult<Option<Sealed>> {
    Ok(queries::find_sealed_secret(conn)?.map(|(patient, secret)| (secret_place(patient), secret)))
}

/// Where the password of a delivery is sealed.
const fn password_place(delivery: i64) -> Place<'static> {
    Place { column: "deliveries.password_sealed", row: delivery }
}

/// Where the secret agreed with a patient is sealed.
pub const fn secret_place(patient: i64) -> Place<'static> {
    Place { column: "agreed_secrets.secret_sealed", row: patient }
}
