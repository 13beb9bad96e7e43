//! The formulary: searching, choosing for a patient, equivalents, the sheet of a package, keeping as therapy.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::{patients, therapies};
use millecloud::formulary::starter;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

const ZIMOX: &str = "023086150";
const DROPS: &str = "023086135";
const CRESTOR: &str = "035885058";

/// The starter formulary, a doctor, and a patient of theirs.
async fn surgery(app: &TestApp) -> (Browser, i64) {
    let doctor = app.doctor().await;
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    let patient = app
        .write(move |conn| -> Result<i64, DbError> {
            use millecloud::db::schema::users;
            starter::load(conn, now)?;
            let doctor: i64 = users::table.filter(users::username.eq("borghetto")).select(users::id).first(conn)?;
            let row = (
                (
                    patients::doctor_id.eq(doctor),
                    patients::surname.eq("SACCAVINI"),
                    patients::name.eq("Claudio"),
                    patients::search_key.eq("SACCAVINI CLAUDIO"),
                    patients::initials.eq("SC"),
                    patients::sex.eq("M"),
                    patients::birth_date.eq(today - chrono::Days::new(20_000)),
                    patients::birth_year.eq(1963),
                    patients::fiscal_code.eq("SCCCLD63E30L483Q"),
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
        .await;
    (doctor, patient)
}

fn formulary(patient: i64) -> String {
    format!("/millelight/pazienti/{patient}/prontuario")
}

fn names(page: &Page) -> Vec<String> {
    page.all("#risultati .drug__name")
}

async fn kept(app: &TestApp, patient: i64) -> Vec<(String, String, String)> {
    app.read(move |conn| -> Result<_, DbError> {
        Ok(therapies::table
            .filter(therapies::patient_id.eq(patient))
            .select((therapies::aic, therapies::class, therapies::regime))
            .load(conn)?)
    })
    .await
}

#[actix_web::test]
async fn the_general_formulary_shows_the_rows_of_the_manual() {
    let app = TestApp::start().await;
    let (doctor, _) = surgery(&app).await;
    let start = doctor.get("/millelight/prontuario").await;
    start.assert_status(200).assert_text("Prontuario del 11/10/2016").assert_text("Cerca un farmaco");
    let page = start.submit_get("#prontuario", &[("q", "zimox")]).await;
    assert_eq!(page.one("#risultati h2"), "6 confezioni per «zimox»");
    assert_eq!(
        names(&page),
        [
            "ZIMOX*12CPR 1G",
            "ZIMOX*12CPR SOLUB/MAST 1G",
            "ZIMOX*12CPR SOLUB/MAST 500MG",
            "ZIMOX*12CPS 500MG",
            "ZIMOX*OS POLVXSOSP 250MG/5ML",
            "ZIMOX*OS GTT 20ML 100MG/ML",
        ]
    );
    let badges = page.all("#risultati .drug__badges");
    assert_eq!(badges, ["A CD", "A CD", "A CD", "A CD", "A CD", "C NX"]);
    let prices = page.all("#risultati .drug__price");
    let expected = ["4,90", "5,60", "2,98", "2,98", "3,27", "10,70"].map(|price| format!("Prezzo € {price}"));
    assert_eq!(prices, expected);
    let title = page.attribute("#risultati li:last-child .cls--k", "title").unwrap();
    assert!(title.contains("a carico del cittadino"), "the badge means what its table says: {title}");
    assert!(page.all("#risultati input[type=checkbox]").is_empty(), "nothing to choose without a patient");
}

#[actix_web::test]
async fn what_is_typed_is_found_by_name_substance_code_and_with_a_slip() {
    let app = TestApp::start().await;
    let (doctor, _) = surgery(&app).await;
    let search = async |query: &str| doctor.get(&format!("/millelight/prontuario?{query}")).await;
    search("q=zimocs").await.assert_text("Forse cercavi queste").assert_text("ZIMOX*12CPR 1G");
    search("q=amoxicilina&per=pa").await.assert_text("ZIMOX*12CPR 1G").assert_text("AMOXICILLINA*12CPR 1G");
    assert_eq!(names(&search("q=035885058&per=aic").await), ["CRESTOR*28CPR RIV 10MG"]);
    assert_eq!(names(&search("q=C10AA07&per=atc").await).len(), 4);
    assert_eq!(names(&search("q=28cpr+crestor").await), ["CRESTOR*28CPR RIV 10MG"]);
    search("q=z").await.assert_text("Scrivi almeno due lettere");
    let elsewhere = search("q=rosuvastatin&per=aic").await;
    elsewhere.assert_text("Nessuna confezione per «rosuvastatin»");
    assert_eq!(names(&elsewhere.follow("#risultati a").await)[0], "ROSUVASTATINA*28CPR RIV 10MG");
    let hostile = search("q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    hostile.assert_text("Nessuna confezione per «<script>alert(1)</script>»");
    assert!(!hostile.body.contains("<script>alert"));
}

#[actix_web::test]
async fn a_choice_survives_other_searches_and_can_be_cleared() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let start = doctor.get(&formulary(patient)).await;
    start.assert_status(200).assert_text("SACCAVINI Claudio");
    assert_eq!(start.one(".chosen"), "Nessun farmaco");
    let found = start.submit("#prontuario", &[("q", "zimox")]).await;
    let ticked = found.submit("#prontuario", &[("q", "crestor"), ("aic", ZIMOX), ("nonsost", "1")]).await;
    assert_eq!(ticked.all("#risultati h2"), ["1 confezione per «crestor»", "Già selezionati"]);
    assert_eq!(ticked.one(".chosen"), "ZIMOX*12CPR 1G");
    let (_, fields) = ticked.form("#prontuario");
    assert!(fields.contains(&("aic".to_owned(), ZIMOX.to_owned())), "{fields:?}");
    assert!(fields.contains(&("nonsost".to_owned(), "1".to_owned())), "{fields:?}");
    let both = ticked.submit("#prontuario", &[("solopa", "1")]).await;
    both.assert_text("si escludono");
    let cleared = both.submit("#prontuario", &[("azione", "nessuno")]).await;
    assert_eq!(cleared.one(".chosen"), "Nessun farmaco");
    cleared.assert_no_text("si escludono").assert_text("per «crestor»");
    let (_, fields) = cleared.form("#prontuario");
    assert!(!fields.iter().any(|(name, _)| matches!(name.as_str(), "aic" | "nonsost" | "solopa")), "{fields:?}");
}

#[actix_web::test]
async fn the_script_gets_the_box_alone() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let whole = doctor.get(&formulary(patient)).await;
    let (action, fields) = whole.filled("#prontuario", &[("q", "zimox"), ("aic", CRESTOR)]);
    let headers = [("sec-fetch-site", "same-origin"), ("x-frammento", "risultati")];
    let part = doctor.post_raw(&action, &fields, &headers).await;
    part.assert_status(200).assert_text("6 confezioni per «zimox»").assert_text("CRESTOR*28CPR RIV 10MG");
    assert!(!part.body.contains("<html") && part.all("form").is_empty());
    let address = part.header("x-indirizzo").unwrap();
    assert_eq!(address, format!("{}?q=zimox&aic={CRESTOR}", formulary(patient)));
    let again = doctor.get(&address).await;
    assert_eq!(again.one(".chosen"), "CRESTOR*28CPR RIV 10MG");
    let general = doctor.get_with("/millelight/prontuario?q=zimox", &[("x-frammento", "risultati")]).await;
    general.assert_status(200).assert_text("6 confezioni per «zimox»");
    assert!(!general.body.contains("<html"));
}

#[actix_web::test]
async fn equivalents_are_listed_by_price_with_what_the_patient_pays() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let found = doctor.get(&format!("{}?q=zimox", formulary(patient))).await;
    let page = found.submit("#prontuario", &[("aic", ZIMOX), ("azione", "equivalenti")]).await;
    page.assert_text("Stesso P.A. e confezionamento di ZIMOX*12CPR 1G")
        .assert_text("18B · AMOXICILLINA 1.000MG 12 UNITA' USO ORALE");
    page.assert_text("prezzo di riferimento, € 3,27");
    let prices = page.all("#risultati .drug__price");
    assert_eq!(prices, ["3,27", "3,27", "3,27", "4,20", "4,90", "5,60"].map(|price| format!("Prezzo € {price}")));
    let rows = page.all("#risultati .pick");
    assert!(rows[0].contains("nessuna differenza"), "{rows:?}");
    assert!(rows[4].contains("ZIMOX*12CPR 1G") && rows[4].contains("l’assistito paga € 1,63"), "{rows:?}");
    assert_eq!(page.one(".chosen"), "ZIMOX*12CPR 1G", "still ticked");
    let insulin = doctor.get("/millelight/prontuario?eq=035724246").await;
    insulin
        .assert_text("Non è nella lista di trasparenza")
        .assert_text("nessuna differenza")
        .assert_no_text("l’assistito paga");
    let drops = doctor.get(&format!("/millelight/prontuario?eq={DROPS}")).await;
    drops.assert_text("Nessun equivalente da mostrare");
    let none = found.submit("#prontuario", &[("azione", "equivalenti")]).await;
    none.assert_text("Nessun farmaco selezionato.").assert_text("6 confezioni per «zimox»");
}

#[actix_web::test]
async fn a_class_c_drug_is_read_and_kept_but_never_chosen() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = doctor.get(&format!("{}?q=zimox+gtt", formulary(patient))).await;
    page.assert_text("lo paga il cittadino, quindi non va su una ricetta SSN");
    assert!(page.all("#risultati input[type=checkbox]").is_empty());
    let button = page.attribute("#risultati button[name=terapia]", "formaction").unwrap();
    assert_eq!(button, format!("/millelight/pazienti/{patient}/terapie/aggiungi"));
    let (_, fields) = page.filled("#prontuario", &[("terapia", DROPS)]);
    let saved = doctor.post(&button, &fields).await;
    saved.assert_status(200).assert_text("È tra le terapie.").assert_text("ZIMOX*OS GTT 20ML 100MG/ML");
    doctor.post(&button, &fields).await.assert_text("Era già tra le terapie.");
    assert_eq!(kept(&app, patient).await, [(DROPS.to_owned(), "C".to_owned(), "NX".to_owned())]);
    let (_, unknown) = page.filled("#prontuario", &[("terapia", "000000000")]);
    doctor.post(&button, &unknown).await.assert_status(404);
    let (_, malformed) = page.filled("#prontuario", &[("terapia", "x")]);
    doctor.post(&button, &malformed).await.assert_status(404);
}

#[actix_web::test]
async fn the_sheet_says_what_is_known_and_what_is_not() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let list = doctor.get(&format!("{}?q=zimox+1g", formulary(patient))).await;
    let sheet = list.follow(".drug__links a").await;
    sheet.assert_status(200).assert_text("SACCAVINI Claudio");
    assert_eq!(sheet.one("h1"), "ZIMOX*12CPR 1G");
    for text in [
        "SINTESI E NOTE",
        "MONOGRAFIA",
        "A Classe A: a carico del SSN",
        "€ 4,90",
        "€ 3,27 · l’assistito paga la differenza, € 1,63",
        "18B · AMOXICILLINA 1.000MG 12 UNITA' USO ORALE",
        "J01CA04",
        "Nessuna tra quelle conosciute per questo principio attivo",
        "Composizione Non indicato negli elenchi importati",
        "Dal prontuario del 11/10/2016",
    ] {
        sheet.assert_text(text);
    }
    let official = sheet.links("#monografia a");
    assert_eq!(official, [format!("https://medicinali.aifa.gov.it/it/#/it/risultati?query={ZIMOX}")]);
    let (action, fields) = sheet.form("#prescrivi");
    assert_eq!(action, format!("/millelight/pazienti/{patient}/ricetta/farmaci"));
    assert!(fields.contains(&("aic".to_owned(), ZIMOX.to_owned())));
    assert_eq!(sheet.follow(".back").await.one("#risultati h2"), "2 confezioni per «zimox 1g»");

    let crestor = doctor.get(&format!("/millelight/prontuario/{CRESTOR}")).await;
    crestor.assert_text("Nota 13: Dislipidemie").assert_text("i criteri per applicarla li valuti tu");
    assert!(crestor.all("form#prescrivi").is_empty(), "no patient, nothing to prescribe");
    let rocefin = doctor.get("/millelight/prontuario/025202058").await;
    rocefin.assert_text("Fino a 6");
    let hospital = doctor.get(&format!("/millelight/prontuario/033315021?paziente={patient}")).await;
    hospital.assert_text("si usa in ospedale").assert_text("€ 2.066,99");
    let kept_form = hospital.submit("#tieni", &[]).await;
    kept_form.assert_text("È tra le terapie.");
    for missing in ["/millelight/prontuario/023086151", "/millelight/prontuario/044155024", "/millelight/prontuario/x"]
    {
        doctor.get(missing).await.assert_status(404);
    }
}

