//! What whoever runs the program does to accounts from the command line (`millecloud doctor`, `millecloud unlock`). Each act
//! leaves a row that stays, and ends what the account had open.

use std::net::IpAddr;

use chrono::NaiveDateTime;
use diesel::result::Error as DieselError;

use crate::account::queries;
use crate::db::Db;
use crate::identity::events::{self, EventKind};
use crate::identity::keys::Keys;
use crate::identity::model::{PasswordState, Role, User};
use crate::identity::password::{HashError, Passwords};
use crate::identity::queries as identity;
use crate::identity::throttle::{self, Door, Subject};
use crate::identity::{second_factor, sessions, tokens};
use kernel::email::{Email, EmailError};
use kernel::random;
use kernel::text::{TextError, one_line};

/// Signs of a temporary password: 80 bits.
const PASSWORD_LENGTH: usize = 16;

/// Why nothing was done. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// Nobody of the surgery has this username.
    #[error("there is no doctor or collaborator with this username")]
    Unknown,
    /// The act is about doctors.
    #[error("this is not a doctor")]
    NotADoctor,
    /// Another verified doctor has this fiscal code.
    #[error("another verified doctor has this fiscal code: one person has one account")]
    Doubled,
    /// The address has not been proven.
    #[error("the doctor has not confirmed the e-mail address yet")]
    Unconfirmed,
    /// Nothing to change was given.
    #[error("say what to change: --surname, --name or --email")]
    Nothing,
    /// A text that cannot be kept.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The e-mail address.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database.
    #[error("the database refused: {0}")]
    Database(#[from] DieselError),
}

/// An act without further data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The operator vouches for who registered alone.
    Verify,
    /// Nobody enters with the account, no program uses it.
    Disable,
    /// The account is good again.
    Enable,
    /// A telephone was lost and so were the recovery codes.
    ResetSecondFactor,
}

impl Act {
    const fn word(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::ResetSecondFactor => "reset_second_factor",
        }
    }
}

/// The doctor or collaborator of this username.
fn find(conn: &mut Db, username: &str) -> Result<User, OperateError> {
    let user = identity::find_user_by_username(conn, &username.trim().to_lowercase())?;
    user.filter(|user| user.role != Role::Patient).ok_or(OperateError::Unknown)
}

/// Does one act to the account of this username.
/// Fails with [`OperateError`]; nothing was changed then.
pub fn act(conn: &mut Db, username: &str, act: Act, now: NaiveDateTime) -> Result<(), OperateError> {
    conn.write(|conn| {
        let user = find(conn, username)?;
        match act {
            Act::Verify => verify(conn, &user, now)?,
            Act::Disable => {
                queries::set_active(conn, user.id, false)?;
                sessions::end_all(conn, user.id)?;
                throttle::forget_devices(conn, user.id)?;
            }
            Act::Enable => {
                queries::set_active(conn, user.id, true)?;
            }
            Act::ResetSecondFactor => {
                second_factor::remove(conn, user.id)?;
                sessions::end_all(conn, user.id)?;
                events::note(conn, user.id, EventKind::SecondFactorOff, "", now)?;
            }
        }
        queries::note_operator_act(conn, act.word(), Some(user.id), now)?;
        Ok(())
    })
}

fn verify(conn: &mut Db, user: &User, now: NaiveDateTime) -> Result<(), OperateError> {
    if user.role != Role::Doctor {
        return Err(OperateError::NotADoctor);
    }
    if user.confirmed_at.is_none() {
        return Err(OperateError::Unconfirmed);
    }
    if queries::count_verified_with_code(conn, &user.fiscal_code, user.id)? > 0 {
        return Err(OperateError::Doubled);
    }
    queries::set_verified(conn, user.id, now)?;
    Ok(())
}

/// Gives a doctor or a collaborator a new temporary password, and answers it in clear, once. A collaborator's doctors have
/// to reconfirm: whoever hands the password over could use it.
pub fn reset_password(
    conn: &mut Db,
    passwords: &Passwords,
    username: &str,
    now: NaiveDateTime,
) -> Result<String, OperateError> {
    let password = random::readable_secret(PASSWORD_LENGTH);
    let hash = passwords.hash_blocking(&password)?;
    conn.write(|conn| {
        let user = find(conn, username)?;
        identity::set_password(conn, user.id, &hash, PasswordState::Temporary, now)?;
        sessions::end_all(conn, user.id)?;
        throttle::forget_devices(conn, user.id)?;
        events::note(conn, user.id, EventKind::PasswordResetByOperator, "", now)?;
        for doctor in queries::hold_associations(conn, user.id, now)? {
            events::note(conn, doctor, EventKind::ToReconfirm, "", now)?;
        }
        queries::note_operator_act(conn, "reset_password", Some(user.id), now)?;
        Ok::<_, OperateError>(())
    })?;
    Ok(password)
}

/// What `doctor edit` changes.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "named as the options of the command")]
pub struct Changes<'a> {
    pub surname: Option<&'a str>,
    pub name: Option<&'a str>,
    pub email: Option<&'a str>,
}

/// Changes a doctor's name or address.
pub fn edit(conn: &mut Db, username: &str, changes: &Changes<'_>, now: NaiveDateTime) -> Result<(), OperateError> {
    let line = |text: Option<&str>| text.map(|text| one_line(text, 60)).transpose();
    let (surname, name) = (line(changes.surname)?, line(changes.name)?);
    let email = changes.email.map(Email::parse).transpose()?.map(|email| email.as_str().to_lowercase());
    let empty = [&surname, &name].into_iter().flatten().any(String::is_empty);
    if empty || (surname.is_none() && name.is_none() && email.is_none()) {
        return Err(OperateError::Nothing);
    }
    conn.write(|conn| {
        let user = find(conn, username)?;
        if user.role != Role::Doctor {
            return Err(OperateError::NotADoctor);
        }
        let values = (surname.unwrap_or(user.surname), name.unwrap_or(user.name), email.unwrap_or(user.email));
        queries::set_person(conn, user.id, &values.0, &values.1, &values.2)?;
        // A link sent to the old address opens nothing.
        tokens::forget_all(conn, user.id)?;
        queries::note_operator_act(conn, "edit", Some(user.id), now)?;
        Ok(())
    })
}

/// Forgets the failures counted for an address, or for a username at every door. Whether there was such a user is not asked.
pub fn unlock(conn: &mut Db, keys: &Keys, whom: &str, now: NaiveDateTime) -> Result<usize, OperateError> {
    let subjects = if whom.parse::<IpAddr>().is_ok() {
        let doors = [Door::Surgery, Door::Patients, Door::Programs].map(|door| Subject::address(keys, door, whom));
        let asked = [Subject::registration(keys, whom), Subject::forgotten_from(keys, whom)];
        doors.into_iter().chain(asked).collect::<Vec<_>>()
    } else {
        vec![Subject::account(keys, whom), Subject::code(keys, whom), Subject::forgotten(keys, whom)]
    };
    conn.write(|conn| {
        let mut forgotten = 0_usize;
        for subject in &subjects {
            forgotten = forgotten.saturating_add(throttle::forgive(conn, subject)?);
        }
        let user = identity::find_user_by_username(conn, &whom.trim().to_lowercase())?.map(|user| user.id);
        queries::note_operator_act(conn, "unlock", user, now)?;
        Ok(forgotten)
    })
}

#[cfg(test)]
mod tests;
