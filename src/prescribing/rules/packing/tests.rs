//! The search against an independent one that tries every way.
#![expect(clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

const TWO: Limit = Limit { packs: 2, rows: 2 };
const THREE: Limit = Limit { packs: 3, rows: 2 };
const SIX: Limit = Limit { packs: 6, rows: 2 };

fn load(packs: u32, limit: Limit) -> Load {
    Load { packs, limit }
}

#[test]
fn five_packs_of_one_drug_need_three() {
    assert_eq!(fewest(&[load(5, TWO)]), vec![vec![(0, 2)], vec![(0, 2)], vec![(0, 1)]]);
}

#[test]
fn two_single_packs_share_one() {
    assert_eq!(fewest(&[load(1, TWO), load(1, TWO)]), vec![vec![(0, 1), (1, 1)]]);
    assert_eq!(fewest(&[load(1, TWO), load(2, TWO), load(1, TWO)]), vec![vec![(0, 1), (2, 1)], vec![(1, 2)]]);
}

#[test]
fn three_of_a_disease_and_six_of_a_category() {
    assert_eq!(fewest(&[load(3, THREE)]), vec![vec![(0, 3)]]);
    assert_eq!(fewest(&[load(2, THREE), load(1, THREE)]), vec![vec![(0, 2), (1, 1)]]);
    assert_eq!(fewest(&[load(6, SIX)]), vec![vec![(0, 6)]]);
    assert_eq!(fewest(&[load(7, SIX)]), vec![vec![(0, 6)], vec![(0, 1)]]);
}

#[test]
fn the_narrowest_limit_rules_a_mixed_one() {
    assert_eq!(fewest(&[load(1, SIX), load(1, TWO)]), vec![vec![(0, 1), (1, 1)]]);
    assert_eq!(fewest(&[load(5, SIX), load(1, TWO)]).len(), 2);
}

#[test]
fn a_drug_is_spread_where_that_saves_one() {
    // Whole drugs need three prescriptions; two hold them all.
    assert_eq!(fewest(&[load(2, THREE), load(2, THREE), load(2, THREE)]).len(), 2);
    // Taking full ones first would need five.
    assert_eq!(fewest(&[load(4, THREE), load(4, THREE), load(4, THREE)]).len(), 4);
}

#[test]
fn a_drug_is_not_spread_where_that_saves_nothing() {
    assert_eq!(fewest(&[load(2, THREE), load(3, THREE)]), vec![vec![(0, 2)], vec![(1, 3)]]);
}

#[test]
fn nothing_needs_nothing() {
    assert_eq!(fewest(&[]), Vec::<Bin>::new());
    assert_eq!(fewest(&[load(0, TWO)]), Vec::<Bin>::new());
}

#[test]
fn a_basket_past_the_budget_is_still_legal_and_quick() {
    let loads: Vec<Load> = (0..14).map(|i| load(9 - i % 5, Limit { packs: 6, rows: 3 })).collect();
    let bins = fewest(&loads);
    check(&loads, &bins);
}

fn check(loads: &[Load], bins: &[Bin]) {
    for bin in bins {
        assert!(!bin.is_empty() && is_legal(loads, bin), "{loads:?} {bin:?}");
        assert!(bin.iter().all(|row| row.1 > 0));
        assert!(bin.windows(2).all(|pair| pair[0].0 < pair[1].0), "one row per drug: {bin:?}");
    }
    for (index, load) in loads.iter().enumerate() {
        let placed: u32 = bins.iter().flatten().filter(|row| row.0 == index).map(|row| row.1).sum();
        assert_eq!(placed, load.packs, "drug {index} of {loads:?} in {bins:?}");
    }
}

/// Puts pack after pack in every prescription begun so far, or a new one; returns the least number of prescriptions,
/// then of rows.
fn every_way(loads: &[Load], packs: &[usize], bins: &mut Vec<Bin>, least: &mut (usize, usize)) {
    if bins.len() > least.0 {
        return;
    }
    let Some((pack, rest)) = packs.split_first() else {
        let cost = (bins.len(), bins.iter().map(Vec::len).sum());
        *least = cost.min(*least);
        return;
    };
    for at in 0..=bins.len() {
        if at == bins.len() {
            bins.push(vec![(*pack, 1)]);
            every_way(loads, rest, bins, least);
            bins.pop();
            break;
        }
        let before = bins[at].clone();
        match bins[at].iter_mut().find(|row| row.0 == *pack) {
            Some(row) => row.1 += 1,
            None => bins[at].push((*pack, 1)),
        }
        if is_legal(loads, &bins[at]) {
            every_way(loads, rest, bins, least);
        }
        bins[at] = before;
    }
}

fn any_limit() -> impl Strategy<Value = Limit> {
    prop::sample::select(vec![TWO, THREE, SIX, Limit { packs: 3, rows: 3 }, Limit { packs: 1, rows: 1 }])
}

fn any_loads(drugs: usize, packs: u32) -> impl Strategy<Value = Vec<Load>> {
    prop::collection::vec((1..=packs, any_limit()).prop_map(|(packs, limit)| load(packs, limit)), 0..=drugs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn as_few_as_trying_every_way(loads in any_loads(4, 4)) {
        let packs: Vec<usize> =
            loads.iter().enumerate().flat_map(|(index, load)| (0..load.packs).map(move |_| index)).collect();
        prop_assume!(packs.len() <= 8);
        let bins = fewest(&loads);
        check(&loads, &bins);
        let mut least = (usize::MAX, usize::MAX);
        every_way(&loads, &packs, &mut Vec::new(), &mut least);
        let found = (bins.len(), bins.iter().map(Vec::len).sum::<usize>());
        prop_assert_eq!(found, least, "{:?}", bins);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nothing_lost_nothing_over_the_limit(loads in any_loads(12, 9)) {
        let bins = fewest(&loads);
        check(&loads, &bins);
        prop_assert_eq!(bins, fewest(&loads));
    }
}
