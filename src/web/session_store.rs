//! actix-session over rows of `sessions`: a session can be ended from outside, and its user comes with it in one query.
//!
//! Entries whose name begins with `@` live in memory only: the user found with the session, and the session's own key.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;

use crate::db::DbError;
use crate::identity::sessions::{self, Loaded};
use crate::site::Site;
use kernel::random;

/// In-memory entry: the [`sessions::LiveSession`] as JSON.
pub const LIVE: &str = "@live";
/// In-memory entry: user id of a session that ran out of time.
pub const EXPIRED: &str = "@expired";
/// In-memory entry: the database could not say whose session it is.
pub const DOWN: &str = "@down";
/// In-memory entry: the session key, to touch or end the row.
pub const KEY: &str = "@key";
/// Entry: user id. A session without it is never stored.
pub const USER: &str = "user";
/// Entry: id of the doctor a collaborator works for in this session.
pub const DOCTOR: &str = "doctor";
/// Entry: random value the anti-forgery token is bound to.
pub const BINDING: &str = "binding";
/// Entry: short description of the browser.
pub const DEVICE: &str = "device";

type State = HashMap<String, String>;

/// The store.
#[derive(Clone, Debug)]
pub struct RowStore {
    site: Site,
}

impl RowStore {
    /// A store over the site's database.
    pub const fn new(site: Site) -> Self {
        Self { site }
    }

    async fn insert(&self, state: State) -> Result<SessionKey, SaveFailure> {
        let user_id: i64 = entry(&state, USER).ok_or(SaveFailure::Anonymous)?;
        let device: String = entry(&state, DEVICE).unwrap_or_default();
        let key = random::hex_token(32);
        let (row_key, now) = (key.clone(), self.site.clock.now());
        let json = to_json(&state);
        let insert = move |conn: &mut crate::db::Db| -> Result<usize, DbError> {
            Ok(sessions::insert(conn, &row_key, user_id, &json, &device, now)?)
        };
        self.site.db.write(insert).await?;
        SessionKey::try_from(key).map_err(|_too_long| SaveFailure::Anonymous)
    }
}

/// Why a session was not stored.
#[derive(Debug, thiserror::Error)]
enum SaveFailure {
    /// Visitors have no session.
    #[error("a session needs a user")]
    Anonymous,
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
}

fn entry<T: serde::de::DeserializeOwned>(state: &State, name: &str) -> Option<T> {
    serde_json::from_str(state.get(name)?).ok()
}

/// The entries that are kept, in a stable order.
fn to_json(state: &State) -> String {
    let kept: std::collections::BTreeMap<_, _> = state.iter().filter(|(name, _)| !name.starts_with('@')).collect();
    serde_json::to_string(&kept).unwrap_or_else(|_| "{}".to_owned())
}

impl SessionStore for RowStore {
    async fn load(&self, session_key: &SessionKey) -> Result<Option<State>, LoadError> {
        let (key, now) = (session_key.as_ref().to_owned(), self.site.clock.now());
        let loaded = match self.site.db.ask(move |conn| sessions::load(conn, &key, now)).await {
            // The guards say so: the store could only fail the request, and its form with it.
            Err(DbError::Busy) => return Ok(Some(HashMap::from([(DOWN.to_owned(), "true".to_owned())]))),
            Err(DbError::Unavailable(reason)) => {
                tracing::warn!(reason, "sessions cannot be read");
                return Ok(Some(HashMap::from([(DOWN.to_owned(), "true".to_owned())])));
            }
            loaded => loaded.map_err(|error| LoadError::Other(error.into()))?,
        };
        Ok(match loaded {
            Loaded::Nothing => None,
            Loaded::Expired(user_id) => Some(HashMap::from([(EXPIRED.to_owned(), user_id.to_string())])),
            Loaded::Live(json, live) => {
                let mut state: State = serde_json::from_str(&json).map_err(|e| LoadError::Deserialization(e.into()))?;
                let live = serde_json::to_string(&live).map_err(|e| LoadError::Other(e.into()))?;
                let key = serde_json::to_string(session_key.as_ref()).map_err(|e| LoadError::Other(e.into()))?;
                state.insert(LIVE.to_owned(), live);
                state.insert(KEY.to_owned(), key);
                Some(state)
            }
        })
    }

    async fn save(&self, state: State, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        self.insert(state).await.map_err(|error| SaveError::Other(error.into()))
    }

    /// A session that was ended meanwhile is not brought back to life.
    async fn update(&self, session_key: SessionKey, state: State, _ttl: &Duration) -> Result<SessionKey, UpdateError> {
        let (key, json) = (session_key.as_ref().to_owned(), to_json(&state));
        let set =
            move |conn: &mut crate::db::Db| -> Result<bool, DbError> { Ok(sessions::set_state(conn, &key, &json)?) };
        self.site.db.write(set).await.map_err(|error| UpdateError::Other(error.into()))?;
        Ok(session_key)
    }

    /// Time is kept in the row (`web::guards` touches it): nothing to do here.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, session_key: &SessionKey) -> Result<(), anyhow::Error> {
        let key = session_key.as_ref().to_owned();
        let end = move |conn: &mut crate::db::Db| -> Result<usize, DbError> { Ok(sessions::end(conn, &key)?) };
        self.site.db.write(end).await?;
        Ok(())
    }
}
