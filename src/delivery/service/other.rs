//! Case C, the patients' portal; the number alone by text message; and the choice to print later.

use super::super::queries::{self, NewDelivery};
use super::{DeliverError, by_patient, deliverable};
use crate::db::Db;
use crate::identity::by::By;
use crate::outbox::{self, Job, Kind};
use crate::patients::queries::{find_patient, list_enrolled};
use crate::prescriptions::model::{Channel, DeliveryState, mobile_number};
use crate::prescriptions::queries as prescriptions;
use kernel::random;

/// They wait for print at the surgery, also when another way was chosen before.
pub fn choose_print(conn: &mut Db, by: &By, ids: &[i64]) -> Result<(), DeliverError> {
    deliverable(conn, by, ids)?;
    prescriptions::reopen_print(conn, ids)?;
    Ok(())
}

/// Publishes on the patients' portal. Twice is once.
pub fn publish(conn: &mut Db, by: &By, ids: &[i64]) -> Result<(), DeliverError> {
    let rows = deliverable(conn, by, ids)?;
    let groups = by_patient(&rows);
    let patients: Vec<i64> = groups.iter().map(|(patient, _)| *patient).collect();
    if list_enrolled(conn, by.owner, &patients)?.len() != patients.len() {
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
            ended_at: Some(by.now),
            ..plain(by, row.patient_id, Channel::Millebook)
        };
        let delivery = queries::insert_delivery(conn, &new)?;
        prescriptions::add_delivery_item(conn, delivery, row.id)?;
    }
    queries::set_failures_handled(conn, ids, by.now)?;
    prescriptions::drop_print(conn, ids)?;
    Ok(())
}

/// Asks for a text message with the number of one prescription and nothing else.
pub fn send_sms(conn: &mut Db, by: &By, id: i64, typed: Option<&str>) -> Result<(), DeliverError> {
    let rows = deliverable(conn, by, &[id])?;
    let row = rows.first().ok_or(DeliverError::NotThere)?;
    let patient = find_patient(conn, by.owner, row.patient_id)?.ok_or(DeliverError::NotThere)?;
    let number = mobile_number(typed.unwrap_or(&patient.values.mobile)).ok_or(DeliverError::NoMobile)?;
    let token = random::hex_token(16);
    let new = NewDelivery { recipient: &number, token: &token, ..plain(by, patient.id, Channel::Sms) };
    let delivery = queries::insert_delivery(conn, &new)?;
    prescriptions::add_delivery_item(conn, delivery, id)?;
    outbox::enqueue(conn, Job { kind: Kind::DeliverSms, subject_id: delivery }, by.now)?;
    queries::set_failures_handled(conn, &[id], by.now)?;
    prescriptions::drop_print(conn, &[id])?;
    Ok(())
}

const fn plain(by: &By, patient_id: i64, channel: Channel) -> NewDelivery<'static> {
    NewDelivery {
        doctor_id: by.owner.id(),
        patient_id,
        channel,
        state: DeliveryState::Requested,
        recipient: "",
        content_hash: "",
        archive: None,
        agreed_secret: false,
        token: "",
        requested_by: by.actor,
        requested_at: by.now,
        ended_at: None,
    }
}
