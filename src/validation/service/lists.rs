//! What the lists show, each loaded with a fixed number of statements.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::QueryResult;

use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::prescribing::service::{DrugFindings, Findings, Waiting, recheck};
use crate::prescriptions::model::{Item, NewItem, State};
use crate::prescriptions::queries::{self as pipeline, COUNTED, Version};
use crate::validation::model::{
    Change, Comparison, Counters, LIST_MAX, LastTherapy, OFFERED, SentView, Window, changes, compare,
};
use crate::validation::queries::{self, PendingPatient, PendingRow, RoundRow, SentRow};

/// A drug that waits for the doctor, beside what the record knows.
pub struct PendingDrug {
    /// Its row in the prescription.
    pub number: i64,
    /// What is prescribed.
    pub item: NewItem,
    /// Beside the last time.
    pub comparison: Comparison,
    /// What today's formulary, rules and the patient's facts say of it.
    pub today: DrugFindings,
}

/// A prescription that waits for the doctor.
pub struct PendingPrescription {
    /// Its head.
    pub row: PendingRow,
    /// Its drugs.
    pub drugs: Vec<PendingDrug>,
    /// What the doctor has already corrected.
    pub changes: Vec<Change>,
    /// Why it cannot be sent as it stands, by what has changed since it was prepared.
    pub blocks: Vec<String>,
}

/// The list.
pub struct PendingList {
    /// What is shown, first come first.
    pub rows: Vec<PendingPrescription>,
    /// For whom something waits.
    pub patients: Vec<PendingPatient>,
    /// How many wait beyond them, counted up to [`COUNTED`] and one.
    pub beyond: i64,
    /// The latest id of all that waits.
    pub newest: i64,
}

/// Loads one page of what waits. What it costs depends on the page, not on how many wait.
pub fn load_pending(
    conn: &mut Db,
    owner: Owner,
    window: impl Into<Window>,
    today: NaiveDate,
) -> QueryResult<PendingList> {
    let window = window.into();
    let most = i64::try_from(window.rows()).unwrap_or(i64::MAX);
    let rows = queries::list_pending(conn, owner, window, most)?;
    let patients = queries::list_pending_patients(conn, owner, LIST_MAX)?;
    let newest = queries::find_newest_pending(conn, owner)?;
    let rest = Window { after: rows.last().map_or(window.after, |row| row.id), ..window };
    let beyond = queries::list_pending_ids(conn, owner, rest, COUNTED.saturating_add(1))?.len();
    let beyond = i64::try_from(beyond).unwrap_or(i64::MAX);
    Ok(PendingList { rows: compared(conn, owner, rows, today)?, patients, beyond, newest })
}

/// Loads one that waits.
pub fn load_pending_one(
    conn: &mut Db,
    owner: Owner,
    id: i64,
    today: NaiveDate,
) -> QueryResult<Option<PendingPrescription>> {
    let row = queries::find_pending(conn, owner, id)?;
    Ok(compared(conn, owner, row.into_iter().collect(), today)?.into_iter().next())
}

fn compared(
    conn: &mut Db,
    owner: Owner,
    rows: Vec<PendingRow>,
    today: NaiveDate,
) -> QueryResult<Vec<PendingPrescription>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = pipeline::list_items(conn, &ids)?;
    let versions = pipeline::list_first_versions(conn, &ids)?;
    let patients: BTreeSet<i64> = rows.iter().map(|row| row.patient_id).collect();
    let history = queries::list_last_therapies(conn, &patients)?;
    let own = |id: i64| items.iter().filter(move |item| item.prescription_id == id);
    let waiting: Vec<Waiting<'_>> = rows
        .iter()
        .map(|row| Waiting {
            id: row.id,
            patient: row.patient_id,
            exemption: &row.exemption_code,
            items: own(row.id).map(|item| &item.content).collect(),
        })
        .collect();
    let today_says = recheck(conn, owner, &waiting, today)?;
    let one = |(row, findings): (PendingRow, Findings)| {
        let contents: Vec<&NewItem> = own(row.id).map(|item| &item.content).collect();
        let version = versions.iter().find(|version| version.prescription_id == row.id);
        let found = findings.drugs.into_iter().chain(std::iter::repeat_with(DrugFindings::default));
        let beside = Beside { patient: row.patient_id, history: &history, today };
        PendingPrescription {
            changes: version.map(|version| changes(&version.content, &row.head(), &contents)).unwrap_or_default(),
            drugs: own(row.id).zip(found).map(|(item, found)| drug(item, &beside, found)).collect(),
            blocks: findings.blocks,
            row,
        }
    };
    Ok(rows.into_iter().zip(today_says).map(one).collect())
}

