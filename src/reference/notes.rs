//! AIFA's notes on a day: which exist for a drug, and what is to be said of the one it was prescribed under. A note is a
//! row with a first and a last day; nothing here knows a number.

use chrono::{Days, NaiveDate};
use diesel::prelude::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};

use crate::db::schema::aifa_notes;
use kernel::dates;
use kernel::folding::{fold, has_words};

/// A note of AIFA that limits who gets a drug from the health service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = aifa_notes, treat_none_as_null = true)]
pub struct AifaNote {
    /// As text; a number has two digits at least: `01`, `N01`, `100`.
    pub code: String,
    /// First day in force; `None`: always was.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force; `None`: still is.
    pub valid_to: Option<NaiveDate>,
    /// Beginnings of ATC codes, space separated.
    pub atc: String,
    /// Routes of administration, folded, space separated; empty for all.
    pub routes: String,
    /// Substances, folded, comma separated: they stand in for the ATC of a package that has none.
    pub substances: String,
    /// What it asks, words of [`asks`], space separated.
    pub asks: String,
    /// The same in words.
    pub demands: String,
    /// Which drugs it is about, for whom.
    pub description: String,
    /// What SAC is told; empty: the code.
    pub sent_as: String,
    /// The note that took its place.
    pub replaced_by: String,
    /// Whether somebody has read the act it rests on.
    pub verified: bool,
    /// That act.
    pub source: String,
}

/// Words of `aifa_notes.asks`.
pub mod asks {
    /// A therapeutic plan (piano terapeutico).
    pub const PLAN: &str = "plan";
    /// A form (scheda) that the doctor fills in.
    pub const FORM: &str = "form";
    /// A specialist's diagnosis or proposal.
    pub const SPECIALIST: &str = "specialist";
}

impl AifaNote {
    /// Whether it is in force on a day.
    pub fn valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether it asks for `what`, one of [`asks`].
    pub fn asks(&self, what: &str) -> bool {
        self.asks.split(' ').any(|asked| asked == what)
    }

    /// Its description, with what it asks and that nobody has read the act yet.
    pub fn in_words(&self) -> String {
        let asked = if self.demands.is_empty() { String::new() } else { format!(" Chiede: {}.", self.demands) };
        let unread = if self.verified { "" } else { " (da verificare)" };
        format!("{}{asked}{unread}", self.description)
    }

    fn covers(&self, drug: &Noted<'_>) -> bool {
        drug.is_of(&self.atc, &self.routes, &self.substances)
    }
}

/// What a note looks at in a drug.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// ATC code; empty when no list says.
    pub atc: &'a str,
    /// Active substance.
    pub substance: &'a str,
    /// Its equivalence group, which names the route (`... USO ORALE`).
    pub group_description: &'a str,
}

impl Noted<'_> {
    /// Whether it is among the drugs that a row of a table is about: beginnings of ATC codes and routes, space separated
    /// (no routes: all), and the substances, comma separated, that stand in for the ATC of a package that has none. A
    /// description that names no route leaves the route open.
    pub(super) fn is_of(&self, atc: &str, routes: &str, substances: &str) -> bool {
        let group = fold(self.group_description);
        let names_route = has_words(&group, "USO");
        let on_route = routes.is_empty() || !names_route || routes.split(' ').any(|route| has_words(&group, route));
        if !on_route {
            return false;
        }
        if self.atc.is_empty() {
            let substance = fold(self.substance);
            return substances.split(',').any(|name| !name.is_empty() && has_words(&substance, name));
        }
        atc.split(' ').any(|prefix| !prefix.is_empty() && self.atc.starts_with(prefix))
    }
}

/// How the note of a drug stands on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It holds; or there is none and none is needed; or it is not in the table, which then has no say.
    Good,
    /// None, though these exist for the drug.
    Missing(Vec<String>),
    /// It is over and this one is proposed.
    Replaced {
        /// The one proposed.
        by: String,
        /// In words, for the doctor.
        why: String,
    },
    /// It is over and the drug needs none any more; in words.
    Over(String),
    /// It does not hold and several could take its place, or it holds only later; in words.
    Choose(String),
}

/// The notes on one day.
#[derive(Debug, Clone)]
pub struct NoteBook {
    day: NaiveDate,
    notes: Vec<AifaNote>,
}

