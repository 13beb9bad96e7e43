//! What the screens of prescribing show: plain values, already in Italian.

pub mod item;
pub mod review;

use crate::formulary::model::{Class, Listed};

/// The badge beside a drug's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// What it says.
    pub code: String,
    /// `a`, `c` or `k`: its look.
    pub look: &'static str,
    /// What it means.
    pub title: String,
}

/// Class and regime of a drug, with the meaning the tables give them.
pub fn badges(class: &str, regime: &str, listed: Option<&Listed>) -> Vec<Badge> {
    let known = Class::from_text(class);
    let look = match known {
        Some(Class::A) => "a",
        Some(Class::C) => "c",
        _ => "k",
    };
    let meaning = known.map_or("classe sconosciuta", Class::description);
    let title = format!("Classe {class}: {meaning}");
    let described = listed.and_then(|row| row.regime.as_ref()).map(|regime| regime.description.clone());
    let first = Badge { code: class.to_owned(), look, title };
    let second = Badge { code: regime.to_owned(), look: "k", title: described.unwrap_or_else(|| regime.to_owned()) };
    [first, second].into_iter().filter(|badge| !badge.code.is_empty()).collect()
}
