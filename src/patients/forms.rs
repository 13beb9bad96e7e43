//! What the browser posts, and how it becomes registry data.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::insured::{self, Insured};
use super::model::{Category, PatientValues, Status, given_name};
use crate::web::forms::FormState;
use kernel::email::Email;
use kernel::fiscal_code::{FiscalCode, Sex};
use kernel::patient_code::PatientCode;
use kernel::{dates, text};

/// The search box and its two filters.
#[derive(Debug, Deserialize)]
pub struct SearchForm {
    /// The text.
    #[serde(default)]
    pub q: String,
    /// Word of `Show`.
    #[serde(default)]
    pub mostra: String,
    /// Word of `LookIn`.
    #[serde(default)]
    pub dove: String,
}

/// Registry data as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PatientForm {
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub sex: String,
    pub birth_date: String,
    pub birthplace: String,
    pub address: String,
    pub postal_code: String,
    pub city: String,
    pub province: String,
    pub asl_code: String,
    pub phone: String,
    pub mobile: String,
    pub email: String,
    pub category: String,
    pub status: String,
    pub status_since: String,
    pub foreign_kind: String,
    pub foreign_state: String,
    pub foreign_institution: String,
    pub foreign_number: String,
    pub card_expires_on: String,
    /// Version the form was opened on.
    pub revision: i64,
    /// The warnings were read.
    pub confirmed: String,
    /// Which button: `decode` only reads the fiscal code.
    pub action: String,
}

impl PatientForm {
    /// The form of a patient.
    pub fn of(values: &PatientValues, revision: i64) -> Self {
        let v = values.clone();
        Self {
            surname: v.surname,
            name: v.name,
            fiscal_code: v.fiscal_code,
            sex: v.sex,
            birth_date: dates::iso(v.birth_date),
            birthplace: v.birthplace,
            address: v.address,
            postal_code: v.postal_code,
            city: v.city,
            province: v.province,
            asl_code: v.asl_code,
            phone: v.phone,
            mobile: v.mobile,
            email: v.email,
            category: v.category.as_str().to_owned(),
            status: v.status.as_str().to_owned(),
            status_since: v.status_since.map(dates::iso).unwrap_or_default(),
            foreign_kind: v.foreign_kind.as_str().to_owned(),
            foreign_state: v.foreign_state,
            foreign_institution: v.foreign_institution,
            foreign_number: v.foreign_number,
            card_expires_on: v.card_expires_on.map(dates::iso).unwrap_or_default(),
            revision,
            confirmed: String::new(),
            action: String::new(),
        }
    }

    /// Puts what the fiscal code says into the fields left empty; returns the code, if it is one. What stands for a fiscal
    /// code says nothing.
    pub fn complete(&mut self, today: NaiveDate) -> Option<FiscalCode> {
        let code = PatientCode::parse(&self.fiscal_code).ok()?;
        code.as_str().clone_into(&mut self.fiscal_code);
        let code = code.fiscal()?.clone();
        if self.sex.is_empty() {
            code.sex().code().clone_into(&mut self.sex);
        }
        if self.birth_date.trim().is_empty() {
            self.birth_date = dates::iso(code.birth_date(today));
        }
        Some(code)
    }

    /// Puts what the fiscal code says in place of whatever stood there: what an earlier code had filled in would
    /// contradict this one. A birth date the code agrees with stays, for its century. `birthplace` is the place's name,
    /// empty when no list knows it.
    pub fn replace(&mut self, code: &FiscalCode, birthplace: &str, today: NaiveDate) {
        code.sex().code().clone_into(&mut self.sex);
        if !dates::parse_date(&self.birth_date).is_ok_and(|date| code.matches_birth_date(date)) {
            self.birth_date = dates::iso(code.birth_date(today));
        }
        birthplace.clone_into(&mut self.birthplace);
    }

