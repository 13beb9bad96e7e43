//! Rows of the pipeline's tables, and what a caller brings to make a prescription.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};

use super::state::{State, WaitReason};
use crate::db::schema::{
    nre_lots, prescription_events, prescription_items, prescriptions, sac_attempts, sac_credentials,
};
use crate::identity::by::Seen;
use crate::text_enum;
use kernel::plan;

text_enum! {
    /// What is prescribed: never mixed in one prescription.
    Kind {
        /// Drugs (farmaceutica).
        Drugs = "F",
        /// Services (specialistica).
        Services = "P",
    }
}

text_enum! {
    /// What is asked of SAC.
    Operation {
        /// Invio.
        Send = "INVIO",
        /// Visualizzazione.
        View = "VISUALIZZA",
        /// Annullamento.
        Annul = "ANNULLA",
        /// Elenco degli NRE utilizzati, and a view of each that may be ours: where SAC assigns the number.
        Search = "CERCA",
        /// A view and an annulment of a number that is given up for another one.
        Retire = "RITIRA_NRE",
    }
}

text_enum! {
    /// What an attempt proved.
    AttemptOutcome {
        /// It is still running, or the process died with it.
        Open = "",
        /// SAC did it.
        Done = "ESEGUITO",
        /// SAC refused it: nothing changed there.
        Refused = "RIFIUTATO",
        /// SAC says the NRE is already used.
        AlreadyUsed = "NRE_GIA_USATO",
        /// Proof that SAC did not take it in.
        NotProcessed = "NON_ELABORATO",
        /// Proof of nothing.
        Unproven = "SENZA_ESITO",
    }
}

impl AttemptOutcome {
    /// The request may still have an effect at SAC that we have not seen.
    pub const UNPROVEN: &'static [Self] = &[Self::Open, Self::AlreadyUsed, Self::Unproven];
}

/// A row of `prescriptions`, without SAC's PDF. `Debug` is not derived: it would print the patient.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Prescription {
    pub id: i64,
    pub doctor_id: i64,
    pub patient_id: i64,
    pub author_id: i64,
    pub kind: Kind,
    pub state: State,
    pub revision: i64,
    pub region_code: String,
    pub patient_name: String,
    pub patient_code: String,
    pub patient_address: String,
    pub patient_province: String,
    pub patient_asl: String,
    pub exemption_code: String,
    pub income_exempt: bool,
    pub visit_kind: String,
    pub hide_data: bool,
    pub suggested: bool,
    pub diagnosis_code: String,
    pub diagnosis_text: String,
    pub plan_protocol: String,
    pub foreign_kind: String,
    pub foreign_section: String,
    pub compiled_at: NaiveDateTime,
    pub confirmed_at: Option<NaiveDateTime>,
    pub confirmed_by: Option<i64>,
    pub content_hash: String,
    pub payload: Option<String>,
    pub nre: Option<String>,
    pub attempt_id: Option<i64>,
    pub lease_until: Option<NaiveDateTime>,
    pub next_try_at: Option<NaiveDateTime>,
    pub tries: i64,
    pub wait_reason: WaitReason,
    pub attention: bool,
    pub auth_code: String,
    pub registered_at: Option<NaiveDateTime>,
    pub errors: String,
    pub communications: String,
    pub annul_reason: String,
    pub annulled_at: Option<NaiveDateTime>,
    pub copied_from: Option<i64>,
    pub submission: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Prescription {
    /// It, as it is now.
    pub const fn seen(&self) -> Seen {
        Seen::new(self.id, self.revision)
    }

    /// May be printed, mailed, published or shown as valid.
    pub fn is_deliverable(&self) -> bool {
        self.state.is_deliverable(&self.auth_code)
    }

    /// SAC's lists were searched often enough and do not show it: the doctor may have it sent again.
    pub fn can_resend(&self) -> bool {
        self.state == State::Uncertain
            && self.nre.is_none()
            && self.attempt_id.is_none()
            && self.wait_reason == WaitReason::NothingListed
    }

    /// Somebody of the studio prepared it for the doctor.
    pub const fn is_prepared(&self) -> bool {
        self.author_id != self.doctor_id
    }

    /// The part of it that the doctor may correct before sending it.
    pub fn head(&self) -> Head {
        Head {
            suggested: self.suggested,
            exemption_code: self.exemption_code.clone(),
            income_exempt: self.income_exempt,
            diagnosis_code: self.diagnosis_code.clone(),
            diagnosis_text: self.diagnosis_text.clone(),
            plan_protocol: self.plan_protocol.clone(),
        }
    }
}

