//! Forgetting what is no longer of use: run once an hour.

use chrono::TimeDelta;

use crate::accesses;
use crate::account::queries as account;
use crate::api::queries as api;
use crate::db::{Db, DbError};
use crate::identity::tokens::Purpose;
use crate::identity::{api_tokens, events, form_keys, kept_forms, sessions, throttle, tokens};
use crate::outbox;
use crate::site::Site;
use crate::validation::queries as validation;

/// Ended sessions are kept a while, to recognise a form that comes too late.
const LATE_FORMS: TimeDelta = TimeDelta::hours(24);
/// Counts of wrong passwords, and form keys, are of no use after this.
const SHORT: TimeDelta = TimeDelta::days(2);
/// Ended jobs and rounds of INVIA TUTTI stay to be looked at; registrations stay for whoever opens the mail late and asks again.
const LONG: TimeDelta = TimeDelta::days(30);
/// Who looked at what is kept for 24 months and some days: the database refuses to forget earlier.
const LOOKS: TimeDelta = TimeDelta::days(740);

/// What happened to an account stays a year in its owner's list.
const YEAR: TimeDelta = TimeDelta::days(365);

/// Deletes what is out of date, in one transaction.
pub async fn run(site: &Site) -> Result<(), DbError> {
    let (now, key) = (site.clock.now(), accesses::LogKey::new(&site.keys));
    let purge = move |conn: &mut Db| -> Result<(), DbError> {
        sessions::purge(conn, now - LATE_FORMS)?;
        kept_forms::purge(conn, now)?;
        throttle::purge(conn, now - SHORT)?;
        form_keys::purge(conn, now - SHORT)?;
        tokens::purge(conn, now)?;
        events::purge(conn, now - YEAR)?;
        api_tokens::purge(conn, now)?;
        api::purge_downloads(conn, now - LONG)?;
        outbox::purge(conn, now - LONG)?;
        account::purge_unconfirmed(conn, now - LONG)?;
        validation::purge_rounds(conn, now - LONG)?;
        accesses::chain::purge(conn, &key, now - LOOKS)?;
        Ok(())
    };
    site.db.write(purge).await
}

/// No moment that was stored binds longer than its own length from now: what a clock running ahead has written is pulled
/// back. Runs when the portal starts, and each minute.
pub async fn mend_time(site: &Site) -> Result<(), DbError> {
    let now = site.clock.now();
    let reset_for = site.reset_for;
    let mend = move |conn: &mut Db| -> Result<usize, DbError> {
        let links = tokens::pull_back(conn, Purpose::ResetPassword, reset_for, now)?;
        Ok(links + outbox::pull_back(conn, now)? + sessions::pull_back(conn, now)? + throttle::pull_back(conn, now)?)
    };
    let mended = site.db.write(mend).await?;
    if mended > 0 {
        tracing::warn!(mended, "moments that have not come were pulled back: the clock ran ahead");
    }
    Ok(())
}
