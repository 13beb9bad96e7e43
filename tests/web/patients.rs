//! Patient search and registry data.

use kernel::fiscal_code::{FiscalCode, Sex};
use millecloud::db::Owner;
use millecloud::identity::by::By;
use millecloud::patients::model::{Category, PatientValues, Status};
use millecloud::patients::service::{Written, create};

use crate::support::TestApp;
use crate::support::page::Page;

const SEARCH: &str = "form[role=search]";
const REGISTRY: &str = "form[novalidate]";

/// Adds a patient born in Udine; returns the id.
async fn add(app: &TestApp, doctor: i64, surname: &str, name: &str, birth: &str) -> i64 {
    let birth_date = birth.parse().unwrap();
    let code = FiscalCode::compute(surname, name, birth_date, Sex::Male, "L483").unwrap();
    let values = PatientValues {
        surname: surname.to_owned(),
        name: name.to_owned(),
        sex: "M".to_owned(),
        birth_date,
        birthplace_code: "L483".to_owned(),
        birthplace: "Udine (UD)".to_owned(),
        fiscal_code: code.as_str().to_owned(),
        address: String::new(),
        postal_code: String::new(),
        city: String::new(),
        province: String::new(),
        asl_code: String::new(),
        phone: String::new(),
        mobile: String::new(),
        email: String::new(),
        category: Category::Ssn,
        status: Status::Active,
        status_since: None,
        foreign_kind: Default::default(),
        foreign_state: String::new(),
        foreign_institution: String::new(),
        foreign_number: String::new(),
        card_expires_on: None,
    };
    let by = By::guarded(Owner::of_doctor(doctor), doctor, app.site.clock.now());
    app.write(move |conn| match create(conn, &by, &values)? {
        Written::Done(id) => Ok(id),
        other => panic!("{other:?}"),
    })
    .await
}

fn found(page: &Page) -> Vec<String> {
    page.all("#risultati .row__t")
}

#[actix_web::test]
async fn the_search_finds_and_never_writes_names_into_addresses() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    add(&app, id, "Saccavini", "Claudio", "1963-05-30").await;
    add(&app, id, "Rossi", "Ugo", "1950-01-01").await;
    let doctor = app.login("borghetto").await;
    let start = doctor.get("/millelight/pazienti").await;
    start.assert_status(200).assert_text("Cerca un paziente");
    let moved = start.submit_raw(SEARCH, &[("q", "saccav 1963")]).await;
    moved.assert_status(303);
    let address = moved.header("location").unwrap();
    assert!(!address.to_lowercase().contains("sacc") && !address.contains("1963"), "{address}");
    let results = doctor.get(&address).await;
    assert_eq!(found(results.assert_text("1 paziente trovato")), ["SACCAVINI Claudio"]);
    assert_eq!(results.attribute("#q", "value").as_deref(), Some("saccav 1963"));
    assert!(!results.links("a").iter().any(|href| href.to_lowercase().contains("sacc")));
    // Nothing found offers the whole archive; a forged address is the start page.
    let none = results.submit(SEARCH, &[("q", "sakkavini"), ("mostra", "attivi")]).await;
    none.assert_text("Nessun paziente per «sakkavini»").assert_text("limitata a «Attivi»");
    none.follow("#risultati .btn").await.assert_no_text("limitata");
    doctor.get("/millelight/pazienti?c=abc").await.assert_status(200).assert_text("Cerca un paziente");
    start.submit(SEARCH, &[("q", &"x".repeat(61))]).await.assert_status(422).assert_text("al massimo 60 caratteri");
}

