//! A mail that may have to be sent again exactly as it was, perhaps with a file.

use chrono::NaiveDateTime;

use super::Mail;

/// A file that travels with a mail. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its name, ASCII and neutral: anybody on the way reads it.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enclosure(..)")
    }
}

/// What makes two sendings the same message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Left part of the message id: random, letters and digits. Servers and readers drop a second one.
    pub id: String,
    /// The date it bears (UTC).
    pub date: NaiveDateTime,
}

/// A mail with its identity and what it encloses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Recipient, subject and texts.
    pub mail: Mail,
    /// Its identity.
    pub stamp: Stamp,
    /// The file, if there is one.
    pub enclosure: Option<Enclosure>,
}
