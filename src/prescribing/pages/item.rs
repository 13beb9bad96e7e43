//! Dati prescrizione: the data of one drug.

use askama::Template;
use chrono::NaiveDate;

use crate::prescribing::forms::{BRAND_ONLY, BY_BRAND, BY_SUBSTANCE, OWN_POSOLOGY};
use crate::prescribing::model::{ItemValues, POSOLOGY_MAX};
use crate::prescribing::service::{ItemContext, Origin};
use crate::web::forms::{Choice, FormState};
use crate::web::kit::Badge;
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::money::Cents;

/// The page.
#[derive(Template)]
#[template(path = "prescribing/item.html")]
#[expect(missing_docs, reason = "named as what they show")]
pub struct ItemPage {
    pub shell: Shell,
    pub form: FormState,
    pub item_id: i64,
    /// Where the form is posted.
    pub action: String,
    /// The way back, above the title.
    pub back: (String, &'static str),
    /// Where ANNULLA leads; `None`: it takes the drug out of the basket.
    pub cancel: Option<String>,
    /// Address that takes it out.
    pub remove: String,
    /// The prescription's revision, when it waits for the doctor.
    pub revision: Option<i64>,
    /// Whether the drug can be taken out of a prescription that waits for the doctor.
    pub can_take_out: bool,
    /// Why a correction was refused.
    pub refused: Vec<String>,
    /// «1 di 2», when there are more.
    pub place: String,
    pub label: String,
    pub badges: Vec<Badge>,
    /// Label and text.
    pub facts: Vec<(&'static str, String)>,
    pub allergy: Option<String>,
    /// Why the prescription it is a correction of was refused.
    pub origins: Vec<Origin>,
    /// What the rules say of it, and where they come from.
    pub advice: Vec<String>,
    pub warnings: Vec<String>,
    /// How many packs fit in one prescription.
    pub limit: String,
    pub posologies: Vec<Choice>,
    pub posology_max: usize,
    pub exemptions: Vec<Choice>,
    /// What the choice of the exemption comes to, and why.
    pub reason: String,
    pub problems: Vec<Choice>,
    pub notes: Vec<Choice>,
    pub note_hint: String,
    pub modes: Vec<Choice>,
    pub motives: Vec<Choice>,
    pub plan_hint: String,
}

impl ItemPage {
    /// The page of a drug with the form as it stands; `values` is what the form says, for the exemption.
    pub fn new(
        shell: Shell,
        patient_id: i64,
        context: &ItemContext,
        form: FormState,
        values: &ItemValues,
        today: NaiveDate,
    ) -> Self {
        let item = &context.item.values;
        let safety = context.safety();
        let (decision, allowance) = context.decide(values);
        let problem = context.problems.iter().find(|problem| Some(problem.0) == values.problem_id);
        let price = item.price_cents.map(|cents| format!(" · € {}", Cents(cents))).unwrap_or_default();
        let place =
            if context.count > 1 { format!("Farmaco {} di {}", context.place, context.count) } else { String::new() };
        Self {
            shell,
            item_id: context.item.id,
            action: paths::draft_item(patient_id, context.item.id),
            back: (paths::patient_formulary(patient_id), "Prontuario"),
            cancel: item.complete.then(|| paths::draft(patient_id)),
            remove: paths::draft_item_remove(patient_id, context.item.id),
            revision: None,
            can_take_out: false,
            refused: Vec::new(),
            place,
            label: item.label.clone(),
            badges: Badge::of_drug(
                &item.class,
                &item.regime,
                context.listed.as_ref().and_then(|row| row.regime.as_ref()),
            ),
            facts: vec![
                ("Farmaco", item.label.clone()),
                ("Principio attivo", format!("{}{price}", item.substance)),
                ("Problema associato", problem.map_or_else(|| "NESSUNO".to_owned(), |problem| problem.1.clone())),
                ("Prescritto il", dates::short(today)),
            ],
            allergy: safety.allergy_mark(),
            origins: context.origins.clone(),
            advice: safety.stops().map(|alert| format!("{} {}", alert.advice, alert.source)).collect(),
            warnings: [context.warnings(), context.narcotic_remarks(values), safety.remarks()].concat(),
            limit: format!("{}: se sono di più si fanno più ricette", allowance.in_words()),
            posologies: posologies(context),
            posology_max: POSOLOGY_MAX,
            exemptions: exemptions(context, values.choice().as_text()),
            reason: decision.map(|decision| decision.reason).unwrap_or_default(),
            problems: context.problems.iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect(),
            notes: notes(context),
            note_hint: note_hint(&context.known_notes),
            modes: modes(item),
            plan_hint: plan_hint(context),
            motives: context.motives.iter().map(|row| named(&row.code, &row.description)).collect(),
            form,
        }
    }
}

impl ItemPage {
    /// The same for a drug of prescription `id` that waits for the doctor, seen at `revision`.
    #[must_use]
    pub fn of_pending(mut self, id: i64, revision: i64) -> Self {
        // A prescription without drugs is not corrected but refused.
        self.can_take_out = !self.place.is_empty();
        self.action = paths::pending_item(id, self.item_id);
        self.back = (paths::pending(), "Elenco Prescrizioni");
        self.cancel = Some(paths::pending());
        self.remove = String::new();
        self.revision = Some(revision);
        self.limit = self.limit.replace(": se sono di più si fanno più ricette", "");
        self
    }
}

fn named(code: &str, description: &str) -> Choice {
    Choice::new(code, if description.is_empty() { code.to_owned() } else { format!("{code} · {description}") })
}

fn posologies(context: &ItemContext) -> Vec<Choice> {
    let listed = context.posologies.iter().map(|text| Choice::new(text, text));
    listed.chain([Choice::new(OWN_POSOLOGY, "POSOLOGIA PERSONALE")]).collect()
}

/// The computed one, none, those valid today; a chosen code that does not hold stays visible.
fn exemptions(context: &ItemContext, chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("auto", "[calcola esenzione]"), Choice::new("none", "NON ESENTE")];
    choices.extend(context.exemptions().iter().map(|(code, description)| named(code, description)));
    if !chosen.is_empty() && choices.iter().all(|choice| choice.value != chosen) {
        choices.push(Choice::new(chosen, format!("{chosen} · non utilizzabile")));
    }
    choices
}

/// The notes that exist for the substance first.
fn notes(context: &ItemContext) -> Vec<Choice> {
    let own = |code: &str| context.known_notes.iter().any(|known| known == code);
    let mut notes: Vec<&crate::reference::notes::AifaNote> = context.notes.iter().collect();
    notes.sort_by_key(|note| !own(&note.code));
    let mut choices: Vec<Choice> = notes.into_iter().map(|note| named(&note.code, &note.in_words())).collect();
    let kept = &context.item.values.note_code;
    if !kept.is_empty() && choices.iter().all(|choice| choice.value != *kept) {
        choices.insert(0, Choice::new(kept, kept));
    }
    choices
}

fn note_hint(known: &[String]) -> String {
    match known {
        [] => "Nessuna nota risulta per questo principio attivo".to_owned(),
        [one] => format!("Per questo principio attivo esiste la nota {one}"),
        several => format!("Per questo principio attivo esistono le note {}", several.join(", ")),
    }
}

fn plan_hint(context: &ItemContext) -> String {
    let asked = context.plan_asked();
    if asked.is_empty() { "Il numero di protocollo, se il farmaco ne ha uno".to_owned() } else { asked }
}

fn modes(item: &ItemValues) -> Vec<Choice> {
    let mut modes = vec![Choice::new(BY_BRAND, "Sostituibile"), Choice::new(BRAND_ONLY, "Non sostituibile")];
    if !item.group_code.is_empty() || item.by_substance {
        modes.push(Choice::new(BY_SUBSTANCE, "Solo P.A."));
    }
    modes
}
