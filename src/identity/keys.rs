//! The server's one secret and the keys derived from it, one per purpose, so that a leak of one says nothing of another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha384};
use subtle::ConstantTimeEq;

use kernel::hex::hex;

/// Shortest secret accepted, in bytes.
pub const MIN_SECRET_BYTES: usize = 32;

/// Why a secret is refused.
#[derive(Debug, thiserror::Error)]
#[error("the secret key must be at least {MIN_SECRET_BYTES} bytes: take 64 hexadecimal digits from a random source")]
pub struct WeakSecret;

/// Derives and uses the server's keys. `Debug` shows nothing.
#[derive(Clone)]
pub struct Keys {
    secret: Vec<u8>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// HMAC-SHA-256 of `parts`, each preceded by its length so that two different lists never give the same bytes.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length: the error branch cannot be reached, and an empty key would be the worst answer.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { std::process::abort() };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl Keys {
    /// Keys from the configured secret: its bytes as they are.
    /// Fails with [`WeakSecret`] when it is shorter than [`MIN_SECRET_BYTES`].
    pub fn new(secret: &str) -> Result<Self, WeakSecret> {
        let secret = secret.trim().as_bytes().to_vec();
        if secret.len() < MIN_SECRET_BYTES { Err(WeakSecret) } else { Ok(Self { secret }) }
    }

    /// A 32-byte key for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        mac(&self.secret, &[b"millecloud", purpose.as_bytes()])
    }

    /// What bcrypt is given: base64 of HMAC-SHA-384 of the password under the pepper. 64 characters, so nothing of a
    /// long password is cut off at bcrypt's 72 bytes.
    pub fn pepper(&self, password: &str) -> String {
        let Ok(mut mac) = <Hmac<Sha384> as Mac>::new_from_slice(&self.derive("pepper")) else { std::process::abort() };
        mac.update(password.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// The anti-forgery token of a session or of a pre-login cookie.
    pub fn csrf_token(&self, bound_to: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.derive("csrf"), &[bound_to.as_bytes()]))
    }

    /// A keyed digest of something that must not be readable in a table (a throttle's user name).
    pub fn pseudonym(&self, purpose: &str, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.derive("pseudonym"), &[purpose.as_bytes(), value.as_bytes()]))
    }
}

/// SHA-256 in hexadecimal: how random tokens are kept at rest.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Equality that takes the same time wherever the difference is.
pub fn same_secret(a: &str, b: &str) -> bool {
    a.len() == b.len() && bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}
