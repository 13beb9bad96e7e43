//! What the jobs do: one message each. A job may run twice, so every message has an identity that repeats with it.
//!
//! No message holds the name of a patient, a code, a drug or a number of a prescription: the archive does. The surgery is named,
//! with a number to call, so that a patient knows whom the message is from.

use askama::Template;
use secrecy::ExposeSecret as _;

use super::super::model::Sending;
use super::super::queries;
use super::password_place;
use crate::db::{Db, DbError};
use crate::identity::model::Surgery;
use crate::identity::queries::find_surgery;
use crate::outbox::{Claimed, Kind, Outcome};
use crate::ports::archive;
use crate::ports::mail::{Enclosure, Mail, MailError, Mailer, Parcel, Stamp};
use crate::ports::sms::{Sms, SmsError};
use crate::prescriptions::model::{DeliveryReason, DeliveryState, State};
use crate::site::Site;
use kernel::failpoint;

/// Subject of the mail with the archive.
#[derive(Template)]
#[template(path = "email/delivery_archive/subject.txt")]
struct ArchiveSubject<'a> {
    reference: &'a str,
}

/// Its text.
#[derive(Template)]
#[template(path = "email/delivery_archive/body.txt")]
struct ArchiveText<'a> {
    surgery: &'a Surgery,
    reference: &'a str,
    agreed: bool,
    classic: bool,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/delivery_archive/body.html")]
struct ArchiveHtml<'a> {
    surgery: &'a Surgery,
    reference: &'a str,
    agreed: bool,
    classic: bool,
}

/// Subject of the mail with the password.
#[derive(Template)]
#[template(path = "email/delivery_password/subject.txt")]
struct PasswordSubject<'a> {
    reference: &'a str,
}

/// Its text.
#[derive(Template)]
#[template(path = "email/delivery_password/body.txt")]
struct PasswordText<'a> {
    surgery: &'a Surgery,
    reference: &'a str,
    password: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/delivery_password/body.html")]
struct PasswordHtml<'a> {
    surgery: &'a Surgery,
    reference: &'a str,
    password: &'a str,
}

/// How one run of a job ended.
pub struct Ran {
    /// For the outbox.
    pub outcome: Outcome,
    /// Why it will not be done, when it will not.
    pub reason: DeliveryReason,
    /// A message went; false when it was found not to be needed.
    pub sent: bool,
}

impl Ran {
    fn sent() -> Self {
        Self { outcome: Outcome::Done, reason: DeliveryReason::None, sent: true }
    }

    fn not_needed() -> Self {
        Self { outcome: Outcome::Done, reason: DeliveryReason::None, sent: false }
    }

    fn later(why: &str) -> Self {
        Self { outcome: Outcome::Retry(why.to_owned()), reason: DeliveryReason::NoAnswer, sent: false }
    }

    fn never(why: &str, reason: DeliveryReason) -> Self {
        Self { outcome: Outcome::GiveUp(why.to_owned()), reason, sent: false }
    }
}

/// Runs one job of a delivery.
pub async fn run(site: &Site, mailer: &Mailer, claimed: &Claimed) -> Ran {
    let id = claimed.job.subject_id;
    let read = move |conn: &mut Db| -> Result<Option<(Sending, Surgery, bool, bool)>, DbError> {
        let Some(sending) = queries::find_sending(conn, id)? else { return Ok(None) };
        let contents = queries::list_contents(conn, &[id])?;
        let valid = contents.iter().all(super::super::model::Content::is_deliverable);
        let annulled = contents.iter().any(|content| content.state == State::Annulled);
        let surgery = find_surgery(conn, sending.doctor_id)?;
        Ok(Some((sending, surgery, valid, annulled)))
    };
    let (sending, surgery, valid, annulled) = match site.db.read(read).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ran::not_needed(),
        Err(_failure) => return Ran::later("database"),
    };
    let expected = match claimed.job.kind {
        Kind::DeliverPassword => DeliveryState::ArchiveSent,
        _ => DeliveryState::Requested,
    };
    if sending.state != expected || annulled {
        return Ran::not_needed();
    }
    if !valid {
        // An annulment is under way: SAC decides first.
        return Ran::later("annulment under way");
    }
    match claimed.job.kind {
        Kind::DeliverArchive => send_archive(mailer, sending, &surgery).await,
        Kind::DeliverPassword => send_password(site, mailer, &sending, &surgery).await,
        Kind::DeliverSms => send_text(site, id, &sending).await,
        _ => Ran::not_needed(),
    }
}

