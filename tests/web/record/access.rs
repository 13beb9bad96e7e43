//! Who may not: other doctors, nobody, forged forms.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::{
    allergies, diary_entries, investigations, patient_exemptions, patients, problems, record_changes, therapies,
};

use super::*;

/// Every table of the record, as text: equal before and after means that nothing was touched.
async fn everything(app: &TestApp) -> Vec<(&'static str, i64, Option<i64>)> {
    macro_rules! facts {
        ($conn:expr, $($table:ident),*) => {{
            let mut facts = Vec::new();
            $({
                let revisions: Vec<i64> = $table::table.select($table::revision).load($conn)?;
                facts.push((stringify!($table), i64::try_from(revisions.len()).unwrap(), Some(revisions.iter().sum())));
            })*
            facts
        }};
    }
    app.read(|conn| -> Result<_, DbError> {
        let mut facts =
            facts!(conn, patients, problems, therapies, investigations, diary_entries, allergies, patient_exemptions);
        facts.push(("record_changes", record_changes::table.count().get_result(conn)?, None));
        Ok(facts)
    })
    .await
}

/// One doctor with an entry of each kind, and another doctor at the door with a patient of their own.
struct Door {
    app: TestApp,
    other: Browser,
    patient: i64,
    own: i64,
    therapy: i64,
    /// Section and id of each entry.
    entries: [(&'static str, i64); 6],
}

async fn door() -> Door {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    write(&doctor, patient, "problemi/nuovo", &[("description", "INFLUENZA")]).await;
    write(&doctor, patient, "diario/nuova", &[("body", "Febbre")]).await;
    write(&doctor, patient, "accertamenti/nuovo", &[("description", "ECG")]).await;
    write(&doctor, patient, "info-essenziali", &[("substance", "FANS")]).await;
    write(&doctor, patient, "esenzioni", &[("code", "013")]).await;
    let other = app.other_doctor().await;
    let own = add_patient(&app, "rossi", "VERDI", "VRDCLD63E30L483E").await;
    let entries = [
        ("problemi", 1),
        ("terapie", therapy),
        ("diario", 1),
        ("accertamenti", 1),
        ("info-essenziali", 1),
        ("esenzioni", 1),
    ];
    Door { app, other, patient, own, therapy, entries }
}

#[actix_web::test]
async fn another_doctors_pages_look_like_missing_ones() {
    let Door { app: _app, other, patient, own, entries, .. } = door().await;
    let missing = other.get(&record(999_999)).await;
    missing.assert_status(404);
    let mut pages = vec![record(patient)];
    for list in ["problemi", "terapie", "accertamenti", "diario", "info-essenziali", "esenzioni"] {
        pages.push(format!("{}/{list}", record(patient)));
    }
    for form in ["problemi/nuovo", "accertamenti/nuovo", "diario/nuova"] {
        pages.push(format!("{}/{form}", record(patient)));
    }
    // The other doctor's patient, then the entry under one's own patient.
    for (whose, (section, id)) in [patient, own].into_iter().flat_map(|p| entries.iter().map(move |e| (p, *e))) {
        pages.push(format!("{}/{section}/{id}", record(whose)));
        pages.push(format!("{}/{section}/{id}/storia", record(whose)));
    }
    let same = |page: &Page| page.all("main").join(" ");
    for path in pages {
        let page = other.get(&path).await;
        page.assert_status(404);
        assert_eq!(same(&page), same(&missing), "{path}");
    }
}

#[actix_web::test]
async fn another_doctors_entries_do_not_move() {
    let Door { app, other, patient, own, therapy, entries } = door().await;
    let before = everything(&app).await;
    let (_, token) = other.get(&format!("{}/diario/nuova", record(own))).await.form("#modulo");
    let with = |more: &[(&str, &str)]| {
        let mut fields = token.clone();
        fields.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    };
    let full = with(&[
        ("revisione", "1"),
        ("description", "X"),
        ("opened_on", "2020-01-01"),
        ("requested_on", "2020-01-01"),
        ("outcome", "pending"),
        ("body", "X"),
        ("entry_date", "2020-01-01"),
        ("pieces", "1"),
        ("started_on", "2020-01-01"),
        ("substance", "X"),
        ("noted_on", "2020-01-01"),
        ("code", "013"),
        ("doctor_id", "1"),
        ("patient_id", "1"),
    ]);
    for form in ["problemi/nuovo", "accertamenti/nuovo", "diario/nuova", "info-essenziali", "esenzioni"] {
        other.post(&format!("{}/{form}", record(patient)), &full).await.assert_status(404);
    }
    for (whose, (section, id)) in [patient, own].into_iter().flat_map(|p| entries.iter().map(move |e| (p, *e))) {
        for act in ["", "/elimina", "/ripristina"] {
            other.post(&format!("{}/{section}/{id}{act}", record(whose)), &full).await.assert_status(404);
        }
    }
    for whose in [patient, own] {
        for act in ["problemi/1/chiudi", "problemi/1/riapri", &format!("terapie/{therapy}/riprendi")] {
            other.post(&format!("{}/{act}", record(whose)), &full).await.assert_status(404);
        }
        let ticked = with(&[("ripeti", &therapy.to_string())]);
        other.post(&format!("{}/terapie/sospendi", record(whose)), &ticked).await.assert_status(404);
        // A problem of somebody else's patient cannot be named.
        let named = with(&[("problem_id", "1"), ("body", "X"), ("entry_date", "2020-01-01")]);
        other.post(&format!("{}/diario/nuova", record(whose)), &named).await.assert_status(404);
    }
    assert_eq!(everything(&app).await, before);
}

#[actix_web::test]
async fn nobody_enters_without_login() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let anonymous = app.anonymous();
    for path in ["", "/problemi", "/terapie", "/diario/nuova", "/esenzioni", "/terapie/1/storia"] {
        let answer = anonymous.get_raw(&format!("{}{path}", record(patient))).await;
        assert_eq!((answer.status, answer.header("location").unwrap().contains("/accedi")), (303, true), "{path}");
    }
    let page = doctor.get(&format!("{}/diario/nuova", record(patient))).await;
    let (action, fields) = page.filled("#modulo", &[("body", "X")]);
    let refused = anonymous.post_raw(&action, &fields, &[("sec-fetch-site", "same-origin")]).await;
    assert!(matches!(refused.status, 401 | 403), "{}", refused.status);
    assert_eq!(count_changes(&app).await, 0);
    // Another token than the session's own.
    let mut forged = fields.clone();
    forged.retain(|(name, _)| name != "_csrf");
    assert_eq!(doctor.post(&action, &forged).await.status, 403);
}
