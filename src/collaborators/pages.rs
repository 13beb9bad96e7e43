//! The pages of the collaborators.

use askama::Template;

use crate::web::shell::Shell;

/// A collaborator's doctors: for which one to work now.
#[derive(Template)]
#[template(path = "collaborators/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    pub doctors: Vec<DoctorChoice>,
    /// Where to go afterwards; empty for the patient search.
    pub next: String,
}

/// One doctor of the list.
pub struct DoctorChoice {
    pub id: i64,
    /// `Dr. Paolo Borghetto`.
    pub title: String,
    /// The one worked for now.
    pub current: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::web::html_check::assert_sound;

    fn shell() -> Shell {
        let mut shell = Shell::new("token", "nonce").with_user("Maria \"><b>Segreti").for_collaborator();
        shell.on_behalf_of = Some("Dr. Paolo <i>Borghetto".to_owned());
        shell
    }

    fn sound(page: &impl Template) {
        assert_sound(&page.render().unwrap());
    }

    #[test]
    fn every_page_is_sound() {
        let doctor = |id, current| DoctorChoice { id, title: "Dr. Paolo \"><i>Borghetto".to_owned(), current };
        for doctors in [vec![], vec![doctor(1, true), doctor(2, false)]] {
            sound(&ChoosePage { shell: shell(), doctors, next: "/millelight/pazienti".to_owned() });
        }
    }
}
