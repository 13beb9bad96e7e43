//! Invented people with valid fiscal codes.

use chrono::{Datelike, NaiveDate, TimeDelta};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use kernel::fiscal_code::{FiscalCode, Sex};

const SURNAMES: &[&str] = &[
    "Rossi",
    "Russo",
    "Ferrari",
    "Esposito",
    "Bianchi",
    "Romano",
    "Colombo",
    "Ricci",
    "Marino",
    "Greco",
    "Bruno",
    "Gallo",
    "Conti",
    "De Luca",
    "Mancini",
    "Costa",
    "Giordano",
    "Rizzo",
    "Lombardi",
    "Moretti",
    "Barbieri",
    "Fontana",
    "Santoro",
    "Mariani",
    "Rinaldi",
    "Caruso",
    "Ferrara",
    "Galli",
    "Martini",
    "Leone",
    "Longo",
    "Gentile",
    "Martinelli",
    "Vitale",
    "Lombardo",
    "Serra",
    "Coppola",
    "De Santis",
    "D'Angelo",
    "Marchetti",
    "Parisi",
    "Villa",
    "Conte",
    "Ferraro",
    "Ferri",
    "Fabbri",
    "Bianco",
    "Marini",
    "Grasso",
    "Valentini",
    "Messina",
    "Sala",
    "De Angelis",
    "Gatti",
    "Pellegrini",
    "Palumbo",
    "Sanna",
    "Farina",
    "Rizzi",
    "Monti",
    "Cattaneo",
    "Morelli",
    "Amato",
    "Silvestri",
    "Mazza",
    "Testa",
    "Grassi",
    "Pellegrino",
    "Carbone",
    "Giuliani",
    "Benedetti",
    "Barone",
    "Rossetti",
    "Caputo",
    "Montanari",
    "Guerra",
    "Palmieri",
    "Bernardi",
    "Martino",
    "Fiore",
    "De Rosa",
    "Ferretti",
    "Bellini",
    "Basile",
    "Riva",
    "Donati",
    "Piras",
    "Vitali",
    "Battaglia",
    "Sartori",
    "Neri",
    "Costantini",
    "Milani",
    "Pagano",
    "Ruggiero",
    "Sorrentino",
    "D'Amico",
    "Orlando",
    "Damico",
    "Negri",
    "Mantovani",
    "Zanin",
    "Zorzi",
    "Furlan",
    "Visentin",
    "Pavan",
    "Bortolotti",
    "Trevisan",
    "Vianello",
    "Tonello",
    "Busato",
    "Cescutti",
    "Nardini",
    "Saccomani",
    "Sacchetto",
    "Saccon",
    "Dal Pozzo",
    "Dall'Acqua",
    "Lo Presti",
    "Nicolò",
    "Ștefănescu",
    "Łukasik",
    "Hoxha",
    "Kowalski",
    "Popescu",
    "Muñoz",
    "Çelik",
    "Diallo",
    "Bui",
    "Fo",
];

const MEN: &[&str] = &[
    "Paolo",
    "Marco",
    "Giuseppe",
    "Antonio",
    "Luca",
    "Andrea",
    "Francesco",
    "Giovanni",
    "Roberto",
    "Stefano",
    "Matteo",
    "Alessandro",
    "Davide",
    "Carlo",
    "Pietro",
    "Lorenzo",
    "Mario",
    "Franco",
    "Bruno",
    "Sergio",
    "Giorgio",
    "Claudio",
    "Luigi",
    "Enrico",
    "Simone",
    "Nicolò",
    "Gianluca",
    "Gian Marco",
    "Riccardo",
    "Tommaso",
    "Filippo",
    "Emanuele",
    "Ugo",
    "Ivo",
    "Ennio",
    "Renzo",
    "Vittorio",
    "Elia",
    "Samuele",
    "Diego",
];

const WOMEN: &[&str] = &[
    "Maria",
    "Anna",
    "Giulia",
    "Francesca",
    "Laura",
    "Sara",
    "Chiara",
    "Elena",
    "Paola",
    "Rita",
    "Lucia",
    "Teresa",
    "Silvia",
    "Martina",
    "Federica",
    "Valentina",
    "Alessia",
    "Giovanna",
    "Angela",
    "Rosa",
    "Carla",
    "Franca",
    "Luisa",
    "Marta",
    "Elisa",
    "Beatrice",
    "Sofia",
    "Aurora",
    "Ginevra",
    "Ada",
    "Ines",
    "Norma",
    "Wanda",
    "Mirella",
    "Ornella",
    "Maria Grazia",
    "Anna Rita",
    "Irene",
    "Noemi",
    "Alice",
];

