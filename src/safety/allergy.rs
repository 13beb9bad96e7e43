//! A drug and the patient's allergies: same substance, same group, cross reaction.

use chrono::NaiveDate;

use super::edition::{AllergyRule, Edition};
use super::{Alert, Assessment, Drug, Facts, Kind, Level, Unchecked, words};
use kernel::folding;

/// The group of an allergy that no drug touches: latex, pollens, food.
pub const NOT_A_DRUG: &str = "NON_FARMACO";

/// An allergy of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allergen {
    /// As the doctor wrote it.
    pub words: String,
    /// The class of drugs it concerns; empty when not stated.
    pub atc_prefix: String,
    /// The group the doctor chose; empty when not stated.
    pub group: String,
}

/// What an allergy means to the rules.
#[derive(Clone, Debug, Default)]
pub struct Reading<'e> {
    /// The groups it is of.
    pub rules: Vec<&'e AllergyRule>,
    /// ATC prefixes of the very thing that is recorded.
    pub prefixes: Vec<String>,
    /// It is about no drug, or says that there is no allergy.
    pub not_a_drug: bool,
}

impl Reading<'_> {
    /// Whether it can be compared with drugs.
    pub fn is_recognised(&self) -> bool {
        self.not_a_drug || !self.rules.is_empty() || !self.prefixes.is_empty()
    }

    /// What it was recognised as: `Penicilline`, `J01CA04`, or a word for neither. For people.
    pub fn in_words(&self) -> String {
        if self.not_a_drug {
            return "non riguarda i farmaci".to_owned();
        }
        match (self.rules.first(), self.prefixes.is_empty()) {
            (Some(rule), _) => format!("gruppo: {}", rule.name),
            (None, false) => format!("classe ATC {}", self.prefixes.join(", ")),
            (None, true) => "non riconosciuta".to_owned(),
        }
    }
}

/// What an allergy of the record means to the rules of an edition.
pub fn read_allergen<'e>(allergen: &Allergen, edition: &'e Edition, today: NaiveDate) -> Reading<'e> {
    if allergen.group == NOT_A_DRUG {
        return Reading { not_a_drug: true, ..Reading::default() };
    }
    let stems = words::stems(&allergen.words);
    let mut prefixes: Vec<String> = edition.codes_named_in(&allergen.words).into_iter().map(str::to_owned).collect();
    if !allergen.atc_prefix.is_empty() {
        prefixes.push(allergen.atc_prefix.clone());
    }
    let chosen: Vec<&str> = edition.rules_of_group(&allergen.group).iter().map(|rule| rule.id.as_str()).collect();
    let applies = |rule: &&AllergyRule| {
        let of_its_class = || prefixes.iter().any(|code| rule.same.iter().any(|set| code.starts_with(set.as_str())));
        rule.holds_on(today) && (chosen.contains(&rule.id.as_str()) || rule.is_named_in(&stems) || of_its_class())
    };
    let rules: Vec<&AllergyRule> = edition.allergies.iter().filter(applies).collect();
    let not_a_drug = rules.is_empty() && prefixes.is_empty() && words::deny(&allergen.words);
    Reading { rules, prefixes, not_a_drug }
}

/// How a drug met an allergy; the least is the gravest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met<'e> {
    Itself(&'static str),
    Rule { level: Level, id: &'e str, cross: bool },
}

impl Met<'_> {
    fn level(&self) -> Level {
        match self {
            Self::Itself(_) => Level::Stop,
            Self::Rule { level, .. } => *level,
        }
    }
}

pub(super) fn check(facts: &Facts<'_>, edition: &Edition, today: NaiveDate, found: &mut Assessment) {
    if facts.allergies.is_empty() {
        return;
    }
    if edition.allergies.is_empty() {
        found.unchecked.push((Kind::Allergy, Unchecked::NoRules));
    }
    let codes = codes_of(&facts.drug, edition);
    let mut blind = false;
    let mut short = false;
    for allergen in facts.allergies {
        let reading = read_allergen(allergen, edition, today);
        if reading.not_a_drug {
            continue;
        }
        match meet(allergen, &reading, &facts.drug, &codes) {
            Some(met) => {
                found.compared = found.compared.saturating_add(1);
                found.alerts.push(alert(allergen, &reading, &met, edition));
            }
            None if !reading.is_recognised() => {
                found.unchecked.push((Kind::Allergy, Unchecked::Unrecognised(allergen.words.clone())));
            }
            None if codes.is_empty() => blind = true,
            None if falls_short(&reading, &codes) => short = true,
            None => found.compared = found.compared.saturating_add(1),
        }
    }
    found.unchecked.extend(blind.then_some((Kind::Allergy, Unchecked::NoAtc)));
    found.unchecked.extend(short.then_some((Kind::Allergy, Unchecked::ShortAtc)));
}

