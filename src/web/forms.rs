//! The state of a form that may come back: what was typed, what is wrong, and nothing secret.
//!
//! A handler reads the posted struct, and if something is wrong renders the page again with a [`FormState`]:
//! `FormState::of(&posted)`, then [`FormState::check`] for shape and [`FormState::error`] for meaning, then
//! `Page::invalid`. Fields of type `SecretString` cannot be serialised, so they must be skipped and are never kept; names
//! that speak of secrets are dropped as well.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::web::secret_fields::is_never_shown;

/// Choices of a drop-down or of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A form with nothing but its token, and its key where it has one.
#[derive(Debug, Deserialize)]
pub struct NoFields {}

/// One field's error, for the summary at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field.
    pub name: String,
    /// What to do about it.
    pub text: String,
}

/// What a form shows.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    prefix: &'static str,
    values: Vec<(String, String)>,
    errors: Vec<FieldError>,
    form_errors: Vec<String>,
}

impl FormState {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// A form filled from a posted (or stored) struct of plain fields.
    pub fn of(values: &impl Serialize) -> Self {
        let encoded = serde_html_form::to_string(values).unwrap_or_default();
        Self::from_pairs(serde_html_form::from_str::<Vec<(String, String)>>(&encoded).unwrap_or_default())
    }

    /// A form filled from name and value pairs.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = pairs.into_iter().filter(|(name, _)| !is_never_shown(name)).collect();
        Self { values, ..Self::default() }
    }

    /// Puts a prefix before the ids, for a page with two forms that share field names.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }

    /// Sets one value, in place of what was there.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.retain(|(known, _)| known != name);
        if !is_never_shown(name) {
            self.values.push((name.to_owned(), value.into()));
        }
    }

    /// The id of a field.
    pub fn id(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// What a field shows.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The names of what was filled in.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    /// Whether this choice is taken (drop-down, radio button, tick).
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(known, given)| known == name && given == value)
    }

    /// Whether a tick box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.values.iter().any(|(known, given)| known == name && !matches!(given.as_str(), "" | "false" | "0"))
    }

    /// The error of one field; empty when there is none.
    pub fn error_of(&self, name: &str) -> &str {
        self.errors.iter().find(|error| error.name == name).map_or("", |error| error.text.as_str())
    }

    /// Whether a field has an error.
    pub fn is_wrong(&self, name: &str) -> bool {
        !self.error_of(name).is_empty()
    }

    /// Value of `aria-describedby`: the hint and the error, if there are any.
    pub fn described_by(&self, name: &str, hint: &str) -> String {
        let id = self.id(name);
        let hint = if hint.is_empty() { String::new() } else { format!("{id}-h") };
        let error = if self.is_wrong(name) { format!("{id}-e") } else { String::new() };
        format!("{hint} {error}").trim().to_owned()
    }

    /// Adds a field's error; the first one of a field stays.
    pub fn error(&mut self, name: &str, text: impl Into<String>) {
        if !self.is_wrong(name) {
            self.errors.push(FieldError { name: name.to_owned(), text: text.into() });
        }
    }

    /// Adds an error of the whole form.
    pub fn form_error(&mut self, text: impl Into<String>) {
        self.form_errors.push(text.into());
    }

    /// Takes over what `validator` found, in the order the rules give (by field name).
    pub fn check(&mut self, outcome: Result<(), ValidationErrors>) {
        let Err(found) = outcome else { return };
        let mut fields: Vec<(Cow<'static, str>, ValidationErrorsKind)> = found.into_errors().into_iter().collect();
        fields.sort_by(|a, b| self.position(&a.0).cmp(&self.position(&b.0)).then_with(|| a.0.cmp(&b.0)));
        for (name, kind) in fields {
            let ValidationErrorsKind::Field(errors) = kind else { continue };
            let Some(first) = errors.first() else { continue };
            if name == "__all__" {
                self.form_error(message(first));
            } else {
                self.error(&name, message(first));
            }
        }
    }

    fn position(&self, name: &str) -> usize {
        self.values.iter().position(|(known, _)| known == name).unwrap_or(usize::MAX)
    }

    /// Whether anything is wrong.
    pub fn is_invalid(&self) -> bool {
        !self.errors.is_empty() || !self.form_errors.is_empty()
    }

    /// Errors of fields, for the summary.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Errors of the whole form, for the summary.
    pub fn form_errors(&self) -> &[String] {
        &self.form_errors
    }

    /// What stands before the page's title.
    pub fn title_prefix(&self) -> &'static str {
        if self.is_invalid() { "Errore: " } else { "" }
    }
}

