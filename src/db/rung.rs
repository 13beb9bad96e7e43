//! The doorbell of a commit: whoever writes work for somebody else says so inside the transaction, and the one who does
//! the work is woken when, and only when, it has been committed. No caller can forget it.

use std::cell::Cell;

thread_local! {
    /// A transaction stays on one thread from its beginning to its end.
    static RUNG: Cell<bool> = const { Cell::new(false) };
}

/// Once this transaction is committed, [`super::DbPool::rung`] returns.
pub fn after_commit() {
    RUNG.set(true);
}

/// A new transaction begins.
pub(super) fn clear() {
    RUNG.set(false);
}

/// Whether the transaction that ends has called.
pub(super) fn is_rung() -> bool {
    RUNG.get()
}
