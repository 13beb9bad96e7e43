//! The six kinds of entry. Each is a row (keys, revision, who and when) around the values a person writes.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Entry, Kind};
use crate::db::schema::{allergies, diary_entries, investigations, patient_exemptions, patients, problems, therapies};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::safety::Allergen;
use crate::text_enum;

text_enum!(
    /// How an investigation ended.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Outcome {
        /// No result yet.
        #[default]
        Pending = "pending",
        /// Within the norm.
        Normal = "normal",
        /// To be looked at.
        Abnormal = "abnormal",
    }
);

impl Outcome {
    /// As the screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "In attesa",
            Self::Normal => "Nella norma",
            Self::Abnormal => "Da valutare",
        }
    }
}

/// What a problem says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = problems, treat_none_as_null = true)]
pub struct ProblemValues {
    /// ICD-9-CM code, '' for a problem in free words.
    pub icd9_code: String,
    /// Its name.
    pub description: String,
    /// Day it began.
    pub opened_on: NaiveDate,
    /// Day it was closed.
    pub closed_on: Option<NaiveDate>,
    /// Notes.
    pub notes: String,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
}

/// What a therapy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = therapies, treat_none_as_null = true)]
pub struct TherapyValues {
    /// The problem it is for.
    pub problem_id: Option<i64>,
    /// The prescription that issued it; none for a drug kept as therapy only.
    pub prescription_id: Option<i64>,
    /// Marketing authorisation code.
    pub aic: String,
    /// `NAME*PACK`.
    pub label: String,
    /// Active substance.
    pub substance: String,
    /// ATC code or ''.
    pub atc: String,
    /// Equivalence group or ''.
    pub group_code: String,
    /// Reimbursement class.
    pub class: String,
    /// Code of `supply_regimes`.
    pub regime: String,
    /// AIFA note or ''.
    pub note_code: String,
    /// Packages.
    pub pieces: i64,
    /// Posology in words.
    pub posology: String,
    /// Prescribed by active substance only.
    pub by_substance: bool,
    /// Taken without end (farmaco continuativo).
    pub continuous: bool,
    /// Suggested by a specialist (suggerito).
    pub suggested: bool,
    /// Day of the prescription, or of the start.
    pub started_on: NaiveDate,
    /// Day it was suspended.
    pub suspended_on: Option<NaiveDate>,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
    /// Protocol of its therapeutic plan, '' for none.
    #[serde(default)]
    pub plan_protocol: String,
    /// Last day of the plan.
    #[serde(default)]
    pub plan_ends_on: Option<NaiveDate>,
}

/// What an investigation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = investigations, treat_none_as_null = true)]
pub struct InvestigationValues {
    /// The problem it is for.
    pub problem_id: Option<i64>,
    /// Code of the national catalogue of services, or ''.
    pub service_code: String,
    /// Its name.
    pub description: String,
    /// Day it was asked for.
    pub requested_on: NaiveDate,
    /// Result in words and numbers.
    pub result: String,
    /// Day of the result.
    pub result_on: Option<NaiveDate>,
    /// How it ended.
    pub outcome: Outcome,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
}

/// What a diary entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = diary_entries, treat_none_as_null = true)]
pub struct DiaryValues {
    /// The problem it is about.
    pub problem_id: Option<i64>,
    /// Day it speaks of.
    pub entry_date: NaiveDate,
    /// The text.
    pub body: String,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
}

/// What an allergy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = allergies, treat_none_as_null = true)]
pub struct AllergyValues {
    /// Substance or group of substances.
    pub substance: String,
    /// ATC class it covers, or '': drugs below it are warned about.
    pub atc_prefix: String,
    /// Group of the safety rules that the doctor chose, or ''.
    #[serde(default)]
    pub group_code: String,
    /// What happened.
    pub reaction: String,
    /// Day it was noted.
    pub noted_on: NaiveDate,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
}

impl AllergyValues {
    /// As the safety checks take it.
    pub fn allergen(&self) -> Allergen {
        Allergen { words: self.substance.clone(), atc_prefix: self.atc_prefix.clone(), group: self.group_code.clone() }
    }
}

/// What an exemption says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = patient_exemptions, treat_none_as_null = true)]
pub struct ExemptionValues {
    /// Code: `013`, `E01`.
    pub code: String,
    /// What it is for.
    pub description: String,
    /// First day it holds; none = since ever.
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds; none = without end.
    pub valid_to: Option<NaiveDate>,
    /// Day it was taken out of the record.
    pub removed_on: Option<NaiveDate>,
}

