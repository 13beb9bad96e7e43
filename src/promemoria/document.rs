//! The file around the pages: what a PDF needs besides what is drawn. Nothing in it comes from the clock or from chance, so
//! that the same prescription is always the same bytes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use sha2::{Digest as _, Sha256};

use super::PromemoriaError;
use super::canvas::{Canvas, FONT_NAME};
use super::font::{Font, Used};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
/// The first of the font's five.
const FONT: Ref = Ref::new(4);
/// The first page; each takes two numbers.
const FIRST_PAGE: i32 = 9;

/// Compresses a part of the file.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::default());
    // Writing to memory does not fail.
    let _written = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A file being made.
pub(super) struct Document {
    font: &'static Font,
    used: Used,
    pages: Vec<Vec<u8>>,
}

impl Document {
    /// A file without pages.
    pub(super) fn new() -> Result<Self, PromemoriaError> {
        let font = Font::get()?;
        Ok(Self { font, used: font.used(), pages: Vec::new() })
    }

    /// Adds a page.
    pub(super) fn page<E>(&mut self, draw: impl FnOnce(&mut Canvas<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut canvas = Canvas::new(self.font, &mut self.used);
        draw(&mut canvas)?;
        self.pages.push(canvas.finish());
        Ok(())
    }

    /// The bytes of the file.
    pub(super) fn finish(self, title: &str, creator: &str) -> Result<Vec<u8>, PromemoriaError> {
        let mut pdf = Pdf::with_capacity(64 * 1024);
        let mut catalog = pdf.catalog(CATALOG);
        catalog.pages(PAGES).lang(TextStr("it"));
        let mut preferences = catalog.viewer_preferences();
        preferences.display_doc_title(true);
        // Shrunk bars are harder to read for the pharmacy's scanner.
        preferences.pair(Name(b"PrintScaling"), Name(b"None"));
        preferences.finish();
        catalog.finish();
        pdf.document_info(INFO).title(TextStr(title)).creator(TextStr(creator)).producer(TextStr("Millecloud"));

        let numbers = (FIRST_PAGE..).step_by(2).take(self.pages.len());
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        pdf.pages(PAGES).count(count).kids(numbers.clone().map(Ref::new));
        let mut digest = Sha256::new();
        for (number, drawn) in numbers.zip(&self.pages) {
            digest.update(drawn);
            let content = Ref::new(number + 1);
            let mut page = pdf.page(Ref::new(number));
            page.parent(PAGES).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(content);
            page.resources().fonts().pair(FONT_NAME, FONT);
            page.finish();
            pdf.stream(content, &deflate(drawn)).filter(Filter::FlateDecode);
        }
        self.font.write(&mut pdf, FONT, &self.used)?;
        digest.update(title);
        let id: Vec<u8> = digest.finalize().iter().copied().take(16).collect();
        pdf.set_file_id((id.clone(), id));
        Ok(pdf.finish())
    }
}
