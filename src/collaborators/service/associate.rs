//! A doctor associates a person by fiscal code.
//!
//! A person nobody knows becomes a user with a temporary password, shown once. Somebody who exists already is invited:
//! their password, their details and their other doctors stay as they are, and nothing works until they say yes with the
//! code the doctor hands over (`service::code`). Both ways cost one password hash and the same few writes, so that the time tells nothing.

use chrono::NaiveDateTime;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::code;
use super::password::{self, LENGTH};
use crate::collaborators::queries;
use crate::db::{Db, DbError, Owner};
use crate::identity::associations::{self, AssociationState, Notes};
use crate::identity::by::By;
use crate::identity::form_keys::{FormKey, Once};
use crate::identity::keys::Keys;
use crate::identity::model::{NewCollaborator, PasswordState, Role};
use crate::identity::queries as identity;
use crate::site::Site;
use crate::web::error::AppError;
use crate::web::paths;
use kernel::fiscal_code::FiscalCode;
use kernel::folding;
use kernel::random;

/// The person to associate, checked.
#[derive(Clone)]
pub struct Person {
    /// Who they are.
    pub fiscal_code: FiscalCode,
    /// What the doctor writes of them.
    pub notes: Notes,
}

/// The answer to an association.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A new user: the credentials to hand over, in clear for the only time.
    Created {
        /// Login name.
        username: String,
        /// Temporary password.
        password: String,
    },
    /// The person exists and is asked at the next login: the code with which they accept, in clear for the only time.
    Invited(String),
    /// The person is the doctor's collaborator already.
    Known,
    /// The same form came before: its answer is at this address.
    Again(String),
}

/// Associates `person` with the doctor.
///
/// # Errors
/// [`AppError::Busy`] when too many passwords are being hashed; [`AppError::Conflict`] when the form was altered; a database
/// failure.
pub async fn associate(site: &Site, by: By, person: Person, form: FormKey) -> Result<Outcome, AppError> {
    // Made and hashed also when it will not be needed.
    let secret = random::readable_secret(LENGTH);
    let hash = password::hash(site, secret.clone()).await?;
    let keys = site.keys.clone();
    let write = move |conn: &mut Db| {
        let answer = |_: &Outcome| paths::collaborators();
        form.once(conn, &by, answer, |conn| record(conn, (by.owner, &keys), &person, (secret, hash), by.now))
    };
    match site.db.write(write).await {
        Ok(Once::Done(outcome)) => Ok(outcome),
        Ok(Once::Again(path)) => Ok(Outcome::Again(path)),
        Ok(Once::Altered) => Err(AppError::Conflict("Il modulo è già stato usato con altri dati.".to_owned())),
        Err(DbError::Query(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))) => {
            Err(AppError::Conflict("Questa persona è stata aggiunta in questo momento: riprova.".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

fn record(
    conn: &mut Db,
    (owner, keys): (Owner, &Keys),
    person: &Person,
    (secret, hash): (String, String),
    now: NaiveDateTime,
) -> Result<Outcome, DbError> {
    let code = person.fiscal_code.as_str();
    if let Some(user) = identity::find_user_by_fiscal_code(conn, Role::Collaborator, code)? {
        return Ok(invite(conn, (owner, keys), user.id, &person.notes, now)?);
    }
    let username = free_username(conn, &person.notes)?;
    let collaborator = NewCollaborator {
        username: username.clone(),
        surname: person.notes.surname.clone(),
        name: person.notes.name.clone(),
        fiscal_code: code.to_owned(),
        password_hash: hash,
        password_state: PasswordState::Temporary,
    };
    let id = identity::insert_collaborator(conn, &collaborator, now)?;
    associations::insert(conn, owner, id, AssociationState::Active, &person.notes, now)?;
    Ok(Outcome::Created { username, password: secret })
}

fn invite(
    conn: &mut Db,
    (owner, keys): (Owner, &Keys),
    collaborator_id: i64,
    notes: &Notes,
    now: NaiveDateTime,
) -> diesel::QueryResult<Outcome> {
    let id = match associations::find_with(conn, owner, collaborator_id)? {
        None => associations::insert(conn, owner, collaborator_id, AssociationState::Invited, notes, now)?,
        // Removed once: asked again, like anybody else.
        Some(old) if old.state == AssociationState::Removed => {
            let from = [AssociationState::Removed];
            associations::set_state(conn, owner, old.id, &from, AssociationState::Invited, now)?;
            queries::set_notes(conn, owner, old.id, notes, now)?;
            old.id
        }
        Some(_) => return Ok(Outcome::Known),
    };
    let code = code::make();
    let digest = code::digest(keys, id, &code);
    associations::set_code(conn, (owner, id), &[AssociationState::Invited], &digest, now + code::VALID_FOR)?;
    Ok(Outcome::Invited(code))
}

/// `m.segreti.482`: not the person's code, and not so short that a colleague of the same name takes it.
fn free_username(conn: &mut Db, notes: &Notes) -> diesel::QueryResult<String> {
    let plain = |text: &str, most: usize| -> String {
        folding::fold(text).to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(most).collect()
    };
    let base = format!("{}.{}", plain(&notes.name, 1), plain(&notes.surname, 30));
    for _ in 0..20 {
        let username = format!("{base}.{}", random::digits(3));
        if identity::find_user_by_username(conn, &username)?.is_none() {
            return Ok(username);
        }
    }
    Ok(format!("{base}.{}", random::digits(9)))
}
