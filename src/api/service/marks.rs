//! The marks of pages: where the next one begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A mark for the page after `place`: numbers that mean nothing to who holds it.
pub(super) fn mark(place: &[i64]) -> String {
    let text: Vec<String> = place.iter().map(ToString::to_string).collect();
    URL_SAFE_NO_PAD.encode(text.join(","))
}

/// Reads a mark of `N` numbers that [`mark`] made.
pub(super) fn place_of<const N: usize>(mark: &str) -> Option<[i64; N]> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(mark).ok()?).ok()?;
    let numbers: Option<Vec<i64>> = text.split(',').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// The mark is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMark;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_nothing_else_is() {
        assert_eq!(place_of::<2>(&mark(&[7, 50])), Some([7, 50]));
        assert_eq!(place_of::<1>(&mark(&[7, 50])), None);
        for forged in ["", "x", "é", "LTE", &"A".repeat(1000)] {
            assert!(place_of::<2>(forged).is_none(), "{forged}");
        }
    }
}
