//! What people do about a delivery that failed, or that an annulment came after.

use super::super::queries;
use super::{DeliverError, MailRequest, request_mail, send_sms};
use crate::db::Db;
use crate::identity::by::By;
use crate::identity::sealing::Sealer;
use crate::prescriptions::model::{Channel, DeliveryState};
use kernel::email::Email;

/// Does a failed or revoked delivery again, to the same recipient, with what of it is still valid: a new archive, a new
/// password, a new reference.
/// Fails with [`DeliverError::NotDeliverable`] when nothing of it is valid any more, or it did not fail.
pub fn retry(conn: &mut Db, sealer: &Sealer, by: &By, id: i64) -> Result<(), DeliverError> {
    let row = queries::find_delivery(conn, by.owner, id)?.ok_or(DeliverError::NotThere)?;
    if !matches!(row.state, DeliveryState::Failed | DeliveryState::Revoked) {
        return Err(DeliverError::NotDeliverable);
    }
    let contents = queries::list_contents(conn, &[id])?;
    let ids: Vec<i64> =
        contents.iter().filter(|content| content.is_deliverable()).map(|content| content.prescription_id).collect();
    let Some(first) = ids.first() else { return Err(DeliverError::NotDeliverable) };
    match row.channel {
        Channel::Mail => {
            let address = Email::parse(&row.recipient).map_err(|_reason| DeliverError::NoAddress)?;
            let request = MailRequest { ids: &ids, address: Some(&address), update_registry: false };
            request_mail(conn, sealer, by, &request)?;
        }
        Channel::Sms => send_sms(conn, by, *first, Some(&row.recipient))?,
        Channel::Print | Channel::Millebook => return Err(DeliverError::NotDeliverable),
    }
    queries::set_handled(conn, by.owner, id, by.now)?;
    Ok(())
}

/// Somebody has seen to it.
pub fn dismiss(conn: &mut Db, by: &By, id: i64) -> Result<(), DeliverError> {
    queries::find_delivery(conn, by.owner, id)?.ok_or(DeliverError::NotThere)?;
    queries::set_handled(conn, by.owner, id, by.now)?;
    Ok(())
}
