//! Whether the portal can do its work: asked by supervisors, every few seconds and by whoever likes.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use tokio::sync::Mutex;

use crate::db::{Db, DbError};
use crate::identity::installation;
use crate::site::Site;

/// How long an answer is good: however often it is asked, the database is written to once in this time.
const FRESH: Duration = Duration::from_secs(2);

/// When the last proof succeeded. Whoever asks meanwhile waits for the one under way.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<Instant>>);

/// Ready to serve: something was written, and is durable. A database that answers but cannot write (full disk, read-only
/// copy) would lose every prescription. And what runs beside the portal works: mails and prescriptions go out. Tells nothing
/// else.
pub async fn ready(site: web::Data<Site>, readiness: web::Data<Readiness>) -> HttpResponse {
    if let Some(task) = site.vitals.first_fallen() {
        tracing::warn!(task, "not ready: a background task is down");
        return HttpResponse::ServiceUnavailable().finish();
    }
    let mut last = readiness.0.lock().await;
    if last.is_some_and(|proved| proved.elapsed() < FRESH) {
        return HttpResponse::NoContent().finish();
    }
    *last = None;
    let now = site.clock.now();
    let note = move |conn: &mut Db| -> Result<usize, DbError> { Ok(installation::note_ready(conn, now)?) };
    match site.db.write(note).await {
        Ok(_written) => {
            *last = Some(Instant::now());
            HttpResponse::NoContent().finish()
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}
