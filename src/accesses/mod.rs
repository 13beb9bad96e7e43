//! Who looked at what (registro degli accessi): the doctor, a collaborator, a program of the studio, the patient; opening is
//! enough. A search leaves how many patients it showed, and nothing of what was typed.
//!
//! Append only: the database itself refuses to change a row, or to delete one before 24 months. The rows of a doctor's
//! archive are a chain ([`chain`]) under the program's key, its ends and the list of archives are sealed (`heads`), and
//! [`verify`] recomputes all of it. Every slice that shows a patient writes here; the doctor reads it from the
//! record, and the patient on the prescription.

pub mod chain;
mod heads;
mod seal;
pub mod verify;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::schema::{accesses, users};
use crate::db::{Db, Owner};
use crate::identity::model::Role;
use crate::text_enum;

pub use heads::begin;
pub use seal::LogKey;

text_enum! {
    /// What was done.
    Act {
        /// A prescription's page was opened.
        Opened = "AP",
        /// Its paper was downloaded.
        Downloaded = "SC",
        /// Its paper was printed, or opened to be.
        Printed = "ST",
        /// How it reaches the patient was looked at.
        Delivering = "CO",
        /// The record, or a part of it, was opened.
        Record = "CA",
        /// The history of an entry of the record was opened.
        History = "SO",
        /// The registry data were opened.
        Registry = "AN",
        /// A prescription in the making was opened.
        Preparing = "PR",
        /// How the patient stands with Millebook was opened.
        Enrolment = "AR",
        /// Patients were searched.
        Searched = "RI",
        /// A list of patients, prescriptions or deliveries was opened.
        Listed = "EL",
    }
}

text_enum! {
    /// As what somebody looked: a [`Role`] in one letter.
    Capacity {
        /// Medico titolare.
        Doctor = "M",
        /// Collaboratore di studio.
        Collaborator = "C",
        /// Assistito (Millebook).
        Patient = "P",
    }
}

impl Capacity {
    const fn of(role: Role) -> Self {
        match role {
            Role::Doctor => Self::Doctor,
            Role::Collaborator => Self::Collaborator,
            Role::Patient => Self::Patient,
        }
    }

    /// The role.
    const fn role(self) -> Role {
        match self {
            Self::Doctor => Role::Doctor,
            Self::Collaborator => Role::Collaborator,
            Self::Patient => Role::Patient,
        }
    }

    /// The word that was kept before the key.
    const fn word(self) -> &'static str {
        self.role().as_str()
    }
}

impl From<Capacity> for Role {
    fn from(capacity: Capacity) -> Self {
        capacity.role()
    }
}

impl Act {
    /// The word that was kept before the key.
    const fn word(self) -> &'static str {
        match self {
            Self::Opened => "APERTA",
            Self::Downloaded => "SCARICATA",
            Self::Printed => "STAMPATA",
            Self::Delivering => "CONSEGNA",
            Self::Record => "CARTELLA",
            Self::History => "STORIA",
            Self::Registry => "ANAGRAFICA",
            Self::Preparing => "PREPARAZIONE",
            Self::Enrolment => "ARRUOLAMENTO",
            Self::Searched => "RICERCA",
            Self::Listed => "ELENCO",
        }
    }

    /// The words for it in the doctor's list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Opened => "Ricetta aperta",
            Self::Downloaded => "Promemoria scaricato",
            Self::Printed => "Promemoria stampato",
            Self::Delivering => "Consegna di una ricetta",
            Self::Record => "Cartella aperta",
            Self::History => "Storia di una voce della cartella",
            Self::Registry => "Dati anagrafici aperti",
            Self::Preparing => "Ricetta in preparazione",
            Self::Enrolment => "Arruolamento su Millebook",
            Self::Searched => "Ricerca di pazienti",
            Self::Listed => "Elenco",
        }
    }
}

/// Who looks, for whom, from where: the same for everything one request shows. `Debug` is not derived: it would print an
/// address.
#[derive(Clone)]
pub struct Viewer {
    /// Whose archive it is.
    pub owner: Owner,
    /// Who looks.
    pub actor_id: i64,
    /// As what.
    pub role: Role,
    /// The network address it comes from.
    pub origin: String,
    /// The key the log is written with.
    pub key: LogKey,
}

/// One look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    act: Act,
    patient_id: Option<i64>,
    prescription_id: Option<i64>,
    shown: i64,
}

impl Look {
    /// At a patient.
    pub const fn at_patient(act: Act, patient: i64) -> Self {
        Self { act, patient_id: Some(patient), prescription_id: None, shown: 1 }
    }

