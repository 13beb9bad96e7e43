//! What the portal is compared with: actix-web handlers that do nothing but the same SQL, and answer the same bytes.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::prelude::*;
use kernel::clock::Clock;
use kernel::patient_query::PatientQuery;
use millecloud::accesses::{self, Act, LogKey, Look, Viewer};
use millecloud::db::{DatabaseUrl, Db, DbError, DbPool, Owner};
use millecloud::formulary;
use millecloud::identity::keys::Keys;
use millecloud::identity::model::Role;
use millecloud::identity::sessions;
use millecloud::patients::model::Show;
use millecloud::patients::queries::{self as patients, Search};
use millecloud::record::model::{ProblemFilter, Window};
use millecloud::record::queries as record;
use millecloud::reference;
use millecloud::web::compress::compress;
use serde::Deserialize;

/// Word of the command line that makes this program the bare server.
pub const WORD: &str = "bare-server";

type Bodies = Arc<HashMap<String, web::Bytes>>;

/// What is asked of the bare server: the same as the page is asked.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    session: String,
    #[serde(default)]
    doctor: i64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    patient: i64,
    #[serde(default)]
    ids: String,
}

/// Answers on `port` until killed, with the bodies of the files in `folder`.
pub fn serve(database: &str, port: u16, folder: &Path) {
    let db = DbPool::open(&DatabaseUrl::parse(database).unwrap(), 8).unwrap();
    let bodies: HashMap<String, web::Bytes> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap().into()))
        .collect();
    let (db, bodies): (_, Bodies) = (web::Data::new(db), Arc::new(bodies));
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    actix_web::rt::System::new()
        .block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(db.clone())
                    .app_data(web::Data::new(bodies.clone()))
                    .wrap(from_fn(compress))
                    .route("/bytes/{name}", web::get().to(bytes))
                    .route("/one-read/{name}", web::get().to(one_read))
                    .route("/static", web::get().to(|bodies: web::Data<Bodies>| async move { body(&bodies, "static") }))
                    .route("/login", web::get().to(|bodies: web::Data<Bodies>| async move { body(&bodies, "login") }))
                    .route("/search", web::get().to(search))
                    .route("/record", web::get().to(show_record))
                    .route("/formulary", web::get().to(find_packages))
                    .route("/commits", web::get().to(commit))
            });
            let workers = std::thread::available_parallelism().map_or(2, usize::from);
            server.workers(workers).tcp_nodelay(true).listen(listener)?.run().await
        })
        .unwrap();
}

fn body(bodies: &Bodies, name: &str) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(bodies[name].clone())
}

/// The floor of any page: its bytes and nothing else.
async fn bytes(bodies: web::Data<Bodies>, name: web::Path<String>) -> HttpResponse {
    body(&bodies, &name)
}

/// The floor of any page of somebody: the session is read, then its bytes.
async fn one_read(
    db: web::Data<DbPool>,
    bodies: web::Data<Bodies>,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    read(&db, asked.into_inner().session, |_| Ok(())).await;
    body(&bodies, &name)
}

async fn read<T: Send + 'static>(
    db: &DbPool,
    session: String,
    work: impl FnOnce(&mut Db) -> QueryResult<T> + Send + 'static,
) -> T {
    let read = move |conn: &mut Db| -> Result<T, DbError> {
        sessions::load(conn, &session, Clock::system().now())?;
        Ok(work(conn)?)
    };
    db.read(read).await.unwrap()
}

/// A look is written down, as the portal does.
async fn note(db: &DbPool, doctor: i64, look: Look) {
    let viewer = Viewer {
        owner: Owner::of_doctor(doctor),
        actor_id: doctor,
        role: Role::Doctor,
        origin: "127.0.0.1".to_owned(),
        key: LogKey::new(&Keys::new(crate::place::SECRET).unwrap()),
    };
    let write = move |conn: &mut Db| accesses::record(conn, &viewer, &[look], Clock::system().now());
    db.write_shared(write).await.unwrap();
}

async fn search(db: web::Data<DbPool>, bodies: web::Data<Bodies>, asked: web::Query<Asked>) -> HttpResponse {
    let asked = asked.into_inner();
    let (session, text) = (asked.session, asked.text);
    let found = read(&db, session, move |conn| {
        let query = PatientQuery::parse(&text);
        let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: None };
        patients::search(conn, Owner::of_doctor(asked.doctor), &wanted)
    });
    let found = found.await.patients;
    assert!(!found.is_empty());
    note(&db, asked.doctor, Look::at_many(Act::Searched, found.iter().map(|patient| patient.id))).await;
    body(&bodies, "search")
}

async fn show_record(db: web::Data<DbPool>, bodies: web::Data<Bodies>, asked: web::Query<Asked>) -> HttpResponse {
    let asked = asked.into_inner();
    read(&db, asked.session.clone(), move |conn| {
        let (owner, doctor, patient) = (Owner::of_doctor(asked.doctor), asked.doctor, asked.patient);
        let clock = Clock::system();
        let window = Window::first(ProblemFilter::All);
        patients::find_banner(conn, owner, patient, clock.today())?;
        record::is_touch_due(conn, doctor, patient, clock.now())?;
        record::count_draft_items(conn, owner, doctor, patient)?;
        reference::queries::list_regimes(conn)?;
        record::list_therapies(conn, owner, patient, &window)?;
        record::list_investigations(conn, owner, patient, &window)?;
        record::list_diary(conn, owner, patient, &window)?;
        record::list_problems_open_first(conn, owner, patient, window.limit)
    })
    .await;
    note(&db, asked.doctor, Look::at_patient(Act::Record, asked.patient)).await;
    body(&bodies, "record")
}

async fn find_packages(db: web::Data<DbPool>, bodies: web::Data<Bodies>, asked: web::Query<Asked>) -> HttpResponse {
    let asked = asked.into_inner();
    read(&db, asked.session, move |conn| {
        let ids: Vec<i64> = asked.ids.split('-').filter_map(|id| id.parse().ok()).collect();
        formulary::queries::find_current_edition(conn)?;
        formulary::queries::list_by_ids(conn, &ids)
    })
    .await;
    body(&bodies, "formulary")
}

/// As many commits, waited for, as a prescription needs from the confirmation to the code: confirmed, claimed, recorded.
async fn commit(db: web::Data<DbPool>) -> HttpResponse {
    for _ in 0..3 {
        let write = |conn: &mut Db| -> Result<(), DbError> {
            diesel::sql_query("UPDATE users SET phone = phone WHERE id = 1").execute(conn)?;
            Ok(())
        };
        db.write(write).await.unwrap();
    }
    HttpResponse::Ok().finish()
}
