//! The bell: how many prescriptions wait for the doctor, and how many SAC has refused that the doctor has not seen; for a
//! collaborator, how much news there is of what was sent, to whichever doctor. What is counted is a slice's to know: the
//! program hands the counting functions over at start-up.

use actix_web::{HttpRequest, web};
use diesel::QueryResult;

use crate::db::{Db, Owner};
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::web::counts::Count;

/// The most a bell says; beyond it stands `99+`, and nothing is counted further than one more.
pub const MOST: i64 = 99;

/// What a bell has counted, each up to [`MOST`] + 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    /// What waits for the doctor, or all the news of a collaborator.
    pub news: i64,
    /// What SAC has refused and this person has not seen; a collaborator's is also among the news.
    pub refused: i64,
}

impl Rings {
    /// What the bell's script reads.
    pub fn as_json(self) -> String {
        format!("{{\"n\":{},\"rifiutate\":{}}}", self.news, self.refused)
    }
}

/// Shared by every worker as `web::Data<Bell>`; without it no page has a bell.
#[derive(Clone, Copy, Debug)]
pub struct Bell {
    /// For the doctor, in the own archive.
    pub doctor: fn(&mut Db, Owner) -> QueryResult<Rings>,
    /// For a collaborator, of all the doctors.
    pub studio: fn(&mut Db, i64) -> QueryResult<Rings>,
}

/// What counts for the bell of a page; a patient has none.
pub(super) fn ring(req: &HttpRequest, user: &LiveSession) -> Option<Count<Rings>> {
    let (bell, user_id) = (*req.app_data::<web::Data<Bell>>()?.get_ref(), user.user_id);
    match user.role()? {
        Role::Doctor => Some(Box::new(move |conn| (bell.doctor)(conn, Owner::of_doctor(user_id)))),
        Role::Collaborator => Some(Box::new(move |conn| (bell.studio)(conn, user_id))),
        Role::Patient => None,
    }
}