    /// At a patient's prescription.
    pub const fn at_prescription(act: Act, patient: i64, prescription: i64) -> Self {
        Self { act, patient_id: Some(patient), prescription_id: Some(prescription), shown: 1 }
    }

    /// The one patient it is at; `None` for a list.
    pub const fn patient(&self) -> Option<i64> {
        self.patient_id
    }

    /// At a list, or at what a search found, of so many patients.
    pub fn at_many(act: Act, patients: impl IntoIterator<Item = i64>) -> Self {
        let different: std::collections::BTreeSet<i64> = patients.into_iter().collect();
        let shown = i64::try_from(different.len()).unwrap_or(i64::MAX);
        Self { act, patient_id: None, prescription_id: None, shown }
    }
}

/// A row of `accesses`.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accesses)]
// With it several rows are one statement.
#[diesel(treat_none_as_default_value = false)]
struct Row {
    doctor_id: i64,
    seq: i64,
    actor_id: i64,
    patient_id: Option<i64>,
    prescription_id: Option<i64>,
    /// `None`: one.
    shown: Option<i64>,
    happened_at: NaiveDateTime,
    role: Capacity,
    act: Act,
    origin: String,
    digest: Vec<u8>,
}

impl Row {
    /// The doctor a collaborator worked for.
    fn on_behalf_of(&self) -> Option<i64> {
        (self.role == Capacity::Collaborator).then_some(self.doctor_id)
    }
}

/// Notes some looks of one request: one row read, some added, one changed.
pub fn record(conn: &mut Db, viewer: &Viewer, looks: &[Look], now: NaiveDateTime) -> QueryResult<()> {
    let doctor_id = viewer.owner.id();
    let row = |look: &Look| Row {
        doctor_id,
        seq: 0,
        actor_id: viewer.actor_id,
        patient_id: look.patient_id,
        prescription_id: look.prescription_id,
        shown: look.patient_id.is_none().then_some(look.shown),
        happened_at: now,
        role: Capacity::of(viewer.role),
        act: look.act,
        origin: viewer.origin.clone(),
        digest: Vec::new(),
    };
    // A list with nobody in it showed nobody; a search that found nobody was still a search.
    let rows: Vec<Row> = looks.iter().filter(|look| look.shown > 0 || look.act == Act::Searched).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    chain::append(conn, &viewer.key, doctor_id, rows, now)
}

/// Whoever opened a patient goes on working with that patient for a while.
const AT_WORK: TimeDelta = TimeDelta::minutes(10);

/// Whether the viewer was among the last who looked at the patient, a short while ago.
pub fn has_just_looked(conn: &mut Db, viewer: &Viewer, patient_id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let last: Vec<(i64, NaiveDateTime)> = accesses::table
        .filter(accesses::patient_id.eq(patient_id).and(accesses::doctor_id.eq(viewer.owner.id())))
        .order(accesses::seq.desc())
        .limit(10)
        .select((accesses::actor_id, accesses::happened_at))
        .load(conn)?;
    Ok(last.iter().any(|(actor, at)| *actor == viewer.actor_id && *at > now - AT_WORK && *at <= now))
}

/// A look with the name of who looked. `Debug` is not derived: it would print a name.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct AccessRow {
    pub seq: i64,
    pub actor_id: i64,
    pub surname: String,
    pub name: String,
    #[diesel(deserialize_as = Capacity)]
    pub role: Role,
    pub act: Act,
    pub origin: String,
    pub happened_at: NaiveDateTime,
}

macro_rules! with_names {
    ($rows:expr) => {
        $rows.inner_join(users::table).order(accesses::seq.desc()).select((
            accesses::seq,
            accesses::actor_id,
            users::surname,
            users::name,
            accesses::role,
            accesses::act,
            accesses::origin,
            accesses::happened_at,
        ))
    };
}

/// The latest looks at a prescription, newest first.
pub fn list(conn: &mut Db, prescription_id: i64, limit: i64) -> QueryResult<Vec<AccessRow>> {
    let own = accesses::table.filter(accesses::prescription_id.eq(prescription_id));
    with_names!(own).limit(limit).load(conn)
}

/// Looks at a patient of the archive and at the patient's prescriptions, newest first, below a number.
pub fn list_of_patient(
    conn: &mut Db,
    owner: Owner,
    patient_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<AccessRow>> {
    let own = accesses::table
        .filter(accesses::patient_id.eq(patient_id).and(accesses::doctor_id.eq(owner.id())))
        .filter(accesses::seq.lt(before.unwrap_or(i64::MAX)));
    with_names!(own).limit(limit).load(conn)
}

#[cfg(test)]
mod tests;
