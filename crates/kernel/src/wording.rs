//! Words that are put together the same way everywhere.

use std::fmt::Display;

/// `1 ricetta`, `2 ricette`: a count as it is shown, with the noun it wants. Whatever is shown as anything but `1` is many.
pub fn counted(count: impl Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let noun = if count == "1" { one } else { many };
    format!("{count} {noun}")
}

/// `Paolo Borghetto`, as people are spoken of; either part may be empty.
pub fn full_name(name: &str, surname: &str) -> String {
    format!("{name} {surname}").trim().to_owned()
}

/// `Borghetto Paolo`, as people are looked up.
pub fn listed_name(surname: &str, name: &str) -> String {
    full_name(surname, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "ricetta", "ricette"), "1 ricetta");
        assert_eq!(counted(0, "ricetta", "ricette"), "0 ricette");
        assert_eq!(counted("99+", "ricetta", "ricette"), "99+ ricette");
    }

    #[test]
    fn a_name_has_no_space_at_its_ends() {
        assert_eq!(full_name("Paolo", "Borghetto"), "Paolo Borghetto");
        assert_eq!(full_name("", "Borghetto"), "Borghetto");
        assert_eq!(listed_name("Borghetto", "Paolo"), "Borghetto Paolo");
    }
}
