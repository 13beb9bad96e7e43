//! Rows of AIFA's package register (`confezioni_fornitura`): every authorised package, with ATC, kind of supply and links
//! to the official leaflets, but no class and no price.

use super::collect::{Collector, RowResult, Taken};
use super::header::{Column, Header};
use super::source::Record;
use super::transparency::atc_or_blank;
use crate::formulary::model::{PackageFacts, Supply};
use crate::reference::model::Class;
use kernel::folding::fold;

/// Where AIFA keeps its leaflets. A link of a file that leads elsewhere is not shown to a doctor.
const AIFA_HOSTS: &str = ".aifa.gov.it";

/// Where the columns are.
#[derive(Debug)]
pub struct Register {
    aic: usize,
    name: usize,
    description: usize,
    holder: usize,
    status: usize,
    procedure: usize,
    atc: usize,
    substances: usize,
    supply: usize,
    leaflet: usize,
    summary: usize,
}

impl Register {
    /// Finds the columns.
    pub fn new(header: &Header) -> Self {
        Self {
            aic: header.at(Column::Aic),
            name: header.at(Column::Label),
            description: header.at(Column::Description),
            holder: header.at(Column::Holder),
            status: header.at(Column::Status),
            procedure: header.at(Column::Procedure),
            atc: header.at(Column::Atc),
            substances: header.at(Column::Associated),
            supply: header.at(Column::Supply),
            leaflet: header.at(Column::Leaflet),
            summary: header.at(Column::Summary),
        }
    }

    /// Takes one row; homeopathic and no longer authorised packages are skipped.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let aic = into.single_aic(&row.field(self.aic))?;
        // What is on sale no more may still be in a class list, and tells the ATC of its sisters.
        let atc = atc_or_blank(&row.field(self.atc));
        into.note_medicine(aic.medicine(), &atc);
        if fold(&row.field(self.status)) != "AUTORIZZATA" || fold(&row.field(self.procedure)).starts_with("OMEOPATIC") {
            return Ok(Taken::Skipped);
        }
        let name = row.field(self.name).replace('*', " ");
        if name.trim().is_empty() {
            return Err("manca la denominazione".to_owned());
        }
        if into.package(&aic).is_none() {
            let label = format!("{}*{}", name.trim(), row.field(self.description).replace('"', ""));
            into.add(PackageFacts {
                substance: sentence(&row.field(self.substances)),
                holder: row.field(self.holder).into_owned(),
                ..PackageFacts::new(aic.clone(), label, Class::Unknown)
            });
        }
        if let Some(package) = into.package(&aic) {
            if package.atc.is_empty() {
                package.atc = atc;
            }
            package.supply = supply(&row.field(self.supply));
            package.leaflet_url = official_link(&row.field(self.leaflet));
            package.summary_url = official_link(&row.field(self.summary));
        }
        Ok(Taken::Accepted)
    }
}

/// Rows of the register of medicines (`medicinali_autorizzati`): one medicine each, no packages; only the ATC is of use.
#[derive(Debug)]
pub struct Medicines {
    medicine: usize,
    atc: usize,
}

impl Medicines {
    /// Finds the columns.
    pub fn new(header: &Header) -> Self {
        Self { medicine: header.at(Column::Medicine), atc: header.at(Column::Atc) }
    }

    /// Takes one row.
    pub fn take(&self, row: &Record, into: &mut Collector) -> RowResult {
        let medicine = row.field(self.medicine);
        if medicine.is_empty() || medicine.len() > 6 || !medicine.chars().all(|c| c.is_ascii_digit()) {
            return Err(format!("«{medicine}»: il codice di un medicinale ha 6 cifre"));
        }
        let atc = atc_or_blank(&row.field(self.atc));
        if atc.is_empty() {
            return Ok(Taken::Skipped);
        }
        into.note_medicine(&format!("{medicine:0>6}"), &atc);
        Ok(Taken::Accepted)
    }
}

/// The kind of supply behind AIFA's sentence. The order matters: the limited kinds also say "da rinnovare".
fn supply(sentence: &str) -> Supply {
    let text = fold(sentence);
    let has = |words: &str| text.contains(words);
    if has("NON SOGGETTI") {
        return if has("NON DA BANCO") { Supply::WithoutPrescription } else { Supply::OverTheCounter };
    }
    if !has("SOGGETTI A PRESCRIZIONE") {
        return Supply::Unknown;
    }
    match (has("SPECIALE"), has("LIMITATIVA"), has("RINNOVARE")) {
        (true, ..) => Supply::Special,
        (_, true, _) if has("AMBIENTE OSPEDALIERO") => Supply::Hospital,
        (_, true, _) if has("ESCLUSIVAMENTE DALLO SPECIALISTA") => Supply::Specialist,
        (_, true, true) => Supply::LimitedEachTime,
        (_, true, false) => Supply::Limited,
        (_, false, true) => Supply::EachTime,
        (_, false, false) => Supply::Repeatable,
    }
}

/// The link when it leads to AIFA over HTTPS, otherwise nothing.
fn official_link(text: &str) -> String {
    let ours = url::Url::parse(text)
        .ok()
        .filter(|link| link.scheme() == "https" && link.host_str().is_some_and(|host| host.ends_with(AIFA_HOSTS)));
    ours.map(String::from).unwrap_or_default()
}

/// `ACIDO PIPEMIDICO` as the class lists write it: `Acido pipemidico`.
fn sentence(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut chars = lower.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supply_follows_the_sentence() {
        for (text, kind) in [
            ("Medicinali soggetti a prescrizione medica", Supply::Repeatable),
            ("Medicinali soggetti a prescrizione medica da rinnovare volta per volta", Supply::EachTime),
            ("Medicinali soggetti a prescrizione medica speciale", Supply::Special),
            (
                "Medicinali soggetti a prescrizione medica limitativa, vendibili al pubblico su prescrizione di centri \
                 ospedalieri o di specialisti",
                Supply::Limited,
            ),
            (
                "Medicinali soggetti a prescrizione medica limitativa, da rinnovare volta per volta, vendibili al pubblico",
                Supply::LimitedEachTime,
            ),
            (
                "Medicinali soggetti a prescrizione medica limitativa, utilizzabili esclusivamente in ambiente ospedaliero \
                 o in una struttura ad esso assimilabile",
                Supply::Hospital,
            ),
            (
                "Medicinali soggetti a prescrizione medica limitativa, utilizzabili esclusivamente dallo specialista",
                Supply::Specialist,
            ),
            ("Medicinali non soggetti a prescrizione medica ma non da banco", Supply::WithoutPrescription),
            ("Medicinali non soggetti a prescrizione medica da banco", Supply::OverTheCounter),
            ("", Supply::Unknown),
        ] {
            assert_eq!(supply(text), kind, "{text}");
        }
    }

    #[test]
    fn only_links_to_aifa_are_kept() {
        let good = "https://api.aifa.gov.it/aifa-bdf-eif-be/1.0.0/organizzazione/85/farmaci/29447/stampati?ts=FI";
        assert_eq!(official_link(good), good);
        for bad in [
            "http://api.aifa.gov.it/x",
            "https://aifa.gov.it.example.org/x",
            "https://notaifa.gov.it/",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(official_link(bad), "", "{bad}");
        }
    }

    #[test]
    fn substances_are_written_like_the_class_lists() {
        assert_eq!(sentence("ECONAZOLO NITRATO"), "Econazolo nitrato");
        assert_eq!(sentence(""), "");
    }
}
