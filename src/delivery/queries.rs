//! The statements of the deliveries. Lists are bounded and of one doctor.

mod list;

use chrono::NaiveDateTime;
use diesel::prelude::*;

pub use list::{
    PAGE, count_by_state, count_needing_care, count_of_patients, list_authors, list_by_state, list_needing_care,
    list_of_patients,
};

use super::model::{Content, Sending};
use crate::db::schema::{agreed_secrets, deliveries, delivery_items, delivery_settings, prescriptions};
use crate::db::{Db, Owner};
use crate::each_backend;
use crate::prescriptions::model::{Channel, Delivery, DeliveryReason, DeliveryState};

/// The secret agreed with any patient, as it is kept.
pub fn find_sealed_secret(conn: &mut Db) -> QueryResult<Option<(i64, Vec<u8>)>> {
    agreed_secrets::table
        .order(agreed_secrets::patient_id)
        .select((agreed_secrets::patient_id, agreed_secrets::secret_sealed))
        .first(conn)
        .optional()
}

/// A new delivery.
#[derive(Insertable)]
#[diesel(table_name = deliveries)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct NewDelivery<'a> {
    pub doctor_id: i64,
    pub patient_id: i64,
    pub channel: Channel,
    pub state: DeliveryState,
    pub recipient: &'a str,
    pub content_hash: &'a str,
    pub archive: Option<&'a [u8]>,
    pub agreed_secret: bool,
    pub token: &'a str,
    pub requested_by: i64,
    pub requested_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
}

/// Adds a delivery; returns its id.
pub fn insert_delivery(conn: &mut Db, delivery: &NewDelivery<'_>) -> QueryResult<i64> {
    diesel::insert_into(deliveries::table).values(delivery).returning(deliveries::id).get_result(conn)
}

/// Keeps the sealed password of a delivery.
pub fn set_password(conn: &mut Db, id: i64, sealed: &[u8]) -> QueryResult<usize> {
    diesel::update(deliveries::table.find(id)).set(deliveries::password_sealed.eq(sealed)).execute(conn)
}

/// A delivery of this doctor.
pub fn find_delivery(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<Delivery>> {
    deliveries::table
        .find(id)
        .filter(deliveries::doctor_id.eq(owner.id()))
        .select(Delivery::as_select())
        .first(conn)
        .optional()
}

/// What a job needs of its delivery.
pub fn find_sending(conn: &mut Db, id: i64) -> QueryResult<Option<Sending>> {
    deliveries::table.find(id).select(Sending::as_select()).first(conn).optional()
}

/// What some deliveries hold.
pub fn list_contents(conn: &mut Db, deliveries: &[i64]) -> QueryResult<Vec<Content>> {
    delivery_items::table
        .inner_join(prescriptions::table)
        .filter(delivery_items::delivery_id.eq_any(deliveries))
        .order((delivery_items::delivery_id, delivery_items::prescription_id))
        .select((
            delivery_items::delivery_id,
            delivery_items::prescription_id,
            prescriptions::patient_name,
            prescriptions::nre,
            prescriptions::state,
            prescriptions::auth_code,
            prescriptions::region_code,
        ))
        .load(conn)
}

/// Mails this doctor asked for since `since`.
pub fn count_mails_since(conn: &mut Db, owner: Owner, since: NaiveDateTime) -> QueryResult<i64> {
    deliveries::table
        .filter(deliveries::doctor_id.eq(owner.id()).and(deliveries::channel.eq(Channel::Mail)))
        .filter(deliveries::requested_at.gt(since))
        .count()
        .get_result(conn)
}

/// The print of a prescription, whatever became of it.
pub fn find_print(conn: &mut Db, prescription: i64) -> QueryResult<Option<Delivery>> {
    deliveries::table
        .inner_join(delivery_items::table)
        .filter(delivery_items::prescription_id.eq(prescription))
        .filter(deliveries::channel.eq(Channel::Print))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .first(conn)
        .optional()
}

/// A print came out: counted, with what it was and who asked for it.
pub fn count_print(conn: &mut Db, id: i64, hash: &str, actor: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq(DeliveryState::Delivered),
            deliveries::reason.eq(DeliveryReason::None),
            deliveries::content_hash.eq(hash),
            deliveries::print_count.eq(deliveries::print_count + 1),
            deliveries::requested_by.eq(actor),
            deliveries::ended_at.eq(now),
        ))
        .execute(conn)
}

