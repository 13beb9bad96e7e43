//! Searching an index: the beginning first, then words in any order, then small typing errors.

use std::ops::Range;

use super::bits::Bits;
use super::dictionary::Dictionary;
use super::tokens::{is_number, tokens};
use super::{FormularyIndex, at};

/// What is searched (ricerca per).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Criterion {
    /// Name of the product, pack and company.
    #[default]
    Name,
    /// Active substance.
    Substance,
    /// Beginning of the AIC, or all of it without its leading zeros.
    Aic,
    /// Beginning of the ATC code.
    Atc,
}

/// One page of answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// How many packages match in all.
    pub total: usize,
    /// Keys of those on this page, best first.
    pub ids: Vec<i64>,
    /// Where the next page starts, if there is one.
    pub next: Option<usize>,
    /// Nothing matched as typed; these are one or two typing errors away.
    pub approximate: bool,
}

/// Ranks of an answer by name or substance, best first.
const RANKS: usize = 4;

/// Digits that can only be an AIC, whatever is being searched.
const SURELY_AIC: usize = 7;

/// Longest text looked at: nobody types more, and every word costs.
const LONGEST: usize = 120;

impl FormularyIndex {
    /// Searches, answering `limit` packages from the place `from` on.
    pub fn search(&self, by: Criterion, text: &str, from: usize, limit: usize) -> Hits {
        let text: String = text.chars().take(LONGEST).collect();
        let by = if by == Criterion::Name && is_surely_aic(&text) { Criterion::Aic } else { by };
        match by {
            Criterion::Name => self.by_words(&self.label_words, &text, from, limit, |entry, query| {
                rank(query, self.name(entry), self.label(entry))
            }),
            Criterion::Substance => self.by_words(&self.substance_words, &text, from, limit, |entry, query| {
                rank(query, self.substance(entry), self.substance(entry))
            }),
            Criterion::Aic => self.page(self.with_aic(&text).iter().copied(), from, limit),
            Criterion::Atc => self.page(self.with_atc(&text).iter().copied(), from, limit),
        }
    }

    fn by_words(
        &self,
        dictionary: &Dictionary,
        text: &str,
        from: usize,
        limit: usize,
        rank: impl Fn(u32, &Query) -> usize,
    ) -> Hits {
        let mut query = Query::new(text);
        let mut found = self.holding_all(dictionary, &mut query, false);
        if found.is_empty() {
            found = self.holding_all(dictionary, &mut query, true);
        }
        let mut ranks: [Vec<u32>; RANKS] = Default::default();
        for entry in found.iter() {
            if let Some(list) = ranks.get_mut(rank(entry, &query)) {
                list.push(entry);
            }
        }
        let mut hits = self.page(ranks.iter().flatten().copied(), from, limit);
        hits.approximate = query.corrected && hits.total > 0;
        hits
    }

