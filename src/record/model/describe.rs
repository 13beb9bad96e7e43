//! What an entry holds, in Italian: label and text of each field. Histories and conflicts are made of these lines.

use chrono::NaiveDate;

use super::{
    AllergyValues, DiaryValues, EntryValues, ExemptionValues, InvestigationValues, ProblemNames, ProblemValues,
    TherapyValues,
};
use crate::safety::{Edition, NOT_A_DRUG};
use kernel::dates;
use kernel::folding::fold;

type Lines = Vec<(&'static str, String)>;

fn day(date: Option<NaiveDate>) -> String {
    date.map(dates::long).unwrap_or_default()
}

fn yes(flag: bool) -> String {
    if flag { "sì" } else { "no" }.to_owned()
}

/// The name of a group of the safety rules; a code that no rule has any more stays.
fn group(code: &str) -> String {
    match code {
        NOT_A_DRUG => "non è un farmaco".to_owned(),
        code => Edition::shipped().group(code).map_or_else(|| code.to_owned(), |rule| rule.name.clone()),
    }
}

fn problem(id: Option<i64>, names: &ProblemNames) -> String {
    id.map(|id| names.get(&id).cloned().unwrap_or_else(|| format!("problema {id}"))).unwrap_or_default()
}

/// A field that differs between two versions of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the field.
    pub label: &'static str,
    /// Text in the first version; '' when empty.
    pub before: String,
    /// Text in the second.
    pub after: String,
}

/// The fields in which two versions differ; without a first version, all those that are filled in.
pub fn differences<V: EntryValues>(before: Option<&V>, after: &V, names: &ProblemNames) -> Vec<Difference> {
    let after = after.lines(names);
    let before: Lines = match before {
        Some(values) => values.lines(names),
        None => after.iter().map(|(label, _)| (*label, String::new())).collect(),
    };
    before
        .into_iter()
        .zip(after)
        .filter(|((_, before), (_, after))| before != after)
        .map(|((label, before), (_, after))| Difference { label, before, after })
        .collect()
}

macro_rules! removal {
    () => {
        fn removed_on(&self) -> Option<NaiveDate> {
            self.removed_on
        }

        fn set_removed(&mut self, on: Option<NaiveDate>) {
            self.removed_on = on;
        }
    };
}

impl EntryValues for ProblemValues {
    fn lines(&self, _: &ProblemNames) -> Lines {
        vec![
            ("Problema", self.description.clone()),
            ("Codice ICD-9-CM", self.icd9_code.clone()),
            ("Aperto il", dates::long(self.opened_on)),
            ("Chiuso il", day(self.closed_on)),
            ("Note", self.notes.clone()),
            ("Eliminato il", day(self.removed_on)),
        ]
    }

    fn day(&self) -> Option<NaiveDate> {
        Some(self.opened_on)
    }

    /// A closed problem may come back: two open ones with one name are one.
    fn repeats(&self, other: &Self) -> bool {
        let open = self.closed_on.is_none() && other.closed_on.is_none();
        open && self.icd9_code == other.icd9_code && fold(&self.description) == fold(&other.description)
    }

    removal!();
}

impl EntryValues for TherapyValues {
    fn lines(&self, names: &ProblemNames) -> Lines {
        vec![
            ("Farmaco", self.label.clone()),
            ("Principio attivo", self.substance.clone()),
            ("Confezioni", self.pieces.to_string()),
            ("Posologia", self.posology.clone()),
            ("Problema", problem(self.problem_id, names)),
            ("Data", dates::long(self.started_on)),
            ("Nota AIFA", self.note_code.clone()),
            ("Piano terapeutico", self.plan_protocol.clone()),
            ("Piano fino al", day(self.plan_ends_on)),
            ("Continuativo", yes(self.continuous)),
            ("Suggerito", yes(self.suggested)),
            ("Solo principio attivo", yes(self.by_substance)),
            ("Sospesa il", day(self.suspended_on)),
            ("Eliminata il", day(self.removed_on)),
        ]
    }

    fn problem(&self) -> Option<i64> {
        self.problem_id
    }

    fn day(&self) -> Option<NaiveDate> {
        Some(self.started_on)
    }

    removal!();
}

