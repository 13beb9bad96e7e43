//! Which exemption a drug is prescribed with: «[calcola esenzione]», and what a doctor may choose instead.
//!
//! The order follows from what each exemption is for (DM 329/1999, DM 279/2001, DPCM 12/1/2017): first the one of the
//! disease being treated, since it alone widens the pack limits (but pain therapy for its narcotics, which go with no
//! other); then pain therapy for opioids; then those that hold for
//! every drug (disability, war, work, service, victims); then income. Every answer says why, in Italian.

use chrono::NaiveDate;

use kernel::dates;
use kernel::exemption::{ExemptionCode, ExemptionKind};
use kernel::icd9::Icd9;

/// An exemption of the patient, with what the catalogue says of its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The code as registered for the patient.
    pub code: String,
    /// Its description.
    pub description: String,
    /// First day of validity, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity, if it ends.
    pub valid_to: Option<NaiveDate>,
    /// What the catalogue says; `None` for a code it does not have (regions add their own).
    pub facts: Option<Facts>,
}

/// What the catalogue says of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it rests on.
    pub kind: ExemptionKind,
    /// Whether it concerns drugs at all.
    pub covers_drugs: bool,
    /// For a disease: the diagnoses it is for. Empty when the catalogue does not list them.
    pub diagnoses: Vec<Icd9>,
}

/// The problem (problema) a drug is prescribed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its diagnosis code, when the doctor gave one.
    pub code: Option<Icd9>,
    /// As it stands in the record.
    pub description: String,
}

/// What is asked: for which day, problem and drug.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day of prescribing, in Italy.
    pub day: NaiveDate,
    /// The problem, if one was associated.
    pub problem: Option<&'a Problem>,
    /// ATC code of the drug; empty when unknown.
    pub atc: &'a str,
    /// A narcotic of the pain therapy: its exemption comes before that of the disease, since the law asks for it.
    pub narcotic: bool,
}

/// What the doctor left in the field ESENZIONE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// «[calcola esenzione]».
    Auto,
    /// NON ESENTE.
    NotExempt,
    /// This code.
    Code(String),
}

impl Choice {
    /// Reads the text kept in `exemption_choice`.
    pub fn from_text(text: &str) -> Self {
        match text {
            "" | "auto" => Self::Auto,
            "none" => Self::NotExempt,
            code => Self::Code(code.to_owned()),
        }
    }

    /// The text kept in `exemption_choice`.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Auto => "auto",
            Self::NotExempt => "none",
            Self::Code(code) => code,
        }
    }
}

/// What goes on the prescription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exemption {
    /// The code; empty means NON ESENTE.
    pub code: String,
    /// What it rests on; `None` when there is none.
    pub kind: Option<ExemptionKind>,
}

impl Exemption {
    /// NON ESENTE.
    pub const fn none() -> Self {
        Self { code: String::new(), kind: None }
    }

    /// Whether it rests on income (`reddito`).
    pub fn is_of_income(&self) -> bool {
        self.kind == Some(ExemptionKind::Income)
    }

    /// What the screens and the promemoria print.
    pub fn label(&self) -> &str {
        if self.code.is_empty() { "NON ESENTE" } else { &self.code }
    }
}

/// An exemption and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What goes on the prescription.
    pub exemption: Exemption,
    /// Why, for the doctor.
    pub reason: String,
}

impl Decision {
    /// Whether it is the exemption of pain therapy.
    pub fn is_for_pain(&self) -> bool {
        self.exemption.kind == Some(ExemptionKind::Pain)
    }
}

/// Why a chosen code cannot be used. The message is for the doctor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not among the patient's.
    #[error("L’esenzione {0} non è tra quelle dell’assistito. Scegline un’altra o registrala nella cartella.")]
    NotHeld(String),
    /// Past its last day.
    #[error("L’esenzione {0} è scaduta il {1}. Scegline un’altra o aggiorna la scadenza nella cartella.")]
    Expired(String, String),
    /// Before its first day.
    #[error("L’esenzione {0} vale dal {1}. Scegline un’altra.")]
    NotYet(String, String),
}

