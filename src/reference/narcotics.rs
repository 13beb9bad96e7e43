//! Narcotics (stupefacenti) as the law has them on a day: which section of the medicines' table (tabella dei medicinali,
//! DPR 309/1990) a drug stands in, and whether it is one of the pain therapy (allegato III-bis). Rows with days; what
//! nobody has read in the table itself is marked so, and what no row says stays unknown.

use chrono::NaiveDate;
use diesel::prelude::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};

use super::notes::Noted;
use crate::db::schema::narcotics;

/// A row of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = narcotics, treat_none_as_null = true)]
pub struct NarcoticRow {
    /// Beginnings of ATC codes, space separated.
    pub atc: String,
    /// Routes of administration, folded, space separated; empty for all.
    pub routes: String,
    /// Substances, folded, comma separated: they stand in for the ATC of a package that has none.
    pub substances: String,
    /// `A` to `E`; empty when nobody has said.
    pub section: String,
    /// Of the pain therapy (allegato III-bis).
    pub pain: bool,
    /// First day in force; `None`: always was.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force; `None`: still is.
    pub valid_to: Option<NaiveDate>,
    /// Whether somebody has read the table in force.
    pub verified: bool,
    /// Which drugs.
    pub description: String,
    /// The law.
    pub source: String,
}

/// What is known of a narcotic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narcotic {
    /// `A` to `E`; empty when it is not known.
    pub section: String,
    /// Whether it is of the pain therapy; `None` when it is not known.
    pub pain: Option<bool>,
    /// Whether the section was read in the table in force, or follows from how AIFA says it is supplied.
    pub verified: bool,
}

impl Narcotic {
    /// Of section A: the special form of paper (ricetta a ricalco), unless it is for pain.
    pub fn is_of_section_a(&self) -> bool {
        self.section == "A"
    }

    /// `Stupefacente, sezione A, terapia del dolore (da verificare)`.
    pub fn in_words(&self) -> String {
        let section = if self.section.is_empty() { "sezione non nota" } else { &format!("sezione {}", self.section) };
        let pain = if self.pain == Some(true) { ", terapia del dolore" } else { "" };
        let unread = if self.verified { "" } else { " (da verificare)" };
        format!("Stupefacente, {section}{pain}{unread}")
    }
}

/// The narcotics of one day.
#[derive(Debug, Clone, Default)]
pub struct NarcoticBook {
    rows: Vec<NarcoticRow>,
}

impl NarcoticBook {
    /// Keeps the rows in force on `day`.
    pub fn on(day: NaiveDate, rows: Vec<NarcoticRow>) -> Self {
        let holds = |row: &NarcoticRow| {
            row.valid_from.is_none_or(|from| from <= day) && row.valid_to.is_none_or(|to| day <= to)
        };
        Self { rows: rows.into_iter().filter(holds).collect() }
    }

    /// What is known of a drug; `None` when nothing says that it is a narcotic. `special`: AIFA's register has it supplied
    /// on the special form, which is what the law asks for section A (D.Lgs. 219/2006 art. 90). Of what contradicts itself
    /// the stricter counts; rows that do not agree leave the section unknown.
    pub fn of_drug(&self, drug: Noted<'_>, special: bool) -> Option<Narcotic> {
        let mut own = self.rows.iter().filter(|row| drug.is_of(&row.atc, &row.routes, &row.substances));
        let Some(first) = own.next() else {
            return special.then(|| Narcotic { section: "A".to_owned(), pain: None, verified: true });
        };
        let mut found = Narcotic { section: first.section.clone(), pain: Some(first.pain), verified: first.verified };
        for row in own {
            if row.section != found.section {
                found.section.clear();
            }
            found.pain = found.pain.filter(|pain| *pain == row.pain);
            found.verified &= row.verified;
        }
        if special {
            found.section = "A".to_owned();
            found.verified = true;
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::db::testing::TestDb;
    use crate::reference::{queries, starter};

    fn book() -> NarcoticBook {
        let mut db = TestDb::new();
        let day: NaiveDate = "2026-11-30".parse().unwrap();
        starter::load(&mut db, day.and_hms_opt(8, 0, 0).unwrap()).unwrap();
        queries::narcotic_book(&mut db, day).unwrap()
    }

    fn drug<'a>(atc: &'a str, substance: &'a str, group_description: &'a str) -> Noted<'a> {
        Noted { atc, substance, group_description }
    }

    #[test]
    fn sections_follow_substance_and_route() {
        let book = book();
        for (atc, substance, group, section, pain) in [
            ("N02AA01", "Morfina cloridrato", "MORFINA CLORIDRATO 10MG 5 UNITA' USO PARENTERALE", "A", true),
            ("N02AA01", "Morfina solfato", "MORFINA SOLFATO 30MG 16 UNITA' USO ORALE RP", "D", true),
            ("N02AJ17", "Ossicodone/paracetamolo", "OSSICODONE+PARACETAMOLO 5+325MG 28 UNITA' USO ORALE", "D", true),
            ("N02AB03", "Fentanil", "FENTANIL 25MCG/ORA 3 CEROTTI USO TRANSDERMICO", "D", true),
            ("N02AE01", "Buprenorfina", "BUPRENORFINA 0,2MG 10 UNITA' USO ORALE", "A", true),
            ("N07BC02", "Metadone", "METADONE 0,1% 5ML USO ORALE", "A", true),
            ("N02AX06", "Tapentadolo", "TAPENTADOLO 50MG 30 UNITA' USO ORALE RP", "", true),
            ("N07BC51", "Buprenorfina/naloxone", "BUPRENORFINA+NALOXONE 8+2MG 7 UNITA' USO ORALE", "", false),
            ("", "Metadone", "METADONE 0,1% 5ML USO ORALE", "A", true),
            // Without a route the rows do not agree.
            ("N02AA01", "Morfina solfato", "", "", true),
        ] {
            let found = book.of_drug(drug(atc, substance, group), false).unwrap();
            assert_eq!((found.section.as_str(), found.pain), (section, Some(pain)), "{atc} {group}");
            assert!(!found.verified, "nobody has read the table in force");
        }
        for (atc, substance) in [("J01CA04", "Amoxicillina"), ("N02AX02", "Tramadolo"), ("", "Apomorfina")] {
            assert_eq!(book.of_drug(drug(atc, substance, ""), false), None, "{substance}");
        }
    }

    #[test]
    fn the_register_has_the_last_word_on_the_special_form() {
        let book = book();
        let tapentadol = drug("N02AX06", "Tapentadolo", "");
        assert_eq!(book.of_drug(tapentadol, true).unwrap().in_words(), "Stupefacente, sezione A, terapia del dolore");
        let unlisted = book.of_drug(drug("N06XX01", "Altro", ""), true).unwrap();
        assert_eq!((unlisted.is_of_section_a(), unlisted.pain, unlisted.verified), (true, None, true));
    }

    #[test]
    fn rows_have_days() {
        let row = NarcoticRow {
            atc: "N02AX06".to_owned(),
            section: "D".to_owned(),
            valid_from: Some("2027-01-01".parse().unwrap()),
            ..NarcoticRow::default()
        };
        let on = |day: &str| NarcoticBook::on(day.parse().unwrap(), vec![row.clone()]);
        assert_eq!(on("2026-12-31").of_drug(drug("N02AX06", "", ""), false), None);
        assert!(on("2027-01-01").of_drug(drug("N02AX06", "", ""), false).is_some());
    }
}
