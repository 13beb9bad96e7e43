//! What the list of deliveries is narrowed to. It may hold a name, so it is posted, and travels sealed in the address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::db::{Db, Owner};
use crate::delivery::model::Narrow;
use crate::identity::sealing::{Place, Sealer};
use crate::patients::model::Show;
use crate::patients::queries::{Search, search};
use crate::prescriptions::model::Channel;
use crate::web::forms::FormState;
use kernel::patient_query::PatientQuery;
use kernel::{dates, text};

/// Longest text of the search box.
const LONGEST: usize = 60;

/// Posted by the filters of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct FilterForm {
    /// Name or fiscal code of a patient.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cerca: String,
    /// A way.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub canale: String,
    /// Who asked for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub autore: String,
    /// Asked for on this day or later.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub dal: String,
    /// Asked for on this day or before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub al: String,
    /// The one patient whose record one comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub paziente: String,
    /// The tab.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vista: String,
}

impl FilterForm {
    const fn place(user: i64) -> Place<'static> {
        Place { column: "deliveries.filter", row: user }
    }

    /// Seals it for one user; empty when there is nothing to seal.
    pub fn seal(&self, sealer: &Sealer, user: i64) -> String {
        let kept = Self { vista: String::new(), ..self.clone() };
        if kept == Self::default() {
            return String::new();
        }
        let plain = serde_json::to_vec(&kept).unwrap_or_default();
        sealer.seal(Self::place(user), &plain).map(|sealed| URL_SAFE_NO_PAD.encode(sealed)).unwrap_or_default()
    }

    /// Opens what [`FilterForm::seal`] made for the same user; anything else narrows nothing.
    pub fn open(sealer: &Sealer, user: i64, sealed: &str) -> Self {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok().and_then(|bytes| sealer.open(Self::place(user), &bytes).ok());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// The one patient.
    pub fn patient(&self) -> Option<i64> {
        self.paziente.parse().ok()
    }

    /// What of it the columns say, and what is wrong into `state`. The patients are looked for in the database.
    pub fn narrow(&self, state: &mut FormState) -> Narrow {
        let mut day = |name: &str, value: &str| -> Option<NaiveDate> {
            if value.trim().is_empty() {
                return None;
            }
            let day = dates::parse_date(value).ok();
            if day.is_none() {
                state.error(name, "Scrivi una data, ad esempio 19/11/2026");
            }
            day
        };
        let (from, until) = (day("dal", &self.dal), day("al", &self.al));
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            state.error("al", "Questa data viene prima dell’altra");
        }
        if let Err(problem) = text::one_line(&self.cerca, LONGEST) {
            state.error("cerca", problem.to_string());
        }
        Narrow {
            patients: self.patient().map(|patient| vec![patient]),
            channel: Channel::from_text(&self.canale),
            author: self.autore.parse().ok(),
            from: from.map(dates::day_start),
            until: until.and_then(|day| day.checked_add_days(Days::new(1))).map(dates::day_start),
        }
    }

    /// The patients that the text means, and whether there are more than are looked at; `None` when there is no text.
    pub fn find(&self, conn: &mut Db, owner: Owner) -> diesel::QueryResult<Option<(Vec<i64>, bool)>> {
        let typed = self.cerca.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let Some(query) = PatientQuery::parse(typed) else { return Ok(Some((Vec::new(), false))) };
        let found = search(conn, owner, &Search { query: Some(&query), show: Show::All, among: None, after: None })?;
        Ok(Some((found.patients.iter().map(|patient| patient.id).collect(), found.more)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::identity::keys::Keys;
    use crate::web::paths;

    #[test]
    fn the_address_says_nothing_and_opens_for_its_user_alone() {
        let sealer = Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap());
        let form = FilterForm { cerca: "S".repeat(LONGEST), dal: "19/11/2026".into(), ..FilterForm::default() };
        let sealed = form.seal(&sealer, 7);
        assert!(!sealed.contains("SSSS") && FilterForm::open(&sealer, 7, &sealed) == form);
        assert_eq!(FilterForm::open(&sealer, 8, &sealed), FilterForm::default());
        let address = format!("{}?vista=attenzione&c={sealed}", paths::deliveries());
        assert!(paths::safe_next(&address).is_some(), "one can come back to it");
        assert_eq!(FilterForm { vista: "fatte".into(), ..FilterForm::default() }.seal(&sealer, 7), "");
    }

    #[test]
    fn days_are_whole_and_in_order() {
        let form = |dal: &str, al: &str| FilterForm { dal: dal.into(), al: al.into(), ..FilterForm::default() };
        let mut state = FormState::new();
        let narrow = form("19/11/2026", "2026-11-19").narrow(&mut state);
        assert!(!state.is_invalid());
        assert_eq!((narrow.until.unwrap() - narrow.from.unwrap()).num_hours(), 24);
        for (dal, al, wrong) in [("ieri", "", "dal"), ("", "32/1/2026", "al"), ("2/1/2026", "1/1/2026", "al")] {
            let mut state = FormState::new();
            form(dal, al).narrow(&mut state);
            assert!(state.is_wrong(wrong), "{dal} {al}");
        }
    }
}
