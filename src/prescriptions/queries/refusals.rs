//! Who has yet to see what SAC refused: one row for the doctor and one for whoever prepared it, until they have looked.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{prescriptions, sac_refusals};
use crate::db::{Db, Owner};
use crate::insert_if_absent;
use crate::push;

/// SAC has refused a prescription: the doctor is to know, and so is the collaborator who prepared it. The doctor's devices
/// are told.
pub fn note_refusal(conn: &mut Db, prescription: i64, now: NaiveDateTime) -> QueryResult<()> {
    let (doctor, author): (i64, i64) = prescriptions::table
        .find(prescription)
        .select((prescriptions::doctor_id, prescriptions::author_id))
        .first(conn)?;
    for user in [Some(doctor), Some(author).filter(|author| *author != doctor)].into_iter().flatten() {
        let row = (
            sac_refusals::prescription_id.eq(prescription),
            sac_refusals::user_id.eq(user),
            sac_refusals::doctor_id.eq(doctor),
            sac_refusals::refused_at.eq(now),
        );
        insert_if_absent!(conn, sac_refusals::table, row)?;
    }
    push::wish(conn, doctor, now)
}

/// A refused prescription goes back into the basket: who took it there knows of it, and for the others there is nothing to
/// see any more.
pub fn settle_refusal(conn: &mut Db, prescription: i64, actor: Option<i64>, now: NaiveDateTime) -> QueryResult<()> {
    if let Some(actor) = actor {
        see_refusals(conn, actor, &[prescription], now)?;
    }
    let open = sac_refusals::table
        .filter(sac_refusals::prescription_id.eq(prescription))
        .filter(sac_refusals::looked_at.is_null());
    diesel::delete(open).execute(conn)?;
    Ok(())
}

/// This person has these before the eyes. Answers how many they had not seen before.
pub fn see_refusals(conn: &mut Db, user: i64, prescriptions: &[i64], now: NaiveDateTime) -> QueryResult<usize> {
    let rows = sac_refusals::table
        .filter(sac_refusals::prescription_id.eq_any(prescriptions))
        .filter(sac_refusals::user_id.eq(user))
        .filter(sac_refusals::looked_at.is_null());
    diesel::update(rows).set(sac_refusals::looked_at.eq(now)).execute(conn)
}

/// How many refusals of this archive this person has not seen; at most `most`.
pub fn count_refusals(conn: &mut Db, owner: Owner, user: i64, most: i64) -> QueryResult<i64> {
    let first: Vec<i64> = sac_refusals::table
        .filter(sac_refusals::user_id.eq(user))
        .filter(sac_refusals::doctor_id.eq(owner.id()))
        .filter(sac_refusals::looked_at.is_null())
        .limit(most)
        .select(sac_refusals::prescription_id)
        .load(conn)?;
    Ok(i64::try_from(first.len()).unwrap_or(most))
}
