//! Rows of the class A and class H lists: one package each, with price and group.

use super::collect::{Collector, RowResult, Taken, parse_price};
use super::header::{Column, Header};
use super::source::Record;
use crate::formulary::model::PackageFacts;
use crate::reference::model::Class;

/// Where the columns are.
#[derive(Debug)]
pub struct ClassList {
    class: Class,
    aic: usize,
    label: usize,
    substance: usize,
    holder: usize,
    price: usize,
    group_code: usize,
    group_description: usize,
    listed: usize,
    regions: usize,
}

impl ClassList {
    /// Finds the columns.
    pub fn new(class: Class, header: &Header) -> Self {
        Self {
            class,
            aic: header.at(Column::Aic),
            label: header.at(Column::Label),
            substance: header.at(Column::Substance),
            holder: header.at(Column::Holder),
            price: header.at(Column::PublicPrice),
            group_code: header.at(Column::GroupCode),
            group_description: header.at(Column::GroupDescription),
            listed: header.at(Column::Listed),
            regions: header.at(Column::Regions),
        }
    }

    /// Takes one row.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let aic = into.single_aic(&row.field(self.aic))?;
        let label = row.field(self.label);
        if label.is_empty() {
            return Err("manca la denominazione".to_owned());
        }
        let price = parse_price(&row.field(self.price))?;
        let group_code = row.field(self.group_code).to_uppercase();
        let group_description = row.field(self.group_description).into_owned();
        into.name_group(&group_code, &group_description);
        if into.is_listed(&aic) {
            return Ok(Taken::Skipped);
        }
        into.add(PackageFacts {
            substance: row.field(self.substance).into_owned(),
            holder: row.field(self.holder).into_owned(),
            price,
            group_code,
            group_description,
            // The column holds X, blanks, or a sentence on a price equal to the reference: only X means "in the list".
            substitutable: row.field(self.listed).eq_ignore_ascii_case("x"),
            regions: row.field(self.regions).replace(',', ", "),
            ..PackageFacts::new(aic, label.into_owned(), self.class)
        });
        Ok(Taken::Accepted)
    }
}