impl ExemptionValues {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.removed_on.is_none()
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// The row around the values, and its life in the database: the same for the six tables.
macro_rules! entry {
    ($(#[$doc:meta])* $row:ident, $values:ident, $table:ident, $kind:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
        #[diesel(table_name = $table)]
        pub struct $row {
            /// Key.
            pub id: i64,
            /// Whose record it is in.
            pub patient_id: i64,
            /// What is written.
            #[diesel(embed)]
            pub values: $values,
            /// Grows by one with each change.
            pub revision: i64,
            /// Last change (UTC).
            pub updated_at: NaiveDateTime,
            /// Who made it.
            pub updated_by: i64,
        }

        impl Entry for $row {
            type Values = $values;

            const KIND: Kind = $kind;

            fn id(&self) -> i64 {
                self.id
            }

            fn revision(&self) -> i64 {
                self.revision
            }

            fn values(&self) -> &$values {
                &self.values
            }

            fn touched(&self) -> (NaiveDateTime, i64) {
                (self.updated_at, self.updated_by)
            }

            fn find(conn: &mut Db, owner: Owner, patient_id: i64, id: i64) -> QueryResult<Option<Self>> {
                $table::table
                    .inner_join(patients::table)
                    .filter($table::id.eq(id))
                    .filter($table::patient_id.eq(patient_id))
                    .filter(patients::doctor_id.eq(owner.id()))
                    .select(Self::as_select())
                    .first(conn)
                    .optional()
            }

            fn list(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Vec<Self>> {
                $table::table
                    .inner_join(patients::table)
                    .filter($table::patient_id.eq(patient_id))
                    .filter(patients::doctor_id.eq(owner.id()))
                    .filter($table::removed_on.is_null())
                    .select(Self::as_select())
                    .load(conn)
            }

            fn insert(conn: &mut Db, by: &By, patient_id: i64, values: &$values) -> QueryResult<i64> {
                diesel::insert_into($table::table)
                    .values((
                        values,
                        $table::patient_id.eq(patient_id),
                        $table::revision.eq(1),
                        $table::updated_at.eq(by.now),
                        $table::updated_by.eq(by.actor),
                    ))
                    .returning($table::id)
                    .get_result(conn)
            }

            fn update(&self, conn: &mut Db, by: &By, values: &$values) -> QueryResult<bool> {
                let seen = $table::table.filter($table::id.eq(self.id)).filter($table::revision.eq(self.revision));
                let changed = diesel::update(seen)
                    .set((
                        values,
                        $table::revision.eq(self.revision + 1),
                        $table::updated_at.eq(by.now),
                        $table::updated_by.eq(by.actor),
                    ))
                    .execute(conn)?;
                Ok(changed == 1)
            }
        }
    };
}

entry!(
    /// A problem (problema).
    Problem, ProblemValues, problems, Kind::Problem
);
entry!(
    /// A therapy (terapia).
    Therapy, TherapyValues, therapies, Kind::Therapy
);
entry!(
    /// An investigation (accertamento).
    Investigation, InvestigationValues, investigations, Kind::Investigation
);
entry!(
    /// A diary entry (diario).
    DiaryEntry, DiaryValues, diary_entries, Kind::Diary
);
entry!(
    /// An allergy or intolerance (allergia).
    Allergy, AllergyValues, allergies, Kind::Allergy
);
entry!(
    /// An exemption of the patient (esenzione).
    Exemption, ExemptionValues, patient_exemptions, Kind::Exemption
);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_exemption_holds_on_its_first_and_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut exemption = ExemptionValues {
            code: "013".to_owned(),
            description: String::new(),
            valid_from: Some(day("2016-01-01")),
            valid_to: Some(day("2016-12-31")),
            removed_on: None,
        };
        for (on, holds) in [("2015-12-31", false), ("2016-01-01", true), ("2016-12-31", true), ("2017-01-01", false)] {
            assert_eq!(exemption.holds_on(day(on)), holds, "{on}");
        }
        exemption.valid_from = None;
        exemption.valid_to = None;
        assert!(exemption.holds_on(day("1900-01-01")) && exemption.holds_on(day("2100-01-01")));
        exemption.removed_on = Some(day("2016-05-01"));
        assert!(!exemption.holds_on(day("2016-06-01")));
    }
}
