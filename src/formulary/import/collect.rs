//! Merges the rows of all files into one package per AIC. Lists are read in the order of [`Kind`]: the class lists say
//! who pays, the price and the group; the transparency list adds what only it knows; the register adds the packages
//! that no price list has; the rest only describes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::header::Kind;
use crate::formulary::model::{Class, PackageFacts};
use crate::kernel::aic::Aic;
use crate::kernel::money::Cents;

/// What became of a row that is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the edition.
    Accepted,
    /// It is of no use to a prescriber.
    Skipped,
}

/// What became of a row; the error says what is wrong, in Italian.
pub type RowResult = Result<Taken, String>;

/// The edition being put together.
#[derive(Debug, Default)]
pub struct Collector {
    packages: BTreeMap<Aic, PackageFacts>,
    /// AICs the file being read has already given.
    seen: BTreeSet<Aic>,
    groups: HashMap<String, String>,
    atc_names: BTreeMap<String, String>,
    compositions: BTreeMap<Aic, Vec<String>>,
    kinds: BTreeSet<Kind>,
}

/// A finished edition, not yet stored.
#[derive(Debug)]
pub struct Collected {
    /// Packages by AIC.
    pub packages: Vec<PackageFacts>,
    /// Names of ATC codes, empty when no file gave them.
    pub atc_names: BTreeMap<String, String>,
}

impl Collector {
    /// A new file begins: the same AIC twice in one list is an error of that list.
    pub fn begin(&mut self, kind: Kind) {
        self.seen.clear();
        self.kinds.insert(kind);
    }

    /// Reads the code of a row that must be the only one of its file.
    ///
    /// # Errors
    /// Not an AIC, or given before.
    pub fn single_aic(&mut self, text: &str) -> Result<Aic, String> {
        let aic = parse_aic(text)?;
        if self.seen.insert(aic.clone()) {
            Ok(aic)
        } else {
            Err(format!("il codice AIC {aic} c'è già in questo file"))
        }
    }

    /// The package with this code, if an earlier list had it.
    pub fn package(&mut self, aic: &Aic) -> Option<&mut PackageFacts> {
        self.packages.get_mut(aic)
    }

    /// Adds a package no earlier list had.
    pub fn add(&mut self, facts: PackageFacts) {
        self.packages.entry(facts.aic.clone()).or_insert(facts);
    }

    /// Notes what a group is; the first description stays.
    pub fn name_group(&mut self, code: &str, description: &str) {
        if !code.is_empty() && !description.is_empty() && !self.groups.contains_key(code) {
            self.groups.insert(code.to_owned(), description.to_owned());
        }
    }

    /// Notes the name of an ATC code.
    pub fn name_atc(&mut self, code: &str, description: &str) {
        self.atc_names.insert(code.to_owned(), description.to_owned());
    }

    /// Notes one substance of a package. Answers false when no list has the package.
    pub fn add_substance(&mut self, aic: &Aic, text: String) -> bool {
        if !self.packages.contains_key(aic) {
            return false;
        }
        self.compositions.entry(aic.clone()).or_default().push(text);
        true
    }

    /// Fills what follows from the other rows and closes the edition.
    #[must_use]
    pub fn finish(mut self) -> Collected {
        self.fill_from_groups();
        for (aic, parts) in std::mem::take(&mut self.compositions) {
            if let Some(package) = self.packages.get_mut(&aic) {
                package.composition = parts.join(" + ");
            }
        }
        // Both class lists were read and neither has it: the citizen pays. Without them nobody can tell.
        if self.kinds.contains(&Kind::ClassA) && self.kinds.contains(&Kind::ClassH) {
            for package in self.packages.values_mut().filter(|package| package.class == Class::Unknown) {
                package.class = Class::C;
            }
        }
        Collected { packages: self.packages.into_values().collect(), atc_names: self.atc_names }
    }

    /// Packages of one equivalence group have the same substance, strength and route: the group's name and, where the
    /// group agrees on it, the ATC code belong to each of them.
    fn fill_from_groups(&mut self) {
        let mut atc: HashMap<String, Option<String>> = HashMap::new();
        for package in self.packages.values().filter(|p| !p.group_code.is_empty() && !p.atc.is_empty()) {
            let agreed = atc.entry(package.group_code.clone()).or_insert_with(|| Some(package.atc.clone()));
            if agreed.as_deref() != Some(package.atc.as_str()) {
                *agreed = None;
            }
        }
        for package in self.packages.values_mut().filter(|package| !package.group_code.is_empty()) {
            if package.group_description.is_empty()
                && let Some(description) = self.groups.get(&package.group_code)
            {
                package.group_description.clone_from(description);
            }
            if package.atc.is_empty()
                && let Some(Some(code)) = atc.get(&package.group_code)
            {
                package.atc.clone_from(code);
            }
        }
    }
}

/// Reads a price of a list. Class H has two ways of writing of its own: a third decimal, always zero, and oxygen by the
/// cubic metre (`6,55/m³`), which is not the price of the package.
///
/// # Errors
/// Not a price.
pub fn parse_price(text: &str) -> Result<Option<Cents>, String> {
    let (price, unit) = text.split_once('/').map_or((text, ""), |(price, unit)| (price, unit));
    let three = price.rsplit_once(',').is_some_and(|(_, decimals)| decimals.len() == 3);
    let price = if three { price.strip_suffix('0').unwrap_or(price) } else { price };
    let amount = Cents::parse_price(price).map_err(|error| format!("«{text}»: {error}"))?;
    Ok(if unit.is_empty() { amount } else { None })
}

/// Reads an AIC, with the text in the message.
///
/// # Errors
/// Not nine digits, or a wrong check digit.
pub fn parse_aic(text: &str) -> Result<Aic, String> {
    Aic::parse(text).map_err(|error| format!("«{text}»: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_as_the_lists_write_them() {
        for (text, cents) in [
            ("4,90", Some(490)),
            ("23.097,36", Some(2_309_736)),
            ("5,63 €", Some(563)),
            ("493,330", Some(49_333)),
            ("6,55/m³", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(parse_price(text), Ok(cents.map(Cents)), "{text}");
        }
        for text in ["4.90", "x", "1,234", "uno/due"] {
            assert!(parse_price(text).is_err_and(|reason| reason.contains(text)), "{text}");
        }
    }
}
