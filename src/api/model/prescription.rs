//! Prescriptions: how they are told.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{Queryable, Selectable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::remark::SafetyAlert;
use super::request::WordingName;
use crate::db::schema::prescriptions;
use crate::prescriptions::model::{NewItem, State};
use crate::prescriptions::queries::HistoryRow;
use crate::validation::model::{Change, Counters, SentView};

/// A prescription as a program sees it.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
pub struct CardRow {
    pub id: i64,
    pub revision: i64,
    pub state: State,
    pub patient_id: i64,
    pub patient_name: String,
    pub patient_code: String,
    pub created_at: NaiveDateTime,
    pub confirmed_at: Option<NaiveDateTime>,
    pub nre: Option<String>,
    pub auth_code: String,
    pub exemption_code: String,
    pub suggested: bool,
    pub hide_data: bool,
    pub annul_reason: String,
    pub annulled_at: Option<NaiveDateTime>,
}

/// Sent and waiting, validated, annulled, refused by SAC: what the studio has not taken note of.
#[derive(Serialize, ToSchema)]
pub struct CountersAnswer {
    /// Sent to the doctor and not concluded.
    #[schema(example = 1)]
    pub waiting: i64,
    /// With a code, to be downloaded.
    #[schema(example = 0)]
    pub validated: i64,
    /// Refused by the doctor or annulled, to be downloaded.
    #[schema(example = 0)]
    pub annulled: i64,
    /// Refused by SAC and not yet looked at; the doctor must correct them. Opening one takes it away; 100 stand for more.
    #[schema(example = 0)]
    pub refused: i64,
}

impl From<Counters> for CountersAnswer {
    fn from(counters: Counters) -> Self {
        let Counters { waiting, validated, annulled, refused } = counters;
        Self { waiting, validated, annulled, refused }
    }
}

/// Which prescriptions a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// With the doctor, or on its way to SAC.
    #[default]
    Waiting,
    /// With a code.
    Validated,
    /// Refused by the doctor, or annulled.
    Annulled,
    /// Refused by SAC: the doctor must correct them.
    Refused,
}

impl From<View> for SentView {
    fn from(view: View) -> Self {
        match view {
            View::Waiting => Self::Waiting,
            View::Validated => Self::Validated,
            View::Annulled => Self::Annulled,
            View::Refused => Self::Refused,
        }
    }
}

/// Asks for a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Which prescriptions.
    #[serde(default)]
    #[param(inline, required = false)]
    pub view: View,
    /// `next` of the page before.
    #[param(max_length = 64)]
    pub cursor: Option<String>,
}

/// A page of prescriptions.
#[derive(Serialize, ToSchema)]
pub struct PrescriptionPage {
    /// Newest first, fifty at most.
    pub prescriptions: Vec<PrescriptionCard>,
    /// For the page after this; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Where a prescription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// Taken back by who prepared it: its content is being corrected elsewhere.
    Draft,
    /// Waits for the doctor.
    Pending,
    /// The doctor said no; final.
    Declined,
    /// Confirmed by the doctor, to be sent to SAC.
    ToSend,
    /// On its way to SAC.
    Sending,
    /// Nobody knows yet whether SAC registered it.
    Uncertain,
    /// Refused by SAC: the doctor must correct it.
    Discarded,
    /// Registered: it has a code.
    Accepted,
    /// The doctor asked to annul it.
    Annulling,
    /// It is not known yet whether it is annulled.
    AnnulUncertain,
    /// Annulled; final.
    Annulled,
}

impl From<State> for StateName {
    fn from(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Pending => Self::Pending,
            State::Declined => Self::Declined,
            State::ToSend => Self::ToSend,
            State::Sending => Self::Sending,
            State::Uncertain => Self::Uncertain,
            State::Discarded => Self::Discarded,
            State::Accepted => Self::Accepted,
            State::Annulling => Self::Annulling,
            State::AnnulUncertain => Self::AnnulUncertain,
            State::Annulled => Self::Annulled,
        }
    }
}

/// A prescription.
#[derive(Serialize, ToSchema)]
pub struct PrescriptionCard {
    /// Key.
    #[schema(example = 31)]
    pub id: i64,
    /// Grows with each change.
    pub revision: i64,
    /// Where it stands.
    pub state: StateName,
    /// The same in Italian, for a screen.
    #[schema(example = "Inviata")]
    pub state_label: String,
    /// The patient.
    #[schema(example = 12)]
    pub patient: i64,
    /// The patient's name when it was prepared.
    #[schema(example = "SACCAVINI CLAUDIO")]
    pub patient_name: String,
    /// The patient's fiscal code.
    #[schema(example = "SCCCLD63E30L483Q")]
    pub fiscal_code: String,
    /// When it was prepared.
    pub prepared_at: DateTime<Utc>,
    /// When the doctor confirmed it.
    pub validated_at: Option<DateTime<Utc>>,
    /// May be printed and given to the patient.
    pub deliverable: bool,
    /// Its number, once it has one.
    pub nre: Option<String>,
    /// The code that makes it valid; absent when it is not, or no longer.
    pub auth_code: Option<String>,
    /// Empty = not exempt.
    #[schema(example = "E01")]
    pub exemption: String,
    /// On a specialist's advice.
    pub suggested: bool,
    /// Name and address are hidden from the dispenser.
    pub hide_data: bool,
    /// Why the doctor refused or annulled it.
    pub reason: String,
    /// When that was.
    pub annulled_at: Option<DateTime<Utc>>,
    /// The drugs.
    pub items: Vec<PrescribedItem>,
}

