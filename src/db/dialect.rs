//! The statements that differ per engine. Every `match` on the engine outside `db` is a defect.

use diesel::{QueryResult, RunQueryDsl};

use super::Db;

/// Runs `body` with `$c` bound to the engine's own connection: it is compiled once per engine, so `on_conflict`, batch
/// inserts and the like are available in it.
#[macro_export]
macro_rules! each_backend {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg($c) => $body,
            $crate::db::Db::Sqlite($c) => $body,
        }
    };
}

/// Inserts `$rows` (a slice of `Insertable`) into `$table` in one statement. Keep a batch under 1,000 rows: SQLite
/// takes 32,766 bound values in a statement.
#[macro_export]
macro_rules! insert_batch {
    ($db:expr, $table:expr, $rows:expr) => {
        $crate::each_backend!($db, c => {
            use diesel::RunQueryDsl as _;
            diesel::insert_into($table).values($rows).execute(c)
        })
    };
}

/// Inserts `$row` unless its key is already there; returns how many rows were inserted (0 or 1).
#[macro_export]
macro_rules! insert_if_absent {
    ($db:expr, $table:expr, $row:expr) => {
        $crate::each_backend!($db, c => {
            use diesel::RunQueryDsl as _;
            diesel::insert_into($table).values($row).on_conflict_do_nothing().execute(c)
        })
    };
}

/// Waits until nobody else adds to the log of accesses of this doctor, and keeps it so until the transaction ends. SQLite
/// has one writer at a time anyway.
pub fn lock_chain(conn: &mut Db, doctor: i64) -> QueryResult<()> {
    /// Sets these locks apart from others: "acc" in ASCII.
    const ACCESSES: i32 = 0x61_63_63;
    if let Db::Pg(c) = conn {
        let key = i32::try_from(doctor.rem_euclid(i64::from(i32::MAX))).unwrap_or_default();
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind::<diesel::sql_types::Integer, _>(ACCESSES)
            .bind::<diesel::sql_types::Integer, _>(key)
            .execute(c)?;
    }
    Ok(())
}

/// Waits until nobody else holds this name, and keeps it until the transaction ends. SQLite has one writer at a time anyway.
pub fn lock_name(conn: &mut Db, name: &str) -> QueryResult<()> {
    /// Sets these locks apart from others: "nam" in ASCII.
    const NAMES: i32 = 0x6e_61_6d;
    if let Db::Pg(c) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
            .bind::<diesel::sql_types::Integer, _>(NAMES)
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(c)?;
    }
    Ok(())
}

/// After rows were inserted with ids of their own, tells PostgreSQL where its counter goes on; SQLite knows by itself.
pub fn advance_identity(conn: &mut Db, table: &'static str) -> QueryResult<()> {
    if let Db::Pg(c) = conn {
        let sql = format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}");
        diesel::sql_query(sql).execute(c)?;
    }
    Ok(())
}
