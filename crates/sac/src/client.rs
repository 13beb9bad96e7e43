//! The client: one method per service, each giving an outcome and never an error.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use super::cipher::{CipherError, SacCipher};
use super::classify::{self, Evidence};
use super::credentials::SenderCredentials;
use super::endpoints::{Endpoints, Service};
use super::message::PrescriptionMessage;
use super::outcome::{AnnulOutcome, LotOutcome, SendOutcome, SessionOutcome, UsedNres, ViewOutcome};
use super::transport::{Timeouts, Transport, TransportFailure};
use super::write::{self, EmptyTags, SessionRequest, UsedNresQuery};

/// Size class of the only lots a doctor may ask for himself: 100 numbers.
const OWN_LOT: &str = "0";

/// Everything that changes from region to region.
#[derive(Debug, Clone)]
pub struct SacSettings {
    /// Addresses of the services.
    pub endpoints: Endpoints,
    /// SAC's certificate, PEM or DER.
    pub certificate: Vec<u8>,
    /// What to do with empty elements.
    pub empty_tags: EmptyTags,
    /// How long to wait.
    pub timeouts: Timeouts,
}

impl SacSettings {
    /// The ministry's own form, with the default times.
    pub fn new(endpoints: Endpoints, certificate: Vec<u8>) -> Self {
        Self { endpoints, certificate, empty_tags: EmptyTags::default(), timeouts: Timeouts::default() }
    }
}

/// Why a client could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SacSetupError {
    /// The certificate is no good.
    #[error(transparent)]
    Certificate(#[from] CipherError),
    /// TLS cannot be used on this machine.
    #[error("no TLS connection to SAC is possible: this machine has no usable certificate authorities")]
    Tls,
}

/// A client of one region's services; cheap to clone, shared by all its doctors.
#[derive(Debug, Clone)]
pub struct SacClient {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoints: Endpoints,
    cipher: SacCipher,
    empty_tags: EmptyTags,
    transport: Transport,
}

/// A request being written: what to do on the blocking pool, with the cipher at hand.
type Writing = Box<dyn FnOnce(&Inner) -> Result<String, CipherError> + Send>;

impl SacClient {
    /// Makes a client.
    pub fn new(settings: SacSettings) -> Result<Self, SacSetupError> {
        let cipher = SacCipher::from_certificate(&settings.certificate)?;
        let tls = settings.endpoints.uses_tls();
        let transport = Transport::new(settings.timeouts, tls, settings.endpoints.private_network())
            .map_err(|_| SacSetupError::Tls)?;
        let inner = Inner { endpoints: settings.endpoints, cipher, empty_tags: settings.empty_tags, transport };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The moments between which SAC's certificate is valid.
    pub fn certificate_validity(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.inner.cipher.not_before(), self.inner.cipher.not_after())
    }

    /// Sends a prescription. There is no idempotence at SAC: call it once per attempt, with a number
    /// already bound and committed.
    pub async fn send(&self, credentials: &SenderCredentials, message: &PrescriptionMessage) -> SendOutcome {
        let nre = message.nre.clone();
        let (pin, message) = (credentials.pin.clone(), message.clone());
        let writing: Writing = Box::new(move |inner| {
            let pin = inner.cipher.encrypt(pin.expose_secret())?;
            // The foreign insured have no code here but a section of their own.
            let patient = match message.patient_code.as_str() {
                "" => String::new(),
                code => inner.cipher.encrypt(code)?,
            };
            Ok(write::send_request(&message, &pin, &patient, inner.empty_tags))
        });
        classify::send(self.call(Service::Send, credentials, writing).await, &nre)
    }

    /// Shows the prescription of a number; `doctor` is the holder or the substitute that asks.
    pub async fn view(&self, credentials: &SenderCredentials, nre: &str, doctor: &str) -> ViewOutcome {
        let writing = by_nre(credentials, nre, doctor, write::view_request);
        classify::view(self.call(Service::View, credentials, writing).await, nre)
    }

    /// Annuls a prescription: only whoever sent it may, and only while it is still to be dispensed.
    pub async fn annul(&self, credentials: &SenderCredentials, nre: &str, doctor: &str) -> AnnulOutcome {
        let writing = by_nre(credentials, nre, doctor, write::annul_request);
        classify::annul(self.call(Service::Annul, credentials, writing).await, nre)
    }