/// The archive has gone: its bytes are not needed any more, the password is.
pub fn set_archive_sent(conn: &mut Db, id: i64) -> QueryResult<usize> {
    let waiting = deliveries::table.find(id).filter(deliveries::state.eq(DeliveryState::Requested));
    diesel::update(waiting)
        .set((deliveries::state.eq(DeliveryState::ArchiveSent), deliveries::archive.eq(None::<Vec<u8>>)))
        .execute(conn)
}

/// One more attempt was made.
pub fn count_attempt(conn: &mut Db, id: i64) -> QueryResult<usize> {
    diesel::update(deliveries::table.find(id)).set(deliveries::attempts.eq(deliveries::attempts + 1)).execute(conn)
}

/// It had been taken back, and went all the same: the patient must be told.
pub fn set_gone_after_annulment(conn: &mut Db, id: i64) -> QueryResult<usize> {
    let revoked = deliveries::table
        .find(id)
        .filter(deliveries::state.eq(DeliveryState::Revoked).and(deliveries::reason.eq(DeliveryReason::Annulled)));
    diesel::update(revoked)
        .set((deliveries::reason.eq(DeliveryReason::AnnulledAfter), deliveries::needs_care.eq(true)))
        .execute(conn)
}

/// Somebody has taken care of a delivery. Answers whether it still needed it.
pub fn set_handled(conn: &mut Db, owner: Owner, id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let open =
        deliveries::table.find(id).filter(deliveries::doctor_id.eq(owner.id()).and(deliveries::needs_care.eq(true)));
    let handled = (deliveries::needs_care.eq(false), deliveries::handled_at.eq(now));
    Ok(diesel::update(open).set(handled).execute(conn)? == 1)
}

/// The failed deliveries of these prescriptions are taken care of: they go another way.
pub fn set_failures_handled(conn: &mut Db, prescriptions: &[i64], now: NaiveDateTime) -> QueryResult<usize> {
    let theirs = delivery_items::table
        .filter(delivery_items::prescription_id.eq_any(prescriptions))
        .select(delivery_items::delivery_id);
    let failed = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Failed).and(deliveries::needs_care.eq(true)))
        .filter(deliveries::id.eq_any(theirs));
    diesel::update(failed).set((deliveries::needs_care.eq(false), deliveries::handled_at.eq(now))).execute(conn)
}

/// Whether the doctor chose the classic encryption of ZIP.
pub fn wants_classic_zip(conn: &mut Db, owner: Owner) -> QueryResult<bool> {
    let chosen = delivery_settings::table.find(owner.id()).select(delivery_settings::classic_zip);
    Ok(chosen.first(conn).optional()?.unwrap_or(false))
}

/// Keeps how the doctor wants archives protected.
pub fn set_classic_zip(conn: &mut Db, owner: Owner, classic: bool, now: NaiveDateTime) -> QueryResult<usize> {
    let values = (delivery_settings::classic_zip.eq(classic), delivery_settings::chosen_at.eq(now));
    each_backend!(conn, c => diesel::insert_into(delivery_settings::table)
        .values((delivery_settings::doctor_id.eq(owner.id()), values))
        .on_conflict(delivery_settings::doctor_id)
        .do_update()
        .set(values)
        .execute(c))
}

/// The sealed secret agreed with a patient, and since when. The caller has checked whose patient it is.
pub fn find_secret(conn: &mut Db, patient: i64) -> QueryResult<Option<(Vec<u8>, NaiveDateTime)>> {
    agreed_secrets::table
        .find(patient)
        .select((agreed_secrets::secret_sealed, agreed_secrets::agreed_at))
        .first(conn)
        .optional()
}

/// Keeps the secret agreed with a patient. The caller has checked whose patient it is.
pub fn set_secret(conn: &mut Db, patient: i64, sealed: &[u8], actor: i64, now: NaiveDateTime) -> QueryResult<usize> {
    let values = (
        agreed_secrets::secret_sealed.eq(sealed),
        agreed_secrets::agreed_at.eq(now),
        agreed_secrets::agreed_by.eq(actor),
    );
    each_backend!(conn, c => diesel::insert_into(agreed_secrets::table)
        .values((agreed_secrets::patient_id.eq(patient), values))
        .on_conflict(agreed_secrets::patient_id)
        .do_update()
        .set(values)
        .execute(c))
}

/// Forgets the secret agreed with a patient.
pub fn delete_secret(conn: &mut Db, patient: i64) -> QueryResult<usize> {
    diesel::delete(agreed_secrets::table.find(patient)).execute(conn)
}
