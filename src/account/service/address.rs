//! The address by which a collaborator or a patient replaces a forgotten password.
//!
//! It counts once it is proven: the link in the mail is opened by its owner, signed in, because an address typed wrong is
//! somebody else's, who would confirm it without a thought. Whoever gives the account a new password takes it away
//! (`identity::queries::set_password`). A doctor's address is kept by whoever runs the program, and is not changed here.

use chrono::NaiveDateTime;

use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{Role, User};
use crate::identity::queries;
use crate::identity::throttle::{self, Subject};
use crate::identity::tokens::{self, Purpose, VALID_FOR};
use crate::outbox::{self, Job, Kind};
use crate::site::Site;
use crate::web::error::AppError;
use kernel::email::Email;

/// The answer to an address.
#[derive(Debug, PartialEq, Eq)]
pub enum Proposal {
    /// A mail with the link is on its way to it.
    MailSent,
    /// Too many requests.
    Blocked(NaiveDateTime),
}

/// Sends the link that proves `address`; until it is opened, the address before stays good.
pub async fn propose(site: &Site, user_id: i64, address: Email) -> Result<Proposal, AppError> {
    let (now, sealer, subject) = (site.clock.now(), site.sealer.clone(), Subject::proving(&site.keys, user_id));
    let write = move |conn: &mut Db| -> Result<Proposal, DbError> {
        throttle::take_turn(conn, [&subject])?;
        if let Some(until) = throttle::blocked_until(conn, &subject, now)? {
            return Ok(Proposal::Blocked(until));
        }
        throttle::count_failure(conn, &subject, now)?;
        let job = Job { kind: Kind::ConfirmAddress, subject_id: user_id };
        outbox::cancel(conn, job)?;
        let address = address.as_str().to_lowercase();
        let token = tokens::issue_only(conn, user_id, Purpose::ConfirmAddress, (&address, VALID_FOR), now)?;
        outbox::enqueue_with_secret(conn, &sealer, job, &token, now)?;
        Ok(Proposal::MailSent)
    };
    Ok(site.db.write(write).await?)
}

/// Takes the address back, and every link that was sent.
pub async fn remove(site: &Site, user_id: i64, browser: String) -> Result<(), AppError> {
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<(), DbError> {
        tokens::forget_all(conn, user_id)?;
        queries::forget_own_address(conn, user_id)?;
        events::note(conn, user_id, EventKind::AddressRemoved, &browser, now)?;
        Ok(())
    };
    Ok(site.db.write(write).await?)
}

/// The address a link proves, when it is this user's and still good. Nothing is used up.
pub async fn find(site: &Site, user_id: i64, token: &str) -> Result<Option<String>, AppError> {
    let (token, now) = (token.to_owned(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok(tokens::find(conn, &token, Purpose::ConfirmAddress, now)?.filter(|owned| owned.user_id == user_id))
    };
    Ok(site.db.read(read).await?.map(|owned| owned.address))
}

/// Keeps the address that the link proves. Answers false when the link is not this user's, or good no more.
pub async fn prove(site: &Site, user_id: i64, token: &str, browser: String) -> Result<bool, AppError> {
    let (token, now) = (token.to_owned(), site.clock.now());
    let write = move |conn: &mut Db| -> Result<bool, DbError> {
        let owned = tokens::find(conn, &token, Purpose::ConfirmAddress, now)?;
        let Some(owned) = owned.filter(|owned| owned.user_id == user_id) else { return Ok(false) };
        let user: Option<User> = queries::find_user(conn, user_id)?;
        if user.is_none_or(|user| user.role == Role::Doctor) {
            return Ok(false);
        }
        tokens::redeem(conn, &token, Purpose::ConfirmAddress, now)?;
        // A link to a new password that went to the address before opens nothing any more.
        tokens::forget_all(conn, user_id)?;
        queries::set_own_address(conn, user_id, &owned.address)?;
        events::note(conn, user_id, EventKind::AddressProven, &browser, now)?;
        Ok(true)
    };
    Ok(site.db.write(write).await?)
}
