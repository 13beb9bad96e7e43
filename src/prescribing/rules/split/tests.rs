//! Splitting a basket.
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "tests")]

use proptest::prelude::*;

use super::super::limits::Limit;
use super::*;
use kernel::exemption::ExemptionCode;

const TWO: Allowance = Allowance { limit: Limit { packs: 2, rows: 2 }, days: None };
const THREE: Allowance = Allowance { limit: Limit { packs: 3, rows: 2 }, days: Some(60) };

fn exempt(code: &str) -> Exemption {
    Exemption { code: code.to_owned(), kind: ExemptionCode::parse(code).ok().map(|code| code.kind()) }
}

fn item(id: i64, packs: u32, code: &str) -> SplitItem {
    let allowance = if code.starts_with('0') { THREE } else { TWO };
    SplitItem { id, packs, exemption: exempt(code), suggested: false, plan: String::new(), allowance }
}

fn rows(plan: &Plan) -> Vec<Vec<(i64, u32)>> {
    plan.prescriptions.iter().map(|planned| planned.rows.clone()).collect()
}

#[test]
fn one_prescription_needs_no_reason() {
    let plan = split(&[item(7, 1, ""), item(9, 1, "")]);
    assert_eq!(rows(&plan), vec![vec![(7, 1), (9, 1)]]);
    assert!(plan.reasons.is_empty());
}

#[test]
fn five_packs_give_three_prescriptions_and_a_reason() {
    let plan = split(&[item(7, 5, "")]);
    assert_eq!(rows(&plan), vec![vec![(7, 2)], vec![(7, 2)], vec![(7, 1)]]);
    assert_eq!(plan.reasons, ["Al massimo 2 confezioni per ricetta."]);
}

#[test]
fn different_exemptions_are_kept_apart_in_basket_order() {
    let plan = split(&[item(1, 1, ""), item(2, 3, "013"), item(3, 1, "")]);
    assert_eq!(rows(&plan), vec![vec![(1, 1), (3, 1)], vec![(2, 3)]]);
    assert_eq!(plan.prescriptions[1].exemption.code, "013");
    assert_eq!(plan.reasons, ["Le esenzioni diverse vanno su ricette separate."]);
}

#[test]
fn a_suggested_drug_is_kept_apart() {
    let plan = split(&[item(1, 1, ""), SplitItem { suggested: true, ..item(2, 1, "") }]);
    assert_eq!(rows(&plan), vec![vec![(1, 1)], vec![(2, 1)]]);
    assert!(plan.prescriptions[1].suggested && plan.reasons.len() == 1);
}

#[test]
fn every_limit_that_split_something_is_named_once() {
    let plan = split(&[item(1, 4, ""), item(2, 4, "013"), item(3, 2, "")]);
    assert_eq!(plan.prescriptions.len(), 5);
    assert_eq!(
        plan.reasons,
        [
            "Le esenzioni diverse vanno su ricette separate.",
            "Al massimo 2 confezioni per ricetta.",
            "Al massimo 3 confezioni per ricetta, di 2 farmaci diversi, per non più di 60 giorni di terapia.",
        ]
    );
}

#[test]
fn counts_in_words() {
    assert_eq!(count_in_words(1), "Una ricetta");
    assert_eq!(count_in_words(12), "12 ricette");
}

fn any_items() -> impl Strategy<Value = Vec<SplitItem>> {
    let one = (1u32..=9, prop::sample::select(vec!["", "013", "031", "E01"]), any::<bool>());
    prop::collection::vec(one, 0..10).prop_map(|all| {
        let with_id = |(id, (packs, code, suggested)): (usize, (u32, &str, bool))| SplitItem {
            suggested,
            ..item(i64::try_from(id).unwrap_or(0) * 3 + 10, packs, code)
        };
        all.into_iter().enumerate().map(with_id).collect()
    })
}

proptest! {
    #[test]
    fn every_pack_stands_once_on_a_legal_prescription(items in any_items()) {
        let plan = split(&items);
        for planned in &plan.prescriptions {
            let packs: u32 = planned.rows.iter().map(|row| row.1).sum();
            prop_assert!(!planned.rows.is_empty());
            for (id, taken) in &planned.rows {
                let item = items.iter().find(|item| item.id == *id).expect("a drug of the basket");
                prop_assert_eq!(&item.exemption, &planned.exemption);
                prop_assert_eq!(item.suggested, planned.suggested);
                prop_assert!(packs <= item.allowance.limit.packs && planned.rows.len() <= 2 && (1..=9).contains(taken));
            }
        }
        for item in &items {
            let rows = plan.prescriptions.iter().flat_map(|planned| &planned.rows);
            let placed: u32 = rows.filter(|row| row.0 == item.id).map(|row| row.1).sum();
            prop_assert_eq!(placed, item.packs);
        }
        prop_assert_eq!(plan.reasons.is_empty(), plan.prescriptions.len() <= 1);
        prop_assert_eq!(plan, split(&items));
    }
}