    /// The entries that hold every word of the query. `lenient` also takes words near to those that do exist.
    fn holding_all(&self, dictionary: &Dictionary, query: &mut Query, lenient: bool) -> Bits {
        let mut all: Option<Bits> = None;
        query.corrected = false;
        let words = query.words.clone();
        for (place, word) in words.iter().enumerate() {
            let after_number = place.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|w| is_number(w));
            let exact = matching(dictionary, word, after_number);
            let mut bits = Bits::new(self.len());
            if exact.is_empty() || lenient {
                let near = dictionary.nearest(word);
                query.corrected |= !near.is_empty();
                if place == 0 {
                    query.firsts = near.iter().map(|number| dictionary.word(*number).to_owned()).collect();
                    query.firsts.push(word.clone());
                }
                near.into_iter().for_each(|number| dictionary.mark(number..number + 1, &mut bits));
            }
            dictionary.mark(exact, &mut bits);
            match &mut all {
                Some(all) => all.keep(&bits),
                None => all = Some(bits),
            }
        }
        all.unwrap_or_else(|| Bits::new(0))
    }

    /// One page of entries, already in order.
    fn page(&self, entries: impl Iterator<Item = u32> + Clone, from: usize, limit: usize) -> Hits {
        let total = entries.clone().count();
        let ids: Vec<i64> =
            entries.skip(from).take(limit).filter_map(|entry| self.ids.get(at(entry)).copied()).collect();
        let end = from.saturating_add(ids.len());
        Hits { total, ids, next: (end < total).then_some(end), approximate: false }
    }

    /// Entries whose AIC begins with the digits; a code that lost its leading zeros is found when nothing begins with it.
    fn with_aic(&self, text: &str) -> &[u32] {
        let digits = aic_digits(text);
        let (Ok(number), Some(missing)) = (digits.parse::<u32>(), 9u32.checked_sub(super::entry(digits.len()))) else {
            return &[];
        };
        let step = 10u32.pow(missing);
        let low = number.saturating_mul(step);
        let found = self.aic_between(low, low.saturating_add(step));
        if found.is_empty() && (1..=2).contains(&missing) {
            return self.aic_between(number, number.saturating_add(1));
        }
        found
    }

    fn aic_between(&self, low: u32, high: u32) -> &[u32] {
        let aic = |entry: &u32| self.aics.get(at(*entry)).copied().unwrap_or(0);
        let from = self.by_aic.partition_point(|entry| aic(entry) < low);
        let to = self.by_aic.partition_point(|entry| aic(entry) < high);
        self.by_aic.get(from..to).unwrap_or_default()
    }

    /// Entries whose ATC code begins with the text, by code and then in entry order.
    fn with_atc(&self, text: &str) -> &[u32] {
        let code: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        if code.is_empty() {
            return &[];
        }
        let from = self.atcs.partition_point(|atc| **atc < *code);
        let to = self.atcs.partition_point(|atc| **atc < *code || atc.starts_with(&code));
        match (self.atc_starts.get(from), self.atc_starts.get(to)) {
            (Some(from), Some(to)) => self.by_atc.get(at(*from)..at(*to)).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// What was typed.
struct Query {
    words: Vec<String>,
    joined: String,
    /// What the first word may be: itself, or the words it was corrected to.
    firsts: Vec<String>,
    corrected: bool,
}

impl Query {
    fn new(text: &str) -> Self {
        let words = tokens(text);
        let joined = words.join(" ");
        let firsts = words.first().cloned().into_iter().collect();
        Self { words, joined, firsts, corrected: false }
    }
}

/// 0: it is the name; 1: the text begins with it; 2: a word of the name begins with the first word typed; 3: the rest.
fn rank(query: &Query, name: &str, text: &str) -> usize {
    if name == query.joined {
        0
    } else if text.starts_with(&query.joined) {
        1
    } else if name.split(' ').any(|word| query.firsts.iter().any(|first| word.starts_with(first.as_str()))) {
        2
    } else {
        3
    }
}

/// The words of the dictionary that a typed word stands for: all that begin with it; but a number is that number
/// (`1` is not `12`), and so is a unit after a number (`g` is not `gtt`), unless there is no such word.
fn matching(dictionary: &Dictionary, word: &str, after_number: bool) -> Range<usize> {
    if is_number(word) || (after_number && word.len() <= 2) {
        let exactly = dictionary.exactly(word);
        if !exactly.is_empty() {
            return exactly;
        }
    }
    dictionary.with_prefix(word)
}

fn aic_digits(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix(['A', 'a']).unwrap_or(text);
    text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect()
}

fn is_surely_aic(text: &str) -> bool {
    let digits = aic_digits(text);
    digits.len() >= SURELY_AIC && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::formulary::index::build::samples;
    use crate::reference::model::Class::{A, C, H};

    fn sample() -> FormularyIndex {
        samples::index(&[
            ("ZIMOX*12 cpr 1 g", "Amoxicillina", "PFIZER ITALIA Srl", A, Some(490), "023086150", "J01CA04"),
            (
                "ZIMOX*12 cpr solub mast 500 mg",
                "Amoxicillina",
                "PFIZER ITALIA Srl",
                A,
                Some(298),
                "023086162",
                "J01CA04",
            ),
            ("ZIMOX*OS GTT 20ML 100MG/ML", "Amoxicillina", "PFIZER ITALIA Srl", C, Some(1070), "023086135", "J01CA04"),
            ("AMOXICILLINA*12 cpr 1 g", "Amoxicillina", "DOC GENERICI Srl", A, Some(327), "036582045", "J01CA04"),
            ("AUGMENTIN*12 bust 1 g", "Amoxicillina/acido clavulanico", "GSK", A, Some(806), "026089019", "J01CR02"),
            (
                "AMOXICILLINA AC CLAVULANICO*12 cpr 1 g",
                "Amoxicillina/acido clavulanico",
                "TEVA",
                A,
                Some(700),
                "037007024",
                "J01CR02",
            ),
            (
                "PANTOPRAZOLO*28 cpr gastrores 20 mg",
                "Pantoprazolo",
                "TEVA ITALIA Srl",
                A,
                Some(588),
                "038438028",
                "A02BC02",
            ),
            (
                "PANTOPRAZOLO*28 cpr gastrores 20 mg",
                "Pantoprazolo",
                "DOC GENERICI Srl",
                A,
                Some(588),
                "038439020",
                "A02BC02",
            ),
            ("MABTHERA*1 flaconcino", "Rituximab", "ROCHE", H, None, "034315027", "L01XC02"),
        ])
    }

    fn ids(by: Criterion, text: &str) -> Vec<i64> {
        sample().search(by, text, 0, 50).ids
    }

    #[test]
    fn names_by_their_beginning_in_order() {
        assert_eq!(ids(Criterion::Name, "zimox"), [1, 2, 3], "class A first");
        assert_eq!(ids(Criterion::Name, "ZIM"), [1, 2, 3]);
        assert_eq!(ids(Criterion::Name, "amoxicillina"), [4, 6], "the exact name before the longer one");
        assert_eq!(ids(Criterion::Name, "rituximab"), Vec::<i64>::new(), "a substance is not a name");
    }

    #[test]
    fn words_in_any_order() {
        assert_eq!(ids(Criterion::Name, "1g zimox"), [1]);
        assert_eq!(ids(Criterion::Name, "zimox 1g"), [1], "1 is not 12, g is not gtt");
        assert_eq!(ids(Criterion::Name, "zimox gtt"), [3]);
        assert_eq!(ids(Criterion::Name, "pantoprazolo doc"), [8], "the company helps among generics");
        assert_eq!(ids(Criterion::Substance, "clavulanico amoxi"), [6, 5]);
        assert_eq!(ids(Criterion::Name, "zimox augmentin"), Vec::<i64>::new());
    }

    #[test]
    fn substances_exact_before_longer() {
        assert_eq!(ids(Criterion::Substance, "amoxicillina"), [4, 1, 2, 3, 6, 5]);
        assert_eq!(ids(Criterion::Substance, "clavulanico"), [6, 5]);
    }

    #[test]
    fn small_typing_errors() {
        let index = sample();
        for (by, text, first) in [
            (Criterion::Name, "zimocs", 1),
            (Criterion::Name, "zimoxx", 1),
            (Criterion::Name, "zimocs 500", 2),
            (Criterion::Substance, "amoxicilina", 4),
            (Criterion::Name, "pantoprazlo", 7),
        ] {
            let hits = index.search(by, text, 0, 50);
            assert_eq!(hits.ids.first(), Some(&first), "{text}");
            assert!(hits.approximate, "{text}");
        }
        assert!(!index.search(Criterion::Name, "zimox", 0, 50).approximate);
        let none = index.search(Criterion::Name, "qwertyuiop", 0, 50);
        assert_eq!((none.total, none.approximate), (0, false));
    }

    #[test]
    fn codes() {
        assert_eq!(ids(Criterion::Aic, "023086150"), [1]);
        assert_eq!(ids(Criterion::Aic, "A023086150"), [1], "as printed on packs");
        assert_eq!(ids(Criterion::Aic, "23086150"), [1], "leading zero lost");
        assert_eq!(ids(Criterion::Aic, "023086"), [3, 1, 2]);
        assert_eq!(ids(Criterion::Name, "023086150"), [1], "nothing else has so many digits");
        assert_eq!(ids(Criterion::Aic, "0230861500"), Vec::<i64>::new());
        assert_eq!(ids(Criterion::Aic, "zimox"), Vec::<i64>::new());
        assert_eq!(ids(Criterion::Atc, "j01c"), [4, 1, 2, 3, 6, 5]);
        assert_eq!(ids(Criterion::Atc, "J01CR02"), [6, 5]);
        assert_eq!(ids(Criterion::Atc, "Z"), Vec::<i64>::new());
        assert_eq!(ids(Criterion::Atc, ""), Vec::<i64>::new());
    }

    #[test]
    fn pages_follow_each_other() {
        let index = sample();
        let first = index.search(Criterion::Substance, "amoxi", 0, 4);
        assert_eq!((first.total, first.ids.len(), first.next), (6, 4, Some(4)));
        let second = index.search(Criterion::Substance, "amoxi", 4, 4);
        assert_eq!((second.ids.len(), second.next), (2, None));
        assert!(first.ids.iter().all(|id| !second.ids.contains(id)));
        assert!(index.search(Criterion::Substance, "amoxi", 100, 4).ids.is_empty());
    }

    #[test]
    fn nothing_typed_or_nothing_imported() {
        for by in [Criterion::Name, Criterion::Substance, Criterion::Aic, Criterion::Atc] {
            assert_eq!(ids(by, ""), Vec::<i64>::new());
            assert_eq!(ids(by, " *'% "), Vec::<i64>::new());
            assert_eq!(samples::index(&[]).search(by, "zimox", 0, 50), Hits::default());
        }
    }

    #[test]
    fn the_index_stays_small() {
        const PACKAGES: usize = 20_000;
        let names: Vec<String> = (0..PACKAGES).map(|n| letters(n / 8) + "OX").collect();
        let labels: Vec<String> = (0..PACKAGES)
            .map(|n| {
                format!(
                    "{}*{} MG/ML SOLUZIONE INIETTABILE - {} SIRINGHE PRERIEMPITE CON AGO",
                    names[n],
                    n % 500,
                    n % 30
                )
            })
            .collect();
        let substances: Vec<String> = (0..PACKAGES).map(|n| letters(n / 40) + "INA CLORIDRATO").collect();
        let aics: Vec<String> = (0..PACKAGES).map(|n| format!("{n:09}")).collect();
        let rows: Vec<_> = (0..PACKAGES)
            .map(|n| {
                (labels[n].as_str(), substances[n].as_str(), "UNA DITTA SpA", A, Some(1), aics[n].as_str(), "J01CA04")
            })
            .collect();
        let per_package = samples::index(&rows).bytes() / PACKAGES;
        assert!(per_package * 160_000 < 40 * 1024 * 1024, "{per_package} bytes a package");
    }

    fn letters(mut n: usize) -> String {
        let mut text = String::new();
        for _ in 0..4 {
            text.push(char::from(b'A' + u8::try_from(n % 26).unwrap()));
            n /= 26;
        }
        text
    }
}
