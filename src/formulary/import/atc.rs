//! ATC codes for packages no list gives one: the class lists have none. Each way says only what cannot be otherwise; where
//! two codes are possible the package stays without, and the report names its substance.

use std::collections::{BTreeMap, HashMap};

use crate::formulary::model::PackageFacts;
use kernel::folding::words;

/// What each key (medicine, group) agrees on; `None` where its packages have several codes.
#[derive(Debug, Default)]
pub(super) struct Agreed(HashMap<String, Option<String>>);

impl Agreed {
    /// Notes a code of a key.
    pub(super) fn note(&mut self, key: &str, code: &str) {
        if key.is_empty() || code.is_empty() {
            return;
        }
        match self.0.get_mut(key) {
            Some(agreed) if agreed.as_deref() != Some(code) => *agreed = None,
            Some(_) => {}
            None => {
                self.0.insert(key.to_owned(), Some(code.to_owned()));
            }
        }
    }

    /// The only code of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|code| code.as_deref())
    }
}

/// Substances by name, of the ATC's fifth level. A substance that is given in several ways has a code for each, so only
/// names that stand there once tell a code.
pub(super) fn by_name(names: &BTreeMap<String, String>) -> Agreed {
    let mut agreed = Agreed::default();
    for (code, name) in names.iter().filter(|(code, _)| code.len() == 7) {
        agreed.note(&substance_key(name), code);
    }
    agreed
}

/// `Formoterolo e budesonide` and `Budesonide/formoterolo` are the same words.
pub(super) fn substance_key(name: &str) -> String {
    let mut words = words(name);
    words.retain(|word| word != "E" && word != "ED");
    words.sort();
    words.join(" ")
}

/// How many packages are without ATC, by substance as the lists write it; the most first.
pub(super) fn without(packages: &[PackageFacts]) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.atc.is_empty()) {
        let name = if package.substance.is_empty() {
            package.label.split('*').next().unwrap_or_default()
        } else {
            &package.substance
        };
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_agreed_on_is_told() {
        let mut agreed = Agreed::default();
        for (key, code) in
            [("a", "B01AA03"), ("a", "B01AA03"), ("b", "N02AB03"), ("b", "N01AH01"), ("b", "N02AB03"), ("", "X")]
        {
            agreed.note(key, code);
        }
        assert_eq!(
            [agreed.get("a"), agreed.get("b"), agreed.get("c"), agreed.get("")],
            [Some("B01AA03"), None, None, None]
        );
    }

    #[test]
    fn a_substance_is_known_by_its_name_when_the_name_is_its_alone() {
        let names = [
            ("B01AA03", "Warfarin"),
            ("N02AB03", "Fentanil"),
            ("N01AH01", "Fentanil"),
            ("R03AK07", "Formoterolo e budesonide"),
            ("C01AA", "Digossina"),
        ];
        let names = names.map(|(code, name)| (code.to_owned(), name.to_owned())).into_iter().collect();
        let agreed = by_name(&names);
        for (name, code) in [
            ("WARFARIN", Some("B01AA03")),
            ("Fentanil", None),
            ("Budesonide/formoterolo", Some("R03AK07")),
            ("Digossina", None),
        ] {
            assert_eq!(agreed.get(&substance_key(name)), code, "{name}");
        }
    }
}
