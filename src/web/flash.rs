//! Messages shown once, at the top of the page one lands on after a redirect.
//!
//! They wait in the session, so their text names no patient, drug or code: "La terapia è stata sospesa."

use actix_session::{Session, SessionGetError, SessionInsertError};
use serde::{Deserialize, Serialize};

const KEY: &str = "flash";

/// How a message reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Something worth knowing.
    Info,
    /// Done.
    Ok,
    /// Done, with something to look at.
    Warn,
    /// Not done.
    Err,
}

impl Tone {
    /// CSS modifier of `.msg`.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Info => "msg",
            Self::Ok => "msg msg--ok",
            Self::Warn => "msg msg--warn",
            Self::Err => "msg msg--err",
        }
    }

    /// Name of the icon that says the same as the colour.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Ok => "check-o",
            Self::Warn | Self::Err => "alert",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it reads.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// Effect or next step; may be empty.
    pub text: String,
    /// Address and words of a link; may be empty.
    #[serde(default)]
    pub link: Option<(String, String)>,
}

impl Flash {
    /// Something was done.
    #[must_use]
    pub fn ok(title: &str) -> Self {
        Self::new(Tone::Ok, title)
    }

    /// A message of the given tone.
    #[must_use]
    pub fn new(tone: Tone, title: &str) -> Self {
        Self { tone, title: title.to_owned(), text: String::new(), link: None }
    }

    /// The same with an explanation below.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The same with a link to what can be done next.
    #[must_use]
    pub fn with_link(mut self, href: String, words: &str) -> Self {
        self.link = Some((href, words.to_owned()));
        self
    }
}

/// Leaves a message for the next page.
///
/// # Errors
/// When the session cannot be read or written.
pub fn push(session: &Session, flash: Flash) -> Result<(), FlashError> {
    let mut waiting = peek(session)?;
    waiting.push(flash);
    Ok(session.insert(KEY, waiting)?)
}

/// Takes the waiting messages; they are gone afterwards.
///
/// # Errors
/// When the session cannot be read.
pub fn take(session: &Session) -> Result<Vec<Flash>, FlashError> {
    let waiting = peek(session)?;
    if !waiting.is_empty() {
        session.remove(KEY);
    }
    Ok(waiting)
}

fn peek(session: &Session) -> Result<Vec<Flash>, FlashError> {
    Ok(session.get::<Vec<Flash>>(KEY)?.unwrap_or_default())
}

/// The session did not hold or take the messages.
#[derive(Debug, thiserror::Error)]
pub enum FlashError {
    /// Reading.
    #[error("flash messages could not be read: {0}")]
    Get(#[from] SessionGetError),
    /// Writing.
    #[error("flash messages could not be kept: {0}")]
    Insert(#[from] SessionInsertError),
}
