//! Nobody is lost: every person of an archive of awkward names is found by whatever of theirs is typed.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::NaiveDate;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::model::Show;
use super::queries::{Cursor, Search, search};
use crate::db::testing::{TestDb, insert_doctor, now};
use crate::db::{Db, Owner};
use kernel::fiscal_code::{FiscalCode, Sex};
use kernel::folding::{fold, person_key};
use kernel::patient_query::PatientQuery;

/// Surnames as they stand in Italian registers: common ones, those that look like the start of a fiscal code, those of
/// several words, with apostrophes, with foreign letters.
const SURNAMES: &str = "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini \
    Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone \
    Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa Conte Ferraro Ferri Fabbri Bianco \
    Marini Grasso Valentini Messina Sala Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato \
    Silvestri Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Palmieri \
    Bernardi Martino Fiore Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Sartori Neri Costantini Milani \
    Pagano Ruggiero Sorrentino Orlando Damico Negri Mantovani Brambilla Trentin Scarsella Scandella Scarpa Perin \
    Stella Branca Bortolin Franceschin Grando Tranquilli Spadaro Cremona Crescenzi Trevisan Brescia Strano Scalera \
    Sbrana Fracasso Grimaldi Brambati Crippa Scotti Schiavon Schiavone Prandi Prandelli Branduardi Trentini Po Re Fo \
    Ba Li Wu Xu Ng Oss Bo Zù Sò Maria Anna Paolo Luca Marco Pedretti Smeraldi Strada Spina Sperandio";
const APART: &[&str] = &[
    "Dall'Olio",
    "O'Neill",
    "Dell'Aquila",
    "Sant'Anna",
    "L'Abbate",
    "N'Diaye",
    "De' Medici",
    "Zanettin Bruscolin",
    "D'Alò",
    "D’Angelo",
    "De Luca",
    "De Santis",
    "Di Benedetto",
    "Lo Presti",
    "La Rosa",
    "Dal Pozzo",
    "Della Valle",
    "De la Cruz",
    "Van der Berg",
    "Ben-Ali",
    "Łukasz",
    "Đorđević",
    "Müller",
    "Ștefan-Popescu",
    "Dalò",
    "Demedici",
    "Deluca",
    "Santanna",
];
const NAMES: &[&str] =
    &["Anna", "Maria", "Luc", "Luca", "Gianni", "Anna Maria", "Annamaria", "Niccolò", "Ugo", "Pier Paolo", "Al", "Eva"];

struct Person {
    surname: String,
    name: String,
    code: String,
    birth: NaiveDate,
}

/// A surname of syllables that Italian surnames are made of.
fn invented(rng: &mut StdRng) -> String {
    let starts = ["Bra", "Sca", "Tre", "Le", "Mo", "Cri", "Gra", "Spa", "Pe", "Vi", "Zo", "Fra", "Lu", "A", "I"];
    let ends = ["lla", "n", "ne", "sti", "rdi", "ntin", "mbi", "ssel", "ndel", "tto", "m", "l", "rt", "p"];
    let mut text = (*starts.choose(rng).unwrap()).to_owned();
    for _ in 0..rng.random_range(1..3) {
        text.push_str(["na", "ni", "mbi", "rse", "llo", "nco", "nde", "ntu"].choose(rng).unwrap());
    }
    text + *ends.choose(rng).unwrap()
}

fn people(rng: &mut StdRng) -> Vec<Person> {
    let mut surnames: Vec<String> =
        SURNAMES.split_whitespace().chain(APART.iter().copied()).map(str::to_owned).collect();
    for _ in 0..250 {
        surnames.push(invented(rng));
    }
    let one = |(n, surname): (usize, String)| {
        let name = (*NAMES.get(n % NAMES.len()).unwrap()).to_owned();
        let birth =
            NaiveDate::from_ymd_opt(1930, 1, 1).unwrap() + chrono::Duration::days(i64::try_from(n).unwrap() * 83);
        let code = FiscalCode::compute(&surname, &name, birth, Sex::Female, "L483").unwrap().as_str().to_owned();
        Person { surname, name, code, birth }
    };
    surnames.into_iter().enumerate().map(one).collect()
}

/// Everything the text finds, page after page.
fn finds(db: &mut Db, owner: Owner, text: &str, code: &str) -> bool {
    let query = PatientQuery::parse(text);
    let mut after = None;
    loop {
        let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: after.as_ref() };
        let found = search(db, owner, &wanted).unwrap();
        if found.patients.iter().any(|patient| patient.values.fiscal_code == code) {
            return true;
        }
        let Some(last) = found.patients.last().filter(|_| found.more) else { return false };
        after = Some(Cursor { search_key: last.search_key.clone(), id: last.id });
    }
}