/// What stands over the rows of a prescription and follows from them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, AsChangeset)]
#[diesel(table_name = prescriptions)]
pub struct Head {
    /// Suggested by a specialist.
    pub suggested: bool,
    /// Empty = not exempt.
    pub exemption_code: String,
    /// The exemption is one of income.
    pub income_exempt: bool,
    /// ICD-9-CM; may be empty.
    pub diagnosis_code: String,
    /// In words; may be empty.
    pub diagnosis_text: String,
    /// Protocol of the therapeutic plan; empty for none.
    #[serde(default)]
    pub plan_protocol: String,
}

/// What a prescription says, as far as it may be corrected: kept when a correction takes its place. `Debug` is not
/// derived.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Over the rows.
    pub head: Head,
    /// The rows, in order.
    pub items: Vec<NewItem>,
}

/// What is prescribed in one row: the part of it that is the same in the table and in what a caller brings.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = prescription_items)]
#[serde(default)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct NewItem {
    pub aic: String,
    pub label: String,
    pub substance: String,
    pub atc: String,
    pub class: String,
    pub regime: String,
    pub group_code: String,
    pub group_description: String,
    pub note_code: String,
    pub note_sent: String,
    pub pieces: i64,
    pub posology: String,
    pub by_substance: bool,
    pub not_substitutable: bool,
    pub motive_code: String,
    pub problem_id: Option<i64>,
    pub continuous: bool,
    pub suggested: bool,
    pub exemption_choice: String,
    pub limit_category: String,
    pub price_cents: Option<i64>,
    pub motive_text: String,
    pub reason_note: String,
    pub plan_protocol: String,
    pub plan_ends_on: Option<NaiveDate>,
}

impl NewItem {
    /// `Non sostituibile: obiettive difficoltà di assunzione`; `None` when it may be replaced.
    pub fn brand_only(&self) -> Option<String> {
        self.not_substitutable.then(|| brand_only(&self.motive_code, &self.motive_text))
    }

    /// `Piano terapeutico PT-7 fino al 31/12/26`; `None` without one.
    pub fn plan(&self) -> Option<String> {
        plan::in_words(&self.plan_protocol, self.plan_ends_on)
    }

    /// What is written beside its name in a list: posology, note, how it may be given, plan.
    pub fn notes(&self) -> Vec<String> {
        let notes = [
            self.posology.clone(),
            if self.note_code.is_empty() { String::new() } else { format!("Nota {}", self.note_code) },
            if self.by_substance { "Solo principio attivo".to_owned() } else { String::new() },
            self.brand_only().unwrap_or_default(),
            self.plan().unwrap_or_default(),
            if self.continuous { "Continuativo".to_owned() } else { String::new() },
        ];
        notes.into_iter().filter(|note| !note.is_empty()).collect()
    }

    /// What a list calls it: the package, or the active principle when that alone is prescribed.
    pub fn name(&self) -> &str {
        if self.by_substance { &self.group_description } else { &self.label }
    }
}

/// That a brand may not be replaced, and why.
pub fn brand_only(code: &str, text: &str) -> String {
    match (code, text) {
        ("", "") => "Non sostituibile".to_owned(),
        (code, "") => format!("Non sostituibile, motivo {code}"),
        (_, text) => format!("Non sostituibile: {text}"),
    }
}

/// A row of `prescription_items`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescription_items)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Item {
    pub prescription_id: i64,
    pub row_number: i64,
    #[diesel(embed)]
    pub content: NewItem,
}

