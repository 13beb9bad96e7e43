//! The key of the log of accesses. Whoever has the database and not the key can neither go on with a chain nor begin it anew.

use chrono::NaiveDateTime;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::Row;
use super::heads::Head;
use crate::identity::keys::Keys;
use kernel::hex::hex;

/// Bytes of a digest: what is cut off would make rows bigger and nothing safer.
const LENGTH: usize = 16;

/// Makes and checks the digests of the log. `Debug` is not derived.
#[derive(Clone)]
pub struct LogKey(Hmac<Sha256>);

impl LogKey {
    /// The log's own key.
    pub fn new(keys: &Keys) -> Self {
        // HMAC takes a key of any length: the error branch cannot be reached.
        let Ok(mac) = <Hmac<Sha256> as Mac>::new_from_slice(&keys.derive("accesses")) else { std::process::abort() };
        Self(mac)
    }

    /// Of `parts`, each preceded by its length.
    fn digest(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into_iter().take(LENGTH).collect()
    }

    /// The digest of a row: `before` is that of the row before it, empty for the first.
    pub(super) fn link(&self, before: &[u8], row: &Row) -> Vec<u8> {
        let patient = row.patient_id.map(i64::to_be_bytes);
        let prescription = row.prescription_id.map(i64::to_be_bytes);
        self.digest(&[
            b"row",
            before,
            &row.doctor_id.to_be_bytes(),
            &row.seq.to_be_bytes(),
            &row.actor_id.to_be_bytes(),
            patient.as_ref().map_or(&[], |id| id.as_slice()),
            prescription.as_ref().map_or(&[], |id| id.as_slice()),
            &row.shown.unwrap_or(1).to_be_bytes(),
            &micros(row.happened_at),
            row.role.as_str().as_bytes(),
            row.act.as_str().as_bytes(),
            row.origin.as_bytes(),
        ])
    }

    /// The digest of an entry of the list of archives.
    pub(super) fn enter(&self, before: &[u8], entry: &Entry) -> Vec<u8> {
        self.digest(&[
            b"archive",
            before,
            &entry.number.to_be_bytes(),
            &entry.doctor_id.to_be_bytes(),
            &entry.keyed_after.to_be_bytes(),
            &micros(entry.entered_at),
        ])
    }

    /// The seal of a chain's two ends.
    pub(super) fn seal(&self, head: &Head) -> Vec<u8> {
        self.digest(&[
            b"head",
            &head.archive.to_be_bytes(),
            &head.seq.to_be_bytes(),
            &head.digest,
            &head.base_seq.to_be_bytes(),
            &head.base_digest,
        ])
    }
}

/// An entry of the list of archives.
pub(super) struct Entry {
    pub(super) number: i64,
    pub(super) doctor_id: i64,
    pub(super) keyed_after: i64,
    pub(super) entered_at: NaiveDateTime,
}

fn micros(at: NaiveDateTime) -> [u8; 8] {
    at.and_utc().timestamp_micros().to_be_bytes()
}

/// The digest of a row from before the key: SHA-256, over the words that were kept then.
pub(super) fn old_link(before: &[u8], row: &Row) -> Vec<u8> {
    let number = |value: Option<i64>| value.map(|id| id.to_string()).unwrap_or_default();
    let before = hex(before);
    // None of the fields holds the sign that parts them.
    let fields = [
        before.as_str(),
        &row.doctor_id.to_string(),
        &row.seq.to_string(),
        &row.actor_id.to_string(),
        row.role.word(),
        &number(row.on_behalf_of()),
        row.act.word(),
        &number(row.patient_id),
        &number(row.prescription_id),
        &row.shown.unwrap_or(1).to_string(),
        &row.origin,
        &row.happened_at.and_utc().timestamp_micros().to_string(),
    ];
    Sha256::digest(fields.join("|")).to_vec()
}
