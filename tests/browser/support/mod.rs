//! A demo to look at and a browser to look with.

mod checks;
mod chrome;
mod demo;
mod screen;

pub use chrome::{Chrome, Device};
pub use demo::Demo;
pub use screen::Screen;

/// Whether there is a browser to test with.
pub fn browser_is_here() -> bool {
    let found = ["chromium", "chromedriver"].iter().all(|name| chrome::program(name).is_some());
    if !found {
        let required = std::env::var_os("MILLECLOUD_REQUIRE_BROWSER").is_some();
        assert!(!required, "MILLECLOUD_REQUIRE_BROWSER is set, but chromium or chromedriver is not installed");
        eprintln!("SKIPPED: chromium and chromedriver are not installed (packages chromium, chromium-driver)");
    }
    found
}