#[actix_web::test]
async fn without_a_formulary_the_page_says_how_to_load_one() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    doctor.get("/millelight/prontuario?q=zimox").await.assert_status(200).assert_text("Nessun prontuario caricato");
    doctor.get(&format!("/millelight/prontuario/{ZIMOX}")).await.assert_status(404);
}

#[actix_web::test]
async fn strangers_see_nothing() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    for path in ["/millelight/prontuario".to_owned(), formulary(patient), format!("/millelight/prontuario/{ZIMOX}")] {
        let login = app.anonymous().get_raw(&path).await;
        login.assert_status(303);
        assert!(login.header("location").unwrap().starts_with("/millelight/accedi"));
    }
    let other = app.other_doctor().await;
    other.get(&formulary(patient)).await.assert_status(404);
    other.get(&format!("/millelight/prontuario/{ZIMOX}?paziente={patient}")).await.assert_status(404);
    other.get("/millelight/prontuario?q=zimox").await.assert_status(200);
    // Forms that the first doctor's page would send, sent with the second one's token.
    let token = other.get("/millelight/prontuario").await.form("form[method=post]").1;
    for path in [formulary(patient), format!("/millelight/pazienti/{patient}/terapie/aggiungi")] {
        let mut fields = token.clone();
        fields.extend([("terapia".to_owned(), DROPS.to_owned()), ("q".to_owned(), "zimox".to_owned())]);
        other.post(&path, &fields).await.assert_status(404);
        let naked: Vec<(String, String)> = fields.into_iter().filter(|(name, _)| name != "_csrf").collect();
        doctor.post(&path, &naked).await.assert_status(403);
    }
    assert!(kept(&app, patient).await.is_empty());
}