    /// Reads every field; what is wrong goes into `state`. `None` when anything is.
    pub fn read(&self, state: &mut FormState, today: NaiveDate) -> Option<PatientValues> {
        let mut fields = Fields { state, wrong: false };
        let surname = fields.line("surname", &self.surname, 60, "Scrivi il cognome");
        let name = given_name(&fields.line("name", &self.name, 60, "Scrivi il nome"));
        let code = fields.keep("fiscal_code", PatientCode::parse(&self.fiscal_code));
        let sex = Sex::from_code(&self.sex);
        let birth_date = if self.birth_date.trim().is_empty() {
            fields.error("birth_date", "Scrivi la data di nascita");
            None
        } else {
            fields.keep("birth_date", dates::parse_date(&self.birth_date))
        };
        if let Some(code) = code.as_ref().and_then(PatientCode::fiscal) {
            fields.agree(code, sex, birth_date);
        } else if sex.is_none() {
            fields.error("sex", "Scegli il sesso");
        }
        if birth_date.is_some_and(|date| date > today) {
            fields.error("birth_date", "La data di nascita è nel futuro");
        }
        let (postal_code, province) = (fields.postal_code(&self.postal_code), fields.province(&self.province));
        let asl_code = fields.asl(&self.asl_code);
        let status = Status::from_text(&self.status).unwrap_or_default();
        let status_since = fields.since(&self.status_since, status, today);
        let insured = fields.insured(self, code.as_ref());
        let (phone, mobile) = (fields.phone("phone", &self.phone), fields.phone("mobile", &self.mobile));
        let values = PatientValues {
            surname,
            name,
            sex: sex.map_or("", Sex::code).to_owned(),
            birth_date: birth_date.unwrap_or_default(),
            birthplace_code: code
                .as_ref()
                .and_then(PatientCode::fiscal)
                .map(FiscalCode::birthplace_code)
                .unwrap_or_default(),
            birthplace: fields.line("birthplace", &self.birthplace, 80, ""),
            fiscal_code: code.as_ref().map_or("", PatientCode::as_str).to_owned(),
            address: fields.line("address", &self.address, 100, ""),
            postal_code,
            city: fields.line("city", &self.city, 60, ""),
            province,
            asl_code,
            phone,
            mobile,
            email: fields.email(&self.email),
            category: Category::from_text(&self.category).unwrap_or_default(),
            status,
            status_since,
            foreign_kind: insured.kind,
            foreign_state: insured.state,
            foreign_institution: insured.institution,
            foreign_number: insured.number,
            card_expires_on: insured.expires_on,
        };
        (!fields.wrong).then_some(values)
    }
}

/// Reads fields one by one, noting what is wrong.
struct Fields<'a> {
    state: &'a mut FormState,
    wrong: bool,
}