/// Answers what goes on the prescription for this drug.
/// Fails with [`Refusal`] when the doctor chose a code that this patient cannot use on that day.
pub fn decide(choice: &Choice, held: &[Held], question: &Question<'_>) -> Result<Decision, Refusal> {
    match choice {
        Choice::Auto => Ok(compute(held, question)),
        Choice::NotExempt => {
            Ok(Decision { exemption: Exemption::none(), reason: "Non esente: lo hai scelto tu.".to_owned() })
        }
        Choice::Code(code) => chosen(code, held, question),
    }
}

fn chosen(code: &str, held: &[Held], question: &Question<'_>) -> Result<Decision, Refusal> {
    // The same code may be registered more than once (renewed every year): any valid row will do.
    let rows: Vec<&Held> = held.iter().filter(|row| row.code == code).collect();
    let Some(row) = rows.iter().find(|row| row.check(question.day).is_ok()).or(rows.last()) else {
        return Err(Refusal::NotHeld(code.to_owned()));
    };
    row.check(question.day)?;
    let remark = match question.problem {
        _ if row.facts.is_none() => " Il catalogo nazionale non la contiene.".to_owned(),
        _ if !row.covers_drugs() => " Secondo il catalogo non riguarda i farmaci.".to_owned(),
        _ if !row.kind().is_for_a_disease() || row.is_for(question) => String::new(),
        Some(problem) => format!(" Non risulta che comprenda {}.", problem.shown()),
        None => " Nessun problema associato.".to_owned(),
    };
    Ok(Decision { exemption: row.exemption(), reason: format!("{}: la hai scelta tu.{remark}", row.shown()) })
}

fn compute(held: &[Held], question: &Question<'_>) -> Decision {
    let usable: Vec<&Held> = held.iter().filter(|row| row.valid_on(question.day) && row.covers_drugs()).collect();
    let best = usable.iter().filter_map(|row| Some((row.rank(question)?, *row))).min_by(|(a, x), (b, y)| {
        // The better rank, then the more precise diagnosis, then the code: the same answer every time.
        a.cmp(b).then_with(|| y.precision(question).cmp(&x.precision(question))).then_with(|| x.code.cmp(&y.code))
    });
    match best {
        Some((_, row)) => Decision { exemption: row.exemption(), reason: row.why(question) },
        None => Decision { exemption: Exemption::none(), reason: why_none(held, &usable, question) },
    }
}

/// How good an exemption is for a drug: lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Narcotic,
    Disease,
    Pain,
    EveryDrug,
    Income,
}

impl Held {
    /// What it rests on: the catalogue's word, or what the shape of the code tells.
    fn kind(&self) -> ExemptionKind {
        match (&self.facts, ExemptionCode::parse(&self.code)) {
            (Some(facts), _) => facts.kind,
            (None, Ok(code)) => code.kind(),
            (None, Err(_)) => ExemptionKind::Other,
        }
    }

    fn exemption(&self) -> Exemption {
        Exemption { code: self.code.clone(), kind: Some(self.kind()) }
    }

    fn check(&self, day: NaiveDate) -> Result<(), Refusal> {
        if let Some(last) = self.valid_to.filter(|last| *last < day) {
            return Err(Refusal::Expired(self.code.clone(), dates::long(last)));
        }
        if let Some(first) = self.valid_from.filter(|first| *first > day) {
            return Err(Refusal::NotYet(self.code.clone(), dates::long(first)));
        }
        Ok(())
    }

    /// Whether it is valid on that day, both ends counted.
    pub fn valid_on(&self, day: NaiveDate) -> bool {
        self.check(day).is_ok()
    }

    /// The catalogue's word; a code it does not know is the doctor's to judge.
    fn covers_drugs(&self) -> bool {
        self.facts.as_ref().is_none_or(|facts| facts.covers_drugs)
    }

    /// The exemption's own diagnosis that takes in the problem, if one does.
    fn matching(&self, question: &Question<'_>) -> Option<&Icd9> {
        let code = question.problem?.code.as_ref()?;
        let diagnoses = &self.facts.as_ref()?.diagnoses;
        diagnoses.iter().filter(|own| own.covers(code)).max_by_key(|own| own.as_str().len())
    }

