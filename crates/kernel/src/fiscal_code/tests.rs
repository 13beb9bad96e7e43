//! Tests of the fiscal code.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn error(text: &str) -> FiscalCodeError {
    FiscalCode::parse(text).unwrap_err()
}

#[test]
fn reads_and_decodes_the_manuals_patient() {
    let code = FiscalCode::parse(" sccCLD 63e30 L483q ").unwrap();
    assert_eq!(code.as_str(), "SCCCLD63E30L483Q");
    assert_eq!(code.sex(), Sex::Male);
    assert_eq!(code.birth_date(day("2016-11-19")), day("1963-05-30"));
    assert_eq!(code.birthplace_code(), "L483");
    assert!(code.matches_person("SACCAVINI", "Claudio"));
    assert!(!code.matches_person("SACCAVINI", "Paolo"));
}

#[test]
fn a_woman_is_born_on_a_day_plus_forty() {
    let code = FiscalCode::parse("SCCGLI92B54L483F").unwrap();
    assert_eq!(code.sex(), Sex::Female);
    assert!(code.matches_birth_date(day("1992-02-14")));
    assert!(!code.matches_birth_date(day("1992-02-15")));
}

#[test]
fn homocody_is_undone() {
    // Every digit of SCCCLD63E30L483 replaced, check character computed anew.
    let body = "SCCCLDSPEPLLQUP";
    let code = FiscalCode::parse(&format!("{body}{}", check_character(body).unwrap())).unwrap();
    assert_eq!(code.birthplace_code(), "L483");
    assert_eq!(code.birth_date(day("2016-11-19")), day("1963-05-30"));
}

#[test]
fn the_latest_past_century_is_taken() {
    let code = FiscalCode::compute("Neri", "Ada", day("2016-11-20"), Sex::Female, "H501").unwrap();
    assert_eq!(code.birth_date(day("2016-11-20")), day("2016-11-20"));
    assert_eq!(code.birth_date(day("2016-11-19")), day("1916-11-20"));
    assert!(code.matches_birth_date(day("1916-11-20")));
}

#[test]
fn leap_day_of_year_zero_is_in_2000() {
    let code = FiscalCode::compute("Verdi", "Ugo", day("2000-02-29"), Sex::Male, "Z404").unwrap();
    assert_eq!(code.birth_date(day("2026-01-01")), day("2000-02-29"));
    assert_eq!(code.birthplace_code(), "Z404");
}

#[test]
fn short_and_long_names() {
    assert_eq!(surname_letters("Fo"), "FOX");
    assert_eq!(surname_letters("D'Alò"), "DLA");
    assert_eq!(surname_letters("Saccavini"), "SCC");
    assert_eq!(name_letters("Gianfranco"), "GFR");
    assert_eq!(name_letters("Claudio"), "CLD");
    assert_eq!(name_letters("Li"), "LIX");
}

#[test]
fn each_error_says_what_is_wrong() {
    assert_eq!(error("  "), FiscalCodeError::Empty);
    assert_eq!(error("SCCCLD63E30L483"), FiscalCodeError::Length(15));
    assert!(error("SCCCLD63E30L483").to_string().contains("qui sono 15"));
    assert_eq!(error("12345678903"), FiscalCodeError::Company);
    assert!(error("12345678903").to_string().contains("è di una società"));
    assert_eq!(error("SCCCLD63E30L483A"), FiscalCodeError::CheckCharacter);
    assert_eq!(error("SCCCLD63E30L48_Q"), FiscalCodeError::Character('_'));
    assert!(matches!(error("SCC1LD63E30L483Q"), FiscalCodeError::Position { position: 4, found: '1', .. }));
    assert!(matches!(error("SCCCLD63F30L483Q"), FiscalCodeError::Position { position: 9, .. }));
    assert!(matches!(error("SCCCLD6AE30L483Q"), FiscalCodeError::Position { position: 8, .. }));
    let body = "SCCCLD63B30L483";
    assert_eq!(error(&format!("{body}{}", check_character(body).unwrap())), FiscalCodeError::BirthDate);
    assert_eq!(error("ÀÀÀ"), FiscalCodeError::Character('À'));
}

#[test]
fn debug_shows_nothing() {
    assert!(!format!("{:?}", FiscalCode::parse("SCCCLD63E30L483Q").unwrap()).contains("SCC"));
}

proptest! {
    #[test]
    fn what_is_computed_is_read_back(
        surname in "[A-Z][a-zàèéìòù' ]{0,14}", name in "[A-Z][a-zàèéìòù]{0,14}",
        days in 0i64..45_000, woman: bool, place in "[A-MZ][0-9]{3}",
    ) {
        let birth = day("1901-01-01") + chrono::Duration::days(days);
        let sex = if woman { Sex::Female } else { Sex::Male };
        let code = FiscalCode::compute(&surname, &name, birth, sex, &place).unwrap();
        prop_assert_eq!(code.sex(), sex);
        prop_assert!(code.matches_birth_date(birth));
        prop_assert!(code.matches_person(&surname, &name));
        prop_assert_eq!(code.birthplace_code(), place);
        prop_assert_eq!(FiscalCode::parse(&code.as_str().to_lowercase()).unwrap(), code);
    }

    #[test]
    fn one_wrong_character_is_always_noticed(position in 0usize..16, letter in "[A-Z0-9]") {
        let good = "SCCCLD63E30L483Q";
        let mut bad: Vec<char> = good.chars().collect();
        let new = letter.chars().next().unwrap();
        *bad.get_mut(position).unwrap() = new;
        let bad: String = bad.into_iter().collect();
        prop_assert_eq!(FiscalCode::parse(&bad).is_ok(), bad == good);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,20}") {
        let _ = FiscalCode::parse(&text);
    }
}
