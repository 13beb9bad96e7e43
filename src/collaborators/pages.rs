//! The pages of the collaborators.

use askama::Template;
use chrono::NaiveDateTime;

use super::forms::Lists;
use crate::identity::associations::AssociationState;
use crate::identity::model::PasswordState;
use crate::web::filters;
use crate::web::forms::FormState;
use crate::web::paths;
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

/// The doctor's list, and over it the question that comes before an act.
#[derive(Template)]
#[template(path = "collaborators/list.html")]
pub struct ListPage {
    pub shell: Shell,
    /// `Paolo Borghetto`.
    pub name: String,
    pub lines: Vec<Line>,
    pub question: Option<Question>,
}

/// One collaborator of the list.
pub struct Line {
    pub id: i64,
    pub name: String,
    pub surname: String,
    pub fiscal_code: String,
    pub status: Status,
}

/// What is asked before an act on one collaborator.
pub struct Question {
    pub id: i64,
    pub full_name: String,
    pub fiscal_code: String,
    pub about: About,
}

impl Question {
    /// Where the yes is posted.
    fn action(&self) -> String {
        self.about.path(self.id)
    }
}

/// The act a question is about.
pub enum About {
    Removal,
    /// A new temporary password; the form's one-use key.
    Password {
        key: String,
    },
    /// A code to be taken up again with; the form's one-use key.
    Reconfirmation {
        key: String,
    },
    /// A new code for an invitation; the form's one-use key.
    Code {
        key: String,
    },
}

impl About {
    /// Where it is asked about this association, and where the yes is posted.
    pub fn path(&self, id: i64) -> String {
        match self {
            Self::Removal => paths::collaborator_remove(id),
            Self::Password { .. } => paths::collaborator_password(id),
            Self::Reconfirmation { .. } => paths::collaborator_reconfirm(id),
            Self::Code { .. } => paths::collaborator_code(id),
        }
    }

    /// The one-use key of the form, where the answer shows something once.
    fn key(&self) -> Option<&str> {
        match self {
            Self::Removal => None,
            Self::Password { key } | Self::Reconfirmation { key } | Self::Code { key } => Some(key),
        }
    }

    /// Whether the yes ends an association.
    const fn ends_something(&self) -> bool {
        matches!(self, Self::Removal)
    }

    /// Whether the act can be done while the association stands so.
    pub const fn fits(&self, status: &Status) -> bool {
        match self {
            Self::Removal => true,
            Self::Password { .. } => status.can_reset,
            Self::Reconfirmation { .. } => status.can_reconfirm,
            Self::Code { .. } => status.can_renew_code,
        }
    }
}

/// What can be done with an association, and how it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub words: &'static str,
    pub tone: &'static str,
    pub icon: &'static str,
    /// A new password can be given.
    pub can_reset: bool,
    pub can_suspend: bool,
    pub can_resume: bool,
    pub can_reconfirm: bool,
    /// Invited: a new acceptance code can be given.
    pub can_renew_code: bool,
    /// To be reconfirmed, but not while the password is the temporary one.
    pub waits_for_password: bool,
}

impl Status {
    /// How an association reads.
    pub fn of(state: AssociationState, password: PasswordState) -> Self {
        let temporary = password == PasswordState::Temporary;
        let (words, tone, icon) = match state {
            AssociationState::Active if temporary => ("Password da cambiare", "warn", "clock"),
            AssociationState::Active => ("Attivo", "ok", "check"),
            AssociationState::Invited => ("In attesa di risposta", "warn", "clock"),
            AssociationState::Suspended => ("Sospeso", "", "lock"),
            AssociationState::ToReconfirm => ("Da riconfermare", "err", "alert"),
            AssociationState::Removed => ("Rimosso", "", "x"),
        };
        Self {
            words,
            tone,
            icon,
            can_reset: state == AssociationState::Active,
            can_suspend: state == AssociationState::Active,
            can_resume: state == AssociationState::Suspended,
            can_reconfirm: state == AssociationState::ToReconfirm && !temporary,
            can_renew_code: state == AssociationState::Invited,
            waits_for_password: state == AssociationState::ToReconfirm && temporary,
        }
    }
}

