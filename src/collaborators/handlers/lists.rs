//! What the drop-downs of a person offer, and what a fiscal code says.

use chrono::NaiveDate;

use crate::collaborators::forms::Lists;
use crate::collaborators::pages::Identity;
use crate::db::Db;
use crate::reference::queries as reference;
use crate::web::forms::Choice;
use kernel::dates;
use kernel::fiscal_code::FiscalCode;

/// The lists for a region and a province, as chosen so far.
pub(super) fn lists(conn: &mut Db, region: &str, province: &str) -> diesel::QueryResult<Lists> {
    // PostgreSQL refuses some characters: no region has them.
    let region: String = region.chars().filter(char::is_ascii_digit).take(3).collect();
    let regions = reference::list_regions(conn)?;
    let provinces = reference::list_provinces(conn, &region)?;
    let seat = provinces.iter().find(|known| known.sign == province).map(|known| known.istat_code.clone());
    let mut units = reference::list_health_units(conn, &region)?;
    units.sort_by_key(|unit| seat.as_ref() != Some(&unit.province_istat));
    Ok(Lists {
        regions: regions.into_iter().map(|region| Choice::new(region.code, region.name)).collect(),
        provinces: provinces
            .into_iter()
            .map(|province| Choice::new(province.sign.clone(), format!("{} ({})", province.name, province.sign)))
            .collect(),
        units: units
            .into_iter()
            .map(|unit| Choice::new(unit.asl_code.clone(), format!("{} ({})", unit.name, unit.asl_code)))
            .collect(),
    })
}

/// What a fiscal code says of its person.
pub(super) fn identity(conn: &mut Db, code: &FiscalCode, today: NaiveDate) -> diesel::QueryResult<Identity> {
    let born = code.birth_date(today);
    let place = reference::find_birthplace(conn, &code.birthplace_code(), born)?;
    let mut birth = format!("{} · {}", dates::long(born), code.sex().code());
    if let Some(place) = place {
        birth.push_str(" · ");
        birth.push_str(&place.name);
    }
    Ok(Identity { fiscal_code: code.as_str().to_owned(), birth })
}