#[test]
fn each_patient_is_found_by_whatever_of_theirs_is_typed() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let owner = Owner::of_doctor(doctor);
    let people = people(&mut StdRng::seed_from_u64(7));
    db.write::<_, diesel::result::Error>(|db| {
        for person in &people {
            let values = super::tests::person(&person.surname, &person.name, &person.birth.to_string());
            let values = super::model::PatientValues { fiscal_code: person.code.clone(), ..values };
            super::queries::insert_patient(db, owner, &values, doctor, now())?;
        }
        Ok(())
    })
    .unwrap();
    let mut lost = Vec::new();
    for person in &people {
        let (surname, name) = (fold(&person.surname), fold(&person.name));
        let (surname_joined, name_joined) = (surname.replace(' ', ""), name.replace(' ', ""));
        let first: String = surname_joined.chars().take(3).collect();
        let start: String = name.chars().take(3).collect();
        let typed = [
            person.surname.clone(),
            surname.to_lowercase(),
            surname_joined.to_lowercase(),
            format!("{} {}", person.surname, person.name),
            format!("{} {}", person.name, person.surname),
            format!("{surname_joined} {name}"),
            format!("{name} {surname_joined}"),
            format!("{surname_joined} {name_joined}"),
            format!("{name_joined} {surname}"),
            format!("{surname} {start}"),
            format!("{first} {name}"),
            format!("{surname} {}", person.birth.format("%Y")),
            person.code.clone(),
            person.code.chars().take(11).collect(),
        ];
        let missing = typed.iter().filter(|text| !finds(db, owner, text, &person.code));
        lost.extend(missing.map(|text| format!("{text} ({} {})", person.surname, person.name)));
    }
    assert_eq!(lost, [""; 0], "of {} people", people.len());
}

#[test]
fn what_is_stored_in_one_piece_is_found_when_typed_apart() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let owner = Owner::of_doctor(doctor);
    for (surname, name, typed) in [
        ("Demedici", "Cosimo", "de' medici"),
        ("Dalò", "Ugo", "d'alò"),
        ("Santanna", "Eva", "sant'anna ev"),
        ("Vanderberg", "Jan", "van der berg"),
        ("Neri", "Annamaria", "neri anna maria"),
        ("Verdi", "Piero Paolo", "pieropaolo verdi"),
    ] {
        let values = super::tests::person(surname, name, "1950-01-01");
        let id = super::queries::insert_patient(db, owner, &values, doctor, now()).unwrap();
        assert!(finds(db, owner, typed, &values.fiscal_code), "{typed}: {}, {id}", person_key(surname, name));
    }
}

/// Who is nobody's surname and in few names is found, or missed, by ranges of an index: no statement looks into the keys of a
/// whole archive. The words follow the name when it is corrected.
#[test]
fn what_nobody_is_called_is_not_looked_for_in_the_whole_archive() {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{Connection as _, InstrumentationEvent};

    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let other = insert_doctor(db, "verdi", "VERDI", "Anna");
    let owner = Owner::of_doctor(doctor);
    let claudio = super::tests::person("Saccavini", "Claudio Maria", "1963-05-30");
    let id = super::queries::insert_patient(db, owner, &claudio, doctor, now()).unwrap();
    super::queries::insert_patient(db, Owner::of_doctor(other), &claudio, other, now()).unwrap();
    let asked = Arc::new(Mutex::new(Vec::<String>::new()));
    let noted = Arc::clone(&asked);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            noted.lock().unwrap().push(query.to_string());
        }
    });
    let find = |db: &mut Db, text: &str| -> Vec<i64> {
        asked.lock().unwrap().clear();
        let query = PatientQuery::parse(text);
        let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: None };
        let found = search(db, owner, &wanted).unwrap().patients.iter().map(|patient| patient.id).collect();
        // A pattern beside a range of an index only thins out what the range has found.
        let ranges = ["patient_words", "substr(fiscal_code, 1, 3) = "];
        let walked = |sql: &String| sql.contains(" LIKE ") && !ranges.iter().any(|range| sql.contains(range));
        assert_eq!(asked.lock().unwrap().iter().find(|sql| walked(sql)), None, "{text}");
        found
    };
    for text in ["zzzz", "zzzz 1963", "saccavini zzzz", "zzzz saccavini 1963"] {
        assert!(find(db, text).is_empty(), "{text}");
    }
    for text in ["claudio", "mari", "maria 1963", "saccavini claudio", "maria claudio saccavini"] {
        assert_eq!(find(db, text), [id], "{text}");
    }
    let seen = super::queries::find_patient(db, owner, id).unwrap().unwrap();
    let renamed = super::model::PatientValues { name: "Ugo".to_owned(), ..claudio };
    assert!(super::queries::update_patient(db, owner, &seen, &renamed, doctor, now()).unwrap());
    assert!(find(db, "claudio").is_empty() && find(db, "ugo") == [id]);
}

/// A name that many have is met soon by whoever walks the archive in order, and found as well.
#[test]
fn a_name_that_many_have_is_found_all_the_same() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let owner = Owner::of_doctor(doctor);
    db.write(|db| -> diesel::QueryResult<()> {
        for n in 0..1_005_i64 {
            let birth = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Duration::days(n);
            let values = super::tests::person("Rossi", "Mario", &birth.to_string());
            super::queries::insert_patient(db, owner, &values, doctor, now())?;
        }
        Ok(())
    })
    .unwrap();
    // The last one is the start of all their fiscal codes.
    for text in ["mario", "rossi mario", "rss", "rssmra"] {
        let query = PatientQuery::parse(text);
        let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: None };
        let found = search(db, owner, &wanted).unwrap();
        assert_eq!((found.patients.len(), found.more), (super::queries::PAGE, true), "{text}");
    }
}
