//! The words of the patients' search keys after the first, each a row: whoever writes a search key writes these with it.

use diesel::prelude::*;

use super::Db;
use super::schema::patient_words;
use crate::insert_batch;
use kernel::folding::later_words;

/// Rows of one statement.
const BATCH: usize = 500;

/// A word of a patient's key.
#[derive(Insertable)]
#[diesel(table_name = patient_words)]
struct WordRow<'a> {
    doctor_id: i64,
    word: &'a str,
    patient_id: i64,
}

/// Adds the words of patients who have none yet: their archive, their id, their search key.
pub fn add<'a>(conn: &mut Db, patients: impl IntoIterator<Item = (i64, i64, &'a str)>) -> QueryResult<()> {
    let rows: Vec<WordRow<'_>> = patients
        .into_iter()
        .flat_map(|(doctor_id, patient_id, key)| {
            later_words(key).into_iter().map(move |word| WordRow { doctor_id, word, patient_id })
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        insert_batch!(conn, patient_words::table, batch)?;
    }
    Ok(())
}

/// Writes the words of a patient's new search key in place of the old one's.
pub fn replace(conn: &mut Db, (doctor_id, patient_id, key): (i64, i64, &str)) -> QueryResult<()> {
    diesel::delete(patient_words::table.filter(patient_words::patient_id.eq(patient_id))).execute(conn)?;
    add(conn, [(doctor_id, patient_id, key)])
}
