//! Secrets that must come back in clear (SAC password, PIN, session id): sealed with a key kept outside the database.
//!
//! XChaCha20-Poly1305 with the table, column and row id as associated data: a ciphertext moved to another row or column
//! does not open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};

use super::keys::Keys;

const NONCE: usize = 24;

/// The sealed value cannot be opened: another key, another row, or a damaged value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret cannot be opened with the current key")]
pub struct SealBroken;

/// Seals and opens secrets. `Debug` shows nothing.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// Where a secret lives: part of what is authenticated.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `table.column`.
    pub column: &'a str,
    /// Row id.
    pub row: i64,
}

/// A sealed value as it is stored, with its place: what shows whether a key is the one of a database.
pub type Sealed = (Place<'static>, Vec<u8>);

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        format!("{}#{}", self.column, self.row).into_bytes()
    }
}

impl Sealer {
    /// A sealer with the server's key for secrets at rest.
    pub fn new(keys: &Keys) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Key::from(keys.derive("sealing"))) }
    }

    /// Seals `secret` for one place.
    /// Fails with [`SealBroken`] when the cipher refuses (a secret of many gigabytes).
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: secret, aad: &place.bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealBroken)?;
        Ok([nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// [`Sealer::seal`] for text.
    pub fn seal_text(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<u8>, SealBroken> {
        self.seal(place, secret.expose_secret().as_bytes())
    }

    /// Opens what [`Sealer::seal`] made for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(SealBroken)?;
        let payload = Payload { msg: body, aad: &place.bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealBroken)
    }

    /// [`Sealer::open`] for text.
    /// Fails as [`Sealer::open`], and when the secret is not UTF-8.
    pub fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, SealBroken> {
        String::from_utf8(self.open(place, sealed)?).map(SecretString::from).map_err(|_| SealBroken)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn opens_only_in_its_place() {
        let sealer = Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap());
        let place = Place { column: "sac_credentials.pin", row: 7 };
        let sealed = sealer.seal(place, b"1234567890").unwrap();
        assert_eq!(sealer.open(place, &sealed).unwrap(), b"1234567890");
        assert!(sealer.open(Place { row: 8, ..place }, &sealed).is_err());
        assert!(sealer.open(Place { column: "sac_credentials.password", ..place }, &sealed).is_err());
        assert_ne!(sealer.seal(place, b"1234567890").unwrap(), sealed, "a fresh nonce each time");
        let other = Sealer::new(&Keys::new("another secret, also long enough!").unwrap());
        assert!(other.open(place, &sealed).is_err());
        assert!(sealer.open(place, b"short").is_err());
    }
}
