//! The invented doctors a new simulator knows, and the file where further ones are kept.
//!
//! The first two are the fictitious identities of the ministry's own test environment; the third is the doctor of the
//! demo. Their passwords protect nothing: they open this simulator only.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Fiscal code, and user name, of the ministry's test doctor.
pub const TEST_HOLDER: &str = "PROVAX00X00X000Y";
/// Fiscal code, and user name, of the ministry's test substitute: its check character is wrong on purpose.
pub const TEST_SUBSTITUTE: &str = "PROVAX00X00X000Z";
/// Password of both.
pub const TEST_PASSWORD: &str = "Salve123";
/// Pin of both.
pub const TEST_PIN: &str = "1234567890";
/// Fiscal code of the ministry's test patient.
pub const TEST_PATIENT: &str = "PNIMRA70A01H501P";
/// Fiscal code, and user name, of the demo's doctor.
pub const DEMO_DOCTOR: &str = "BRGPLA59L23M048S";
/// Password of the demo's doctor at the simulator.
pub const DEMO_PASSWORD: &str = "Simulatore.2026";
/// Pin of the demo's doctor at the simulator.
pub const DEMO_PIN: &str = "0501234567";

/// Name of the file of further doctors, in the simulator's folder.
const FILE: &str = "medici.json";

/// A prescriber the simulator knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doctor {
    /// Sistema TS user.
    pub username: String,
    /// Password.
    pub password: String,
    /// Pin.
    pub pin: String,
    /// Fiscal code.
    pub fiscal_code: String,
    /// Surname.
    pub surname: String,
    /// Name.
    pub name: String,
    /// Region, three digits.
    pub region: String,
    /// ASL, three digits.
    pub asl: String,
    /// Specialisation, one letter.
    #[serde(default = "general_practitioner")]
    pub specialisation: String,
    /// Structure, where the region registered one.
    #[serde(default)]
    pub structure: String,
}

fn general_practitioner() -> String {
    "F".to_owned()
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Doctor {
    fn invented(code: &str, password: &str, pin: &str, name: (&str, &str), place: (&str, &str)) -> Self {
        Self {
            username: code.to_owned(),
            password: password.to_owned(),
            pin: pin.to_owned(),
            fiscal_code: code.to_owned(),
            surname: name.0.to_owned(),
            name: name.1.to_owned(),
            region: place.0.to_owned(),
            asl: place.1.to_owned(),
            specialisation: general_practitioner(),
            structure: String::new(),
        }
    }
}

/// The doctors every simulator starts with.
pub fn built_in() -> Vec<Doctor> {
    vec![
        Doctor::invented(TEST_HOLDER, TEST_PASSWORD, TEST_PIN, ("PRO", "VA"), ("130", "201")),
        Doctor::invented(TEST_SUBSTITUTE, TEST_PASSWORD, TEST_PIN, ("PRO", "VA"), ("130", "201")),
        Doctor::invented(DEMO_DOCTOR, DEMO_PASSWORD, DEMO_PIN, ("BORGHETTO", "PAOLO"), ("050", "204")),
    ]
}

/// All the doctors known, by user name.
#[derive(Debug)]
pub struct Directory {
    file: PathBuf,
    added: Vec<Doctor>,
    doctors: Vec<Doctor>,
}

impl Directory {
    /// The built-in doctors and those of the folder's file, if there is one.
    /// Fails when the file exists and cannot be read or understood.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let file = folder.join(FILE);
        let added = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut directory = Self { file, added: Vec::new(), doctors: built_in() };
        for doctor in added {
            directory.put(&doctor);
        }
        Ok(directory)
    }

    /// Adds a doctor, or replaces the one of the same user name, and keeps him in the file.
    /// Fails when the file cannot be written.
    pub fn add(&mut self, doctor: &Doctor) -> io::Result<()> {
        self.put(doctor);
        let draft = self.file.with_extension("json.new");
        std::fs::write(&draft, serde_json::to_vec_pretty(&self.added)?)?;
        std::fs::rename(draft, &self.file)
    }

    fn put(&mut self, doctor: &Doctor) {
        for list in [&mut self.added, &mut self.doctors] {
            list.retain(|known| known.username != doctor.username);
            list.push(doctor.clone());
        }
    }

    /// The doctor of a user name.
    pub fn user(&self, username: &str) -> Option<&Doctor> {
        self.doctors.iter().find(|doctor| doctor.username == username)
    }

    /// The doctor of a fiscal code.
    pub fn person(&self, fiscal_code: &str) -> Option<&Doctor> {
        self.doctors.iter().find(|doctor| doctor.fiscal_code == fiscal_code)
    }
}
