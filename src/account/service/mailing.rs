//! The mails of the account: job functions called by the runner.
//!
//! No mail repeats what somebody typed in a form: a registration with another's address must not carry a message to them.

use askama::Template;
use secrecy::ExposeSecret as _;

use crate::db::{Db, DbError};
use crate::identity::model::User;
use crate::identity::queries;
use crate::outbox::{Claimed, Kind, Outcome};
use crate::ports::mail::{Mail, MailError, Mailer};
use crate::web::paths;
use crate::web::site::Site;

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

/// Runs one job of the account.
pub async fn run(site: &Site, mailer: &Mailer, claimed: &Claimed) -> Outcome {
    let user_id = claimed.job.subject_id;
    let read = move |conn: &mut Db| -> Result<Option<User>, DbError> { Ok(queries::find_user(conn, user_id)?) };
    let user = match site.db.read(read).await {
        Ok(Some(user)) => user,
        Ok(None) => return Outcome::Done,
        Err(_failure) => return Outcome::Retry("database".to_owned()),
    };
    match compose(site, &user, claimed) {
        Ok(Some(mail)) => match mailer.send(&mail).await {
            Ok(()) => Outcome::Done,
            Err(MailError::Temporary(reason)) => Outcome::Retry(reason),
            Err(MailError::Permanent(reason)) => Outcome::GiveUp(reason),
        },
        Ok(None) => Outcome::Done,
        Err(outcome) => outcome,
    }
}

/// The mail of a job; `None` when it is not needed any more.
fn compose(site: &Site, user: &User, claimed: &Claimed) -> Result<Option<Mail>, Outcome> {
    let unwritten = |_: askama::Error| Outcome::GiveUp("template".to_owned());
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
        Kind::CodeClaimed if user.email.is_empty() => return Ok(None),
        Kind::CodeClaimed => {
            let link = login.as_str();
            (ClaimedSubject {}.render(), ClaimedText { link }.render(), ClaimedHtml { link }.render())
        }
    };
    let (subject, text, html) = parts;
    Ok(Some(Mail {
        to: user.email.clone(),
        subject: subject.map_err(unwritten)?,
        text: text.map_err(unwritten)?,
        html: html.map_err(unwritten)?,
    }))
}
