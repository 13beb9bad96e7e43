//! What a clinical record is made of, and the rules that need no database.
//!
//! The six kinds of entry have the same life: written, corrected, taken out, brought back, each time with the name of who
//! did it and what stood there before. [`Entry`] is that life; [`entries`] holds the kinds, [`describe`] says in Italian
//! what an entry holds, for its history and for two versions side by side.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::schema::record_changes;
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::text_enum;

pub mod describe;
pub mod entries;

pub use entries::{
    Allergy, AllergyValues, DiaryEntry, DiaryValues, Exemption, ExemptionValues, Investigation, InvestigationValues,
    Outcome, Problem, ProblemValues, Therapy, TherapyValues,
};

text_enum!(
    /// The kinds of entry.
    Kind {
        /// A problem (problema).
        Problem = "problem",
        /// A therapy (terapia).
        Therapy = "therapy",
        /// An investigation (accertamento).
        Investigation = "investigation",
        /// A diary entry (diario).
        Diary = "diary",
        /// An allergy (allergia).
        Allergy = "allergy",
        /// An exemption (esenzione).
        Exemption = "exemption",
    }
);

text_enum!(
    /// What was done to an entry.
    Action {
        /// Written for the first time.
        Created = "created",
        /// Corrected.
        Edited = "edited",
        /// A problem was closed.
        Closed = "closed",
        /// A closed problem was opened again.
        Reopened = "reopened",
        /// A therapy was suspended.
        Suspended = "suspended",
        /// A suspended therapy was resumed.
        Resumed = "resumed",
        /// Taken out of the record.
        Removed = "removed",
        /// Brought back.
        Restored = "restored",
    }
);

/// The descriptions of the problems that entries refer to, by id.
pub type ProblemNames = BTreeMap<i64, String>;

/// What a person writes in an entry: everything but keys and who wrote it.
pub trait EntryValues: Clone + PartialEq + Serialize + DeserializeOwned {
    /// Label and text of each field, in the order of the form; empty texts included.
    fn lines(&self, problems: &ProblemNames) -> Vec<(&'static str, String)>;

    /// The problem it belongs to.
    fn problem(&self) -> Option<i64> {
        None
    }

    /// The day it speaks of; nobody has one before being born.
    fn day(&self) -> Option<NaiveDate> {
        None
    }

    /// The day it was taken out of the record.
    fn removed_on(&self) -> Option<NaiveDate>;

    /// Takes it out, or brings it back.
    fn set_removed(&mut self, on: Option<NaiveDate>);

    /// Whether a record that holds `other` already says this. Most kinds may say a thing twice.
    fn repeats(&self, _other: &Self) -> bool {
        false
    }
}

/// A row of a patient's record.
pub trait Entry: Sized {
    /// What is written in it.
    type Values: EntryValues;

    /// Its kind.
    const KIND: Kind;

    /// Whether a record holds each of its kind once.
    const ONCE: bool = matches!(Self::KIND, Kind::Allergy | Kind::Exemption | Kind::Problem);

    /// Key.
    fn id(&self) -> i64;

    /// Grows by one with each change.
    fn revision(&self) -> i64;

    /// What is written in it now.
    fn values(&self) -> &Self::Values;

    /// When it was last changed (UTC), and by which user.
    fn touched(&self) -> (NaiveDateTime, i64);

    /// The entry with this id of this patient of this doctor.
    fn find(conn: &mut Db, owner: Owner, patient_id: i64, id: i64) -> QueryResult<Option<Self>>;

    /// The entries of this patient of this doctor that are in the record, in no order.
    fn list(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Vec<Self>>;

    /// Writes a first version; returns its id. The caller has checked that the patient is the owner's.
    fn insert(conn: &mut Db, by: &By, patient_id: i64, values: &Self::Values) -> QueryResult<i64>;

    /// Writes the next version if the entry is still the one seen; returns whether it was.
    fn update(&self, conn: &mut Db, by: &By, values: &Self::Values) -> QueryResult<bool>;
}

/// Which entries of a record are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProblemFilter {
    /// All, in order of time.
    #[default]
    All,
    /// Those of no problem.
    Without,
    /// Those of one problem.
    Of(i64),
}

/// Where a page of a list ends: the next one begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Date of the last row shown.
    pub date: NaiveDate,
    /// Its id.
    pub id: i64,
}

impl Cursor {
    /// Reads `2016-11-19-42`, what [`Cursor::to_text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, id) = text.rsplit_once('-')?;
        Some(Self { date: date.parse().ok()?, id: id.parse().ok()? })
    }

    /// The cursor for an address.
    pub fn to_text(self) -> String {
        format!("{}-{}", self.date.format("%Y-%m-%d"), self.id)
    }
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Of which problem.
    pub filter: ProblemFilter,
    /// Only those taken out of the record, instead of those in it.
    pub removed: bool,
    /// After which row.
    pub after: Option<Cursor>,
    /// At most how many.
    pub limit: i64,
}

impl Window {
    /// Rows shown at a time.
    pub const ROWS: usize = 30;

    /// The first rows of the list, and one more that tells whether there are others.
    pub const fn first(filter: ProblemFilter) -> Self {
        Self { filter, removed: false, after: None, limit: 31 }
    }
}

/// Cuts a list loaded through a [`Window`] to the rows shown; returns whether there are more.
pub fn cut<T>(rows: &mut Vec<T>) -> bool {
    let more = rows.len() > Window::ROWS;
    rows.truncate(Window::ROWS);
    more
}

/// One change of one entry, with who made it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = record_changes)]
pub struct Change {
    /// Key.
    pub id: i64,
    /// What was done.
    pub action: Action,
    /// The values before, as JSON; '' at the first.
    pub before_json: String,
    /// The values after, as JSON.
    pub after_json: String,
    /// When (UTC).
    pub changed_at: NaiveDateTime,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_cursor_survives_its_address() {
        let cursor = Cursor { date: "2016-11-19".parse().unwrap(), id: 42 };
        assert_eq!(cursor.to_text(), "2016-11-19-42");
        assert_eq!(Cursor::parse("2016-11-19-42"), Some(cursor));
        for text in ["", "42", "2016-11-19", "2016-13-19-42", "2016-11-19-x", "2016-11-19-42-1"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_row_too_many_only_says_that_there_are_more() {
        let mut rows: Vec<i32> = (0..31).collect();
        assert!(cut(&mut rows));
        assert_eq!(rows.len(), 30);
        assert!(!cut(&mut rows));
    }
}
