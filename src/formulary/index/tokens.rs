//! Words of labels and of what is typed, cut the same way: folded, and parted where letters meet digits, so that `12CPR`,
//! `12 cpr` and `1G`, `1 g` are the same words.

use kernel::folding::fold;

/// The words of a text.
pub fn tokens(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = Vec::new();
    for part in folded.split(' ').filter(|part| !part.is_empty()) {
        let mut digits = None;
        for c in part.chars() {
            let digit = c.is_ascii_digit();
            match words.last_mut() {
                Some(word) if digits == Some(digit) => word.push(c),
                _ => words.push(c.to_string()),
            }
            digits = Some(digit);
        }
    }
    words
}

/// True for a word of digits.
pub fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_letters_part() {
        assert_eq!(tokens("ZIMOX*12CPR SOLUB/MAST 1G"), ["ZIMOX", "12", "CPR", "SOLUB", "MAST", "1", "G"]);
        assert_eq!(tokens("12 cpr 1 g"), tokens("12CPR 1G"));
        assert_eq!(tokens("Tè verde 0,5%"), ["TE", "VERDE", "0", "5"]);
        assert!(tokens(" * ").is_empty());
    }
}
