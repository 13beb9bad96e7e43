//! Riepilogo: exactly the prescriptions that will be issued.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use crate::prescribing::forms::ReviewForm;
use crate::prescribing::model::VisitKind;
use crate::prescribing::rules::split;
use crate::prescribing::service::{Checked, Issue, Lacking, Origin, Readiness, Review};
use crate::prescriptions::model::brand_only;
use crate::web::alarm::Alarm;
use crate::web::forms::{Choice, FormState};
use crate::web::shell::Shell;
use kernel::dates;
use kernel::money::Cents;
use kernel::plan;
use kernel::wording::counted;

/// In place of how many numbers are left.
const ASSIGNED_BY_SAC: &str = "li assegna il SAC";

/// A drug on one prescription.
#[expect(missing_docs, reason = "named as what they show")]
pub struct RowView {
    pub item_id: i64,
    pub label: String,
    pub facts: Vec<String>,
    pub price: String,
    pub packs: u32,
    /// On how many prescriptions the law has put the drug: it is taken out of all of them.
    pub spread: usize,
    pub allergy: Option<String>,
    pub warnings: Vec<String>,
}

/// One prescription.
#[expect(missing_docs, reason = "named as what they show")]
pub struct IssueView {
    pub number: usize,
    pub exemption: String,
    pub reasons: Vec<String>,
    pub suggested: bool,
    pub rows: Vec<RowView>,
}

/// A drug that cannot be issued as it is.
#[expect(missing_docs, reason = "named as what they show")]
pub struct BlockedView {
    pub item_id: i64,
    pub label: String,
    pub blocks: Vec<String>,
    pub complete: bool,
}

/// Why the page comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// What would be issued is not what was shown.
    Changed,
    /// Something is missing: the page says what.
    NotSent,
    /// What speaks against a drug was not answered.
    Unanswered,
}

/// The page.
#[derive(Template)]
#[template(path = "prescribing/review.html")]
#[expect(missing_docs, reason = "named as what they show")]
pub struct ReviewPage {
    pub shell: Shell,
    pub form: FormState,
    pub patient_id: i64,
    pub notice: Option<Notice>,
    pub issues: Vec<IssueView>,
    pub blocked: Vec<BlockedView>,
    /// Why what is being corrected was refused.
    pub origins: Vec<Origin>,
    /// What stops drugs until it is answered.
    pub alarms: Vec<Alarm>,
    /// Why one may prescribe all the same.
    pub alarm_reasons: Vec<Choice>,
    /// Every drug of the basket, for the forms that take one out.
    pub item_ids: Vec<i64>,
    /// «Due ricette».
    pub count: String,
    pub reasons: Vec<String>,
    pub visits: Vec<Choice>,
    pub date: String,
    pub numbers: String,
    pub lot: String,
    /// «Valida fino alle 17.40», while the session runs.
    pub session_until: String,
    pub lacking: Vec<Lacking>,
    pub can_send: bool,
    /// «Invia 2 ricette», «Invia al cloud».
    pub send: String,
    /// A collaborator's: it goes to the doctor, who looks at what SAC wants.
    pub to_cloud: bool,
    pub revision: i64,
    pub fingerprint: String,
    pub form_key: String,
}

impl ReviewPage {
    /// The page of a review. `form` is what was posted, if something was; `readiness` is the doctor's, who sends.
    pub fn new(
        shell: Shell,
        review: &Review,
        readiness: Option<&Readiness>,
        form: Option<FormState>,
        today: NaiveDate,
    ) -> Self {
        let issues: Vec<IssueView> =
            review.issues.iter().zip(1..).map(|(issue, number)| issue_view(review, issue, number)).collect();
        let blocked: Vec<BlockedView> =
            review.items.iter().filter(|checked| !checked.blocks.is_empty()).map(blocked_view).collect();
        let nothing = Readiness::default();
        let readiness = readiness.unwrap_or(&nothing);
        let lacking = readiness.lacking.clone();
        let to_cloud = shell.collaborator;
        let send = if to_cloud {
            "Invia al cloud".to_owned()
        } else {
            format!("Invia {}", counted(issues.len(), "ricetta", "ricette"))
        };
        let until = |until| until_text(dates::to_rome(until), today);
        Self {
            shell,
            form: form.unwrap_or_else(|| ReviewForm::fill(review.draft.visit_kind, review.draft.hide_data)),
            patient_id: review.patient.id,
            notice: None,
            can_send: review.is_complete() && lacking.is_empty(),
            count: split::count_in_words(issues.len()),
            reasons: review.reasons.clone(),
            origins: review.origins.clone(),
            alarms: review.items.iter().filter_map(alarm).collect(),
            alarm_reasons: Alarm::reasons(),
            item_ids: review.items.iter().map(|checked| checked.item.id).collect(),
            visits: vec![
                Choice::new(VisitKind::Surgery.as_str(), "Ambulatorio"),
                Choice::new(VisitKind::Home.as_str(), "Domicilio"),
            ],
            date: dates::long(today),
            numbers: if readiness.assigned { ASSIGNED_BY_SAC.to_owned() } else { readiness.left.to_string() },
            lot: readiness.lot.clone(),
            session_until: readiness.session_until.map(until).unwrap_or_default(),
            revision: review.draft.revision,
            fingerprint: review.fingerprint.clone(),
            form_key: review.draft.confirmation_key(),
            issues,
            blocked,
            lacking,
            send,
            to_cloud,
        }
    }

