//! What an ID-SESSIONE looks like: SAC gives a UUID, some regions give words of their own, and no list says which. So the form
//! is the region's row; where that is to be verified anything passes that may stand in a header, and the service tells.

/// Fewest and most signs of a session whose form is not known.
const SANE: (usize, usize) = (6, 128);

/// The form of a region's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionForm {
    /// To be verified.
    Unknown,
    /// 36 signs: hexadecimal digits in five groups.
    Uuid,
    /// Letters and digits, or digits alone, this many at least and at most.
    Signs {
        /// Digits alone.
        digits: bool,
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
}

impl SessionForm {
    /// Reads the text of a row; `None` when it makes no sense.
    pub fn parse(text: &str) -> Option<Self> {
        let (signs, lengths) = match text.trim() {
            "" | "da verificare" => return Some(Self::Unknown),
            "uuid" => return Some(Self::Uuid),
            text => text.split_once(':')?,
        };
        let digits = match signs {
            "digits" => true,
            "alnum" => false,
            _ => return None,
        };
        let (least, most) = lengths.split_once('-').unwrap_or((lengths, lengths));
        let (least, most) = (least.parse().ok()?, most.parse().ok()?);
        (1 <= least && least <= most && most <= SANE.1).then_some(Self::Signs { digits, least, most })
    }

    /// The text of a row.
    pub fn as_text(self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Uuid => "uuid".to_owned(),
            Self::Signs { digits, least, most } => {
                let signs = if digits { "digits" } else { "alnum" };
                if least == most { format!("{signs}:{least}") } else { format!("{signs}:{least}-{most}") }
            }
        }
    }

    /// Whether a text may be such a session. The test service takes words of its own, longer than a UUID: they pass where
    /// the form is not known.
    pub fn fits(self, session: &str) -> bool {
        let within = |least: usize, most: usize| (least..=most).contains(&session.len());
        match self {
            // Visible signs of ASCII: anything else cannot stand in a header.
            Self::Unknown => within(SANE.0, SANE.1) && session.bytes().all(|byte| byte.is_ascii_graphic()),
            Self::Uuid => {
                let groups: Vec<&str> = session.split('-').collect();
                let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
                lengths == [8, 4, 4, 4, 12] && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            Self::Signs { digits, least, most } => {
                let right = |byte: u8| if digits { byte.is_ascii_digit() } else { byte.is_ascii_alphanumeric() };
                within(least, most) && session.bytes().all(right)
            }
        }
    }

    /// What is wrong with a text that does not fit, for who pasted it.
    pub fn told(self) -> String {
        match self {
            Self::Unknown => {
                "L’ID-SESSIONE ha di solito 36 caratteri, in qualche regione meno: copialo per intero, senza spazi"
                    .to_owned()
            }
            Self::Uuid => {
                "Nella tua regione l’ID-SESSIONE ha 36 caratteri, con quattro trattini: copialo per intero".to_owned()
            }
            Self::Signs { digits, least, most } => {
                let signs = if digits { "cifre" } else { "lettere e cifre" };
                let count = if least == most { least.to_string() } else { format!("da {least} a {most}") };
                format!("Nella tua regione l’ID-SESSIONE ha {count} {signs}: copialo per intero")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn forms_are_read_and_written() {
        for text in ["", "uuid", "alnum:8", "digits:6-10"] {
            assert_eq!(SessionForm::parse(text).unwrap().as_text(), text);
        }
        assert_eq!(SessionForm::parse("da verificare"), Some(SessionForm::Unknown));
        for text in ["36", "hex:8", "alnum:", "alnum:8-6", "alnum:0", "alnum:999"] {
            assert_eq!(SessionForm::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_session_fits_the_form_of_its_region() {
        let uuid = "0b9f2c3e-1111-4222-8333-944455556666";
        let fits = |form: &str, session: &str| SessionForm::parse(form).unwrap().fits(session);
        for session in [uuid, "AB12CD34", "USER-2026-11-RICETTA-DEM", "a.b_c=", "123456"] {
            assert!(fits("", session), "{session}");
        }
        for session in ["", "12345", "con spazi", "àccento", "a\nb"] {
            assert!(!fits("", session), "{session}");
        }
        assert!(!fits("", &"x".repeat(129)));
        assert!(fits("uuid", uuid) && !fits("uuid", "AB12CD34") && !fits("uuid", &uuid.replace('b', "z")));
        assert!(fits("alnum:8", "AB12CD34") && !fits("alnum:8", "AB12CD3") && !fits("alnum:8", "AB12-D34"));
        assert!(fits("digits:6-10", "1234567") && !fits("digits:6-10", "12345a"));
    }
}
