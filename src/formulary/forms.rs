//! What the formulary's page asks, in an address or in its form: the two carry the same fields.

use url::form_urlencoded;

use super::index::Criterion;
use kernel::aic::Aic;

/// Most packages that can be ticked at once; more is not a prescription.
pub const MOST_TICKED: usize = 20;

/// Names of the fields.
pub mod field {
    /// What is searched.
    pub const QUERY: &str = "q";
    /// In which column (ricerca per).
    pub const BY: &str = "per";
    /// A ticked package, once for each.
    pub const TICKED: &str = "aic";
    /// Not substitutable (non sostituibile).
    pub const NOT_SUBSTITUTABLE: &str = "nonsost";
    /// By active substance only (stampa solo P.A.).
    pub const BY_SUBSTANCE: &str = "solopa";
    /// Package whose equivalents are shown.
    pub const EQUIVALENTS_OF: &str = "eq";
    /// Where the page of results starts.
    pub const FROM: &str = "da";
    /// Which button was pressed.
    pub const ACTION: &str = "azione";
    /// Problem the record is looked at through.
    pub const PROBLEM: &str = "problema";
    /// Package to keep as therapy.
    pub const THERAPY: &str = "terapia";
    /// Patient in hand, on a package's sheet.
    pub const PATIENT: &str = "paziente";
}

/// What is asked of the formulary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What is searched.
    pub query: String,
    /// In which column.
    pub by: Criterion,
    /// Ticked packages, each once, in the order they came.
    pub ticked: Vec<String>,
    /// Not substitutable.
    pub not_substitutable: bool,
    /// By active substance only.
    pub by_substance: bool,
    /// Package whose equivalents are shown instead of a search.
    pub equivalents_of: Option<String>,
    /// Where the page of results starts.
    pub from: Cursor,
    /// Problem the record is looked at through.
    pub problem: Option<i64>,
}

/// Where a page of results starts: a place in the results of one edition. In another edition it means nothing and the
/// results start over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    edition: i64,
    place: usize,
}

impl Cursor {
    /// The place `place` in the results of `edition`.
    pub const fn new(edition: i64, place: usize) -> Self {
        Self { edition, place }
    }

    /// The place, when the edition is still the same.
    pub const fn place(self, edition: i64) -> usize {
        if self.edition == edition { self.place } else { 0 }
    }

    fn parse(text: &str) -> Option<Self> {
        let (edition, place) = text.split_once('-')?;
        Some(Self { edition: edition.parse().ok()?, place: place.parse().ok()? })
    }

    /// As it stands in an address.
    pub fn text(self) -> String {
        format!("{}-{}", self.edition, self.place)
    }
}

impl Criterion {
    /// Value of the radio button.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Name => "nome",
            Self::Substance => "pa",
            Self::Aic => "aic",
            Self::Atc => "atc",
        }
    }

    /// Its label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Nome",
            Self::Substance => "Principio attivo",
            Self::Aic => "AIC",
            Self::Atc => "ATC",
        }
    }

    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Name, Self::Substance, Self::Aic, Self::Atc];

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|by| by.value() == text).unwrap_or_default()
    }
}

impl Asked {
    /// Reads the query of an address.
    pub fn of_query(query: &str) -> Self {
        Self::of_fields(form_urlencoded::parse(query.as_bytes()))
    }

    /// Reads fields; what makes no sense is left out, since nothing is lost by searching without it.
    pub fn of_fields(fields: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Self {
        let mut asked = Self::default();
        for (name, value) in fields {
            let value = value.as_ref().trim();
            match name.as_ref() {
                field::QUERY => value.clone_into(&mut asked.query),
                field::BY => asked.by = Criterion::parse(value),
                field::TICKED => asked.tick(value),
                field::NOT_SUBSTITUTABLE => asked.not_substitutable = value == "1",
                field::BY_SUBSTANCE => asked.by_substance = value == "1",
                field::EQUIVALENTS_OF => asked.equivalents_of = Aic::parse(value).ok().map(|aic| aic.to_string()),
                field::FROM => asked.from = Cursor::parse(value).unwrap_or_default(),
                field::PROBLEM => asked.problem = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    fn tick(&mut self, value: &str) {
        if let Ok(aic) = Aic::parse(value)
            && self.ticked.len() < MOST_TICKED
            && !self.ticked.iter().any(|known| known == aic.as_str())
        {
            self.ticked.push(aic.to_string());
        }
    }

    /// The query of the address that asks the same; '' when nothing is asked.
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.query.is_empty() {
            query.append_pair(field::QUERY, &self.query);
        }
        if self.by != Criterion::default() {
            query.append_pair(field::BY, self.by.value());
        }
        for aic in &self.ticked {
            query.append_pair(field::TICKED, aic);
        }
        for (name, set) in
            [(field::NOT_SUBSTITUTABLE, self.not_substitutable), (field::BY_SUBSTANCE, self.by_substance)]
        {
            if set {
                query.append_pair(name, "1");
            }
        }
        if let Some(aic) = &self.equivalents_of {
            query.append_pair(field::EQUIVALENTS_OF, aic);
        }
        if self.from != Cursor::default() {
            query.append_pair(field::FROM, &self.from.text());
        }
        if let Some(problem) = self.problem {
            query.append_pair(field::PROBLEM, &problem.to_string());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_what_it_was_made_from() {
        let asked = Asked {
            query: "zimox 1g & altro".to_owned(),
            by: Criterion::Substance,
            ticked: vec!["023086150".to_owned(), "035885058".to_owned()],
            not_substitutable: true,
            by_substance: false,
            equivalents_of: Some("023086150".to_owned()),
            from: Cursor::new(3, 50),
            problem: Some(7),
        };
        assert_eq!(Asked::of_query(asked.to_query().trim_start_matches('?')), asked);
        assert_eq!(Asked::default().to_query(), "");
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let asked = Asked::of_query(
            "q=+zimox+&per=altro&aic=023086150&aic=23086150&aic=023086151&aic=x&eq=1&da=x-1&problema=tutti&nonsost=2",
        );
        let expected = Asked { query: "zimox".to_owned(), ticked: vec!["023086150".to_owned()], ..Asked::default() };
        assert_eq!(asked, expected);
        let many: Vec<(String, String)> =
            (0..30).map(|n| ("aic".to_owned(), format!("{n}"))).filter(|(_, aic)| Aic::parse(aic).is_ok()).collect();
        assert!(Asked::of_fields(many).ticked.len() <= MOST_TICKED);
    }

    #[test]
    fn a_place_in_another_edition_means_the_beginning() {
        let cursor = Cursor::new(3, 50);
        assert_eq!((cursor.place(3), cursor.place(4)), (50, 0));
    }
}
