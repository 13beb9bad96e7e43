//! The fewest prescriptions that hold a list of drugs. Knows packs and limits, nothing of medicine.
//!
//! A prescription is legal when its packs and its different drugs are within the narrowest limit of the drugs on it.
//! Among the ways to need the fewest prescriptions, the one that spreads each drug over the fewest is taken.

use std::collections::HashMap;

use super::limits::Limit;

/// A drug to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How many packs of it.
    pub packs: u32,
    /// The limit of any prescription it stands on.
    pub limit: Limit,
}

/// One prescription: index of the drug in the list, packs of it.
pub type Bin = Vec<(usize, u32)>;

/// States looked at before the exact search gives way to the simple one: far above any real basket (five drugs of three
/// packs need about fifty), low enough to answer in milliseconds.
const BUDGET: usize = 5_000;

/// Places every pack. The answer is in order of each prescription's first drug and does not depend on anything else.
pub fn fewest(loads: &[Load]) -> Vec<Bin> {
    let simple = first_fit(loads);
    let bins = if is_proven(loads, &simple) { simple } else { Search::run(loads).unwrap_or(simple) };
    in_order(bins)
}

fn in_order(mut bins: Vec<Bin>) -> Vec<Bin> {
    for bin in &mut bins {
        bin.sort_unstable();
    }
    // Fuller prescriptions of the same drug first: 2 + 2 + 1.
    bins.sort_by(|a, b| {
        let (first_a, first_b) = (a.first(), b.first());
        first_a.map(|row| row.0).cmp(&first_b.map(|row| row.0)).then_with(|| {
            let weight = |row: Option<&(usize, u32)>| row.map_or(0, |row| row.1);
            weight(first_b).cmp(&weight(first_a)).then_with(|| a.cmp(b))
        })
    });
    bins
}

/// Full prescriptions of one drug, then the rests, largest first, each whole into the first prescription it fits.
fn first_fit(loads: &[Load]) -> Vec<Bin> {
    let mut bins: Vec<Bin> = Vec::new();
    let mut rests: Vec<(usize, u32)> = Vec::new();
    for (index, load) in loads.iter().enumerate() {
        let size = load.limit.packs.max(1);
        bins.extend((0..load.packs / size).map(|_| vec![(index, size)]));
        if load.packs % size > 0 {
            rests.push((index, load.packs % size));
        }
    }
    let full = bins.len();
    let limit = |index: usize| loads.get(index).map(|load| load.limit);
    rests.sort_by(|a, b| limit(b.0).cmp(&limit(a.0)).then_with(|| b.1.cmp(&a.1)).then_with(|| a.0.cmp(&b.0)));
    for rest in rests {
        let fits = |bin: &&mut Bin| {
            let with: Bin = bin.iter().copied().chain([rest]).collect();
            is_legal(loads, &with)
        };
        match bins.iter_mut().skip(full).find(fits) {
            Some(bin) => bin.push(rest),
            None => bins.push(vec![rest]),
        }
    }
    bins
}

/// Whether one prescription may hold these rows.
pub fn is_legal(loads: &[Load], bin: &[(usize, u32)]) -> bool {
    let packs: u32 = bin.iter().map(|row| row.1).sum();
    let limits = || bin.iter().filter_map(|row| loads.get(row.0)).map(|load| load.limit);
    let rows = u32::try_from(bin.len()).unwrap_or(u32::MAX);
    limits().all(|limit| packs <= limit.packs && rows <= limit.rows)
}

/// Whether no answer can be better than this one: it meets the lower bound of prescriptions and of rows.
fn is_proven(loads: &[Load], bins: &[Bin]) -> bool {
    // A pack of a drug limited to L fills at least 1/L of a prescription; 2520 is a multiple of 1 to 9.
    let share: u32 = loads.iter().map(|load| load.packs.saturating_mul(2520 / load.limit.packs.max(1))).sum();
    let least_rows: u32 = loads.iter().map(|load| load.packs.div_ceil(load.limit.packs.max(1))).sum();
    let rows: usize = bins.iter().map(Vec::len).sum();
    u32::try_from(bins.len()) == Ok(share.div_ceil(2520)) && u32::try_from(rows) == Ok(least_rows)
}

/// Drugs that are alike (same limit, same packs left) are the same for the search.
type State = Vec<(Limit, u32)>;

/// Packs taken from one kind of drug: the kind as it stands in the state, and how many.
type Take = ((Limit, u32), u32);

