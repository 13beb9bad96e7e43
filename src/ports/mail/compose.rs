//! From a plain [`Mail`] to the bytes of a message.

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox as Recipient, Message, MessageBuilder, MultiPart};
use lettre::{Address, address::AddressError};

use super::{Enclosure, Mail, MailError, MailSettingError, Stamp};
use kernel::email::Email;
use kernel::{random, text};

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
/// Fails with [`MailError::Permanent`] when the recipient is not one address or the subject is empty.
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
pub(super) fn message(from: &Sender, mail: &Mail) -> Result<Message, MailError> {
    let id = format!("<{}@{}>", random::hex_token(16), from.domain());
    let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    headers(from, mail)?.message_id(Some(id)).multipart(body).map_err(|_reason| unwritable())
}

/// The message of a parcel: everything in it follows from the parcel, so that a repetition is the same to the byte.
pub(super) fn parcel(
    from: &Sender,
    mail: &Mail,
    stamp: &Stamp,
    enclosure: Option<&Enclosure>,
) -> Result<Message, MailError> {
    let builder = headers(from, mail)?.date(stamp.date.and_utc().into()).message_id(Some(format!(
        "<{}@{}>",
        stamp.id,
        from.domain()
    )));
    let texts = MultiPart::alternative().boundary(format!("{}-testo", stamp.id));
    let texts = texts
        .singlepart(lettre::message::SinglePart::plain(mail.text.clone()))
        .singlepart(lettre::message::SinglePart::html(mail.html.clone()));
    let body = match enclosure {
        None => texts,
        Some(enclosure) => {
            let kind = ContentType::parse(&enclosure.kind).map_err(|_reason| unwritable())?;
            let file = Attachment::new(enclosure.name.clone()).body(enclosure.bytes.clone(), kind);
            let mixed = MultiPart::mixed().boundary(format!("{}-tutto", stamp.id));
            mixed.multipart(texts).singlepart(file)
        }
    };
    builder.multipart(body).map_err(|_reason| unwritable())
}

fn unwritable() -> MailError {
    MailError::Permanent("message refused".to_owned())
}

fn headers(from: &Sender, mail: &Mail) -> Result<MessageBuilder, MailError> {
    let refused = |_: AddressError| MailError::Permanent("address refused".to_owned());
    let from_address: Address = from.0.parse().map_err(refused)?;
    let to_address: Address = mail.to.parse().map_err(refused)?;
    Ok(Message::builder()
        .from(Recipient::new(Some(SENDER_NAME.to_owned()), from_address))
        .to(Recipient::new(None, to_address))
        .subject(&mail.subject)
        .header(AutoSubmitted))
}
