//! The address of a search. Names and fiscal codes never stand readable in an address (they would stay in histories,
//! logs of proxies and screenshots), so what was typed travels sealed, and only this server and this user can open it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::model::{LookIn, Show};
use crate::identity::sealing::{Place, Sealer};
use crate::web::paths;

/// Longest text of the search box.
pub const LONGEST: usize = 60;

/// What the search form holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The text, as typed.
    pub text: String,
    /// Which patients.
    pub show: Show,
    /// Where.
    pub look_in: LookIn,
}

impl Asked {
    fn place(user_id: i64) -> Place<'static> {
        Place { column: "patients.search", row: user_id }
    }

    /// Seals it for one user.
    pub fn seal(&self, sealer: &Sealer, user_id: i64) -> Option<String> {
        let plain = format!("{}\n{}\n{}", self.show.words().0, self.look_in.words().0, self.text);
        sealer.seal(Self::place(user_id), plain.as_bytes()).ok().map(|sealed| URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what [`Asked::seal`] made for the same user; `None` for anything else.
    pub fn open(sealer: &Sealer, user_id: i64, sealed: &str) -> Option<Self> {
        let bytes = sealer.open(Self::place(user_id), &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.splitn(3, '\n');
        let show = Show::from_word(parts.next()?);
        let look_in = LookIn::from_word(parts.next()?);
        Some(Self { text: parts.next()?.to_owned(), show, look_in })
    }

    /// The address of its first page; the start page when sealing fails.
    pub fn address(&self, sealer: &Sealer, user_id: i64) -> String {
        self.seal(sealer, user_id).map_or_else(paths::patients, |sealed| format!("{}?c={sealed}", paths::patients()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::identity::keys::Keys;

    #[test]
    fn only_the_same_user_can_open_it_and_nothing_is_readable() {
        let sealer = Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap());
        let asked = Asked { text: "d'alò\n 1963".to_owned(), show: Show::All, look_in: LookIn::Today };
        let address = asked.address(&sealer, 7);
        assert!(!address.contains("1963"));
        assert_eq!(paths::safe_next(&address).as_deref(), Some(address.as_str()), "one can come back to it");
        let sealed = address.rsplit('=').next().unwrap();
        assert!(Asked::open(&sealer, 7, sealed).is_some_and(|opened| opened == asked));
        assert!(Asked::open(&sealer, 8, sealed).is_none());
        assert!(Asked::open(&sealer, 7, "abc").is_none());
    }

    #[test]
    fn the_longest_text_still_makes_an_address_one_can_come_back_to() {
        let sealer = Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap());
        let asked = Asked { text: "x".repeat(LONGEST), show: Show::Deceased, look_in: LookIn::Archive };
        let address = asked.address(&sealer, 7);
        assert!(paths::safe_next(&address).is_some(), "{}", address.len());
    }
}
