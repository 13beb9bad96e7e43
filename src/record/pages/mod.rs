//! What the record's screens show: plain values, dates and words already in Italian.

use crate::record::model::ProblemFilter;

pub mod accesses;
pub mod entry;
pub mod history;
pub mod list;
pub mod overview;
pub mod rows;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

/// Which problem the record is looked at through; travels in addresses (`?problema=4`) and in hidden fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View(pub ProblemFilter);

impl View {
    /// Reads what [`View::value`] writes; anything else is no view.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self(ProblemFilter::All)),
            "senza" => Some(Self(ProblemFilter::Without)),
            id => id.parse().ok().map(|id| Self(ProblemFilter::Of(id))),
        }
    }

    /// The value of the field or parameter.
    pub fn value(&self) -> String {
        match self.0 {
            ProblemFilter::All => String::new(),
            ProblemFilter::Without => "senza".to_owned(),
            ProblemFilter::Of(id) => id.to_string(),
        }
    }

    /// What follows an address.
    pub fn query(&self) -> String {
        match self.0 {
            ProblemFilter::All => String::new(),
            _ => format!("?problema={}", self.value()),
        }
    }

    /// The problem, if it is one.
    pub const fn problem(&self) -> Option<i64> {
        if let ProblemFilter::Of(id) = self.0 { Some(id) } else { None }
    }

    /// True when everything is shown.
    pub const fn is_all(&self) -> bool {
        matches!(self.0, ProblemFilter::All)
    }
}
