//! The file around the pages: what a PDF needs besides what is drawn. Nothing in it comes from the clock or from chance, so
//! that the same prescription is always the same bytes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use hayro_write::hayro_syntax;
use hayro_write::{ChunkSettings, ExtractionQuery};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use sha2::{Digest as _, Sha256};

use super::PromemoriaError;
use super::canvas::{Canvas, FONT_NAME};
use super::font::{Font, Used};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// The program that writes the file.
const PRODUCER: &str = "Millecloud";

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
/// The first of the font's five.
const FONT: Ref = Ref::new(4);
/// The first number for pages.
const FIRST_PAGE: Ref = Ref::new(9);

/// Compresses a part of the file.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    deflate_at(Compression::default(), bytes)
}

/// Compresses a part of the file at a level of its own.
pub(super) fn deflate_at(level: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    // Writing to memory does not fail.
    let _written = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

enum Sheet {
    /// Drawn by us.
    Drawn(Vec<u8>),
    /// Every page of a file made elsewhere, as it is.
    Copied(hayro_syntax::Pdf),
}

/// A file being made.
pub(super) struct Document {
    font: &'static Font,
    used: Used,
    sheets: Vec<Sheet>,
    digest: Sha256,
}

impl Document {
    /// A file without pages.
    pub(super) fn new() -> Result<Self, PromemoriaError> {
        let font = Font::get()?;
        Ok(Self { font, used: font.used(), sheets: Vec::new(), digest: Sha256::new() })
    }

    /// Adds a page.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Canvas<'_>)) {
        let mut canvas = Canvas::new(self.font, &mut self.used);
        draw(&mut canvas);
        let drawn = canvas.finish();
        self.digest.update(&drawn);
        self.sheets.push(Sheet::Drawn(drawn));
    }

    /// Adds the pages of a file.
    pub(super) fn copy(&mut self, file: &[u8]) -> Result<(), PromemoriaError> {
        let pdf = hayro_syntax::Pdf::new(file.to_vec()).map_err(|_unreadable| PromemoriaError::File)?;
        if pdf.pages().is_empty() {
            return Err(PromemoriaError::File);
        }
        self.digest.update(file);
        self.sheets.push(Sheet::Copied(pdf));
        Ok(())
    }

    /// The bytes of the file.
    pub(super) fn finish(mut self, title: &str, creator: &str) -> Result<Vec<u8>, PromemoriaError> {
        let mut pdf = Pdf::with_capacity(64 * 1024);
        let mut catalog = pdf.catalog(CATALOG);
        catalog.pages(PAGES).lang(TextStr("it"));
        let mut preferences = catalog.viewer_preferences();
        preferences.display_doc_title(true);
        // Shrunk bars are harder to read for the pharmacy's scanner.
        preferences.pair(Name(b"PrintScaling"), Name(b"None"));
        preferences.finish();
        catalog.finish();
        pdf.document_info(INFO).title(TextStr(title)).creator(TextStr(creator)).producer(TextStr(PRODUCER));

        let mut next = FIRST_PAGE;
        let mut pages = Vec::new();
        for sheet in &self.sheets {
            match sheet {
                Sheet::Drawn(drawn) => pages.push(write_page(&mut pdf, &mut next, drawn)),
                Sheet::Copied(file) => pages.extend(copy_pages(&mut pdf, &mut next, file)?),
            }
        }
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        pdf.pages(PAGES).count(count).kids(pages);
        self.font.write(&mut pdf, FONT, &self.used)?;
        self.digest.update(title);
        let id: Vec<u8> = self.digest.finalize().iter().copied().take(16).collect();
        pdf.set_file_id((id.clone(), id));
        Ok(pdf.finish())
    }
}

fn write_page(pdf: &mut Pdf, next: &mut Ref, drawn: &[u8]) -> Ref {
    let (number, content) = (next.bump(), next.bump());
    let mut page = pdf.page(number);
    page.parent(PAGES).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(content);
    page.resources().fonts().pair(FONT_NAME, FONT);
    page.finish();
    pdf.stream(content, &deflate(drawn)).filter(Filter::FlateDecode);
    number
}

fn copy_pages(pdf: &mut Pdf, next: &mut Ref, file: &hayro_syntax::Pdf) -> Result<Vec<Ref>, PromemoriaError> {
    let queries: Vec<_> = (0..file.pages().len()).map(ExtractionQuery::new_page).collect();
    let copied = hayro_write::extract(file, Box::new(|| next.bump()), ChunkSettings::default(), &queries)
        .map_err(|_unreadable| PromemoriaError::File)?;
    let parent = copied.page_tree_parent_ref;
    pdf.extend(&copied.chunk.renumber(|number| if number == parent { PAGES } else { number }));
    copied.root_refs.into_iter().map(|page| page.map_err(|_unreadable| PromemoriaError::File)).collect()
}