/// The drug's own code and those of its substances. The bridge also speaks where there is a code: a combination has one
/// code, and its parts may be of other classes.
fn codes_of<'a>(drug: &Drug<'a>, edition: &'a Edition) -> Vec<&'a str> {
    let mut codes = if drug.atc.is_empty() { Vec::new() } else { vec![drug.atc] };
    let combined = drug.substance.contains(['/', '+']);
    if drug.atc.is_empty() || combined {
        codes.extend(edition.codes_of(drug.substance));
    }
    codes
}

fn meet<'e>(allergen: &Allergen, reading: &Reading<'e>, drug: &Drug<'_>, codes: &[&str]) -> Option<Met<'e>> {
    let under = |sets: &[String]| codes.iter().any(|code| sets.iter().any(|set| code.starts_with(set.as_str())));
    let mut ways: Vec<Met<'e>> = Vec::new();
    ways.extend(is_named(&allergen.words, drug).then_some(Met::Itself("substance")));
    ways.extend(under(&reading.prefixes).then_some(Met::Itself("atc")));
    for rule in &reading.rules {
        if under(&rule.same) {
            ways.push(Met::Rule { level: rule.same_level, id: &rule.id, cross: false });
        } else if under(&rule.cross) {
            ways.push(Met::Rule { level: rule.cross_level, id: &rule.id, cross: true });
        }
    }
    // Of ways that ask the same, a rule says more than the bare fact.
    let rule_first = |met: &Met<'_>| (met.level(), matches!(met, Met::Itself(_)));
    ways.sort_by(|a, b| rule_first(a).cmp(&rule_first(b)).then_with(|| a.cmp(b)));
    ways.into_iter().next()
}

/// The doctor wrote the substance, or the medicine's own name.
fn is_named(written: &str, drug: &Drug<'_>) -> bool {
    let words = folding::words(written);
    let substance = folding::words(drug.substance);
    let name = folding::words(drug.label.split('*').next().unwrap_or_default());
    !words::is_empty(written)
        && (words::stand_in(&words, &substance)
            || (!words::is_empty(drug.substance) && words::stand_in(&substance, &words))
            || words::stand_in(&words, &name))
}

/// Whether a code is so short that a rule may or may not be meant.
fn falls_short(reading: &Reading<'_>, codes: &[&str]) -> bool {
    let sets = reading.rules.iter().flat_map(|rule| rule.same.iter().chain(&rule.cross));
    let mut sets = sets.chain(&reading.prefixes);
    sets.any(|set| codes.iter().any(|code| set.starts_with(code)))
}

fn alert(allergen: &Allergen, reading: &Reading<'_>, met: &Met<'_>, edition: &Edition) -> Alert {
    let rule = match met {
        Met::Itself(_) => None,
        Met::Rule { id, .. } => reading.rules.iter().find(|rule| rule.id == *id),
    };
    let crosses = matches!(met, Met::Rule { cross: true, .. });
    let message = match rule.filter(|_| crosses) {
        Some(_) => format!("Allergia a {}: possibile reazione crociata.", allergen.words),
        None => format!("Allergia registrata: {}.", allergen.words),
    };
    Alert {
        kind: Kind::Allergy,
        level: met.level(),
        rule: match met {
            Met::Itself(how) => (*how).to_owned(),
            Met::Rule { id, .. } => (*id).to_owned(),
        },
        subject: allergen.words.clone(),
        message,
        advice: rule.map(|rule| rule.message.clone()).unwrap_or_default(),
        source: rule.map(|rule| format!("{}; {}", rule.source, edition.in_words())).unwrap_or_default(),
    }
}
