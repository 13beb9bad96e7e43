//! From a plain [`Mail`] to the bytes of a message.

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox as Recipient, Message, MultiPart};
use lettre::{Address, address::AddressError};

use super::{Mail, MailError, MailSettingError};
use crate::kernel::email::Email;
use crate::kernel::{random, text};

/// Name shown as sender.
const SENDER_NAME: &str = "Millelight";

/// Who every mail is from.
#[derive(Clone)]
pub(super) struct Sender(String);

impl Sender {
    /// Reads the setting.
    pub(super) fn parse(text: &str) -> Result<Self, MailSettingError> {
        let address = Email::parse(text).map_err(|_reason| MailSettingError::Sender)?;
        Ok(Self(address.as_str().to_owned()))
    }

    /// The sender of mails that go nowhere.
    pub(super) fn nobody() -> Self {
        Self("no-reply@millecloud.example".to_owned())
    }

    fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

/// The mail with one checked recipient and no control characters.
///
/// # Errors
/// [`MailError::Permanent`] when the recipient is not one address or the subject is empty.
pub(super) fn clean(mail: &Mail) -> Result<Mail, MailError> {
    let to = Email::parse(&mail.to).map_err(|_reason| MailError::Permanent("recipient refused".to_owned()))?;
    let subject: String = mail.subject.chars().map(|c| if text::is_refused(c) { ' ' } else { c }).collect();
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    if subject.is_empty() {
        return Err(MailError::Permanent("no subject".to_owned()));
    }
    let body =
        |body: &str| body.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !text::is_refused(*c)).collect();
    Ok(Mail { to: to.as_str().to_owned(), subject, text: body(&mail.text), html: body(&mail.html) })
}

/// Tells answering machines not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The message, text and HTML side by side. The message id tells nothing of this machine.
///
/// # Errors
/// [`MailError::Permanent`].
pub(super) fn message(from: &Sender, mail: &Mail) -> Result<Message, MailError> {
    let refused = |_: AddressError| MailError::Permanent("address refused".to_owned());
    let from_address: Address = from.0.parse().map_err(refused)?;
    let to_address: Address = mail.to.parse().map_err(refused)?;
    Message::builder()
        .from(Recipient::new(Some(SENDER_NAME.to_owned()), from_address))
        .to(Recipient::new(None, to_address))
        .subject(&mail.subject)
        .message_id(Some(format!("<{}@{}>", random::hex_token(16), from.domain())))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|_reason| MailError::Permanent("message refused".to_owned()))
}
