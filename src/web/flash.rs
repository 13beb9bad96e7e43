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
    pub const fn class(self) -> &'static str {
        match self {
            Self::Info => "msg",
            Self::Ok => "msg msg--ok",
            Self::Warn => "msg msg--warn",
            Self::Err => "msg msg--err",
        }
    }

    /// Name of the icon that says the same as the colour.
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
    /// What it is made of, when that is several things.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Where to look further: address and words.
    #[serde(default)]
    pub link: Option<(String, String)>,
}

impl Flash {
    /// Something was done.
    pub fn ok(title: &str) -> Self {
        Self::new(Tone::Ok, title)
    }

    /// A message of the given tone.
    pub fn new(tone: Tone, title: &str) -> Self {
        Self { tone, title: title.to_owned(), text: String::new(), lines: Vec::new(), link: None }
    }

    /// The same with an explanation below.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The same with what it is made of.
    #[must_use]
    pub fn with_lines(mut self, lines: Vec<String>) -> Self {
        self.lines = lines;
        self
    }

    /// The same with the way to where one sees more.
    #[must_use]
    pub fn with_link(mut self, href: String, words: &str) -> Self {
        self.link = Some((href, words.to_owned()));
        self
    }
}

/// Messages that wait at most: of more, the latest.
const MOST: usize = 4;

/// Leaves a message for the next page. The same again is one message; too many push out the oldest.
/// Fails when the session cannot be read or written.
pub fn push(session: &Session, flash: Flash) -> Result<(), FlashError> {
    Ok(session.insert(KEY, joined(peek(session)?, flash))?)
}

/// What waits, with one message more.
fn joined(mut waiting: Vec<Flash>, flash: Flash) -> Vec<Flash> {
    waiting.retain(|known| *known != flash);
    waiting.push(flash);
    let too_many = waiting.len().saturating_sub(MOST);
    waiting.drain(..too_many);
    waiting
}

/// Takes the waiting messages; they are gone afterwards.
/// Fails when the session cannot be read.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_do_not_pile_up() {
        let titles = |waiting: &[Flash]| waiting.iter().map(|flash| flash.title.clone()).collect::<Vec<_>>();
        let mut waiting = Vec::new();
        for title in ["a", "b", "a", "a"] {
            waiting = joined(waiting, Flash::ok(title));
        }
        assert_eq!(titles(&waiting), ["b", "a"], "the same twice is one, the latest");
        for title in ["c", "d", "e"] {
            waiting = joined(waiting, Flash::ok(title));
        }
        assert_eq!(titles(&waiting), ["a", "c", "d", "e"]);
        // Another text is another message.
        assert_eq!(joined(vec![Flash::ok("a")], Flash::ok("a").with_text("x")).len(), 2);
    }
}
