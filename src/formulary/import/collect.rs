//! Merges the rows of all files into one package per AIC. Lists are read in the order of [`Kind`]: the class lists say
//! who pays, the price and the group; the transparency list adds what only it knows; the register adds the packages
//! that no price list has; the rest only describes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::atc::{Agreed, by_name, substance_key};
use super::header::Kind;
use crate::formulary::model::PackageFacts;
use crate::reference::model::Class;
use kernel::aic::Aic;
use kernel::money::Cents;

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
    /// Those of an earlier edition that no file has listed yet.
    earlier: BTreeSet<Aic>,
    /// AICs the file being read has already given.
    seen: BTreeSet<Aic>,
    groups: HashMap<String, String>,
    atc_names: BTreeMap<String, String>,
    compositions: BTreeMap<Aic, Vec<String>>,
    /// ATC of each medicine (the first six digits of an AIC), from registers.
    medicines: Agreed,
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
    /// Begins with the packages of an earlier edition.
    pub fn over(earlier: Vec<PackageFacts>) -> Self {
        let packages: BTreeMap<Aic, PackageFacts> =
            earlier.into_iter().map(|facts| (facts.aic.clone(), facts)).collect();
        Self { earlier: packages.keys().cloned().collect(), packages, ..Self::default() }
    }

    /// A new file begins: the same AIC twice in one list is an error of that list. What only a transparency list says is
    /// taken from an earlier edition's packages when a new one comes: it is published whole.
    pub fn begin(&mut self, kind: Kind) {
        self.seen.clear();
        self.kinds.insert(kind);
        if kind == Kind::Transparency {
            for aic in &self.earlier {
                if let Some(package) = self.packages.get_mut(aic) {
                    package.substitutable = false;
                    package.reference = None;
                    package.remark.clear();
                }
            }
        }
    }

    /// Whether a file of this import has listed the package.
    pub fn is_listed(&self, aic: &Aic) -> bool {
        self.packages.contains_key(aic) && !self.earlier.contains(aic)
    }

    /// Reads the code of a row that must be the only one of its file.
    /// Fails when it is no AIC, or was given before.
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

    /// Adds a package no list of this import had before. Of an earlier edition's only what the class lists never say stays.
    pub fn add(&mut self, facts: PackageFacts) {
        let earlier = if self.earlier.remove(&facts.aic) { self.packages.remove(&facts.aic) } else { None };
        let facts = match earlier {
            Some(earlier) => PackageFacts {
                atc: earlier.atc,
                reference: earlier.reference,
                remark: earlier.remark,
                composition: earlier.composition,
                supply: earlier.supply,
                leaflet_url: earlier.leaflet_url,
                summary_url: earlier.summary_url,
                ..facts
            },
            None => facts,
        };
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

    /// Notes the ATC code a register gives a medicine: it holds for every pack of it.
    pub fn note_medicine(&mut self, medicine: &str, atc: &str) {
        self.medicines.note(medicine, atc);
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
    pub fn finish(mut self) -> Collected {
        self.fill_from_groups();
        self.fill_atc();
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
        let mut atc = Agreed::default();
        for package in self.packages.values() {
            atc.note(&package.group_code, &package.atc);
        }
        for package in self.packages.values_mut().filter(|package| !package.group_code.is_empty()) {
            if package.group_description.is_empty()
                && let Some(description) = self.groups.get(&package.group_code)
            {
                package.group_description.clone_from(description);
            }
            if package.atc.is_empty()
                && let Some(code) = atc.get(&package.group_code)
            {
                code.clone_into(&mut package.atc);
            }
        }
    }

    /// What the lists leave without ATC takes that of the same medicine, in a register or in another pack of it; else that
    /// of its substance, where the ATC has one code of that name.
    fn fill_atc(&mut self) {
        let names = by_name(&self.atc_names);
        for package in self.packages.values() {
            self.medicines.note(package.aic.medicine(), &package.atc);
        }
        for package in self.packages.values_mut().filter(|package| package.atc.is_empty()) {
            let of_medicine = self.medicines.get(package.aic.medicine());
            let code = of_medicine.or_else(|| names.get(&substance_key(&package.substance)));
            code.unwrap_or_default().clone_into(&mut package.atc);
        }
    }
}

/// Reads a price of a list. Class H has two ways of writing of its own: a third decimal, always zero, and oxygen by the
/// cubic metre (`6,55/m³`), which is not the price of the package.
/// Fails when it is not a price.
pub fn parse_price(text: &str) -> Result<Option<Cents>, String> {
    let (price, unit) = text.split_once('/').map_or((text, ""), |(price, unit)| (price, unit));
    let three = price.rsplit_once(',').is_some_and(|(_, decimals)| decimals.len() == 3);
    let price = if three { price.strip_suffix('0').unwrap_or(price) } else { price };
    let amount = Cents::parse_price(price).map_err(|error| format!("«{text}»: {error}"))?;
    Ok(if unit.is_empty() { amount } else { None })
}

/// Reads an AIC, with the text in the message.
/// Fails when it is not nine digits, or a wrong check digit.
pub fn parse_aic(text: &str) -> Result<Aic, String> {
    Aic::parse(text).map_err(|error| format!("«{text}»: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_package_without_atc_takes_its_medicines_or_its_substances() {
        let mut collector = Collector::default();
        let facts = |aic: &str, substance: &str, atc: &str| PackageFacts {
            substance: substance.to_owned(),
            atc: atc.to_owned(),
            ..PackageFacts::new(parse_aic(aic).unwrap(), "X*Y".to_owned(), Class::A)
        };
        for (aic, substance, atc) in [
            ("023086150", "Amoxicillina", "J01CA04"),
            ("023086174", "", ""),
            ("035885058", "Rosuvastatina", ""),
            ("045381011", "Warfarin", ""),
        ] {
            collector.add(facts(aic, substance, atc));
        }
        collector.note_medicine("035885", "C10AA07");
        collector.name_atc("B01AA03", "Warfarin");
        let codes: Vec<String> = collector.finish().packages.into_iter().map(|package| package.atc).collect();
        assert_eq!(codes, ["J01CA04", "J01CA04", "C10AA07", "B01AA03"]);
    }

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
