//! SAC, the ministry's reception of dematerialised prescriptions (ricetta dematerializzata), as seen
//! by the prescriber: a SOAP 1.1 client.
//!
//! [`SacClient`] has one method per service. The prescription model ([`PrescriptionMessage`]) knows
//! nothing of transport and authentication, so that a region is a configuration ([`SacSettings`]).
//! Every method ends in an outcome that says what is proven: accepted, refused, certainly not
//! processed, or uncertain; see [`classify`] for the rules.

mod cipher;
pub mod classify;
mod client;
mod credentials;
mod endpoints;
pub mod envelope;
mod explain;
pub mod http;
mod message;
mod outcome;
pub mod paper;
pub mod read;
mod refusal;
mod state;
mod transport;
pub mod write;
pub mod xml;

pub use cipher::{CipherError, SacCipher};
pub use client::{SacClient, SacSettings, SacSetupError};
pub use credentials::SenderCredentials;
pub use endpoints::{EndpointError, Endpoints, Service};
pub use explain::explain;
pub use message::{
    DRUGS, Difference, ForeignInsured, Likeness, PrescriptionMessage, PrescriptionRow, SERVICES, likeness,
    piped_address, same_content,
};
pub use outcome::{
    AnnulOutcome, Communication, LotOutcome, NotProcessed, Registration, SacError, SendOutcome, SessionOutcome,
    UsedNre, UsedNres, ViewOutcome, ViewedPrescription, is_auth_code,
};
pub use state::ProcessState;
pub use transport::{HttpAnswer, Timeouts, TransportFailure};
pub use write::{EmptyTags, SessionRequest, UsedNresQuery};
