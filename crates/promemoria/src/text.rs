//! Making texts fit: smaller letters first, then more lines, an ellipsis at last.

use super::font::Font;

/// How a text was made to fit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// Size of the letters.
    pub(super) size: f32,
    /// From top to bottom.
    pub(super) lines: Vec<String>,
}

/// The room there is for a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Width of a line.
    pub(super) width: f32,
    /// Most lines.
    pub(super) lines: usize,
    /// Size of the letters when they fit.
    pub(super) largest: f32,
    /// The least legible size.
    pub(super) smallest: f32,
}

/// The sizes from `largest` down to `smallest`, half a point apart.
pub(super) fn sizes(largest: f32, smallest: f32) -> impl Iterator<Item = f32> {
    std::iter::successors(Some(largest), move |size| (*size - 0.5 >= smallest).then_some(size - 0.5))
}

/// The largest letters with which the paragraphs fit; with the smallest, what is over is cut.
pub(super) fn fit(font: &Font, paragraphs: &[String], room: Room) -> Block {
    for size in sizes(room.largest, room.smallest) {
        let lines = wrap_all(font, paragraphs, size, room.width);
        if lines.len() <= room.lines {
            return Block { size, lines };
        }
    }
    let size = room.smallest;
    Block { size, lines: cut(font, wrap_all(font, paragraphs, size, room.width), size, room.width, room.lines) }
}

/// At most `most` lines, the last of which shows that there was more.
pub(super) fn cut(font: &Font, mut lines: Vec<String>, size: f32, width: f32, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && font.width(last, size) + font.width("…", size) > width {
                last.pop();
            }
            last.truncate(last.trim_end().len());
            last.push('…');
        }
    }
    lines
}

/// The lines of some paragraphs, each beginning on a line of its own.
pub(super) fn wrap_all(font: &Font, paragraphs: &[String], size: f32, width: f32) -> Vec<String> {
    paragraphs.iter().flat_map(|paragraph| wrap(font, paragraph, size, width)).collect()
}

/// Breaks at spaces; a word longer than a line is cut where the line ends. Never empty.
fn wrap(font: &Font, text: &str, size: f32, width: f32) -> Vec<String> {
    if font.width(text, size) <= width {
        return vec![text.to_owned()];
    }
    let space = font.width(" ", size);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for word in text.split(' ') {
        let wide = font.width(word, size);
        if !line.is_empty() && used + space + wide <= width {
            line.push(' ');
            line.push_str(word);
            used += space + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        (line, used) =
            if wide <= width { (word.to_owned(), wide) } else { break_word(font, word, size, width, &mut lines) };
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Pushes the full lines of a word and answers what is left of it, with its width.
fn break_word(font: &Font, word: &str, size: f32, width: f32, lines: &mut Vec<String>) -> (String, f32) {
    let (mut rest, mut used) = (String::new(), 0.0);
    for letter in word.chars() {
        let wide = font.advance(letter) * size;
        if used + wide > width && !rest.is_empty() {
            lines.push(std::mem::take(&mut rest));
            used = 0.0;
        }
        rest.push(letter);
        used += wide;
    }
    (rest, used)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    const ROOM: Room = Room { width: 100.0, lines: 2, largest: 8.0, smallest: 5.0 };

    fn fitted(text: &str) -> Block {
        fit(Font::get().unwrap(), &[text.to_owned()], ROOM)
    }

    #[test]
    fn short_texts_stay_as_they_are() {
        assert_eq!(fitted("ZIMOX  1G"), Block { size: 8.0, lines: vec!["ZIMOX  1G".into()] });
        assert_eq!(fitted(""), Block { size: 8.0, lines: vec![String::new()] });
    }

    #[test]
    fn longer_ones_take_the_second_line_then_smaller_letters() {
        let two = fitted("AMOXICILLINA 1.000MG 12 UNITA' ORALE");
        assert_eq!((two.size, two.lines.len()), (8.0, 2));
        let smaller = fitted("AMOXICILLINA 1.000MG 12 UNITA' USO ORALE DISPERSIBILI");
        assert!(smaller.size < 8.0 && smaller.lines.len() == 2, "{smaller:?}");
        assert_eq!(smaller.lines.join(" "), "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE DISPERSIBILI");
    }

    #[test]
    fn what_does_not_fit_at_all_says_so() {
        let cut = fitted(&"PAROLA ".repeat(40));
        assert_eq!((cut.size, cut.lines.len()), (5.0, 2));
        assert!(cut.lines[1].ends_with("PAROLA…"), "{cut:?}");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "[A-Za-z ,]{0,200}") {
            let block = fitted(&text);
            let font = Font::get().unwrap();
            prop_assert!(block.lines.len() <= 2 && !block.lines.is_empty());
            for line in &block.lines {
                prop_assert!(font.width(line, block.size) <= 100.001, "{line}");
            }
        }

        #[test]
        fn nothing_is_lost_by_wrapping(text in "[A-Z]{1,60}( [A-Z]{1,9}){0,30}") {
            let lines = wrap(Font::get().unwrap(), &text, 8.0, 100.0);
            prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
