//! The small hand-written set that makes the program usable before any import: facts, in our words. Each list is filled
//! only while its table is empty, so a real import is never overwritten.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::import::{ImportError, Kind, Sheet, SheetError, import_text};
use super::model::{Posology, Province, SupplyRegime};
use crate::db::Db;
use crate::db::schema::{
    aifa_notes, birthplaces, diagnoses, exemptions, local_health_units, narcotics, posologies, prescribing_limits,
    provinces, regions, services, substitution_motives, supply_regimes,
};
use crate::insert_batch;

/// AIFA's notes, read from the acts up to November 2025 and, of 2026, from the press.
pub(super) const NOTES: &str = include_str!("starter/notes.csv");

/// The lists that an import can replace, each with its starter text.
const LISTS: [(Kind, &str); 10] = [
    (Kind::Regions, include_str!("starter/regions.csv")),
    (Kind::HealthUnits, include_str!("starter/asl.csv")),
    (Kind::Birthplaces, include_str!("starter/birthplaces.csv")),
    (Kind::Diagnoses, include_str!("starter/diagnoses.csv")),
    (Kind::Exemptions, include_str!("starter/exemptions.csv")),
    (Kind::Services, include_str!("starter/services.csv")),
    (Kind::Notes, NOTES),
    (Kind::Narcotics, include_str!("starter/narcotics.csv")),
    (Kind::Limits, include_str!("starter/limits.csv")),
    (Kind::Motives, include_str!("starter/motives.csv")),
];

/// Fills every list that is still empty, inside the caller's transaction.
/// A defect of the set itself would be an error too; a test reads it whole.
pub fn load(db: &mut Db, now: NaiveDateTime) -> Result<(), ImportError> {
    for (kind, text) in LISTS {
        if is_empty(db, kind)? {
            import_text(db, kind, text, now)?;
        }
    }
    if supply_regimes::table.count().get_result::<i64>(db)? == 0 {
        insert_batch!(db, supply_regimes::table, &regimes()?)?;
    }
    if provinces::table.count().get_result::<i64>(db)? == 0 {
        insert_batch!(db, provinces::table, &province_list()?)?;
    }
    if posologies::table.count().get_result::<i64>(db)? == 0 {
        insert_batch!(db, posologies::table, &posology_list()?)?;
    }
    Ok(())
}

fn is_empty(db: &mut Db, kind: Kind) -> QueryResult<bool> {
    let found: Option<String> = match kind {
        Kind::Regions => regions::table.select(regions::code).first(db).optional()?,
        Kind::HealthUnits => local_health_units::table.select(local_health_units::code).first(db).optional()?,
        Kind::Birthplaces => birthplaces::table.select(birthplaces::code).first(db).optional()?,
        Kind::Diagnoses => diagnoses::table.select(diagnoses::code).first(db).optional()?,
        Kind::Exemptions => exemptions::table.select(exemptions::code).first(db).optional()?,
        Kind::Services => services::table.select(services::code).first(db).optional()?,
        Kind::Notes => aifa_notes::table.select(aifa_notes::code).first(db).optional()?,
        Kind::Narcotics => narcotics::table.select(narcotics::atc).first(db).optional()?,
        Kind::Limits => prescribing_limits::table.select(prescribing_limits::category).first(db).optional()?,
        Kind::Motives => substitution_motives::table.select(substitution_motives::code).first(db).optional()?,
    };
    Ok(found.is_none())
}

/// The rows of a sheet of ours, read by column names.
fn rows<const N: usize>(file: &str, text: &str, columns: [&str; N]) -> Result<Vec<[String; N]>, SheetError> {
    let sheet = Sheet::from_text(file, text)?;
    let mut found = Vec::with_capacity(N);
    for name in columns {
        found.push(sheet.require(&[name])?);
    }
    let cells =
        |line: &super::sheet::Line| std::array::from_fn(|i| found.get(i).map_or("", |c| line.get(*c)).to_owned());
    Ok(sheet.lines.iter().map(cells).collect())
}

fn regimes() -> Result<Vec<SupplyRegime>, SheetError> {
    let sheet = rows("regimes", include_str!("starter/regimes.csv"), ["codice", "classe", "descrizione", "ssn"])?;
    let regime =
        |[code, class, description, ssn]: [String; 4]| SupplyRegime { code, class, description, on_ssn: ssn == "1" };
    Ok(sheet.into_iter().map(regime).collect())
}

fn province_list() -> Result<Vec<Province>, SheetError> {
    let sheet = rows("provinces", include_str!("starter/provinces.csv"), ["sigla", "istat", "nome", "regione"])?;
    let province =
        |[sign, istat_code, name, region_code]: [String; 4]| Province { sign, istat_code, name, region_code };
    Ok(sheet.into_iter().map(province).collect())
}

fn posology_list() -> Result<Vec<Posology>, SheetError> {
    let sheet = rows("posologies", include_str!("starter/posologies.csv"), ["forma", "descrizione"])?;
    Ok(sheet.into_iter().map(|[form_word, description]| Posology { form_word, description }).collect())
}

#[cfg(test)]
mod tests;
