//! What follows from a package's substance and form though no list says it: which pack limit it falls under. Pure;
//! restated from the law, checked against the lists by tests.

use crate::formulary::model::PackageFacts;
use crate::reference::model::limit;
use kernel::folding::{fold, has_words};

/// Injectable antibiotics, which come one dose a pack.
const ANTIBIOTICS: &[&str] = &[
    "AMIKACINA",
    "AMPICILLINA",
    "AZTREONAM",
    "BENZILPENICILLINA",
    "CEFAZOLINA",
    "CEFEPIME",
    "CEFODIZIMA",
    "CEFONICID",
    "CEFOTAXIMA",
    "CEFTAZIDIMA",
    "CEFTRIAXONE",
    "CEFUROXIMA",
    "FOSFOMICINA",
    "GENTAMICINA",
    "IMIPENEM",
    "NETILMICINA",
    "PIPERACILLINA",
    "TEICOPLANINA",
    "TOBRAMICINA",
];

/// Solutions given by drip only; the small vials of the same substances are not.
const DRIPS: &[&str] = &["GLUCOSIO", "SODIO CLORURO", "MANNITOLO", "METRONIDAZOLO", "ALBUMINA UMANA"];
const SMALLEST_DRIP_ML: u32 = 50;

/// The category of `prescribing_limits` a package falls under, '' for the ordinary one (DL 347/2001 art. 9 c. 3:
/// single-dose antibiotics, interferon for hepatitis and drips). Narcotics are found by their own table, on the day.
pub fn limit_category(facts: &PackageFacts) -> &'static str {
    let (substance, group) = (fold(&facts.substance), fold(&facts.group_description));
    let is = |names: &[&str]| names.iter().any(|name| has_words(&substance, name));
    let injected = has_words(&group, "PARENTERALE");
    let antibiotic = injected && is(ANTIBIOTICS) && has_words(&group, "1 UNITA USO PARENTERALE");
    let drip = injected && is(DRIPS) && largest_ml(&group) >= SMALLEST_DRIP_ML;
    if antibiotic || drip || substance.contains("INTERFERONE ALFA") { limit::SINGLE_DOSE } else { "" }
}

/// The largest volume a group's description names: `100ML` in `GLUCOSIO 5% 100ML`.
fn largest_ml(group: &str) -> u32 {
    group.split(' ').filter_map(|word| word.strip_suffix("ML")?.parse().ok()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::reference::model::Class;
    use kernel::aic::Aic;

    fn facts(substance: &str, group: &str) -> PackageFacts {
        PackageFacts {
            substance: substance.to_owned(),
            group_description: group.to_owned(),
            ..PackageFacts::new(Aic::parse("023086150").unwrap(), "X*Y".to_owned(), Class::A)
        }
    }

    #[test]
    fn pack_limits_follow_substance_and_form() {
        for (substance, group, category) in [
            ("Ceftriaxone", "CEFTRIAXONE 1.000MG 1 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Amoxicillina", "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE", ""),
            ("Ossicodone/paracetamolo", "OSSICODONE+PARACETAMOLO 10+325MG 28 UNITA' USO ORALE", ""),
            ("Apomorfina", "APOMORFINA 30MG/3ML 5 UNITA' USO PARENTERALE", ""),
            ("Buprenorfina/naloxone", "BUPRENORFINA+NALOXONE 8+2MG 7 UNITA' USO ORALE", ""),
            ("Peginterferone alfa-2a", "PEGINTERFERONE ALFA 180MCG 4 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Glucosio", "GLUCOSIO 5% 500ML 1 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Glucosio", "GLUCOSIO 33% 10ML 5 UNITA' USO PARENTERALE", ""),
        ] {
            assert_eq!(limit_category(&facts(substance, group)), category, "{substance} {group}");
        }
    }
}
