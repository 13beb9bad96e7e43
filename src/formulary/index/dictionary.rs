//! An inverted index of words: which entries hold a word, a prefix of it, or a word a typing error away. Immutable; all
//! in a few flat arrays, because an index of 160,000 packages must stay small.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::bits::Bits;

/// Words shorter than this are not corrected: a slip in three letters could be anything.
const SHORTEST_CORRECTED: usize = 4;

/// Candidates that are measured: those sharing most trigrams.
const MEASURED: usize = 400;

/// Words with the entries that hold them.
#[derive(Debug, Default)]
pub struct Dictionary {
    text: String,
    /// Start of each word in `text`, and its end as the last element.
    starts: Vec<u32>,
    /// Entries of all words, word by word.
    postings: Vec<u32>,
    /// Start of each word's entries in `postings`, and the end as the last element.
    posting_starts: Vec<u32>,
    /// Trigrams in order, packed in a `u64` each.
    trigrams: Vec<u64>,
    /// Start of each trigram's words, and the end as the last element.
    trigram_starts: Vec<u32>,
    trigram_words: Vec<u32>,
}

/// Collects the words of entries given in order.
#[derive(Debug, Default)]
pub struct Builder {
    words: HashMap<String, Vec<u32>>,
}

impl Builder {
    /// Adds one word of an entry; entries come in growing order.
    pub fn add(&mut self, word: String, entry: u32) {
        let entries = self.words.entry(word).or_default();
        if entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }

    /// Lays the words out.
    pub fn build(self) -> Dictionary {
        let mut words: Vec<(String, Vec<u32>)> = self.words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut dictionary = Dictionary::default();
        dictionary.text.reserve_exact(words.iter().map(|(word, _)| word.len()).sum());
        dictionary.postings.reserve_exact(words.iter().map(|(_, entries)| entries.len()).sum());
        let mut trigrams: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (number, (word, entries)) in (0u32..).zip(&words) {
            dictionary.starts.push(to_u32(dictionary.text.len()));
            dictionary.posting_starts.push(to_u32(dictionary.postings.len()));
            dictionary.text.push_str(word);
            dictionary.postings.extend_from_slice(entries);
            if is_corrected(word) {
                for trigram in trigrams_of(word) {
                    trigrams.entry(trigram).or_default().push(number);
                }
            }
        }
        dictionary.starts.push(to_u32(dictionary.text.len()));
        dictionary.posting_starts.push(to_u32(dictionary.postings.len()));
        for (trigram, numbers) in trigrams {
            dictionary.trigrams.push(trigram);
            dictionary.trigram_starts.push(to_u32(dictionary.trigram_words.len()));
            dictionary.trigram_words.extend(numbers);
        }
        dictionary.trigram_starts.push(to_u32(dictionary.trigram_words.len()));
        for part in [
            &mut dictionary.starts,
            &mut dictionary.posting_starts,
            &mut dictionary.trigram_starts,
            &mut dictionary.trigram_words,
        ] {
            part.shrink_to_fit();
        }
        dictionary.trigrams.shrink_to_fit();
        dictionary
    }
}

impl Dictionary {
    /// Number of words.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The numbers of the words beginning with `prefix`: they are neighbours.
    pub fn with_prefix(&self, prefix: &str) -> Range<usize> {
        let from = self.partition(|word| word < prefix);
        let to = self.partition(|word| word < prefix || word.starts_with(prefix));
        from..to
    }

    /// The number of exactly this word, as a range of one or none.
    pub fn exactly(&self, wanted: &str) -> Range<usize> {
        let at = self.partition(|word| word < wanted);
        if self.word(at) == wanted { at..at + 1 } else { at..at }
    }

    /// Marks the entries that hold one of the words.
    pub fn mark(&self, words: Range<usize>, bits: &mut Bits) {
        let bounds = (self.posting_starts.get(words.start), self.posting_starts.get(words.end));
        if let (Some(from), Some(to)) = bounds
            && let Some(entries) = self.postings.get(to_usize(*from)..to_usize(*to))
        {
            entries.iter().for_each(|entry| bits.set(*entry));
        }
    }

