//! What a browser got, read by selectors and visible text.

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};

use super::browser::Browser;

/// An answer.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    pub path: String,
    pub browser: Browser,
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|_| panic!("bad selector {css}"))
}

fn words(element: &ElementRef<'_>) -> String {
    element.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    /// The visible text of the page, white space folded.
    pub fn text(&self) -> String {
        words(&Html::parse_document(&self.body).root_element())
    }

    /// The texts of the elements `css` selects.
    pub fn all(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).map(|element| words(&element)).collect()
    }

    /// The text of the one element `css` selects.
    pub fn one(&self, css: &str) -> String {
        let mut found = self.all(css);
        assert_eq!(found.len(), 1, "{css} on {}: {found:?}", self.path);
        found.remove(0)
    }

    /// An attribute of the first element `css` selects.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).next().and_then(|element| element.value().attr(name)).map(str::to_owned)
    }

    /// The addresses of the links `css` selects.
    pub fn links(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).filter_map(|a| a.value().attr("href")).map(str::to_owned).collect()
    }

    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.text());
        self
    }

    #[track_caller]
    pub fn assert_text(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "{} has no «{text}»: {}", self.path, self.text());
        self
    }

    #[track_caller]
    pub fn assert_no_text(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "{} has «{text}»", self.path);
        self
    }

    /// Follows the first link `css` selects.
    pub async fn follow(&self, css: &str) -> Page {
        let href = self.attribute(css, "href").unwrap_or_else(|| panic!("no link {css} on {}", self.path));
        self.browser.get(&href).await
    }

    /// Where the page's forms and their buttons post to.
    pub fn actions(&self) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let mut actions = Vec::new();
        for form in html.select(&selector("form[method=post]")) {
            let own = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(&self.path);
            actions.push(own.to_owned());
            actions
                .extend(form.select(&selector("[formaction]")).filter_map(|b| b.attr("formaction")).map(str::to_owned));
        }
        actions
    }

    /// The fields of the form `css` selects, as a browser would send them untouched, and where it is posted.
    pub fn form(&self, css: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.body);
        let form = html.select(&selector(css)).next().unwrap_or_else(|| panic!("no form {css} on {}", self.path));
        let action = form.value().attr("action").filter(|action| !action.is_empty()).unwrap_or(&self.path).to_owned();
        let mut fields = Vec::new();
        for field in form.select(&selector("input, select, textarea")) {
            let value = field.value();
            let Some(name) = value.attr("name") else { continue };
            if value.attr("disabled").is_some() {
                continue;
            }
            let content = match (value.name(), value.attr("type")) {
                ("select", _) => {
                    let chosen = field.select(&selector("option[selected]")).next();
                    let first = chosen.or_else(|| field.select(&selector("option")).next());
                    first.map(|option| option.value().attr("value").map_or_else(|| words(&option), str::to_owned))
                }
                ("textarea", _) => Some(field.text().collect()),
                (_, Some("checkbox" | "radio")) => {
                    value.attr("checked").map(|_| value.attr("value").unwrap_or("on").to_owned())
                }
                _ => Some(value.attr("value").unwrap_or_default().to_owned()),
            };
            if let Some(content) = content {
                fields.push((name.to_owned(), content));
            }
        }
        (action, fields)
    }

    /// Fills the form `css` selects and sends it: hidden fields and token go as they are in the page.
    pub async fn submit(&self, css: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = self.filled(css, filled);
        self.browser.post(&action, &fields).await
    }

    /// Fills the form `css` selects and opens the address it asks for: a search.
    pub async fn submit_get(&self, css: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = self.filled(css, filled);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.browser.get(&format!("{action}?{query}")).await
    }

    /// As [`Page::submit`], without following the redirect.
    pub async fn submit_raw(&self, css: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = self.filled(css, filled);
        self.browser.post_raw(&action, &fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Where the form goes and what it carries once filled. A name given twice replaces all fields of that name.
    pub fn filled(&self, css: &str, filled: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let (action, mut fields) = self.form(css);
        for (name, _) in filled {
            fields.retain(|(known, _)| known != name);
        }
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        (action, fields)
    }
}
