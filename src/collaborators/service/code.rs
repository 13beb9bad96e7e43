//! The code with which a person accepts an association: made for the doctor, who hands it over in person.
//!
//! Possession of an account proves nothing: whoever associated the person first has known a password of theirs. The code
//! goes from the doctor's screen to the person's hand, never to the account; without it no invitation is accepted and no
//! association taken up again. It is good for a week and for five wrong tries.

use chrono::{NaiveDateTime, TimeDelta};

use crate::collaborators::queries;
use crate::db::{Db, DbError, Owner};
use crate::identity::associations::{self, AssociationState};
use crate::identity::by::By;
use crate::identity::events::{self, EventKind};
use crate::identity::form_keys::{FormKey, Once};
use crate::identity::keys::{Keys, same_secret};
use crate::identity::model::PasswordState;
use crate::identity::queries as identity;
use crate::site::Site;
use crate::web::error::AppError;
use crate::web::paths;
use kernel::random;

/// Signs of a code: 50 bits.
const LENGTH: usize = 10;
/// How long a code is good for.
pub const VALID_FOR: TimeDelta = TimeDelta::days(7);
/// So many wrong tries take a code away.
const TRIES: i64 = 5;

/// A code in clear, for the only time: `ABCDE-FGHJK`.
pub(super) fn make() -> String {
    let signs = random::readable_secret(LENGTH);
    let (first, last) = signs.split_at_checked(LENGTH / 2).unwrap_or((&signs, ""));
    format!("{first}-{last}")
}

/// How a code is kept: keyed, for one association, however it was typed.
pub(super) fn digest(keys: &Keys, association: i64, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    keys.pseudonym("association code", &format!("{association}/{plain}"))
}

/// The answer to a request for a code.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// The code to hand over, in clear for the only time.
    Code(String),
    /// There is nothing to accept now: the association stands like this.
    NotNow(AssociationState),
    /// The same form came before: its answer is at this address.
    Again(String),
}

/// Which associations a request for a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An invitation.
    Invitation,
    /// One to be reconfirmed after another doctor's new password.
    Reconfirmation,
}

impl About {
    const fn state(self) -> AssociationState {
        match self {
            Self::Invitation => AssociationState::Invited,
            Self::Reconfirmation => AssociationState::ToReconfirm,
        }
    }
}

/// Makes a new code for an association that waits for the person; a former one is good no more.
/// Fails with [`AppError::NotFound`] when the association is not the doctor's.
pub async fn give(site: &Site, by: By, id: i64, about: About, form: FormKey) -> Result<Given, AppError> {
    let code = make();
    let digest = digest(&site.keys, id, &code);
    let write = move |conn: &mut Db| -> Result<Option<Given>, DbError> {
        let Some(known) = associations::find(conn, by.owner, id)? else { return Ok(None) };
        let give = |conn: &mut Db| -> Result<Given, DbError> {
            // While the password is temporary, whoever gave it knows it.
            let waits = about != About::Reconfirmation || has_own_password(conn, known.collaborator_id)?;
            let until = by.now + VALID_FOR;
            if !waits || !associations::set_code(conn, (by.owner, id), &[about.state()], &digest, until)? {
                return Ok(Given::NotNow(known.state));
            }
            Ok(Given::Code(code))
        };
        Ok(Some(match form.once(conn, &by, |_| paths::collaborators(), give)? {
            Once::Done(given) => given,
            Once::Again(path) => Given::Again(path),
            Once::Altered => Given::NotNow(known.state),
        }))
    };
    site.db.write(write).await?.ok_or(AppError::NotFound)
}

fn has_own_password(conn: &mut Db, user_id: i64) -> Result<bool, DbError> {
    let user = identity::find_user(conn, user_id)?;
    Ok(user.is_some_and(|user| user.password_state == PasswordState::Definitive))
}

/// What became of a person's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The person works for the doctor.
    Done,
    /// Not the code, or there is none any more; the doctor can give another.
    Wrong,
}

/// A person's yes, with the code the doctor handed over. `None` when nothing waits for them there.
pub async fn accept(site: &Site, collaborator_id: i64, id: i64, code: &str) -> Result<Option<Accepted>, AppError> {
    let (digest, now) = (digest(&site.keys, id, code), site.clock.now());
    let write = move |conn: &mut Db| -> Result<Option<Accepted>, DbError> {
        let Some(waiting) = queries::find_waiting(conn, collaborator_id, id)? else { return Ok(None) };
        let in_time = waiting.code_expires_at.is_some_and(|end| now < end);
        let Some(kept) = waiting.code_digest.as_deref().filter(|_| in_time) else {
            return Ok(Some(Accepted::Wrong));
        };
        if !same_secret(kept, &digest) {
            return Ok(Some(wrong(conn, id, waiting.doctor_id, waiting.code_failures, now)?));
        }
        let owner = Owner::of_doctor(waiting.doctor_id);
        associations::set_state(conn, owner, id, &[waiting.state], AssociationState::Active, now)?;
        events::note(conn, waiting.doctor_id, EventKind::InvitationAccepted, "", now)?;
        Ok(Some(Accepted::Done))
    };
    Ok(site.db.write(write).await?)
}

fn wrong(conn: &mut Db, id: i64, doctor: i64, before: i64, now: NaiveDateTime) -> Result<Accepted, DbError> {
    let failures = before.saturating_add(1);
    let spent = failures >= TRIES;
    queries::count_wrong_code(conn, id, failures, spent)?;
    if spent {
        events::note(conn, doctor, EventKind::InvitationCodeSpent, "", now)?;
    }
    Ok(Accepted::Wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_is_good_for_its_association_alone_however_it_is_typed() {
        let keys = Keys::new("0123456789abcdef0123456789abcdef").unwrap();
        let code = make();
        assert_eq!(code.len(), LENGTH + 1);
        let kept = digest(&keys, 7, &code);
        assert_eq!(digest(&keys, 7, &format!(" {} ", code.to_lowercase().replace('-', " "))), kept);
        assert_ne!(digest(&keys, 8, &code), kept);
        assert_ne!(digest(&keys, 7, ""), kept);
    }
}
