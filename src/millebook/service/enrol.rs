//! The doctor's side: consent, codes, withdrawal.

use crate::db::Db;
use crate::identity::by::By;
use crate::identity::keys::Keys;
use crate::identity::sealing::Sealer;
use crate::identity::sessions;
use crate::millebook::model::{self, Happened};
use crate::millebook::queries::{self, Code, EventRow};
use crate::outbox::{self, Job, Kind};
use crate::patients::model::Patient;
use crate::patients::queries::{Enrolment, find_enrolment, find_patient};
use kernel::email::Email;

/// How the code reaches the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// On paper.
    Paper,
    /// To the address in the registry.
    Mail,
}

/// A code that was made.
#[derive(Debug)]
pub enum Issued {
    /// To be printed: the code in clear, here and nowhere else.
    Paper(String),
    /// On its way to the patient's address.
    Mailed,
}

/// Why no code was made.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Not of this archive.
    #[error("no such patient in this archive")]
    NotThere,
    /// Nobody is enrolled without a consent.
    #[error("no consent")]
    NoConsent,
    /// No usable address in the registry.
    #[error("no e-mail address")]
    NoAddress,
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// Makes a new code for a patient, enrolling them first when they are not; a former code is good no more. `consent` says
/// that the patient has just given it.
pub fn issue(
    conn: &mut Db,
    (keys, sealer): (&Keys, &Sealer),
    by: &By,
    patient_id: i64,
    (consent, how): (bool, How),
) -> Result<Issued, EnrolError> {
    let patient = find_patient(conn, by.owner, patient_id)?.ok_or(EnrolError::NotThere)?;
    let open = find_enrolment(conn, by.owner, patient_id)?.is_some_and(|enrolment| enrolment.is_open());
    if !open && !consent {
        return Err(EnrolError::NoConsent);
    }
    let sent_to = match how {
        How::Paper => String::new(),
        How::Mail => {
            let email = Email::parse(&patient.values.email).map_err(|_not_one| EnrolError::NoAddress)?;
            email.as_str().to_owned()
        }
    };
    if queries::open_enrolment(conn, patient_id, by.actor, by.now)? {
        queries::insert_event(conn, patient_id, Happened::Enrolled, by.actor, by.now)?;
    }
    let clear = model::new_code();
    let code =
        Code { patient_id, sent_to, issued_at: by.now, expires_at: by.now + model::CODE_VALID_FOR, used_at: None };
    queries::replace_code(conn, &code, &model::digest(keys, &clear), by.actor)?;
    let job = Job { kind: Kind::MillebookCode, subject_id: patient_id };
    outbox::cancel(conn, job)?;
    let happened = match how {
        How::Paper => Happened::CodePrinted,
        How::Mail => {
            outbox::enqueue_with_secret(conn, sealer, job, &clear, by.now)?;
            Happened::CodeMailed
        }
    };
    queries::insert_event(conn, patient_id, happened, by.actor, by.now)?;
    Ok(if how == How::Paper { Issued::Paper(clear) } else { Issued::Mailed })
}

/// Takes the consent back: nothing of this archive is there for the patient any more, from this moment. Answers false
/// when there was none.
/// Fails with [`EnrolError::NotThere`].
pub fn withdraw(conn: &mut Db, by: &By, patient_id: i64) -> Result<bool, EnrolError> {
    find_patient(conn, by.owner, patient_id)?.ok_or(EnrolError::NotThere)?;
    let user = find_enrolment(conn, by.owner, patient_id)?.and_then(|enrolment| enrolment.user_id);
    if !queries::set_withdrawn(conn, patient_id, by.actor, by.now)? {
        return Ok(false);
    }
    queries::forget_code(conn, patient_id)?;
    outbox::cancel(conn, Job { kind: Kind::MillebookCode, subject_id: patient_id })?;
    if let Some(user) = user {
        sessions::end_all(conn, user)?;
        if queries::count_active(conn, user)? == 0 {
            queries::set_account_closed(conn, user)?;
        }
    }
    queries::insert_event(conn, patient_id, Happened::Withdrawn, by.actor, by.now)?;
    Ok(true)
}

/// How a patient stands with the portal, for the doctor.
pub struct Status {
    /// The patient.
    pub patient: Patient,
    /// The enrolment, also a withdrawn one.
    pub enrolment: Option<Enrolment>,
    /// The latest code.
    pub code: Option<Code>,
    /// What happened, newest first.
    pub events: Vec<EventRow>,
}

/// How a patient of this archive stands with the portal.
/// Fails with [`EnrolError::NotThere`].
pub fn status(conn: &mut Db, by: &By, patient_id: i64) -> Result<Status, EnrolError> {
    let patient = find_patient(conn, by.owner, patient_id)?.ok_or(EnrolError::NotThere)?;
    Ok(Status {
        patient,
        enrolment: find_enrolment(conn, by.owner, patient_id)?,
        code: queries::find_code(conn, patient_id)?.map(|(code, _digest)| code),
        events: queries::list_events(conn, patient_id, 20)?,
    })
}
