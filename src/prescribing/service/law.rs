//! What the law has on one day for one doctor: limits, notes, narcotics, motives, all rows with days. Read once, whether
//! for a basket or for what waits to be sent.

use std::sync::Arc;

use chrono::NaiveDate;
use diesel::QueryResult;

use crate::db::{Db, Owner};
use crate::formulary::model::{Package, Supply};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::find_doctor;
use crate::prescribing::rules::limits::{Counted, LimitRule, Limits};
use crate::prescribing::rules::narcotic::Case;
use crate::prescriptions::model::NewItem;
use crate::reference::books::{Books, books};
use crate::reference::model::{PrescribingLimit, SubstitutionMotive, limit};
use crate::reference::narcotics::Narcotic;
use crate::reference::notes::{NoteBook, Noted};
use kernel::plan::{self, Standing};

/// The law of the day.
pub(super) struct Law {
    pub(super) today: NaiveDate,
    pub(super) limits: Limits,
    /// The doctor it is asked for; `None` without professional data.
    pub(super) doctor: Option<(User, DoctorProfile)>,
    books: Arc<Books>,
    phone: String,
    address: String,
}

impl Law {
    pub(super) fn load(conn: &mut Db, owner: Owner, today: NaiveDate) -> QueryResult<Self> {
        let doctor = find_doctor(conn, owner.id())?;
        let books = books(conn, today)?;
        let profile = doctor.as_ref().map(|(_, profile)| profile);
        let region = profile.map_or("", |profile| profile.region_code.as_str());
        let limits = books.limits.iter().filter(|row| row.holds_in(region)).filter_map(rule);
        Ok(Self {
            limits: Limits::on(today, limits),
            // On the prescription it is one line.
            phone: profile.map(|profile| one_line(&profile.surgery_phone)).unwrap_or_default(),
            address: profile.map(|profile| one_line(&profile.surgery_address)).unwrap_or_default(),
            doctor,
            books,
            today,
        })
    }

    /// AIFA's notes.
    pub(super) fn notes(&self) -> &NoteBook {
        &self.books.notes
    }

    /// The motives for refusing substitution.
    pub(super) fn motives(&self) -> &[SubstitutionMotive] {
        &self.books.motives
    }

    /// What is known of a drug as a narcotic; the formulary in use may know how it is supplied.
    pub(super) fn narcotic(&self, drug: Noted<'_>, package: Option<&Package>) -> Option<Narcotic> {
        self.books.narcotics.of_drug(drug, package.is_some_and(|package| package.supply == Supply::Special))
    }

    /// What is asked about a narcotic.
    pub(super) fn case<'a>(&'a self, narcotic: &'a Narcotic, for_pain: bool, posology: &'a str) -> Case<'a> {
        Case { narcotic, for_pain, posology, phone: &self.phone, address: &self.address }
    }

    /// What a motive says today; empty when it does not hold.
    pub(super) fn motive(&self, code: &str) -> String {
        self.motives().iter().find(|row| row.code == code).map(|row| row.description.clone()).unwrap_or_default()
    }

    /// Whether a motive holds no more. An empty table has no say.
    pub(super) fn is_motive_over(&self, code: &str) -> bool {
        !self.motives().is_empty() && self.motives().iter().all(|row| row.code != code)
    }

    /// How the plan of a row stands.
    pub(super) fn plan(&self, item: &NewItem) -> Standing {
        plan::standing(&item.plan_protocol, item.plan_ends_on, self.today)
    }
}

/// That a chosen motive holds no more.
pub(super) fn motive_over(code: &str) -> String {
    format!("Il motivo {code} della non sostituibilità non vale più: scegline un altro.")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rule(row: &PrescribingLimit) -> Option<LimitRule> {
    let counted = match row.kind.as_str() {
        limit::PACKS => Counted::Packs,
        limit::DAYS => Counted::Days,
        _ => return None,
    };
    Some(LimitRule {
        category: row.category.clone(),
        counted,
        most: u32::try_from(row.max_total).ok()?,
        max_rows: u32::try_from(row.max_rows).ok()?,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    })
}
