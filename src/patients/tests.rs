//! The archive on a real database: search, registry data, import; and its pages drawn with sample data.
#![expect(clippy::unwrap_used, reason = "tests")]

use askama::Template;
use chrono::NaiveDate;

use super::model::{Category, PatientValues, Show, Status, age_label, given_name};
use super::pages::{ChangeView, PatientFormPage, PatientRow, PatientSearchPage, Results, Warning};
use super::queries::{self, Cursor, Found, PAGE, Search};
use super::service::{self, Written};
use crate::db::testing::{TestDb, insert_doctor, now, today};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::shell::{MenuItem, PatientBanner, Shell};
use kernel::fiscal_code::{FiscalCode, Sex};
use kernel::patient_query::PatientQuery;

/// A man born in Udine.
pub(super) fn person(surname: &str, name: &str, birth: &str) -> PatientValues {
    let birth_date: NaiveDate = birth.parse().unwrap();
    let code = FiscalCode::compute(surname, name, birth_date, Sex::Male, "L483").unwrap();
    PatientValues {
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
    }
}

fn by(doctor: i64) -> By {
    By::guarded(Owner::of_doctor(doctor), doctor, now())
}

fn add(db: &mut Db, doctor: i64, values: &PatientValues) -> i64 {
    match service::create(db, &by(doctor), values).unwrap() {
        Written::Done(id) => id,
        other => unreachable!("{other:?}"),
    }
}

/// Borghetto's archive and another doctor's, with one patient of the same surname.
fn archive(db: &mut Db) -> (i64, i64) {
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let other = insert_doctor(db, "verdi", "VERDI", "Anna");
    for values in [
        person("Saccavini", "Claudio", "1963-05-30"),
        person("Sacconi", "Pietro", "2009-04-21"),
        person("Scarpa", "Ada", "1963-01-02"),
        person("D'Alò", "Niccolò", "1950-01-01"),
        person("De Rossi", "Maria Luisa", "1950-06-15"),
        PatientValues { status: Status::Deceased, ..person("Rossi", "Carlo", "1920-02-02") },
        PatientValues { category: Category::Private, ..person("Sala", "Carla", "1990-03-03") },
    ] {
        add(db, doctor, &values);
    }
    add(db, other, &person("Saccavini", "Altrui", "1963-05-30"));
    (doctor, other)
}

fn names(found: &Found) -> Vec<String> {
    found.patients.iter().map(|patient| patient.values.surname.clone()).collect()
}

/// Surnames of the patients a text finds.
pub(super) fn find(db: &mut Db, doctor: i64, text: &str, show: Show) -> Vec<String> {
    let query = PatientQuery::parse(text);
    let wanted = Search { query: query.as_ref(), show, among: None, after: None };
    names(&queries::search(db, Owner::of_doctor(doctor), &wanted).unwrap())
}

#[test]
fn the_search_box_understands_what_it_says() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let (doctor, other) = archive(db);
    for (text, expected) in [
        ("sacc", vec!["Saccavini", "Sacconi"]),
        ("SACCAVINI cla", vec!["Saccavini"]),
        ("sacc pie", vec!["Sacconi"]),
        ("s c", vec!["Saccavini"]),
        ("sc", vec!["Saccavini", "Scarpa"]),
        ("1963", vec!["Saccavini", "Scarpa"]),
        ("sacc 1963", vec!["Saccavini"]),
        ("SCCCLD63E30L483Q", vec!["Saccavini"]),
        ("scccld63", vec!["Saccavini"]),
        ("scc", vec!["Saccavini", "Sacconi"]),
        ("d'alo", vec!["D'Alò"]),
        ("dalò", vec!["D'Alò"]),
        ("de rossi m", vec!["De Rossi"]),
        ("de luisa 1950", vec!["De Rossi"]),
        ("claudio sacc", vec!["Saccavini"]),
        ("c s", vec!["Saccavini"]),
        ("maria de rossi", vec!["De Rossi"]),
        ("claudio", vec!["Saccavini"]),
        ("luisa 1950", vec!["De Rossi"]),
        ("luisa 1951", vec![]),
        ("zzz", vec![]),
        // Rossi himself is dead; De Rossi is found by the later word.
        ("rossi", vec!["De Rossi"]),
        ("rosso", vec![]),
    ] {
        assert_eq!(find(db, doctor, text, Show::ActiveSsn), expected, "{text}");
    }
    assert_eq!(find(db, other, "sacc", Show::All), ["Saccavini"], "each doctor sees their own");
}

