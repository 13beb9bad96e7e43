//! Validation against a database.