/// Cadastral code, name, province, postal code.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("L483", "UDINE", "UD", "33100"),
    ("L736", "VENEZIA", "VE", "30121"),
    ("G224", "PADOVA", "PD", "35121"),
    ("L781", "VERONA", "VR", "37121"),
    ("L840", "VICENZA", "VI", "36100"),
    ("L407", "TREVISO", "TV", "31100"),
    ("H501", "ROMA", "RM", "00118"),
    ("F205", "MILANO", "MI", "20121"),
    ("F839", "NAPOLI", "NA", "80121"),
    ("L219", "TORINO", "TO", "10121"),
    ("A944", "BOLOGNA", "BO", "40121"),
    ("D612", "FIRENZE", "FI", "50121"),
    ("A662", "BARI", "BA", "70121"),
    ("G273", "PALERMO", "PA", "90121"),
    ("D969", "GENOVA", "GE", "16121"),
    ("L424", "TRIESTE", "TS", "34121"),
];

const ABROAD: &[(&str, &str)] = &[("Z129", "ROMANIA"), ("Z127", "POLONIA"), ("Z100", "ALBANIA"), ("Z330", "MAROCCO")];

const STREETS: &[&str] = &[
    "Via Roma",
    "Via Garibaldi",
    "Via Mazzini",
    "Via Dante",
    "Via Verdi",
    "Piazza San Marco",
    "Via dei Tigli",
    "Vicolo Stretto",
    "Via Cavour",
    "Viale della Stazione",
    "Via delle Acacie",
    "Borgo Nuovo",
];

/// One invented person, ready to become a row.
#[derive(Clone)]
pub struct Person {
    /// Family name as written on documents, in upper case.
    pub surname: String,
    /// Given name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_date: NaiveDate,
    /// Cadastral code of the birthplace.
    pub birthplace_code: &'static str,
    /// Name of the birthplace.
    pub birthplace: &'static str,
    /// Fiscal code.
    pub fiscal_code: FiscalCode,
    /// Street and number.
    pub address: String,
    /// Where they live: name, province, postal code.
    pub home: (&'static str, &'static str, &'static str),
}

fn pick<T: Copy>(rng: &mut StdRng, list: &[T], otherwise: T) -> T {
    list.choose(rng).copied().unwrap_or(otherwise)
}

/// A day of birth: ages follow a practice's own shape, many over sixty, a few newborn and a few over a hundred.
fn birth_date(rng: &mut StdRng, today: NaiveDate) -> NaiveDate {
    let age = match rng.random_range(0..100) {
        0..8 => rng.random_range(0..15),
        8..45 => rng.random_range(15..50),
        45..97 => rng.random_range(50..95),
        _ => rng.random_range(95..103),
    };
    let year = today.year().saturating_sub(age);
    let day = TimeDelta::days(rng.random_range(0..365));
    NaiveDate::from_ymd_opt(year, 1, 1).map_or(today, |first| (first + day).min(today))
}

/// Invents one person.
pub fn invent(rng: &mut StdRng, today: NaiveDate) -> Person {
    loop {
        let sex = if rng.random_bool(0.52) { Sex::Female } else { Sex::Male };
        let name = pick(rng, if sex == Sex::Female { WOMEN } else { MEN }, "Anna");
        let surname = pick(rng, SURNAMES, "Rossi");
        let birth_date = birth_date(rng, today);
        let home = pick(rng, PLACES, ("L483", "UDINE", "UD", "33100"));
        let (birthplace_code, birthplace) = if rng.random_bool(0.06) {
            pick(rng, ABROAD, ("Z129", "ROMANIA"))
        } else {
            let place = pick(rng, PLACES, home);
            (place.0, place.1)
        };
        let code = FiscalCode::compute(surname, name, birth_date, sex, birthplace_code);
        // A name whose letters make no code is not worth a special case: draw again.
        let Ok(fiscal_code) = code else { continue };
        return Person {
            surname: surname.to_uppercase(),
            name: name.to_owned(),
            sex,
            birth_date,
            birthplace_code,
            birthplace,
            fiscal_code,
            address: format!("{} {}", pick(rng, STREETS, "Via Roma"), rng.random_range(1..120)),
            home: (home.1, home.2, home.3),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_same_seed_invents_the_same_people_with_valid_codes() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default();
        let people = |seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            (0..500).map(|_| invent(&mut rng, today)).collect::<Vec<_>>()
        };
        let (first, second) = (people(7), people(7));
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(a.fiscal_code.as_str(), b.fiscal_code.as_str());
            assert!(a.fiscal_code.matches_person(&a.surname, &a.name), "{}", a.surname);
            assert!(a.fiscal_code.matches_birth_date(a.birth_date));
            assert!(a.birth_date <= today);
        }
        let codes: std::collections::HashSet<_> = first.iter().map(|p| p.fiscal_code.as_str().to_owned()).collect();
        assert!(codes.len() > 450);
    }
}
