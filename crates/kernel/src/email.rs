//! One e-mail address, as a field of a form holds it. Stricter than the mail standards on purpose: exactly one
//! recipient, a dotted domain, nothing quoted, so that nothing typed here can add a recipient or a header (R29).

use std::fmt;

/// Why a text is not an address we send to. The message is for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Not shaped like an address.
    #[error("L'indirizzo e-mail non è completo: serve la forma nome@dominio.it.")]
    Shape,
    /// More than one address, or signs that separate addresses.
    #[error("Scrivi un solo indirizzo e-mail, senza spazi né virgole.")]
    NotOne,
    /// A sign no ordinary address has.
    #[error("L'indirizzo e-mail contiene un carattere non ammesso.")]
    Character,
    /// Over the 254 characters a mail server takes.
    #[error("L'indirizzo e-mail è troppo lungo.")]
    TooLong,
}

/// A checked address. `Debug` hides it: an address names a person.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

impl Email {
    /// Reads one address; the domain is lowered, the local part is kept. A domain with accents takes the form mail
    /// servers know it by (`caffè.it` is `xn--caff-8oa.it`).
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches(' ');
        if text.chars().any(super::text::is_refused) {
            return Err(EmailError::Character);
        }
        if text.contains([',', ';', ' ', '<', '>']) || text.matches('@').count() > 1 {
            return Err(EmailError::NotOne);
        }
        if text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Shape)?;
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            url::Host::parse(domain).map_err(|_| EmailError::Character)?.to_string()
        };
        let dots_are_inside = |part: &str| !part.is_empty() && part.split('.').all(|label| !label.is_empty());
        if !dots_are_inside(local) || local.len() > 64 || !dots_are_inside(&domain) || !domain.contains('.') {
            return Err(EmailError::Shape);
        }
        if !local.chars().all(is_local) || !domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
            return Err(EmailError::Character);
        }
        let label_ok = |label: &str| label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
        let top_level = domain.rsplit('.').next().unwrap_or("");
        if !domain.split('.').all(label_ok) || top_level.len() < 2 || top_level.chars().all(|c| c.is_ascii_digit()) {
            return Err(EmailError::Shape);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The unquoted signs of a local part (RFC 5322 atext), without the dot rules checked apart.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn takes_ordinary_addresses() {
        for (text, kept) in [
            (" paolo.borghetto@Studio.IT ", "paolo.borghetto@studio.it"),
            ("A+b_c'd@posta.example.com", "A+b_c'd@posta.example.com"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn an_accented_domain_becomes_the_one_servers_know() {
        assert_eq!(Email::parse("mario@Caffè.it").unwrap().as_str(), "mario@xn--caff-8oa.it");
        assert_eq!(Email::parse("mario@caffe\u{300}.it").unwrap().as_str(), "mario@xn--caff-8oa.it");
        assert_eq!(Email::parse("mariò@example.it"), Err(EmailError::Character));
    }

    #[test]
    fn refuses_what_a_mail_server_or_a_header_would_trip_on() {
        use EmailError::{Character, NotOne, Shape, TooLong};
        for (text, why) in [
            ("", Shape),
            ("a@b", Shape),
            ("a@b.", Shape),
            ("@b.it", Shape),
            ("a..b@c.it", Shape),
            (".a@c.it", Shape),
            ("a@-c.it", Shape),
            ("a@1.2.3.4", Shape),
            ("a@c.i", Shape),
            ("a@b.it, c@d.it", NotOne),
            ("a@b.it;c@d.it", NotOne),
            ("a@b@c.it", NotOne),
            ("Paolo <a@b.it>", NotOne),
            ("a@b.it\r\nBcc: c@d.it", Character),
            ("a@b.it\0", Character),
            ("\"a\"@b.it", Character),
            ("à@b.it", Character),
        ] {
            assert_eq!(Email::parse(text), Err(why), "{text:?}");
        }
        assert_eq!(Email::parse(&format!("a@{}.it", "b".repeat(260))), Err(TooLong));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Email::parse("a@b.it").unwrap()), "Email(..)");
    }
}
