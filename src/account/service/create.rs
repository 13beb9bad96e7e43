//! A doctor added by whoever runs the program (`millecloud create-doctor`).

use chrono::NaiveDateTime;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::account::queries;
use crate::db::Db;
use crate::identity::model::{NewDoctor, PasswordState};
use crate::identity::password::{HashError, Passwords};
use crate::identity::queries as identity;
use crate::reference::queries as reference;
use kernel::email::{Email, EmailError};
use kernel::fiscal_code::{FiscalCode, FiscalCodeError};
use kernel::random;
use kernel::region::{RegionCode, RegionError};
use kernel::text::{TextError, one_line};

/// Signs of a temporary password: 80 bits.
const PASSWORD_LENGTH: usize = 16;

/// The doctor to add, as typed.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as the options of the command")]
pub struct Request<'a> {
    pub username: &'a str,
    pub surname: &'a str,
    pub name: &'a str,
    pub fiscal_code: &'a str,
    pub email: &'a str,
    /// Three digits.
    pub region: &'a str,
    /// Three digits within the region.
    pub asl: &'a str,
    /// SAC's sign, one letter.
    pub specialization: &'a str,
    pub structure: &'a str,
}

/// Why the doctor was not added. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Not a login name.
    #[error("the username takes 3 to 100 letters, digits and the signs . _ - @ +")]
    Username,
    /// Somebody has it.
    #[error("the username is taken")]
    Taken,
    /// An empty name.
    #[error("surname and name are needed")]
    NoName,
    /// A text that cannot be kept.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The fiscal code.
    #[error(transparent)]
    FiscalCode(#[from] FiscalCodeError),
    /// The e-mail address.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The region's code.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// A region that is not in the code list.
    #[error("there is no region {0} in the code list")]
    UnknownRegion(String),
    /// The health unit's code.
    #[error("the ASL code within the region has three digits")]
    Asl,
    /// A health unit that is not in the region's list.
    #[error("there is no ASL {1} in region {0}: `import asl` brings the whole list")]
    UnknownAsl(String, String),
    /// One person has one account.
    #[error("a doctor with this fiscal code has an account already: `doctor list` names it")]
    SamePerson,
    /// The specialisation.
    #[error("the specialisation is one capital letter: F is general practice")]
    Specialization,
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database.
    #[error("the database refused: {0}")]
    Database(DieselError),
}

impl From<DieselError> for CreateError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Taken,
            other => Self::Database(other),
        }
    }
}

/// A doctor just added.
pub struct Created {
    /// Row id.
    pub user_id: i64,
    /// Login name, as kept.
    pub username: String,
    /// The temporary password: to be shown once. It opens only the page to choose a new one.
    pub password: String,
}

/// Adds a confirmed doctor with a temporary password. Blocks while hashing: for command-line use.
pub fn create_doctor(
    conn: &mut Db,
    passwords: &Passwords,
    request: &Request<'_>,
    now: NaiveDateTime,
) -> Result<Created, CreateError> {
    let mut doctor = check(request)?;
    let password = random::readable_secret(PASSWORD_LENGTH);
    doctor.password_hash = passwords.hash_blocking(&password)?;
    let user_id = conn.write(|conn| -> Result<i64, CreateError> {
        let region = reference::find_region(conn, &doctor.region_code)?;
        region.ok_or_else(|| CreateError::UnknownRegion(doctor.region_code.clone()))?;
        let units = reference::list_health_units(conn, &doctor.region_code)?;
        if !units.iter().any(|unit| unit.asl_code == doctor.asl_code) {
            return Err(CreateError::UnknownAsl(doctor.region_code.clone(), doctor.asl_code.clone()));
        }
        if identity::find_user_by_username(conn, &doctor.username)?.is_some() {
            return Err(CreateError::Taken);
        }
        if !queries::list_doctors_by_code(conn, &doctor.fiscal_code)?.is_empty() {
            return Err(CreateError::SamePerson);
        }
        Ok(identity::insert_doctor(conn, &doctor, now)?)
    })?;
    Ok(Created { user_id, username: doctor.username, password })
}

