//! Encryption of the pin and of the patient's code with SAC's published certificate.
//!
//! RSA with PKCS#1 v1.5 padding, then base64: the protocol's choice. Encrypting takes some tens of
//! microseconds; it is done on the blocking pool all the same, with the writing of the request.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use rsa::PublicKey;
use rsa::pkcs8::DecodePublicKey;
use x509_cert::Certificate;
use x509_cert::der::{Decode, DecodePem, Encode};

/// What was wrong with the certificate or with a value to encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    /// Neither PEM nor DER of an X.509 certificate.
    #[error("the SAC certificate is not an X.509 certificate in PEM or DER")]
    NotACertificate,
    /// The certificate holds no RSA key that can be used.
    #[error("the SAC certificate holds no usable RSA key")]
    NotRsa,
    /// The value does not fit in one RSA block.
    #[error("value too long to be encrypted")]
    TooLong,
}

/// SAC's public key, with the dates between which its certificate is valid.
#[derive(Clone)]
pub struct SacCipher {
    key: PublicKey,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
}

impl fmt::Debug for SacCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SacCipher").field("not_after", &self.not_after).finish_non_exhaustive()
    }
}

impl SacCipher {
    /// Reads a certificate in PEM or DER.
    /// Fails when it is not a certificate, or its key is not an RSA key of at least 1024 bits.
    pub fn from_certificate(bytes: &[u8]) -> Result<Self, CipherError> {
        let certificate = match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("-----BEGIN") => Certificate::from_pem(text.trim()),
            _ => Certificate::from_der(bytes),
        }
        .map_err(|_| CipherError::NotACertificate)?;
        let content = certificate.tbs_certificate();
        let spki = content.subject_public_key_info().to_der().map_err(|_| CipherError::NotRsa)?;
        let key = PublicKey::from_public_key_der(&spki).map_err(|_| CipherError::NotRsa)?;
        let validity = content.validity();
        Ok(Self {
            key,
            not_before: DateTime::from(validity.not_before.to_system_time()),
            not_after: DateTime::from(validity.not_after.to_system_time()),
        })
    }

    /// Encrypts a value; the padding is random, so the same value never gives the same text twice.
    /// Fails when the value is longer than the key allows (117 bytes for 1024 bits).
    pub fn encrypt(&self, value: &str) -> Result<String, CipherError> {
        let block = self.key.pkcs1v15_encrypt(value.as_bytes()).map_err(|_| CipherError::TooLong)?;
        Ok(STANDARD.encode(block))
    }

    /// First moment at which the certificate is valid.
    pub fn not_before(&self) -> DateTime<Utc> {
        self.not_before
    }

    /// Last moment at which the certificate is valid: warn the administrator in good time.
    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }
}
