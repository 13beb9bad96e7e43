//! The bell: how many prescriptions wait for the doctor; for a collaborator, how much news there is of what was sent. What is
//! counted is a slice's to know: the program hands the counting functions over at start-up.

use crate::db::{Db, Owner};

/// Shared by every worker as `web::Data<Bell>`; without it no page has a bell.
#[derive(Clone, Copy, Debug)]
pub struct Bell {
    /// What waits for the doctor.
    pub doctor: fn(&mut Db, Owner) -> diesel::QueryResult<i64>,
    /// What a collaborator has not taken note of, of what was sent to the doctor.
    pub studio: fn(&mut Db, Owner, i64) -> diesel::QueryResult<i64>,
}