fn check(request: &Request<'_>) -> Result<NewDoctor, CreateError> {
    let username = request.username.trim().to_lowercase();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
    if !(3..=100).contains(&username.len()) || !username.chars().all(allowed) {
        return Err(CreateError::Username);
    }
    let (surname, name) = (one_line(request.surname, 60)?, one_line(request.name, 60)?);
    if surname.is_empty() || name.is_empty() {
        return Err(CreateError::NoName);
    }
    let specialization = request.specialization.trim();
    if specialization.len() != 1 || !specialization.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(CreateError::Specialization);
    }
    let asl = request.asl.trim();
    if asl.len() != 3 || !asl.chars().all(|c| c.is_ascii_digit()) {
        return Err(CreateError::Asl);
    }
    Ok(NewDoctor {
        username,
        surname,
        name,
        fiscal_code: FiscalCode::parse(request.fiscal_code)?.as_str().to_owned(),
        email: Email::parse(request.email)?.as_str().to_lowercase(),
        phone: String::new(),
        password_hash: String::new(),
        password_state: PasswordState::Temporary,
        confirmed: true,
        region_code: RegionCode::parse(request.region)?.as_str().to_owned(),
        asl_code: asl.to_owned(),
        province: String::new(),
        specialization: specialization.to_owned(),
        structure_code: one_line(request.structure, 20)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::db::testing::{TestDb, now};
    use crate::identity::keys::Keys;
    use crate::reference::starter;

    const GOOD: Request<'static> = Request {
        username: " P.Borghetto ",
        surname: "BORGHETTO",
        name: "Paolo",
        fiscal_code: "brgpla59l23m048s",
        email: "Paolo@Example.it",
        region: "050",
        asl: "503",
        specialization: "F",
        structure: "",
    };

    fn passwords() -> Passwords {
        Passwords::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap(), 4).unwrap()
    }

    fn world() -> TestDb {
        let mut db = TestDb::new();
        db.write(|conn| starter::load(conn, now())).unwrap();
        db
    }

    #[tokio::test]
    async fn a_doctor_gets_a_temporary_password() {
        let mut db = world();
        let created = create_doctor(&mut db, &passwords(), &GOOD, now()).unwrap();
        assert_eq!((created.username.as_str(), created.password.len()), ("p.borghetto", 16));
        let user = identity::find_user(&mut db, created.user_id).unwrap().unwrap();
        assert!(user.password_state == PasswordState::Temporary && user.confirmed_at.is_some());
        assert_eq!((user.fiscal_code.as_str(), user.email.as_str()), ("BRGPLA59L23M048S", "paolo@example.it"));
        let verdict = passwords().verify(created.password, Some(user.password_hash)).await.unwrap();
        assert_eq!(verdict, crate::identity::password::Verdict::Right);
        assert!(matches!(create_doctor(&mut db, &passwords(), &GOOD, now()), Err(CreateError::Taken)));
        let again = Request { username: "altro", ..GOOD };
        assert!(matches!(create_doctor(&mut db, &passwords(), &again, now()), Err(CreateError::SamePerson)));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line_and_nothing_is_added() {
        let mut db = world();
        let wrong = [
            (Request { username: "a b", ..GOOD }, "the username takes"),
            (Request { surname: " ", ..GOOD }, "surname and name are needed"),
            (Request { fiscal_code: "BRGPLA59L23M048X", ..GOOD }, "L'ultimo carattere"),
            (Request { email: "a@b", ..GOOD }, "L'indirizzo e-mail"),
            (Request { region: "5", ..GOOD }, "Il codice della regione"),
            (Request { region: "999", ..GOOD }, "there is no region 999"),
            (Request { asl: "5", ..GOOD }, "the ASL code"),
            (Request { asl: "999", ..GOOD }, "there is no ASL 999 in region 050"),
            (Request { specialization: "f", ..GOOD }, "the specialisation"),
        ];
        for (request, text) in wrong {
            let error = create_doctor(&mut db, &passwords(), &request, now()).err().unwrap().to_string();
            assert!(error.starts_with(text) && !error.contains('\n'), "{error}");
        }
        assert!(identity::find_user_by_username(&mut db, "p.borghetto").unwrap().is_none());
    }
}
