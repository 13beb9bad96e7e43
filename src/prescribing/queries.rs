//! Diesel functions of the basket. Everything is loaded by doctor, author and patient together; every change moves the
//! basket's revision.

mod under_way;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Draft, DraftItem, ItemValues, VisitKind};
use crate::db::schema::{
    draft_items, drafts, patients, posology_uses, prescription_items, prescriptions, problems, therapies,
};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::insert_if_absent;
use crate::patients::model::Status;
use crate::prescriptions::model::{NewItem, State};
use crate::record::model::{Problem, Therapy};
use kernel::dates;

pub use under_way::{UnderWay, list_under_way};

/// Whose basket: the archive, who fills it, for which patient.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The archive.
    pub owner: Owner,
    /// Who fills the basket.
    pub author: i64,
    /// For whom.
    pub patient: i64,
}

impl Key {
    /// Their own basket for this patient.
    pub const fn of(by: &By, patient: i64) -> Self {
        Self { owner: by.owner, author: by.actor, patient }
    }
}

/// The open basket, if there is one.
pub fn find_draft(conn: &mut Db, key: Key) -> QueryResult<Option<Draft>> {
    drafts::table
        .filter(drafts::patient_id.eq(key.patient))
        .filter(drafts::author_id.eq(key.author))
        .filter(drafts::doctor_id.eq(key.owner.id()))
        .select(Draft::as_select())
        .first(conn)
        .optional()
}

/// The open basket; made now when there is none. The caller has checked that the patient is the owner's.
pub fn open_draft(conn: &mut Db, key: Key, form_key: &str, now: NaiveDateTime) -> QueryResult<Draft> {
    let row = (
        drafts::doctor_id.eq(key.owner.id()),
        drafts::patient_id.eq(key.patient),
        drafts::author_id.eq(key.author),
        drafts::visit_kind.eq(VisitKind::Surgery),
        drafts::hide_data.eq(false),
        drafts::revision.eq(1),
        drafts::form_key.eq(form_key),
        drafts::updated_at.eq(now),
    );
    insert_if_absent!(conn, drafts::table, &row)?;
    find_draft(conn, key)?.ok_or(diesel::result::Error::NotFound)
}

/// Moves the basket's revision on. The row is locked by it, so changes of one basket come one after another.
pub fn touch_draft(conn: &mut Db, draft: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(drafts::table.find(draft))
        .set((drafts::revision.eq(drafts::revision + 1), drafts::updated_at.eq(now)))
        .execute(conn)
}

/// Notes how the visit was and whether the patient's name is hidden.
pub fn set_options(conn: &mut Db, draft: i64, visit: VisitKind, hide_data: bool) -> QueryResult<usize> {
    diesel::update(drafts::table.find(draft))
        .set((drafts::visit_kind.eq(visit), drafts::hide_data.eq(hide_data)))
        .execute(conn)
}

/// Deletes the basket with its rows, if it is still at `revision`; returns whether it was.
pub fn take_draft(conn: &mut Db, draft: i64, revision: i64) -> QueryResult<bool> {
    let taken = diesel::delete(drafts::table.find(draft).filter(drafts::revision.eq(revision))).execute(conn)?;
    Ok(taken == 1)
}

/// Deletes the basket with its rows, whatever its revision.
pub fn delete_draft(conn: &mut Db, draft: i64) -> QueryResult<usize> {
    diesel::delete(drafts::table.find(draft)).execute(conn)
}

/// The rows of a basket, in its order.
pub fn list_items(conn: &mut Db, draft: i64) -> QueryResult<Vec<DraftItem>> {
    draft_items::table
        .filter(draft_items::draft_id.eq(draft))
        .order((draft_items::position.asc(), draft_items::id.asc()))
        .limit(100)
        .select(DraftItem::as_select())
        .load(conn)
}

