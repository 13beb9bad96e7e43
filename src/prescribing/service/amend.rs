//! The doctor corrects a prescription that a collaborator prepared, one drug at a time, before sending it: the same form
//! and the same rules as while prescribing, but it must stay one prescription.

use diesel::QueryResult;

use super::Moment;
use super::around::Surroundings;
use super::checked::Checked;
use super::item::{ItemContext, context_of};
use super::origin::of_row;
use super::review::{Issue, issue, splittable};
use crate::db::Db;
use crate::identity::by::{By, Seen};
use crate::prescribing::model::{DraftItem, ItemValues};
use crate::prescribing::queries::{self, Key};
use crate::prescribing::rules::split;
use crate::prescriptions::model::{Content, Head, Prescription, State};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::{ActError, correct_pending};

/// A drug of a prescription that waits for the doctor, with what its form offers.
pub struct PendingItem {
    /// The prescription.
    pub row: Prescription,
    /// The drug; its id is the row's number.
    pub context: ItemContext,
}

/// Why the only drug is not taken out.
const LAST: &str = "È l’unico farmaco di questa prescrizione: per non inviarla, annullala.";

/// Why nothing was corrected.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// It is no longer what the page showed.
    #[error(transparent)]
    Act(#[from] ActError),
    /// With these data it could not be issued as one prescription; the texts are for the doctor.
    #[error("it cannot be issued like this")]
    Refused(Vec<String>),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
    /// The pool.
    #[error(transparent)]
    Pool(#[from] crate::db::DbError),
}

/// What the doctor does to a drug.
#[derive(Clone)]
pub enum Amendment {
    /// Writes other data.
    Write(Box<ItemValues>),
    /// Takes it out; the others stay.
    TakeOut,
}

/// Loads one drug (by its row number) of a prescription that waits. `None` when there is none, or it waits no more.
pub fn load_pending_item(conn: &mut Db, by: &By, (id, number): (i64, i64)) -> QueryResult<Option<PendingItem>> {
    let Some(row) = pipeline::find_owned(conn, by.owner, id)? else { return Ok(None) };
    if row.state != State::Pending {
        return Ok(None);
    }
    let items = basket_of(conn, id)?;
    let key = Key::of(by, row.patient_id);
    let context = context_of(conn, key, items, number, Moment::of(by))?;
    Ok(context.map(|context| PendingItem { row, context }))
}

/// The rows of a prescription as a basket; a row's number is its id.
fn basket_of(conn: &mut Db, id: i64) -> QueryResult<Vec<DraftItem>> {
    let rows = pipeline::list_items(conn, &[id])?;
    let item = |row: crate::prescriptions::model::Item| DraftItem {
        id: row.row_number,
        position: row.row_number,
        values: of_row(row.content, id),
    };
    Ok(rows.into_iter().map(item).collect())
}

/// Changes one drug; head and rows of the prescription follow the rules of today.
/// Fails with [`AmendError`]; the caller's transaction must then be rolled back.
pub fn amend(conn: &mut Db, by: &By, seen: Seen, number: i64, what: Amendment) -> Result<(), AmendError> {
    let id = seen.id;
    let row = pipeline::find_owned(conn, by.owner, id)?.ok_or(ActError::NotFound)?;
    let before = pipeline::list_items(conn, &[id])?;
    let mut items = basket_of(conn, id)?;
    let place = items.iter().position(|item| item.id == number).ok_or(ActError::NotFound)?;
    match what {
        Amendment::Write(values) => {
            let item = items.get_mut(place).ok_or(ActError::NotFound)?;
            item.values = *values;
        }
        Amendment::TakeOut if items.len() == 1 => return Err(AmendError::Refused(vec![LAST.to_owned()])),
        Amendment::TakeOut => drop(items.remove(place)),
    }
    let issue = reissue(conn, Key::of(by, row.patient_id), items, Moment::of(by))?;
    let head = Head {
        suggested: issue.new.suggested,
        exemption_code: issue.new.exemption_code,
        income_exempt: issue.new.income_exempt,
        diagnosis_code: issue.new.diagnosis_code,
        diagnosis_text: issue.new.diagnosis_text,
        plan_protocol: issue.new.plan_protocol,
    };
    let same_rows = before.iter().map(|item| &item.content).eq(issue.new.items.iter());
    // The same form twice, or nothing changed: no revision.
    if same_rows && head == row.head() && row.state == State::Pending {
        return Ok(());
    }
    let content = Content { head, items: issue.new.items };
    Ok(correct_pending(conn, by, seen, &content)?)
}

/// What the rows come to by the rules of today: one prescription, or the reasons why not.
fn reissue(conn: &mut Db, key: Key, items: Vec<DraftItem>, at: Moment) -> Result<Issue, AmendError> {
    let patient = queries::find_patient(conn, key.owner, key.patient)?.ok_or(ActError::NotFound)?;
    let aics: Vec<&str> = items.iter().map(|item| item.values.aic.as_str()).collect();
    let problems: Vec<i64> = items.iter().filter_map(|item| item.values.problem_id).collect();
    let around = Surroundings::load(conn, key, (&aics, &problems), at)?;
    let items: Vec<Checked> = items.into_iter().map(|item| around.check(item)).collect();
    let blocks: Vec<String> = items.iter().flat_map(|checked| checked.blocks.clone()).collect();
    if !blocks.is_empty() {
        return Err(AmendError::Refused(blocks));
    }
    let plan = split::split(&splittable(&items));
    match plan.prescriptions.as_slice() {
        [one] => Ok(issue(one, &patient, &items, &around)),
        _ => {
            let mut reasons = vec![
                "Con questi dati servirebbe più di una ricetta: correggila in modo che resti una, \
                                    oppure annullala e falla preparare di nuovo."
                    .to_owned(),
            ];
            reasons.extend(plan.reasons);
            Err(AmendError::Refused(reasons))
        }
    }
}
