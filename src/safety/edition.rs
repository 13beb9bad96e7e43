//! The rules, as data: allergy groups and the bridge from substances to ATC codes.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Level, words};
use kernel::dates;
use kernel::folding;

pub(super) const ALLERGIES: &str = include_str!("starter/allergie.csv");
pub(super) const SUBSTANCES: &str = include_str!("starter/sostanze_atc.csv");

static SHIPPED: LazyLock<Edition> = LazyLock::new(|| Edition::read(ALLERGIES, SUBSTANCES).unwrap_or_default());

/// Why a set of rules is not taken.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// A line is not of the form.
    #[error("riga {line}: {reason}")]
    Line {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file is no such table.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// A group of drugs that share a reaction, and those to which it may cross.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllergyRule {
    /// Stable key.
    pub id: String,
    /// Code of the group, kept with an allergy recorded as that group.
    pub code: String,
    /// Name of the group.
    pub name: String,
    /// The words of a record that mean it, as stems; several words of one name are parted by a blank.
    stems: Vec<Vec<String>>,
    /// ATC prefixes of the group.
    pub same: Vec<String>,
    /// How much a drug of the group asks.
    pub same_level: Level,
    /// ATC prefixes of the drugs to which the reaction may cross.
    pub cross: Vec<String>,
    /// How much those ask.
    pub cross_level: Level,
    /// Why and what to do.
    pub message: String,
    /// Guideline, act or leaflet.
    pub source: String,
    /// Last day it holds.
    valid_to: Option<NaiveDate>,
}

impl AllergyRule {
    /// Whether it has not ended.
    pub(super) fn holds_on(&self, today: NaiveDate) -> bool {
        self.valid_to.is_none_or(|last| today <= last)
    }

    /// Whether one of its words stands in a text of these stems.
    pub(super) fn is_named_in(&self, text: &[String]) -> bool {
        self.stems.iter().any(|name| words::stand_in(name, text))
    }

    /// The word it is first known by.
    pub(super) fn first_word(&self) -> &[String] {
        self.stems.first().map(Vec::as_slice).unwrap_or_default()
    }
}

/// One dated set of rules.
#[derive(Clone, Debug, Default)]
pub struct Edition {
    /// The day it was written.
    pub date: Option<NaiveDate>,
    /// Who reviewed it; nobody, so far.
    pub reviewer: Option<String>,
    /// The allergy rules, by id.
    pub allergies: Vec<AllergyRule>,
    /// Folded substance to the codes it has by its ways of administration.
    codes: HashMap<String, Vec<String>>,
    /// The single substances among them, as words.
    names: Vec<(Vec<String>, String)>,
}

#[derive(Deserialize)]
struct AllergyLine {
    id: String,
    codice: String,
    gruppo: String,
    parole: String,
    atc_stesso_gruppo: String,
    livello_stesso: String,
    atc_crociati: String,
    livello_crociati: String,
    messaggio: String,
    fonte: String,
    valida_dal: Option<NaiveDate>,
    valida_al: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct SubstanceLine {
    sostanza: String,
    atc: String,
}

impl Edition {
    /// The one that ships with the program.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads an edition: the allergy groups and the bridge from substances to codes.
    /// Fails with [`EditionError`]: nothing is taken.
    pub fn read(allergies: &str, substances: &str) -> Result<Self, EditionError> {
        let mut edition = Self::default();
        for (line, row) in (2_u64..).zip(table(allergies).deserialize::<AllergyLine>()) {
            let row = row?;
            edition.date = edition.date.max(row.valida_dal);
            edition.allergies.push(rule(line, row)?);
        }
        for row in table(substances).deserialize::<SubstanceLine>() {
            let row = row?;
            if row.atc.is_empty() {
                continue;
            }
            let folded = folding::fold(&row.sostanza);
            let single = !row.sostanza.contains(['/', '+']) && !words::is_empty(&row.sostanza);
            if single && !edition.codes.contains_key(&folded) {
                edition.names.push((folding::words(&row.sostanza), folded.clone()));
            }
            let codes = edition.codes.entry(folded).or_default();
            if !codes.contains(&row.atc) {
                codes.push(row.atc);
            }
        }
        Ok(edition)
    }

    /// The codes of a substance, by all its ways of administration; of a combination without a code of its own, those of
    /// its parts.
    pub(super) fn codes_of(&self, substance: &str) -> Vec<&str> {
        let whole = self.codes.get(&folding::fold(substance));
        let parts = substance.split(['/', '+']).filter_map(|part| self.codes.get(&folding::fold(part)));
        let mut found: Vec<&str> = whole.into_iter().chain(parts).flatten().map(String::as_str).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The codes of the single substances that a text names.
    pub(super) fn codes_named_in(&self, text: &str) -> Vec<&str> {
        if words::is_empty(text) {
            return Vec::new();
        }
        let text = folding::words(text);
        let known = self.names.iter().filter(|(name, _)| words::stand_in(name, &text) || name.starts_with(&text));
        let known = known.filter_map(|(_, folded)| self.codes.get(folded));
        let mut found: Vec<&str> = known.flatten().map(String::as_str).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The rules of a group: its own, and those that its first word names besides (the cross reactions of a group are
    /// rules of their own).
    pub(super) fn rules_of_group(&self, code: &str) -> Vec<&AllergyRule> {
        let Some(own) = self.allergies.iter().find(|rule| rule.code == code) else { return Vec::new() };
        let named = |rule: &&AllergyRule| rule.id == own.id || rule.is_named_in(own.first_word());
        self.allergies.iter().filter(named).collect()
    }

    /// A group by its code.
    pub fn group(&self, code: &str) -> Option<&AllergyRule> {
        self.allergies.iter().find(|rule| rule.code == code)
    }

    /// The groups that can be recorded, by name: of several rules known by one word, the first.
    pub fn groups(&self) -> Vec<&AllergyRule> {
        let mut groups: Vec<&AllergyRule> = Vec::new();
        for rule in &self.allergies {
            if groups.iter().all(|known| known.first_word() != rule.first_word()) {
                groups.push(rule);
            }
        }
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        groups
    }

    /// `regole del 30/11/2026, non revisionate da un farmacista`.
    pub fn in_words(&self) -> String {
        let date = self.date.map(|date| format!(" del {}", dates::short(date))).unwrap_or_default();
        match &self.reviewer {
            Some(reviewer) => format!("regole{date}, revisionate da {reviewer}"),
            None => format!("regole{date}, non revisionate da un farmacista"),
        }
    }
}

fn table(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes())
}

fn rule(line: u64, row: AllergyLine) -> Result<AllergyRule, EditionError> {
    let level = |set: &str, number: &str| match Level::from_number(number) {
        Some(level) => Ok(level),
        None if set.is_empty() && number.is_empty() => Ok(Level::Passive),
        None => Err(EditionError::Line { line, reason: format!("il livello «{number}» non è 1, 2 o 3") }),
    };
    let prefixes = |set: &str| set.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // A hyphen keeps the words of one name together.
    let names = row.parole.split_whitespace().map(words::stems).filter(|name| !name.is_empty()).collect();
    Ok(AllergyRule {
        same_level: level(&row.atc_stesso_gruppo, &row.livello_stesso)?,
        cross_level: level(&row.atc_crociati, &row.livello_crociati)?,
        same: prefixes(&row.atc_stesso_gruppo),
        cross: prefixes(&row.atc_crociati),
        id: row.id,
        code: row.codice,
        name: row.gruppo,
        stems: names,
        message: row.messaggio,
        source: row.fonte,
        valid_to: row.valida_al,
    })
}
