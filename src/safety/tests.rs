#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

const ZIMOX: Drug<'static> = Drug { label: "ZIMOX*12CPR 1G", substance: "Amoxicillina", atc: "J01CA04" };
const BRUFEN: Drug<'static> = Drug { label: "BRUFEN*30CPR RIV 600MG", substance: "Ibuprofene", atc: "M01AE01" };

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

fn written(words: &str) -> Allergen {
    Allergen { words: words.to_owned(), ..Allergen::default() }
}

fn assessed(drug: Drug<'_>, allergen: &Allergen) -> Assessment {
    let facts = Facts { drug, allergies: std::slice::from_ref(allergen) };
    assess(&facts, Edition::shipped(), today())
}

fn level(drug: Drug<'_>, words: &str) -> Outcome {
    assessed(drug, &written(words)).outcome(Kind::Allergy)
}

#[test]
fn the_shipped_rules_are_read_whole_and_say_that_nobody_reviewed_them() {
    let edition = Edition::read(edition::ALLERGIES, edition::SUBSTANCES).unwrap();
    assert_eq!(edition.allergies.len(), 34);
    assert_eq!(edition.in_words(), "regole del 30/11/26, non revisionate da un farmacista");
    let names: Vec<&str> = edition.groups().iter().map(|rule| rule.code.as_str()).collect();
    assert!(names.contains(&"PENIC") && names.contains(&"FANS") && !names.contains(&"PENIC_CEF"), "{names:?}");
    // Every group that can be chosen is compared with something.
    for rule in edition.groups() {
        let chosen = Allergen { group: rule.code.clone(), ..written("x") };
        let reading = read_allergen(&chosen, &edition, today());
        assert!(reading.rules.iter().any(|known| known.id == rule.id), "{}", rule.code);
        // And is known by its own first word.
        let word = rule.first_word().join(" ");
        assert!(read_allergen(&written(&word), &edition, today()).is_recognised(), "{word}");
    }
}

#[test]
fn a_wrong_line_is_refused_with_its_number() {
    let wrong = edition::ALLERGIES.replacen("J01C;1;", "J01C;9;", 1);
    assert_eq!(
        Edition::read(&wrong, "sostanza;atc\n").unwrap_err().to_string(),
        "riga 2: il livello «9» non è 1, 2 o 3"
    );
    assert!(Edition::read("niente\n1\n", "sostanza;atc\n").is_err());
}

#[test]
fn words_groups_and_codes_meet_the_drugs_of_their_group() {
    use Level::{Passive, Shown, Stop};
    let alert = Outcome::Alert;
    for words in
        ["penicilline", "Penicillina", "PENICILLINE", "allergia alle penicilline", "amoxicillina", "Augmentin", "Zimox"]
    {
        assert_eq!(level(ZIMOX, words), alert(Stop), "{words}");
    }
    for words in
        ["FANS", "fans (orticaria)", "aspirina", "ASA", "antinfiammatorio", "ibuprofene", "ketoprofene", "Brufen"]
    {
        assert_eq!(level(BRUFEN, words), alert(Stop), "{words}");
    }
    let cefalexin = Drug { label: "CEPOREX*8CPR 1G", substance: "Cefalexina", atc: "J01DB01" };
    assert_eq!(level(cefalexin, "penicilline"), alert(Shown));
    let ceftriaxone = Drug { label: "ROCEFIN*1FL 1G", substance: "Ceftriaxone", atc: "J01DD04" };
    assert_eq!(level(ceftriaxone, "penicilline"), alert(Passive));
    let azithromycin = Drug { label: "ZITROMAX*3CPR 500MG", substance: "Azitromicina", atc: "J01FA10" };
    assert_eq!(level(azithromycin, "claritromicina"), alert(Shown));
    // The same substance always stops, whatever the level of its group.
    assert_eq!(level(azithromycin, "azitromicina"), alert(Stop));
    for allergen in [
        Allergen { group: "PENIC".to_owned(), ..written("una puntura a scuola") },
        Allergen { atc_prefix: "J01C".to_owned(), ..written("x") },
        Allergen { atc_prefix: "J01CR02".to_owned(), ..written("x") },
    ] {
        assert_eq!(assessed(ZIMOX, &allergen).outcome(Kind::Allergy), alert(Stop), "{allergen:?}");
    }
    let silent = [("penicilline", BRUFEN), ("FANS", ZIMOX), ("ferro", ZIMOX), ("statine", BRUFEN)];
    for (words, drug) in silent {
        assert_eq!(level(drug, words), Outcome::Ok, "{words}");
    }
}

#[test]
fn a_word_that_names_nothing_meets_nothing() {
    let clavulanic = Drug { label: "X*12CPR", substance: "Acido folico", atc: "B03BB01" };
    assert_eq!(level(clavulanic, "acido acetilsalicilico"), Outcome::Ok);
    assert_eq!(level(clavulanic, "acido"), Outcome::NotChecked);
    assert_eq!(level(clavulanic, "mezzo di contrasto iodato"), Outcome::Ok);
    let none = Drug { label: "Y*12CPR", substance: "", atc: "B03BB01" };
    assert_eq!(level(none, "penicilline"), Outcome::Ok);
}