/// Prescriptions, then rows: what is kept small.
type Cost = (usize, usize);

#[derive(Default)]
struct Search {
    best: HashMap<State, (Cost, Vec<Take>)>,
}

impl Search {
    fn run(loads: &[Load]) -> Option<Vec<Bin>> {
        let mut search = Self::default();
        let mut left: Vec<(usize, Load)> =
            loads.iter().copied().enumerate().filter(|(_, load)| load.packs > 0).collect();
        search.solve(&state_of(&left))?;
        let mut bins = Vec::new();
        while !left.is_empty() {
            let (_, takes) = search.best.get(&state_of(&left))?;
            bins.push(place(&mut left, takes)?);
        }
        Some(bins)
    }

    /// The least cost of a state, or `None` when the budget is spent.
    fn solve(&mut self, state: &State) -> Option<Cost> {
        let Some((first, others)) = state.split_first() else { return Some((0, 0)) };
        if let Some((cost, _)) = self.best.get(state) {
            return Some(*cost);
        }
        if self.best.len() >= BUDGET {
            return None;
        }
        let mut candidates = Vec::new();
        // Some prescription holds the first drug: that one is chosen now.
        for packs in 1..=first.1.min(first.0.packs) {
            extend(&mut candidates, &mut vec![(*first, packs)], packs, first.0, others);
        }
        let mut best: Option<(Cost, Vec<Take>)> = None;
        for takes in candidates {
            let (bins, rows) = self.solve(&without(state, &takes))?;
            let cost = (bins + 1, rows + takes.len());
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, takes));
            }
        }
        let found = best?;
        let cost = found.0;
        self.best.insert(state.clone(), found);
        Some(cost)
    }
}

/// Every legal prescription that begins with `takes` and may go on with `others`.
fn extend(out: &mut Vec<Vec<Take>>, takes: &mut Vec<Take>, packs: u32, limit: Limit, others: &[(Limit, u32)]) {
    out.push(takes.clone());
    if takes.len() >= usize::try_from(limit.rows).unwrap_or(usize::MAX) {
        return;
    }
    let mut previous = None;
    for (skipped, drug) in others.iter().enumerate() {
        // Of drugs that are alike only the first left over is tried: the rest would give the same again.
        if previous == Some(drug) {
            continue;
        }
        previous = Some(drug);
        let narrow = Limit { packs: limit.packs.min(drug.0.packs), rows: limit.rows.min(drug.0.rows) };
        if takes.len() >= usize::try_from(narrow.rows).unwrap_or(usize::MAX) {
            continue;
        }
        let rest = others.get(skipped.saturating_add(1)..).unwrap_or_default();
        for more in 1..=drug.1.min(narrow.packs.saturating_sub(packs)) {
            takes.push((*drug, more));
            extend(out, takes, packs.saturating_add(more), narrow, rest);
            takes.pop();
        }
    }
}

fn state_of(left: &[(usize, Load)]) -> State {
    let mut state: State = left.iter().map(|(_, load)| (load.limit, load.packs)).collect();
    state.sort_unstable_by(|a, b| b.cmp(a));
    state
}

fn without(state: &State, takes: &[Take]) -> State {
    let mut rest = state.clone();
    // What is left of a drug joins at the end, so that a second take of the same kind finds another drug.
    let mut remains = State::new();
    for (kind, packs) in takes {
        if let Some(at) = rest.iter().position(|entry| entry == kind) {
            rest.remove(at);
            if kind.1 > *packs {
                remains.push((kind.0, kind.1.saturating_sub(*packs)));
            }
        }
    }
    rest.append(&mut remains);
    rest.sort_unstable_by(|a, b| b.cmp(a));
    rest
}

/// Takes the packs from the first drugs that are of the kinds wanted.
fn place(left: &mut Vec<(usize, Load)>, takes: &[Take]) -> Option<Bin> {
    let mut bin = Bin::new();
    for ((limit, packs), take) in takes {
        let wanted = Load { packs: *packs, limit: *limit };
        let taken = |index: &usize| bin.iter().any(|row| row.0 == *index);
        let at = left.iter().position(|(index, load)| *load == wanted && !taken(index))?;
        let (index, load) = left.get_mut(at)?;
        bin.push((*index, *take));
        load.packs = load.packs.saturating_sub(*take);
    }
    left.retain(|(_, load)| load.packs > 0);
    Some(bin)
}

#[cfg(test)]
mod tests;