/// What a patient's record says beside a drug.
struct Beside<'a> {
    patient: i64,
    history: &'a [LastTherapy],
    today: NaiveDate,
}

fn drug(item: &Item, beside: &Beside<'_>, found: DrugFindings) -> PendingDrug {
    PendingDrug {
        number: item.row_number,
        comparison: compare(beside.patient, &item.content, beside.history, beside.today),
        item: item.content.clone(),
        today: found,
    }
}

/// A prescription of a round, with its drugs.
pub struct RoundPrescription {
    /// How it stands.
    pub row: RoundRow,
    /// Its drugs.
    pub items: Vec<NewItem>,
}

/// Loads a round. `None` when this doctor has no such round.
pub fn load_round(conn: &mut Db, owner: Owner, round: i64) -> QueryResult<Option<Vec<RoundPrescription>>> {
    if queries::find_round(conn, owner, round)?.is_none() {
        return Ok(None);
    }
    let rows = queries::list_round(conn, owner, round)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = pipeline::list_items(conn, &ids)?;
    let one = |row: RoundRow| RoundPrescription { items: contents_of(&items, row.id), row };
    Ok(Some(rows.into_iter().map(one).collect()))
}

fn contents_of(items: &[Item], id: i64) -> Vec<NewItem> {
    items.iter().filter(|item| item.prescription_id == id).map(|item| item.content.clone()).collect()
}

/// A prescription as its author sees it: what was sent, what became of it, what the doctor changed.
pub struct SentPrescription {
    /// Its head.
    pub row: SentRow,
    /// Its drugs as they stand.
    pub items: Vec<NewItem>,
    /// What the doctor corrected.
    pub changes: Vec<Change>,
    /// When, the last time.
    pub corrected_at: Option<NaiveDateTime>,
    /// Its copy was sent since.
    pub copied: bool,
}

/// Loads one page of what a collaborator has sent, newest first, below the id `before`.
pub fn load_sent(
    conn: &mut Db,
    by: &By,
    view: SentView,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<SentPrescription>> {
    let rows = queries::list_sent(conn, by, view, before, limit)?;
    with_content(conn, by.owner, rows)
}

fn with_content(conn: &mut Db, owner: Owner, rows: Vec<SentRow>) -> QueryResult<Vec<SentPrescription>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = pipeline::list_items(conn, &ids)?;
    let versions = pipeline::list_first_versions(conn, &ids)?;
    let copied = pipeline::list_copied(conn, owner, &ids)?;
    let one = |row: SentRow| {
        let items = contents_of(&items, row.id);
        let version: Option<&Version> = versions.iter().find(|version| version.prescription_id == row.id);
        let contents: Vec<&NewItem> = items.iter().collect();
        SentPrescription {
            changes: version.map(|version| changes(&version.content, &row.head(), &contents)).unwrap_or_default(),
            corrected_at: version.map(|version| version.replaced_at),
            copied: copied.contains(&row.id),
            items,
            row,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// The three counters of a collaborator with a doctor.
pub fn find_counters(conn: &mut Db, by: &By) -> QueryResult<Counters> {
    queries::find_counters(conn, by)
}

/// The studio has taken note (OFFERTA becomes SCARICATA) of these prescriptions as they were shown: those that stand
/// otherwise by now stay on offer. Answers how many.
pub fn acknowledge(conn: &mut Db, by: &By, shown: &[(i64, State)]) -> QueryResult<usize> {
    let mut taken = 0usize;
    for state in OFFERED {
        let ids: Vec<i64> = shown.iter().filter(|(_, seen)| seen == state).map(|(id, _)| *id).take(1000).collect();
        if !ids.is_empty() {
            taken = taken.saturating_add(queries::set_taken(conn, by, &ids, *state)?);
        }
    }
    Ok(taken)
}
