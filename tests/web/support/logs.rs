//! Everything this process logs, kept for the tests that look for what must never be there.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::EnvFilter;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keeper;

impl io::Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps, from now on, what is logged at the most talkative level an operator may choose short of a trace.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The tests' own reader of pages runs in this process too and tells what it reads.
        let filter = EnvFilter::new("debug,actix_web::types=off,html5ever=off,selectors=off");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Keeper).init();
    });
}

/// What was logged so far.
pub fn kept() -> String {
    String::from_utf8_lossy(&KEPT.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
