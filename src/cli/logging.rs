//! The log: one line per event on standard error, level by `MILLECLOUD_LOG`.

use tracing_subscriber::EnvFilter;

/// Starts logging; a second call does nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("MILLECLOUD_LOG").unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    // The framework repeats addresses there, and an address is whatever somebody typed.
    let filter = match "actix_web::types=off".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_unreadable) => filter,
    };
    let _already =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).try_init();
}
