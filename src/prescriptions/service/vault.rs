//! The doctor's SAC secrets, sealed and opened. They never leave for a page.

use secrecy::SecretString;

use super::super::model::StoredCredentials;
use super::super::queries;
use crate::db::{Db, Owner};
use crate::identity::sealing::{self, Place, SealBroken, Sealer};
use sac::SenderCredentials;

/// The columns, as associated data.
const PASSWORD: &str = "sac_credentials.password";
const PIN: &str = "sac_credentials.pin";
const SESSION: &str = "sac_credentials.session";

/// Opens a doctor's stored credentials.
/// Fails with [`SealBroken`] when any of them was sealed with another key or for another row.
pub fn open(sealer: &Sealer, stored: &StoredCredentials) -> Result<SenderCredentials, SealBroken> {
    let place = |column| Place { column, row: stored.doctor_id };
    let session_id = match stored.session_sealed.as_deref() {
        Some(sealed) => Some(sealer.open_text(place(SESSION), sealed)?),
        None => None,
    };
    Ok(SenderCredentials {
        username: stored.username.clone(),
        password: sealer.open_text(place(PASSWORD), &stored.password_sealed)?,
        pin: sealer.open_text(place(PIN), &stored.pin_sealed)?,
        session_id,
    })
}

/// A doctor's password as it is kept.
pub fn find_sealed(conn: &mut Db) -> diesel::QueryResult<Option<sealing::Sealed>> {
    let found = queries::find_sealed_password(conn)?;
    Ok(found.map(|(doctor, password)| (Place { column: PASSWORD, row: doctor }, password)))
}

/// Seals a session alone.
/// Fails with [`SealBroken`] when the cipher refuses.
pub fn seal_session(sealer: &Sealer, owner: Owner, session: &SecretString) -> Result<Vec<u8>, SealBroken> {
    sealer.seal_text(Place { column: SESSION, row: owner.id() }, session)
}

/// Secrets ready for the row of one doctor.
pub struct Sealed {
    /// For `password_sealed`.
    pub password: Vec<u8>,
    /// For `pin_sealed`.
    pub pin: Vec<u8>,
    /// For `session_sealed`.
    pub session: Option<Vec<u8>>,
}

/// Seals a doctor's credentials.
/// Fails with [`SealBroken`] when the cipher refuses.
pub fn seal(sealer: &Sealer, owner: Owner, credentials: &SenderCredentials) -> Result<Sealed, SealBroken> {
    let place = |column| Place { column, row: owner.id() };
    let text = |column, secret: &SecretString| sealer.seal_text(place(column), secret);
    let session = match &credentials.session_id {
        Some(session) => Some(text(SESSION, session)?),
        None => None,
    };
    Ok(Sealed { password: text(PASSWORD, &credentials.password)?, pin: text(PIN, &credentials.pin)?, session })
}
