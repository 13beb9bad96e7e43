//! The mail with the code: the code and where to type it, nothing else. Neither a name nor that somebody is a patient of
//! anybody: whoever reads it by mistake learns nothing, and can do nothing without fiscal code and birth date.

use askama::Template;
use secrecy::ExposeSecret as _;

use crate::db::{Db, DbError};
use crate::identity::keys::same_secret;
use crate::kernel::dates;
use crate::millebook::model;
use crate::millebook::queries::{self, Code};
use crate::outbox::{Claimed, Outcome};
use crate::ports::mail::{Mail, MailError, Mailer};
use crate::web::paths;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "email/millebook_code/subject.txt")]
struct Subject {}

#[derive(Template)]
#[template(path = "email/millebook_code/body.txt")]
struct Text<'a> {
    link: &'a str,
    code: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "email/millebook_code/body.html")]
struct Html<'a> {
    link: &'a str,
    code: &'a str,
    until: &'a str,
}

/// Sends the code of an enrolment, unless another has taken its place.
pub async fn run(site: &Site, mailer: &Mailer, claimed: &Claimed) -> Outcome {
    let Some(secret) = &claimed.secret else { return Outcome::GiveUp("code not readable".to_owned()) };
    let (patient_id, digest) = (claimed.job.subject_id, model::digest(&site.keys, secret.expose_secret()));
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::find_code(conn, patient_id)?) };
    let code = match site.db.read(read).await {
        Ok(Some((code, kept))) if same_secret(&kept, &digest) && code.used_at.is_none() => code,
        Ok(_) => return Outcome::Done,
        Err(_failure) => return Outcome::Retry("database".to_owned()),
    };
    let Ok(mail) = compose(site, &code, secret.expose_secret()) else { return Outcome::GiveUp("template".to_owned()) };
    match mailer.send(&mail).await {
        Ok(()) => Outcome::Done,
        Err(MailError::Temporary(reason)) => Outcome::Retry(reason),
        Err(MailError::Permanent(reason)) => Outcome::GiveUp(reason),
    }
}

fn compose(site: &Site, code: &Code, clear: &str) -> Result<Mail, askama::Error> {
    let link = format!("{}{}", site.public_url, paths::millebook_activate());
    let grouped = model::grouped(clear);
    let until = dates::long(dates::to_rome(code.expires_at).date());
    let (link, code_text, until) = (link.as_str(), grouped.as_str(), until.as_str());
    Ok(Mail {
        to: code.sent_to.clone(),
        subject: Subject {}.render()?,
        text: Text { link, code: code_text, until }.render()?,
        html: Html { link, code: code_text, until }.render()?,
    })
}