/// Puts a row at `position`; returns its id.
pub fn insert_item(conn: &mut Db, draft: i64, position: i64, values: &ItemValues) -> QueryResult<i64> {
    diesel::insert_into(draft_items::table)
        .values((draft_items::draft_id.eq(draft), draft_items::position.eq(position), values))
        .returning(draft_items::id)
        .get_result(conn)
}

/// Writes what a row says.
pub fn update_item(conn: &mut Db, draft: i64, item: i64, values: &ItemValues) -> QueryResult<usize> {
    diesel::update(draft_items::table.filter(draft_items::id.eq(item).and(draft_items::draft_id.eq(draft))))
        .set(values)
        .execute(conn)
}

/// Takes a row out.
pub fn delete_item(conn: &mut Db, draft: i64, item: i64) -> QueryResult<usize> {
    diesel::delete(draft_items::table.filter(draft_items::id.eq(item).and(draft_items::draft_id.eq(draft))))
        .execute(conn)
}

/// The posologies this doctor used for a package, latest first.
pub fn list_used_posologies(conn: &mut Db, owner: Owner, aic: &str) -> QueryResult<Vec<String>> {
    posology_uses::table
        .filter(posology_uses::doctor_id.eq(owner.id()))
        .filter(posology_uses::aic.eq(aic))
        .order(posology_uses::used_at.desc())
        .limit(5)
        .select(posology_uses::posology)
        .load(conn)
}

/// Remembers a posology this doctor used for a package.
pub fn save_posology_use(
    conn: &mut Db,
    owner: Owner,
    aic: &str,
    posology: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let row = (
        posology_uses::doctor_id.eq(owner.id()),
        posology_uses::aic.eq(aic),
        posology_uses::posology.eq(posology),
        posology_uses::used_at.eq(now),
    );
    if insert_if_absent!(conn, posology_uses::table, &row)? == 0 {
        diesel::update(posology_uses::table.find((owner.id(), aic, posology)))
            .set(posology_uses::used_at.eq(now))
            .execute(conn)?;
    }
    Ok(())
}

/// How these packages were last prescribed to the patient, latest first. What a collaborator prepared and the doctor has
/// not validated is nobody's habit.
pub fn list_last_uses(conn: &mut Db, owner: Owner, patient: i64, aics: &[&str]) -> QueryResult<Vec<NewItem>> {
    prescription_items::table
        .inner_join(prescriptions::table)
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescription_items::aic.eq_any(aics.to_vec()))
        .filter(prescriptions::state.ne_all([State::Draft, State::Pending, State::Declined]))
        .order(prescriptions::id.desc())
        .limit(50)
        .select(NewItem::as_select())
        .load(conn)
}

/// A prescription of the patient that already has one of the drugs.
#[derive(Clone, Queryable)]
pub struct Already {
    /// The prescription.
    pub id: i64,
    /// The drug.
    pub aic: String,
    /// Where it stands.
    pub state: State,
    /// When it was written (UTC).
    pub created_at: NaiveDateTime,
}

/// The patient's prescriptions of these packages since an instant that wait, are under way or were accepted, latest first.
pub fn list_already(conn: &mut Db, key: Key, aics: &[&str], since: NaiveDateTime) -> QueryResult<Vec<Already>> {
    let states = [State::Pending, State::ToSend, State::Sending, State::Uncertain, State::Accepted];
    prescription_items::table
        .inner_join(prescriptions::table)
        .filter(prescriptions::patient_id.eq(key.patient))
        .filter(prescriptions::doctor_id.eq(key.owner.id()))
        .filter(prescriptions::created_at.ge(since))
        .filter(prescriptions::state.eq_any(states))
        .filter(prescription_items::aic.eq_any(aics.to_vec()))
        .order(prescriptions::id.desc())
        .limit(50)
        .select((prescriptions::id, prescription_items::aic, prescriptions::state, prescriptions::created_at))
        .load(conn)
}

