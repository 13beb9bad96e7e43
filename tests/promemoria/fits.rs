//! However long the texts, they stay in their boxes, in the half page, and off each other.

use std::io::Read as _;

use promemoria::{Address, Kind, Priority, Promemoria, Row, render};

use crate::invented::{official, random, row};
use crate::tools::{Word, shared, tools, words};

const CLASS_A: &str = "data/aifa/Classe_A_per_principio_attivo_2021.csv.gz";

/// Two words print over each other: their letters, not the blank above and below them that belongs to the font.
fn collide(one: &Word, other: &Word) -> bool {
    let ink = |word: &Word| {
        let blank = (word.bottom - word.top) * 0.2;
        (word.top + blank, word.bottom - blank)
    };
    let ((top, bottom), (other_top, other_bottom)) = (ink(one), ink(other));
    let across = one.right.min(other.right) - one.left.max(other.left);
    across > 0.5 && bottom.min(other_bottom) - top.max(other_top) > 0.5
}

fn assert_fits(paper: &Promemoria, what: &str) -> Vec<Word> {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("lungo.pdf");
    std::fs::write(&pdf, render(paper).unwrap()).unwrap();
    let pages = words(&pdf);
    let [page] = pages.as_slice() else { panic!("{what}: {} pages", pages.len()) };
    for word in page {
        assert!(word.left >= 36.0 && word.right <= 560.5, "{what}: {word:?} leaves the frame");
        assert!(word.top >= 0.0 && word.bottom <= 421.0, "{what}: {word:?} leaves the half page");
        let in_table = word.top > 185.0 && word.bottom < 340.0 && word.left < 497.0;
        assert!(!in_table || word.right <= 497.0, "{what}: {word:?} leaves its column");
    }
    for (index, word) in page.iter().enumerate() {
        for other in &page[index + 1..] {
            assert!(!collide(word, other), "{what}: {word:?} over {other:?}");
        }
    }
    page.clone()
}

/// Every field as long as a form lets it be.
fn longest(kind: Kind, rows: Vec<Row>) -> Promemoria {
    Promemoria {
        region: "Provincia autonoma di Bolzano - Alto Adige".into(),
        patient_name: "MARIA ANTONIETTA GIUSEPPINA ESPÍRITO SANTO DA CONCEIÇÃO DELLA ROVERE DI MONTEFELTRO ".repeat(2),
        address: Address {
            street: "Strada vicinale della Madonna della Neve e dei Santi Gervasio e Protasio 1234/bis, ".repeat(2),
            postal_code: "33100".into(),
            city: "SAN VALENTINO IN ABRUZZO CITERIORE - PRESICCE-ACQUARICA DEL CAPO".into(),
            province: "PE".into(),
        },
        exemption: "RCG020.123456 E TUTTE LE ALTRE".into(),
        residence_province: "PE".into(),
        residence_asl: "203".into(),
        regional_provisions: "EROGDPC;SMARTCUP=SI;TEL=0432123456;EMAIL=prova@example.it;NOTECUP=chiamare la mattina"
            .repeat(2),
        indication: "S".into(),
        other: "A".into(),
        priority: Some(Priority::Deferrable),
        kind,
        rows,
        diagnosis: "Altre e non specificate malattie delle vie respiratorie superiori, con complicazioni ".repeat(4),
        recipe_type: "Assistito da istituzioni europee".into(),
        doctor_name: "MARIA ANTONIETTA GIUSEPPINA ESPÍRITO SANTO DA CONCEIÇÃO DELLA ROVERE".into(),
        messages: vec!["Frase della regione che non finisce più, e che va stampata per intero. ".repeat(6); 2],
        ..official()
    }
}

#[test]
fn the_longest_fields() {
    if !tools() {
        return;
    }
    for kind in [Kind::Drugs, Kind::Services] {
        for rows in 1..=8 {
            let row = Row {
                texts: vec![
                    format!("(023086150) {}", "FARMACO DAL NOME LUNGHISSIMO E ANCORA PIÙ LUNGO ".repeat(3)),
                    "NON SOSTITUIBILE - MOTIVAZIONE 2".into(),
                    format!("POSOLOGIA: {}", "una compressa ogni otto ore e poi ogni dodici ".repeat(4)),
                ],
                quantity: 9,
                note: "97 bis e 100".into(),
            };
            assert_fits(&longest(kind, vec![row; rows]), &format!("{kind:?}, {rows} rows"));
        }
    }
    let endless = Row { texts: vec!["X".repeat(2_000), "parola ".repeat(1_000)], quantity: 1, note: "9".repeat(40) };
    assert_fits(&longest(Kind::Drugs, vec![endless; 8]), "endless");
}

/// Where the others have the bars of their code.
#[test]
fn the_card_of_who_is_insured_abroad() {
    if !tools() {
        return;
    }
    let long = "80250000012345678901 ".repeat(3);
    let insured = vec![
        format!("STATO ESTERO: FR   ISTITUZIONE: {long}"),
        format!("N. IDENTIFICAZIONE PERSONALE: {long}"),
        "N. TESSERA: 80250000012345678901".to_owned(),
        "NATO IL: 01/02/1970   SCADENZA TESSERA: 31/12/2027".to_owned(),
    ];
    let row = row("(023086150) ZIMOX*12CPR 1G");
    let words = assert_fits(
        &Promemoria { patient_code: String::new(), insured, ..longest(Kind::Drugs, vec![row]) },
        "insured abroad",
    );
    for text in ["80250000012345678901", "31/12/2027"] {
        assert!(words.iter().any(|word| word.text == text), "{text}");
    }
}

#[test]
fn ordinary_papers() {
    if !tools() {
        return;
    }
    for (number, paper) in random(11, 40).iter().enumerate() {
        assert_fits(paper, &format!("random paper {number}"));
    }
}

/// The longest texts of AIFA's list: label and equivalence group of the same package.
fn aifa() -> Option<Vec<String>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(shared(CLASS_A)?).unwrap()).read_to_end(&mut text).unwrap();
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&text);
    let mut rows: Vec<String> = csv::ReaderBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.unwrap())
        .map(|record| format!("({}) {} ({}) {}", &record[5], &record[2], &record[6], &record[1]))
        .collect();
    assert!(rows.len() > 5_000, "the list was read");
    rows.sort_by_key(|text| std::cmp::Reverse(text.len()));
    rows.truncate(24);
    Some(rows)
}

#[test]
fn the_longest_packages_of_the_real_list_are_printed_whole() {
    let (true, Some(texts)) = (tools(), aifa()) else { return };
    for pair in texts.chunks(2) {
        let rows: Vec<Row> = pair.iter().map(|text| row(text)).collect();
        let words = assert_fits(&Promemoria { rows, ..official() }, &pair[0]);
        let printed: Vec<String> = words.into_iter().map(|word| word.text).collect();
        for word in pair.iter().flat_map(|text| text.split_whitespace()) {
            assert!(printed.iter().any(|own| own == word), "{word} of {pair:?}");
        }
    }
}
