//! Code 39, the bars of the official paper: five bars and four spaces a character, three of the nine wide, `*` at both
//! ends, no check character, wide twice as broad as narrow.

/// The nine elements of a character, bars and spaces in turn, `1` for a wide one.
const fn pattern(c: char) -> Option<&'static [u8; 9]> {
    Some(match c {
        '0' => b"000110100",
        '1' => b"100100001",
        '2' => b"001100001",
        '3' => b"101100000",
        '4' => b"000110001",
        '5' => b"100110000",
        '6' => b"001110000",
        '7' => b"000100101",
        '8' => b"100100100",
        '9' => b"001100100",
        'A' => b"100001001",
        'B' => b"001001001",
        'C' => b"101001000",
        'D' => b"000011001",
        'E' => b"100011000",
        'F' => b"001011000",
        'G' => b"000001101",
        'H' => b"100001100",
        'I' => b"001001100",
        'J' => b"000011100",
        'K' => b"100000011",
        'L' => b"001000011",
        'M' => b"101000010",
        'N' => b"000010011",
        'O' => b"100010010",
        'P' => b"001010010",
        'Q' => b"000000111",
        'R' => b"100000110",
        'S' => b"001000110",
        'T' => b"000010110",
        'U' => b"110000001",
        'V' => b"011000001",
        'W' => b"111000000",
        'X' => b"010010001",
        'Y' => b"110010000",
        'Z' => b"011010000",
        '*' => b"010010100",
        _ => return None,
    })
}

/// A dark bar, in units of the narrow element from the left edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins.
    pub at: u16,
    /// 1 or 2.
    pub width: u16,
}

/// The bars of a text, start and stop included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barcode {
    /// From left to right.
    pub bars: Vec<Bar>,
    /// Width of the whole, in narrow elements.
    pub width: u16,
}

/// Encodes capital letters and digits. `None` for an empty text, any other character, or one longer than 40.
#[must_use]
pub fn encode(text: &str) -> Option<Barcode> {
    let ours = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    if text.is_empty() || text.len() > 40 || !text.chars().all(ours) {
        return None;
    }
    let mut bars = Vec::with_capacity((text.len() + 2) * 5);
    let mut at = 0;
    for c in format!("*{text}*").chars() {
        for (element, dark) in pattern(c)?.iter().zip([true, false].into_iter().cycle()) {
            let width = if *element == b'1' { 2 } else { 1 };
            if dark {
                bars.push(Bar { at, width });
            }
            at += width;
        }
        // The gap between two characters.
        at += 1;
    }
    Some(Barcode { bars, width: at - 1 })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_character_has_its_own_three_wide_elements() {
        let all: Vec<_> = ('0'..='9').chain('A'..='Z').chain(['*']).map(|c| pattern(c).unwrap()).collect();
        for elements in &all {
            assert_eq!(elements.iter().filter(|element| **element == b'1').count(), 3);
        }
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 37);
    }

    #[test]
    fn widths_are_those_of_the_official_paper() {
        // In narrow elements of 0.8 pt: 72, 124 and 186.4 pt.
        assert_eq!(["1300A", "4019294836", "PNIMRA70A01H501P"].map(|text| encode(text).unwrap().width), [90, 155, 233]);
    }

    #[test]
    fn the_start_sign() {
        let bars = encode("0").unwrap().bars;
        let starts: Vec<_> = bars.iter().take(5).map(|bar| (bar.at, bar.width)).collect();
        assert_eq!(starts, [(0, 1), (3, 1), (5, 2), (8, 2), (11, 1)]);
    }

    #[test]
    fn what_has_no_bars() {
        for text in ["", "a", "A*B", "À", "A B"] {
            assert_eq!(encode(text), None, "{text}");
        }
        assert_eq!(encode(&"A".repeat(41)), None);
    }
}
