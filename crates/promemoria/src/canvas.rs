//! Drawing on a page, in points from the bottom left corner.

use pdf_writer::{Content, Name, Str};

use super::code39;
use super::font::{Font, Used};
use super::text::{Room, fit};

/// How pages call the font.
pub(super) const FONT_NAME: Name<'static> = Name(b"F1");

/// Height of the bars.
const BAR_HEIGHT: f32 = 24.0;
/// How much slanted letters lean: 12 degrees, as Helvetica's.
const SLANT: f32 = 0.2126;

/// A page being drawn.
pub(super) struct Canvas<'a> {
    font: &'static Font,
    used: &'a mut Used,
    content: Content,
    /// How far down everything goes.
    down: f32,
}

impl<'a> Canvas<'a> {
    /// An empty page.
    pub(super) fn new(font: &'static Font, used: &'a mut Used) -> Self {
        Self { font, used, content: Content::with_capacity(16 * 1024), down: 0.0 }
    }

    /// What follows is drawn this much lower.
    pub(super) const fn move_down(&mut self, by: f32) {
        self.down = by;
    }

    /// The typeface.
    pub(super) const fn font(&self) -> &'static Font {
        self.font
    }

    /// The page's content.
    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }

    /// A text whose base line begins at `x`, `y`.
    pub(super) fn text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        self.show(x, y, size, 0.0, text);
    }

    /// A text in slanted letters.
    pub(super) fn slanted(&mut self, x: f32, y: f32, size: f32, text: &str) {
        self.show(x, y, size, SLANT, text);
    }

    fn show(&mut self, x: f32, y: f32, size: f32, slant: f32, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let glyphs = self.used.encode(self.font, text);
        self.content
            .begin_text()
            .set_font(FONT_NAME, size)
            .set_text_matrix([1.0, 0.0, slant, 1.0, x, y - self.down])
            .show(Str(&glyphs))
            .end_text();
    }

    /// A text around the middle `x`.
    pub(super) fn centred(&mut self, x: f32, y: f32, size: f32, text: &str) {
        let left = x - self.font.width(text, size) / 2.0;
        self.text(left, y, size, text);
    }

    /// A text that must not be broader than `width`: when it is, the letters shrink by a quarter at most, then it goes on
    /// two lines of small letters around the same height.
    pub(super) fn line(&mut self, x: f32, y: f32, size: f32, width: f32, text: &str) {
        let one = fit(self.font, &[text.to_owned()], Room { width, lines: 1, largest: size, smallest: size * 0.75 });
        if let [line] = one.lines.as_slice()
            && !line.ends_with('…')
        {
            return self.text(x, y, one.size, line);
        }
        let room = Room { width, lines: 2, largest: size * 0.7, smallest: size * 0.5 };
        let two = fit(self.font, &[text.to_owned()], room);
        for (line, up) in two.lines.iter().zip([two.size * 0.55, -two.size * 0.45]) {
            self.text(x, y + up, two.size, line);
        }
    }

    /// An empty box with its lower left corner at `x`, `y`.
    pub(super) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.content.set_line_width(0.5).rect(x, y - self.down, width, height).stroke();
    }

    /// A level line.
    pub(super) fn rule(&mut self, x: f32, y: f32, width: f32, thickness: f32) {
        let y = y - self.down;
        self.content.set_line_width(thickness).move_to(x, y).line_to(x + width, y).stroke();
    }

    /// A grey dashed line over the whole width of the sheet.
    pub(super) fn cut_mark(&mut self, y: f32, width: f32) {
        self.content.save_state().set_stroke_gray(0.6).set_dash_pattern([4.0, 4.0], 0.0);
        self.rule(0.0, y, width, 0.5);
        self.content.restore_state();
    }

    /// The bars of `code` with their foot at `x`, `y`; returns how wide they are, nothing when it has no bars.
    pub(super) fn bars(&mut self, x: f32, y: f32, code: &str) -> Option<f32> {
        let barcode = code39::encode(code)?;
        for (left, right) in code39::ink(&barcode) {
            self.content.rect(x + left, y - self.down, right - left, BAR_HEIGHT);
        }
        self.content.fill_nonzero();
        Some(f32::from(barcode.width) * code39::NARROW)
    }

    /// The bars of `code` with the code itself below them; `x`, `y` is the lower left corner of both.
    pub(super) fn barcode(&mut self, x: f32, y: f32, code: &str) {
        if let Some(width) = self.bars(x, y + 9.66, code) {
            self.centred(x + width / 2.0, y + 1.66, 8.0, &format!("*{code}*"));
        }
    }
}
