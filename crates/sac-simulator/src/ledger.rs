//! What happened, for ever: one JSON line per event, on disk before the answer leaves.
//!
//! The simulator's whole state is rebuilt from it at start, and tests compare it with the application's rows.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use sac::PrescriptionMessage;

const FILE: &str = "registro.jsonl";

/// A prescription the simulator registered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Number.
    pub nre: String,
    /// Authentication code.
    pub auth_code: String,
    /// Italian local time of the registration.
    pub registered_at: NaiveDateTime,
    /// Fiscal code of whoever sent it.
    pub sender: String,
    /// What was sent, with the patient's code decrypted: the simulator is for invented people.
    pub message: PrescriptionMessage,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").field("registered_at", &self.registered_at).finish_non_exhaustive()
    }
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A prescription was registered, in state 3.
    Registered(Box<Registered>),
    /// A prescription changed state.
    State {
        /// Number.
        nre: String,
        /// New state.
        state: u8,
    },
    /// A lot was given.
    Lot {
        /// Everything but the progressive.
        prefix: String,
        /// Fiscal code of the doctor.
        doctor: String,
    },
    /// A session was created.
    Session {
        /// Its id.
        id: String,
        /// User it belongs to.
        username: String,
        /// Start, UTC.
        from: NaiveDateTime,
        /// End, UTC.
        until: NaiveDateTime,
    },
    /// A session was used for the first time: it replaces the one in use before.
    SessionUsed {
        /// Its id.
        id: String,
    },
    /// A session was revoked.
    SessionRevoked {
        /// Its id.
        id: String,
    },
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registered(_) => "Registered",
            Self::State { .. } => "State",
            Self::Lot { .. } => "Lot",
            Self::Session { .. } => "Session",
            Self::SessionUsed { .. } => "SessionUsed",
            Self::SessionRevoked { .. } => "SessionRevoked",
        })
    }
}

/// An event with its number and its moment (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without gaps.
    pub n: u64,
    /// When.
    pub at: NaiveDateTime,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// The open file, with all its entries.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    entries: Vec<Entry>,
}

impl Ledger {
    /// Opens the ledger of a folder. A last line cut by a crash was never acknowledged to anybody: it is dropped.
    /// Fails when the file cannot be read, or is damaged anywhere else.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let entries = text
            .get(..whole)
            .unwrap_or_default()
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<Vec<Entry>, _>>()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))?;
        file.set_len(u64::try_from(whole).unwrap_or(0))?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file, entries })
    }

    /// Writes an event and waits for the disk.
    /// Fails when the disk does not take it: nothing has happened then.
    pub fn append(&mut self, at: NaiveDateTime, event: Event) -> io::Result<&Entry> {
        let n = u64::try_from(self.entries.len()).unwrap_or(u64::MAX).saturating_add(1);
        let entry = Entry { n, at, event };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.entries.push(entry);
        self.entries.last().ok_or_else(|| io::Error::other("the entry just written is missing"))
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_torn_last_line_is_dropped_and_a_damaged_one_is_not_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let lot = |prefix: &str| Event::Lot { prefix: prefix.into(), doctor: "D".into() };
        let mut ledger = Ledger::open(folder.path()).unwrap();
        ledger.append(NaiveDateTime::default(), lot("A")).unwrap();
        ledger.append(NaiveDateTime::default(), lot("B")).unwrap();
        drop(ledger);
        let path = folder.path().join(FILE);
        let good = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{good}{{\"n\":3,")).unwrap();
        let mut ledger = Ledger::open(folder.path()).unwrap();
        assert_eq!(ledger.entries().len(), 2);
        assert_eq!(ledger.append(NaiveDateTime::default(), lot("C")).unwrap().n, 3);
        drop(ledger);
        assert_eq!(Ledger::open(folder.path()).unwrap().entries().len(), 3);
        std::fs::write(&path, format!("{{\"n\":0,\n{good}")).unwrap();
        assert!(Ledger::open(folder.path()).is_err());
    }
}
