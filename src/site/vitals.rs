//! Whether what runs beside the portal is alive: written by whoever supervises it, read by `/ready`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The background tasks that have fallen and not stood up again. Cheap to clone; clones share the same list.
#[derive(Clone, Debug, Default)]
pub struct Vitals {
    fallen: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Vitals {
    fn fallen(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.fallen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task has panicked.
    pub fn fell(&self, task: &'static str) {
        self.fallen().insert(task);
    }

    /// It works again.
    pub fn stands(&self, task: &'static str) {
        self.fallen().remove(task);
    }

    /// One that lies, if any.
    pub fn first_fallen(&self) -> Option<&'static str> {
        self.fallen().first().copied()
    }
}
