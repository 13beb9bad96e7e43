//! Rows of the transparency list (lista di trasparenza): reference price, ATC, substitutability.

use super::collect::{Collector, RowResult, Taken, parse_price};
use super::header::{Column, Header};
use super::source::Record;
use crate::formulary::model::PackageFacts;
use crate::reference::model::Class;
use kernel::atc::Atc;

/// Where the columns are.
#[derive(Debug)]
pub struct Transparency {
    aic: usize,
    substance: usize,
    reference_pack: usize,
    atc: usize,
    brand: usize,
    pack: usize,
    holder: usize,
    reference: usize,
    price: usize,
    remark: usize,
    group_code: usize,
}

impl Transparency {
    /// Finds the columns.
    pub fn new(header: &Header) -> Self {
        Self {
            aic: header.at(Column::Aic),
            substance: header.at(Column::Substance),
            reference_pack: header.at(Column::ReferencePack),
            atc: header.at(Column::Atc),
            brand: header.at(Column::Brand),
            pack: header.at(Column::Pack),
            holder: header.at(Column::Holder),
            reference: header.at(Column::ReferencePrice),
            price: header.at(Column::PublicPrice),
            remark: header.at(Column::Remark),
            group_code: header.at(Column::GroupCode),
        }
    }

    /// Takes one row. A package the class A list of the same import does not have (the two are published on different
    /// days) is in class A all the same: only such packages have a reference price.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let aic = into.single_aic(&row.field(self.aic))?;
        let public = parse_price(&row.field(self.price))?;
        let reference = parse_price(&row.field(self.reference))?;
        // The footnote mark of the brand; `*` parts name and pack in our labels.
        let brand = row.field(self.brand).replace('*', "").trim().to_owned();
        if brand.is_empty() {
            return Err("manca il nome del farmaco".to_owned());
        }
        let substance = row.field(self.substance);
        let group_code = row.field(self.group_code).to_uppercase();
        let group_description = format!("{} {}", substance, row.field(self.reference_pack)).to_uppercase();
        into.name_group(&group_code, &group_description);
        if into.package(&aic).is_none() {
            let label = format!("{brand}*{}", row.field(self.pack).replace('"', ""));
            into.add(PackageFacts {
                substance: substance.into_owned(),
                holder: row.field(self.holder).into_owned(),
                price: public,
                ..PackageFacts::new(aic.clone(), label, Class::A)
            });
        }
        if let Some(package) = into.package(&aic) {
            if package.group_code.is_empty() {
                package.group_code = group_code;
            }
            package.atc = atc_or_blank(&row.field(self.atc));
            package.reference = reference;
            package.substitutable = true;
            row.field(self.remark).trim_start_matches('*').clone_into(&mut package.remark);
        }
        Ok(Taken::Accepted)
    }
}

/// An ATC code, or nothing when the list wrote something else there: the package is right without it.
pub fn atc_or_blank(text: &str) -> String {
    Atc::parse(text).map_or_else(|_| String::new(), |atc| atc.as_str().to_owned())
}
