//! Every page with hostile text, empty and with errors.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::web::html_check::assert_sound;
use crate::web::shell::Product;

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto")
}

/// An empty form and one with everything wrong.
fn forms() -> [FormState; 2] {
    let mut wrong = FormState::from_pairs([("email".to_owned(), "\"><b>".to_owned())]);
    for name in [
        "username",
        "password",
        "password_attuale",
        "password_nuova",
        "password_ripetuta",
        "cognome",
        "nome",
        "codice_fiscale",
        "asl",
        "email",
        "regione",
        "codice",
        "cellulare",
        "codice_regionale",
        "indirizzo_studio",
        "telefono_studio",
    ] {
        wrong.error(name, "Correggi");
    }
    [FormState::new(), wrong]
}

/// The form with only the errors of the fields its page has.
fn only(form: &FormState, names: &[&str]) -> FormState {
    let mut state = FormState::new();
    for error in form.errors().iter().filter(|error| names.contains(&error.name.as_str())) {
        state.error(&error.name, error.text.clone());
    }
    state.set("next", "/millelight/medico");
    state
}

fn sound(page: &impl Template) {
    assert_sound(&page.render().unwrap());
}

fn sessions_page(product: Product) -> SessionsPage {
    let at = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(9, 4, 0).unwrap();
    let line = |name: &str, current| SessionLine {
        name: name.to_owned(),
        device: "Firefox, \"><b>telefono".to_owned(),
        opened: at,
        last_seen: at,
        current,
    };
    let client = "Gestione studio <accettazione>".to_owned();
    SessionsPage {
        shell: shell().with_product(product),
        sessions: vec![line("a", true), line("b", false)],
        programs: vec![ProgramLine { id: 3, client, connected: at, last_used: at }],
        events: vec![EventLine { words: "Password cambiata", device: "Firefox, computer".to_owned(), at }],
    }
}

#[test]
fn every_door_is_sound() {
    for form in forms() {
        let login = only(&form, &["username", "password"]);
        let notice = || Some(Notice { icon: "mail", title: "Conferma", text: "Apri il messaggio." });
        sound(&LoginPage { shell: shell(), form: login.clone(), expired: true, notice: notice() });
        let portal = shell().with_product(Product::Cloud);
        sound(&PortalLoginPage { shell: portal, form: login.clone(), expired: true, notice: notice() });
        let book = shell().with_product(Product::Book);
        for other in ["", "Paolo BORGHETTO"] {
            let (shell, form, other) = (book.clone(), login.clone(), other.to_owned());
            sound(&BookLoginPage { shell, form, expired: other.is_empty(), other });
        }
    }
}

#[test]
fn every_page_is_sound_empty_and_with_errors() {
    let choices = || vec![Choice::new("050", "Veneto")];
    for form in forms() {
        let change = only(&form, &["password_attuale", "password_nuova", "password_ripetuta"]);
        sound(&ChangePasswordPage { shell: shell(), form: change, username: "p.borghetto".to_owned() });
        let first = only(&form, &["password_nuova", "password_ripetuta"]);
        let (username, name) = ("p.borghetto".to_owned(), "Paolo Borghetto".to_owned());
        sound(&FirstPasswordPage { shell: shell(), form: first, username: username.clone(), name });
        let again = only(&form, &["password"]);
        for asks_code in [true, false] {
            let (form, username) = (again.clone(), username.clone());
            sound(&ReauthenticatePage { shell: shell(), form, username, asks_code });
        }
        let code = only(&form, &["codice"]);
        sound(&CodePage { shell: shell(), form: code.clone() });
        sound(&CodePage { shell: shell().with_product(Product::Cloud), form: code.clone() });
        let picture = Picture { size: 29, path: "M4,4h1v1h-1z".to_owned() };
        let pending = FactorView::Pending {
            key: vec!["GEZD".to_owned(), "GNBV".to_owned()],
            link: "otpauth://totp/A:b?secret=GEZDGNBV&issuer=A".to_owned(),
            picture,
        };
        sound(&FactorPage { shell: shell(), form: code, view: pending });
        sound(&ConfirmPage { shell: shell(), form: again, token: "ab12".to_owned(), username });
        sound(&RegionPage { shell: shell(), form: only(&form, &["regione"]), regions: choices() });
        let names = ["cognome", "nome", "codice_fiscale", "asl", "email", "password_nuova", "password_ripetuta"];
        let asked = only(&form, &names);
        sound(&RegistrationPage { shell: shell(), form: asked, region: "Veneto".to_owned(), units: choices() });
        let own = only(&form, &["cellulare", "codice_regionale", "indirizzo_studio", "telefono_studio"]);
        let facts = vec![Fact { label: "Medico", value: "BORGHETTO Paolo".to_owned(), is_code: false }];
        sound(&DoctorPage { shell: shell(), form: own, facts, last_login: None });
    }
    for signed_in in [true, false] {
        let lists = vec![("Note AIFA", "40 voci, importate il 24/11/2026".to_owned())];
        sound(&InfoPage { shell: shell(), signed_in, lists });
    }
    sound(&HomePage { shell: shell() });
    for product in [Product::Light, Product::Cloud, Product::Book] {
        sound(&sessions_page(product));
    }
    for view in [FactorView::Off, FactorView::On { codes_left: 3 }] {
        sound(&FactorPage { shell: shell(), form: FormState::new(), view });
    }
    sound(&RecoveryPage { shell: shell(), codes: vec!["ABCD-EFGH".to_owned()] });
    sound(&RegistrationSentPage { shell: shell() });
    sound(&ConfirmedPage { shell: shell() });
    sound(&UnverifiedPage { shell: shell(), username: "<script>".to_owned() });
    let fields = vec![("testo".to_owned(), "\"><script>".to_owned()), ("testo".to_owned(), "due".to_owned())];
    sound(&ResumePage { shell: shell(), subject: "Diario", fields, key: "k".to_owned() });
}

#[test]
fn the_way_to_a_new_password_is_sound() {
    for product in [Product::Light, Product::Cloud, Product::Book] {
        let shell = || shell().with_product(product);
        for form in forms() {
            let username = only(&form, &["username"]);
            sound(&ForgottenPage { shell: shell(), form: username });
            for username in ["", "\"><b>"] {
                let form = only(&form, &["password_nuova", "password_ripetuta"]);
                let (action, username) = ("/millelight/nuova-password/x".to_owned(), username.to_owned());
                sound(&NewPasswordPage { shell: shell(), form, action, username });
            }
            for (address, fixed) in [("", false), ("<b>@example.it", false), ("a@example.it", true)] {
                let form = if fixed { FormState::new() } else { only(&form, &["email"]) };
                sound(&AddressPage { shell: shell(), form, address: address.to_owned(), fixed });
            }
        }
        sound(&ForgottenSentPage { shell: shell(), minutes: 30 });
        sound(&NewPasswordDonePage { shell: shell() });
        let (action, address) = ("/millebook/indirizzo-email/x".to_owned(), "<b>@example.it".to_owned());
        sound(&ProveAddressPage { shell: shell(), action, address });
    }
}