/// A drug of a prescription.
#[derive(Serialize, ToSchema)]
pub struct PrescribedItem {
    /// The package.
    #[schema(example = "023086150")]
    pub aic: String,
    /// Name and pack.
    #[schema(example = "ZIMOX*12CPR 1G")]
    pub label: String,
    /// Active substance.
    #[schema(example = "AMOXICILLINA")]
    pub substance: String,
    /// Packs.
    #[schema(example = 1)]
    pub pieces: i64,
    /// How it is taken.
    #[schema(example = "1 ogni 12 ore")]
    pub posology: String,
    /// AIFA note.
    pub note: String,
    /// The problem it is for.
    pub problem: Option<i64>,
    /// Drug of a chronic therapy.
    pub continuous: bool,
    /// How it is written.
    pub wording: WordingName,
    /// Why the brand may not be replaced.
    pub motive: String,
    /// What that motive said when it was chosen.
    pub motive_text: String,
    /// Protocol of the therapeutic plan; empty for none.
    pub plan: String,
    /// Last day of that plan.
    pub plan_ends_on: Option<NaiveDate>,
    /// While it waits for the doctor: what stops it from being sent as it stands, or should be looked at first, such as a
    /// note that is missing, or the same drug in another prescription of the patient.
    pub warnings: Vec<String>,
    /// While it waits for the doctor: what the patient's record says against it. The rules were reviewed by no pharmacist.
    pub alerts: Vec<SafetyAlert>,
}

impl From<&NewItem> for PrescribedItem {
    fn from(item: &NewItem) -> Self {
        Self {
            aic: item.aic.clone(),
            label: item.label.clone(),
            substance: item.substance.clone(),
            pieces: item.pieces,
            posology: item.posology.clone(),
            note: item.note_code.clone(),
            problem: item.problem_id,
            continuous: item.continuous,
            wording: match (item.by_substance, item.not_substitutable) {
                (true, _) => WordingName::Substance,
                (false, true) => WordingName::BrandOnly,
                (false, false) => WordingName::Brand,
            },
            motive: item.motive_code.clone(),
            motive_text: item.motive_text.clone(),
            plan: item.plan_protocol.clone(),
            plan_ends_on: item.plan_ends_on,
            warnings: Vec::new(),
            alerts: Vec::new(),
        }
    }
}

impl PrescriptionCard {
    /// A card from its rows.
    pub fn new(row: CardRow, items: Vec<PrescribedItem>) -> Self {
        let deliverable = row.state.is_deliverable(&row.auth_code);
        Self {
            id: row.id,
            revision: row.revision,
            state: row.state.into(),
            state_label: row.state.label().to_owned(),
            patient: row.patient_id,
            patient_name: row.patient_name,
            fiscal_code: row.patient_code,
            prepared_at: row.created_at.and_utc(),
            validated_at: row.confirmed_at.map(|at| at.and_utc()),
            deliverable,
            nre: row.nre,
            auth_code: deliverable.then_some(row.auth_code),
            exemption: row.exemption_code,
            suggested: row.suggested,
            hide_data: row.hide_data,
            reason: row.annul_reason,
            annulled_at: row.annulled_at.map(|at| at.and_utc()),
            items,
        }
    }
}

/// A prescription with its history.
#[derive(Serialize, ToSchema)]
pub struct PrescriptionDetail {
    /// As it stands.
    #[serde(flatten)]
    pub card: PrescriptionCard,
    /// What happened to it, oldest first.
    pub events: Vec<PrescriptionEvent>,
    /// What the doctor corrected of what was prepared.
    pub changes: Vec<PrescriptionChange>,
}

/// Something that happened to a prescription.
#[derive(Serialize, ToSchema)]
pub struct PrescriptionEvent {
    /// What: a fixed word.
    #[schema(example = "INVIA_AL_CLOUD")]
    pub event: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; empty for the portal itself.
    #[schema(example = "Maria SEGRETI")]
    pub by: String,
}

impl From<&HistoryRow> for PrescriptionEvent {
    fn from(row: &HistoryRow) -> Self {
        Self { event: row.event.as_str().to_owned(), at: row.happened_at.and_utc(), by: row.actor_name() }
    }
}

/// Something the doctor corrected.
#[derive(Serialize, ToSchema)]
pub struct PrescriptionChange {
    /// The drug; empty for the prescription as a whole.
    #[schema(example = "ZIMOX*12CPR 1G")]
    pub drug: String,
    /// What, in Italian.
    #[schema(example = "pezzi")]
    pub what: String,
    /// Before.
    #[schema(example = "1")]
    pub before: String,
    /// After.
    #[schema(example = "2")]
    pub after: String,
}

impl From<Change> for PrescriptionChange {
    fn from(change: Change) -> Self {
        Self { drug: change.drug, what: change.what.to_owned(), before: change.before, after: change.after }
    }
}

/// News for the studio, offered until it is acknowledged.
#[derive(Serialize, ToSchema)]
pub struct DownloadOffer {
    /// To be acknowledged under this id; none when there is no news.
    #[schema(example = 5)]
    pub id: Option<i64>,
    /// What was validated, refused or annulled: fifty at most, the rest in the next offer.
    pub prescriptions: Vec<PrescriptionCard>,
}
