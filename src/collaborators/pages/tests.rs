//! Every page with hostile text, empty and with errors.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::web::forms::Choice;
use crate::web::html_check::assert_sound;
use crate::web::shell::Product;

const HOSTILE: &str = "Maria \"><script>";

fn cloud() -> Shell {
    Shell::new("token", "nonce").with_user(HOSTILE).with_product(Product::Cloud)
}

fn light() -> Shell {
    let mut shell = Shell::new("token", "nonce").with_user(HOSTILE).for_collaborator();
    shell.on_behalf_of = Some(HOSTILE.to_owned());
    shell
}

fn sound(page: &impl Template) {
    let html = page.render().unwrap();
    assert!(!html.contains("<script>"), "unescaped");
    assert_sound(&html);
}

fn identity() -> Identity {
    Identity { fiscal_code: "SGRMRA80A41L736M".to_owned(), birth: "01/01/1980 · F · Venezia".to_owned() }
}

fn lists() -> Lists {
    Lists {
        regions: vec![Choice::new("050", "Veneto")],
        provinces: vec![Choice::new("VE", "Venezia (VE)")],
        units: vec![Choice::new("503", HOSTILE)],
    }
}

/// An empty form, and one with every field wrong.
fn forms() -> [FormState; 2] {
    let fields = ["nome", "cognome", "regione", "provincia", "usl", "telefono", "cellulare", "email"];
    let mut wrong = FormState::from_pairs(fields.map(|name| (name.to_owned(), HOSTILE.to_owned())));
    for name in fields {
        wrong.error(name, "Correggi");
    }
    [FormState::new(), wrong]
}

fn every_status() -> Vec<Status> {
    let states = AssociationState::ALL.iter();
    states.flat_map(|state| PasswordState::ALL.iter().map(|password| Status::of(*state, *password))).collect()
}

#[test]
fn the_list_is_sound_in_every_state() {
    let line = |status| Line {
        id: 3,
        name: HOSTILE.to_owned(),
        surname: "Segreti".to_owned(),
        fiscal_code: "SGRMRA80A41L736M".to_owned(),
        status,
    };
    let lines = || every_status().into_iter().map(line).collect();
    sound(&ListPage { shell: cloud(), name: HOSTILE.to_owned(), lines: vec![], question: None });
    sound(&ListPage { shell: cloud(), name: HOSTILE.to_owned(), lines: lines(), question: None });
    let key = || "k".to_owned();
    for about in [
        About::Removal,
        About::Password { key: key() },
        About::Reconfirmation { key: key() },
        About::Code { key: key() },
    ] {
        let (full_name, fiscal_code) = (HOSTILE.to_owned(), "SGRMRA80A41L736M".to_owned());
        let question = Some(Question { id: 3, full_name, fiscal_code, about });
        sound(&ListPage { shell: cloud().with_dialog(), name: HOSTILE.to_owned(), lines: lines(), question });
    }
}

#[test]
fn the_forms_are_sound_empty_and_with_errors() {
    let mut code = FormState::from_pairs([("nome".to_owned(), HOSTILE.to_owned())]);
    for form in [FormState::new(), {
        code.error("codice_fiscale", "Correggi");
        code
    }] {
        sound(&AddCodePage { shell: cloud(), doctor: HOSTILE.to_owned(), form });
    }
    for form in forms() {
        sound(&AddPersonPage {
            shell: cloud(),
            doctor: HOSTILE.to_owned(),
            form: form.clone(),
            identity: identity(),
            lists: lists(),
            key: "k".to_owned(),
        });
        for status in every_status() {
            sound(&EditPage {
                shell: cloud(),
                id: 3,
                full_name: HOSTILE.to_owned(),
                form: form.clone(),
                identity: identity(),
                lists: lists(),
                status,
                username: HOSTILE.to_owned(),
            });
        }
    }
}

#[test]
fn credentials_and_doctors_are_sound() {
    let expires_at = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap().and_hms_opt(9, 4, 0).unwrap();
    for associated in ["associata", ""] {
        sound(&CredentialsPage {
            shell: cloud(),
            full_name: HOSTILE.to_owned(),
            associated,
            username: "m.segreti.482".to_owned(),
            password: "ABCDEFGH23456789".to_owned(),
            fiscal_code: "SGRMRA80A41L736M".to_owned(),
            expires_at,
        });
    }
    let doctor = |id, is_invitation, is_active: bool| MyDoctor {
        id,
        doctor_id: id,
        title: HOSTILE.to_owned(),
        words: "Attivo",
        tone: "ok",
        icon: "check",
        is_invitation,
        wants_code: !is_active,
        is_active,
    };
    let mut wrong = FormState::from_pairs([("codice".to_owned(), HOSTILE.to_owned())]);
    wrong.error("codice", "Correggi");
    for (form, asked) in [(FormState::new(), None), (wrong, Some(1))] {
        let doctors = vec![doctor(1, true, false), doctor(2, false, true), doctor(3, false, false)];
        let name = HOSTILE.to_owned();
        sound(&MinePage {
            shell: cloud().for_collaborator(),
            name: name.clone(),
            username: name.clone(),
            doctors: vec![],
            form: FormState::new(),
            asked,
        });
        sound(&MinePage { shell: cloud().for_collaborator(), username: name.clone(), name, doctors, form, asked });
    }
    for reconfirms in [false, true] {
        let (code, fiscal_code) = ("ABCDE-FGHJK".to_owned(), "SGRMRA80A41L736M".to_owned());
        sound(&CodePage { shell: cloud(), full_name: HOSTILE.to_owned(), reconfirms, code, fiscal_code, expires_at });
    }
    let choice = |id, current| DoctorChoice { id, title: HOSTILE.to_owned(), current };
    for doctors in [vec![], vec![choice(1, true), choice(2, false)]] {
        sound(&ChoosePage { shell: light(), doctors, next: "/millelight/pazienti".to_owned() });
    }
}
