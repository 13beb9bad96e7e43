//! The code list a form can be filled from: searched and picked from inside the form, so that nothing typed is lost.

use actix_web::{HttpRequest, HttpResponse};
use diesel::prelude::*;

use super::screens::Screen;
use crate::db::Db;
use crate::record::forms::HITS;
use crate::record::pages::entry::{Catalogue, HitLine, HitsFragment};
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::{Page, wants_fragment};

/// Id of the box of a live search.
const RESULTS: &str = "risultati";

/// What a posted form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The entry is to be saved.
    Save,
    /// The code list is to be searched.
    Search,
    /// A row of the code list is to be put into the fields.
    Pick(String),
}

impl Purpose {
    /// Reads it from the button pressed. A new line typed in any field presses the form's first button, out of sight: it
    /// is a search when the words to be searched have changed since the results on the page, and else it saves.
    pub(super) fn of(raw: &[(String, String)]) -> Self {
        let code = field(raw, "scelta");
        if !code.is_empty() {
            return Self::Pick(code.to_owned());
        }
        let words = field(raw, "q").trim();
        match field(raw, "azione") {
            "cerca" => Self::Search,
            "invio" if !words.is_empty() && words != field(raw, "cercato").trim() => Self::Search,
            _ => Self::Save,
        }
    }
}

/// The first value of a posted field; empty when there is none.
pub(super) fn field<'a>(raw: &'a [(String, String)], name: &str) -> &'a str {
    raw.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// Rows of the code list for what was asked.
pub(super) fn search<F: Screen>(conn: &mut Db, q: String) -> QueryResult<Catalogue> {
    let found = if q.trim().is_empty() { Vec::new() } else { F::search(conn, &q)? };
    let hits = found.into_iter().take(HITS).map(|hit| HitLine { code: hit.code, description: hit.description });
    Ok(Catalogue { label: F::CATALOGUE, q, hits: hits.collect() })
}

/// The box of results alone, when the script asked for it.
pub(super) async fn fragment<F: Screen>(
    doctor: &Acting,
    req: &HttpRequest,
    q: &str,
) -> Result<Option<HttpResponse>, AppError> {
    if F::CATALOGUE.is_empty() || !wants_fragment(req, RESULTS) {
        return Ok(None);
    }
    let q = q.to_owned();
    let catalogue = doctor.read(move |conn| search::<F>(conn, q).map_err(AppError::from)).await?;
    Page::ok(HitsFragment { catalogue }).render().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(fields: &[(&str, &str)]) -> Purpose {
        let raw: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Purpose::of(&raw)
    }

    #[test]
    fn a_new_line_searches_only_for_words_not_yet_searched() {
        let pressed = |words, seen| purpose(&[("azione", "invio"), ("q", words), ("cercato", seen)]);
        assert_eq!(pressed("diabete", ""), Purpose::Search);
        assert_eq!(pressed("diabete", "diab"), Purpose::Search);
        assert_eq!(pressed("diabete", "diabete"), Purpose::Save);
        assert_eq!(pressed(" ", ""), Purpose::Save);
    }

    #[test]
    fn the_buttons_say_what_they_are_for() {
        assert_eq!(purpose(&[("q", "diabete")]), Purpose::Save);
        assert_eq!(purpose(&[("azione", "cerca"), ("q", "diabete"), ("cercato", "diabete")]), Purpose::Search);
        let picked = purpose(&[("scelta", "250.00"), ("q", "diabete"), ("cercato", "diabete")]);
        assert_eq!(picked, Purpose::Pick("250.00".to_owned()));
    }
}
