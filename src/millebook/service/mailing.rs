//! The mail with the code: the code, where to type it, and the surgery it comes from with a number to call. The patient is not
//! named: whoever reads it by mistake does not learn whose it is, and can do nothing without fiscal code and birth date.

use askama::Template;
use secrecy::ExposeSecret as _;

use crate::db::{Db, DbError};
use crate::identity::keys::same_secret;
use crate::identity::model::Surgery;
use crate::identity::queries::find_surgery;
use crate::millebook::model;
use crate::millebook::queries::{self, Code};
use crate::outbox::{Claimed, Outcome};
use crate::ports::mail::{Mail, MailError, Mailer};
use crate::site::Site;
use crate::web::paths;
use kernel::dates;

#[derive(Template)]
#[template(path = "email/millebook_code/subject.txt")]
struct Subject {}

#[derive(Template)]
#[template(path = "email/millebook_code/body.txt")]
struct Text<'a> {
    surgery: &'a Surgery,
    link: &'a str,
    code: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "email/millebook_code/body.html")]
struct Html<'a> {
    surgery: &'a Surgery,
    link: &'a str,
    code: &'a str,
    until: &'a str,
}

/// Sends the code of an enrolment, unless another has taken its place.
pub async fn run(site: &Site, mailer: &Mailer, claimed: &Claimed) -> Outcome {
    let Some(secret) = &claimed.secret else { return Outcome::GiveUp("code not readable".to_owned()) };
    let (patient_id, digest) = (claimed.job.subject_id, model::digest(&site.keys, secret.expose_secret()));
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        let Some(found) = queries::find_code(conn, patient_id)? else { return Ok(None) };
        let doctor = queries::find_doctor_of(conn, patient_id)?.unwrap_or_default();
        Ok(Some((found, find_surgery(conn, doctor)?)))
    };
    let (code, surgery) = match site.db.read(read).await {
        Ok(Some(((code, kept), surgery))) if same_secret(&kept, &digest) && code.used_at.is_none() => (code, surgery),
        Ok(_) => return Outcome::Done,
        Err(_failure) => return Outcome::Retry("database".to_owned()),
    };
    let Ok(mail) = compose(site, &code, &surgery, secret.expose_secret()) else {
        return Outcome::GiveUp("template".to_owned());
    };
    match mailer.send(&mail).await {
        Ok(()) => Outcome::Done,
        Err(MailError::Temporary(reason)) => Outcome::Retry(reason),
        Err(MailError::Permanent(reason)) => Outcome::GiveUp(reason),
    }
}

fn compose(site: &Site, code: &Code, surgery: &Surgery, clear: &str) -> Result<Mail, askama::Error> {
    let link = format!("{}{}", site.public_url, paths::millebook_activate());
    let grouped = model::grouped(clear);
    let until = dates::long(dates::to_rome(code.expires_at).date());
    let (link, code_text, until) = (link.as_str(), grouped.as_str(), until.as_str());
    Ok(Mail {
        to: code.sent_to.clone(),
        subject: Subject {}.render()?,
        text: Text { surgery, link, code: code_text, until }.render()?,
        html: Html { surgery, link, code: code_text, until }.render()?,
    })
}
