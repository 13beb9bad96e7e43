//! A ZIP archive that opens with a password only.
//!
//! AES-256 is the rule. The classic encryption of ZIP is weak and is here because the opener built into Windows knows
//! nothing else: a doctor chooses it knowingly. In both the list of names can be read without the password: give neutral
//! ones.

use std::io::{Cursor, Write as _};

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use kernel::dates;

/// How the content is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// AES with a 256-bit key.
    Aes256,
    /// The ZIP encryption of 1989.
    Classic,
}

/// The archive could not be made. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
#[error("the protected archive could not be made")]
pub struct ArchiveError(#[from] zip::result::ZipError);

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// The bytes of an archive with these files (name, content), all under `password` and dated `at` (UTC).
pub fn protect(
    files: &[(String, Vec<u8>)],
    password: &str,
    how: Protection,
    at: NaiveDateTime,
) -> Result<Vec<u8>, ArchiveError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let plain = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(clock_time(dates::to_rome(at)));
        let options = match how {
            Protection::Aes256 => plain.with_aes_encryption(AesMode::Aes256, password),
            Protection::Classic => plain.with_deprecated_encryption(password.as_bytes())?,
        };
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// A time as ZIP keeps it: that of a wall clock, since 1980.
fn clock_time(at: NaiveDateTime) -> zip::DateTime {
    let part = |value: u32| u8::try_from(value).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or_default();
    let (hour, minute, second) = (part(at.hour()), part(at.minute()), part(at.second()));
    zip::DateTime::from_date_and_time(year, part(at.month()), part(at.day()), hour, minute, second).unwrap_or_default()
}

/// Whether an archive that [`protect`] made has the classic encryption, which more programs open.
pub fn is_classic(archive: &[u8]) -> bool {
    /// What stands where the compression is told when the content is under AES.
    const AES: [u8; 2] = 99_u16.to_le_bytes();
    archive.get(8..10) != Some(AES.as_slice())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::io::Read as _;

    use super::*;
    use crate::db::testing::now;

    fn open(bytes: &[u8], password: &str) -> Option<Vec<u8>> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut content = Vec::new();
        let opened = archive.by_index_decrypt(0, password.as_bytes()).ok()?.read_to_end(&mut content);
        opened.is_ok().then_some(content)
    }

    #[test]
    fn opens_with_its_password_only_and_shows_nothing_but_the_name() {
        let secret = b"SACCAVINI CLAUDIO 050A24000021257 ".repeat(20);
        for how in [Protection::Aes256, Protection::Classic] {
            let bytes = protect(&[("documento.pdf".to_owned(), secret.clone())], "ABCD-2345", how, now()).unwrap();
            let dated = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap().by_index_raw(0).unwrap().last_modified();
            let dated = dated.map(|at| (at.year(), at.month(), at.day(), at.hour(), at.minute()));
            assert_eq!(dated, Some((2016, 11, 19, 9, 4)), "as a clock in Italy shows it");
            assert_eq!(is_classic(&bytes), how == Protection::Classic);
            assert_eq!(open(&bytes, "ABCD-2345").unwrap(), secret, "{how:?}");
            assert_ne!(open(&bytes, "ABCD-2346"), Some(secret.clone()), "{how:?}");
            assert!(!bytes.windows(9).any(|part| part == b"SACCAVINI"), "{how:?}");
            assert!(bytes.windows(13).any(|part| part == b"documento.pdf"));
        }
    }
}
