//! Papers for the tests, plain and random.

use chrono::NaiveDate;
use kernel::auth_code::AuthCode;
use kernel::nre::Nre;
use promemoria::{Address, Kind, Priority, Promemoria, Row};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// The paper that the ministry's test system made.
pub fn official() -> Promemoria {
    Promemoria {
        region: "Abruzzo".into(),
        nre: Nre::parse("1300A4019294836").unwrap(),
        auth_code: AuthCode::parse("300920261647159170000050622805").unwrap(),
        hidden: false,
        patient_name: String::new(),
        address: Address::default(),
        patient_code: "PNIMRA70A01H501P".into(),
        insured: Vec::new(),
        exemption: "NON ESENTE".into(),
        residence_province: "AQ".into(),
        residence_asl: "201".into(),
        regional_provisions: String::new(),
        indication: String::new(),
        other: String::new(),
        priority: None,
        kind: Kind::Drugs,
        rows: vec![row("G3B - LEVETIRACETAM 500MG 60 UNITA' USO ORALE")],
        diagnosis: String::new(),
        recipe_type: "Assist.SSN".into(),
        date: "2026-09-30".parse().unwrap(),
        doctor_name: "PRO VA".into(),
        doctor_code: "PROVAX00X00X000Y".into(),
        messages: vec!["REGIONE ABRUZZO: Frase di prova di interesse regionale da stampare nel promemoria".into()],
        creator: "prova".into(),
    }
}

/// A row of one pack without note.
pub fn row(text: &str) -> Row {
    Row { texts: vec![text.into()], quantity: 1, note: String::new() }
}

const SURNAMES: &[&str] = &[
    "D'ALÒ",
    "ȘTEFĂNESCU",
    "ŁUKASIEWICZ",
    "ĐORĐEVIĆ",
    "NGUYỄN THỊ",
    "ÇELİK",
    "MÜLLER-LÜDENSCHEIDT",
    "DE' ROSSI",
    "ŽIŽEK",
    "O’CONNOR",
    "ŐRSI",
    "PAPADOPOULOS ΨΥΧΗ",
    "SACCAVINI",
    "ESPÍRITO SANTO DA CONCEIÇÃO E SILVA",
];
const NAMES: &[&str] = &["Ștefan", "Łukasz", "Niccolò", "Zoë", "Noémie", "Søren", "Юлия", "Maria Grazia", "José María"];
const DRUGS: &[&str] = &[
    "(023086150) ZIMOX*12CPR 1G (18B) AMOXICILLINA 1.000MG 12 UNITA' USO ORALE",
    "G3B - LEVETIRACETAM 500MG 60 UNITA' USO ORALE",
    "(035885058) CRESTOR*28CPR RIV 10MG (RGA) ROSUVASTATINA 10MG 28 UNITA' USO ORALE",
];
const SERVICES: &[&str] = &[
    "99.97.2 (A099972)  - TRATTAMENTI PER APPLICAZIONE DI PROTESI RIMOVIBILE",
    "89.7 - PRIMA VISITA CARDIOLOGICA CON ECG",
    "88.72.3 - ECOCOLORDOPPLERGRAFIA CARDIACA A RIPOSO O DOPO PROVA FISICA O FARMACOLOGICA",
];

/// Papers of every kind, always the same ones for a seed.
pub fn random(seed: u64, many: usize) -> Vec<Promemoria> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..many).map(|_| one(&mut random)).collect()
}

fn letters(random: &mut StdRng, alphabet: &[u8], many: usize) -> String {
    (0..many).map(|_| char::from(*alphabet.choose(random).unwrap())).collect()
}

const DIGITS: &[u8] = b"0123456789";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BOTH: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The shape of a fiscal code, any letters: the bars do not care whether the check character is right.
fn fiscal_code(random: &mut StdRng) -> String {
    let shape = [(CAPITALS, 6), (DIGITS, 2), (CAPITALS, 1), (DIGITS, 2), (CAPITALS, 1), (DIGITS, 3), (CAPITALS, 1)];
    shape.into_iter().map(|(alphabet, many)| letters(random, alphabet, many)).collect()
}

fn one(random: &mut StdRng) -> Promemoria {
    let kind = if random.random_bool(0.7) { Kind::Drugs } else { Kind::Services };
    let texts = if kind == Kind::Drugs { DRUGS } else { SERVICES };
    let rows = (0..random.random_range(1..=8))
        .map(|_| {
            let mut row = row(texts.choose(random).unwrap());
            if kind == Kind::Drugs && random.random_bool(0.5) {
                row.texts.push("POSOLOGIA: 1 compressa ogni 12 ore, lontano dai pasti".into());
            }
            row.quantity = random.random_range(1..=6);
            row.note = ["", "01", "66", "97 bis"].choose(random).unwrap().to_string();
            row
        })
        .collect();
    Promemoria {
        region: ["Veneto", "Provincia autonoma di Bolzano", "Friuli-Venezia Giulia"]
            .choose(random)
            .unwrap()
            .to_string(),
        nre: Nre::parse(&format!(
            "{}{}{}",
            letters(random, DIGITS, 3),
            letters(random, BOTH, 2),
            letters(random, DIGITS, 10)
        ))
        .unwrap(),
        auth_code: AuthCode::parse(&format!("1{}", letters(random, DIGITS, 29))).unwrap(),
        hidden: random.random_bool(0.2),
        patient_name: format!("{} {}", SURNAMES.choose(random).unwrap(), NAMES.choose(random).unwrap()),
        address: Address {
            street: "Via Roma 11".into(),
            postal_code: "33100".into(),
            city: "UDINE".into(),
            province: "UD".into(),
        },
        patient_code: fiscal_code(random),
        insured: Vec::new(),
        priority: [None, Some(Priority::Urgent), Some(Priority::Deferrable)].choose(random).copied().unwrap(),
        kind,
        rows,
        diagnosis: [
            "",
            "Influenza (487)",
            "Infezioni acute delle vie respiratorie superiori a localizzazioni multiple",
        ]
        .choose(random)
        .unwrap()
        .to_string(),
        date: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(random.random_range(0..365)),
        doctor_name: "BORGHETTO PAOLO".into(),
        doctor_code: fiscal_code(random),
        ..official()
    }
}
