//! A database that can write nothing: the answer says so, and the form is not lost.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use millecloud::db::schema::diary_entries;

use crate::support::TestApp;

/// Makes every new line of the diary fail as on a full disk, or ends that.
async fn disk(app: &TestApp, full: bool) {
    app.write(move |conn| {
        let sql = match (conn.is_sqlite(), full) {
            (true, true) => {
                "CREATE TRIGGER full_disk BEFORE INSERT ON diary_entries \
                 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            }
            (true, false) => "DROP TRIGGER full_disk",
            (false, true) => {
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device'; END $$; \
                 CREATE TRIGGER full_disk BEFORE INSERT ON diary_entries FOR EACH ROW EXECUTE FUNCTION full_disk()"
            }
            (false, false) => "DROP TRIGGER full_disk ON diary_entries",
        };
        conn.batch_execute(sql)?;
        Ok(())
    })
    .await;
}

async fn lines(app: &TestApp) -> Vec<String> {
    app.read(|conn| Ok(diary_entries::table.select(diary_entries::body).load(conn)?)).await
}

#[actix_web::test]
async fn what_could_not_be_saved_is_in_the_answer_and_is_saved_once_from_there() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let patient = crate::record::add_patient(&app, "borghetto", "SACCAVINI", "SCCCLD63E30L483S").await;
    let doctor = app.login("borghetto").await;
    let page = doctor.get(&format!("/millelight/pazienti/{patient}/diario/nuova")).await;
    disk(&app, true).await;
    let text = "Febbre da ieri,\r\n<b>38,5</b> & \"tosse\"";
    let refused = page.submit("#modulo", &[("body", text)]).await;
    refused.assert_status(503).assert_text("Archivio non disponibile").assert_text("è in questa pagina");
    assert!(refused.header("retry-after").is_some());
    // Still full: the form is handed on.
    let again = refused.submit("form", &[]).await;
    again.assert_status(503).assert_text("Riprova");
    assert!(lines(&app).await.is_empty());
    disk(&app, false).await;
    for _ in 0..2 {
        again.submit("form", &[]).await.assert_status(200);
    }
    assert_eq!(lines(&app).await, [text.replace("\r\n", "\n")]);
}
