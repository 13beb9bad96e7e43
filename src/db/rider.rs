//! What a request wants to know besides its own work: asked in the transaction of the first read it makes, and once. The menu's
//! counts cost the page no transaction of their own.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;

use super::Db;

type Question = Box<dyn FnOnce(&mut Db) -> QueryResult<()> + Send>;

/// A question that waits for a read to ride on.
#[derive(Clone)]
pub(super) struct Rider(Arc<Mutex<Option<Question>>>);

impl Rider {
    pub(super) fn new(question: impl FnOnce(&mut Db) -> QueryResult<()> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(question)))))
    }

    /// Asks it, if nobody has.
    pub(super) fn ride(&self, conn: &mut Db) -> QueryResult<()> {
        let question = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        question.map_or(Ok(()), |ask| ask(conn))
    }
}
