//! The record: panels, entries and their histories, conflicts, other doctors' doors.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::{
    allergies, diary_entries, investigations, patient_exemptions, patients, problems, recent_patients, record_changes,
    therapies,
};

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// Adds a patient to the archive of the doctor `username`; answers the id.
async fn add_patient(app: &TestApp, username: &'static str, surname: &'static str, code: &'static str) -> i64 {
    use millecloud::db::schema::users;
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    app.write(move |conn| -> Result<i64, DbError> {
        let doctor: i64 = users::table.filter(users::username.eq(username)).select(users::id).first(conn)?;
        let row = (
            (
                patients::doctor_id.eq(doctor),
                patients::surname.eq(surname),
                patients::name.eq("Claudio"),
                patients::search_key.eq(format!("{surname} CLAUDIO")),
                patients::initials.eq(""),
                patients::sex.eq("M"),
                patients::birth_date.eq(today - chrono::Days::new(20_000)),
                patients::birth_year.eq(1963),
                patients::fiscal_code.eq(code),
            ),
            (
                patients::category.eq("ssn"),
                patients::status.eq("active"),
                patients::revision.eq(1),
                patients::created_at.eq(now),
                patients::updated_at.eq(now),
                patients::updated_by.eq(doctor),
            ),
        );
        Ok(diesel::insert_into(patients::table).values(row).returning(patients::id).get_result(conn)?)
    })
    .await
}

/// Adds a therapy without a prescription; answers the id.
async fn add_therapy(app: &TestApp, patient: i64, label: &'static str) -> i64 {
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    app.write(move |conn| -> Result<i64, DbError> {
        let doctor: i64 = patients::table.find(patient).select(patients::doctor_id).first(conn)?;
        let row = (
            (
                therapies::patient_id.eq(patient),
                therapies::aic.eq("023086150"),
                therapies::label.eq(label),
                therapies::substance.eq("AMOXICILLINA"),
                therapies::class.eq("A"),
                therapies::regime.eq("CD"),
                therapies::pieces.eq(1),
                therapies::by_substance.eq(false),
            ),
            (
                therapies::continuous.eq(false),
                therapies::suggested.eq(false),
                therapies::started_on.eq(today),
                therapies::revision.eq(1),
                therapies::updated_at.eq(now),
                therapies::updated_by.eq(doctor),
            ),
        );
        Ok(diesel::insert_into(therapies::table).values(row).returning(therapies::id).get_result(conn)?)
    })
    .await
}

/// The doctor BORGHETTO with SACCAVINI in the archive.
async fn surgery(app: &TestApp) -> (Browser, i64) {
    let doctor = app.doctor().await;
    let patient = add_patient(app, "borghetto", "SACCAVINI", "SCCCLD63E30L483Q").await;
    (doctor, patient)
}

fn record(patient: i64) -> String {
    format!("/millelight/pazienti/{patient}")
}

/// Writes a new entry through its form.
async fn write(doctor: &Browser, patient: i64, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = doctor.get(&format!("{}/{form}", record(patient))).await;
    page.submit("#modulo", fields).await
}

#[actix_web::test]
async fn an_empty_record_says_what_will_be_there() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = doctor.get(&record(patient)).await;
    page.assert_status(200);
    assert_eq!(page.one(".pt__name"), "SACCAVINI Claudio");
    for text in ["SCCCLD63E30L483Q", "Nessun problema", "Nessuna terapia", "Diario vuoto", "Nessun accertamento"] {
        page.assert_text(text);
    }
    page.assert_no_text("Ricetta in preparazione");
    assert_eq!(page.all(".tabs a"), ["Terapie", "Problemi", "Accertamenti", "Diario"]);
}

