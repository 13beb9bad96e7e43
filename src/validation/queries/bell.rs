//! What the bells count, and no further than a bell can say.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use crate::db::schema::prescriptions;
use crate::db::{Db, Owner};
use crate::identity::associations::{AssociationState, Principal};
use crate::identity::model::Role;
use crate::prescriptions::model::State;
use crate::prescriptions::queries::count_refusals;
use crate::web::bell::{MOST, Rings};

/// The doctor's bell: what waits, and what SAC has refused since the doctor last looked. Two walks of an index, each cut
/// short at what a bell can say.
pub fn ring_doctor(conn: &mut Db, owner: Owner) -> QueryResult<Rings> {
    let waiting: Vec<i64> = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .limit(MOST + 1)
        .select(prescriptions::id)
        .load(conn)?;
    Ok(Rings {
        news: i64::try_from(waiting.len()).unwrap_or(MOST),
        refused: count_refusals(conn, owner, owner.id(), MOST + 1)?,
    })
}

/// What there is for a collaborator from one doctor.
#[derive(Clone, PartialEq, Eq)]
pub struct NewsOf {
    /// From whom.
    pub doctor: Principal,
    /// How much, each up to [`MOST`] + 1.
    pub rings: Rings,
}

#[derive(QueryableByName)]
struct NewsRow {
    #[diesel(sql_type = BigInt)]
    doctor_id: i64,
    #[diesel(sql_type = Text)]
    surname: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    news: i64,
    #[diesel(sql_type = BigInt)]
    refused: i64,
}

/// One statement however many the doctors: untaken outcomes, annulments of what was taken as valid, refusals not yet seen.
/// The values are numbered as they first appear, which is how SQLite counts them.
const NEWS: &str = "SELECT a.doctor_id, u.surname, u.name, \
    (SELECT COUNT(*) FROM (SELECT 1 FROM prescriptions p WHERE p.author_id = a.collaborator_id \
        AND p.doctor_id = a.doctor_id AND p.taken_state = '' AND p.state IN ($1, $2, $3) LIMIT $4) AS line) + \
    (SELECT COUNT(*) FROM (SELECT 1 FROM prescriptions p WHERE p.author_id = a.collaborator_id \
        AND p.doctor_id = a.doctor_id AND p.taken_state = $1 AND p.state = $3 LIMIT $4) AS line) AS news, \
    (SELECT COUNT(*) FROM (SELECT 1 FROM sac_refusals r WHERE r.user_id = a.collaborator_id \
        AND r.doctor_id = a.doctor_id AND r.looked_at IS NULL LIMIT $4) AS line) AS refused \
    FROM associations a JOIN users u ON u.id = a.doctor_id \
    WHERE a.collaborator_id = $5 AND a.state = $6 AND u.role = $7 AND u.active = $8 ORDER BY u.surname, u.name, u.id";

/// What there is for a collaborator, from each of the doctors she works for now, by name.
pub fn list_news(conn: &mut Db, collaborator: i64) -> QueryResult<Vec<NewsOf>> {
    let rows: Vec<NewsRow> = diesel::sql_query(NEWS)
        .bind::<Text, _>(State::Accepted)
        .bind::<Text, _>(State::Declined)
        .bind::<Text, _>(State::Annulled)
        .bind::<BigInt, _>(MOST + 1)
        .bind::<BigInt, _>(collaborator)
        .bind::<Text, _>(AssociationState::Active)
        .bind::<Text, _>(Role::Doctor)
        .bind::<Bool, _>(true)
        .load(conn)?;
    let one = |row: NewsRow| NewsOf {
        doctor: Principal { doctor_id: row.doctor_id, surname: row.surname, name: row.name },
        rings: Rings { news: (row.news + row.refused).min(MOST + 1), refused: row.refused },
    };
    Ok(rows.into_iter().map(one).collect())
}

/// The collaborator's bell: the news of all her doctors.
pub fn ring_studio(conn: &mut Db, collaborator: i64) -> QueryResult<Rings> {
    let sum = |all: Rings, one: &NewsOf| Rings {
        news: (all.news + one.rings.news).min(MOST + 1),
        refused: (all.refused + one.rings.refused).min(MOST + 1),
    };
    Ok(list_news(conn, collaborator)?.iter().fold(Rings::default(), sum))
}
