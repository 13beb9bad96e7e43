//! What is sent and answered, as JSON. Every type is also a schema of the document.

mod delivery;
mod formulary;
mod patient;
mod prescription;
mod remark;
mod request;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::api_tokens::{LiveToken, Scope};
use crate::identity::associations::Principal;
use crate::identity::model::Role;
use crate::patients::model::{Category, Patient, Show, Status};

pub use delivery::{ChannelName, Deliveries, DeliveryAsked, DeliveryRequest};
pub use formulary::{FormularyEdition, FormularyPage, FormularyQuery, PackageSummary};
pub use patient::PatientCard;
pub use prescription::{
    CardRow, CountersAnswer, DownloadOffer, ListQuery, PrescribedItem, PrescriptionCard, PrescriptionDetail,
    PrescriptionPage, StateName,
};
pub use remark::PreparedRemark;
pub use request::{OfDownload, OfPrescription, Prepared, PrescriptionRequest};

/// What a program may do with its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeName {
    /// Look: patients, formulary, prescriptions, counters.
    Read,
    /// Prepare prescriptions and lay them before the doctor. Collaborators only.
    Prepare,
    /// Take what was validated, print it, give it to the patient.
    Deliver,
}

impl From<Scope> for ScopeName {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Prepare => Self::Prepare,
            Scope::Deliver => Self::Deliver,
        }
    }
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Prepare => Self::Prepare,
            ScopeName::Deliver => Self::Deliver,
        }
    }
}

/// What a user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    /// Medico titolare.
    Doctor,
    /// Collaboratore di studio.
    Collaborator,
}

/// Asks for a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The user's name in Millelight.
    #[schema(example = "segreti", max_length = 200)]
    pub username: String,
    /// The user's password in Millelight.
    #[schema(example = "cavallo-batteria-graffetta", max_length = 512)]
    pub password: String,
    /// A code of the second factor, or a recovery code, when the user has a second factor: 422 on `code` asks for it.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
    /// What the program calls itself: its user finds it in the list of those connected.
    #[schema(example = "Gestione studio, accettazione", min_length = 1, max_length = 80)]
    pub client: String,
    /// What the program will do; all that the user may, when it is left out.
    #[serde(default)]
    pub scopes: Option<Vec<ScopeName>>,
}

/// A token, shown this once.
#[derive(Serialize, ToSchema)]
pub struct TokenGiven {
    /// For the header `Authorization: Bearer`.
    #[schema(example = "mcl_5c1f0e")]
    pub token: String,
    /// What it may do.
    pub scopes: Vec<ScopeName>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Whom a token stands for.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The user.
    pub user: User,
    /// The token.
    pub token: TokenInfo,
}

/// A user.
#[derive(Serialize, ToSchema)]
pub struct User {
    /// Key.
    pub id: i64,
    /// Name in Millelight.
    #[schema(example = "segreti")]
    pub username: String,
    /// Surname.
    #[schema(example = "SEGRETI")]
    pub surname: String,
    /// Name.
    #[schema(example = "Maria")]
    pub name: String,
    /// What they are.
    pub role: RoleName,
}

