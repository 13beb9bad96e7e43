//! Rows of the lists that only describe packages of the others: substitutable packages, groups, substances, ATC names.

use super::collect::{Collector, RowResult, Taken, parse_aic};
use super::header::{Column, Header};
use super::source::Record;
use super::transparency::atc_or_blank;
use crate::reference::model::Class;
use kernel::atc::Atc;

/// Substitutable packages with group and ATC.
#[derive(Debug)]
pub struct Equivalents {
    aic: usize,
    group_code: usize,
    atc: usize,
}

impl Equivalents {
    /// Finds the columns.
    pub fn new(header: &Header) -> Self {
        Self { aic: header.at(Column::Aic), group_code: header.at(Column::GroupCode), atc: header.at(Column::Atc) }
    }

    /// Takes one row. It names no pack, so it adds to a package but makes none.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let aic = into.single_aic(&row.field(self.aic))?;
        let Some(package) = into.package(&aic) else { return Ok(Taken::Skipped) };
        if package.atc.is_empty() {
            package.atc = atc_or_blank(&row.field(self.atc));
        }
        if package.group_code.is_empty() {
            package.group_code = row.field(self.group_code).to_uppercase();
        }
        if package.class == Class::Unknown {
            package.class = Class::A;
        }
        package.substitutable = true;
        Ok(Taken::Accepted)
    }
}

/// Two columns: a code and what it means.
#[derive(Debug)]
pub struct CodeList {
    code: usize,
    description: usize,
}

impl CodeList {
    /// Finds the columns of a list of groups.
    pub fn groups(header: &Header) -> Self {
        Self { code: header.at(Column::GroupCode), description: header.at(Column::Description) }
    }

    /// Finds the columns of a list of ATC codes.
    pub fn atc(header: &Header) -> Self {
        Self { code: header.at(Column::Atc), description: header.at(Column::Description) }
    }

    fn read(&self, row: &Record) -> Result<(String, String), String> {
        let (code, description) = (row.field(self.code).to_uppercase(), row.field(self.description).into_owned());
        if code.is_empty() || description.is_empty() {
            return Err("manca il codice o la descrizione".to_owned());
        }
        Ok((code, description))
    }

    /// Takes one group.
    pub fn take_group(&self, row: &Record, into: &mut Collector) -> RowResult {
        let (code, description) = self.read(row)?;
        into.name_group(&code, &description);
        Ok(Taken::Accepted)
    }

    /// Takes one ATC code.
    pub fn take_atc(&self, row: &Record, into: &mut Collector) -> RowResult {
        let (code, description) = self.read(row)?;
        let code = Atc::parse(&code).map_err(|error| format!("«{code}»: {error}"))?;
        into.name_atc(code.as_str(), &description);
        Ok(Taken::Accepted)
    }
}

/// Substances of each package: several rows per AIC.
#[derive(Debug)]
pub struct Substances {
    aic: usize,
    substance: usize,
    quantity: usize,
    unit: usize,
}

impl Substances {
    /// Finds the columns.
    pub fn new(header: &Header) -> Self {
        Self {
            aic: header.at(Column::Aic),
            substance: header.at(Column::Substance),
            quantity: header.at(Column::Quantity),
            unit: header.at(Column::Unit),
        }
    }

    /// Takes one row.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let aic = parse_aic(&row.field(self.aic))?;
        let substance = row.field(self.substance);
        if is_unknown(&substance) {
            return Ok(Taken::Skipped);
        }
        let text = describe(&substance, &row.field(self.quantity), &row.field(self.unit));
        Ok(if into.add_substance(&aic, text) { Taken::Accepted } else { Taken::Skipped })
    }
}

fn is_unknown(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("n.d.")
}

/// `AMOXICILLINA 500 mg`: the register writes numbers with a dot and units in full, half in English.
fn describe(substance: &str, quantity: &str, unit: &str) -> String {
    if is_unknown(quantity) {
        return substance.to_owned();
    }
    let mut unit = if is_unknown(unit) { String::new() } else { unit.to_lowercase() };
    for (long, short) in [
        ("microgram(s)", "mcg"),
        ("milligram(s)", "mg"),
        ("microgrammi", "mcg"),
        ("milligrammi", "mg"),
        ("gram(s)", "g"),
        ("grammi", "g"),
        ("millilitre(s)", "ml"),
        ("millilitre", "ml"),
        ("millilitri", "ml"),
        ("litre(s)", "l"),
        ("unità internazionali", "UI"),
        ("international unit(s)", "UI"),
    ] {
        unit = unit.replace(long, short);
    }
    format!("{substance} {} {unit}", quantity.replace('.', ",")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_the_italian_way() {
        assert_eq!(describe("SENNA FOGLIA", "1.3", "grammi"), "SENNA FOGLIA 1,3 g");
        assert_eq!(describe("DEXPANTENOLO", "250", "milligram(s)/millilitre"), "DEXPANTENOLO 250 mg/ml");
        assert_eq!(describe("CAFFEINA", "", ""), "CAFFEINA");
        assert_eq!(describe("CAFFEINA", "N.D.", "grammi"), "CAFFEINA");
        assert_eq!(describe("X", "5", ""), "X 5");
    }
}
