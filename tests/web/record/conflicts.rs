//! Two forms at once, one form twice.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::diary_entries;

use super::*;

#[actix_web::test]
async fn a_stale_form_is_refused_with_both_versions_and_can_then_prevail() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    write(&doctor, patient, "diario/nuova", &[("body", "uno")]).await;
    let id: i64 = app.read(|conn| Ok(diary_entries::table.select(diary_entries::id).first(conn)?)).await;
    let path = format!("{}/diario/{id}", record(patient));
    let (mine, theirs) = (doctor.get(&path).await, doctor.get(&path).await);
    theirs.submit("#modulo", &[("body", "due")]).await.assert_status(200);
    let refused = mine.submit("#modulo", &[("body", "tre")]).await;
    refused.assert_status(409).assert_text("Nel frattempo questi dati sono stati cambiati");
    assert_eq!(refused.all(".msg td"), ["Testo", "due", "tre"]);
    assert_eq!(refused.one("#body"), "tre");
    let body = |app: &TestApp| {
        let pool = app.site.db.clone();
        async move {
            pool.read(move |conn| -> Result<String, DbError> {
                Ok(diary_entries::table.find(id).select(diary_entries::body).first(conn)?)
            })
            .await
            .unwrap()
        }
    };
    assert_eq!(body(&app).await, "due");
    // An error on the way does not make the form forget which version it speaks of.
    let error = mine.submit("#modulo", &[("body", "")]).await;
    error.assert_status(422).submit("#modulo", &[("body", "quattro")]).await.assert_status(409);
    refused.submit("#modulo", &[]).await.assert_status(200);
    assert_eq!(body(&app).await, "tre");
    // The very same form sent twice is one change, not a conflict.
    let (action, fields) = doctor.get(&path).await.filled("#modulo", &[("body", "cinque")]);
    for _ in 0..2 {
        doctor.post(&action, &fields).await.assert_status(200);
    }
    assert_eq!(body(&app).await, "cinque");
}

#[actix_web::test]
async fn a_double_click_adds_once_and_an_altered_form_is_asked_again() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = doctor.get(&format!("{}/diario/nuova", record(patient))).await;
    let (action, fields) = page.filled("#modulo", &[("body", "Febbre")]);
    let answers = futures_util::future::join_all((0..5).map(|_| doctor.post(&action, &fields))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let count = |app: &TestApp| {
        let pool = app.site.db.clone();
        async move {
            pool.read(|conn| -> Result<i64, DbError> { Ok(diary_entries::table.count().get_result(conn)?) })
                .await
                .unwrap()
        }
    };
    assert_eq!(count(&app).await, 1);
    let altered = page.submit("#modulo", &[("body", "Febbre e tosse")]).await;
    altered.assert_status(409).assert_text("era già stato salvato");
    assert_eq!((altered.one("#body").as_str(), count(&app).await), ("Febbre e tosse", 1));
    altered.submit("#modulo", &[]).await.assert_status(200);
    assert_eq!(count(&app).await, 2);
}

#[actix_web::test]
async fn a_package_is_kept_as_therapy_once_and_only_for_the_patients_problem() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let stranger = add_patient(&app, "borghetto", "BIANCHI", "BNCCLD63E30L483D").await;
    write(&doctor, stranger, "problemi/nuovo", &[("description", "TUMORE")]).await;
    let now = app.site.clock.now();
    app.write(move |conn| -> Result<bool, DbError> { Ok(millecloud::formulary::starter::load(conn, now)?) }).await;
    let (_, mut fields) = doctor.get(&record(patient)).await.form("#terapie form");
    fields.push(("terapia".to_owned(), "023086150".to_owned()));
    let path = format!("{}/terapie/aggiungi", record(patient));
    let theirs: Vec<_> = fields.iter().cloned().chain([("problema".to_owned(), "1".to_owned())]).collect();
    doctor.post(&path, &theirs).await.assert_status(404);
    let answers = futures_util::future::join_all((0..5).map(|_| doctor.post(&path, &fields))).await;
    for answer in &answers {
        answer.assert_status(200);
        assert_eq!(answer.one("h1"), "Terapia");
    }
    assert_eq!(doctor.get(&record(patient)).await.all("#terapie .row__t"), ["ZIMOX*12CPR 1G - N° 1"]);
}