#[actix_web::test]
async fn the_script_gets_the_box_alone_and_its_address() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    add(&app, id, "Saccavini", "Claudio", "1963-05-30").await;
    let doctor = app.login("borghetto").await;
    let start = doctor.get("/millelight/pazienti").await;
    let (action, fields) = start.filled(SEARCH, &[("q", "sac")]);
    let headers = [("sec-fetch-site", "same-origin"), ("x-frammento", "risultati")];
    let fragment = doctor.post_raw(&action, &fields, &headers).await;
    fragment.assert_status(200).assert_text("SACCAVINI Claudio");
    assert!(!fragment.body.contains("<html"));
    let whole = doctor.get(&fragment.header("x-indirizzo").unwrap()).await;
    assert_eq!(whole.all(".row__t"), ["SACCAVINI Claudio"]);
}

#[actix_web::test]
async fn long_lists_come_in_pages() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    for n in 0..25 {
        add(&app, id, "Rossi", "Ugo", &format!("1950-01-{:02}", n + 1)).await;
    }
    let doctor = app.login("borghetto").await;
    let first = doctor.get("/millelight/pazienti").await.submit(SEARCH, &[("q", "rossi")]).await;
    assert_eq!(found(first.assert_text("Più di 20 pazienti trovati")).len(), 20);
    let second = first.follow(".pager a[rel=next]").await;
    assert_eq!(found(second.assert_text("21-25 di 25")).len(), 5);
    assert_eq!(found(&second.follow(".pager a").await).len(), 20, "back to the beginning");
}

/// Newborns, asylum seekers, and who is in Italy without being able to enrol.
#[actix_web::test]
async fn codes_that_stand_for_the_fiscal_code() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let typed = |code: &'static str| [("surname", "Neonato"), ("name", "Ugo"), ("fiscal_code", code)];
    let read = form.submit(REGISTRY, &[typed("40000000006").as_slice(), &[("action", "decode")]].concat()).await;
    read.assert_status(422).assert_text("Da questo codice non si leggono sesso");
    let bare = form.submit(REGISTRY, &[typed("40000000006").as_slice(), &[("action", "save")]].concat()).await;
    bare.assert_status(422).assert_text("Scegli il sesso");
    let wrong = form.submit(REGISTRY, &[typed("40000000007").as_slice(), &[("action", "save")]].concat()).await;
    wrong.assert_status(422).assert_text("codice provvisorio di 11 cifre non corrisponde");
    let rest = [("sex", "M"), ("birth_date", "2016-11-01"), ("action", "save")];
    for code in ["4000 0000 006", "stp0502010001234", "ENI0502010001234"] {
        let saved = form.submit_raw(REGISTRY, &[typed(code).as_slice(), &rest].concat()).await;
        if saved.status == 422 {
            // Namesakes are asked about.
            saved.submit_raw(REGISTRY, &[("confirmed", "1"), ("action", "save")]).await.assert_status(303);
        } else {
            saved.assert_status(303);
        }
    }
    for text in ["40000000006", "4000000", "STP0502010001234", "eni0502010"] {
        let page = doctor.get("/millelight/pazienti").await.submit(SEARCH, &[("q", text)]).await;
        assert_eq!(found(&page).len(), 1, "{text}");
    }
}

#[actix_web::test]
async fn a_new_patient_is_read_from_the_fiscal_code() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let typed = [("surname", "Saccavini"), ("name", "CLAUDIO"), ("fiscal_code", "scccld63e30l483q")];
    let read = form.submit(REGISTRY, &[typed.as_slice(), &[("action", "decode")]].concat()).await;
    read.assert_status(200);
    assert_eq!(read.attribute("#birth_date", "value").as_deref(), Some("1963-05-30"));
    assert_eq!(read.attribute("#birthplace", "value").as_deref(), Some("Udine (UD)"));
    assert_eq!(read.attribute("input[name=sex][checked]", "value").as_deref(), Some("M"));
    let saved = read.submit_raw(REGISTRY, &[("action", "save")]).await;
    saved.assert_status(303);
    assert!(saved.header("location").unwrap().starts_with("/millelight/pazienti/"));
    // The same again: already there, with a way to the record.
    let again = read.submit(REGISTRY, &[("action", "save")]).await;
    again.assert_status(422).assert_text("già di un tuo paziente").assert_text("Apri la cartella di SACCAVINI Claudio");
}

