//! What is known of a patient, and the rules that need no database.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

pub use super::foreign::ForeignKind;
use crate::db::schema::patients;
use crate::text_enum;
use kernel::wording::{counted, listed_name};
use kernel::{dates, folding};

text_enum!(
    /// Who pays for the doctor's work.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    Category {
        /// On the doctor's list for the health service (SSN).
        #[default]
        Ssn = "ssn",
        /// Private.
        Private = "private",
    }
);

impl Category {
    /// As the screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ssn => "SSN",
            Self::Private => "Privato",
        }
    }
}

text_enum!(
    /// Whether the patient is still the doctor's.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    Status {
        /// In charge.
        #[default]
        Active = "active",
        /// Chose another doctor (revocato).
        Revoked = "revoked",
        /// Deceased.
        Deceased = "deceased",
    }
);

impl Status {
    /// As the screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "In carico",
            Self::Revoked => "Revocato",
            Self::Deceased => "Deceduto",
        }
    }
}

/// What a person writes in the registry: everything but keys, search columns and who wrote it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = patients, treat_none_as_null = true)]
pub struct PatientValues {
    /// Surname, as written.
    pub surname: String,
    /// Name, as written.
    pub name: String,
    /// `M` or `F`.
    pub sex: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Cadastral code of the birthplace.
    pub birthplace_code: String,
    /// Birthplace in words.
    pub birthplace: String,
    /// Fiscal code.
    pub fiscal_code: String,
    /// Street and number.
    pub address: String,
    /// Postal code (CAP).
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Province sign.
    pub province: String,
    /// ASL of residence, three digits.
    pub asl_code: String,
    /// Telephone.
    pub phone: String,
    /// Mobile telephone.
    pub mobile: String,
    /// E-mail address.
    pub email: String,
    /// Who pays.
    pub category: Category,
    /// Whether still the doctor's.
    pub status: Status,
    /// Since when.
    pub status_since: Option<NaiveDate>,
    /// Who insures the patient, when it is another State; the number of the card is then the code.
    #[serde(default)]
    pub foreign_kind: ForeignKind,
    /// That State, as the card writes it.
    #[serde(default)]
    pub foreign_state: String,
    /// The institution that insures.
    #[serde(default)]
    pub foreign_institution: String,
    /// The patient's number there.
    #[serde(default)]
    pub foreign_number: String,
    /// Last day of the card.
    #[serde(default)]
    pub card_expires_on: Option<NaiveDate>,
}

impl PatientValues {
    /// Label and text of each field, in the order of the form.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Cognome", self.surname.clone()),
            ("Nome", self.name.clone()),
            ("Codice fiscale", self.fiscal_code.clone()),
            ("Sesso", self.sex.clone()),
            ("Data di nascita", dates::long(self.birth_date)),
            ("Luogo di nascita", self.birthplace.clone()),
            ("Indirizzo", self.address.clone()),
            ("CAP", self.postal_code.clone()),
            ("Comune", self.city.clone()),
            ("Provincia", self.province.clone()),
            ("ASL", self.asl_code.clone()),
            ("Telefono", self.phone.clone()),
            ("Cellulare", self.mobile.clone()),
            ("E-mail", self.email.clone()),
            ("Categoria", self.category.label().to_owned()),
            ("Stato", self.status.label().to_owned()),
            ("Stato dal", self.status_since.map(dates::long).unwrap_or_default()),
            ("Assicurato da", self.foreign_kind.label().to_owned()),
            ("Stato estero", self.foreign_state.clone()),
            ("Istituzione competente", self.foreign_institution.clone()),
            ("Numero di identificazione personale", self.foreign_number.clone()),
            ("Scadenza della tessera", self.card_expires_on.map(dates::long).unwrap_or_default()),
        ]
    }

    /// The fields that differ: label, text here, text in `other`.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let pairs = self.lines().into_iter().zip(other.lines());
        pairs.filter(|(a, b)| a != b).map(|((label, here), (_, there))| (label, here, there)).collect()
    }

    /// Folded surname and name: order and search.
    pub fn search_key(&self) -> String {
        folding::person_key(&self.surname, &self.name)
    }

    /// First letters of surname and name.
    pub fn initials(&self) -> String {
        folding::initials(&self.surname, &self.name)
    }

    /// Year of birth, as its column keeps it.
    pub fn birth_year(&self) -> i64 {
        i64::from(self.birth_date.year())
    }
}

/// A patient of an archive.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = patients)]
pub struct Patient {
    /// Key.
    pub id: i64,
    /// Order within the archive.
    pub search_key: String,
    /// What is written in the registry.
    #[diesel(embed)]
    pub values: PatientValues,
    /// Grows by one with each change.
    pub revision: i64,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
    /// User who made it.
    pub updated_by: i64,
}

/// A person stays out of the log.
impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A person stays out of the log.
impl fmt::Debug for PatientValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientValues(..)")
    }
}

impl Patient {
    /// `SACCAVINI Claudio`.
    pub fn display_name(&self) -> String {
        listed_name(&self.values.surname.to_uppercase(), &self.values.name)
    }

    /// `M · 53 anni`.
    pub fn sex_age(&self, today: NaiveDate) -> String {
        format!("{} · {}", self.values.sex, age_label(self.values.birth_date, today))
    }

