//! The bell: how many prescriptions wait for the doctor. What is counted is a slice's to know; the program hands the
//! counting function over at start-up.

use crate::db::{Db, Owner};

/// Shared by every worker as `web::Data<Bell>`; without it no page has a bell.
#[derive(Clone, Copy, Debug)]
pub struct Bell(pub fn(&mut Db, Owner) -> diesel::QueryResult<i64>);