/// The text of one `validator` error: the rule's own message, or a plain one for its kind.
fn message(error: &ValidationError) -> String {
    if let Some(text) = &error.message {
        return text.to_string();
    }
    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
    match (error.code.as_ref(), bound("min"), bound("max"), bound("equal")) {
        ("length", _, _, Some(exact)) => format!("Servono esattamente {exact} caratteri"),
        ("length", Some(min), None, _) if min == "1" => "Compila questo campo".to_owned(),
        ("length", _, Some(_), _) if is_empty(error) => "Compila questo campo".to_owned(),
        ("length", Some(min), Some(max), _) => format!("Scrivi da {min} a {max} caratteri"),
        ("length", Some(min), None, _) => format!("Scrivi almeno {min} caratteri"),
        ("length", None, Some(max), _) => format!("Scrivi al massimo {max} caratteri"),
        ("range", Some(min), Some(max), _) => format!("Scrivi un numero da {min} a {max}"),
        ("range", Some(min), None, _) => format!("Scrivi un numero non inferiore a {min}"),
        ("range", None, Some(max), _) => format!("Scrivi un numero non superiore a {max}"),
        ("required", ..) => "Compila questo campo".to_owned(),
        ("email", ..) => "Scrivi un indirizzo e-mail completo, ad esempio nome@esempio.it".to_owned(),
        ("must_match", ..) => "I due valori non coincidono: riscrivili".to_owned(),
        _ => "Controlla questo valore".to_owned(),
    }
}

fn is_empty(error: &ValidationError) -> bool {
    error.params.get("value").and_then(|value| value.as_str()).is_some_and(str::is_empty)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use validator::Validate;

    #[derive(Serialize, Validate)]
    struct Posted {
        #[validate(length(min = 1, max = 5))]
        surname: String,
        #[validate(email)]
        email: String,
        #[validate(range(min = 1, max = 9))]
        pieces: i64,
        new_password: String,
    }

    fn posted() -> Posted {
        Posted { surname: String::new(), email: "x".to_owned(), pieces: 12, new_password: "segreta".to_owned() }
    }

    #[test]
    fn typed_values_stay_and_secrets_do_not() {
        let form = FormState::of(&posted());
        assert_eq!(form.value("email"), "x");
        assert_eq!(form.value("new_password"), "");
        assert!(!format!("{form:?}").contains("segreta"));
    }

    #[test]
    fn what_the_rules_find_is_said_in_italian_in_the_order_of_the_form() {
        let mut form = FormState::of(&posted());
        form.check(posted().validate());
        let found: Vec<(&str, &str)> = form.errors().iter().map(|e| (e.name.as_str(), e.text.as_str())).collect();
        assert_eq!(
            found,
            [
                ("surname", "Compila questo campo"),
                ("email", "Scrivi un indirizzo e-mail completo, ad esempio nome@esempio.it"),
                ("pieces", "Scrivi un numero da 1 a 9"),
            ]
        );
        assert_eq!(form.title_prefix(), "Errore: ");
    }

    #[test]
    fn a_field_keeps_its_first_error_and_names_it_for_screen_readers() {
        let mut form = FormState::new().with_prefix("nuova-");
        form.error("codice", "Scrivi il codice");
        form.error("codice", "Altro");
        assert_eq!(form.error_of("codice"), "Scrivi il codice");
        assert_eq!(form.described_by("codice", "Ad esempio 013"), "nuova-codice-h nuova-codice-e");
        assert_eq!(form.described_by("altro", ""), "");
    }

    #[test]
    fn ticks_and_choices_are_told_apart() {
        let form = FormState::from_pairs([
            ("a".to_owned(), "1".to_owned()),
            ("a".to_owned(), "2".to_owned()),
            ("b".to_owned(), "false".to_owned()),
        ]);
        assert!(form.has("a", "2") && !form.has("a", "3"));
        assert!(form.ticked("a") && !form.ticked("b") && !form.ticked("c"));
    }
}
