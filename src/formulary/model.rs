//! What a package, an edition and a class are, with the rules that need no database.

use chrono::NaiveDate;
use diesel::prelude::{Queryable, Selectable};

use crate::db::schema::{formulary_editions, packages};
use crate::reference::model::{Class, SupplyRegime};
use crate::reference::notes::Noted;
use crate::text_enum;
use kernel::aic::Aic;
use kernel::dates::long;
use kernel::money::Cents;

text_enum!(
    /// How the pharmacist may give it (regime di fornitura), known from the package register only.
    Supply {
        /// No imported list says.
        Unknown = "",
        /// Repeatable prescription.
        Repeatable = "RR",
        /// A prescription each time.
        EachTime = "RNR",
        /// Special prescription (narcotics).
        Special = "RMS",
        /// On a specialist's prescription, repeatable.
        Limited = "RRL",
        /// On a specialist's prescription, each time.
        LimitedEachTime = "RNRL",
        /// Hospital only.
        Hospital = "OSP",
        /// Used by the specialist only.
        Specialist = "USPL",
        /// No prescription, not on open shelves.
        WithoutPrescription = "SOP",
        /// Over the counter.
        OverTheCounter = "OTC",
    }
);

impl Supply {
    /// What the sheet says under "Ricetta".
    pub const fn description(self) -> &'static str {
        match self {
            Self::Unknown => "Non indicata negli elenchi importati",
            Self::Repeatable => "Ripetibile (RR)",
            Self::EachTime => "Non ripetibile, da rinnovare volta per volta (RNR)",
            Self::Special => "Ricetta speciale (RMS)",
            Self::Limited => "Limitativa: centri ospedalieri o specialisti (RRL)",
            Self::LimitedEachTime => {
                "Limitativa, da rinnovare volta per volta: centri ospedalieri o specialisti (RNRL)"
            }
            Self::Hospital => "Solo in ospedale (OSP)",
            Self::Specialist => "Solo dallo specialista (USPL)",
            Self::WithoutPrescription => "Senza ricetta (SOP)",
            Self::OverTheCounter => "Da banco (OTC)",
        }
    }
}

/// One dated edition of the formulary (prontuario).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = formulary_editions)]
pub struct Edition {
    /// Key.
    pub id: i64,
    /// Where it comes from, for people.
    pub label: String,
    /// The date the lists carry: shown on every screen of the formulary.
    pub edition_date: NaiveDate,
    /// How many packages it holds.
    pub package_count: i64,
}

impl Edition {
    /// Its date and where it comes from, as screens show them (S93).
    pub fn shown(self) -> (String, String) {
        (long(self.edition_date), self.label)
    }
}

/// One package (confezione) of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = packages)]
pub struct Package {
    /// Key; changes with every edition, so nothing outside the formulary keeps it: they keep the AIC.
    pub id: i64,
    /// Edition it belongs to.
    pub edition_id: i64,
    /// Marketing authorisation code, 9 digits.
    pub aic: String,
    /// `NAME*PACK`, as the lists print it.
    pub label: String,
    /// Active substance (principio attivo).
    pub substance: String,
    /// ATC code, '' when no list gives it.
    pub atc: String,
    /// Holder of the authorisation (ditta).
    pub holder: String,
    /// Who pays.
    pub class: Class,
    /// Code of `supply_regimes`, the badge beside the class.
    pub regime: String,
    /// Public price.
    pub price_cents: Option<i64>,
    /// What the health service pays at most, where a transparency list says.
    pub reference_cents: Option<i64>,
    /// Equivalence group code (gruppo di equivalenza), '' when it has none.
    pub group_code: String,
    /// What the group is: substance, strength, number of units, route.
    pub group_description: String,
    /// In the transparency list: the pharmacist may give another of the group.
    pub substitutable: bool,
    /// Regions it is limited to, comma separated, '' for all.
    pub regions: String,
    /// Substances with their quantity, '' when unknown.
    pub composition: String,
    /// How it is supplied.
    pub supply: Supply,
    /// AIFA's remark in the transparency list.
    pub remark: String,
    /// Official leaflet, '' when no register was imported.
    pub leaflet_url: String,
    /// Official summary of characteristics, likewise.
    pub summary_url: String,
    /// Code of the pack limit it falls under, '' for the ordinary one.
    pub limit_category: String,
}

