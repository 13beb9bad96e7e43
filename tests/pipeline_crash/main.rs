//! The real binary is killed, at every crash point and at random, and started again: every prescription ends accepted or
//! refused exactly once, and the SAC's ledger and our rows agree.
//!
//! The ledger is written by this process, outside the one that dies. With `TEST_DATABASE_URL` it runs on PostgreSQL.
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

mod faults;
mod invariants;
mod mails;
mod points;
#[path = "../web/support/postgres.rs"]
mod postgres;
#[path = "../common/process.rs"]
mod process;
mod world;
