//! A doctor asks for an account, and proves the address with the link in the mail.
//!
//! The answer is the same whoever exists already; only the owner of an address learns more, by mail. The username is the
//! address, so that no name can be found to be taken. A registration opens nothing that was there before: claiming
//! somebody's fiscal code gives an empty archive, and that somebody is told. Confirming asks for the password chosen at
//! registration: whoever registers another's address cannot have it confirmed by its owner.

use std::time::Duration;

use chrono::NaiveDateTime;
use tokio::time::Instant;

use super::password::{self, Check};
use super::sign_in::hash_failure;
use crate::account::queries;
use crate::db::{Db, DbError};
use crate::identity::model::{NewDoctor, PasswordState, User};
use crate::identity::queries as identity;
use crate::identity::sealing::Sealer;
use crate::identity::throttle::{self, Subject};
use crate::identity::tokens::{self, Purpose};
use crate::outbox::{self, Job, Kind};
use crate::site::Site;
use crate::web::error::AppError;
use kernel::email::Email;
use kernel::fiscal_code::FiscalCode;

/// No registration is answered sooner: writing a new doctor takes longer than finding an existing one, and must not show.
const ANSWERED_AFTER: Duration = Duration::from_millis(750);
/// SAC's sign of general practice.
const GENERAL_PRACTICE: &str = "F";

/// A registration, checked.
pub struct Registration {
    /// As typed.
    pub surname: String,
    /// As typed.
    pub name: String,
    /// Checked.
    pub fiscal_code: FiscalCode,
    /// Checked.
    pub email: Email,
    /// Within the rules.
    pub password: String,
    /// Region code.
    pub region_code: String,
    /// ASL code within the region.
    pub asl_code: String,
    /// The peer's address, where one can be told from another.
    pub address: Option<String>,
}

/// The answer to a registration.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// A mail is on its way; which one, nobody is told here.
    MailSent,
    /// Too many requests from this address.
    Blocked(NaiveDateTime),
}

/// Takes a registration.
/// Fails with [`AppError::Busy`] when too many passwords are being hashed.
pub async fn register(site: &Site, registration: Registration) -> Result<Answer, AppError> {
    let answer_at = Instant::now() + ANSWERED_AFTER;
    let subject = registration.address.as_ref().map(|address| Subject::registration(&site.keys, address));
    let (asked, now) = (subject.clone(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<_, DbError> { blocked_until(conn, asked.as_ref(), now) };
    if let Some(until) = site.db.read(read).await? {
        return Ok(Answer::Blocked(until));
    }
    // Hashed also when it will not be needed: the answer takes as long for everybody.
    let password_hash = site.passwords.hash(registration.password.clone()).await.map_err(hash_failure)?;
    let doctor = new_doctor(registration, password_hash);
    let (sealer, now) = (site.sealer.clone(), site.clock.now());
    let write = move |conn: &mut Db| -> Result<Answer, DbError> {
        throttle::take_turn(conn, &subject)?;
        if let Some(until) = blocked_until(conn, subject.as_ref(), now)? {
            return Ok(Answer::Blocked(until));
        }
        if let Some(subject) = &subject {
            throttle::count_failure(conn, subject, now)?;
        }
        record(conn, &sealer, &doctor, now)?;
        Ok(Answer::MailSent)
    };
    let answer = site.db.write(write).await?;
    tokio::time::sleep_until(answer_at).await;
    Ok(answer)
}

fn blocked_until(
    conn: &mut Db,
    subject: Option<&Subject>,
    now: NaiveDateTime,
) -> Result<Option<NaiveDateTime>, DbError> {
    Ok(match subject {
        Some(subject) => throttle::blocked_until(conn, subject, now)?,
        None => None,
    })
}

fn new_doctor(registration: Registration, password_hash: String) -> NewDoctor {
    let email = registration.email.as_str().to_lowercase();
    NewDoctor {
        username: email.clone(),
        surname: registration.surname,
        name: registration.name,
        fiscal_code: registration.fiscal_code.as_str().to_owned(),
        email,
        phone: String::new(),
        password_hash,
        password_state: PasswordState::Definitive,
        confirmed: false,
        region_code: registration.region_code,
        asl_code: registration.asl_code,
        province: String::new(),
        specialization: GENERAL_PRACTICE.to_owned(),
        structure_code: String::new(),
    }
}

/// Writes the unconfirmed doctor and the jobs of the mails, all in the caller's transaction.
fn record(conn: &mut Db, sealer: &Sealer, doctor: &NewDoctor, now: NaiveDateTime) -> Result<(), DbError> {
    let mail = |kind, subject_id| Job { kind, subject_id };
    let by_username = identity::find_user_by_username(conn, &doctor.username)?;
    let by_email = queries::find_doctor_by_email(conn, &doctor.email)?;
    let existing = by_email.or_else(|| by_username.clone().filter(|user| user.confirmed_at.is_some()));
    if let Some(user) = existing {
        outbox::enqueue(conn, mail(Kind::AccountExists, user.id), now)?;
        return Ok(());
    }
    for other in queries::list_doctors_by_code(conn, &doctor.fiscal_code)? {
        outbox::enqueue(conn, mail(Kind::CodeClaimed, other.id), now)?;
    }
    let user_id = match by_username {
        Some(user) if queries::replace_unconfirmed(conn, user.id, doctor, now)? => {
            tokens::forget(conn, user.id, Purpose::ConfirmEmail)?;
            outbox::cancel(conn, mail(Kind::ConfirmAccount, user.id))?;
            user.id
        }
        // An unconfirmed user of another role has this username: nothing to register over.
        Some(_) => return Ok(()),
        None => identity::insert_doctor(conn, doctor, now)?,
    };
    let token = tokens::issue(conn, user_id, Purpose::ConfirmEmail, now)?;
    outbox::enqueue_with_secret(conn, sealer, mail(Kind::ConfirmAccount, user_id), &token, now)?;
    Ok(())
}

/// The user whose address a link confirms, while the link is good.
pub async fn find_by_token(site: &Site, token: &str) -> Result<Option<User>, AppError> {
    let (token, now) = (token.to_owned(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<Option<User>, DbError> {
        let Some(user_id) = tokens::find_owner(conn, &token, Purpose::ConfirmEmail, now)? else { return Ok(None) };
        Ok(identity::find_user(conn, user_id)?.filter(|user| user.confirmed_at.is_none()))
    };
    Ok(site.db.read(read).await?)
}

/// The answer to a confirmation.
#[derive(Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The account is open.
    Done,
    /// The link is unknown, used or too old.
    Gone,
    /// Not the password chosen at registration, or too many wrong ones.
    Refused(Check),
}

/// Confirms the address of the registration that `token` belongs to.
/// Fails with [`AppError::Busy`] when too many passwords are being checked.
pub async fn confirm(site: &Site, token: &str, password: String) -> Result<Confirmation, AppError> {
    let Some(user) = find_by_token(site, token).await? else { return Ok(Confirmation::Gone) };
    match password::check(site, &user, password).await? {
        Check::Right => {}
        other => return Ok(Confirmation::Refused(other)),
    }
    let (token, now) = (token.to_owned(), site.clock.now());
    let write = move |conn: &mut Db| -> Result<bool, DbError> {
        // The registration may have been replaced since its password was checked: its token is gone then.
        let owner = tokens::redeem(conn, &token, Purpose::ConfirmEmail, now)?;
        Ok(owner == Some(user.id) && identity::set_confirmed(conn, user.id, now)?)
    };
    Ok(if site.db.write(write).await? { Confirmation::Done } else { Confirmation::Gone })
}
