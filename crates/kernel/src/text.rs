//! Cleaning of what people type into fields. Control characters are refused, not dropped: a name holding a line break
//! is an attack on a mail header or a log line, not a slip (R29, R33).

use unicode_normalization::UnicodeNormalization;

/// Why a text is refused. The message is for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A control character, or one that reverses the direction of writing.
    #[error("Il testo contiene un carattere non ammesso: riscrivilo senza incollarlo.")]
    Control,
    /// Longer than the field.
    #[error("Il testo è troppo lungo: al massimo {0} caratteri.")]
    TooLong(usize),
}

/// A one-line field: trimmed, inner spaces collapsed, letters and their accents composed (a Mac types them apart).
/// Fails on control or direction characters anywhere, or more than `max` characters.
pub fn one_line(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.trim_matches(' ');
    if text.chars().any(is_refused) {
        return Err(TextError::Control);
    }
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    within(clean.nfc().collect(), max)
}

/// A field of several lines: line ends become `\n`, trailing blanks go, tabs become spaces, letters are composed.
/// Fails on control or direction characters other than line ends and tabs, or more than `max` characters.
pub fn several_lines(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    if text.chars().any(|c| c != '\n' && is_refused(c)) {
        return Err(TextError::Control);
    }
    let clean = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    within(clean.trim().nfc().collect(), max)
}

fn within(text: String, max: usize) -> Result<String, TextError> {
    if text.chars().count() > max { Err(TextError::TooLong(max)) } else { Ok(text) }
}

/// Control characters, line and paragraph separators, and the marks that reorder what the eye sees.
pub fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_trimmed_and_collapsed() {
        assert_eq!(one_line("  Via  Roma 1 ", 20), Ok("Via Roma 1".to_owned()));
        assert_eq!(one_line("", 0), Ok(String::new()));
        assert_eq!(one_line("abc", 2), Err(TextError::TooLong(2)));
        assert_eq!(one_line("Niccolò", 7), Ok("Niccolò".to_owned()));
        assert_eq!(one_line("Niccolo\u{300}", 7), Ok("Niccol\u{f2}".to_owned()));
        assert_eq!(several_lines("Cio\u{300}", 3), Ok("Ci\u{f2}".to_owned()));
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["a\nb", "a\r", "\tb", "a\0", "a\u{1b}[1m", "a\u{202E}b", "a\u{2028}b", "a\u{7f}"] {
            assert_eq!(one_line(text, 20), Err(TextError::Control), "{text:?}");
        }
    }

    #[test]
    fn several_lines_keep_their_breaks() {
        assert_eq!(several_lines(" uno \r\ndue\t2\n\n", 20), Ok("uno\ndue 2".to_owned()));
        assert_eq!(several_lines("a\rb", 20), Err(TextError::Control));
        assert_eq!(several_lines("a\nb", 2), Err(TextError::TooLong(2)));
    }
}