/// Aggiungi, first step: the fiscal code.
#[derive(Template)]
#[template(path = "collaborators/add_code.html")]
pub struct AddCodePage {
    pub shell: Shell,
    /// `Dr. Paolo Borghetto`.
    pub doctor: String,
    pub form: FormState,
}

impl AddCodePage {
    /// What was typed in the second step, carried along.
    fn kept(&self) -> Vec<(&'static str, &str)> {
        const FIELDS: [&str; 8] = ["nome", "cognome", "regione", "provincia", "usl", "telefono", "cellulare", "email"];
        let values = FIELDS.iter().map(|name| (*name, self.form.value(name)));
        values.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// Who a fiscal code says somebody is.
pub struct Identity {
    pub fiscal_code: String,
    /// `12/03/1984 · F · Udine`.
    pub birth: String,
}

/// Aggiungi, second step: everything else.
#[derive(Template)]
#[template(path = "collaborators/add_person.html")]
pub struct AddPersonPage {
    pub shell: Shell,
    /// `Dr. Paolo Borghetto`.
    pub doctor: String,
    pub form: FormState,
    pub identity: Identity,
    pub lists: Lists,
    /// One-use key.
    pub key: String,
}

/// Modifica: the doctor's notes, and the person's access.
#[derive(Template)]
#[template(path = "collaborators/edit.html")]
pub struct EditPage {
    pub shell: Shell,
    pub id: i64,
    /// `Maria Segreti`.
    pub full_name: String,
    pub form: FormState,
    pub identity: Identity,
    pub lists: Lists,
    pub status: Status,
    /// Login name; empty while the person has not accepted.
    pub username: String,
}

/// The two drop-downs that follow from the region.
#[derive(Template)]
#[template(path = "collaborators/_lists.html")]
pub struct ListsFragment {
    pub form: FormState,
    pub lists: Lists,
}

/// Username and temporary password, for the only time.
#[derive(Template)]
#[template(path = "collaborators/credentials.html")]
pub struct CredentialsPage {
    pub shell: Shell,
    /// `Maria Segreti`.
    pub full_name: String,
    /// `associata` or `associato`, when just associated; empty for a new password.
    pub associated: &'static str,
    pub username: String,
    pub password: String,
    pub fiscal_code: String,
    /// UTC.
    pub expires_at: NaiveDateTime,
}

/// The code with which a person accepts, for the only time.
#[derive(Template)]
#[template(path = "collaborators/code.html")]
pub struct CodePage {
    pub shell: Shell,
    /// `Maria Segreti`.
    pub full_name: String,
    /// After another doctor's new password; otherwise an invitation.
    pub reconfirms: bool,
    pub code: String,
    pub fiscal_code: String,
    /// UTC.
    pub expires_at: NaiveDateTime,
}

/// A collaborator's first page: what to do next, the doctors and the invitations.
#[derive(Template)]
#[template(path = "collaborators/mine.html")]
pub struct MinePage {
    pub shell: Shell,
    /// `Maria Segreti`.
    pub name: String,
    /// Login name, which is easily forgotten.
    pub username: String,
    pub doctors: Vec<MyDoctor>,
    /// The acceptance code that was typed, when it was wrong.
    pub form: FormState,
    /// The association it was typed for.
    pub asked: Option<i64>,
}

impl MinePage {
    /// Whether a code was typed for this association, and was wrong.
    fn was_asked(&self, id: &i64) -> bool {
        self.asked == Some(*id)
    }

    /// Whether there is a doctor to work for.
    fn works(&self) -> bool {
        self.doctors.iter().any(|doctor| doctor.is_active)
    }
}

/// One doctor of a collaborator.
pub struct MyDoctor {
    /// Id of the association.
    pub id: i64,
    /// The doctor's user id.
    pub doctor_id: i64,
    /// `Dr. Paolo Borghetto`.
    pub title: String,
    pub words: &'static str,
    pub tone: &'static str,
    pub icon: &'static str,
    /// Waits for an answer.
    pub is_invitation: bool,
    /// Waits for the code of the doctor.
    pub wants_code: bool,
    /// May be worked for now.
    pub is_active: bool,
}

#[cfg(test)]
mod tests;
