//! What only the account asks of the database; users themselves are in `identity::queries`.

use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{doctors, users};

/// What doctors may change of their own data.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Contacts {
    pub phone: String,
    pub regional_code: String,
    pub surgery_address: String,
    pub surgery_phone: String,
}

/// Stores a doctor's contacts.
///
/// # Errors
/// A database failure.
pub fn set_contacts(conn: &mut Db, doctor_id: i64, contacts: &Contacts) -> QueryResult<()> {
    diesel::update(users::table.find(doctor_id)).set(users::phone.eq(&contacts.phone)).execute(conn)?;
    diesel::update(doctors::table.find(doctor_id))
        .set((
            doctors::regional_code.eq(&contacts.regional_code),
            doctors::surgery_address.eq(&contacts.surgery_address),
            doctors::surgery_phone.eq(&contacts.surgery_phone),
        ))
        .execute(conn)?;
    Ok(())
}
