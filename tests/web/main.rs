//! The portal seen from outside: one binary, one file per slice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::string_slice,
    missing_docs,
    reason = "tests"
)]

mod support;

mod accesses;
mod account;
mod api;
mod bare;
mod collaborators;
mod crawl;
mod delivery;
mod formulary;
#[path = "../../src/web/html_check.rs"]
mod html_check;
mod logs;
mod matrix;
mod millebook;
mod outages;
mod patients;
mod prescribing;
mod prescriptions;
mod record;
mod validation;
mod wire;
