//! The simulator's own RSA key pair and self-signed certificate: SAC's private key is nobody's but SAC's.
//!
//! Generated once and kept in the simulator's folder; the same size as SAC's, so that encrypted values have the same
//! length.

use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::PrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::sha2::Sha256;
use rsa::signature::Keypair;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::der::EncodePem;
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Validity;

/// SAC's own key has 1024 bits.
const BITS: usize = 1024;
/// Three years, as SAC's.
const VALID_FOR: Duration = Duration::from_secs(3 * 365 * 24 * 3600);
/// Name of the published certificate in the folder.
pub const CERTIFICATE_FILE: &str = "certificato.pem";
const KEY_FILE: &str = "chiave-privata.pem";

/// The key pair, with the certificate to publish.
pub struct Keys {
    private: PrivateKey,
    /// The certificate, PEM.
    pub certificate_pem: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// What became of an encrypted value.
#[derive(Clone, PartialEq, Eq)]
pub enum Unsealed {
    /// It was encrypted for this key: the clear value.
    Opened(String),
    /// It was not encrypted at all.
    Clear,
    /// It cannot be decrypted.
    Broken,
}

impl Keys {
    /// Loads the pair of a folder, or makes one there.
    /// Fails when the folder cannot be read or written, or holds a broken pair.
    pub fn load_or_make(folder: &Path) -> io::Result<Self> {
        let (key_file, certificate_file) = (folder.join(KEY_FILE), folder.join(CERTIFICATE_FILE));
        if key_file.exists() && certificate_file.exists() {
            let pem = std::fs::read_to_string(key_file)?;
            let private = PrivateKey::from_pkcs8_pem(&pem).map_err(io::Error::other)?;
            return Ok(Self { private, certificate_pem: std::fs::read_to_string(certificate_file)? });
        }
        let private = PrivateKey::new(&mut getrandom::SysRng, BITS).map_err(io::Error::other)?;
        let certificate_pem = self_signed(&private).map_err(io::Error::other)?;
        let key_pem = private.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
        write_private(&key_file, key_pem.as_bytes())?;
        std::fs::write(certificate_file, &certificate_pem)?;
        Ok(Self { private, certificate_pem })
    }

    /// Decrypts a value.
    pub fn unseal(&self, value: &str) -> Unsealed {
        let compact: String = value.split_whitespace().collect();
        let Some(block) = STANDARD.decode(&compact).ok().filter(|block| block.len() == BITS / 8) else {
            // A block has 172 characters: something much shorter was never encrypted.
            return if compact.len() <= 20 { Unsealed::Clear } else { Unsealed::Broken };
        };
        let clear = self.private.pkcs1v15_decrypt(&block).ok().and_then(|clear| String::from_utf8(clear).ok());
        clear.filter(|clear| is_a_code(clear)).map_or(Unsealed::Broken, Unsealed::Opened)
    }
}

/// What SAC's clients seal: codes. The library answers a block that another key sealed with bytes at random, of a length at
/// random (so that its answer tells an attacker nothing), which may happen to be text.
fn is_a_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// The plainest possible profile: a name, a key, two dates.
struct SelfSigned(Name);

impl BuilderProfile for SelfSigned {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.0.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(Vec::new())
    }
}

fn self_signed(private: &PrivateKey) -> Result<String, x509_cert::builder::Error> {
    let signer = SigningKey::<Sha256>::new(private.clone());
    let public = SubjectPublicKeyInfoOwned::from_key(&signer.verifying_key())?;
    let subject = Name::from_str("CN=Simulatore SAC,O=Millecloud,C=IT")?;
    let validity = Validity::from_now(VALID_FOR)?;
    let builder = CertificateBuilder::new(SelfSigned(subject), SerialNumber::from(1_u32), validity, public)?;
    let certificate = builder.build::<_, rsa::pkcs1v15::Signature>(&signer)?;
    Ok(certificate.to_pem(LineEnding::LF)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use sac::SacCipher;

    #[test]
    fn the_pair_is_made_once_and_the_client_can_use_it() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_make(folder.path()).unwrap();
        let again = Keys::load_or_make(folder.path()).unwrap();
        assert_eq!(keys.certificate_pem, again.certificate_pem);
        let cipher = SacCipher::from_certificate(keys.certificate_pem.as_bytes()).unwrap();
        let (first, second) = (cipher.encrypt("1234567890").unwrap(), cipher.encrypt("1234567890").unwrap());
        assert_ne!(first, second, "the padding is random");
        assert_eq!(first.len(), 172);
        for sealed in [first, second] {
            assert!(again.unseal(&sealed) == Unsealed::Opened("1234567890".to_owned()));
        }
    }

    #[test]
    fn other_values_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_make(folder.path()).unwrap();
        assert!(keys.unseal("PNIMRA70A01H501P") == Unsealed::Clear);
        // One in some two hundred comes out as a letter or two.
        let broken = (1..=20).filter(|n| keys.unseal(&STANDARD.encode([*n; 128])) == Unsealed::Broken);
        assert!(broken.count() > 15);
        assert!(keys.unseal(&"A".repeat(172)) == Unsealed::Broken);
    }
}