#[actix_web::test]
async fn a_problem_is_found_in_the_catalogue_added_selected_closed_and_reopened() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let search = doctor.get(&format!("{}/problemi/nuovo?q=diabete", record(patient))).await;
    let picked = search.follow("#risultati a").await;
    let (_, fields) = picked.form("#modulo");
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert!(value("icd9_code").starts_with("250"), "{fields:?}");
    assert!(value("description").to_lowercase().contains("diabete"));
    let saved = picked.submit("#modulo", &[("description", "DIABETE MELLITO")]).await;
    saved.assert_status(200).assert_text("Il problema è stato salvato.");
    write(&doctor, patient, "problemi/nuovo", &[("description", "Mal di testa")]).await.assert_text("Mal di testa");
    let page = doctor.get(&record(patient)).await;
    assert_eq!(page.all(".prob[aria-current]"), ["DIARIO"]);
    let selected = page.follow(".prob[href*='problema=']").await;
    assert_eq!(selected.all(".prob[aria-current]").len(), 1);
    selected.assert_text("Terapie, accertamenti e diario di: DIABETE MELLITO");
    let closed = selected.submit("#problemi form[action$='/chiudi']", &[]).await;
    closed.assert_text("Il problema è chiuso.").assert_text("chiuso il");
    let open = closed.submit("#problemi form[action$='/riapri']", &[]).await;
    open.assert_text("Il problema è di nuovo aperto.").assert_no_text("chiuso il");
}

#[actix_web::test]
async fn a_live_search_gets_the_box_alone() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let path = format!("{}/problemi/nuovo?q=diabete", record(patient));
    let fragment = doctor.get_with(&path, &[("X-Frammento", "risultati")]).await;
    fragment.assert_status(200);
    assert!(!fragment.body.contains("<html"), "{}", fragment.body);
    assert!(!fragment.all("li a").is_empty());
    let none = doctor.get_with(&path.replace("diabete", "zzzz"), &[("X-Frammento", "risultati")]).await;
    none.assert_text("Nessun risultato per «zzzz»");
}

#[actix_web::test]
async fn panels_follow_the_problem() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    write(&doctor, patient, "problemi/nuovo", &[("description", "INFLUENZA")]).await;
    let influenza = doctor.get(&record(patient)).await.links(".prob[href*='problema=']")[0].clone();
    let id = influenza.split("problema=").nth(1).unwrap().split('#').next().unwrap().to_owned();
    let in_problem = doctor.get(&format!("{}/diario/nuova?problema={id}", record(patient))).await;
    in_problem.submit("#modulo", &[("body", "Febbre 38,5")]).await.assert_text("Febbre 38,5");
    write(&doctor, patient, "diario/nuova", &[("body", "Certificato sportivo")]).await;
    let exam = [("description", "EMOGLOBINA GLICATA"), ("outcome", "abnormal"), ("result", "58 mmol/mol")];
    write(&doctor, patient, "accertamenti/nuovo", &exam).await;
    let all = doctor.get(&record(patient)).await;
    all.assert_text("Febbre 38,5").assert_text("Certificato sportivo").assert_text("58 mmol/mol");
    let through = doctor.get(&influenza).await;
    through.assert_text("Febbre 38,5").assert_no_text("Certificato sportivo").assert_no_text("GLICATA");
    let without = doctor.get(&format!("{}?problema=senza", record(patient))).await;
    without.assert_no_text("Febbre 38,5").assert_text("Certificato sportivo").assert_text("GLICATA");
    for wrong in ["x", "999999"] {
        doctor.get(&format!("{}?problema={wrong}", record(patient))).await.assert_status(404);
    }
}