impl Fields<'_> {
    fn error(&mut self, name: &str, text: &str) {
        self.state.error(name, text);
        self.wrong = true;
    }

    fn keep<T, E: std::fmt::Display>(&mut self, name: &str, read: Result<T, E>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(name, &error.to_string());
                None
            }
        }
    }

    fn line(&mut self, name: &str, value: &str, max: usize, missing: &str) -> String {
        let line = self.keep(name, text::one_line(value, max)).unwrap_or_default();
        if !missing.is_empty() && line.is_empty() {
            self.error(name, missing);
        }
        line
    }

    /// What is stated must not contradict the fiscal code.
    fn agree(&mut self, code: &FiscalCode, sex: Option<Sex>, birth_date: Option<NaiveDate>) {
        if sex.is_none() {
            self.error("sex", "Scegli il sesso");
        } else if sex != Some(code.sex()) {
            self.error("sex", "Non è il sesso scritto nel codice fiscale: controlla l'uno o l'altro");
        }
        if birth_date.is_some_and(|date| !code.matches_birth_date(date)) {
            self.error("birth_date", "Non è la data scritta nel codice fiscale: controlla l'una o l'altro");
        }
    }

    fn postal_code(&mut self, value: &str) -> String {
        let value = value.trim();
        if !value.is_empty() && (value.len() != 5 || !value.chars().all(|c| c.is_ascii_digit())) {
            self.error("postal_code", "Il CAP ha 5 cifre");
        }
        value.to_owned()
    }

    fn province(&mut self, value: &str) -> String {
        let value = value.trim().to_uppercase();
        if !value.is_empty() && (value.len() != 2 || !value.chars().all(|c| c.is_ascii_uppercase())) {
            self.error("province", "Scrivi la sigla della provincia: 2 lettere");
        }
        value
    }

    fn asl(&mut self, value: &str) -> String {
        let value = value.trim();
        if !value.is_empty() && (value.len() != 3 || !value.chars().all(|c| c.is_ascii_digit())) {
            self.error("asl_code", "Il codice dell'ASL ha 3 cifre");
        }
        value.to_owned()
    }

    fn phone(&mut self, name: &str, value: &str) -> String {
        let value = self.line(name, value, 30, "");
        if !value.chars().all(|c| c.is_ascii_digit() || "+-./() ".contains(c)) {
            self.error(name, "Scrivi il numero con sole cifre, spazi e +");
        }
        value
    }

    fn email(&mut self, value: &str) -> String {
        if value.trim().is_empty() {
            return String::new();
        }
        self.keep("email", Email::parse(value)).map(|email| email.as_str().to_owned()).unwrap_or_default()
    }

    /// Of whom another State insures, what stands on the card; of the others nothing.
    fn insured(&mut self, form: &PatientForm, code: Option<&PatientCode>) -> Insured {
        if !code.is_some_and(PatientCode::is_card) {
            return Insured::default();
        }
        insured::read(form, self.state).unwrap_or_else(|()| {
            self.wrong = true;
            Insured::default()
        })
    }

    /// Since when revoked or deceased: today when left empty, nothing for who is in charge.
    fn since(&mut self, value: &str, status: Status, today: NaiveDate) -> Option<NaiveDate> {
        if status == Status::Active {
            return None;
        }
        if value.trim().is_empty() {
            return Some(today);
        }
        let since = self.keep("status_since", dates::parse_date(value));
        if since.is_some_and(|date| date > today) {
            self.error("status_since", "La data è nel futuro");
        }
        since
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2016, 11, 19).unwrap()
    }

    fn claudio() -> PatientForm {
        PatientForm {
            surname: "Saccavini".into(),
            name: "CLAUDIO".into(),
            fiscal_code: "sccCLD63e30 L483q".into(),
            ..PatientForm::default()
        }
    }

    fn errors(form: &PatientForm) -> Vec<(String, String)> {
        let mut state = FormState::of(form);
        assert!(form.read(&mut state, today()).is_none());
        state.errors().iter().map(|e| (e.name.clone(), e.text.clone())).collect()
    }

    #[test]
    fn the_fiscal_code_fills_what_is_empty() {
        let mut form = claudio();
        form.complete(today()).unwrap();
        let values = form.read(&mut FormState::of(&form), today()).unwrap();
        assert_eq!((values.sex.as_str(), values.birthplace_code.as_str()), ("M", "L483"));
        assert_eq!(values.birth_date, NaiveDate::from_ymd_opt(1963, 5, 30).unwrap());
        assert_eq!((values.fiscal_code.as_str(), values.name.as_str()), ("SCCCLD63E30L483Q", "Claudio"));
        assert_eq!((values.category, values.status, values.status_since), (Category::Ssn, Status::Active, None));
    }

    #[test]
    fn a_birth_date_of_another_century_is_believed() {
        let mut form = claudio();
        form.birth_date = "30/05/1863".into();
        form.complete(today()).unwrap();
        assert_eq!(form.read(&mut FormState::of(&form), today()).unwrap().birth_year(), 1863);
    }

    #[test]
    fn a_second_reading_replaces_the_first() {
        let mut form = claudio();
        form.complete(today()).unwrap();
        form.birthplace = "Udine (UD)".into();
        let other = FiscalCode::parse("RSSMRA50A41H501S").unwrap();
        form.replace(&other, "Roma (RM)", today());
        let read = (form.sex.as_str(), form.birth_date.as_str(), form.birthplace.as_str());
        assert_eq!(read, ("F", "1950-01-01", "Roma (RM)"));
        form.birth_date = "01/01/1850".into();
        form.replace(&other, "", today());
        assert_eq!((form.birth_date.as_str(), form.birthplace.as_str()), ("01/01/1850", ""));
    }

    #[test]
    fn contradictions_are_named() {
        let mut form = PatientForm { sex: "F".into(), birth_date: "31/05/1963".into(), ..claudio() };
        form.complete(today()).unwrap();
        let names: Vec<_> = errors(&form).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["sex", "birth_date"]);
    }

    #[test]
    fn each_wrong_field_says_what_to_do() {
        let form = PatientForm {
            fiscal_code: "SCCCLD63E30L483".into(),
            birth_date: "2017-01-01".into(),
            sex: "M".into(),
            name: "Ugo\nBcc: x".into(),
            postal_code: "3310".into(),
            province: "Udine".into(),
            asl_code: "20".into(),
            mobile: "casa".into(),
            email: "a@b".into(),
            status: "deceased".into(),
            status_since: "20/11/2016".into(),
            ..PatientForm::default()
        };
        let found = errors(&form);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "surname",
                "name",
                "fiscal_code",
                "birth_date",
                "postal_code",
                "province",
                "asl_code",
                "status_since",
                "mobile",
                "email"
            ]
        );
        assert!(found.iter().any(|(_, text)| text.contains("qui sono 15")));
    }
}
