//! After a number was found to be used by something that is not here: what else SAC has of that lot.

use chrono::TimeDelta;

use super::super::model::Kind;
use super::super::queries;
use super::{Pipeline, Work};
use crate::db::{Db, DbError};
use kernel::dates;
use sac::{UsedNres, UsedNresQuery};

/// Clocks differ, and the lot may have been noted a little after its first number was used.
const MARGIN: TimeDelta = TimeDelta::days(1);

impl Pipeline {
    /// Fetches the list of used numbers of the lot that the prescription's own came from, and keeps what is missing here:
    /// those numbers are passed over from now on. Best effort: the next number that turns out to be used asks again.
    pub(super) async fn recover(&self, work: &Work) -> Result<(), DbError> {
        let nre = work.message.nre.clone();
        let find = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::find_lot_of(conn, &nre)?) };
        let (Some(lot), Ok(credentials)) = (self.db().read(find).await?, self.open_credentials(&work.credentials))
        else {
            return Ok(());
        };
        let now = self.now();
        for kind in Kind::ALL {
            let query = UsedNresQuery {
                region: work.message.region.clone(),
                doctor: work.message.doctor.clone(),
                lot: lot.prefix.clone(),
                kind: kind.as_str().to_owned(),
                period: Some((dates::to_rome(lot.obtained_at - MARGIN), dates::to_rome(now + MARGIN))),
                ..UsedNresQuery::default()
            };
            let UsedNres::Listed(records) = self.sac().used_nres(&credentials, &query).await else {
                tracing::warn!(doctor.id = work.owner.id(), "SAC did not say which numbers are used");
                continue;
            };
            let owner = work.owner;
            let keep =
                move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::insert_found(conn, owner, &records, now)?) };
            let missing = self.db().write(keep).await?;
            tracing::warn!(doctor.id = work.owner.id(), missing, "SAC has prescriptions that are missing here");
        }
        Ok(())
    }
}