#[test]
fn the_filters_choose_by_state() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let (doctor, _) = archive(db);
    assert_eq!(find(db, doctor, "sala", Show::ActiveSsn), [""; 0]);
    assert_eq!(find(db, doctor, "sala", Show::Active), ["Sala"]);
    assert_eq!(find(db, doctor, "", Show::Deceased), ["Rossi"]);
    assert_eq!(find(db, doctor, "", Show::Revoked), [""; 0]);
    assert_eq!(find(db, doctor, "", Show::All).len(), 7);
}

#[test]
fn pages_follow_one_another_without_gap_or_repetition() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    // Forty-five namesakes by pairs: the cursor must tell equal keys apart.
    for day in 0..45 {
        let birth = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Duration::days(day);
        add(
            db,
            doctor,
            &person(&format!("Rossi{}", char::from(b'a' + u8::try_from(day / 2).unwrap())), "Ugo", &birth.to_string()),
        );
    }
    let query = PatientQuery::parse("rossi");
    let (mut seen, mut after, mut sizes) = (Vec::new(), None, Vec::new());
    loop {
        let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: after.as_ref() };
        let found = queries::search(db, Owner::of_doctor(doctor), &wanted).unwrap();
        sizes.push(found.patients.len());
        seen.extend(found.patients.iter().map(|patient| patient.id));
        let Some(last) = found.patients.last().filter(|_| found.more) else { break };
        after = Some(Cursor { search_key: last.search_key.clone(), id: last.id });
    }
    assert_eq!(sizes, [PAGE, PAGE, 5]);
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 45);
}

#[test]
fn a_fiscal_code_stands_once_in_an_archive() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let (doctor, other) = archive(db);
    let claudio = person("Saccavini", "Claudio", "1963-05-30");
    assert!(matches!(service::create(db, &by(doctor), &claudio).unwrap(), Written::CodeTaken(_)));
    assert!(matches!(service::create(db, &by(other), &claudio).unwrap(), Written::Done(_)), "another archive");
    let scarpa =
        queries::find_by_code(db, Owner::of_doctor(doctor), &person("Scarpa", "Ada", "1963-01-02").fiscal_code);
    let scarpa = scarpa.unwrap().unwrap();
    let moved = PatientValues { fiscal_code: claudio.fiscal_code, ..scarpa.values.clone() };
    let ended = service::edit(db, &by(doctor), scarpa.id, scarpa.revision, &moved).unwrap();
    assert!(matches!(ended, Written::CodeTaken(taken) if taken.values.surname == "Saccavini"));
}

#[test]
fn every_change_is_kept_and_a_stale_form_is_refused() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let (doctor, other) = archive(db);
    let owner = Owner::of_doctor(doctor);
    let before = person("Neri", "Ugo", "1970-01-01");
    let id = add(db, doctor, &before);
    let after = PatientValues { surname: "Bianchi".to_owned(), city: "Udine".to_owned(), ..before.clone() };
    assert_eq!(service::edit(db, &by(doctor), id, 1, &after).unwrap(), Written::Done(id));
    assert!(matches!(service::edit(db, &by(doctor), id, 1, &before).unwrap(), Written::Stale(_)));
    assert_eq!(service::edit(db, &by(other), id, 2, &before).unwrap(), Written::NotThere);
    assert_eq!(find(db, doctor, "bianchi", Show::All), ["Bianchi"]);
    let changes = queries::list_changes(db, owner, id, 10).unwrap();
    let fields: Vec<_> = changes.first().unwrap().before.as_ref().unwrap().differences(&after);
    assert_eq!(fields.iter().map(|(label, ..)| *label).collect::<Vec<_>>(), ["Cognome", "Comune"]);
    assert_eq!((changes.len(), changes.first().unwrap().author.as_str()), (2, "BORGHETTO Paolo"));
    // Saving the same again is no change.
    service::edit(db, &by(doctor), id, 2, &after).unwrap();
    assert_eq!(queries::list_changes(db, owner, id, 10).unwrap().len(), 2);
    assert!(queries::list_changes(db, Owner::of_doctor(other), id, 10).unwrap().is_empty());
}