#[actix_web::test]
async fn a_corrected_code_is_read_anew_and_a_place_that_contradicts_it_is_asked_about() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let first = [("surname", "Rossi"), ("name", "Maria"), ("fiscal_code", "SCCCLD63E30L483Q"), ("action", "decode")];
    let read = form.submit(REGISTRY, &first).await;
    let corrected = [("fiscal_code", "RSSMRA50A41H501S"), ("action", "decode")];
    let again = read.submit(REGISTRY, &corrected).await;
    let value = |page: &Page, field: &str| page.attribute(&format!("#{field}"), "value").unwrap_or_default();
    assert_eq!((value(&again, "birth_date"), value(&again, "birthplace")), ("1950-01-01".into(), "Roma (RM)".into()));
    assert_eq!(again.attribute("input[name=sex][checked]", "value").as_deref(), Some("F"));
    // A place written by hand against the code: asked about once, kept when it is right.
    let typed = [("birthplace", "Venezia"), ("action", "save")];
    let asked = again.submit(REGISTRY, &typed).await;
    asked.assert_status(422).assert_text("non è quello del codice fiscale, che dice Roma (RM)");
    let saved = asked.submit_raw(REGISTRY, &[("confirmed", "true"), ("action", "save")]).await;
    saved.assert_status(303);
    let edit = format!("{}/anagrafica", saved.header("location").unwrap());
    let edit = doctor.get(&edit).await;
    edit.submit_raw(REGISTRY, &[("city", "Mestre"), ("action", "save")]).await.assert_status(303);
    // What was confirmed is not asked about again; another place is.
    let other = edit.submit(REGISTRY, &[("birthplace", "Mestre"), ("action", "save")]).await;
    other.assert_text("Controlla prima di salvare");
}

#[actix_web::test]
async fn mistakes_stand_beside_their_field_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let typed = [
        ("surname", "Saccavini"),
        ("name", "Claudio"),
        ("fiscal_code", "SCCCLD63E30L483A"),
        ("email", "a@b"),
        ("city", "Udine <b>"),
        ("action", "save"),
    ];
    let wrong = form.submit(REGISTRY, &typed).await;
    wrong.assert_status(422).assert_text("non corrisponde agli altri").assert_text("forma nome@dominio.it");
    assert_eq!(wrong.attribute("#city", "value").as_deref(), Some("Udine <b>"));
    assert_eq!(wrong.attribute("#fiscal_code", "aria-invalid").as_deref(), Some("true"));
}

#[actix_web::test]
async fn doubts_are_asked_about_before_saving() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    add(&app, id, "Saccavini", "Claudio", "1963-05-30").await;
    let doctor = app.login("borghetto").await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let typed =
        [("surname", "Saccavini"), ("name", "Claudio"), ("fiscal_code", "SCCGLI92B54L483F"), ("action", "save")];
    let asked = form.submit(REGISTRY, &typed).await;
    asked.assert_status(422).assert_text("prime sei lettere").assert_text("con lo stesso nome");
    asked.submit_raw(REGISTRY, &[("action", "save"), ("confirmed", "true")]).await.assert_status(303);
    // Namesakes are told apart in the list.
    let list = doctor.get("/millelight/pazienti").await.submit(SEARCH, &[("q", "saccavini")]).await;
    list.assert_text("30/05/1963").assert_text("14/02/1992");
    assert_eq!(list.all("#risultati .tag").len(), 2);
}