impl EntryValues for InvestigationValues {
    fn lines(&self, names: &ProblemNames) -> Lines {
        vec![
            ("Accertamento", self.description.clone()),
            ("Codice del catalogo", self.service_code.clone()),
            ("Problema", problem(self.problem_id, names)),
            ("Richiesto il", dates::long(self.requested_on)),
            ("Risultato", self.result.clone()),
            ("Data del risultato", day(self.result_on)),
            ("Esito", self.outcome.label().to_owned()),
            ("Eliminato il", day(self.removed_on)),
        ]
    }

    fn problem(&self) -> Option<i64> {
        self.problem_id
    }

    fn day(&self) -> Option<NaiveDate> {
        Some(self.requested_on)
    }

    removal!();
}

impl EntryValues for DiaryValues {
    fn lines(&self, names: &ProblemNames) -> Lines {
        vec![
            ("Data", dates::long(self.entry_date)),
            ("Problema", problem(self.problem_id, names)),
            ("Testo", self.body.clone()),
            ("Eliminata il", day(self.removed_on)),
        ]
    }

    fn problem(&self) -> Option<i64> {
        self.problem_id
    }

    fn day(&self) -> Option<NaiveDate> {
        Some(self.entry_date)
    }

    removal!();
}

impl EntryValues for AllergyValues {
    fn lines(&self, _: &ProblemNames) -> Lines {
        vec![
            ("Sostanza", self.substance.clone()),
            ("Classe ATC", self.atc_prefix.clone()),
            ("Gruppo", group(&self.group_code)),
            ("Reazione", self.reaction.clone()),
            ("Annotata il", dates::long(self.noted_on)),
            ("Eliminata il", day(self.removed_on)),
        ]
    }

    fn repeats(&self, other: &Self) -> bool {
        fold(&self.substance) == fold(&other.substance)
    }

    fn day(&self) -> Option<NaiveDate> {
        Some(self.noted_on)
    }

    removal!();
}

impl EntryValues for ExemptionValues {
    fn lines(&self, _: &ProblemNames) -> Lines {
        vec![
            ("Codice", self.code.clone()),
            ("Descrizione", self.description.clone()),
            ("Valida dal", day(self.valid_from)),
            ("Valida fino al", day(self.valid_to)),
            ("Eliminata il", day(self.removed_on)),
        ]
    }

    fn repeats(&self, other: &Self) -> bool {
        let ends_before =
            |one: &Self, two: &Self| matches!((one.valid_to, two.valid_from), (Some(to), Some(from)) if to < from);
        self.code == other.code && !ends_before(self, other) && !ends_before(other, self)
    }

    removal!();
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn entry(body: &str, problem_id: Option<i64>) -> DiaryValues {
        DiaryValues { problem_id, entry_date: "2016-11-19".parse().unwrap(), body: body.to_owned(), removed_on: None }
    }

    #[test]
    fn only_what_changed_is_told() {
        let names = ProblemNames::from([(4, "INFLUENZA".to_owned())]);
        let told = differences(Some(&entry("Febbre 38,5", None)), &entry("Febbre 39", Some(4)), &names);
        assert_eq!(
            told,
            [
                Difference { label: "Problema", before: String::new(), after: "INFLUENZA".to_owned() },
                Difference { label: "Testo", before: "Febbre 38,5".to_owned(), after: "Febbre 39".to_owned() },
            ]
        );
        assert_eq!(differences(Some(&entry("a", None)), &entry("a", None), &names), []);
    }

    #[test]
    fn a_first_version_is_told_whole() {
        let told = differences(None, &entry("Febbre", None), &ProblemNames::new());
        assert_eq!(told.iter().map(|d| d.label).collect::<Vec<_>>(), ["Data", "Testo"]);
    }

    #[test]
    fn values_come_back_from_the_json_of_the_history() {
        let values = TherapyValues {
            problem_id: Some(4),
            prescription_id: None,
            aic: "023086150".to_owned(),
            label: "ZIMOX*12CPR 1G".to_owned(),
            substance: "AMOXICILLINA".to_owned(),
            atc: "J01CA04".to_owned(),
            group_code: "AAA".to_owned(),
            class: "A".to_owned(),
            regime: "CD".to_owned(),
            note_code: String::new(),
            pieces: 1,
            posology: "1 compressa ogni 8 ore".to_owned(),
            by_substance: false,
            continuous: false,
            suggested: true,
            started_on: "2016-11-19".parse().unwrap(),
            suspended_on: None,
            removed_on: None,
            plan_protocol: String::new(),
            plan_ends_on: None,
        };
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(serde_json::from_str::<TherapyValues>(&json).unwrap(), values);
    }
}
