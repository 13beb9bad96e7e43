//! What the browser posts about an entry, and how it becomes one: shape and meaning of each field, with its error beside
//! it. The only database a form speaks with are the code lists.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::de::DeserializeOwned;

use super::model::Entry;
use crate::db::Db;
use crate::web::forms::FormState;
use kernel::{dates, text};

mod allergy;
mod diary;
mod exemption;
mod investigation;
mod problem;
mod therapy;

pub use allergy::AllergyForm;
pub use diary::DiaryForm;
pub use exemption::ExemptionForm;
pub use investigation::InvestigationForm;
pub use problem::ProblemForm;
pub use therapy::TherapyForm;

/// Name of the hidden field with the revision the form was opened at.
pub const REVISION: &str = "revisione";

/// Rows of a code list offered at once.
pub const HITS: usize = 20;

/// Nobody alive was anywhere before.
const EARLIEST: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A row of a code list that a form can be filled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Code.
    pub code: String,
    /// What it stands for.
    pub description: String,
}

/// Values read from a form, and what is to be said about them once they are saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<V> {
    /// What was typed.
    pub values: V,
    /// A doubt that does not stop it: a code that the lists do not know.
    pub warning: Option<&'static str>,
}

/// The form of one kind of entry.
pub trait EntryForm: DeserializeOwned + 'static {
    /// The entry it writes.
    type Entry: Entry;

    /// What the next page says when it was saved.
    const SAVED: &'static str;

    /// The field, and what it says when the record already holds such an entry.
    const TWIN: (&'static str, &'static str) = ("", "");

    /// The field with the day the entry speaks of.
    const DAY: &'static str = "";

    /// A form that shows this entry.
    fn filled(values: &<Self::Entry as Entry>::Values) -> FormState;

    /// An empty form.
    fn blank(today: NaiveDate) -> FormState;

    /// Reads what was typed; errors go beside their fields. `None` exactly when there are some.
    fn read(
        &self,
        conn: &mut Db,
        today: NaiveDate,
        form: &mut FormState,
    ) -> QueryResult<Option<Draft<<Self::Entry as Entry>::Values>>>;

    /// What the entry shall say: the typed fields, and of the others what stands there now.
    fn merge(
        typed: <Self::Entry as Entry>::Values,
        now: &<Self::Entry as Entry>::Values,
    ) -> <Self::Entry as Entry>::Values;

    /// Rows of the code list this kind is filled from. None by default.
    fn search(_conn: &mut Db, _text: &str) -> QueryResult<Vec<Hit>> {
        Ok(Vec::new())
    }

    /// Puts a row of the code list into the form. Does nothing by default.
    fn pick(_conn: &mut Db, _code: &str, _form: &mut FormState) -> QueryResult<()> {
        Ok(())
    }
}

/// A one-line field; `missing` says what to write when it must not be empty.
fn line(form: &mut FormState, name: &str, typed: &str, max: usize, missing: &str) -> Option<String> {
    match text::one_line(typed, max) {
        Ok(clean) if clean.is_empty() && !missing.is_empty() => {
            form.error(name, missing);
            None
        }
        Ok(clean) => Some(clean),
        Err(error) => {
            form.error(name, error.to_string());
            None
        }
    }
}

/// A field of several lines; `missing` as in [`line`].
fn area(form: &mut FormState, name: &str, typed: &str, max: usize, missing: &str) -> Option<String> {
    match text::several_lines(typed, max) {
        Ok(clean) if clean.is_empty() && !missing.is_empty() => {
            form.error(name, missing);
            None
        }
        Ok(clean) => Some(clean),
        Err(error) => {
            form.error(name, error.to_string());
            None
        }
    }
}

/// A date that may be missing, not before 1900 and not after `latest`.
fn maybe_date(form: &mut FormState, name: &str, typed: &str, latest: Option<NaiveDate>) -> Option<Option<NaiveDate>> {
    if typed.trim().is_empty() {
        return Some(None);
    }
    let error = match dates::parse_date(typed) {
        Ok(day) if day < EARLIEST => "Controlla l’anno.".to_owned(),
        Ok(day) if latest.is_some_and(|latest| day > latest) => "La data non può essere futura.".to_owned(),
        Ok(day) => return Some(Some(day)),
        Err(error) => error.to_string(),
    };
    form.error(name, error);
    None
}

/// A date that must be there and is not in the future.
fn past_date(form: &mut FormState, name: &str, typed: &str, today: NaiveDate) -> Option<NaiveDate> {
    let date = maybe_date(form, name, typed, Some(today))?;
    if date.is_none() {
        form.error(name, "Scrivi la data.");
    }
    date
}

/// The problem chosen in a drop-down; whether it is the patient's is checked when writing.
fn problem(form: &mut FormState, name: &str, typed: &str) -> Option<Option<i64>> {
    if typed.is_empty() {
        return Some(None);
    }
    let chosen = typed.parse::<i64>().ok();
    if chosen.is_none() {
        form.error(name, "Scegli un problema dell’elenco.");
    }
    chosen.map(Some)
}

/// How an optional date stands in a date field.
fn iso(date: Option<NaiveDate>) -> String {
    date.map(dates::iso).unwrap_or_default()
}

/// How an optional problem stands in a drop-down.
fn chosen(problem: Option<i64>) -> String {
    problem.map(|id| id.to_string()).unwrap_or_default()
}

/// A form with these fields.
fn state<const N: usize>(fields: [(&str, String); N]) -> FormState {
    FormState::from_pairs(fields.into_iter().map(|(name, value)| (name.to_owned(), value)))
}