    /// The same page, saying why it came back.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        if notice == Notice::Unanswered {
            for alarm in &self.alarms {
                alarm.explain(&mut self.form);
            }
        }
        self
    }
}

/// `Valida fino alle 17.40`; with the day when it is not today.
fn until_text(until: NaiveDateTime, today: NaiveDate) -> String {
    let hour = dates::hour(until);
    if until.date() == today {
        format!("Valida fino alle {hour}")
    } else {
        format!("Valida fino al {} alle {hour}", dates::short(until.date()))
    }
}

fn issue_view(review: &Review, issue: &Issue, number: usize) -> IssueView {
    let rows = issue
        .rows
        .iter()
        .filter_map(|(id, packs)| {
            let spread = review.issues.iter().filter(|issue| issue.rows.iter().any(|(other, _)| other == id)).count();
            Some(row_view(review.item(*id)?, *packs, spread))
        })
        .collect();
    IssueView {
        number,
        exemption: issue.exemption.label().to_owned(),
        reasons: issue.reasons.clone(),
        suggested: issue.new.suggested,
        rows,
    }
}

fn row_view(checked: &Checked, packs: u32, spread: usize) -> RowView {
    let item = &checked.item.values;
    let label = if item.by_substance && !item.group_description.is_empty() {
        format!("{} (solo principio attivo)", item.group_description)
    } else {
        item.label.clone()
    };
    let facts = [
        Some(item.posology.clone()),
        item.continuous.then(|| "Continuativo".to_owned()),
        (!item.note_code.is_empty()).then(|| format!("Nota {}", item.note_code)),
        item.not_substitutable.then(|| brand_only(&item.motive_code, &checked.motive_text)),
        plan::in_words(&item.plan_protocol, item.plan_ends_on),
        checked.problem.clone(),
    ];
    RowView {
        item_id: checked.item.id,
        label,
        facts: facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect(),
        price: price(checked, packs),
        packs,
        spread,
        allergy: checked.safety.allergy_mark(),
        warnings: [checked.warnings.clone(), checked.safety.remarks()].concat(),
    }
}

/// What stops a drug of the basket; its row names it on the page.
fn alarm(checked: &Checked) -> Option<Alarm> {
    Alarm::of(&checked.item.id.to_string(), &checked.item.values.label, &checked.safety)
}

/// `€ 9,80, di cui € 3,26 a carico dell’assistito`, for the packs of this prescription.
fn price(checked: &Checked, packs: u32) -> String {
    let times = |cents: i64| Cents(cents.saturating_mul(i64::from(packs)));
    let Some(price) = checked.item.values.price_cents else { return String::new() };
    match checked.patient_pays {
        Some(pays) if pays > 0 => {
            format!("€ {}, di cui € {} a carico dell’assistito", times(price), times(pays))
        }
        _ => format!("€ {}", times(price)),
    }
}

fn blocked_view(checked: &Checked) -> BlockedView {
    BlockedView {
        item_id: checked.item.id,
        label: checked.item.values.label.clone(),
        blocks: checked.blocks.clone(),
        complete: checked.item.values.complete,
    }
}

/// The page when there is nothing to review.
#[derive(Template)]
#[template(path = "prescribing/empty.html")]
#[expect(missing_docs, reason = "named as what they show")]
pub struct EmptyPage {
    pub shell: Shell,
    pub patient_id: i64,
    /// A confirmation came for a basket that is gone.
    pub gone: bool,
}
