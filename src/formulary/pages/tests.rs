//! Every page and state of the formulary, drawn with text that would do harm if it were not escaped.

use askama::Template;

use super::*;
use crate::formulary::forms::Cursor;
use crate::formulary::model::Supply;
use crate::reference::model::SupplyRegime;
use crate::web::html_check::assert_sound;
use crate::web::shell::PatientBanner;

const HOSTILE: &str = "<b onclick=\"x()\">&'\"</b><script>alert(1)</script>";

fn row(aic: &str, class: Class, regime: &str, on_ssn: bool, price_cents: Option<i64>) -> Listed {
    let package = Package {
        id: 1,
        edition_id: 1,
        aic: aic.to_owned(),
        label: format!("ZIMOX*12CPR 1G {HOSTILE}"),
        substance: HOSTILE.to_owned(),
        atc: "J01CA04".to_owned(),
        holder: HOSTILE.to_owned(),
        class,
        regime: regime.to_owned(),
        price_cents,
        reference_cents: Some(327),
        group_code: "18B".to_owned(),
        group_description: HOSTILE.to_owned(),
        substitutable: true,
        regions: HOSTILE.to_owned(),
        composition: HOSTILE.to_owned(),
        supply: Supply::Repeatable,
        remark: HOSTILE.to_owned(),
        leaflet_url: "https://api.aifa.gov.it/x?ts=FI".to_owned(),
        summary_url: "https://api.aifa.gov.it/x?ts=RCP".to_owned(),
        limit_category: String::new(),
    };
    let (code, class) = (regime.to_owned(), class.as_str().to_owned());
    Listed { package, regime: Some(SupplyRegime { code, class, description: HOSTILE.to_owned(), on_ssn }) }
}

fn rows() -> Vec<Listed> {
    vec![
        row("023086150", Class::A, "CD", true, Some(490)),
        row("023086135", Class::C, "NX", false, Some(1_070)),
        row("033315021", Class::H, "OSP", false, None),
        row("029520018", Class::Unknown, "", false, None),
    ]
}

fn shell(patient: Option<i64>) -> Shell {
    let shell = Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto");
    match patient {
        Some(id) => shell.for_patient(PatientBanner { id, name: HOSTILE.to_owned(), ..PatientBanner::default() }),
        None => shell,
    }
}

fn states() -> Vec<Found> {
    vec![
        Found::NoEdition,
        Found::Nothing,
        Found::TooShort,
        Found::None { other: None },
        Found::None { other: Some(("/millelight/prontuario?q=x".to_owned(), "AIC")) },
        Found::Hits { title: HOSTILE.to_owned(), approximate: false, next: String::new(), first: String::new() },
        Found::Hits {
            title: HOSTILE.to_owned(),
            approximate: true,
            next: Cursor::new(1, 50).text(),
            first: "/millelight/prontuario".to_owned(),
        },
        Found::Group { label: HOSTILE.to_owned(), description: HOSTILE.to_owned(), reference: HOSTILE.to_owned() },
        Found::NoGroup { text: "Nessun gruppo." },
    ]
}

fn harmless(html: &str) {
    assert_sound(html);
    assert!(!html.contains("<script>alert") && !html.contains("<b onclick"), "{html}");
}

