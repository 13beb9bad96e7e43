//! What is taken from a list though it may be wrong: named line by line, for somebody to look at.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::birthplaces;
use crate::patients::model::{PatientValues, odd_sign};
use crate::reference::model::Birthplace;
use crate::reference::places::{birthplace_on, is_elsewhere, place_key};
use crate::reference::queries as reference;
use kernel::dates::age;
use kernel::fiscal_code::FiscalCode;

/// Of whom it is not sure that they were not born a hundred years earlier: nobody has lived much longer.
const YOUNG: u32 = 25;

/// Looks at lines with the list of birthplaces at hand; each code is asked of the database once.
#[derive(Default)]
pub(super) struct Doubts {
    places: HashMap<String, Vec<Birthplace>>,
    /// Every place's folded name, read when the first line names a place its code does not.
    names: Option<HashSet<String>>,
}

impl Doubts {
    /// What is doubtful about a line that was read; `dated` when the list states the birth date.
    pub(super) fn of(
        &mut self,
        db: &mut Db,
        values: &PatientValues,
        dated: bool,
        today: NaiveDate,
    ) -> QueryResult<Vec<String>> {
        let mut doubts = Vec::new();
        for (field, text) in [("cognome", &values.surname), ("nome", &values.name)] {
            if let Some(sign) = odd_sign(text) {
                doubts.push(format!("{field}: il segno «{sign}» non è di un nome"));
            }
        }
        let code = FiscalCode::parse(&values.fiscal_code);
        if code.is_ok_and(|code| !code.matches_person(&values.surname, &values.name)) {
            doubts.push("cognome e nome non danno le prime sei lettere del codice fiscale".to_owned());
        }
        if !dated && age(values.birth_date, today) <= YOUNG {
            let year = values.birth_year();
            doubts.push(format!(
                "nel codice fiscale l'anno ha due cifre: preso come {year}, ma può essere {} (scrivi data_nascita)",
                year - 100
            ));
        }
        let places = self.places(db, &values.birthplace_code)?;
        if is_elsewhere(&values.birthplace, places) {
            let known = birthplace_on(places, values.birth_date).map(Birthplace::label).unwrap_or_default();
            if self.is_a_place(db, &values.birthplace)? {
                doubts.push(format!("il luogo di nascita non è quello del codice fiscale, che dice {known}"));
            }
        }
        Ok(doubts)
    }

    /// The places that have borne a code.
    pub(super) fn places(&mut self, db: &mut Db, code: &str) -> QueryResult<&[Birthplace]> {
        if !self.places.contains_key(code) {
            let rows = reference::list_birthplaces(db, code)?;
            self.places.insert(code.to_owned(), rows);
        }
        Ok(self.places.get(code).map(Vec::as_slice).unwrap_or_default())
    }

    /// Whether a text names a place of the list: a hamlet or a foreign town contradicts nothing.
    fn is_a_place(&mut self, db: &mut Db, text: &str) -> QueryResult<bool> {
        if self.names.is_none() {
            let names: Vec<String> = birthplaces::table.select(birthplaces::name).load(db)?;
            self.names = Some(names.iter().map(|name| place_key(name)).collect());
        }
        Ok(self.names.as_ref().is_some_and(|names| names.contains(&place_key(text))))
    }
}
