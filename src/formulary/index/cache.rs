//! The index of the current edition, shared by all workers and rebuilt when the edition changes.
//!
//! Every search asks the database which edition is current (one row by index), so each process notices an import made by
//! another. The first to notice rebuilds; meanwhile the others search the old edition, whose packages are still there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

use diesel::QueryResult;

use super::{FormularyIndex, build};
use crate::db::Db;
use crate::formulary::queries;

/// Shared holder of the index. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct FormularyIndexes(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    ready: RwLock<Option<Arc<FormularyIndex>>>,
    building: Mutex<()>,
}

impl FormularyIndexes {
    /// The index of the current edition (or, while a new one is being read, of the one before); `None` before the first
    /// import. Builds it when needed: call it on a blocking thread.
    pub fn current(&self, conn: &mut Db) -> QueryResult<Option<Arc<FormularyIndex>>> {
        let Some(edition) = queries::find_current_edition(conn)? else { return Ok(None) };
        let ready = self.ready();
        if ready.as_ref().is_some_and(|index| index.edition().id == edition.id) {
            return Ok(ready);
        }
        let Some(_guard) = self.turn(ready.is_some()) else { return Ok(ready) };
        // Whoever held the lock may have built it.
        let ready = self.ready();
        if ready.as_ref().is_some_and(|index| index.edition().id == edition.id) {
            return Ok(ready);
        }
        let id = edition.id;
        let index = Arc::new(build::load(conn, edition)?);
        tracing::info!(edition.id = id, packages = index.len(), bytes = index.bytes(), "formulary index built");
        // A request whose snapshot is older than an import must not put the old index back.
        if ready.is_none_or(|ready| ready.edition().id < id) {
            *self.0.ready.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&index));
        }
        Ok(Some(index))
    }

    fn ready(&self) -> Option<Arc<FormularyIndex>> {
        self.0.ready.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The right to build: waited for when there is nothing to search meanwhile, otherwise taken only if it is free.
    fn turn(&self, has_old: bool) -> Option<MutexGuard<'_, ()>> {
        if !has_old {
            return Some(self.0.building.lock().unwrap_or_else(PoisonError::into_inner));
        }
        match self.0.building.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