/// One legal prescription to be made: everything but the patient's registry data, which are read and frozen in the same
/// transaction.
#[derive(Clone)]
pub struct NewPrescription {
    /// Of this doctor's archive; anything else is refused.
    pub patient_id: i64,
    /// Drugs or services.
    pub kind: Kind,
    /// `A` at the surgery, `D` at home.
    pub visit_kind: String,
    /// Hide name and address from the dispenser and on paper.
    pub hide_data: bool,
    /// Suggested by a specialist.
    pub suggested: bool,
    /// Empty = not exempt.
    pub exemption_code: String,
    /// The exemption is one of income.
    pub income_exempt: bool,
    /// ICD-9-CM; may be empty.
    pub diagnosis_code: String,
    /// In words; may be empty.
    pub diagnosis_text: String,
    /// Protocol of the therapeutic plan, the same for every row; empty for none.
    pub plan_protocol: String,
    /// The refused or withdrawn prescription that this one corrects.
    pub copied_from: Option<i64>,
    /// In the order of the rows.
    pub items: Vec<NewItem>,
}

/// A row of `prescription_events`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = prescription_events)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct EventRow {
    pub id: i64,
    pub prescription_id: i64,
    pub from_state: State,
    pub to_state: State,
    pub event: super::Event,
    pub actor_id: Option<i64>,
    pub detail: String,
    pub happened_at: NaiveDateTime,
}

/// A row of `sac_attempts`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sac_attempts)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Attempt {
    pub id: i64,
    pub prescription_id: i64,
    pub operation: Operation,
    pub started_at: NaiveDateTime,
    pub finished_at: Option<NaiveDateTime>,
    pub outcome: AttemptOutcome,
    pub evidence: String,
}

/// A row of `nre_lots`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = nre_lots)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Lot {
    pub id: i64,
    pub doctor_id: i64,
    pub prefix: String,
    pub next_number: i64,
    pub last_number: i64,
    pub obtained_at: NaiveDateTime,
}

impl Lot {
    /// Numbers of the lot, used and not.
    pub const fn size(&self) -> i64 {
        self.last_number.saturating_add(1)
    }

    /// Numbers given out.
    pub const fn used(&self) -> i64 {
        self.next_number
    }

    /// Numbers left.
    pub const fn left(&self) -> i64 {
        self.last_number.saturating_sub(self.next_number).saturating_add(1)
    }
}

/// A row of `sac_credentials`, secrets still sealed. `Debug` is not derived.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = sac_credentials)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct StoredCredentials {
    pub doctor_id: i64,
    pub username: String,
    pub password_sealed: Vec<u8>,
    pub pin_sealed: Vec<u8>,
    pub session_sealed: Option<Vec<u8>>,
    pub session_expires_at: Option<NaiveDateTime>,
    pub ssa_code: String,
    pub saved_at: NaiveDateTime,
    pub tested_at: Option<NaiveDateTime>,
    pub test_outcome: String,
    pub refused: WaitReason,
    pub generation: i64,
    pub pending_sealed: Option<Vec<u8>>,
    pub pending_expires_at: Option<NaiveDateTime>,
    pub session_asked_at: Option<NaiveDateTime>,
    pub password_set_at: NaiveDateTime,
}

/// Whether a session runs at `now`. SAC has the last word: one that it has ended is refused, and gives way.
fn runs(sealed: Option<&Vec<u8>>, ends: Option<NaiveDateTime>, now: NaiveDateTime) -> bool {
    sealed.is_some() && ends.is_none_or(|end| end > now)
}

impl StoredCredentials {
    /// A session is there and has not ended.
    pub fn has_session(&self, now: NaiveDateTime) -> bool {
        runs(self.session_sealed.as_ref(), self.session_expires_at, now)
    }

    /// Another one was laid beside it, for when that ends.
    pub fn has_pending_session(&self, now: NaiveDateTime) -> bool {
        runs(self.pending_sealed.as_ref(), self.pending_expires_at, now)
    }
}
