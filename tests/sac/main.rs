//! The SAC client against the simulator: the ministry's own scenarios, every fault, hostile answers, and a dump of every
//! kind of message for the published schemas.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod doors;
mod dump;
mod faults;
mod hostile;
mod samples;
mod scenarios;
mod sessions;
mod support;
