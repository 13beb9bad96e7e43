//! Whether the doctor can send at all today: credentials, session, numbers.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::lacking::Lacking;
use crate::db::{Db, Owner};
use crate::prescriptions::model::{Lot, WaitReason};
use crate::prescriptions::queries as pipeline;
use crate::reference::queries::find_nre_rules;
use kernel::region::RegionCode;

/// What the review page says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// SAC assigns the numbers in the doctor's region: there are none to count.
    pub assigned: bool,
    /// Numbers left in the lots of the doctor's region.
    pub left: i64,
    /// The lot the next number comes from.
    pub lot: String,
    /// When the session ends (UTC), while it runs.
    pub session_until: Option<NaiveDateTime>,
    /// What is missing, worst first.
    pub lacking: Vec<Lacking>,
}

/// Looks whether `wanted` prescriptions could be sent now by a doctor of a region ('': without professional data).
pub fn find_readiness(
    conn: &mut Db,
    (owner, region): (Owner, &str),
    wanted: usize,
    now: NaiveDateTime,
) -> QueryResult<Readiness> {
    let mut found = Readiness::default();
    let region = RegionCode::parse(region).ok();
    match pipeline::find_credentials(conn, owner)? {
        None => found.lacking.push(Lacking::Credentials),
        Some(credentials) => {
            // The one that lies beside takes over by itself.
            found.session_until = if credentials.has_session(now) {
                credentials.session_expires_at
            } else if credentials.has_pending_session(now) {
                credentials.pending_expires_at
            } else {
                None
            };
            if credentials.refused == WaitReason::CredentialsRefused {
                found.lacking.push(Lacking::Refused);
            } else if credentials.refused == WaitReason::SessionExpired || found.session_until.is_none() {
                found.lacking.push(Lacking::Session);
            }
        }
    }
    match region {
        None => found.lacking.insert(0, Lacking::Profile),
        Some(region) if find_nre_rules(conn, region.as_str())?.assigned => found.assigned = true,
        Some(region) => {
            let lots = pipeline::list_open_lots(conn, owner, &region)?;
            found.left = lots.iter().map(Lot::left).sum();
            found.lot = lots.into_iter().next().map(|lot| lot.prefix).unwrap_or_default();
            if found.left < i64::try_from(wanted).unwrap_or(i64::MAX) {
                found.lacking.push(Lacking::Numbers);
            }
        }
    }
    Ok(found)
}
