//! The mails of the account: job functions called by the runner.
//!
//! No mail repeats what somebody typed in a form: a registration with another's address must not carry a message to them.

use askama::Template;
use secrecy::ExposeSecret as _;

use crate::db::{Db, DbError};
use crate::identity::model::{Role, User};
use crate::identity::queries;
use crate::identity::tokens::{self, Owned, Purpose};
use crate::outbox::{Claimed, Kind, Outcome};
use crate::ports::mail::{Mail, MailError, Mailer};
use crate::site::Site;
use crate::web::paths;
use kernel::dates;

/// Subject of the mail with the confirmation link.
#[derive(Template)]
#[template(path = "email/confirm_account/subject.txt")]
struct ConfirmSubject {}

/// Its text.
#[derive(Template)]
#[template(path = "email/confirm_account/body.txt")]
struct ConfirmText<'a> {
    link: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/confirm_account/body.html")]
struct ConfirmHtml<'a> {
    link: &'a str,
}

/// Subject of the mail to somebody who has an account already.
#[derive(Template)]
#[template(path = "email/account_exists/subject.txt")]
struct ExistsSubject {}

/// Its text.
#[derive(Template)]
#[template(path = "email/account_exists/body.txt")]
struct ExistsText<'a> {
    link: &'a str,
    username: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/account_exists/body.html")]
struct ExistsHtml<'a> {
    link: &'a str,
    username: &'a str,
}

/// Subject of the mail to a doctor whose fiscal code somebody else gave.
#[derive(Template)]
#[template(path = "email/code_claimed/subject.txt")]
struct ClaimedSubject {}

/// Its text.
#[derive(Template)]
#[template(path = "email/code_claimed/body.txt")]
struct ClaimedText<'a> {
    link: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/code_claimed/body.html")]
struct ClaimedHtml<'a> {
    link: &'a str,
}

/// Subject of the mail with the link to a new password.
#[derive(Template)]
#[template(path = "email/reset_password/subject.txt")]
struct ResetSubject {}

/// Its text.
#[derive(Template)]
#[template(path = "email/reset_password/body.txt")]
struct ResetText<'a> {
    link: &'a str,
    product: &'a str,
    /// `13.45 del 30/11/2026`, in Italy.
    until: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/reset_password/body.html")]
struct ResetHtml<'a> {
    link: &'a str,
    product: &'a str,
    until: &'a str,
}

/// Subject of the mail with the link that proves an address.
#[derive(Template)]
#[template(path = "email/confirm_address/subject.txt")]
struct AddressSubject {}

/// Its text.
#[derive(Template)]
#[template(path = "email/confirm_address/body.txt")]
struct AddressText<'a> {
    link: &'a str,
    product: &'a str,
}

/// Its HTML.
#[derive(Template)]
#[template(path = "email/confirm_address/body.html")]
struct AddressHtml<'a> {
    link: &'a str,
    product: &'a str,
}

/// Runs one job of the account.
pub async fn run(site: &Site, mailer: &Mailer, claimed: &Claimed) -> Outcome {
    let (user_id, now) = (claimed.job.subject_id, site.clock.now());
    let link = purpose(claimed.job.kind).zip(claimed.secret.as_ref().map(|secret| secret.expose_secret().to_owned()));
    let read = move |conn: &mut Db| -> Result<Option<(User, Option<Owned>)>, DbError> {
        let Some(user) = queries::find_user(conn, user_id)? else { return Ok(None) };
        let owned = match link {
            Some((purpose, token)) => tokens::find(conn, &token, purpose, now)?,
            None => None,
        };
        Ok(Some((user, owned)))
    };
    let (user, owned) = match site.db.read(read).await {
        Ok(Some(found)) => found,
        Ok(None) => return Outcome::Done,
        Err(_failure) => return Outcome::Retry("database".to_owned()),
    };
    let composed = match purpose(claimed.job.kind) {
        Some(purpose) => compose_link(site, &user, owned, (purpose, claimed)),
        None => compose(site, &user, claimed),
    };
    match composed {
        Ok(Some(mail)) => match mailer.send(&mail).await {
            Ok(()) => Outcome::Done,
            Err(MailError::Temporary(reason)) => Outcome::Retry(reason),
            Err(MailError::Permanent(reason)) => Outcome::GiveUp(reason),
        },
        Ok(None) => Outcome::Done,
        Err(outcome) => outcome,
    }
}

