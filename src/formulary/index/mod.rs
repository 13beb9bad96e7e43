//! The search index of one edition, in memory: names, substances, AIC and ATC codes. Built once from the database, never
//! changed, shared by all requests. It answers with package keys; rows are then loaded by primary key.
//!
//! Entries are kept in the order of a tie between equally good answers: what the health service pays for first, then by
//! name and pack. A search therefore only sorts its matches into a few ranks, and reads each rank in entry order.

mod bits;
mod build;
mod cache;
mod dictionary;
mod search;
mod tokens;

use dictionary::Dictionary;

use super::model::Edition;

pub use cache::FormularyIndexes;
pub use search::{Criterion, Hits};

/// The index of one edition.
#[derive(Debug)]
pub struct FormularyIndex {
    edition: Edition,
    /// Package keys, by entry.
    ids: Vec<i64>,
    /// Words of every label, joined by a space, one after the other.
    labels: String,
    /// Start of each entry's label, and the end of the last.
    label_starts: Vec<u32>,
    /// Length of the product's name within the label.
    name_lengths: Vec<u16>,
    /// AIC as a number, by entry.
    aics: Vec<u32>,
    /// Entries in the order of their AIC.
    by_aic: Vec<u32>,
    /// Different substances, as joined words.
    substances: Vec<Box<str>>,
    substance_of: Vec<u32>,
    /// Different ATC codes, in order.
    atcs: Vec<Box<str>>,
    /// Entries in the order of their ATC code; those without one are left out.
    by_atc: Vec<u32>,
    /// Start of each ATC code's entries in `by_atc`, and the end of the last.
    atc_starts: Vec<u32>,
    label_words: Dictionary,
    substance_words: Dictionary,
}

impl FormularyIndex {
    /// The edition it is of.
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// Number of packages.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True for an edition without packages.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Bytes in use, without those of the struct itself.
    pub fn bytes(&self) -> usize {
        let texts = |list: &[Box<str>]| list.iter().map(|text| text.len() + 16).sum::<usize>();
        let fours = self.label_starts.capacity()
            + self.aics.capacity()
            + self.by_aic.capacity()
            + self.substance_of.capacity()
            + self.by_atc.capacity()
            + self.atc_starts.capacity();
        self.ids.capacity() * 8
            + self.labels.capacity()
            + self.name_lengths.capacity() * 2
            + fours * 4
            + texts(&self.substances)
            + texts(&self.atcs)
            + self.label_words.bytes()
            + self.substance_words.bytes()
    }

    /// The joined words of an entry's label.
    fn label(&self, entry: u32) -> &str {
        let at = at(entry);
        match (self.label_starts.get(at), self.label_starts.get(at + 1)) {
            (Some(from), Some(to)) => self.labels.get(self::at(*from)..self::at(*to)).unwrap_or(""),
            _ => "",
        }
    }

    /// The product's name within it.
    fn name(&self, entry: u32) -> &str {
        let length = self.name_lengths.get(at(entry)).copied().unwrap_or(0);
        self.label(entry).get(..usize::from(length)).unwrap_or("")
    }

    /// The joined words of an entry's substance.
    fn substance(&self, entry: u32) -> &str {
        self.substance_of.get(at(entry)).and_then(|number| self.substances.get(at(*number))).map_or("", |text| text)
    }
}

/// An entry number as a place in a list.
fn at(entry: u32) -> usize {
    usize::try_from(entry).unwrap_or(usize::MAX)
}

/// A place in a list as an entry number.
fn entry(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