#[actix_web::test]
async fn two_who_edit_at_once_do_not_overwrite_each_other() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let patient = add(&app, id, "Saccavini", "Claudio", "1963-05-30").await;
    let doctor = app.login("borghetto").await;
    let path = format!("/millelight/pazienti/{patient}/anagrafica");
    let (mine, theirs) = (doctor.get(&path).await, doctor.get(&path).await);
    mine.submit_raw(REGISTRY, &[("city", "Udine"), ("action", "save")]).await.assert_status(303);
    let stale = theirs.submit(REGISTRY, &[("city", "Gorizia"), ("action", "save")]).await;
    stale.assert_status(409).assert_text("ora «Udine», tu hai scritto «Gorizia»");
    stale.submit_raw(REGISTRY, &[("action", "save")]).await.assert_status(303);
    let history = doctor.get(&path).await;
    history.assert_text("da «Udine» a «Gorizia»").assert_text("BORGHETTO Paolo");
    assert_eq!(history.attribute("#city", "value").as_deref(), Some("Gorizia"));
}

#[actix_web::test]
async fn an_archive_is_its_doctors_alone() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let patient = add(&app, id, "Saccavini", "Claudio", "1963-05-30").await;
    let path = format!("/millelight/pazienti/{patient}/anagrafica");
    let own = app.login("borghetto").await.get(&path).await;
    let other = app.other_doctor().await;
    other.get(&path).await.assert_status(404);
    let none = other.get("/millelight/pazienti").await.submit(SEARCH, &[("q", "sacc"), ("mostra", "tutti")]).await;
    none.assert_text("Nessun paziente");
    let blank = other.get("/millelight/pazienti/nuovo").await;
    let (_, mut fields) = own.filled(REGISTRY, &[("city", "Rubata"), ("action", "save")]);
    let (_, tokens) = blank.form(REGISTRY);
    fields.retain(|(name, _)| name != "_csrf");
    fields.extend(tokens.into_iter().filter(|(name, _)| name == "_csrf"));
    other.post(&path, &fields).await.assert_status(404);
    for path in ["/millelight/pazienti", "/millelight/pazienti/nuovo", path.as_str()] {
        app.anonymous().get_raw(path).await.assert_status(303);
        let refused = app.anonymous().post_raw(path, &[], &[("sec-fetch-site", "same-origin")]).await.status;
        assert!(refused == 401 || refused == 403, "{path}: {refused}");
    }
}

#[actix_web::test]
async fn who_is_insured_abroad_is_known_by_the_card() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let form = doctor.get("/millelight/pazienti/nuovo").await;
    let person = [
        ("surname", "Dupont"),
        ("name", "Jean"),
        ("fiscal_code", "team 8025 0000 0123 4567 8901"),
        ("sex", "M"),
        ("birth_date", "1970-02-01"),
        ("action", "save"),
    ];
    let bare = form.submit(REGISTRY, &person).await;
    bare.assert_status(422).assert_text("Scrivi lo Stato").assert_text("Scrivi la scadenza della tessera");
    let card = [
        ("foreign_kind", "UE"),
        ("foreign_state", "fr"),
        ("foreign_institution", "12345 CPAM"),
        ("foreign_number", "1 70 02 75"),
        ("card_expires_on", "2025-12-31"),
        ("action", "save"),
    ];
    // A card that is over is asked about, not refused.
    let over = bare.submit(REGISTRY, &card).await;
    over.assert_status(422).assert_text("La tessera europea è scaduta il 31/12/25.");
    let card = [("card_expires_on", "2027-12-31"), ("action", "save")];
    let bare = over;
    bare.submit_raw(REGISTRY, &card).await.assert_status(303);
    for text in ["TEAM80250000012345678901", "team8025", "8025 0000 0123 4567"] {
        let page = doctor.get("/millelight/pazienti").await.submit(SEARCH, &[("q", text)]).await;
        assert_eq!(found(&page).len(), 1, "{text}");
    }
    let page = doctor.get("/millelight/pazienti").await.submit(SEARCH, &[("q", "team8025")]).await;
    let record = doctor.get(&page.links("#risultati a")[0]).await;
    record.assert_text("FR · 12345 CPAM · 1 70 02 75 · tessera fino al 31/12/27");
}
