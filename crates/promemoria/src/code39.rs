//! Code 39, the bars of the official paper: five bars and four spaces a character, three of the nine wide, `*` at both
//! ends, no check character, wide twice as broad as narrow.
//!
//! [`encode`] knows only units; [`ink`] says where the ink of a bar goes on paper.

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

/// Width of a narrow element on the official paper, in points.
pub const NARROW: f32 = 0.8;
/// Ink of a narrow bar, at most: two points of a printer with 203 to the inch.
const NARROW_INK: f32 = 0.706;
/// White of a wide space, at least: five points of such a printer.
const WIDE_WHITE: f32 = 1.777;

/// Where the ink of each bar begins and ends, in points from the left edge of the code.
///
/// A printer has no half points. Programs that draw for one blacken every point that a bar touches, so that each bar gains
/// up to two and each space loses them: drawn as wide as they are, narrow bars come out as broad as wide ones and wide
/// spaces as narrow ones. So narrow bars are drawn thinner, and what stands beside a wide space keeps off it, both by as
/// little as is enough at 203 points to the inch wherever the bars fall between the points: a narrow element is then three
/// of them at most and a wide one four at least, also where only points whose middle is covered are blackened.
pub fn ink(barcode: &Barcode) -> Vec<(f32, f32)> {
    let keep_off = (WIDE_WHITE - 2.0 * NARROW) / 2.0;
    let bars = &barcode.bars;
    let wide = |left: Option<&Bar>, right: Option<&Bar>| match (left, right) {
        (Some(left), Some(right)) => right.at.saturating_sub(left.at.saturating_add(left.width)) > 1,
        _ => false,
    };
    (0..bars.len())
        .filter_map(|place| {
            let bar = bars.get(place)?;
            let before = place.checked_sub(1).and_then(|place| bars.get(place));
            let off = [wide(before, Some(bar)), wide(Some(bar), bars.get(place + 1))];
            let mut cut = off.map(|off| if off { keep_off } else { 0.0 });
            let left_over = NARROW - NARROW_INK - cut.iter().sum::<f32>();
            if bar.width == 1 && left_over > 0.0 {
                match off {
                    [true, _] => cut[1] += left_over,
                    [_, true] => cut[0] += left_over,
                    _ => cut = [left_over / 2.0; 2],
                }
            }
            let [left, right] = cut;
            let at = f32::from(bar.at) * NARROW;
            Some((at + left, at + f32::from(bar.width) * NARROW - right))
        })
        .collect()
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

    /// How many points of a printer an element is made of, least and most, over every place where it may fall: when all
    /// points that ink touches are blackened, and when those are whose middle it covers.
    fn points(from: f32, to: f32, dark: bool, dpi: f32) -> (i32, i32) {
        let (mut least, mut most) = (i32::MAX, 0);
        for step in 0..500_u16 {
            let [from, to] = [from, to].map(|x| (x * dpi / 72.0) + 8.0 + f32::from(step) / 500.0);
            let touched = if dark { to.ceil() - from.floor() } else { to.floor() - from.ceil() };
            for count in [touched, to.round() - from.round()] {
                #[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "a few points")]
                let count = count as i32;
                (least, most) = (least.min(count), most.max(count));
            }
        }
        (least, most)
    }

    #[test]
    fn wide_and_narrow_stay_apart_on_printers() {
        // Every sign twice, so that each meets each kind of neighbour.
        let barcode = encode("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").unwrap();
        let ink = ink(&barcode);
        assert_eq!(ink.len(), barcode.bars.len());
        for dpi in [203.0, 203.2, 300.0, 360.0, 600.0, 1200.0] {
            // A reader takes for wide what is broader than this: half-way between the two of them, in a sign twelve wide.
            let half_way = 1.417 * NARROW * dpi / 72.0;
            let check = |wide: bool, from: f32, to: f32, dark: bool| {
                let (least, most) = points(from, to, dark, dpi);
                #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a few points")]
                let right = if wide { least as f32 > half_way } else { least > 0 && (most as f32) < half_way };
                assert!(right, "{dpi} dpi: wide {wide}, dark {dark}, {from} to {to}: {least} to {most}, {half_way}");
            };
            for (bar, (from, to)) in barcode.bars.iter().zip(&ink) {
                check(bar.width == 2, *from, *to, true);
            }
            for (pair, ink) in barcode.bars.windows(2).zip(ink.windows(2)) {
                let ([left, right], [(_, from), (to, _)]) = (pair, ink) else { unreachable!() };
                check(right.at - left.at - left.width == 2, *from, *to, false);
            }
        }
    }

    #[test]
    fn what_has_no_bars() {
        for text in ["", "a", "A*B", "À", "A B"] {
            assert_eq!(encode(text), None, "{text}");
        }
        assert_eq!(encode(&"A".repeat(41)), None);
    }
}
