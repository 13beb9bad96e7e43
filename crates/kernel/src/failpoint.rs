//! Named points where a test build may be told to die, to prove what a restart finds (crash points C0 to C8).
//!
//! `MILLECLOUD_FAILPOINT=C3:2` aborts the process at the second passage of `C3`. Release builds have none of it.

/// Passes the point `name`; in a debug build the process may end here.
#[cfg(debug_assertions)]
pub fn pass(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSAGES: AtomicU32 = AtomicU32::new(0);
    static ARMED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| {
        let value = std::env::var("MILLECLOUD_FAILPOINT").ok()?;
        let (point, nth) = value.split_once(':').unwrap_or((&value, "1"));
        Some((point.to_owned(), nth.parse().unwrap_or(1)))
    });
    if let Some((point, nth)) = armed
        && point == name
        && PASSAGES.fetch_add(1, Ordering::SeqCst).saturating_add(1) == *nth
    {
        std::process::abort();
    }
}

/// Passes the point `name`: nothing happens in a release build.
#[cfg(not(debug_assertions))]
pub fn pass(_name: &str) {}
