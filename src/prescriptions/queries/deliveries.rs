//! Deliveries as part of a prescription's state: reading them, and what an acceptance or an annulment does to them in its
//! own transaction. Whoever delivers is in the slice `delivery`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Channel, Delivery, DeliveryReason, DeliveryState, State};
use crate::db::schema::{deliveries, delivery_items, prescriptions};
use crate::db::{Db, Owner};
use crate::insert_if_absent;
use crate::outbox::{self, Job, Kind};

/// The deliveries of some prescriptions, each with its prescription, oldest first.
pub fn list_deliveries(conn: &mut Db, ids: &[i64]) -> QueryResult<Vec<(i64, Delivery)>> {
    deliveries::table
        .inner_join(delivery_items::table)
        .filter(delivery_items::prescription_id.eq_any(ids))
        .order(deliveries::id)
        .select((delivery_items::prescription_id, Delivery::as_select()))
        .load(conn)
}

/// How many deliveries of the doctor need somebody's care.
pub fn count_deliveries_needing_care(conn: &mut Db, owner: Owner) -> QueryResult<i64> {
    deliveries::table
        .filter(deliveries::doctor_id.eq(owner.id()).and(deliveries::needs_care.eq(true)))
        .count()
        .get_result(conn)
}

/// A prescription has just been registered: unless something else is chosen it waits to be printed at the surgery. One
/// that was accepted before (an annulment was refused) keeps what it has.
pub fn await_print(conn: &mut Db, prescription: i64, now: NaiveDateTime) -> QueryResult<()> {
    let known: Option<i64> = delivery_items::table
        .inner_join(deliveries::table)
        .filter(delivery_items::prescription_id.eq(prescription).and(deliveries::channel.eq(Channel::Print)))
        .select(delivery_items::delivery_id)
        .first(conn)
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    let (doctor, patient, confirmed_by): (i64, i64, Option<i64>) = prescriptions::table
        .find(prescription)
        .select((prescriptions::doctor_id, prescriptions::patient_id, prescriptions::confirmed_by))
        .first(conn)?;
    let print: i64 = diesel::insert_into(deliveries::table)
        .values((
            deliveries::doctor_id.eq(doctor),
            deliveries::patient_id.eq(patient),
            deliveries::channel.eq(Channel::Print),
            deliveries::state.eq(DeliveryState::Requested),
            deliveries::requested_by.eq(confirmed_by.unwrap_or(doctor)),
            deliveries::requested_at.eq(now),
        ))
        .returning(deliveries::id)
        .get_result(conn)?;
    add_delivery_item(conn, print, prescription)
}

/// Puts a prescription into a delivery.
pub fn add_delivery_item(conn: &mut Db, delivery: i64, prescription: i64) -> QueryResult<()> {
    let item = (delivery_items::delivery_id.eq(delivery), delivery_items::prescription_id.eq(prescription));
    insert_if_absent!(conn, delivery_items::table, &item)?;
    Ok(())
}

/// The print of these prescriptions waits again: what was chosen instead did not come about.
pub fn reopen_print(conn: &mut Db, prescriptions: &[i64]) -> QueryResult<usize> {
    set_print(conn, prescriptions, DeliveryState::Revoked, (DeliveryState::Requested, DeliveryReason::None))
}

/// The print of these prescriptions is not needed any more: another way was chosen.
pub fn drop_print(conn: &mut Db, prescriptions: &[i64]) -> QueryResult<usize> {
    set_print(conn, prescriptions, DeliveryState::Requested, (DeliveryState::Revoked, DeliveryReason::OtherWay))
}

fn set_print(
    conn: &mut Db,
    prescriptions: &[i64],
    from: DeliveryState,
    (to, reason): (DeliveryState, DeliveryReason),
) -> QueryResult<usize> {
    let theirs = delivery_items::table
        .filter(delivery_items::prescription_id.eq_any(prescriptions))
        .select(delivery_items::delivery_id);
    let prints = deliveries::table
        .filter(deliveries::channel.eq(Channel::Print))
        .filter(deliveries::state.eq(from))
        .filter(deliveries::id.eq_any(theirs));
    diesel::update(prints).set((deliveries::state.eq(to), deliveries::reason.eq(reason))).execute(conn)
}

/// A prescription has been annulled: what has not gone does not go, what has gone calls for a word to the patient. The
/// other prescriptions of a mail that is taken back wait for print again.
pub fn revoke_deliveries(conn: &mut Db, prescription: i64, now: NaiveDateTime) -> QueryResult<()> {
    for (_, delivery) in list_deliveries(conn, &[prescription])? {
        match delivery.state {
            // The archive alone tells nothing without its password, but the patient has a mail about it.
            DeliveryState::Requested | DeliveryState::ArchiveSent => {
                for kind in [Kind::DeliverArchive, Kind::DeliverPassword, Kind::DeliverSms] {
                    outbox::cancel(conn, Job { kind, subject_id: delivery.id })?;
                }
                let sent = delivery.state == DeliveryState::ArchiveSent;
                let reason = if sent { DeliveryReason::AnnulledAfter } else { DeliveryReason::Annulled };
                end_delivery(conn, delivery.id, (DeliveryState::Revoked, reason), now)?;
                reopen_others(conn, delivery.id, prescription)?;
            }
            DeliveryState::Delivered => {
                diesel::update(deliveries::table.find(delivery.id))
                    .set((deliveries::reason.eq(DeliveryReason::AnnulledAfter), deliveries::needs_care.eq(true)))
                    .execute(conn)?;
            }
            DeliveryState::Failed | DeliveryState::Revoked => {}
        }
    }
    Ok(())
}

fn reopen_others(conn: &mut Db, delivery: i64, annulled: i64) -> QueryResult<()> {
    let others: Vec<i64> = delivery_items::table
        .inner_join(prescriptions::table)
        .filter(delivery_items::delivery_id.eq(delivery))
        .filter(delivery_items::prescription_id.ne(annulled))
        .filter(prescriptions::state.eq(State::Accepted))
        .select(delivery_items::prescription_id)
        .load(conn)?;
    reopen_print(conn, &others)?;
    Ok(())
}

/// Ends a delivery that is still pending; archive and password are erased. Answers whether it was pending.
pub fn end_delivery(
    conn: &mut Db,
    id: i64,
    (state, reason): (DeliveryState, DeliveryReason),
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let pending = deliveries::table.find(id).filter(deliveries::state.eq_any(DeliveryState::PENDING));
    let needs_care = state == DeliveryState::Failed || reason == DeliveryReason::AnnulledAfter;
    let ended = diesel::update(pending)
        .set((
            deliveries::state.eq(state),
            deliveries::reason.eq(reason),
            deliveries::archive.eq(None::<Vec<u8>>),
            deliveries::password_sealed.eq(None::<Vec<u8>>),
            deliveries::ended_at.eq(now),
            deliveries::needs_care.eq(needs_care),
        ))
        .execute(conn)?;
    Ok(ended == 1)
}
