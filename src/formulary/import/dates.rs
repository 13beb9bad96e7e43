//! The date of an edition, found where the lists carry it: in a column's name (`Aifa 17/5/2021`, `15 Novembre 2021`) or in
//! the file's (`Classe_A_per_principio_attivo_15-10-2026.csv`).

use chrono::NaiveDate;

use kernel::dates::parse_date;
use kernel::folding::words;

const MONTHS: [&str; 12] = [
    "GENNAIO",
    "FEBBRAIO",
    "MARZO",
    "APRILE",
    "MAGGIO",
    "GIUGNO",
    "LUGLIO",
    "AGOSTO",
    "SETTEMBRE",
    "OTTOBRE",
    "NOVEMBRE",
    "DICEMBRE",
];

/// Every date written in a text.
pub fn dates_in(text: &str) -> Vec<NaiveDate> {
    let mut found = in_digits(text);
    found.extend(in_words(text));
    found
}

/// `17/5/2021`, `15-10-2026`, `15.10.2026`, `2021-11-15`.
fn in_digits(text: &str) -> Vec<NaiveDate> {
    text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.'))
        .map(|piece| piece.trim_matches(['/', '-', '.']))
        .filter_map(|piece| parse_date(piece).ok())
        .collect()
}

/// `15 Novembre 2021`, `1° marzo 2022`.
fn in_words(text: &str) -> Vec<NaiveDate> {
    let words = words(text);
    let mut found = Vec::new();
    for three in words.windows(3) {
        let [day, month, year] = three else { continue };
        let Some(month) = MONTHS.iter().zip(1..).find_map(|(name, number)| (name == month).then_some(number)) else {
            continue;
        };
        let day = day.trim_end_matches(|c: char| !c.is_ascii_digit()).parse();
        if let (Ok(day), Ok(year)) = (day, year.parse())
            && (1990..2200).contains(&year)
            && let Some(date) = NaiveDate::from_ymd_opt(year, month, day)
        {
            found.push(date);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_in_headers_and_names() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).into_iter().collect::<Vec<_>>();
        for (text, date) in [
            ("X=in lista di trasparenza Aifa 17/5/2021", day(2021, 5, 17)),
            ("Prezzo Pubblico 15 Novembre 2021", day(2021, 11, 15)),
            ("Classe_A_per_principio_attivo_15-10-2026.csv", day(2026, 10, 15)),
            ("Elenco_Registri_PT_attivi_03.02.2026.csv", day(2026, 2, 3)),
            ("Lista_farmaci_equivalenti_2021-11-15.csv.gz", day(2021, 11, 15)),
            ("Prezzo al 1° Marzo 2022", day(2022, 3, 1)),
            ("Classe_A_2021.csv", Vec::new()),
            ("31/2/2021 e 40 Marzo 2021", Vec::new()),
            ("", Vec::new()),
        ] {
            assert_eq!(dates_in(text), date, "{text}");
        }
    }
}
