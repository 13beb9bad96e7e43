//! Every page a doctor reaches by links: it answers, it is dressed as it must be, and looking changes nothing.

use millecloud::db::{DbError, Owner};
use millecloud::identity::by::By;
use millecloud::practice;
use millecloud::prescriptions::service::create_confirmed;
use millecloud::web::paths::pattern::ALL;

use crate::html_check;
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::archive::prescription;
use crate::support::crawler::crawl;
use crate::support::page::Page;

/// What looking at a page may write: who is logged in, which patients were opened last, and that one has looked.
const VOLATILE: &[&str] =
    &["sessions", "recent_patients", "accesses", "access_heads", "access_register", "action_budgets", "push_keys"];

/// The demo practice, with a prescription of every patient of the first page sent to SAC.
pub async fn demo(app: &TestApp) -> i64 {
    let hash = app.site.passwords.hash_blocking(PASSWORD).unwrap();
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    let doctor = app.write(move |conn| Ok(practice::load_demo(conn, hash, now, today)?)).await;
    app.enable_sac(doctor).await;
    doctor
}

#[actix_web::test]
async fn every_page_answers_is_sound_and_changes_nothing() {
    let app = TestApp::start().await;
    let id = demo(&app).await;
    let archive = app.fill_archive(id, "RSSMRA70A01H501S").await;
    let now = app.site.clock.now();
    app.write(move |conn| -> Result<(), DbError> {
        let many: Vec<_> = (0..3).map(|_| prescription(archive.patient)).collect();
        create_confirmed(conn, &By::guarded(Owner::of_doctor(id), id, now), &many).unwrap();
        Ok(())
    })
    .await;
    app.until_settled().await;
    let maria = app.add_collaborator("segreti", &[id]).await;
    app.fill_pending(id, maria, archive).await;
    let doctor = app.login(practice::DEMO_DOCTOR.username).await;
    let search = doctor.get("/millelight/pazienti").await;
    let mut starts = vec!["/".to_owned(), "/millelight".to_owned(), "/millelight/lotti-nre".to_owned()];
    for typed in ["s", "sacc", "1963", "zzzz"] {
        let found = search.submit("form[role=search]", &[("q", typed)]).await;
        starts.extend(found.links("a[href*='/pazienti/']"));
    }
    let before = app.content(VOLATILE).await;
    let pages = crawl(&doctor, &starts, 4).await;
    for (address, page) in &pages {
        page.assert_status(200);
        assert_dressed(address, page);
        assert_rings(address, page);
        html_check::assert_sound(&page.body);
        assert_actions(address, page);
    }
    let after = app.content(VOLATILE).await;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table} has changed by looking");
    }
    let visited: std::collections::BTreeSet<&str> = pages
        .iter()
        .filter_map(|(address, _)| {
            let path = address.split('?').next().unwrap_or_default();
            ALL.iter().copied().find(|pattern| fits(pattern, path))
        })
        .collect();
    println!("{} pages, {} of {} addresses: {visited:#?}", pages.len(), visited.len(), ALL.len());
    assert!(visited.len() > 25, "only {} addresses are linked: {visited:?}", visited.len());
}

fn assert_actions(address: &str, page: &Page) {
    for action in page.actions() {
        let path = action.split(['?', '#']).next().unwrap_or_default();
        assert!(ALL.iter().any(|pattern| fits(pattern, path)), "{address} posts to {action}");
    }
}

/// What a collaborator is offered, a collaborator may do: no link leads to a closed door.
#[actix_web::test]
async fn every_page_a_collaborator_reaches_is_open_to_collaborators() {
    let app = TestApp::start().await;
    let id = demo(&app).await;
    let archive = app.fill_archive(id, "RSSMRA70A01H501S").await;
    let maria = app.add_collaborator("segreti", &[id]).await;
    app.fill_pending(id, maria, archive).await;
    app.until_settled().await;
    let maria = app.login("segreti").await;
    let search = maria.get("/millelight/pazienti").await;
    let mut starts = vec!["/millelight/inviate".to_owned(), format!("/millelight/pazienti/{}", archive.patient)];
    let found = search.submit("form[role=search]", &[("q", "sacc")]).await;
    starts.extend(found.links("a[href*='/pazienti/']"));
    let before = app.content(VOLATILE).await;
    let pages = crawl(&maria, &starts, 3).await;
    for (address, page) in &pages {
        page.assert_status(200);
        assert_rings(address, page);
        html_check::assert_sound(&page.body);
        assert_actions(address, page);
        page.assert_no_text("Credenziali SAR").assert_no_text("Scarico Lotti NRE").assert_no_text("INVIA TUTTI");
    }
    let after = app.content(VOLATILE).await;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table} has changed by looking");
    }
    assert!(pages.len() > 30, "only {} pages", pages.len());
}

fn assert_dressed(address: &str, page: &Page) {
    let header = |name: &str| page.header(name).unwrap_or_default();
    let csp = header("content-security-policy");
    assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{address}: {csp}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{address}");
    assert_eq!(header("cache-control"), "no-store", "{address}");
    assert_eq!(header("referrer-policy"), "same-origin", "{address}");
    assert!(header("content-type").starts_with("text/html"), "{address}: {}", header("content-type"));
}

/// Where there is the bar of Millelight there is the bell, whatever the page itself asks of the database.
fn assert_rings(address: &str, page: &Page) {
    if page.all("a[aria-label='Cerca paziente']").len() == 1 && !address.starts_with("/millelight/medico") {
        assert_eq!(page.all("#campanella").len(), 1, "{address}");
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(want), Some(part)) if want == part || (want.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}
