//! What a patient sees: everything published, or one prescription with who looked at it.

use chrono::NaiveDate;

use crate::accesses::{self, AccessRow, Act, LogKey, Look, Viewer};
use crate::db::{Db, Owner};
use crate::identity::model::Role;
use crate::millebook::model::Standing;
use crate::millebook::queries::{self, OwnEnrolment, Published};
use crate::prescriptions::model::Item;
use crate::prescriptions::queries::list_items;
use crate::prescriptions::service::{PaperError, promemoria_pdf};
use kernel::clock::Clock;

/// Prescriptions shown, at most: some years of them.
const MOST: i64 = 100;
/// Looks shown of one prescription.
const LOOKS: i64 = 200;

/// Why a prescription or its paper is not given.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Not published for this person, or not any more.
    #[error("not there")]
    NotThere,
    /// Annulled, being annulled, or expired.
    #[error("not to be used any more")]
    NotReady(Standing),
    /// The paper cannot be made.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// The person with an account, and the network address it is read from. `Debug` is not derived.
pub struct Reader {
    /// The account.
    pub user_id: i64,
    /// Where from.
    pub origin: String,
    /// The key the log of accesses is written with.
    pub key: LogKey,
}

/// A prescription with its rows and its doctor.
pub struct Volume {
    /// The prescription.
    pub row: Published,
    /// What it prescribes.
    pub items: Vec<Item>,
    /// How it stands today.
    pub standing: Standing,
    /// Whose it is.
    pub doctor: OwnEnrolment,
}

/// All that is published for a person.
pub struct Shelf {
    /// At which doctors the person is enrolled.
    pub doctors: Vec<OwnEnrolment>,
    /// Newest first.
    pub volumes: Vec<Volume>,
}

fn standing(row: &Published, today: NaiveDate) -> Standing {
    Standing::of(row.kind, row.state, &row.auth_code, row.compiled_at, today)
}

/// Everything published for the account: three statements, however much there is.
pub fn load_shelf(conn: &mut Db, user_id: i64, today: NaiveDate) -> diesel::QueryResult<Shelf> {
    let doctors = queries::list_own(conn, user_id)?;
    let patients: Vec<i64> = doctors.iter().map(|enrolment| enrolment.patient_id).collect();
    let rows = queries::list_published(conn, &patients, MOST)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut items = list_items(conn, &ids)?;
    let volumes = rows.into_iter().filter_map(|row| {
        let doctor = doctors.iter().find(|enrolment| enrolment.patient_id == row.patient_id)?.clone();
        let (own, rest) =
            std::mem::take(&mut items).into_iter().partition(|item: &Item| item.prescription_id == row.id);
        items = rest;
        Some(Volume { standing: standing(&row, today), row, items: own, doctor })
    });
    Ok(Shelf { volumes: volumes.collect(), doctors })
}

/// One prescription published for the account, with who looked at it; this look is noted.
pub fn find_volume(
    conn: &mut Db,
    reader: &Reader,
    id: i64,
    clock: &Clock,
) -> Result<(Volume, Vec<AccessRow>), ShelfError> {
    let volume = find(conn, reader.user_id, id, clock)?;
    note(conn, reader, &volume, Act::Opened, clock)?;
    let looks = accesses::list(conn, id, LOOKS)?;
    Ok((volume, looks))
}

fn find(conn: &mut Db, user_id: i64, id: i64, clock: &Clock) -> Result<Volume, ShelfError> {
    let doctors = queries::list_own(conn, user_id)?;
    let patients: Vec<i64> = doctors.iter().map(|enrolment| enrolment.patient_id).collect();
    let row = queries::find_published(conn, &patients, id)?.ok_or(ShelfError::NotThere)?;
    let doctor = doctors.into_iter().find(|enrolment| enrolment.patient_id == row.patient_id);
    Ok(Volume {
        standing: standing(&row, clock.today()),
        items: list_items(conn, &[id])?,
        doctor: doctor.ok_or(ShelfError::NotThere)?,
        row,
    })
}

fn note(conn: &mut Db, reader: &Reader, volume: &Volume, act: Act, clock: &Clock) -> diesel::QueryResult<()> {
    let viewer = Viewer {
        owner: Owner::of_doctor(volume.row.doctor_id),
        actor_id: reader.user_id,
        role: Role::Patient,
        origin: reader.origin.clone(),
        key: reader.key.clone(),
    };
    accesses::record(conn, &viewer, &[Look::at_prescription(act, volume.row.patient_id, volume.row.id)], clock.now())
}

/// The paper of a prescription published for the account; the download is noted.
pub fn reminder(conn: &mut Db, reader: &Reader, id: i64, clock: &Clock) -> Result<Vec<u8>, ShelfError> {
    let volume = find(conn, reader.user_id, id, clock)?;
    if !volume.standing.is_ready() {
        return Err(ShelfError::NotReady(volume.standing));
    }
    let pdf = promemoria_pdf(conn, Owner::of_doctor(volume.row.doctor_id), id)?;
    note(conn, reader, &volume, Act::Downloaded, clock)?;
    Ok(pdf)
}
