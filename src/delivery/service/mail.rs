//! Case A: the promemoria by e-mail, in a protected archive.

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest, Sha256};

use super::super::model::{MAILS_PER_HOUR, reference};
use super::super::queries::{self, NewDelivery};
use super::{DeliverError, by_patient, deliverable, password_place, secret_place};
use crate::db::Db;
use crate::identity::by::By;
use crate::identity::sealing::Sealer;
use crate::outbox::{self, Job, Kind};
use crate::patients::model::Patient;
use crate::patients::queries::find_patient;
use crate::patients::service as patients;
use crate::ports::archive::{self, Protection};
use crate::prescriptions::model::{Channel, DeliveryState};
use crate::prescriptions::queries as prescriptions;
use crate::prescriptions::service::promemoria_pdf;
use kernel::email::Email;
use kernel::hex::hex;
use kernel::random;

/// What is to be mailed, and where.
pub struct MailRequest<'a> {
    /// Prescriptions, of one patient or of several.
    pub ids: &'a [i64],
    /// Another address than the registry's; only for one patient.
    pub address: Option<&'a Email>,
    /// Write that address into the registry too.
    pub update_registry: bool,
}

/// Who would receive what.
pub struct Recipient {
    /// The patient.
    pub patient: Patient,
    /// The patient's prescriptions.
    pub ids: Vec<i64>,
    /// One mail is enough.
    pub has_secret: bool,
}

impl Recipient {
    /// The registry's address, when it is one we send to.
    pub fn address(&self) -> Option<Email> {
        Email::parse(&self.patient.values.email).ok()
    }
}

/// What the dialog shows before anything is asked for.
pub struct Plan {
    /// One entry per patient.
    pub recipients: Vec<Recipient>,
}

/// Who would receive these prescriptions.
/// Fails with [`DeliverError`]: they must all be deliverable.
pub fn plan(conn: &mut Db, by: &By, ids: &[i64]) -> Result<Plan, DeliverError> {
    let rows = deliverable(conn, by, ids)?;
    let mut recipients = Vec::new();
    for (patient, ids) in by_patient(&rows) {
        let patient = find_patient(conn, by.owner, patient)?.ok_or(DeliverError::NotThere)?;
        let has_secret = queries::find_secret(conn, patient.id)?.is_some();
        recipients.push(Recipient { patient, ids, has_secret });
    }
    Ok(Plan { recipients })
}

/// Freezes what is to be mailed and asks for the jobs that mail it, in the caller's transaction.
pub fn request_mail(conn: &mut Db, sealer: &Sealer, by: &By, request: &MailRequest<'_>) -> Result<(), DeliverError> {
    let plan = plan(conn, by, request.ids)?;
    let asked = queries::count_mails_since(conn, by.owner, by.now - TimeDelta::hours(1))?;
    if asked >= MAILS_PER_HOUR {
        return Err(DeliverError::TooMany);
    }
    for recipient in &plan.recipients {
        let address = match request.address {
            Some(address) if plan.recipients.len() == 1 => address.clone(),
            _ => recipient.address().ok_or(DeliverError::NoAddress)?,
        };
        if request.address.is_some() && request.update_registry {
            write_address(conn, by, &recipient.patient, &address)?;
        }
        freeze(conn, sealer, by, recipient, &address)?;
    }
    queries::set_failures_handled(conn, request.ids, by.now)?;
    prescriptions::drop_print(conn, request.ids)?;
    Ok(())
}

fn write_address(conn: &mut Db, by: &By, patient: &Patient, address: &Email) -> Result<(), DeliverError> {
    let values = crate::patients::model::PatientValues { email: address.as_str().to_owned(), ..patient.values.clone() };
    patients::edit(conn, by, patient.id, patient.revision, &values)?;
    Ok(())
}

fn freeze(
    conn: &mut Db,
    sealer: &Sealer,
    by: &By,
    recipient: &Recipient,
    address: &Email,
) -> Result<i64, DeliverError> {
    let token = random::hex_token(16);
    let (files, content_hash) = documents(conn, by, &recipient.ids, &token)?;
    let agreed = match queries::find_secret(conn, recipient.patient.id)? {
        None => None,
        Some((sealed, _)) => {
            let opened = sealer.open_text(secret_place(recipient.patient.id), &sealed);
            Some(opened.map_err(|error| DeliverError::Unmade(error.into()))?)
        }
    };
    let agreed_secret = agreed.is_some();
    let password = agreed.unwrap_or_else(new_password);
    let how = if queries::wants_classic_zip(conn, by.owner)? { Protection::Classic } else { Protection::Aes256 };
    let bytes = archive::protect(&files, password.expose_secret(), how, by.now);
    let bytes = bytes.map_err(|error| DeliverError::Unmade(error.into()))?;
    let delivery = queries::insert_delivery(
        conn,
        &NewDelivery {
            doctor_id: by.owner.id(),
            patient_id: recipient.patient.id,
            channel: Channel::Mail,
            state: DeliveryState::Requested,
            recipient: address.as_str(),
            content_hash: &content_hash,
            archive: Some(&bytes),
            agreed_secret,
            token: &token,
            requested_by: by.actor,
            requested_at: by.now,
            ended_at: None,
        },
    )?;
    for id in &recipient.ids {
        prescriptions::add_delivery_item(conn, delivery, *id)?;
    }
    let first = outbox::enqueue(conn, Job { kind: Kind::DeliverArchive, subject_id: delivery }, by.now)?;
    if !agreed_secret {
        let sealed = sealer.seal_text(password_place(delivery), &password);
        queries::set_password(conn, delivery, &sealed.map_err(|error| DeliverError::Unmade(error.into()))?)?;
        outbox::enqueue_after(conn, Job { kind: Kind::DeliverPassword, subject_id: delivery }, first, by.now)?;
    }
    Ok(delivery)
}

/// Files of an archive: name and content.
type Files = Vec<(String, Vec<u8>)>;

/// The papers under names that say nothing, and the hash of them all.
fn documents(conn: &mut Db, by: &By, ids: &[i64], token: &str) -> Result<(Files, String), DeliverError> {
    let mut hash = Sha256::new();
    let mut files = Vec::new();
    for (n, id) in ids.iter().enumerate() {
        let paper = promemoria_pdf(conn, by.owner, *id)?;
        hash.update(&paper);
        let number = if ids.len() == 1 { String::new() } else { format!("-{}", n.saturating_add(1)) };
        files.push((format!("documento-{}{number}.pdf", reference(token)), paper));
    }
    Ok((files, hex(&hash.finalize())))
}

/// Sixteen signs of thirty-two, eighty bits, in fours so that they can be typed from another screen.
fn new_password() -> SecretString {
    let fours: Vec<String> = (0..4).map(|_| random::readable_secret(4)).collect();
    fours.join("-").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_eighty_bits() {
        let password = new_password();
        let signs: String = password.expose_secret().chars().filter(|c| *c != '-').collect();
        assert_eq!((signs.len(), password.expose_secret().len()), (16, 19));
        assert!(signs.chars().all(|c| !"01IO".contains(c) && (c.is_ascii_uppercase() || c.is_ascii_digit())));
        assert_ne!(new_password().expose_secret(), password.expose_secret());
    }
}
