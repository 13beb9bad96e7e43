//! What is published for the patients of an account. The patient ids come from [`super::list_own`] and from nowhere else.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{deliveries, delivery_items, prescriptions};
use crate::prescriptions::model::{Channel, DeliveryState, Kind, State};

/// A published prescription. `Debug` is not derived: it would print a fiscal code.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Published {
    pub id: i64,
    pub doctor_id: i64,
    pub patient_id: i64,
    pub kind: Kind,
    pub state: State,
    pub patient_code: String,
    pub compiled_at: NaiveDateTime,
    pub nre: Option<String>,
    pub auth_code: String,
}

/// States in which a prescription that was published may be.
const SHOWN: [State; 4] = [State::Accepted, State::Annulling, State::AnnulUncertain, State::Annulled];

type Shown<'a> = prescriptions::BoxedQuery<'a, <Db as diesel::Connection>::Backend>;

fn shown(patients: &[i64]) -> Shown<'_> {
    let published = delivery_items::table
        .inner_join(deliveries::table)
        .filter(deliveries::patient_id.eq_any(patients))
        .filter(deliveries::channel.eq(Channel::Millebook))
        .filter(deliveries::state.eq(DeliveryState::Delivered))
        .select(delivery_items::prescription_id);
    prescriptions::table
        .filter(prescriptions::patient_id.eq_any(patients))
        .filter(prescriptions::state.eq_any(SHOWN))
        .filter(prescriptions::id.eq_any(published))
        .into_boxed()
}

/// The published prescriptions of these patients, newest first.
pub fn list_published(conn: &mut Db, patients: &[i64], limit: i64) -> QueryResult<Vec<Published>> {
    shown(patients).order(prescriptions::id.desc()).limit(limit).select(Published::as_select()).load(conn)
}

/// One published prescription of these patients.
pub fn find_published(conn: &mut Db, patients: &[i64], id: i64) -> QueryResult<Option<Published>> {
    shown(patients).filter(prescriptions::id.eq(id)).select(Published::as_select()).first(conn).optional()
}