#[test]
fn the_banner_is_the_owners() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let (doctor, other) = archive(db);
    let id = add(db, doctor, &PatientValues { status: Status::Revoked, ..person("Neri", "Ugo", "1970-01-01") });
    let banner = queries::find_banner(db, Owner::of_doctor(doctor), id, today()).unwrap().unwrap();
    assert_eq!((banner.name.as_str(), banner.sex_age.as_str()), ("NERI Ugo", "M · 46 anni"));
    assert_eq!((banner.born.as_str(), banner.status.as_str()), ("nato il 01/01/1970", "Revocato"));
    assert!(queries::find_banner(db, Owner::of_doctor(other), id, today()).unwrap().is_none());
}

#[test]
fn small_words() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(age_label(day("2016-11-01"), today()), "0 mesi");
    assert_eq!(age_label(day("2016-10-19"), today()), "1 mese");
    assert_eq!(age_label(day("2015-12-20"), today()), "10 mesi");
    assert_eq!(age_label(day("2015-11-19"), today()), "1 anno");
    assert_eq!(given_name("MARIA LUISA D'ANGELA"), "Maria Luisa D'Angela");
    assert_eq!(given_name("McEnroe"), "McEnroe");
}

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").at(MenuItem::Patients)
}

fn choices() -> Vec<Choice> {
    vec![Choice::new("M", "Maschio"), Choice::new("F", "Femmina")]
}

#[test]
fn the_search_page_is_sound_in_every_state() {
    let row = PatientRow {
        href: "/millelight/pazienti/7".into(),
        name: "D'ALÒ <b>Ugo</b>".into(),
        sex_age: "M · 53 anni".into(),
        birth: "30/05/1963".into(),
        code: "SCCCLD63E30L483Q".into(),
        warning: "Privato",
        homonym: true,
    };
    let full = Results {
        heading: "Più di 20 pazienti trovati".into(),
        scope: "Tutti · Archivio completo".into(),
        rows: vec![row.clone(), row],
        summary: "21-40".into(),
        first_href: "/millelight/pazienti?c=x".into(),
        next_href: "/millelight/pazienti?c=x&dopo=7&da=41".into(),
        ..Results::default()
    };
    let none = Results {
        heading: "Nessun paziente per «x»".into(),
        advice: "Prova.".into(),
        wider_href: "/y".into(),
        ..Results::default()
    };
    let mut wrong = FormState::new();
    wrong.error("q", "Il testo è troppo lungo");
    for (form, results) in [(FormState::new(), full), (FormState::new(), none), (wrong, Results::default())] {
        let page = PatientSearchPage { shell: shell(), form, shows: choices(), places: choices(), results };
        assert_sound(&page.render().unwrap());
    }
}

#[test]
fn the_registry_form_is_sound_in_every_state() {
    let blank = |shell: Shell, form: FormState| PatientFormPage {
        shell,
        form,
        heading: "Dati anagrafici",
        action: "/millelight/pazienti/nuovo".into(),
        back: "/millelight/pazienti".into(),
        existing: false,
        sexes: choices(),
        units: choices(),
        categories: choices(),
        insurers: choices(),
        statuses: choices(),
        warnings: Vec::new(),
        taken: None,
        stale: Vec::new(),
        changes: Vec::new(),
    };
    assert_sound(&blank(shell(), FormState::new()).render().unwrap());
    let mut wrong = FormState::new();
    for name in ["surname", "name", "fiscal_code", "sex", "birth_date", "province", "email", "status_since"] {
        wrong.error(name, "Correggi");
    }
    wrong.form_error("È cambiato");
    let banner = PatientBanner { id: 7, name: "SACCAVINI Claudio".into(), ..PatientBanner::default() };
    let link = || Some(("/millelight/pazienti/8".to_owned(), "ROSSI Ugo".to_owned()));
    let fields = vec![("Cognome", "a".to_owned(), "<i>b</i>".to_owned())];
    let page = PatientFormPage {
        existing: true,
        warnings: vec![Warning { text: "Omonimo".into(), link: link() }, Warning::default()],
        taken: link(),
        stale: fields.clone(),
        changes: vec![ChangeView { when: "19/11/2016, 09.04".into(), author: "BORGHETTO Paolo".into(), fields }],
        ..blank(shell().for_patient(banner), wrong)
    };
    assert_sound(&page.render().unwrap());
}