#[test]
fn every_state_of_the_search_is_sound() {
    for patient in [None, Some(7)] {
        for found in states() {
            let asked = Asked {
                query: HOSTILE.to_owned(),
                ticked: vec!["023086150".to_owned(), "035885058".to_owned()],
                not_substitutable: true,
                by_substance: true,
                problem: Some(3),
                ..Asked::default()
            };
            let around = Around { patient, allergies: &[], today: NaiveDate::default(), asked: &asked };
            let shown = matches!(found, Found::Hits { .. } | Found::Group { .. });
            let lines: Vec<PackageLine> = rows().iter().map(|row| PackageLine::new(row, around)).collect();
            let kept = vec![PackageLine::new(&row("035885058", Class::A, "CD", true, Some(850)), around)];
            let results = Results {
                found,
                rows: if shown { lines } else { Vec::new() },
                kept: if patient.is_some() { kept } else { Vec::new() },
                query: HOSTILE.to_owned(),
                patient,
                can_keep: true,
            };
            let part = ResultsFragment { results: results.clone() }.render().unwrap();
            assert!(!part.contains("<script>alert") && !part.contains("<form"), "{part}");
            let page = FormularyPage {
                shell: shell(patient),
                edition_date: "11/10/2016".to_owned(),
                edition_label: HOSTILE.to_owned(),
                asked: asked.clone(),
                results,
                waiting: if patient.is_some() { 2 } else { 0 },
                back: "/millelight/pazienti".to_owned(),
                action: around.page(&Asked::default()),
            };
            harmless(&page.render().unwrap());
        }
    }
}

#[test]
fn every_sheet_is_sound() {
    let asked = Asked::default();
    for patient in [None, Some(7)] {
        for row in rows() {
            let known = row.package.class == Class::A;
            let text = |text: &str| if known { text.to_owned() } else { String::new() };
            let page = PackagePage {
                shell: shell(patient),
                patient,
                drug: PackageLine::new(
                    &row,
                    Around { patient, allergies: &[], today: NaiveDate::default(), asked: &asked },
                ),
                what: HOSTILE.to_owned(),
                facts: vec![("Prezzo", HOSTILE.to_owned())],
                notes: if known {
                    vec![("13".to_owned(), HOSTILE.to_owned()), ("101".to_owned(), String::new())]
                } else {
                    Vec::new()
                },
                leaflet: text(&row.package.leaflet_url),
                summary: text(&row.package.summary_url),
                search: "https://medicinali.aifa.gov.it/it/#/it/risultati?query=023086150".to_owned(),
                edition: HOSTILE.to_owned(),
                back: "/millelight/prontuario".to_owned(),
                problem: text("3"),
                not_substitutable: known,
                by_substance: known,
            };
            harmless(&page.render().unwrap());
        }
    }
}

#[test]
fn badges_say_what_the_tables_say() {
    let codes = |row: &Listed| badges(row).into_iter().map(|badge| (badge.code, badge.look)).collect::<Vec<_>>();
    let found: Vec<_> = rows().iter().map(codes).collect();
    let pair = |code: &str, look| (code.to_owned(), look);
    assert_eq!(
        found,
        [
            vec![pair("A", "a"), pair("CD", "k")],
            vec![pair("C", "c"), pair("NX", "k")],
            vec![pair("H", "k"), pair("OSP", "k")],
            vec![pair("?", "k")],
        ]
    );
}

#[test]
fn titles_count_in_italian() {
    assert_eq!(title("zimox", 1, 0, 1), "1 confezione per «zimox»");
    assert_eq!(title("zimox", 6, 0, 6), "6 confezioni per «zimox»");
    assert_eq!(title("a", 1_200, 50, 50), "1.200 confezioni per «a», dalla 51 alla 100");
}

#[test]
fn the_patient_pays_only_beyond_the_reference_price() {
    let group = |rows: Vec<Listed>, reference_cents| Group {
        code: "18B".to_owned(),
        description: String::new(),
        reference_cents,
        by_lowest_price: false,
        packages: rows,
    };
    let brand = row("023086150", Class::A, "CD", true, Some(490)).package;
    let of = |package: &Package, reference| group(Vec::new(), reference).patient_pays(package).map(|cents| cents.0);
    assert_eq!(of(&brand, Some(327)), Some(163));
    let unlisted = Package { reference_cents: None, ..brand.clone() };
    assert_eq!(of(&unlisted, Some(300)), Some(190), "the group's price when the package has none of its own");
    assert_eq!(of(&unlisted, None), Some(0));
    assert_eq!(of(&Package { substitutable: false, ..brand.clone() }, Some(327)), Some(0), "paid in full");
    assert_eq!(of(&Package { price_cents: None, ..brand }, Some(327)), None);
}
