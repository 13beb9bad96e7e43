//! Building an index from the rows of an edition.

use std::collections::HashMap;

use diesel::QueryResult;

use super::dictionary::Builder;
use super::tokens::tokens;
use super::{FormularyIndex, entry};
use crate::db::Db;
use crate::formulary::model::Edition;
use crate::formulary::queries::{self, IndexRow};
use crate::reference::model::Class;

/// Rows read at a time: the whole edition at once would be larger than the index.
const CHUNK: i64 = 4_000;

/// Words of a company's name that tell nothing.
const EMPTY_WORDS: &[&str] =
    &["SPA", "SRL", "S", "R", "L", "P", "A", "B", "V", "GMBH", "LTD", "AG", "NV", "SA", "DI", "E"];

/// What is kept of a row until the entries are in order.
struct Draft {
    rank: u8,
    label: String,
    name_length: u16,
    price: i64,
    aic: u32,
    id: i64,
    substance: u32,
    holder: u32,
    atc: u32,
}

/// Texts that many rows share, numbered as they come.
#[derive(Default)]
struct Numbered {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Numbered {
    fn number(&mut self, text: String) -> u32 {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = entry(self.texts.len());
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }
}

/// Reads an edition and builds its index.
pub fn load(conn: &mut Db, edition: Edition) -> QueryResult<FormularyIndex> {
    let mut collected = Collected::default();
    let mut after = String::new();
    loop {
        let rows = queries::list_index_rows(conn, edition.id, &after, CHUNK)?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.aic);
        let whole = i64::try_from(rows.len()).is_ok_and(|rows| rows == CHUNK);
        rows.iter().for_each(|row| collected.add(row));
        if !whole {
            break;
        }
    }
    Ok(collected.build(edition))
}

#[derive(Default)]
struct Collected {
    drafts: Vec<Draft>,
    substances: Numbered,
    holders: Numbered,
    atcs: Numbered,
}

impl Collected {
    fn add(&mut self, row: &IndexRow) {
        let (name, pack) = row.label.split_once('*').unwrap_or((&row.label, ""));
        let mut label = tokens(name).join(" ");
        let name_length = u16::try_from(label.len()).unwrap_or(0);
        let pack = tokens(pack).join(" ");
        if !pack.is_empty() {
            label.push(' ');
            label.push_str(&pack);
        }
        self.drafts.push(Draft {
            rank: rank(row.class, row.price_cents),
            label,
            name_length,
            price: row.price_cents.unwrap_or(i64::MAX),
            aic: row.aic.parse().unwrap_or(0),
            id: row.id,
            substance: self.substances.number(tokens(&row.substance).join(" ")),
            holder: self.holders.number(tokens(&row.holder).join(" ")),
            atc: self.atcs.number(row.atc.clone()),
        });
    }

    fn build(mut self, edition: Edition) -> FormularyIndex {
        self.drafts
            .sort_unstable_by(|a, b| (a.rank, &a.label, a.price, a.aic).cmp(&(b.rank, &b.label, b.price, b.aic)));
        let (mut label_words, mut substance_words) = (Builder::default(), Builder::default());
        let mut labels = String::with_capacity(self.drafts.iter().map(|draft| draft.label.len()).sum());
        let mut label_starts = vec![0];
        for (number, draft) in (0u32..).zip(&self.drafts) {
            labels.push_str(&draft.label);
            label_starts.push(entry(labels.len()));
            let text = |list: &Numbered, number| list.texts.get(super::at(number)).cloned().unwrap_or_default();
            let holder = text(&self.holders, draft.holder);
            let company = holder.split(' ').filter(|word| !EMPTY_WORDS.contains(word));
            for word in draft.label.split(' ').chain(company).filter(|word| !word.is_empty()) {
                label_words.add(word.to_owned(), number);
            }
            for word in text(&self.substances, draft.substance).split(' ').filter(|word| !word.is_empty()) {
                substance_words.add(word.to_owned(), number);
            }
        }
        let (atcs, by_atc, atc_starts) = group_by_atc(&self.drafts, &self.atcs.texts);
        let mut by_aic: Vec<u32> = (0..entry(self.drafts.len())).collect();
        by_aic.sort_unstable_by_key(|entry| self.drafts.get(super::at(*entry)).map(|draft| draft.aic));
        label_starts.shrink_to_fit();
        FormularyIndex {
            edition,
            ids: self.drafts.iter().map(|draft| draft.id).collect(),
            labels,
            label_starts,
            name_lengths: self.drafts.iter().map(|draft| draft.name_length).collect(),
            aics: self.drafts.iter().map(|draft| draft.aic).collect(),
            by_aic,
            substance_of: self.drafts.iter().map(|draft| draft.substance).collect(),
            substances: self.substances.texts.into_iter().map(String::into_boxed_str).collect(),
            atcs,
            by_atc,
            atc_starts,
            label_words: label_words.build(),
            substance_words: substance_words.build(),
        }
    }
}

/// What the health service pays for comes before what it does not, a known price before an unknown one.
const fn rank(class: Class, price: Option<i64>) -> u8 {
    match (class, price) {
        (Class::A, Some(_)) => 0,
        (Class::A, None) => 1,
        (Class::C, Some(_)) => 2,
        (Class::C, None) => 3,
        (Class::H, _) => 4,
        (Class::Unknown, _) => 5,
    }
}

/// The codes in order, and the entries of each.
fn group_by_atc(drafts: &[Draft], codes: &[String]) -> (Vec<Box<str>>, Vec<u32>, Vec<u32>) {
    let mut entries: Vec<Vec<u32>> = vec![Vec::new(); codes.len()];
    for (number, draft) in (0u32..).zip(drafts) {
        if let Some(list) = entries.get_mut(super::at(draft.atc)) {
            list.push(number);
        }
    }
    let mut lists: Vec<(&String, Vec<u32>)> = codes.iter().zip(entries).filter(|(code, _)| !code.is_empty()).collect();
    lists.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let (mut names, mut by_atc, mut starts) = (Vec::new(), Vec::new(), vec![0]);
    for (code, list) in lists {
        names.push(code.clone().into_boxed_str());
        by_atc.extend(list);
        starts.push(entry(by_atc.len()));
    }
    by_atc.shrink_to_fit();
    (names, by_atc, starts)
}

#[cfg(test)]
pub mod samples {
    //! An index without a database, for the tests of searching.

    use super::*;

    /// Label, substance, company, class, price, AIC, ATC.
    pub type Row<'a> = (&'a str, &'a str, &'a str, Class, Option<i64>, &'a str, &'a str);

    /// An index of these packages, keys being their places from 1.
    pub fn index(rows: &[Row<'_>]) -> FormularyIndex {
        let mut collected = Collected::default();
        for (id, (label, substance, holder, class, price_cents, aic, atc)) in (1..).zip(rows) {
            collected.add(&IndexRow {
                id,
                aic: (*aic).to_owned(),
                label: (*label).to_owned(),
                substance: (*substance).to_owned(),
                holder: (*holder).to_owned(),
                atc: (*atc).to_owned(),
                class: *class,
                price_cents: *price_cents,
            });
        }
        let edition = Edition {
            id: 1,
            label: String::new(),
            edition_date: chrono::NaiveDate::default(),
            package_count: i64::try_from(rows.len()).unwrap_or(0),
        };
        collected.build(edition)
    }
}
