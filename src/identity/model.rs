//! Users and what they may be.

use chrono::NaiveDateTime;
use diesel::{Queryable, Selectable};

use crate::db::schema::{doctors, users};
use crate::text_enum;

text_enum! {
    /// What a user is.
    Role {
        /// Medico titolare.
        Doctor = "doctor",
        /// Collaboratore di studio.
        Collaborator = "collaborator",
        /// Assistito (Millebook).
        Patient = "patient",
    }
}

text_enum! {
    /// What a user's password is good for.
    PasswordState {
        /// Chosen by the user.
        Definitive = "definitive",
        /// Given by somebody else: opens only the change form.
        Temporary = "temporary",
    }
}

/// A row of `users`. `Debug` is not derived: it would print a name and a hash.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct User {
    pub id: i64,
    pub username: String,
    pub role: Role,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub email: String,
    pub phone: String,
    pub password_hash: String,
    pub password_state: PasswordState,
    pub password_changed_at: NaiveDateTime,
    pub active: bool,
    pub confirmed_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub last_login_at: Option<NaiveDateTime>,
    pub previous_login_at: Option<NaiveDateTime>,
}

impl User {
    /// The address the user is known to read: a doctor's own, or one that a collaborator or a patient has proven.
    pub fn proven_address(&self) -> Option<&str> {
        (self.confirmed_at.is_some() && !self.email.is_empty()).then_some(self.email.as_str())
    }
}

/// How a surgery is named to its patients, and where it is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surgery {
    /// `Ambulatorio Borghetto`; empty when the doctor wrote none.
    pub name: String,
    /// A telephone number; empty when the doctor wrote none.
    pub phone: String,
}

/// A row of `doctors`: what SAC wants to know of a doctor besides the name.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = doctors)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct DoctorProfile {
    pub user_id: i64,
    pub region_code: String,
    pub asl_code: String,
    pub province: String,
    pub specialization: String,
    pub structure_code: String,
    pub regional_code: String,
    pub surgery_address: String,
    pub surgery_phone: String,
    pub surgery_name: String,
    pub verified_at: Option<NaiveDateTime>,
}

/// A collaborator to be created: all but the id. Names as typed, codes already checked.
#[derive(Clone)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct NewCollaborator {
    pub username: String,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub password_hash: String,
    pub password_state: PasswordState,
}

/// A doctor to be created: all but the ids. Names as typed, codes already checked.
#[derive(Clone)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct NewDoctor {
    pub username: String,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub email: String,
    pub phone: String,
    pub password_hash: String,
    pub password_state: PasswordState,
    /// Added by whoever runs the program: the address is taken as proven, and the person as verified. False for who
    /// registers alone: the address until the link in the mail is opened, the person until the operator has verified them.
    pub confirmed: bool,
    pub region_code: String,
    /// Three digits within the region.
    pub asl_code: String,
    pub province: String,
    pub specialization: String,
    pub structure_code: String,
}

/// Keeps the login names of patients apart from those of who works here: they may be the same people.
const PATIENT_PREFIX: &str = "millebook:";

/// The stored login name of a patient, who types the fiscal code.
pub fn patient_username(fiscal_code: &str) -> String {
    let code: String = fiscal_code.chars().filter(|c| !c.is_whitespace()).collect();
    format!("{PATIENT_PREFIX}{}", code.to_lowercase())
}

/// A login name as its owner types it.
pub fn shown_username(username: &str) -> String {
    username.strip_prefix(PATIENT_PREFIX).map_or_else(|| username.to_owned(), str::to_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_types_the_fiscal_code() {
        assert_eq!(patient_username(" scc cld63e30l483q"), "millebook:scccld63e30l483q");
        assert_eq!(shown_username("millebook:scccld63e30l483q"), "SCCCLD63E30L483Q");
        assert_eq!(shown_username("borghetto"), "borghetto");
    }
}