impl NoteBook {
    /// All notes there are (or were), as they stand on `day`.
    pub const fn on(day: NaiveDate, notes: Vec<AifaNote>) -> Self {
        Self { day, notes }
    }

    /// Those in force, in the table's order.
    pub fn in_force(&self) -> impl Iterator<Item = &AifaNote> {
        self.notes.iter().filter(|note| note.valid_on(self.day))
    }

    /// The one in force under a code.
    pub fn find(&self, code: &str) -> Option<&AifaNote> {
        self.in_force().find(|note| note.code == code)
    }

    /// Those in force that exist for a drug. Whether a patient meets a note's criteria is the doctor's decision.
    pub fn of_drug(&self, drug: Noted<'_>) -> Vec<&AifaNote> {
        self.in_force().filter(|note| note.covers(&drug)).collect()
    }

    /// What SAC is told of a note, where that is not its code.
    pub fn sent_as(&self, code: &str) -> String {
        self.find(code).map(|note| note.sent_as.clone()).filter(|text| text != code).unwrap_or_default()
    }

    /// What is to be said of the note `code` (empty for none) of a drug.
    pub fn judge(&self, code: &str, drug: Noted<'_>) -> Standing {
        let own = self.of_drug(drug);
        let codes = |notes: &[&AifaNote]| notes.iter().map(|note| note.code.clone()).collect::<Vec<_>>();
        if code.is_empty() {
            return if own.is_empty() { Standing::Good } else { Standing::Missing(codes(&own)) };
        }
        let known: Vec<&AifaNote> = self.notes.iter().filter(|note| note.code == code).collect();
        if known.is_empty() || known.iter().any(|note| note.valid_on(self.day)) {
            return Standing::Good;
        }
        let Some(last) =
            known.iter().filter(|note| note.valid_to.is_some_and(|to| to < self.day)).max_by_key(|note| note.valid_to)
        else {
            let from = known.iter().filter_map(|note| note.valid_from).min().map(dates::short).unwrap_or_default();
            return Standing::Choose(format!("La nota {code} vale solo dal {from}: scegline un’altra."));
        };
        let over = last.valid_to.and_then(|to| to.checked_add_days(Days::new(1))).map(dates::short).unwrap_or_default();
        let over = format!("La nota {code} non vale più dal {over}");
        let heir =
            own.iter().find(|note| note.code == last.replaced_by).or(if own.len() == 1 { own.first() } else { None });
        match heir {
            Some(heir) => Standing::Replaced {
                by: heir.code.clone(),
                why: format!("{over}: al suo posto è proposta la {}. Controlla che il paziente vi rientri.", heir.code),
            },
            None if own.is_empty() => Standing::Over(format!("{over}: per questo farmaco non serve più alcuna nota.")),
            None => Standing::Choose(format!("{over}: scegli tra le note {}.", codes(&own).join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::db::testing::TestDb;
    use crate::reference::{queries, starter};

    fn book(day: &str) -> NoteBook {
        let mut db = TestDb::new();
        starter::load(&mut db, day.parse::<NaiveDate>().unwrap().and_hms_opt(8, 0, 0).unwrap()).unwrap();
        queries::note_book(&mut db, day.parse().unwrap()).unwrap()
    }

    fn drug<'a>(atc: &'a str, substance: &'a str, group_description: &'a str) -> Noted<'a> {
        Noted { atc, substance, group_description }
    }

    fn codes(book: &NoteBook, drug: Noted<'_>) -> String {
        book.of_drug(drug).iter().map(|note| note.code.as_str()).collect::<Vec<_>>().join(" ")
    }

    const PANTOPRAZOLE: Noted<'static> =
        Noted { atc: "A02BC02", substance: "Pantoprazolo", group_description: "PANTOPRAZOLO 20MG 28 UNITA' USO ORALE" };
    const MISOPROSTOL: Noted<'static> = Noted {
        atc: "A02BB01",
        substance: "Misoprostolo",
        group_description: "MISOPROSTOLO 200MCG 50 UNITA' USO ORALE",
    };

    #[test]
    fn notes_follow_the_day() {
        let (before, after) = (book("2026-03-21"), book("2026-03-22"));
        assert_eq!((codes(&before, PANTOPRAZOLE), codes(&after, PANTOPRAZOLE)), ("01 48".into(), "N01".into()));
        assert_eq!((codes(&before, MISOPROSTOL), codes(&after, MISOPROSTOL)), ("01".into(), String::new()));
        let gabapentin = drug("N03AX12", "Gabapentin", "GABAPENTIN 300MG 50 UNITA' USO ORALE");
        assert_eq!(codes(&book("2025-08-06"), gabapentin), "04");
        for (atc, last) in
            [("A05AA02", "2025-08-06"), ("H05BA01", "2025-08-06"), ("J01CE08", "2025-10-02"), ("A16AA01", "2025-11-17")]
        {
            let last: NaiveDate = last.parse().unwrap();
            assert_ne!(codes(&book(&last.to_string()), drug(atc, "", "")), "", "{atc}");
            let after = last.checked_add_days(Days::new(1)).unwrap();
            assert_eq!(codes(&book(&after.to_string()), drug(atc, "", "")), "", "{atc}");
        }
        assert_eq!(codes(&book("2025-11-17"), drug("B01AF02", "Apixaban", "")), "97 101");
        assert_eq!(codes(&after, drug("B01AF02", "Apixaban", "")), "97");
    }

    #[test]
    fn notes_follow_atc_and_route_and_without_an_atc_the_substance() {
        let book = book("2026-11-30");
        for (atc, substance, group, notes) in [
            ("C10AA07", "Rosuvastatina", "ROSUVASTATINA 10MG 28 UNITA' USO ORALE", "13"),
            ("C10BA06", "Rosuvastatina/ezetimibe", "ROSUVASTATINA+EZETIMIBE 10+10MG 30 UNITA' USO ORALE", "13"),
            ("J01GB01", "Tobramicina", "TOBRAMICINA 100MG 1 UNITA' USO PARENTERALE", "55"),
            ("J01GB01", "Tobramicina", "TOBRAMICINA 300MG 56 UNITA' USO INALATORIO", ""),
            ("S01BC03", "Diclofenac", "DICLOFENAC 0,1% 5ML USO OFTALMICO", ""),
            ("J01CA04", "Amoxicillina", "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE", ""),
            ("", "Warfarin", "", "97"),
            ("", "Pantoprazolo sodico", "PANTOPRAZOLO 20MG 28 UNITA' USO ORALE", "N01"),
            ("", "Diclofenac", "DICLOFENAC 0,1% 5ML USO OFTALMICO", ""),
        ] {
            assert_eq!(codes(&book, drug(atc, substance, group)), notes, "{atc} {substance} {group}");
        }
    }

    #[test]
    fn a_note_that_is_over_proposes_the_one_after_it() {
        let (before, after) = (book("2026-03-21"), book("2026-03-22"));
        assert_eq!(before.judge("48", PANTOPRAZOLE), Standing::Good);
        for old in ["01", "48"] {
            let Standing::Replaced { by, why } = after.judge(old, PANTOPRAZOLE) else { panic!("{old}") };
            assert_eq!(by, "N01");
            assert!(why.starts_with(&format!("La nota {old} non vale più dal 22/03/26")), "{why}");
        }
        assert!(matches!(after.judge("01", MISOPROSTOL), Standing::Over(why) if why.contains("22/03/26")));
        assert!(matches!(after.judge("04", drug("N03AX12", "", "")), Standing::Over(why) if why.contains("07/08/25")));
        assert!(matches!(before.judge("N01", PANTOPRAZOLE), Standing::Choose(why) if why.contains("dal 22/03/26")));
        assert_eq!(after.judge("", PANTOPRAZOLE), Standing::Missing(vec!["N01".to_owned()]));
        assert_eq!(after.judge("", drug("J01CA04", "", "")), Standing::Good);
        assert_eq!(after.judge("regionale 7", PANTOPRAZOLE), Standing::Good, "not in the table: no say");
    }

    #[test]
    fn what_is_sent_is_the_rows() {
        let notes = vec![
            AifaNote { code: "N01".into(), sent_as: "01".into(), ..AifaNote::default() },
            AifaNote { code: "13".into(), ..AifaNote::default() },
        ];
        let book = NoteBook::on("2026-11-30".parse().unwrap(), notes);
        assert_eq!(
            (book.sent_as("N01"), book.sent_as("13"), book.sent_as("66")),
            ("01".into(), String::new(), String::new())
        );
    }
}
