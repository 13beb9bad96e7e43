//! What the law has on a day, kept in memory: limits, notes, motives, narcotics are a hundred rows that change some times a
//! year and are asked for at every step of a prescription. The database gives what they hold a name, another after every
//! change (`law_stamp`); under the same name nothing is read again.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{PrescribingLimit, SubstitutionMotive};
use super::narcotics::NarcoticBook;
use super::notes::NoteBook;
use super::queries;
use crate::db::Db;
use crate::db::schema::law_stamp;

/// The tables of one day.
#[derive(Debug)]
pub struct Books {
    /// The limits in force, of every region.
    pub limits: Vec<PrescribingLimit>,
    /// AIFA's notes.
    pub notes: NoteBook,
    /// The motives for refusing substitution that hold.
    pub motives: Vec<SubstitutionMotive>,
    /// The narcotics.
    pub narcotics: NarcoticBook,
}

/// What was read last, under which name and for which day. The name is random: it tells databases apart, too.
type Memory = Mutex<Option<(String, NaiveDate, Arc<Books>)>>;

/// The tables as they stand in the caller's transaction.
pub fn books(conn: &mut Db, day: NaiveDate) -> QueryResult<Arc<Books>> {
    static MEMORY: Memory = Mutex::new(None);
    remembered(conn, day, &MEMORY)
}

fn remembered(conn: &mut Db, day: NaiveDate, memory: &Memory) -> QueryResult<Arc<Books>> {
    let stamp = stamp(conn)?;
    let last = memory.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, _, books)) = last.filter(|(known, of, _)| *known == stamp && *of == day) {
        return Ok(books);
    }
    let books = Arc::new(Books {
        limits: queries::list_limits(conn, day)?,
        notes: queries::note_book(conn, day)?,
        motives: queries::list_motives(conn, day)?,
        narcotics: queries::narcotic_book(conn, day)?,
    });
    // A transaction that is no snapshot may have read on both sides of a change: that has no name.
    if self::stamp(conn)? == stamp {
        *memory.lock().unwrap_or_else(PoisonError::into_inner) = Some((stamp, day, Arc::clone(&books)));
    }
    Ok(books)
}

fn stamp(conn: &mut Db) -> QueryResult<String> {
    law_stamp::table.find(1).select(law_stamp::stamp).first(conn)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::db::testing::TestDb;
    use crate::reference::starter;

    fn day() -> NaiveDate {
        "2026-11-30".parse().unwrap()
    }

    fn filled() -> TestDb {
        let mut db = TestDb::new();
        starter::load(&mut db, day().and_hms_opt(8, 0, 0).unwrap()).unwrap();
        db
    }

    #[test]
    fn a_change_is_seen_at_once_and_one_taken_back_never() {
        let (mut db, memory) = (filled(), Memory::default());
        let motives = |db: &mut Db| remembered(db, day(), &memory).unwrap().motives.len();
        let all = motives(&mut db);
        assert!(all > 1);
        db.batch_execute("UPDATE substitution_motives SET valid_to = '2020-01-01'").unwrap();
        assert_eq!(motives(&mut db), 0);
        let taken_back = db.write(|db| {
            db.batch_execute("UPDATE substitution_motives SET valid_to = NULL")?;
            assert_eq!(motives(db), all);
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        });
        taken_back.unwrap_err();
        assert_eq!(motives(&mut db), 0);
    }

    #[test]
    fn every_table_of_the_law_tells_of_its_changes() {
        let (mut db, memory) = (filled(), Memory::default());
        for table in ["aifa_notes", "narcotics", "substitution_motives", "prescribing_limits"] {
            let before = remembered(&mut db, day(), &memory).unwrap();
            assert!(Arc::ptr_eq(&before, &remembered(&mut db, day(), &memory).unwrap()), "{table}");
            db.batch_execute(&format!("DELETE FROM {table}")).unwrap();
            let after = remembered(&mut db, day(), &memory).unwrap();
            assert_ne!(format!("{before:?}"), format!("{after:?}"), "{table}");
        }
    }

    #[test]
    fn another_day_and_another_database_are_read_anew() {
        let (mut db, memory) = (filled(), Memory::default());
        let before_the_law = "1900-01-01".parse().unwrap();
        assert!(!remembered(&mut db, day(), &memory).unwrap().limits.is_empty());
        assert!(remembered(&mut db, before_the_law, &memory).unwrap().limits.is_empty());
        let mut empty = TestDb::new();
        assert!(remembered(&mut empty, day(), &memory).unwrap().limits.is_empty());
    }
}
