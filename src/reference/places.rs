//! Whether a birthplace in words is the one of a fiscal code. Pure: the rows of the list are given.

use chrono::NaiveDate;

use super::model::Birthplace;
use kernel::folding::words;

/// The words of a place's name, without the province in brackets.
fn name_words(text: &str) -> Vec<String> {
    words(text.split('(').next().unwrap_or_default())
}

/// The folded name of a place as one writes it, without its province: what two lists agree on.
pub fn place_key(text: &str) -> String {
    name_words(text).join(" ")
}

/// Of the places that have borne a code, the one that did on a day, or came nearest to it.
pub fn birthplace_on(of_code: &[Birthplace], on: NaiveDate) -> Option<&Birthplace> {
    of_code.iter().min_by_key(|place| {
        let before = place.valid_from.map_or(0, |from| (from - on).num_days().max(0));
        let after = place.valid_to.map_or(0, |to| (on - to).num_days().max(0));
        before + after
    })
}

/// Whether a text names none of the places that have borne a code. `Reggio Emilia` is Reggio nell'Emilia; a text left
/// empty, or a code no list knows, contradicts nothing.
pub fn is_elsewhere(text: &str, of_code: &[Birthplace]) -> bool {
    let written = name_words(text);
    let within = |some: &[String], all: &[String]| !some.is_empty() && some.iter().all(|word| all.contains(word));
    !written.is_empty()
        && !of_code.is_empty()
        && !of_code.iter().any(|place| {
            let known = name_words(&place.name);
            within(&written, &known) || within(&known, &written)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str, name: &str, province: &str) -> Birthplace {
        let (name, province) = (name.to_owned(), province.to_owned());
        Birthplace { code: code.to_owned(), name, province, valid_from: None, valid_to: None }
    }

    #[test]
    fn a_place_is_compared_by_its_words() {
        let rome = [place("H501", "Roma", "RM")];
        let reggio = [place("H223", "Reggio nell'Emilia", "RE"), place("H223", "Reggio di Lombardia", "RE")];
        for (text, places, elsewhere) in [
            ("ROMA", &rome[..], false),
            ("Roma (RM)", &rome, false),
            ("Venezia", &rome, true),
            ("", &rome, false),
            ("Venezia", &[], false),
            ("Reggio Emilia", &reggio, false),
            ("REGGIO NELL’EMILIA (RE)", &reggio, false),
            ("Reggio Calabria", &reggio, true),
        ] {
            assert_eq!(is_elsewhere(text, places), elsewhere, "{text}");
        }
        assert_eq!(place_key("Forlì (FC)"), "FORLI");
    }
}