/// What the token in a job's mail is for, when the mail goes to an address that is kept with the token.
const fn purpose(kind: Kind) -> Option<Purpose> {
    match kind {
        Kind::ResetPassword => Some(Purpose::ResetPassword),
        Kind::ConfirmAddress => Some(Purpose::ConfirmAddress),
        _ => None,
    }
}

/// The mail with a link, to the address the token was made for; `None` when the link is good no more, or the account shut.
fn compose_link(
    site: &Site,
    user: &User,
    owned: Option<Owned>,
    (purpose, claimed): (Purpose, &Claimed),
) -> Result<Option<Mail>, Outcome> {
    let token = claimed.secret.as_ref().ok_or_else(|| Outcome::GiveUp("token not readable".to_owned()))?;
    let Some(owned) = owned.filter(|_| user.active) else { return Ok(None) };
    let (token, of_patient) = (token.expose_secret(), user.role == Role::Patient);
    let path = match (purpose, of_patient) {
        (Purpose::ResetPassword, true) => paths::millebook_new_password(token),
        (Purpose::ResetPassword, false) => paths::new_password(token),
        (_, true) => paths::millebook_prove_address(token),
        (_, false) => paths::prove_address(token),
    };
    let link = format!("{}{path}", site.public_url);
    let (link, product) = (link.as_str(), if of_patient { "Millebook" } else { "Millelight" });
    let parts = if purpose == Purpose::ResetPassword {
        let local = dates::to_rome(owned.expires_at);
        let until = format!("{} del {}", dates::hour(local), dates::long(local.date()));
        let until = until.as_str();
        let text = ResetText { link, product, until }.render();
        (ResetSubject {}.render(), text, ResetHtml { link, product, until }.render())
    } else {
        let text = AddressText { link, product }.render();
        (AddressSubject {}.render(), text, AddressHtml { link, product }.render())
    };
    mail(owned.address, parts).map(Some)
}

/// Subject, text and HTML of a mail, as they were written.
type Parts = (askama::Result<String>, askama::Result<String>, askama::Result<String>);

fn mail(to: String, (subject, text, html): Parts) -> Result<Mail, Outcome> {
    let unwritten = |_: askama::Error| Outcome::GiveUp("template".to_owned());
    Ok(Mail {
        to,
        subject: subject.map_err(unwritten)?,
        text: text.map_err(unwritten)?,
        html: html.map_err(unwritten)?,
    })
}

/// The mail of a job; `None` when it is not needed any more.
fn compose(site: &Site, user: &User, claimed: &Claimed) -> Result<Option<Mail>, Outcome> {
    let login = format!("{}{}", site.public_url, paths::login());
    let parts = match claimed.job.kind {
        Kind::ConfirmAccount if user.confirmed_at.is_some() => return Ok(None),
        Kind::ConfirmAccount => {
            let token = claimed.secret.as_ref().ok_or_else(|| Outcome::GiveUp("token not readable".to_owned()))?;
            let link = format!("{}{}", site.public_url, paths::confirm(token.expose_secret()));
            (ConfirmSubject {}.render(), ConfirmText { link: &link }.render(), ConfirmHtml { link: &link }.render())
        }
        Kind::AccountExists => {
            let (link, username) = (login.as_str(), user.username.as_str());
            (ExistsSubject {}.render(), ExistsText { link, username }.render(), ExistsHtml { link, username }.render())
        }
        Kind::DeliverArchive | Kind::DeliverPassword | Kind::DeliverSms | Kind::MillebookCode | Kind::NotifyDoctor => {
            return Ok(None);
        }
        Kind::ResetPassword | Kind::ConfirmAddress => return Ok(None),
        Kind::CodeClaimed if user.email.is_empty() => return Ok(None),
        Kind::CodeClaimed => {
            let link = login.as_str();
            (ClaimedSubject {}.render(), ClaimedText { link }.render(), ClaimedHtml { link }.render())
        }
    };
    mail(user.email.clone(), parts).map(Some)
}
