//! Allergies held against AIFA's published lists: which packages of a family stop for a patient allergic to it.

use diesel::prelude::*;
use millecloud::db::schema::packages;
use millecloud::safety::{Allergen, Drug, Edition, Facts, Kind, Level, Outcome, assess};

use crate::{CLASS_A, Database, TRANSPARENCY, databases, day, run, shared};

const WHOLE_ATC: &str = "aifa/atc_2026.csv";

/// Label, substance and ATC of every package of the edition in use.
fn all(database: &Database) -> Vec<(String, String, String)> {
    let edition = millecloud::formulary::queries::find_current_edition(&mut database.pool.connection().unwrap());
    let edition = edition.unwrap().unwrap().id;
    packages::table
        .filter(packages::edition_id.eq(edition))
        .select((packages::label, packages::substance, packages::atc))
        .load(&mut *database.pool.connection().unwrap())
        .unwrap()
}

/// Of the packages whose substance is one of these: how many stop for the allergy, how many there are, and which do not.
fn stopped(list: &[(String, String, String)], words: &str, substances: &[&str]) -> (usize, usize, Vec<String>) {
    let allergies = [Allergen { words: words.to_owned(), ..Allergen::default() }];
    let (mut met, mut of, mut missed) = (0, 0, Vec::new());
    for (label, substance, atc) in list {
        let named = substance.to_lowercase();
        if !substances.iter().any(|known| named.contains(known)) {
            continue;
        }
        of += 1;
        let facts = Facts { drug: Drug { label, substance, atc }, allergies: &allergies };
        match assess(&facts, Edition::shipped(), day(2026, 11, 30)).outcome(Kind::Allergy) {
            Outcome::Alert(Level::Stop) => met += 1,
            other => missed.push(format!("{label} ({substance}, {atc}): {other:?}")),
        }
    }
    (met, of, missed)
}

const PENICILLINS: &[&str] = &["cillin", "clavulan", "sultamicillina"];
const NSAIDS: &[&str] = &[
    "ibuprofene",
    "ketoprofene",
    "naprossene",
    "diclofenac",
    "aceclofenac",
    "ketorolac",
    "piroxicam",
    "meloxicam",
    "lornoxicam",
    "tenoxicam",
    "cinnoxicam",
    "nimesulide",
    "flurbiprofene",
    "indometacina",
    "nabumetone",
    "acemetacina",
    "proglumetacina",
    "dexketoprofene",
    "oxaprozina",
    "amtolmetina",
    "acido mefenamico",
    "tiaprofenico",
    "furprofene",
    "sulindac",
    "dexibuprofene",
];

/// The counts of the lists as AIFA published them (2021): another edition of the lists has others. Coxibs are a cross rule,
/// shown without stopping, and not counted here.
#[test]
fn who_is_allergic_to_a_family_is_stopped_at_its_packages_of_the_published_lists() {
    let Some(bare) = shared(&[CLASS_A, TRANSPARENCY]) else { return };
    let Some(joined) = shared(&[CLASS_A, TRANSPARENCY, WHOLE_ATC]) else { return };
    for database in databases() {
        for (files, counts) in [(&bare, [(184, 187), (207, 219)]), (&joined, [(187, 187), (217, 219)])] {
            run(&database, files).unwrap();
            let list = all(&database);
            let families = [("penicilline", PENICILLINS), ("FANS", NSAIDS)];
            for ((words, family), counts) in families.into_iter().zip(counts) {
                let (met, of, missed) = stopped(&list, words, family);
                assert_eq!((met, of), counts, "{}: {words}; not stopped: {missed:#?}", database.name);
                // What has no ATC is said not to be compared; nothing is passed over in silence.
                let silent: Vec<&String> = missed.iter().filter(|line| !line.ends_with("NotChecked")).collect();
                assert!(silent.is_empty(), "{silent:#?}");
            }
        }
    }
}