#[test]
fn what_was_not_compared_is_said() {
    let unknown = assessed(ZIMOX, &written("lattice"));
    assert_eq!((unknown.outcome(Kind::Allergy), unknown.compared), (Outcome::NotChecked, 0));
    assert_eq!(unknown.unchecked, [(Kind::Allergy, Unchecked::Unrecognised("lattice".to_owned()))]);
    assert!(unknown.remarks()[0].contains("«lattice»"));
    // The doctor may say that it is no drug, or that there is none.
    let latex = Allergen { group: NOT_A_DRUG.to_owned(), ..written("lattice") };
    assert_eq!(assessed(ZIMOX, &latex).outcome(Kind::Allergy), Outcome::Ok);
    assert_eq!(level(ZIMOX, "Nessuna allergia nota"), Outcome::Ok);
    assert_eq!(level(ZIMOX, "nessuna, tranne penicillina"), Outcome::Alert(Level::Stop));
    // A drug without a class whose substance has none either; with a known substance the bridge serves.
    let bare = Drug { label: "IGNOTO*1", substance: "Sostanza ignota", atc: "" };
    assert_eq!(assessed(bare, &written("penicilline")).unchecked, [(Kind::Allergy, Unchecked::NoAtc)]);
    let bridged = Drug { atc: "", label: "GENERICO*12CPR 1G", substance: "Amoxicillina/acido clavulanico" };
    assert_eq!(level(bridged, "penicilline"), Outcome::Alert(Level::Stop));
    let short = Drug { label: "IGNOTO*1", substance: "Sostanza ignota", atc: "J01" };
    assert_eq!(assessed(short, &written("penicilline")).unchecked, [(Kind::Allergy, Unchecked::ShortAtc)]);
    // Without rules only what is written can be met, and that is said too.
    let facts = Facts { drug: BRUFEN, allergies: &[written("FANS")] };
    let nothing = assess(&facts, &Edition::default(), today());
    assert_eq!(nothing.unchecked[0], (Kind::Allergy, Unchecked::NoRules));
}

#[test]
fn a_rule_that_has_ended_is_silent_and_one_dated_ahead_is_not() {
    let ended = edition::ALLERGIES.replace(";2026-11-30;;", ";2020-01-01;2026-11-29;");
    let ended = Edition::read(&ended, "sostanza;atc\n").unwrap();
    let facts = Facts { drug: ZIMOX, allergies: &[written("penicilline")] };
    assert_eq!(assess(&facts, &ended, today()).outcome(Kind::Allergy), Outcome::NotChecked);
    let before = NaiveDate::from_ymd_opt(2016, 11, 19).unwrap();
    assert_eq!(assess(&facts, Edition::shipped(), before).outcome(Kind::Allergy), Outcome::Alert(Level::Stop));
}

#[test]
fn an_answer_holds_for_what_was_seen_only() {
    let one = assessed(ZIMOX, &written("penicilline"));
    let other = assessed(ZIMOX, &written("amoxicillina"));
    assert_eq!(one.seal(), assessed(ZIMOX, &written("penicilline")).seal());
    assert_ne!(one.seal(), other.seal());
    assert_eq!(assessed(BRUFEN, &written("penicilline")).seal(), "");
    assert_eq!(one.allergy_mark().as_deref(), Some("Allergia registrata: penicilline."));
    assert!(one.alerts[0].source.contains("non revisionate"));
}

#[test]
fn each_rule_taken_away_leaves_its_drugs_without_an_alert() {
    // Without the bridge: a group named by one of its substances would be met through that one's own code.
    let edition = Edition::read(edition::ALLERGIES, "sostanza;atc\n").unwrap();
    let overlap = |sets: &[String], code: &str| sets.iter().any(|set| code.starts_with(set.as_str()));
    for rule in &edition.allergies {
        for (set, level) in [(&rule.same, rule.same_level), (&rule.cross, rule.cross_level)] {
            let Some(code) = set.first() else { continue };
            let code = format!("{code:0<7}");
            let drug = Drug { label: "PROVA*1", substance: "Prova", atc: &code };
            let allergies = [written(&rule.first_word().join(" "))];
            let facts = Facts { drug, allergies: &allergies };
            let found = assess(&facts, &edition, today()).outcome(Kind::Allergy);
            assert!(matches!(found, Outcome::Alert(found) if found <= level), "{} {code}: {found:?}", rule.id);
            let mut without = edition.clone();
            without.allergies.retain(|other| !overlap(&other.same, &code) && !overlap(&other.cross, &code));
            let found = assess(&facts, &without, today()).outcome(Kind::Allergy);
            assert_ne!(found, Outcome::Alert(level), "{} {code}", rule.id);
        }
    }
}

#[test]
fn a_basket_is_assessed_in_well_under_a_millisecond() {
    let allergies = ["penicilline", "FANS", "lattice", "ace-inibitori"].map(written);
    let start = std::time::Instant::now();
    for _ in 0..600 {
        std::hint::black_box(assess(&Facts { drug: ZIMOX, allergies: &allergies }, Edition::shipped(), today()));
    }
    // Six drugs a hundred times, in an unoptimised build on a busy machine.
    assert!(start.elapsed() < std::time::Duration::from_secs(3), "{:?}", start.elapsed());
}