async fn send_archive(mailer: &Mailer, sending: Sending, surgery: &Surgery) -> Ran {
    let reference = sending.reference();
    let reference = reference.as_str();
    let agreed = sending.agreed_secret;
    let Some(bytes) = sending.archive.clone() else {
        return Ran::never("archive not there", DeliveryReason::Unreadable);
    };
    // The doctor may have chosen otherwise since: the archive itself says which programs open it.
    let classic = archive::is_classic(&bytes);
    let texts = (
        ArchiveSubject { reference }.render(),
        ArchiveText { surgery, reference, agreed, classic }.render(),
        ArchiveHtml { surgery, reference, agreed, classic }.render(),
    );
    let enclosure = Enclosure { name: format!("documento-{reference}.zip"), kind: "application/zip".to_owned(), bytes };
    let sent = post(mailer, &sending, texts, "1", Some(enclosure)).await;
    // C7: the server has it, nobody here knows.
    failpoint::pass("C7");
    sent
}

async fn send_password(site: &Site, mailer: &Mailer, sending: &Sending, surgery: &Surgery) -> Ran {
    // C8: the archive has gone, its password has not.
    failpoint::pass("C8");
    let opened = sending.password_sealed.as_deref();
    let opened = opened.and_then(|sealed| site.sealer.open_text(password_place(sending.id), sealed).ok());
    let Some(password) = opened else { return Ran::never("password not readable", DeliveryReason::Unreadable) };
    let (reference, password) = (sending.reference(), password.expose_secret());
    let reference = reference.as_str();
    let texts = (
        PasswordSubject { reference }.render(),
        PasswordText { surgery, reference, password }.render(),
        PasswordHtml { surgery, reference, password }.render(),
    );
    post(mailer, sending, texts, "2", None).await
}

type Texts = (askama::Result<String>, askama::Result<String>, askama::Result<String>);

/// Hands one message over; `number` tells the two of a delivery apart.
async fn post(mailer: &Mailer, sending: &Sending, texts: Texts, number: &str, enclosure: Option<Enclosure>) -> Ran {
    let (Ok(subject), Ok(text), Ok(html)) = texts else {
        return Ran::never("template", DeliveryReason::Unreadable);
    };
    let mail = Mail { to: sending.recipient.clone(), subject, text, html };
    let stamp = Stamp { id: format!("{}.{number}", sending.token), date: sending.requested_at };
    match mailer.deliver(&Parcel { mail, stamp, enclosure }).await {
        Ok(()) => Ran::sent(),
        Err(MailError::Temporary(why)) => Ran::later(&why),
        Err(error) => {
            let about_address = error.is_about_the_address();
            let reason = if about_address { DeliveryReason::AddressRefused } else { DeliveryReason::MessageRefused };
            Ran::never(&error.to_string(), reason)
        }
    }
}

async fn send_text(site: &Site, delivery: i64, sending: &Sending) -> Ran {
    let Some(texter) = &site.texter else { return Ran::later("no way out for text messages") };
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::list_contents(conn, &[delivery])?) };
    let Ok(contents) = site.db.read(read).await else { return Ran::later("database") };
    let Some(nre) = contents.into_iter().find_map(|content| content.nre) else { return Ran::not_needed() };
    let sms = Sms { to: sending.recipient.clone(), text: nre, id: sending.token.clone() };
    match texter.send(&sms).await {
        Ok(()) => Ran::sent(),
        Err(SmsError::Temporary(why)) => Ran::later(&why),
        Err(SmsError::Permanent(why)) => Ran::never(&why, DeliveryReason::MessageRefused),
    }
}