impl Package {
    /// What comes before the `*`: the product's name.
    pub fn name(&self) -> &str {
        self.label.split('*').next().unwrap_or(&self.label)
    }

    /// Public price.
    pub fn price(&self) -> Option<Cents> {
        self.price_cents.map(Cents)
    }

    /// What the patient pays beyond the health service, whose price for it is `reference`: nothing for a package outside
    /// the transparency list, which the health service pays in full. `None` without both prices.
    pub fn patient_pays(&self, reference: Option<i64>) -> Option<Cents> {
        let beyond = self.price_cents?.saturating_sub(reference?).max(0);
        Some(Cents(if self.substitutable { beyond } else { 0 }))
    }

    /// What AIFA's notes look at.
    pub fn noted(&self) -> Noted<'_> {
        Noted { atc: &self.atc, substance: &self.substance, group_description: &self.group_description }
    }
}

/// A package with the meaning of its regime badge.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = packages)]
pub struct Listed {
    /// The package.
    #[diesel(embed)]
    pub package: Package,
    /// What the regime code means, from `supply_regimes`; `None` when the table does not know the code.
    #[diesel(embed)]
    pub regime: Option<SupplyRegime>,
}

impl Listed {
    /// Whether it may stand on an SSN prescription. What no list vouches for may not.
    pub fn on_ssn(&self) -> bool {
        self.regime.as_ref().is_some_and(|regime| regime.on_ssn)
    }

    /// Why it may not stand on an SSN prescription, in Italian, or `None` when it may.
    pub fn ssn_refusal(&self) -> Option<&'static str> {
        if self.on_ssn() {
            return None;
        }
        Some(match self.package.class {
            Class::C => {
                "È in classe C: lo paga il cittadino, quindi non va su una ricetta SSN. Puoi tenerlo tra le terapie."
            }
            Class::H => "È in classe H: si usa in ospedale, quindi non va su una ricetta SSN del medico di famiglia.",
            Class::A => "Il suo regime di fornitura non ammette la ricetta SSN.",
            Class::Unknown => {
                "Gli elenchi importati non dicono chi lo paga, quindi non si può mettere su una ricetta SSN. \
                 Puoi tenerlo tra le terapie."
            }
        })
    }
}

/// What the lists say of one package, before it is a row: the importer and the starter set make these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFacts {
    /// Marketing authorisation code.
    pub aic: Aic,
    /// `NAME*PACK`.
    pub label: String,
    /// Active substance.
    pub substance: String,
    /// ATC code or ''.
    pub atc: String,
    /// Holder of the authorisation.
    pub holder: String,
    /// Who pays.
    pub class: Class,
    /// Public price.
    pub price: Option<Cents>,
    /// Reference price.
    pub reference: Option<Cents>,
    /// Equivalence group or ''.
    pub group_code: String,
    /// What the group is.
    pub group_description: String,
    /// In the transparency list.
    pub substitutable: bool,
    /// Regions it is limited to.
    pub regions: String,
    /// Substances with their quantity.
    pub composition: String,
    /// How it is supplied.
    pub supply: Supply,
    /// AIFA's remark.
    pub remark: String,
    /// Official leaflet.
    pub leaflet_url: String,
    /// Official summary of characteristics.
    pub summary_url: String,
}

impl PackageFacts {
    /// A package of which only code, name and class are known yet.
    pub const fn new(aic: Aic, label: String, class: Class) -> Self {
        Self {
            aic,
            label,
            substance: String::new(),
            atc: String::new(),
            holder: String::new(),
            class,
            price: None,
            reference: None,
            group_code: String::new(),
            group_description: String::new(),
            substitutable: false,
            regions: String::new(),
            composition: String::new(),
            supply: Supply::Unknown,
            remark: String::new(),
            leaflet_url: String::new(),
            summary_url: String::new(),
        }
    }
}