    fn is_for(&self, question: &Question<'_>) -> bool {
        self.matching(question).is_some()
    }

    fn precision(&self, question: &Question<'_>) -> usize {
        self.matching(question).map_or(0, |own| own.as_str().len())
    }

    /// `None`: not a candidate for the computation. A code that the catalogue does not know is one only by choice.
    fn rank(&self, question: &Question<'_>) -> Option<Rank> {
        self.facts.as_ref()?;
        match self.kind() {
            ExemptionKind::Chronic | ExemptionKind::Rare => self.is_for(question).then_some(Rank::Disease),
            ExemptionKind::Pain if question.narcotic => Some(Rank::Narcotic),
            ExemptionKind::Pain => is_opioid(question.atc).then_some(Rank::Pain),
            ExemptionKind::CivilDisability
            | ExemptionKind::War
            | ExemptionKind::Work
            | ExemptionKind::Service
            | ExemptionKind::Victim => Some(Rank::EveryDrug),
            ExemptionKind::Income => Some(Rank::Income),
            ExemptionKind::Pregnancy | ExemptionKind::Prevention | ExemptionKind::Other => None,
        }
    }

    /// `Esenzione 013 (Diabete mellito)`.
    fn shown(&self) -> String {
        if self.description.is_empty() {
            format!("Esenzione {}", self.code)
        } else {
            format!("Esenzione {} ({})", self.code, self.description)
        }
    }

    fn why(&self, question: &Question<'_>) -> String {
        let because = match (self.rank(question), question.problem) {
            (Some(Rank::Disease), Some(problem)) => format!("comprende il problema {}.", problem.shown()),
            (Some(Rank::Narcotic | Rank::Pain), _) => "vale per i farmaci della terapia del dolore.".to_owned(),
            (Some(Rank::Income), _) => "vale per reddito, nessun’altra esenzione è adatta a questo farmaco.".to_owned(),
            _ => "vale per tutti i farmaci.".to_owned(),
        };
        format!("{}: {because}", self.shown())
    }
}

impl Problem {
    /// `DIABETE MELLITO (250.00)`.
    fn shown(&self) -> String {
        match &self.code {
            Some(code) => format!("{} ({code})", self.description),
            None => self.description.clone(),
        }
    }
}

/// Opioids (ATC N02A), the drugs of the pain exemption.
fn is_opioid(atc: &str) -> bool {
    atc.starts_with("N02A")
}

/// Why nothing fits: the reason nearest to what the doctor may want to mend comes first.
fn why_none(held: &[Held], usable: &[&Held], question: &Question<'_>) -> String {
    let disease = usable.iter().find(|row| row.facts.is_some() && row.kind().is_for_a_disease());
    if let Some(row) = disease {
        let unlisted = row.facts.as_ref().is_some_and(|facts| facts.diagnoses.is_empty());
        return match question.problem {
            None => format!(
                "Non esente: l’esenzione {} vale solo per la sua malattia. Associa il problema, oppure scegli l’esenzione.",
                row.code
            ),
            Some(problem) if unlisted || problem.code.is_none() => format!(
                "Non esente: non si può stabilire se l’esenzione {} comprende {}. Se la comprende, sceglila tu.",
                row.code,
                problem.shown()
            ),
            Some(problem) => format!("Non esente: l’esenzione {} non comprende {}.", row.code, problem.shown()),
        };
    }
    if let Some(row) = usable.first() {
        return format!(
            "Non esente: l’esenzione {} non risulta adatta a questo farmaco. Se lo è, sceglila tu.",
            row.code
        );
    }
    if let Some(row) = held.iter().find(|row| row.valid_on(question.day)) {
        return format!("Non esente: secondo il catalogo l’esenzione {} non riguarda i farmaci.", row.code);
    }
    match held.iter().rev().find_map(|row| row.check(question.day).err()) {
        Some(Refusal::Expired(code, last)) => format!("Non esente: l’esenzione {code} è scaduta il {last}."),
        Some(Refusal::NotYet(code, first)) => format!("Non esente: l’esenzione {code} vale dal {first}."),
        Some(Refusal::NotHeld(_)) | None => "Non esente: l’assistito non ha esenzioni registrate.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
