//! The pages of the account.

use askama::Template;

use crate::web::filters;
use crate::web::forms::{Choice, FormState};
use crate::web::shell::Shell;

/// Login.
#[derive(Template)]
#[template(path = "account/login.html")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Why a right password does not open.
    pub notice: Option<Notice>,
}

/// Login of the portal of collaborators.
#[derive(Template)]
#[template(path = "account/portal_login.html")]
pub struct PortalLoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Why a right password does not open.
    pub notice: Option<Notice>,
}

/// Login of the patients' portal.
#[derive(Template)]
#[template(path = "account/book_login.html")]
pub struct BookLoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Who has entered another part of the site with this browser; empty for nobody.
    pub other: String,
}

/// A message above the login form.
pub struct Notice {
    pub icon: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// Accessi e sicurezza: own sessions, and what happened to the account.
#[derive(Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsPage {
    pub shell: Shell,
    pub sessions: Vec<SessionLine>,
    pub programs: Vec<ProgramLine>,
    pub events: Vec<EventLine>,
}

/// One open session.
pub struct SessionLine {
    /// What the form sends to end it.
    pub name: String,
    pub device: String,
    pub opened: chrono::NaiveDateTime,
    pub last_seen: chrono::NaiveDateTime,
    /// The one the page is shown in.
    pub current: bool,
}

/// One program of the studio that is connected.
pub struct ProgramLine {
    pub id: i64,
    pub client: String,
    pub connected: chrono::NaiveDateTime,
    pub last_used: chrono::NaiveDateTime,
}

/// One event.
pub struct EventLine {
    pub words: &'static str,
    pub device: String,
    pub at: chrono::NaiveDateTime,
}

/// Change of password by choice.
#[derive(Template)]
#[template(path = "account/change_password.html")]
pub struct ChangePasswordPage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
}

/// Change of a temporary password: the only page it opens.
#[derive(Template)]
#[template(path = "account/first_password.html")]
pub struct FirstPasswordPage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
    /// `Paolo Borghetto`.
    pub name: String,
}

/// The password once more.
#[derive(Template)]
#[template(path = "account/reauthenticate.html")]
pub struct ReauthenticatePage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
    /// The second factor is on.
    pub asks_code: bool,
}

/// The code of the second factor, at login.
#[derive(Template)]
#[template(path = "account/code.html")]
pub struct CodePage {
    pub shell: Shell,
    pub form: FormState,
}

/// Secondo fattore.
#[derive(Template)]
#[template(path = "account/second_factor.html")]
pub struct FactorPage {
    pub shell: Shell,
    pub form: FormState,
    pub view: FactorView,
}

/// How the second factor stands.
pub enum FactorView {
    /// Off.
    Off,
    /// Waiting for its first code.
    Pending {
        /// The secret as it is typed.
        key: String,
        /// The same, to be photographed.
        picture: Picture,
    },
    /// On.
    On {
        /// Recovery codes not used yet.
        codes_left: i64,
    },
}

/// A QR code.
pub struct Picture {
    /// Modules per side, quiet zone included.
    pub size: i32,
    /// Path of the dark modules.
    pub path: String,
}

/// The recovery codes, for the only time.
#[derive(Template)]
#[template(path = "account/recovery.html")]
pub struct RecoveryPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

/// A form that arrived too late, offered back.
#[derive(Template)]
#[template(path = "account/resume.html")]
pub struct ResumePage {
    pub shell: Shell,
    /// Which page it belongs to, in words.
    pub subject: &'static str,
    pub fields: Vec<(String, String)>,
    /// One-use key of the new sending.
    pub key: String,
}

/// Version and help.
#[derive(Template)]
#[template(path = "account/info.html")]
pub struct InfoPage {
    pub shell: Shell,
    pub signed_in: bool,
    /// Code lists in use: name and state.
    pub lists: Vec<(&'static str, String)>,
}

/// The doors of the product.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct HomePage {
    pub shell: Shell,
}

/// Dati del medico.
#[derive(Template)]
#[template(path = "account/doctor.html")]
pub struct DoctorPage {
    pub shell: Shell,
    pub form: FormState,
    pub facts: Vec<Fact>,
    /// The login before this one, UTC.
    pub last_login: Option<chrono::NaiveDateTime>,
}

/// One line of the doctor's data.
pub struct Fact {
    pub label: &'static str,
    pub value: String,
    /// Shown in the type of codes.
    pub is_code: bool,
}

/// CREA UN ACCOUNT, first step: the region, which decides the list of ASL.
#[derive(Template)]
#[template(path = "account/registration_region.html")]
pub struct RegionPage {
    pub shell: Shell,
    pub form: FormState,
    pub regions: Vec<Choice>,
}

/// CREA UN ACCOUNT, second step: everything else.
#[derive(Template)]
#[template(path = "account/registration.html")]
pub struct RegistrationPage {
    pub shell: Shell,
    pub form: FormState,
    /// Name of the region chosen.
    pub region: String,
    pub units: Vec<Choice>,
}

/// After a registration: the same page for everybody.
#[derive(Template)]
#[template(path = "account/registration_sent.html")]
pub struct RegistrationSentPage {
    pub shell: Shell,
}

/// The page of the link in the mail.
#[derive(Template)]
#[template(path = "account/confirm.html")]
pub struct ConfirmPage {
    pub shell: Shell,
    pub form: FormState,
    /// The token, for the form's own address.
    pub token: String,
    pub username: String,
}

/// The account is open.
#[derive(Template)]
#[template(path = "account/confirmed.html")]
pub struct ConfirmedPage {
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
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
            let pending = FactorView::Pending { key: "GEZDGNBV".to_owned(), picture };
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
        let fields = vec![("testo".to_owned(), "\"><script>".to_owned()), ("testo".to_owned(), "due".to_owned())];
        sound(&ResumePage { shell: shell(), subject: "Diario", fields, key: "k".to_owned() });
    }
}
