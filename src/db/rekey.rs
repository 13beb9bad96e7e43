//! Search keys that a migration has emptied because the way names are folded has changed: no SQL can fold as
//! `kernel::folding` does, so the program fills them itself before anybody searches, and writes their later words.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::patients;
use super::{Db, patient_words};
use kernel::folding::person_key;

/// Rows of one transaction.
const BATCH: i64 = 500;

/// Gives every patient without a search key the one of surname and name, and its words.
/// When it fails, what is not yet done is done at the next start.
pub(super) fn fill_search_keys(db: &mut Db) -> QueryResult<()> {
    while db.write(fill_some)? > 0 {}
    Ok(())
}

fn fill_some(db: &mut Db) -> QueryResult<usize> {
    // Written out, not bound: only so does the planner see that the partial index holds these rows.
    let without = diesel::dsl::sql::<Bool>("search_key = ''");
    let rows: Vec<(i64, i64, String, String)> = patients::table
        .filter(without)
        .limit(BATCH)
        .select((patients::id, patients::doctor_id, patients::surname, patients::name))
        .load(db)?;
    let mut filled = 0;
    for (id, doctor, surname, name) in rows {
        let key = person_key(&surname, &name);
        // A name without a letter has no key: it must not be looked for again and again.
        let key = if key.is_empty() { " ".to_owned() } else { key };
        patient_words::replace(db, (doctor, id, &key))?;
        filled += diesel::update(patients::table.find(id)).set(patients::search_key.eq(key)).execute(db)?;
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::db::migrate::run_pending;
    use crate::db::testing::{TestDb, insert_doctor, insert_patient};

    #[test]
    fn emptied_keys_are_filled_at_the_next_start_and_no_others() {
        let mut test = TestDb::new();
        let db: &mut Db = &mut test;
        let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
        let names = [("Dall'Olio", "Anna Maria"), ("-", "."), ("Neri", "Ugo")];
        for (n, (surname, name)) in names.iter().enumerate() {
            insert_patient(db, doctor, surname, name, &format!("C{n}"));
        }
        diesel::update(patients::table.filter(patients::surname.ne("Neri")))
            .set(patients::search_key.eq(""))
            .execute(db)
            .unwrap();
        diesel::update(patients::table.filter(patients::surname.eq("Neri")))
            .set(patients::search_key.eq("AS IT IS"))
            .execute(db)
            .unwrap();
        run_pending(db).unwrap();
        let keys: Vec<String> = patients::table.order(patients::id).select(patients::search_key).load(db).unwrap();
        assert_eq!(keys, ["DALLOLIO ANNA MARIA DALL OLIO ANNAMARIA", " ", "AS IT IS"]);
        use crate::db::schema::patient_words::dsl::{patient_id, patient_words, word};
        let words: Vec<String> = patient_words.order((patient_id, word)).select(word).load(db).unwrap();
        assert_eq!(words, ["ANNA", "ANNAMARIA", "DALL", "MARIA", "OLIO"]);
    }
}
