//! What a spreadsheet makes of a cell, undone where only one thing can be meant. Pure.

use chrono::{Days, NaiveDate};

use kernel::dates::parse_date;
use kernel::fiscal_code::FiscalCode;
use kernel::folding::fold;

/// A cell as one line: line breaks and tabs inside it are blanks, signs that show nothing go.
pub(super) fn tidy(cell: &str) -> String {
    let unseen = |c: &char| matches!(c, '\u{FEFF}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{AD}');
    let seen: String = cell.chars().filter(|c| !unseen(c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A cell of digits: without the apostrophe that marks it as text.
pub(super) fn marked(cell: &str) -> String {
    let cell = tidy(cell);
    cell.strip_prefix(['\'', '’']).map(str::to_owned).unwrap_or(cell)
}

/// A code of `width` digits whose zeros at the front were eaten: `184` of a postal code is `00184`.
pub(super) fn padded(cell: &str, width: usize) -> String {
    let cell = marked(cell);
    let eaten = (1..width).contains(&cell.len()) && cell.chars().all(|c| c.is_ascii_digit());
    if eaten { format!("{cell:0>width$}") } else { cell }
}

/// `M` or `F` of the words lists have for it; anything else as it stands, to be refused.
pub(super) fn sex(cell: &str) -> String {
    match fold(cell).as_str() {
        "M" | "MASCHIO" | "MASCHILE" | "MASC" | "UOMO" => "M".to_owned(),
        "F" | "FEMMINA" | "FEMMINILE" | "FEMM" | "DONNA" => "F".to_owned(),
        _ => tidy(cell),
    }
}

const MONTHS: [&str; 12] = ["GEN", "FEB", "MAR", "APR", "MAG", "GIU", "LUG", "AGO", "SET", "OTT", "NOV", "DIC"];

/// A birth date as a date field writes it, out of whatever a spreadsheet wrote; the cell itself when it is no date. Two
/// digits of a year, and a number of days, mean what the fiscal code says: nothing else can tell.
pub(super) fn birth_date(cell: &str, code: Option<&FiscalCode>, today: NaiveDate) -> String {
    let cell = marked(cell);
    let cell = without_hour(&cell);
    if parse_date(&cell).is_ok() {
        return cell;
    }
    let of_code = |date: &NaiveDate| code.is_some_and(|code| code.matches_birth_date(*date));
    let found = days_since(&cell)
        .into_iter()
        .find(of_code)
        .or_else(|| in_words(&cell))
        .or_else(|| two_digits(&cell, code.map(|code| code.birth_date(today))).filter(of_code));
    found.map_or(cell, |date| date.to_string())
}

/// `30/05/1963 00:00:00` and `1963-05-30T00:00` without the hour.
fn without_hour(cell: &str) -> String {
    match cell.split_once([' ', 'T']) {
        Some((day, hour)) if hour.contains(':') && day.contains(|c: char| c.is_ascii_digit()) => day.to_owned(),
        _ => cell.to_owned(),
    }
}

/// The days a spreadsheet may mean by a number: counted from the end of 1899, or from 1904 as older Macs do.
fn days_since(cell: &str) -> Vec<NaiveDate> {
    let Ok(days) = cell.trim_end_matches(",00").trim_end_matches(",0").parse::<u64>() else { return Vec::new() };
    let starts = [NaiveDate::from_ymd_opt(1899, 12, 30), NaiveDate::from_ymd_opt(1904, 1, 1)];
    starts.into_iter().flatten().filter_map(|start| start.checked_add_days(Days::new(days))).collect()
}

/// `30-mag-1963`, `30 maggio 1963`.
fn in_words(cell: &str) -> Option<NaiveDate> {
    let folded = fold(cell);
    let parts: Vec<&str> = folded.split(' ').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let month = MONTHS.iter().zip(1..).find_map(|(name, number)| month.starts_with(name).then_some(number))?;
    if year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)
}

/// `30/05/63` and `30-mag-63`, in the century of `of_code`.
fn two_digits(cell: &str, of_code: Option<NaiveDate>) -> Option<NaiveDate> {
    let (rest, year) = cell.rsplit_once(['/', '-', '.', ' '])?;
    if year.len() != 2 || !year.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let full = of_code?.format("%Y").to_string();
    let whole = format!("{rest}/{full}");
    if !full.ends_with(year) {
        return None;
    }
    parse_date(&whole).ok().or_else(|| in_words(&whole))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_has_one_reading_is_read() {
        assert_eq!(tidy(" Via Roma 3\r\nscala\u{a0}B\u{200b} "), "Via Roma 3 scala B");
        assert_eq!((marked("'+39347"), tidy("'Ndrangheta")), ("+39347".to_owned(), "'Ndrangheta".to_owned()));
        for (cell, width, read) in [
            ("184", 5, "00184"),
            ("5", 3, "005"),
            ("33100", 5, "33100"),
            ("", 5, ""),
            ("33A", 5, "33A"),
            ("1234567", 5, "1234567"),
        ] {
            assert_eq!(padded(cell, width), read, "{cell}");
        }
        for (cell, read) in [("Maschio", "M"), ("femmina", "F"), ("f", "F"), ("DONNA", "F"), ("altro", "altro")] {
            assert_eq!(sex(cell), read, "{cell}");
        }
    }

    #[test]
    fn dates_of_spreadsheets_are_the_codes() {
        let today = NaiveDate::from_ymd_opt(2016, 11, 19).unwrap();
        let code = FiscalCode::parse("SCCCLD63E30L483Q").unwrap();
        for cell in
            ["30/05/63", "30-mag-63", "30 maggio 1963", "23161", "21699", "30/05/1963 00:00:00", "1963-05-30T00:00"]
        {
            let read = birth_date(cell, Some(&code), today);
            let date = parse_date(&read).ok();
            assert_eq!(date, NaiveDate::from_ymd_opt(1963, 5, 30), "{cell}: {read}");
        }
        // What contradicts the code stays as it stands, to be refused with its line.
        for cell in ["31/05/63", "23162", "30/05/64", "ieri", "30/13/63"] {
            assert_eq!(birth_date(cell, Some(&code), today), cell);
        }
        assert_eq!(birth_date("30/05/63", None, today), "30/05/63");
        assert_eq!(birth_date("30/05/1863", Some(&code), today), "30/05/1863");
    }
}
