//! How many deliveries need somebody's care: a number in the menu of every page, counted by a function that the
//! application registers (this rank knows no deliveries).

use actix_web::{HttpRequest, web};
use diesel::QueryResult;

use crate::db::{Db, Owner};
use crate::web::counts::Count;

/// What counts; `web::Data<Care>`.
#[derive(Clone, Copy, Debug)]
pub struct Care(pub fn(&mut Db, Owner) -> QueryResult<i64>);

/// What the menu of a page in this doctor's archive counts.
pub(super) fn look(req: &HttpRequest, doctor: Option<i64>) -> Option<Count<i64>> {
    let Care(of) = *req.app_data::<web::Data<Care>>()?.get_ref();
    let owner = Owner::of_doctor(doctor?);
    Some(Box::new(move |conn| of(conn, owner)))
}
