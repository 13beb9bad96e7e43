//! Mail going out: over SMTP, into a folder, or into memory for tests.
//!
//! The port trusts nobody: the recipient is checked again to be exactly one address, and control characters are taken
//! out of the subject and the texts, whatever the caller did before.

mod compose;
mod parcel;
mod setting;
mod smtp;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::random;

pub use parcel::{Enclosure, Parcel, Stamp};
pub use setting::MailSettingError;

/// A mail to one person. `Debug` shows nothing: a mail holds an address and often a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The one recipient.
    pub to: String,
    /// Subject, one line.
    pub subject: String,
    /// The text for readers without HTML.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(..)")
    }
}

/// Why a mail did not go. The text names neither recipient nor content: it may be logged and stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server is not there or is not taking mail: try again.
    #[error("{0}")]
    Temporary(String),
    /// It will never go as it is.
    #[error("{0}")]
    Permanent(String),
}

impl MailError {
    /// The server said no to the address, not to the message or to us.
    pub fn is_about_the_address(&self) -> bool {
        let codes = ["SMTP 510", "SMTP 511", "SMTP 512", "SMTP 513", "SMTP 550", "SMTP 551", "SMTP 553"];
        matches!(self, Self::Permanent(text) if codes.contains(&text.as_str()) || text.ends_with(" refused"))
    }
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    from: compose::Sender,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(smtp::Smtp),
    Folder(PathBuf),
    Memory(Mailbox),
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.way {
            Way::Smtp(_) => "Mailer(smtp)",
            Way::Folder(_) => "Mailer(folder)",
            Way::Memory(_) => "Mailer(memory)",
        })
    }
}

/// What a memory mailer received; also told to fail by tests.
#[derive(Clone, Default)]
pub struct Mailbox {
    sent: Arc<Mutex<Vec<Mail>>>,
    enclosed: Arc<Mutex<Vec<(String, Enclosure)>>>,
    failure: Arc<Mutex<Option<MailError>>>,
}

impl Mailbox {
    /// Every mail received so far, oldest first.
    pub fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every further mail fails in this way, until `None`.
    pub fn fail_with(&self, failure: Option<MailError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    /// What came enclosed in mails so far, each with the address it went to.
    pub fn enclosed(&self) -> Vec<(String, Enclosure)> {
        self.enclosed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes out every mail received since the last time.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn receive(&self, mail: &Mail, enclosure: Option<&Enclosure>) -> Result<(), MailError> {
        if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(failure);
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        if let Some(enclosure) = enclosure {
            let entry = (mail.to.clone(), enclosure.clone());
            self.enclosed.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
        Ok(())
    }
}

impl Mailer {
    /// The mailer a setting describes: `smtp://`, `smtps://`, or `folder:PATH`. `from` is the sender of every mail.
    /// Fails with [`MailSettingError`], in one line that holds no password.
    pub fn from_setting(url: &str, from: &str) -> Result<Self, MailSettingError> {
        Ok(Self { from: compose::Sender::parse(from)?, way: setting::way(url)? })
    }

    /// A mailer that writes .eml files into `folder`.
    pub fn folder(folder: &Path, from: &str) -> Result<Self, MailSettingError> {
        Ok(Self { from: compose::Sender::parse(from)?, way: Way::Folder(folder.to_owned()) })
    }

    /// A mailer that keeps the mails in memory, and the mailbox to read them.
    pub fn memory() -> (Self, Mailbox) {
        let mailbox = Mailbox::default();
        (Self { from: compose::Sender::nobody(), way: Way::Memory(mailbox.clone()) }, mailbox)
    }

    /// Sends one mail. It has been accepted by the server, or written, when this answers `Ok`; nobody knows whether it
    /// will be read.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mail = compose::clean(mail)?;
        let message = compose::message(&self.from, &mail)?;
        self.hand_over(message, &mail, None).await
    }

    /// [`Mailer::send`] for a parcel: sent again, it is the same message to the byte.
    pub async fn deliver(&self, parcel: &Parcel) -> Result<(), MailError> {
        let mail = compose::clean(&parcel.mail)?;
        let message = compose::parcel(&self.from, &mail, &parcel.stamp, parcel.enclosure.as_ref())?;
        self.hand_over(message, &mail, parcel.enclosure.as_ref()).await
    }

    async fn hand_over(
        &self,
        message: lettre::Message,
        mail: &Mail,
        enclosure: Option<&Enclosure>,
    ) -> Result<(), MailError> {
        match &self.way {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Folder(folder) => {
                let (folder, bytes) = (folder.clone(), message.formatted());
                let written = tokio::task::spawn_blocking(move || write(&folder, &bytes)).await;
                match written {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(MailError::Temporary(format!("mail folder: {}", error.kind()))),
                    Err(_panicked) => Err(MailError::Temporary("mail folder: interrupted".to_owned())),
                }
            }
            Way::Memory(mailbox) => mailbox.receive(mail, enclosure),
        }
    }
}

/// Writes a mail that only this user may read; under its final name only when it is whole.
fn write(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = random::hex_token(12);
    let draft = folder.join(format!(".{name}.part"));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&draft, folder.join(format!("{name}.eml")))
}
