//! The program itself, from outside: the real binary with its real settings, its commands, its way through a mail server and a
//! proxy. A panic anywhere in a run fails the run.
//!
//! Mail needs Debian's `python3-aiosmtpd` and `openssl`, the proxies `nginx` and `caddy`; without them those tests say so
//! and skip, unless `MILLECLOUD_REQUIRE_TOOLS=1`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    dead_code,
    reason = "tests"
)]

#[path = "../web/support/browser.rs"]
mod browser;
mod database;
mod mails;
#[path = "../web/support/page.rs"]
mod page;
#[path = "../common/process.rs"]
mod process;
mod proxy;
mod settings;
#[path = "../common/smtp.rs"]
mod smtp;
mod support;