/// The drugs of the patient's record that began by a day and were neither stopped nor taken out: package and group.
pub fn list_used_since(conn: &mut Db, key: Key, day: NaiveDate) -> QueryResult<Vec<(String, String)>> {
    therapies::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(key.owner.id()))
        .filter(therapies::patient_id.eq(key.patient))
        .filter(therapies::started_on.le(day))
        .filter(therapies::suspended_on.is_null())
        .filter(therapies::removed_on.is_null())
        .order(therapies::started_on.desc())
        .limit(2_000)
        .select((therapies::aic, therapies::group_code))
        .load(conn)
}

/// These problems of the patient, also those taken out of the record.
pub fn list_problems_by_ids(conn: &mut Db, owner: Owner, patient: i64, ids: &[i64]) -> QueryResult<Vec<Problem>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    problems::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(problems::patient_id.eq(patient))
        .filter(problems::id.eq_any(ids.to_vec()))
        .select(Problem::as_select())
        .load(conn)
}

/// Who the patient is, as it will stand on the prescription. `Debug` is not derived.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = patients)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct PatientFacts {
    pub id: i64,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub address: String,
    pub postal_code: String,
    pub city: String,
    pub province: String,
    pub asl_code: String,
    pub status: Status,
    pub foreign_kind: String,
    pub foreign_state: String,
    pub foreign_institution: String,
    pub foreign_number: String,
    pub card_expires_on: Option<NaiveDate>,
}

impl PatientFacts {
    /// That the card of another State's insurance is over on a day.
    pub fn card_over(&self, day: NaiveDate) -> Option<String> {
        card_over(self.card_expires_on, day)
    }
}

/// That a card is over on a day; its last one counts.
pub fn card_over(last: Option<NaiveDate>, day: NaiveDate) -> Option<String> {
    let last = last.filter(|last| *last < day)?;
    Some(format!("La tessera europea del paziente è scaduta il {}: chiedigli quella nuova.", dates::short(last)))
}

/// Of these patients of the archive, those with a card of another State's insurance, and its last day.
pub fn list_cards(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<(i64, Option<NaiveDate>)>> {
    patients::table
        .filter(patients::id.eq_any(ids.to_vec()))
        .filter(owner.holds(patients::doctor_id))
        .filter(patients::card_expires_on.is_not_null())
        .select((patients::id, patients::card_expires_on))
        .load(conn)
}

/// The patient, if in this archive.
pub fn find_patient(conn: &mut Db, owner: Owner, patient: i64) -> QueryResult<Option<PatientFacts>> {
    patients::table
        .find(patient)
        .filter(patients::doctor_id.eq(owner.id()))
        .select(PatientFacts::as_select())
        .first(conn)
        .optional()
}

/// Which of these patients of the archive have died.
pub fn list_deceased(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<i64>> {
    patients::table
        .filter(patients::id.eq_any(ids.to_vec()))
        .filter(owner.holds(patients::doctor_id))
        .filter(patients::status.eq(Status::Deceased))
        .select(patients::id)
        .load(conn)
}

/// The therapies that one prescription issued, as long as they are in the record.
pub fn list_therapies_of(conn: &mut Db, owner: Owner, patient: i64, prescription: i64) -> QueryResult<Vec<Therapy>> {
    therapies::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(therapies::patient_id.eq(patient))
        .filter(therapies::prescription_id.eq(prescription))
        .filter(therapies::removed_on.is_null())
        .select(Therapy::as_select())
        .load(conn)
}

/// The therapies that the prescriptions of one collaborator's sending have left, as long as they are in the record.
pub fn list_therapies_of_submission(
    conn: &mut Db,
    owner: Owner,
    patient: i64,
    submission: &str,
) -> QueryResult<Vec<Therapy>> {
    if submission.is_empty() {
        return Ok(Vec::new());
    }
    let sent_together = prescriptions::table
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::submission.eq(submission))
        .select(prescriptions::id.nullable());
    therapies::table
        .filter(therapies::patient_id.eq(patient))
        .filter(therapies::prescription_id.eq_any(sent_together))
        .filter(therapies::removed_on.is_null())
        .select(Therapy::as_select())
        .load(conn)
}
