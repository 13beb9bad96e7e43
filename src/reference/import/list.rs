//! A list as a value: read from the database, compared, merged, put away.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use diesel::prelude::*;
use serde::Serialize;

use super::Kind;
use super::parse::{Parsed, with_headings};
use crate::db::Db;
use crate::db::schema::{
    aifa_notes, birthplaces, diagnoses, exemption_diagnoses, exemptions, local_health_units, narcotics,
    prescribing_limits, regions, services, substitution_motives,
};
use crate::reference::changes::{Entries, Entry};
use crate::reference::model::{
    Birthplace, Diagnosis, Exemption, ExemptionDiagnosis, HealthUnit, PrescribingLimit, Region, Service,
    SubstitutionMotive,
};
use crate::reference::narcotics::NarcoticRow;
use crate::reference::notes::AifaNote;

/// The list as the database has it.
pub(super) fn current(db: &mut Db, kind: Kind) -> QueryResult<Parsed> {
    Ok(match kind {
        Kind::Regions => Parsed::Regions(regions::table.select(Region::as_select()).load(db)?),
        Kind::HealthUnits => Parsed::HealthUnits(local_health_units::table.select(HealthUnit::as_select()).load(db)?),
        Kind::Birthplaces => Parsed::Birthplaces(birthplaces::table.select(Birthplace::as_select()).load(db)?),
        Kind::Diagnoses => Parsed::Diagnoses(diagnoses::table.select(Diagnosis::as_select()).load(db)?),
        Kind::Exemptions => {
            let rows = exemptions::table.select(Exemption::as_select()).load(db)?;
            let diseases = exemption_diagnoses::table.select(ExemptionDiagnosis::as_select()).load(db)?;
            Parsed::Exemptions(rows, diseases.into_iter().collect())
        }
        Kind::Services => Parsed::Services(services::table.select(Service::as_select()).load(db)?),
        Kind::Notes => Parsed::Notes(aifa_notes::table.select(AifaNote::as_select()).load(db)?),
        Kind::Narcotics => Parsed::Narcotics(narcotics::table.select(NarcoticRow::as_select()).load(db)?),
        Kind::Limits => Parsed::Limits(prescribing_limits::table.select(PrescribingLimit::as_select()).load(db)?),
        Kind::Motives => Parsed::Motives(substitution_motives::table.select(SubstitutionMotive::as_select()).load(db)?),
    })
}

/// What the list becomes: the files alone, or laid over what there is. Municipalities and foreign States come in separate
/// files: one half alone leaves the other as it is.
pub(super) fn becomes(before: &Parsed, files: Parsed, merge: bool) -> Parsed {
    match (before, files) {
        (Parsed::Birthplaces(before), Parsed::Birthplaces(files)) => {
            let halves: HashSet<bool> = files.iter().map(is_state).collect();
            let codes: HashSet<&str> = files.iter().map(|place| place.code.as_str()).collect();
            let stays = |place: &&Birthplace| {
                if merge { !codes.contains(place.code.as_str()) } else { !halves.contains(&is_state(place)) }
            };
            let kept: Vec<Birthplace> = before.iter().filter(stays).cloned().collect();
            Parsed::Birthplaces(files.into_iter().chain(kept).collect())
        }
        (_, files) if !merge => files,
        (Parsed::Regions(before), Parsed::Regions(files)) => {
            Parsed::Regions(over(before, files, |row| row.code.clone()))
        }
        (Parsed::HealthUnits(before), Parsed::HealthUnits(files)) => {
            Parsed::HealthUnits(over(before, files, |row| row.code.clone()))
        }
        (Parsed::Diagnoses(before), Parsed::Diagnoses(files)) => {
            Parsed::Diagnoses(with_headings(over(before, files, |row| row.code.clone())))
        }
        (Parsed::Exemptions(before, diseases), Parsed::Exemptions(files, mut new)) => {
            let codes: BTreeSet<String> = files.iter().map(|row| row.code.clone()).collect();
            new.extend(diseases.iter().filter(|disease| !codes.contains(&disease.exemption_code)).cloned());
            Parsed::Exemptions(over(before, files, |row| row.code.clone()), new)
        }
        (Parsed::Services(before), Parsed::Services(files)) => {
            Parsed::Services(over(before, files, |row| row.code.clone()))
        }
        (Parsed::Notes(before), Parsed::Notes(files)) => Parsed::Notes(over(before, files, note_key)),
        (Parsed::Narcotics(before), Parsed::Narcotics(files)) => {
            Parsed::Narcotics(over(before, files, |row| row.description.clone()))
        }
        (Parsed::Limits(before), Parsed::Limits(files)) => Parsed::Limits(over(before, files, limit_key)),
        (Parsed::Motives(before), Parsed::Motives(files)) => {
            Parsed::Motives(over(before, files, |row| row.code.clone()))
        }
        (_, files) => files,
    }
}

fn is_state(place: &Birthplace) -> bool {
    place.code.starts_with('Z')
}

/// A note that was rewritten stands once for each of its periods: a file that names it brings all of them.
fn note_key(note: &AifaNote) -> String {
    note.code.clone()
}

/// A limit that changed stands once for each of its periods: a file that names it brings all of them.
fn limit_key(limit: &PrescribingLimit) -> String {
    format!("{} {}", limit.category, limit.kind)
}

/// The rows of the files, and those of before whose key they do not have.
fn over<T: Clone, K: Eq + Hash>(before: &[T], files: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let keys: HashSet<K> = files.iter().map(&key).collect();
    let kept: Vec<T> = before.iter().filter(|row| !keys.contains(&key(row))).cloned().collect();
    files.into_iter().chain(kept).collect()
}

/// The rows by key, to be compared.
pub(super) fn entries(list: &Parsed) -> Entries {
    match list {
        Parsed::Regions(rows) => of(rows, |row| (row.code.clone(), row.name.clone())),
        Parsed::HealthUnits(rows) => of(rows, |row| (row.code.clone(), row.name.clone())),
        Parsed::Birthplaces(rows) => of(rows, |row| {
            let from = row.valid_from.map(|day| day.to_string()).unwrap_or_default();
            (format!("{} {from}", row.code), row.label())
        }),
        Parsed::Diagnoses(rows) => of(rows, |row| (row.code.clone(), row.description.clone())),
        Parsed::Exemptions(rows, diseases) => {
            let mut entries = of(rows, |row| (row.code.clone(), row.description.clone()));
            for disease in diseases {
                if let Some(entry) = entries.get_mut(&disease.exemption_code) {
                    entry.content.push_str(&disease.icd9_prefix);
                    entry.content.push(' ');
                }
            }
            entries
        }
        Parsed::Services(rows) => of(rows, |row| (row.code.clone(), row.description.clone())),
        Parsed::Notes(rows) => of(rows, |row| (note_key(row), row.description.clone())),
        Parsed::Narcotics(rows) => of(rows, |row| (row.description.clone(), row.section.clone())),
        Parsed::Limits(rows) => of(rows, |row| (limit_key(row), row.source.clone())),
        Parsed::Motives(rows) => of(rows, |row| (row.code.clone(), row.description.clone())),
    }
}

fn of<T: Serialize>(rows: &[T], name: impl Fn(&T) -> (String, String)) -> Entries {
    let mut entries = BTreeMap::new();
    for row in rows {
        let ((key, label), content) = (name(row), serde_json::to_string(row).unwrap_or_default());
        // Rows of one key (places renamed on one day) are one entry: a change of any is a change of it.
        let entry = entries.entry(key).or_insert_with(|| Entry { label, content: String::new() });
        entry.content.push_str(&content);
    }
    entries
}