    /// Lists used numbers.
    pub async fn used_nres(&self, credentials: &SenderCredentials, query: &UsedNresQuery) -> UsedNres {
        let query = query.clone();
        let writing = with_pin(credentials, move |pin| write::used_nres_request(pin, &query));
        classify::used_nres(self.call(Service::UsedNres, credentials, writing).await)
    }

    /// Asks for a lot of 100 numbers for the doctor himself.
    pub async fn request_lot(&self, credentials: &SenderCredentials, region: &str, doctor: &str) -> LotOutcome {
        let envelope = write::lot_request(region, OWN_LOT, doctor);
        let writing: Writing = Box::new(move |_| Ok(envelope));
        classify::lot(self.call(Service::Lot, credentials, writing).await, region, doctor)
    }

    /// Asks for a session.
    pub async fn create_session(&self, credentials: &SenderCredentials, request: &SessionRequest) -> SessionOutcome {
        let (username, request) = (credentials.username.clone(), request.clone());
        let writing = with_pin(credentials, move |pin| write::create_session_request(&username, pin, &request));
        classify::session(self.call(Service::CreateSession, credentials, writing).await)
    }

    /// Asks whether the session of the credentials is good; without one it is over.
    pub async fn check_session(&self, credentials: &SenderCredentials, fiscal_code: &str) -> SessionOutcome {
        self.about_session(Service::CheckSession, credentials, fiscal_code, write::check_session_request).await
    }

    /// Ends the session of the credentials.
    pub async fn revoke_session(&self, credentials: &SenderCredentials, fiscal_code: &str) -> SessionOutcome {
        self.about_session(Service::RevokeSession, credentials, fiscal_code, write::revoke_session_request).await
    }

    async fn about_session(
        &self,
        service: Service,
        credentials: &SenderCredentials,
        fiscal_code: &str,
        request: fn(&str, &str, &str, &str) -> String,
    ) -> SessionOutcome {
        let Some(token) = credentials.session_id.clone() else {
            return SessionOutcome::Ended { description: "Nessuna sessione".to_owned() };
        };
        let (username, fiscal_code) = (credentials.username.clone(), fiscal_code.to_owned());
        let writing =
            with_pin(credentials, move |pin| request(&username, pin, &fiscal_code, token.expose_secret().trim()));
        classify::session(self.call(service, credentials, writing).await)
    }

    /// Writes the request off the async threads, posts it, and weighs what came back.
    async fn call(&self, service: Service, credentials: &SenderCredentials, writing: Writing) -> Evidence {
        let started = Instant::now();
        let inner = Arc::clone(&self.inner);
        let written = tokio::task::spawn_blocking(move || writing(&inner)).await;
        let reply = match written {
            Ok(Ok(envelope)) => {
                let url = self.inner.endpoints.url(service);
                let second_factor = !service.is_session_service();
                self.inner.transport.post(url, service.soap_action(), credentials, second_factor, envelope).await
            }
            Ok(Err(error)) => Err(TransportFailure::NotPrepared(format!("richiesta non componibile: {error}"))),
            Err(_) => Err(TransportFailure::NotPrepared("richiesta non componibile".to_owned())),
        };
        let status = reply.as_ref().map_or(0, |answer| answer.status);
        let evidence = classify::weigh(reply, service.answer_root());
        let class = match &evidence {
            Evidence::Message(_) => "answered",
            Evidence::NotProcessed(_) => "not processed",
            Evidence::Uncertain(_) => "uncertain",
        };
        let millis = started.elapsed().as_millis();
        tracing::info!(?service, status, class, %millis, "SAC call");
        evidence
    }
}

fn with_pin(credentials: &SenderCredentials, request: impl FnOnce(&str) -> String + Send + 'static) -> Writing {
    let pin = credentials.pin.clone();
    Box::new(move |inner| Ok(request(&inner.cipher.encrypt(pin.expose_secret())?)))
}

fn by_nre(
    credentials: &SenderCredentials,
    nre: &str,
    doctor: &str,
    request: fn(&str, &str, &str) -> String,
) -> Writing {
    let (nre, doctor) = (nre.to_owned(), doctor.to_owned());
    with_pin(credentials, move |pin| request(pin, &nre, &doctor))
}
