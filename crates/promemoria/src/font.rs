//! The one typeface of the paper: how wide a text is, and the part of the font that goes into a file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use flate2::Compression;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::PromemoriaError;
use super::document::{deflate, deflate_at};

/// Liberation Sans, which has Helvetica's widths (see the folder's README for origin and licence).
const FILE: &[u8] = include_bytes!("fonts/LiberationSans-Regular.ttf");

/// Letters that go into every file, so that the part of the font that holds them is cut out once. Others are added to the
/// files that need them.
const COMMON: &str = "àèéìòùÀÈÉÌÒÙ°’…€–";

/// What stands for a character that the font does not have.
const UNKNOWN: char = '?';

static FONT: LazyLock<Option<Font>> = LazyLock::new(Font::read);

/// The typeface, read once.
pub(super) struct Font {
    face: Face<'static>,
    per_em: f32,
    /// Widths at size 1 of the letters up to `~`, which are nearly all of them.
    plain: Vec<f32>,
    /// The common letters, and the compressed font that holds just them.
    common: Used,
    common_file: Vec<u8>,
}

impl Font {
    /// The typeface.
    pub(super) fn get() -> Result<&'static Self, PromemoriaError> {
        FONT.as_ref().ok_or(PromemoriaError::Font)
    }

    fn read() -> Option<Self> {
        let face = Face::parse(FILE, 0).ok()?;
        let per_em = f32::from(face.units_per_em());
        let mut common = Used { glyphs: GlyphRemapper::new(), letters: BTreeMap::new() };
        for letter in (' '..='~').chain(COMMON.chars()) {
            common.add(&face, letter);
        }
        let common_file = deflate(&subsetter::subset(FILE, 0, &common.glyphs).ok()?);
        let plain = ('\0'..='~').map(|letter| advance(&face, letter) / per_em).collect();
        Some(Self { face, per_em, plain, common, common_file })
    }

    /// Width of `text` at `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum::<f32>() * size
    }

    /// Width of a letter at size 1.
    pub(super) fn advance(&self, letter: char) -> f32 {
        let plain = usize::try_from(u32::from(letter)).ok().and_then(|place| self.plain.get(place));
        plain.copied().unwrap_or_else(|| advance(&self.face, letter) / self.per_em)
    }

    /// The text in letters that the font has: composed, one line, nothing invisible. A letter it lacks loses its marks;
    /// failing that, a question mark shows that something stood there.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for letter in text.nfc() {
            match letter {
                _ if letter.is_whitespace() || letter.is_control() => clean.push(' '),
                '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => {
                }
                _ if self.face.glyph_index(letter).is_some() => clean.push(letter),
                _ => clean.push_str(&self.nearest(letter)),
            }
        }
        clean
    }

    fn nearest(&self, letter: char) -> String {
        if is_combining_mark(letter) {
            return String::new();
        }
        let plain: String = std::iter::once(letter).nfkd().filter(|c| !is_combining_mark(*c)).collect();
        if plain.chars().all(|c| self.face.glyph_index(c).is_some()) { plain } else { UNKNOWN.to_string() }
    }

    /// The letters of a file about to be written.
    pub(super) fn used(&self) -> Used {
        self.common.clone()
    }

    /// Writes the font with the letters used. Takes five numbers from `first`, which is the font's own.
    pub(super) fn write(&self, pdf: &mut Pdf, first: Ref, used: &Used) -> Result<(), PromemoriaError> {
        let (cid, descriptor, file, unicode) = (after(first, 1), after(first, 2), after(first, 3), after(first, 4));
        let name = used.name();
        let name = Name(name.as_bytes());
        pdf.type0_font(first)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
        font.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        font.widths().consecutive(0, used.glyphs.remapped_gids().map(|glyph| self.thousandths(glyph)));
        font.finish();
        self.write_descriptor(pdf, descriptor, name, file);
        if used.glyphs == self.common.glyphs {
            pdf.stream(file, &self.common_file).filter(Filter::FlateDecode);
        } else {
            let subset = subsetter::subset(FILE, 0, &used.glyphs).map_err(|_broken| PromemoriaError::Font)?;
            // Cut out for this file alone: time counts more than a few hundred bytes.
            pdf.stream(file, &deflate_at(Compression::fast(), &subset)).filter(Filter::FlateDecode);
        }
        let mut map = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
        for (glyph, letter) in &used.letters {
            map.pair(*glyph, *letter);
        }
        pdf.stream(unicode, &deflate(map.finish().as_slice())).filter(Filter::FlateDecode);
        Ok(())
    }

    fn write_descriptor(&self, pdf: &mut Pdf, id: Ref, name: Name<'_>, file: Ref) {
        let scale = |units: i16| f32::from(units) / self.per_em * 1000.0;
        let bounds = self.face.global_bounding_box();
        pdf.font_descriptor(id)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(scale(bounds.x_min), scale(bounds.y_min), scale(bounds.x_max), scale(bounds.y_max)))
            .italic_angle(0.0)
            .ascent(scale(self.face.ascender()))
            .descent(scale(self.face.descender()))
            .cap_height(scale(self.face.capital_height().unwrap_or_default()))
            .stem_v(80.0)
            .font_file2(file);
    }

    fn thousandths(&self, glyph: u16) -> f32 {
        f32::from(self.face.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0)) / self.per_em * 1000.0
    }
}

