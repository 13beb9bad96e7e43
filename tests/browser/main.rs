//! The whole main job in a real browser, two people in two browsers side by side, and the patient at the counter, against the real binary's demo:
//! phone and desk, with scripts and without.
//!
//! Needs Chromium and its driver; without them it says so and passes, unless `MILLECLOUD_REQUIRE_BROWSER` is set. Every
//! page seen is written to `target/screenshots`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::string_slice,
    dead_code,
    missing_docs,
    reason = "tests; the support is shared with others"
)]

mod millebook;
#[path = "../common/process.rs"]
mod process;
mod studio;
mod support;
mod walk;