/// What is known of a token.
#[derive(Serialize, ToSchema)]
pub struct TokenInfo {
    /// What the program calls itself.
    #[schema(example = "Gestione studio, accettazione")]
    pub client: String,
    /// What it may do.
    pub scopes: Vec<ScopeName>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl From<&LiveToken> for Me {
    fn from(live: &LiveToken) -> Self {
        Self {
            user: User {
                id: live.user_id,
                username: live.username.clone(),
                surname: live.surname.clone(),
                name: live.name.clone(),
                role: if live.role == Role::Doctor { RoleName::Doctor } else { RoleName::Collaborator },
            },
            token: TokenInfo {
                client: live.client.clone(),
                scopes: live.scopes.iter().map(|scope| (*scope).into()).collect(),
                created_at: live.created_at.and_utc(),
                expires_at: live.expires_at.and_utc(),
            },
        }
    }
}

/// The doctors one works for.
#[derive(Serialize, ToSchema)]
pub struct Doctors {
    /// By name.
    pub doctors: Vec<DoctorSummary>,
}

/// A doctor one works for.
#[derive(Serialize, ToSchema)]
pub struct DoctorSummary {
    /// Stands in the addresses of the archive.
    pub id: i64,
    /// Surname.
    #[schema(example = "BORGHETTO")]
    pub surname: String,
    /// Name.
    #[schema(example = "Paolo")]
    pub name: String,
}

impl From<Principal> for DoctorSummary {
    fn from(doctor: Principal) -> Self {
        Self { id: doctor.doctor_id, surname: doctor.surname, name: doctor.name }
    }
}

/// Nothing to say: `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoContent {}

/// An archive.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InArchive {
    /// The doctor whose archive it is.
    #[param(example = 2)]
    #[expect(dead_code, reason = "the guard reads it from the address; here it is documented")]
    pub doctor: i64,
}

/// A patient of an archive.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfPatient {
    /// The doctor whose archive it is.
    #[param(example = 2)]
    #[expect(dead_code, reason = "the guard reads it from the address; here it is documented")]
    pub doctor: i64,
    /// The patient.
    #[param(example = 12)]
    pub patient: i64,
}

/// Which patients a search shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatientFilter {
    /// In charge for the health service.
    #[default]
    ActiveSsn,
    /// In charge.
    Active,
    /// Gone to another doctor.
    Revoked,
    /// Deceased.
    Deceased,
    /// All.
    All,
}

impl From<PatientFilter> for Show {
    fn from(filter: PatientFilter) -> Self {
        match filter {
            PatientFilter::ActiveSsn => Self::ActiveSsn,
            PatientFilter::Active => Self::Active,
            PatientFilter::Revoked => Self::Revoked,
            PatientFilter::Deceased => Self::Deceased,
            PatientFilter::All => Self::All,
        }
    }
}

/// A patient search.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatientSearch {
    /// Beginning of the surname and name, initials, fiscal code, year of birth, in any mixture.
    #[schema(example = "sacc", max_length = 60)]
    pub text: String,
    /// Which patients.
    #[serde(default)]
    pub show: PatientFilter,
    /// `next` of the page before.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub cursor: Option<String>,
}

/// A page of patients.
#[derive(Serialize, ToSchema)]
pub struct PatientPage {
    /// By name, twenty at most.
    pub patients: Vec<PatientSummary>,
    /// For the page after this; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A patient in a list.
#[derive(Serialize, ToSchema)]
pub struct PatientSummary {
    /// Key.
    pub id: i64,
    /// Surname.
    #[schema(example = "SACCAVINI")]
    pub surname: String,
    /// Name.
    #[schema(example = "Claudio")]
    pub name: String,
    /// `M` or `F`.
    #[schema(example = "M")]
    pub sex: String,
    /// Birth date.
    #[schema(example = "1963-05-30")]
    pub birth_date: NaiveDate,
    /// Fiscal code; may be empty.
    #[schema(example = "SCCCLD63E30L483Q")]
    pub fiscal_code: String,
    /// Whether still the doctor's.
    pub status: PatientStatus,
    /// On the doctor's list for the health service.
    pub ssn: bool,
}

/// Whether a patient is still the doctor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PatientStatus {
    /// In charge.
    Active,
    /// Chose another doctor.
    Revoked,
    /// Deceased.
    Deceased,
}

impl From<&Patient> for PatientSummary {
    fn from(patient: &Patient) -> Self {
        let values = &patient.values;
        Self {
            id: patient.id,
            surname: values.surname.clone(),
            name: values.name.clone(),
            sex: values.sex.clone(),
            birth_date: values.birth_date,
            fiscal_code: values.fiscal_code.clone(),
            status: match values.status {
                Status::Active => PatientStatus::Active,
                Status::Revoked => PatientStatus::Revoked,
                Status::Deceased => PatientStatus::Deceased,
            },
            ssn: values.category == Category::Ssn,
        }
    }
}
