//! What a failure of the database means: try again now, try again later, or ours to repair.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the database itself, never "not there" (which is `Option`).
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection or no lock in time: worth trying again in a moment.
    #[error("the database is busy")]
    Busy,
    /// The engine answers nobody or can write nothing now: its disk is full, it is restarting, it was taken away. What
    /// was to be written is not lost as long as the form is.
    #[error("the database cannot be used now: {0}")]
    Unavailable(&'static str),
    /// The statement failed.
    #[error("query failed: {0}")]
    Query(DieselError),
    /// The work panicked or the runtime is stopping.
    #[error("the work did not finish")]
    Interrupted,
    /// The database could not be opened.
    #[error("the database could not be opened: {0}")]
    Open(String),
}

/// What the engines say when somebody else holds what is needed. SQLite's words are fixed; PostgreSQL's are asked for in
/// English when the connection is made.
const BUSY: &[&str] = &[
    "database is locked",
    "database table is locked",
    "due to lock timeout",
    "due to statement timeout",
    "deadlock detected",
    "could not serialize access",
];

/// What they say when they can do nothing for anybody.
const UNAVAILABLE: &[(&str, &str)] = &[
    ("database or disk is full", "disk full"),
    ("No space left on device", "disk full"),
    ("could not extend file", "disk full"),
    ("attempt to write a readonly database", "read-only"),
    ("disk I/O error", "disk"),
    ("unable to open database file", "no file"),
    ("terminating connection", "connection closed"),
    ("the connection unexpectedly", "connection closed"),
    ("no connection to the server", "connection closed"),
    ("could not receive data from server", "connection closed"),
    ("could not send data to server", "connection closed"),
    ("connection to server", "no connection"),
    ("the database system is", "starting or stopping"),
    ("connection slots are reserved", "too many connections"),
    ("too many clients", "too many connections"),
];

impl DbError {
    /// What the words of an engine or a pool stand for, when they are known.
    fn of_words(words: &str) -> Option<Self> {
        if BUSY.iter().any(|known| words.contains(known)) {
            return Some(Self::Busy);
        }
        UNAVAILABLE.iter().find(|(known, _)| words.contains(known)).map(|(_, reason)| Self::Unavailable(reason))
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | DieselError::BrokenTransactionManager => Self::Unavailable("connection closed"),
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => Self::Unavailable("read-only"),
            DieselError::DatabaseError(_, info) => Self::of_words(info.message()).unwrap_or(Self::Query(error)),
            // The commit's own failure is the cause; the rollback after it only failed as well.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => {
                Self::of_words(&commit_error.to_string()).unwrap_or(Self::Query(error))
            }
            _ => Self::Query(error),
        }
    }
}

/// The pool had no connection to give in time: all are at work, or none can be made.
impl From<diesel::r2d2::PoolError> for DbError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::of_words(&error.to_string()).unwrap_or(Self::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> DbError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())).into()
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_is_ours() {
        assert!(matches!(of("database is locked"), DbError::Busy));
        assert!(matches!(of("canceling statement due to lock timeout"), DbError::Busy));
        assert!(matches!(of("database or disk is full"), DbError::Unavailable("disk full")));
        let stopped = "terminating connection due to administrator command";
        assert!(matches!(of(stopped), DbError::Unavailable("connection closed")));
        assert!(matches!(of("no such table: patients"), DbError::Query(_)));
    }
}
