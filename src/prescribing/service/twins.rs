//! The same drug twice: what waits for the doctor beside what else waits, or is on its way, for the same patient.

use super::recheck::Waiting;
use crate::prescribing::queries::UnderWay;
use crate::prescriptions::model::{NewItem, State};
use kernel::folding;

/// That another prescription of the patient has the same package, or the same active substance, in words; the package
/// says more. What one sending was split into by law is no double.
pub(super) fn of(one: &Waiting<'_>, item: &NewItem, under_way: &[UnderWay]) -> Option<String> {
    let sending = under_way.iter().find(|row| row.prescription == one.id).map(|row| row.submission.as_str());
    let sending = sending.filter(|sending| !sending.is_empty());
    let others = || {
        under_way.iter().filter(move |row| {
            row.patient == one.patient && row.prescription != one.id && Some(row.submission.as_str()) != sending
        })
    };
    let package = others().find(|row| !item.aic.is_empty() && row.aic == item.aic);
    if let Some(twin) = package {
        return Some(match twin.state {
            State::Pending => "Doppia: la stessa confezione aspetta anche in un’altra ricetta del paziente.".to_owned(),
            _ => "Doppia: la stessa confezione è già in una ricetta del paziente in corso di invio.".to_owned(),
        });
    }
    let substance = others().find(|row| same_substance(item, row))?;
    let label = &substance.label;
    Some(match substance.state {
        State::Pending => format!("Stesso principio attivo di {label}, che aspetta in un’altra ricetta del paziente."),
        _ => format!("Stesso principio attivo di {label}, già in una ricetta del paziente in corso di invio."),
    })
}

fn same_substance(item: &NewItem, other: &UnderWay) -> bool {
    let group = !item.group_code.is_empty() && item.group_code == other.group_code;
    let atc = item.atc.len() == 7 && item.atc == other.atc;
    let substance = folding::fold(&item.substance);
    group || atc || (!substance.is_empty() && substance == folding::fold(&other.substance))
}
