//! A demo to look at and browsers to look with.

mod checks;
mod chrome;
mod demo;
mod screen;

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

pub use chrome::{Chrome, Device, program};
pub use demo::Demo;
pub use screen::Screen;

/// One walk at a time: several would slow each other past the waits.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a walk on a new demo of its own; says that it is skipped where there is no browser.
pub fn on_a_new_demo(walk: impl AsyncFnOnce(Arc<Demo>)) {
    if !browser_is_here() {
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // The clients here speak plain HTTP, but ask for a TLS provider all the same.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { walk(Arc::new(Demo::start())).await });
}

/// Whether there is a browser to test with.
fn browser_is_here() -> bool {
    let found = ["chromium", "chromedriver"].iter().all(|name| chrome::program(name).is_some());
    if !found {
        let required = std::env::var_os("MILLECLOUD_REQUIRE_BROWSER").is_some();
        assert!(!required, "MILLECLOUD_REQUIRE_BROWSER is set, but chromium or chromedriver is not installed");
        // Not by `eprintln!`, which is kept from the terminal when the test passes.
        let said = "\nSKIPPED: chromium and chromedriver are not installed (packages chromium, chromium-driver)";
        let _ = writeln!(std::io::stderr(), "{said}");
    }
    found
}