/// Width of a letter in the font's own units.
fn advance(face: &Face<'static>, letter: char) -> f32 {
    let glyph = face.glyph_index(letter).unwrap_or_default();
    f32::from(face.glyph_hor_advance(glyph).unwrap_or(0))
}

const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The number `steps` after `first`.
fn after(first: Ref, steps: i32) -> Ref {
    Ref::new(first.get() + steps)
}

/// The letters of one file, with the numbers they have in its part of the font.
#[derive(Clone)]
pub(super) struct Used {
    glyphs: GlyphRemapper,
    letters: BTreeMap<u16, char>,
}

impl Used {
    fn add(&mut self, face: &Face<'static>, letter: char) -> u16 {
        let glyph = face.glyph_index(letter).unwrap_or_default().0;
        let number = self.glyphs.remap(glyph);
        if glyph != 0 {
            self.letters.entry(number).or_insert(letter);
        }
        number
    }

    /// The text as the numbers of its glyphs, two bytes each.
    pub(super) fn encode(&mut self, font: &Font, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.add(&font.face, letter).to_be_bytes()).collect()
    }

    /// Name of this part of the font: six letters that stand for what it holds, then the font's name.
    fn name(&self) -> String {
        let mut sum = self
            .glyphs
            .remapped_gids()
            .fold(0u64, |sum, glyph| sum.wrapping_mul(31).wrapping_add(u64::from(glyph)).wrapping_add(1));
        let mut tag = String::new();
        for _ in 0..6 {
            let letter = u8::try_from(sum % 26).unwrap_or(0);
            tag.push(char::from(b'A' + letter));
            sum /= 26;
        }
        format!("{tag}+LiberationSans")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn widths_are_helveticas() {
        let font = Font::get().unwrap();
        // Measured on the official paper at 10 and 8 points.
        assert!((font.width("ELETTRONICA", 10.0) - 70.01).abs() < 0.05);
        assert!((font.width("LEVETIRACETAM", 8.0) - 66.68).abs() < 0.05);
    }

    #[test]
    fn names_of_europe_are_kept() {
        let font = Font::get().unwrap();
        for name in
            ["Ștefan", "Łukasz", "D'Alò", "Đorđe", "Çelik", "Åse", "Þór", "ŽIŽEK", "Őrsi", "Ψυχή", "Юлия", "Nguyễn"]
        {
            assert_eq!(font.clean(name), name);
        }
    }

    #[test]
    fn what_the_font_lacks() {
        let font = Font::get().unwrap();
        assert_eq!(font.clean("D’Ala\u{300}"), "D’Alà");
        assert_eq!(font.clean("a\tb\nc\u{a0}d"), "a b c d");
        assert_eq!(font.clean("x\u{202E}y\u{200D}"), "xy");
        assert_eq!(font.clean("王"), "?");
        assert_eq!(font.clean("camera ②"), "camera 2");
    }
}
