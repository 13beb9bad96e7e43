//! Whoever looks at a patient is written down, once for each page, and the doctor can read by whom.

use diesel::prelude::*;
use millecloud::accesses::LogKey;
use millecloud::accesses::verify::{self, ListVerdict, Verdict};
use millecloud::db::schema::{accesses, patients};
use millecloud::practice;
use millecloud::web::paths;

use crate::crawl::demo;
use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::crawler::crawl;

async fn count(app: &TestApp) -> i64 {
    app.read(|conn| Ok(accesses::table.count().get_result(conn)?)).await
}

/// `SACCAVINI CLAUDIO`, of everybody in the archives.
async fn names(app: &TestApp) -> Vec<String> {
    let rows: Vec<(String, String)> =
        app.read(|conn| Ok(patients::table.select((patients::surname, patients::name)).load(conn)?)).await;
    rows.into_iter().map(|(surname, name)| format!("{surname} {name}").to_uppercase()).collect()
}

/// Opens each address again: a page that names a patient leaves one row (one for each prescription it is about), any other
/// none; a search always does.
async fn every_look_is_noted(app: &TestApp, browser: &Browser, addresses: &[String]) -> usize {
    let names = names(app).await;
    let mut noted = 0;
    for address in addresses {
        let before = count(app).await;
        let page = browser.get(address).await;
        let new = count(app).await - before;
        let text = page.text().to_uppercase();
        let shows = names.iter().any(|name| text.contains(name.as_str()));
        let about = address.split_once("ricette=").or(address.split_once("esito=")).map(|(_, ids)| ids);
        let several = about.map_or(0, |ids| ids.split('&').next().unwrap().matches('-').count());
        let list = page.path.split('?').next().unwrap().ends_with("/accessi");
        let search = address.contains("?c=");
        let expected = if (shows && !list) || search { 1 + i64::try_from(several).unwrap() } else { 0 };
        assert_eq!(new, expected, "{address}: {}", page.text());
        noted += usize::from(new > 0);
    }
    noted
}

#[actix_web::test]
async fn every_page_about_a_patient_leaves_one_row() {
    let app = TestApp::start().await;
    let id = demo(&app).await;
    let archive = app.fill_archive(id, "RSSMRA70A01H501S").await;
    let maria = app.add_collaborator("segreti", &[id]).await;
    app.fill_pending(id, maria, archive).await;
    app.until_settled().await;
    for (user, least) in [(practice::DEMO_DOCTOR.username, 30), ("segreti", 20)] {
        let browser = app.login(user).await;
        let mut starts = vec![
            paths::patients(),
            paths::record(archive.patient),
            paths::deliveries(),
            paths::about(&paths::delivery_mail(), &[archive.prescription]),
        ];
        if user == "segreti" {
            starts.push(format!("{}?mostra=convalidate", paths::sent()));
        } else {
            starts.extend([paths::prescription(archive.prescription), paths::prescriptions(), paths::pending()]);
        }
        let found = browser.get(&paths::patients()).await.submit("form[role=search]", &[("q", "ross")]).await;
        starts.extend(found.links("a[href*='/pazienti/']"));
        let pages = crawl(&browser, &starts, 2).await;
        let addresses: Vec<String> = pages
            .into_iter()
            .filter(|(_, page)| page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")))
            .map(|(address, _)| address)
            .collect();
        let noted = every_look_is_noted(&app, &browser, &addresses).await;
        assert!(noted > least, "{user}: only {noted} of {} pages", addresses.len());
    }
    let key = LogKey::new(&app.site.keys);
    let (list, verdict) = app
        .read(move |conn| {
            let (list, archives) = verify::verify_list(conn, &key)?;
            Ok((list, verify::verify(conn, &key, id, archives[&id])?))
        })
        .await;
    assert!(matches!(list, ListVerdict::Whole { .. }), "{list:?}");
    assert!(matches!(verdict, Verdict::Whole { rows, .. } if rows > 50), "{verdict:?}");
}

#[actix_web::test]
async fn a_search_leaves_how_many_it_showed_and_nothing_of_what_was_typed() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.fill_archive(doctor, "SCCCLD63E30L483Q").await;
    let browser = app.login("borghetto").await;
    let page = browser.get(&paths::patients()).await;
    for typed in ["mario", "zzqqzz"] {
        page.submit("form[role=search]", &[("q", typed)]).await.assert_status(200);
    }
    let rows: Vec<(String, Option<i64>, Option<i64>)> = app
        .read(|conn| {
            let columns = (accesses::act, accesses::shown, accesses::patient_id);
            Ok(accesses::table.order(accesses::seq.desc()).limit(2).select(columns).load(conn)?)
        })
        .await;
    let acts: Vec<(&str, Option<i64>)> = rows.iter().map(|row| (row.0.as_str(), row.2)).collect();
    assert_eq!(acts, [("RI", None), ("RI", None)]);
    assert_eq!(rows[0].1, Some(0), "nobody is called so");
    let kept = app.content(&[]).await["accesses"].to_lowercase();
    assert!(!kept.contains("zzqqzz") && !kept.contains("mario"));
}

#[actix_web::test]
async fn the_doctor_reads_who_has_seen_a_patient_page_by_page() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let archive = app.fill_archive(doctor, "SCCCLD63E30L483Q").await;
    app.add_collaborator("segreti", &[doctor]).await;
    let (browser, maria) = (app.login("borghetto").await, app.login("segreti").await);
    for _ in 0..2 {
        maria.get(&paths::patients()).await;
        maria.get(&paths::record(archive.patient)).await.assert_no_text("Chi ha visto questo paziente");
    }
    maria.get(&paths::patient_edit(archive.patient)).await.assert_status(200);
    let record = browser.get(&paths::record(archive.patient)).await;
    let here = paths::patient_accesses(archive.patient);
    assert_eq!(record.links(&format!("main a[href='{here}']")).len(), 1);
    let page = browser.get(&here).await;
    page.assert_text("Tu medico").assert_text("collaboratore").assert_text("Cartella aperta");
    page.assert_text("Dati anagrafici aperti").assert_text("da 127.0.0.1");
    assert!(page.links("a[rel=next]").is_empty());
    for _ in 0..50 {
        browser.get(&paths::record(archive.patient)).await;
    }
    let first = browser.get(&here).await;
    assert_eq!(first.all("ol.rows li").len(), 50);
    let older = browser.get(&first.links("a[rel=next]")[0]).await;
    older.assert_text("collaboratore");
    assert!(older.links("a[rel=next]").is_empty());
    assert_eq!(maria.get(&here).await.status, 403, "the doctor's to read");
}
