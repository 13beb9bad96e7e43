//! The paper as others see it: its texts by `pdftotext`, its picture by `pdftoppm`, its bars by `zbarimg`; in black
//! and white by Ghostscript, `mutool` and `pdftoppm`, its bars also by `ZXingReader` (Debian's poppler-utils, zbar-tools, ghostscript,
//! mupdf-tools, zxing-cpp-tools). Without these programs the tests say so and pass, unless `MILLECLOUD_REQUIRE_TOOLS=1`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    missing_docs,
    reason = "tests"
)]

mod bars;
mod fits;
mod invented;
mod sample;
mod tools;