    /// The words nearest to one that is typed wrong, or typed wrong and not to its end; all equally near.
    pub fn nearest(&self, typed: &str) -> Vec<usize> {
        if !is_corrected(typed) {
            return Vec::new();
        }
        let typed = Typed::new(typed);
        let found = self.nearest_of(&typed, self.candidates(typed.word).into_iter());
        if !found.is_empty() {
            return found;
        }
        // Two letters swapped in a short word leave no trigram in common: compare all words with the same first letter.
        let first = typed.word.chars().take(1).collect::<String>();
        self.nearest_of(&typed, self.with_prefix(&first).filter(|number| is_corrected(self.word(*number))))
    }

    fn nearest_of(&self, typed: &Typed<'_>, candidates: impl Iterator<Item = usize>) -> Vec<usize> {
        let (mut best, mut found) = (usize::MAX, Vec::new());
        for number in candidates {
            let Some(distance) = typed.distance(self.word(number)) else { continue };
            if distance < best {
                best = distance;
                found.clear();
            }
            if distance == best {
                found.push(number);
            }
        }
        found.sort_unstable();
        found
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        let fours = self.starts.capacity()
            + self.postings.capacity()
            + self.posting_starts.capacity()
            + self.trigram_starts.capacity()
            + self.trigram_words.capacity();
        self.text.capacity() + fours * 4 + self.trigrams.capacity() * 8
    }

    /// The words sharing most trigrams with `typed`.
    fn candidates(&self, typed: &str) -> Vec<usize> {
        let mut shared: HashMap<u32, u32> = HashMap::new();
        for trigram in trigrams_of(typed) {
            for word in self.words_with(trigram) {
                *shared.entry(*word).or_default() += 1;
            }
        }
        let mut ranked: Vec<(u32, u32)> = shared.into_iter().map(|(word, count)| (count, word)).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        ranked.into_iter().take(MEASURED).map(|(_, word)| to_usize(word)).collect()
    }

    fn words_with(&self, trigram: u64) -> &[u32] {
        let Ok(at) = self.trigrams.binary_search(&trigram) else { return &[] };
        match (self.trigram_starts.get(at), self.trigram_starts.get(at + 1)) {
            (Some(from), Some(to)) => self.trigram_words.get(to_usize(*from)..to_usize(*to)).unwrap_or_default(),
            _ => &[],
        }
    }

    /// A word by number, '' beyond the last.
    pub fn word(&self, number: usize) -> &str {
        match (self.starts.get(number), self.starts.get(number + 1)) {
            (Some(from), Some(to)) => self.text.get(to_usize(*from)..to_usize(*to)).unwrap_or(""),
            _ => "",
        }
    }

