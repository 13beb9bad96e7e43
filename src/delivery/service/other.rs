//! Case C, the patients' portal; the number alone by text message; and the choice to print later.

use super::super::queries::{self, NewDelivery};
use super::{DeliverError, by_patient, deliverable};
use crate::db::Db;
use crate::outbox::{self, Job, Kind};
use crate::patients::queries::{find_patient, list_enrolled};
use crate::patients::service::Stamp;
use crate::prescriptions::model::{Channel, DeliveryState, mobile_number};
use crate::prescriptions::queries as prescriptions;
use kernel::random;

/// They wait for print at the surgery, also when another way was chosen before.
pub fn choose_print(conn: &mut Db, stamp: &Stamp, ids: &[i64]) -> Result<(), DeliverError> {
    deliverable(conn, stamp, ids)?;
    prescriptions::reopen_print(conn, ids)?;
    Ok(())
}

/// Publishes on the patients' portal. Twice is once.
pub fn publish(conn: &mut Db, stamp: &Stamp, ids: &[i64]) -> Result<(), DeliverError> {
    let rows = deliverable(conn, stamp, ids)?;
    let groups = by_patient(&rows);
    let patients: Vec<i64> = groups.iter().map(|(patient, _)| *patient).collect();
    if list_enrolled(conn, stamp.owner, &patients)?.len() != patients.len() {
        return Err(DeliverError::NotEnrolled);
    }
    let known = prescriptions::list_deliveries(conn, ids)?;
    let done = |id: i64| {
        known.iter().any(|(of, delivery)| {
            *of == id && delivery.channel == Channel::Millebook && delivery.state == DeliveryState::Delivered
        })
    };
    for row in rows.iter().filter(|row| !done(row.id)) {
        let new = NewDelivery {
            state: DeliveryState::Delivered,
            ended_at: Some(stamp.now),
            ..plain(stamp, row.patient_id, Channel::Millebook)
        };
        let delivery = queries::insert_delivery(conn, &new)?;
        prescriptions::add_delivery_item(conn, delivery, row.id)?;
    }
    queries::set_failures_handled(conn, ids, stamp.now)?;
    prescriptions::drop_print(conn, ids)?;
    Ok(())
}

/// Asks for a text message with the number of one prescription and nothing else.
pub fn send_sms(conn: &mut Db, stamp: &Stamp, id: i64, typed: Option<&str>) -> Result<(), DeliverError> {
    let rows = deliverable(conn, stamp, &[id])?;
    let row = rows.first().ok_or(DeliverError::NotThere)?;
    let patient = find_patient(conn, stamp.owner, row.patient_id)?.ok_or(DeliverError::NotThere)?;
    let number = mobile_number(typed.unwrap_or(&patient.values.mobile)).ok_or(DeliverError::NoMobile)?;
    let token = random::hex_token(16);
    let new = NewDelivery { recipient: &number, token: &token, ..plain(stamp, patient.id, Channel::Sms) };
    let delivery = queries::insert_delivery(conn, &new)?;
    prescriptions::add_delivery_item(conn, delivery, id)?;
    outbox::enqueue(conn, Job { kind: Kind::DeliverSms, subject_id: delivery }, stamp.now)?;
    queries::set_failures_handled(conn, &[id], stamp.now)?;
    prescriptions::drop_print(conn, &[id])?;
    Ok(())
}

const fn plain(stamp: &Stamp, patient_id: i64, channel: Channel) -> NewDelivery<'static> {
    NewDelivery {
        doctor_id: stamp.owner.id(),
        patient_id,
        channel,
        state: DeliveryState::Requested,
        recipient: "",
        content_hash: "",
        archive: None,
        agreed_secret: false,
        token: "",
        requested_by: stamp.actor,
        requested_at: stamp.now,
        ended_at: None,
    }
}
