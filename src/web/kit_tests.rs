//! The kit drawn with sample data, in every state a page can be in.
#![allow(clippy::unwrap_used)]

use askama::Template;

use crate::web::flash::{Flash, Tone};
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::shell::{MenuItem, PatientBanner, Product, Shell};

#[derive(Template)]
#[template(path = "samples/kit.html")]
struct KitPage {
    shell: Shell,
    form: FormState,
    options: Vec<Choice>,
}

#[derive(Template)]
#[template(
    source = r#"{% extends "layouts/login.html" %}{% block title %}Login{% endblock %}{% block card %}<h1>Login</h1>{% endblock %}"#,
    ext = "html"
)]
struct SignInPage {
    shell: Shell,
}

fn patient() -> PatientBanner {
    PatientBanner {
        id: 7,
        name: "SACCAVINI Claudio".to_owned(),
        sex_age: "M · 53 anni".to_owned(),
        born: "nato il 30/05/1963".to_owned(),
        code: "SCCCLD63E30L483Q".to_owned(),
        allergies: vec![crate::safety::Allergen { words: "FANS".to_owned(), ..Default::default() }],
        exemptions: vec!["013".to_owned()],
        status: String::new(),
        details: vec![("Indirizzo".to_owned(), "Via Roma 11, 33100 Udine (UD)".to_owned())],
    }
}

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").at(MenuItem::Patients)
}

fn filled() -> FormState {
    let pairs = [
        ("cognome", "D'Alò <b>\"x\"</b>"),
        ("cf", "SCCCLD63E30L483Q"),
        ("sesso", "F"),
        ("per", "M"),
        ("continuativo", "true"),
        ("password", "x"),
    ];
    FormState::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

fn wrong() -> FormState {
    let mut form = filled();
    for name in ["cognome", "email", "cf", "nascita", "password", "nota", "sesso", "continuativo", "per"] {
        form.error(name, format!("Correggi «{name}»"));
    }
    form.form_error("Il paziente esiste già");
    form
}

fn page(shell: Shell, form: FormState) -> String {
    let options = vec![Choice::new("M", "Maschio"), Choice::new("F", "Femmina")];
    KitPage { shell, form, options }.render().unwrap()
}

#[test]
fn every_state_of_the_kit_is_sound() {
    let flash = vec![
        Flash::ok("Fatto").with_text("La terapia è stata sospesa."),
        Flash::new(Tone::Err, "Non inviata")
            .with_lines(vec!["<b>Una</b>".to_owned()])
            .with_link("/x".to_owned(), "Vedi"),
    ];
    let shells = [
        shell(),
        shell().for_patient(patient()).at(MenuItem::Record),
        shell().with_bell(3).with_demo(true).with_flash(flash),
        shell().with_bell(0).with_dialog(),
        shell().with_product(Product::Cloud),
    ];
    for shell in shells {
        for form in [FormState::new(), filled(), wrong()] {
            assert_sound(&page(shell.clone(), form));
        }
    }
    assert_sound(&SignInPage { shell: Shell::new("token", "nonce").with_demo(true) }.render().unwrap());
}

#[test]
fn typed_text_comes_back_inert_and_secrets_do_not_come_back() {
    let html = page(shell(), filled());
    assert!(html.contains("D&#39;Alò &#60;b&#62;") && !html.contains("<b>\"x"));
    let document = scraper::Html::parse_document(&html);
    let value = |selector: &str| {
        let selector = scraper::Selector::parse(selector).unwrap();
        document.select(&selector).next().and_then(|e| e.attr("value")).map(str::to_owned)
    };
    assert_eq!(value("#cognome").as_deref(), Some("D'Alò <b>\"x\"</b>"));
    assert_eq!(value("#password"), None);
    assert_eq!(value("#sesso option[selected]").as_deref(), Some("F"));
    assert_eq!(value("input[name=per][checked]").as_deref(), Some("M"));
}

#[test]
fn an_error_is_tied_to_its_control() {
    let html = page(shell(), wrong());
    assert!(html.contains("<title>Errore: Componenti · Millelight</title>"));
    let document = scraper::Html::parse_document(&html);
    let selector = scraper::Selector::parse("#email[aria-invalid=true][aria-describedby='email-h email-e']").unwrap();
    assert_eq!(document.select(&selector).count(), 1);
}

#[test]
fn the_demo_says_so_and_the_real_thing_does_not() {
    assert!(page(shell().with_demo(true), FormState::new()).contains("Dimostrazione"));
    assert!(!page(shell(), FormState::new()).contains("Dimostrazione"));
}