#[actix_web::test]
async fn errors_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let typed = [("description", ""), ("icd9_code", "XX"), ("opened_on", "2999-01-01"), ("notes", "da rivedere")];
    let page = write(&doctor, patient, "problemi/nuovo", &typed).await;
    page.assert_status(422);
    assert_eq!(page.all(".errsum li").len(), 3, "{:?}", page.all(".errsum li"));
    assert_eq!(page.attribute("#icd9_code", "value").as_deref(), Some("XX"));
    assert_eq!(page.one("#notes"), "da rivedere");
    let page = write(&doctor, patient, "info-essenziali", &[("substance", ""), ("atc_prefix", "99")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 2));
    let page = write(&doctor, patient, "esenzioni", &[("code", "0!"), ("valid_to", "31/02/2020")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 2));
    let page = write(&doctor, patient, "diario/nuova", &[("body", " ")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 1));
    let page = write(&doctor, patient, "accertamenti/nuovo", &[("description", "ECG"), ("result", "normale")]).await;
    page.assert_status(422).assert_text("C’è un risultato: scegli se è nella norma o da valutare.");
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = write(&doctor, patient, &format!("terapie/{therapy}"), &[("pieces", "0")]).await;
    page.assert_status(422).assert_text("Scrivi un numero da 1 a 99.");
    assert_eq!(count_changes(&app).await, 0);
}

async fn count_changes(app: &TestApp) -> i64 {
    app.read(|conn| Ok(record_changes::table.count().get_result(conn)?)).await
}

#[actix_web::test]
async fn therapies_carry_their_badges_and_are_corrected_suspended_and_resumed() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = doctor.get(&record(patient)).await;
    assert_eq!(page.all("#terapie .row__t"), ["ZIMOX*12CPR 1G - N° 1"]);
    assert_eq!(page.all("#terapie .cls"), ["A", "CD"]);
    let title = page.attribute("#terapie .cls--k", "title").unwrap();
    assert!(title.contains("concedibile"), "{title}");
    let (action, _) = page.form("#terapie form");
    assert_eq!(action, format!("{}/terapie/ripeti", record(patient)));
    let nothing = doctor.post(&format!("{}/terapie/sospendi", record(patient)), &page.form("#terapie form").1).await;
    nothing.assert_text("Nessuna terapia scelta.");
    let (_, ticked) = page.filled("#terapie form", &[("ripeti", &therapy.to_string())]);
    let suspended = doctor.post(&format!("{}/terapie/sospendi", record(patient)), &ticked).await;
    suspended.assert_text("La terapia è sospesa.").assert_text("Sospesa il");
    let one = suspended.follow("#terapie .duo > a").await;
    let resumed = one.submit("form[action$='/riprendi']", &[]).await;
    resumed.assert_text("La terapia è ripresa.").assert_no_text("Sospesa il");
    let edited = resumed.follow("#terapie .duo > a").await;
    let fields = [("posology", "1 compressa ogni 8 ore"), ("pieces", "2"), ("continuous", "true")];
    let saved = edited.submit("#modulo", &fields).await;
    saved.assert_text("ZIMOX*12CPR 1G - N° 2").assert_text("Continuativa").assert_text("1 compressa ogni 8 ore");
}

