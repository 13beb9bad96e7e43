//! What is asked of a patient whom another State insures: what stands on the European card.

use chrono::NaiveDate;

use super::forms::PatientForm;
use super::model::ForeignKind;
use crate::web::forms::FormState;
use kernel::{dates, text};

/// What the card says.
#[derive(Default)]
pub(super) struct Insured {
    pub(super) kind: ForeignKind,
    pub(super) state: String,
    pub(super) institution: String,
    pub(super) number: String,
    pub(super) expires_on: Option<NaiveDate>,
}

/// Reads it; what is wrong goes into `state`, beside its field. A card of the Union has all of it printed; what stands for
/// a card elsewhere may lack all but the State.
pub(super) fn read(form: &PatientForm, state: &mut FormState) -> Result<Insured, ()> {
    let mut wrong = false;
    let mut error = |state: &mut FormState, name: &str, text: &str| {
        state.error(name, text);
        wrong = true;
    };
    let kind = match ForeignKind::from_text(&form.foreign_kind) {
        Some(ForeignKind::Here) | None => ForeignKind::Union,
        Some(kind) => kind,
    };
    let asked = kind == ForeignKind::Union;
    let country = form.foreign_state.trim().to_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        error(state, "foreign_state", "Scrivi lo Stato: le due lettere che sono sulla tessera");
    }
    let mut line = |name: &str, value: &str, missing: &str| match text::one_line(value, 60) {
        // Signs alone are as good as nothing.
        Ok(line) if !line.contains(char::is_alphanumeric) && (asked || !line.is_empty()) => {
            error(state, name, missing);
            line
        }
        Ok(line) => line,
        Err(why) => {
            error(state, name, &why.to_string());
            String::new()
        }
    };
    let institution =
        line("foreign_institution", &form.foreign_institution, "Scrivi l’istituzione: il numero che è sulla tessera");
    let number = line("foreign_number", &form.foreign_number, "Scrivi il numero di identificazione personale");
    let expires_on = match dates::parse_date(&form.card_expires_on) {
        Ok(day) => Some(day),
        Err(_) if form.card_expires_on.trim().is_empty() && !asked => None,
        Err(_) if form.card_expires_on.trim().is_empty() => {
            error(state, "card_expires_on", "Scrivi la scadenza della tessera");
            None
        }
        Err(why) => {
            error(state, "card_expires_on", &why.to_string());
            None
        }
    };
    let insured = Insured { kind, state: country, institution, number, expires_on };
    if wrong { Err(()) } else { Ok(insured) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn card() -> PatientForm {
        PatientForm {
            foreign_state: "fr".into(),
            foreign_institution: "12345 CPAM".into(),
            foreign_number: "1 70 01 75".into(),
            card_expires_on: "31/12/2027".into(),
            ..PatientForm::default()
        }
    }

    fn wrong(form: &PatientForm) -> Vec<String> {
        let mut state = FormState::new();
        assert!(read(form, &mut state).is_err());
        state.errors().iter().map(|error| error.name.clone()).collect()
    }

    #[test]
    fn a_card_of_the_union_has_everything_on_it() {
        let read = read(&card(), &mut FormState::new()).ok().unwrap();
        assert_eq!((read.kind, read.state.as_str()), (ForeignKind::Union, "FR"));
        let all = ["foreign_state", "foreign_institution", "foreign_number", "card_expires_on"];
        assert_eq!(wrong(&PatientForm::default()), all);
        assert_eq!(wrong(&PatientForm { card_expires_on: "31/02/2027".into(), ..card() }), ["card_expires_on"]);
        assert_eq!(wrong(&PatientForm { foreign_state: "FRA".into(), ..card() }), ["foreign_state"]);
        assert_eq!(wrong(&PatientForm { foreign_institution: "!!".into(), ..card() }), ["foreign_institution"]);
        assert_eq!(wrong(&PatientForm { foreign_number: "?".into(), ..card() }), ["foreign_number"]);
    }

    #[test]
    fn what_stands_for_a_card_elsewhere_may_say_less() {
        let form = PatientForm { foreign_kind: "EE".into(), foreign_state: "TN".into(), ..PatientForm::default() };
        let read = read(&form, &mut FormState::new()).ok().unwrap();
        assert_eq!((read.kind, read.expires_on), (ForeignKind::Beyond, None));
    }
}