    /// The first word for which `before` is false, words being in order.
    fn partition(&self, before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.word(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// Only words of letters are corrected; a wrong digit is another strength, not a slip.
fn is_corrected(word: &str) -> bool {
    word.chars().count() >= SHORTEST_CORRECTED && word.chars().all(char::is_alphabetic)
}

/// The trigrams of a word with its beginning marked; the end is not, since it may not be typed yet.
fn trigrams_of(word: &str) -> Vec<u64> {
    let marked: Vec<char> = std::iter::once(' ').chain(word.chars()).collect();
    let mut found: Vec<u64> = marked
        .windows(3)
        .map(|three| three.iter().fold(0, |packed, c| (packed << 21) | u64::from(u32::from(*c))))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A word that no dictionary word begins with.
struct Typed<'a> {
    word: &'a str,
    length: usize,
    sound: String,
}

impl<'a> Typed<'a> {
    fn new(word: &'a str) -> Self {
        Self { word, length: word.chars().count(), sound: sound(word) }
    }

    /// How far a dictionary word is, or `None` when it is another word. Edits (insertion, deletion, substitution, swap of
    /// neighbours) count two each; the beginning of a longer word counts one more than a whole word at as many edits.
    fn distance(&self, word: &str) -> Option<usize> {
        let most = if self.length < 6 { 1 } else { 2 };
        let whole = if self.sound == sound(word) { 1 } else { strsim::osa_distance(self.word, word) };
        let beginning = self.beginnings(word).map(|part| strsim::osa_distance(self.word, part)).min();
        let whole = Some(whole).filter(|edits| *edits <= most).map(|edits| edits * 2);
        let beginning = beginning.filter(|edits| *edits <= most).map(|edits| edits * 2 + 1);
        whole.into_iter().chain(beginning).min()
    }

    /// The beginnings of a longer word that are as long as what is typed, one letter less or one more.
    fn beginnings<'w>(&self, word: &'w str) -> impl Iterator<Item = &'w str> {
        let lengths = self.length.saturating_sub(1)..=self.length + 1;
        word.char_indices()
            .enumerate()
            .filter(move |(place, _)| lengths.contains(place))
            .filter_map(|(_, (at, _))| word.get(..at))
    }
}

/// How an Italian hears a brand: `X` as `CS`, `K` as `C`, `Y` and `J` as `I`, `PH` as `F`, `W` as `V`, no silent `H`, no double letters.
fn sound(word: &str) -> String {
    let mut heard = String::with_capacity(word.len() + 2);
    for c in word.replace("PH", "F").chars() {
        let letters = match c {
            'X' => "CS",
            'K' | 'Q' => "C",
            'Y' | 'J' => "I",
            'W' => "V",
            'H' => "",
            _ => {
                if !heard.ends_with(c) {
                    heard.push(c);
                }
                continue;
            }
        };
        letters.chars().for_each(|letter| {
            if !heard.ends_with(letter) {
                heard.push(letter);
            }
        });
    }
    heard
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        let mut builder = Builder::default();
        for (entry, word) in (0..).zip(words) {
            builder.add((*word).to_owned(), entry);
        }
        builder.build()
    }

    fn nearest(words: &[&str], typed: &str) -> Vec<String> {
        let dictionary = dictionary(words);
        dictionary.nearest(typed).into_iter().map(|number| dictionary.word(number).to_owned()).collect()
    }

    #[test]
    fn prefixes_are_neighbours() {
        let dictionary = dictionary(&["ZIMOX", "AMOXICILLINA", "AMOX", "AMLODIPINA", "12"]);
        let mut bits = Bits::new(5);
        dictionary.mark(dictionary.with_prefix("AMOX"), &mut bits);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [1, 2]);
        assert!(dictionary.with_prefix("AMOXY").is_empty());
        assert_eq!(dictionary.with_prefix("").len(), 5);
        assert_eq!(dictionary.exactly("AMOX").len(), 1);
        assert!(dictionary.exactly("AMO").is_empty() && dictionary.exactly("ZZ").is_empty());
    }

    #[test]
    fn small_typing_errors_find_the_word() {
        let words = [
            "ZIMACROL",
            "ZIMOX",
            "AMOXICILLINA",
            "TACHIPIRINA",
            "PANTOPRAZOLO",
            "RAMIPRIL",
            "CRESTOR",
            "GLUCOSIO",
            "CPR",
        ];
        for (typed, word) in [
            ("ZIMOCS", "ZIMOX"),
            ("ZIMOXX", "ZIMOX"),
            ("ZMIOX", "ZIMOX"),
            ("ZIMOK", "ZIMOX"),
            ("AMOXICILINA", "AMOXICILLINA"),
            ("AMOSSICILLINA", "AMOXICILLINA"),
            ("AMOXICLI", "AMOXICILLINA"),
            ("TACHIPRINA", "TACHIPIRINA"),
            ("PANTOPRAZLO", "PANTOPRAZOLO"),
            ("CRESTR", "CRESTOR"),
        ] {
            assert_eq!(nearest(&words, typed), [word], "{typed}");
        }
        for typed in ["CP", "CPX", "123", "QWERTY", "ZI", ""] {
            assert!(nearest(&words, typed).is_empty(), "{typed}");
        }
        assert!(nearest(&[], "ZIMOX").is_empty());
    }
}
