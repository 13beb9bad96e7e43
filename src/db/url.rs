//! `DATABASE_URL`: which engine, and whether this build may speak with it.

use std::net::IpAddr;
use std::path::PathBuf;

/// A database address that this build can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
    /// `postgres://...`, kept whole. Its `Debug` shows the password: never log it.
    Postgres(String),
}

/// Why a database address is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    /// Neither `sqlite:` nor `postgres:`.
    #[error("DATABASE_URL must be sqlite:PATH or postgres://..., not another scheme")]
    Scheme,
    /// No path of a file after `sqlite:`.
    #[error("DATABASE_URL names no file after sqlite:")]
    EmptyPath,
    /// Not a URL.
    #[error("DATABASE_URL is not a valid postgres URL: {0}")]
    Malformed(url::ParseError),
    /// Clinical data would cross a network in clear.
    #[error(
        "DATABASE_URL names a PostgreSQL server that is not on this machine, and this build has no database TLS (build with --features pg-tls)"
    )]
    RemoteWithoutTls,
}

impl DatabaseUrl {
    /// Reads `DATABASE_URL`.
    /// Fails with [`UrlError`]: unknown scheme, no path, or a remote PostgreSQL in a build without database TLS.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // SQLite's other forms (":memory:", "file:...") would be a database for each connection, or hide the file.
            let is_file = !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:");
            return if is_file { Ok(Self::Sqlite(path.into())) } else { Err(UrlError::EmptyPath) };
        }
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(UrlError::Scheme);
        }
        let parsed = ::url::Url::parse(text).map_err(UrlError::Malformed)?;
        // libpq lets the query string override the host, so every host named there counts too.
        let named = parsed.query_pairs().filter(|(key, _)| key == "host" || key == "hostaddr").map(|(_, value)| value);
        let hosts = parsed.host_str().map(Into::into).into_iter().chain(named);
        if !cfg!(feature = "pg-tls") && !hosts.into_iter().all(|host| host.split(',').all(is_local)) {
            return Err(UrlError::RemoteWithoutTls);
        }
        Ok(Self::Postgres(text.to_owned()))
    }
}

/// A Unix socket folder, `localhost`, or a loopback address.
fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.is_empty()
        || host == "localhost"
        || host.starts_with('/')
        || host.starts_with("%2F")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_engine_from_the_scheme() {
        assert_eq!(DatabaseUrl::parse("sqlite:/tmp/a.db"), Ok(DatabaseUrl::Sqlite("/tmp/a.db".into())));
        assert!(matches!(DatabaseUrl::parse("postgres://u@127.0.0.1:5/x"), Ok(DatabaseUrl::Postgres(_))));
        assert_eq!(DatabaseUrl::parse("mysql://x"), Err(UrlError::Scheme));
        for no_file in ["sqlite:", "sqlite::memory:", "sqlite:file:a.db?mode=memory"] {
            assert_eq!(DatabaseUrl::parse(no_file), Err(UrlError::EmptyPath), "{no_file}");
        }
    }

    #[cfg(not(feature = "pg-tls"))]
    #[test]
    fn refuses_a_remote_server_without_tls() {
        for remote in [
            "postgres://u@db.example.org/x",
            "postgres://u@192.168.1.4/x",
            "postgres://localhost/x?host=10.0.0.1",
            "postgres:///x?hostaddr=10.0.0.1",
            "postgres://localhost,10.0.0.1/x",
        ] {
            assert!(DatabaseUrl::parse(remote).is_err(), "{remote}");
        }
        for local in ["postgres://u@[::1]/x", "postgres:///x?host=/var/run/postgresql", "postgres://localhost/x"] {
            assert!(DatabaseUrl::parse(local).is_ok(), "{local}");
        }
    }
}
