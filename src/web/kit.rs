//! What screens of several slices show alike: a badge, a tag, a drug in a line, a name with its value.
//! Words and looks are here and nowhere else; what they are said of, the slices know.

use crate::reference::model::{Class, SupplyRegime};
use kernel::tone::Tone;

/// The badge beside a drug: its class, or its regime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// What it says.
    pub code: String,
    /// Modifier of `.cls`: `a` (SSN), `c` (citizen), `k` (anything else).
    pub look: &'static str,
    /// What it means.
    pub title: String,
}

impl Badge {
    /// Class and regime of a drug. A code that is empty has no badge; `meaning` is the table's row of the regime.
    pub fn of_drug(class: &str, regime: &str, meaning: Option<&SupplyRegime>) -> Vec<Self> {
        let known = Class::from_text(class);
        let look = match known {
            Some(Class::A) => "a",
            Some(Class::C) => "c",
            _ => "k",
        };
        let description = known.unwrap_or(Class::Unknown).description();
        let title = meaning.map_or_else(|| format!("Codice {regime}"), |regime| regime.description.clone());
        let both = [
            Self { code: class.to_owned(), look, title: format!("Classe {class}: {description}") },
            Self { code: regime.to_owned(), look: "k", title },
        ];
        both.into_iter().filter(|badge| !badge.code.is_empty()).collect()
    }
}

/// How something stands, in a word or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// What it says.
    pub text: String,
    /// Modifier of `.tag`; '' for none.
    pub tone: &'static str,
    /// The icon that says the same without the colour; '' for none.
    pub icon: &'static str,
}

impl Tag {
    /// With the icon of its tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        let (tone, icon) = match tone {
            Tone::Plain => ("", "doc"),
            Tone::Good => ("ok", "check"),
            Tone::Info => ("info", "info"),
            Tone::Warn => ("warn", "clock"),
            Tone::Bad => ("err", "alert"),
        };
        Self { text: text.into(), tone, icon }
    }

    /// Words alone.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain).with_icon("")
    }

    /// Something to be looked at.
    pub fn caution(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Warn).with_icon("alert")
    }

    /// With another icon than that of its tone.
    #[must_use]
    pub const fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }
}

/// The edge of an entry of a list.
pub const fn edge(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "todo__ok",
        Tone::Bad => "todo__err",
        Tone::Plain => "todo__off",
        Tone::Warn | Tone::Info => "",
    }
}

/// A drug in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrugLine {
    /// The package, or the active principle alone.
    pub name: String,
    /// Posology and the like.
    pub notes: Vec<String>,
    /// Packs.
    pub pieces: i64,
}

/// A name and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: String,
    /// A code: fixed-width type.
    pub is_code: bool,
}

impl Fact {
    /// A value in words.
    pub fn text(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), is_code: false }
    }

    /// A value that is a code.
    pub fn code(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), is_code: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_said_by_its_badge_and_the_regime_by_its_own() {
        let regime = |code: &str, description: &str| SupplyRegime {
            code: code.to_owned(),
            class: "C".to_owned(),
            description: description.to_owned(),
            on_ssn: false,
        };
        let shown = |class: &str, code: &str, meaning: Option<&SupplyRegime>| {
            let badges = Badge::of_drug(class, code, meaning).into_iter();
            badges.map(|badge| format!("{} ({}): {}", badge.code, badge.look, badge.title)).collect::<Vec<_>>()
        };
        let told = shown("C", "NX", Some(&regime("NX", "Classe C, non concedibile")));
        assert_eq!(told, ["C (c): Classe C: a carico del cittadino", "NX (k): Classe C, non concedibile"]);
        assert_eq!(shown("A", "ZZ", None), ["A (a): Classe A: a carico del SSN", "ZZ (k): Codice ZZ"]);
        assert_eq!(shown("?", "", None), ["? (k): Classe ?: classe non indicata negli elenchi importati"]);
        assert!(shown("", "", None).is_empty());
    }
}
