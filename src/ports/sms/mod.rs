//! Text messages going out: into a folder, to a provider over HTTP, or into memory for tests.
//!
//! Providers differ; the one back-end here speaks the plainest form of what they all offer (README.md, settings): a POST
//! with JSON `{"to", "text", "id"}` and a bearer token. Another provider is another `Way`.

mod http;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

/// A message to one mobile phone. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// International form: `+393475550199`.
    pub to: String,
    /// What it says.
    pub text: String,
    /// Random; the same at every repetition, so that the provider can drop a second one.
    pub id: String,
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sms(..)")
    }
}

/// Why a message did not go. Names neither number nor text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// Try again.
    #[error("{0}")]
    Temporary(String),
    /// It will never go as it is.
    #[error("{0}")]
    Permanent(String),
}

/// Why the setting cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsSettingError {
    /// Neither form.
    #[error("write https://HOST/PATH or folder:PATH")]
    Form,
    /// It would cross the network in clear.
    #[error("messages to another machine must go over https")]
    Clear,
    /// No client could be made.
    #[error("no TLS connection is possible: this machine has no usable certificate authorities")]
    Client,
}

/// The way out for text messages. Cheap to clone.
#[derive(Clone)]
pub struct Texter {
    way: Way,
}

#[derive(Clone)]
enum Way {
    Http(http::Provider),
    Folder(PathBuf),
    Memory(Arc<Mutex<Vec<Sms>>>),
}

impl std::fmt::Debug for Texter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.way {
            Way::Http(_) => "Texter(http)",
            Way::Folder(_) => "Texter(folder)",
            Way::Memory(_) => "Texter(memory)",
        })
    }
}

impl Texter {
    /// The way out a setting describes.
    pub fn from_setting(url: &str, token: Option<SecretString>) -> Result<Self, SmsSettingError> {
        if let Some(path) = url.strip_prefix("folder:") {
            return if path.is_empty() { Err(SmsSettingError::Form) } else { Ok(Self::folder(Path::new(path))) };
        }
        Ok(Self { way: Way::Http(http::Provider::new(url, token)?) })
    }

    /// Writes a file for each message.
    pub fn folder(folder: &Path) -> Self {
        Self { way: Way::Folder(folder.to_owned()) }
    }

    /// Keeps the messages in memory, where the tests read them.
    pub fn memory() -> (Self, Arc<Mutex<Vec<Sms>>>) {
        let kept = Arc::<Mutex<Vec<Sms>>>::default();
        (Self { way: Way::Memory(kept.clone()) }, kept)
    }

    /// Sends one message; `Ok` says that it was taken, not that it arrived.
    pub async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        let number = sms.to.strip_prefix('+').unwrap_or_default();
        if !(8..=15).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SmsError::Permanent("number refused".to_owned()));
        }
        match &self.way {
            Way::Http(provider) => provider.send(sms).await,
            Way::Folder(folder) => {
                let (folder, sms) = (folder.clone(), sms.clone());
                let written = tokio::task::spawn_blocking(move || write(&folder, &sms)).await;
                match written {
                    Ok(Ok(())) => Ok(()),
                    _ => Err(SmsError::Temporary("folder".to_owned())),
                }
            }
            Way::Memory(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(sms.clone());
                Ok(())
            }
        }
    }
}

/// A file only this user may read, named by the message's id: a repetition overwrites it.
fn write(folder: &Path, sms: &Sms) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(format!("{}.txt", sms.id));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "A: {}\n\n{}", sms.to, sms.text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn sms(to: &str) -> Sms {
        Sms { to: to.to_owned(), text: "050A0 4000021257".to_owned(), id: "abc".to_owned() }
    }

    #[tokio::test]
    async fn one_number_and_nothing_else() {
        let (texter, kept) = Texter::memory();
        for wrong in ["", "3475550199", "+39", "+39347555019a", "+39347,+39348", "+3934755501991234567"] {
            assert!(matches!(texter.send(&sms(wrong)).await, Err(SmsError::Permanent(_))), "{wrong}");
        }
        texter.send(&sms("+393475550199")).await.unwrap();
        assert_eq!(kept.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_folder_holds_each_message_once() {
        let folder = tempfile::tempdir().unwrap();
        let texter = Texter::from_setting(&format!("folder:{}", folder.path().display()), None).unwrap();
        texter.send(&sms("+393475550199")).await.unwrap();
        texter.send(&sms("+393475550199")).await.unwrap();
        let text = std::fs::read_to_string(folder.path().join("abc.txt")).unwrap();
        assert_eq!(text, "A: +393475550199\n\n050A0 4000021257\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_https_leaves_the_machine() {
        assert!(Texter::from_setting("https://sms.example/invia", None).is_ok());
        assert!(Texter::from_setting("http://127.0.0.1:9/invia", None).is_ok());
        assert_eq!(Texter::from_setting("http://sms.example/", None).unwrap_err(), SmsSettingError::Clear);
        assert_eq!(Texter::from_setting("sms.example", None).unwrap_err(), SmsSettingError::Form);
        assert_eq!(Texter::from_setting("folder:", None).unwrap_err(), SmsSettingError::Form);
    }
}