#[actix_web::test]
async fn a_correction_of_the_diary_shows_who_when_and_what_was_before() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = write(&doctor, patient, "diario/nuova", &[("body", "Febre 38")]).await;
    let corrected =
        page.follow("#diario .diary a[href*='/diario/']").await.submit("#modulo", &[("body", "Febbre 38")]).await;
    corrected.assert_text("Febbre 38").assert_no_text("Febre").assert_text("Corretta il");
    let history = corrected.follow("#diario a[href$='/storia']").await;
    history.assert_status(200).assert_text("Correzione").assert_text("Inserimento").assert_text("BORGHETTO Paolo");
    assert_eq!(history.one("del"), "Prima: Febre 38");
    assert_eq!(history.one("ins"), "Dopo: Febbre 38");
}

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
async fn allergies_and_exemptions_stand_in_the_banner_and_can_be_taken_out_and_brought_back() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let allergy = [("substance", "FANS"), ("atc_prefix", "m01a"), ("reaction", "orticaria")];
    write(&doctor, patient, "info-essenziali", &allergy).await.assert_text("Allergia: FANS");
    let saved = write(&doctor, patient, "esenzioni", &[("code", "013")]).await;
    saved.assert_text("Esenzione 013").assert_text("Senza scadenza");
    let description: String =
        app.read(|conn| Ok(patient_exemptions::table.select(patient_exemptions::description).first(conn)?)).await;
    assert!(description.to_lowercase().contains("diabete"), "{description}");
    let unknown = write(&doctor, patient, "esenzioni", &[("code", "0X9"), ("valid_to", "2000-01-01")]).await;
    unknown.assert_text("controllalo").assert_text("Codice non in elenco").assert_text("Scaduta");
    assert_eq!(unknown.all(".pt .tag"), ["Allergia: FANS", "Esenzione 013"]);
    let page = doctor.get(&format!("{}/info-essenziali", record(patient))).await;
    let one = page.follow("table a").await;
    let gone = one.submit("form[action$='/elimina']", &[]).await;
    gone.assert_text("La voce è stata eliminata.").assert_no_text("Allergia: FANS").assert_text("Eliminate (1)");
    let history = gone.follow("details a[href$='/storia']").await;
    history.assert_text("Eliminazione").submit("form[action$='/ripristina']", &[]).await.assert_text("Allergia: FANS");
    assert_eq!(count_changes(&app).await, 5);
}

#[actix_web::test]
async fn a_removed_entry_leaves_its_panel_and_waits_among_the_removed() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = doctor.get(&format!("{}/terapie/{therapy}", record(patient))).await;
    let gone = page.submit("form[action$='/elimina']", &[]).await;
    assert!(gone.all("#terapie .row__t").is_empty());
    let removed = doctor.get(&format!("{}/terapie?eliminate=true", record(patient))).await;
    removed.assert_text("ZIMOX*12CPR 1G");
    let restored = removed.follow("ul.rows a").await.submit("form[action$='/ripristina']", &[]).await;
    assert_eq!(restored.all("#terapie .row__t").len(), 1);
}

#[actix_web::test]
async fn long_lists_are_shown_page_by_page() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    for _ in 0..35 {
        add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    }
    let page = doctor.get(&record(patient)).await;
    assert_eq!((page.all("#terapie .row__t").len(), page.one("#terapie .n").as_str()), (30, "30+"));
    let first = doctor.get(&format!("{}/terapie", record(patient))).await;
    assert_eq!(first.all(".row__t").len(), 30);
    let second = first.follow(".pager a[rel='next']").await;
    assert_eq!(second.all(".row__t").len(), 5);
    assert!(second.links(".pager a[rel='next']").is_empty());
    doctor.get(&format!("{}/terapie?dopo=x", record(patient))).await.assert_status(404);
}

#[actix_web::test]
async fn the_opened_record_becomes_the_last_one() {
    let app = TestApp::start().await;
    let (doctor, first) = surgery(&app).await;
    let second = add_patient(&app, "borghetto", "BIANCHI", "BNCCLD63E30L483D").await;
    for patient in [first, second, first] {
        doctor.get(&record(patient)).await.assert_status(200);
        // The note is written behind the page's back.
        let mut noted = false;
        for _ in 0..200 {
            let top: Option<i64> = app
                .read(|conn| {
                    let order = recent_patients::opened_at.desc();
                    Ok(recent_patients::table
                        .order(order)
                        .select(recent_patients::patient_id)
                        .first(conn)
                        .optional()?)
                })
                .await;
            noted = top == Some(patient);
            if noted {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(noted, "{patient} was not noted");
    }
}

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

#[actix_web::test]
async fn another_doctors_patient_and_entries_are_not_there() {
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
    let before = everything(&app).await;
    let entries = [
        ("problemi", 1),
        ("terapie", therapy),
        ("diario", 1),
        ("accertamenti", 1),
        ("info-essenziali", 1),
        ("esenzioni", 1),
    ];
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
