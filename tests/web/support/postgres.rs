//! PostgreSQL when `TEST_DATABASE_URL` names a server where databases may be created: one migrated template per run,
//! one clone per test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use millecloud::db::{DatabaseUrl, DbPool, migrate};

static NEXT: AtomicU32 = AtomicU32::new(0);
static TEMPLATE: OnceLock<String> = OnceLock::new();

/// The server's address, when tests are to run on PostgreSQL.
pub fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

fn with_name(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.to_string()
}

fn execute(server: &str, sql: &str) {
    PgConnection::establish(server).expect("the test server answers").batch_execute(sql).expect(sql);
}

/// A fresh migrated database with the starter lists.
pub fn fresh(server: &str, prepare: impl FnOnce(&DbPool)) -> String {
    let template = TEMPLATE.get_or_init(|| {
        let name = format!("mc_template_{}", std::process::id());
        execute(server, &format!("DROP DATABASE IF EXISTS {name}"));
        execute(server, &format!("CREATE DATABASE {name}"));
        let pool = DbPool::open(&DatabaseUrl::parse(&with_name(server, &name)).unwrap(), 1).unwrap();
        migrate::run_pending(&mut pool.connection().unwrap()).unwrap();
        prepare(&pool);
        name
    });
    let name = format!("mc_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    // Cloning needs that nobody is connected to the template; a connection being closed may take a moment to go.
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    for attempt in 0.. {
        match PgConnection::establish(server).expect("the test server answers").batch_execute(&sql) {
            Ok(()) => break,
            Err(error) if attempt > 50 => panic!("{error}"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(100)),
        }
    }
    with_name(server, &name)
}

/// Drops a test's database.
pub fn drop_database(server: &str, url: &str) {
    let name = url.rsplit('/').next().unwrap();
    let _ = PgConnection::establish(server)
        .map(|mut c| c.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
}