    /// `nato il 30/05/1963`.
    pub fn born(&self) -> String {
        let born = if self.values.sex == "F" { "nata" } else { "nato" };
        format!("{born} il {}", dates::long(self.values.birth_date))
    }

    /// What the banner warns of: `Deceduto`, `Revocato`, `Privato`; empty for an ordinary patient.
    pub fn warning(&self) -> &'static str {
        match (self.values.status, self.values.category) {
            (Status::Active, Category::Ssn) => "",
            (Status::Active, category) => category.label(),
            (status, _) => status.label(),
        }
    }

    /// `Via Roma 11, 33100 Udine (UD)`; empty parts left out.
    pub fn full_address(&self) -> String {
        let v = &self.values;
        let province = if v.province.is_empty() { String::new() } else { format!("({})", v.province) };
        let town = [v.postal_code.as_str(), &v.city, &province];
        let town = town.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
        [v.address.as_str(), &town].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
    }

    /// `FR · 12345 CPAM · 1 70 01 75 · tessera fino al 31/12/27`, for whom another State insures.
    fn insured_elsewhere(&self) -> String {
        let v = &self.values;
        let until = v.card_expires_on.map(|day| format!("tessera fino al {}", dates::short(day))).unwrap_or_default();
        let parts = [v.foreign_state.clone(), v.foreign_institution.clone(), v.foreign_number.clone(), until];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Registry lines for the banner: label and text, only those that say something.
    pub fn details(&self) -> Vec<(String, String)> {
        let v = &self.values;
        let lines = [
            ("Luogo di nascita", v.birthplace.clone()),
            ("Indirizzo", self.full_address()),
            ("ASL", v.asl_code.clone()),
            ("Assicurato altrove", self.insured_elsewhere()),
            ("Telefono", v.phone.clone()),
            ("Cellulare", v.mobile.clone()),
            ("E-mail", v.email.clone()),
        ];
        lines.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| (label.to_owned(), text)).collect()
    }
}

/// `53 anni`, `1 anno`, and months below the first year.
pub fn age_label(birth: NaiveDate, today: NaiveDate) -> String {
    match dates::age(birth, today) {
        0 => {
            let months = (today.year() - birth.year()) * 12 + i32::try_from(today.month()).unwrap_or(0)
                - i32::try_from(birth.month()).unwrap_or(0)
                - i32::from(today.day() < birth.day());
            counted(u32::try_from(months).unwrap_or(0), "mese", "mesi")
        }
        years => counted(years, "anno", "anni"),
    }
}

/// Which patients the search shows (Mostra).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// In charge for the health service.
    #[default]
    ActiveSsn,
    /// In charge.
    Active,
    /// Gone to another doctor.
    Revoked,
    /// Deceased.
    Deceased,
    /// All.
    All,
}

impl Show {
    /// Every choice with the word posted and the text shown.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::ActiveSsn, "ssn", "Attivi SSN"),
        (Self::Active, "attivi", "Attivi"),
        (Self::Revoked, "revocati", "Revocati"),
        (Self::Deceased, "deceduti", "Deceduti"),
        (Self::All, "tutti", "Tutti"),
    ];

    /// The choice of a posted word; the default for any other.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map_or(Self::default(), |(show, ..)| *show)
    }

    /// Whether a patient is among those shown.
    pub fn admits(self, patient: &PatientValues) -> bool {
        match self {
            Self::ActiveSsn => patient.status == Status::Active && patient.category == Category::Ssn,
            Self::Active => patient.status == Status::Active,
            Self::Revoked => patient.status == Status::Revoked,
            Self::Deceased => patient.status == Status::Deceased,
            Self::All => true,
        }
    }

    /// Word and text.
    pub fn words(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(show, ..)| *show == self).map_or(("", ""), |(_, word, text)| (word, text))
    }
}

/// Where the search looks (Cerca in).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LookIn {
    /// The whole archive.
    #[default]
    Archive,
    /// The patients opened last.
    Recent,
    /// Those opened today.
    Today,
}

impl LookIn {
    /// Every choice with the word posted and the text shown.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Archive, "archivio", "Archivio completo"),
        (Self::Recent, "ultimi", "Ultimi aperti"),
        (Self::Today, "oggi", "Visti oggi"),
    ];

    /// The choice of a posted word; the default for any other.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map_or(Self::default(), |(place, ..)| *place)
    }

    /// Word and text.
    pub fn words(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(place, ..)| *place == self).map_or(("", ""), |(_, word, text)| (word, text))
    }
}

/// A sign no name has: digits, bullets, what is left of a letter of another alphabet. An accented capital after a small
/// letter is what an accent of another alphabet becomes (`NoŠ`).
pub fn odd_sign(name: &str) -> Option<char> {
    let mut small_before = false;
    name.chars().find(|c| {
        let odd = !(c.is_alphabetic() || " '’‘`´ʼ-‐–.·".contains(*c));
        let misplaced = small_before && c.is_uppercase() && !c.is_ascii();
        small_before = c.is_lowercase();
        odd || misplaced
    })
}

/// Writes a name that came all in capitals with only its initials so: lists of the ASL are in capitals, screens are not.
pub fn given_name(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let mut start = true;
    let lower = |c: char| {
        let letter = if start { c.to_string() } else { c.to_lowercase().to_string() };
        start = !c.is_alphanumeric();
        letter
    };
    text.chars().map(lower).collect()
}
