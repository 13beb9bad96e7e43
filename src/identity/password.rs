//! Passwords: rules, hashing under a pepper, and a bound on how many hashes run at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use tokio::sync::Semaphore;

use super::keys::Keys;

/// Shortest and longest password, in characters (NIST SP 800-63B, OWASP ASVS V6.2.1 and V6.2.9).
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;

/// How long a temporary password is good for.
pub const TEMPORARY_FOR: TimeDelta = TimeDelta::hours(24);
/// Hashes that may run at the same time: each takes a core for a third of a second.
const AT_ONCE: usize = 2;
/// Requests that may wait for their turn; the next one is told to come back.
const QUEUE: usize = 20;

/// Words too common to protect anything, compared without case and as parts of the password's letters.
const COMMON: &str = include_str!("common_passwords.txt");

/// Why a new password is refused. `Display` is the Italian message for the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Under twelve characters.
    #[error("Usa almeno 12 caratteri.")]
    TooShort,
    /// Over 128 characters.
    #[error("Usa al massimo 128 caratteri.")]
    TooLong,
    /// In the list of common passwords.
    #[error("È una password troppo comune: scegline una che non si possa indovinare.")]
    Common,
    /// Contains the user's own name, username or fiscal code.
    #[error("Non deve contenere il tuo nome, il tuo username o il tuo codice fiscale.")]
    Personal,
}

/// Hashing could not be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many requests are already waiting: answer 503 with Retry-After.
    #[error("too many passwords are being checked")]
    Overloaded,
    /// The hash function itself failed.
    #[error("the password could not be hashed")]
    Failed,
}

/// Checks a new password against the rules. `personal` are the words it must not contain (names, username, code).
/// The error is the first rule it breaks.
pub fn check_rules(password: &str, personal: &[&str]) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length < *LENGTH.start() {
        return Err(PasswordProblem::TooShort);
    }
    if length > *LENGTH.end() {
        return Err(PasswordProblem::TooLong);
    }
    let lower = password.to_lowercase();
    let distinct: std::collections::HashSet<char> = lower.chars().collect();
    if distinct.len() < 4 || COMMON.lines().any(|word| is_only(&lower, word.trim())) {
        return Err(PasswordProblem::Common);
    }
    let contains = |word: &&str| word.chars().count() >= 4 && lower.contains(&word.to_lowercase());
    if personal.iter().any(contains) { Err(PasswordProblem::Personal) } else { Ok(()) }
}

/// True when the password is the common word alone, repeated, or with digits and signs around it.
fn is_only(password: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let rest = password.replace(word, "");
    rest.len() < password.len() && !rest.chars().any(char::is_alphabetic)
}

/// Hashes and checks passwords. Cheap to clone; clones share the bound.
#[derive(Clone, Debug)]
pub struct Passwords {
    keys: Keys,
    cost: u32,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// A hash nobody's password has: checked when the user does not exist, so that the answer takes as long.
    decoy: String,
}

/// What checking a password found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wrong password, or no such user.
    Wrong,
    /// Right.
    Right,
    /// Right, and here is a stronger hash to keep from now on.
    RightUpgraded(String),
}

impl Passwords {
    /// A hasher with bcrypt's `cost` (12 in service; tests use less).
    /// Fails with [`HashError::Failed`] when the cost is not one bcrypt knows.
    pub fn new(keys: &Keys, cost: u32) -> Result<Self, HashError> {
        let decoy = bcrypt::non_truncating_hash(keys.pepper(&kernel::random::hex_token(16)), cost)
            .map_err(|_bad_cost| HashError::Failed)?;
        Ok(Self {
            keys: keys.clone(),
            cost,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(AtomicUsize::new(0)),
            decoy,
        })
    }

    /// The hash to keep for `password`, computed here and now: for command-line use only.
    pub fn hash_blocking(&self, password: &str) -> Result<String, HashError> {
        bcrypt::non_truncating_hash(self.keys.pepper(password), self.cost).map_err(|_| HashError::Failed)
    }

    /// The hash to keep for `password`.
    pub async fn hash(&self, password: String) -> Result<String, HashError> {
        let this = self.clone();
        self.in_turn(move || this.hash_blocking(&password)).await?
    }

    /// Checks `password` against the stored hash; `None` (no such user) takes as long and is always wrong.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, HashError> {
        let this = self.clone();
        self.in_turn(move || this.verify_blocking(&password, stored.as_deref())).await?
    }

    fn verify_blocking(&self, password: &str, stored: Option<&str>) -> Result<Verdict, HashError> {
        let peppered = self.keys.pepper(password);
        // A stored hash that bcrypt cannot read is a wrong password, not a crash.
        let matches = bcrypt::verify(&peppered, stored.unwrap_or(&self.decoy)).unwrap_or(false);
        let Some(stored) = stored.filter(|_| matches) else { return Ok(Verdict::Wrong) };
        let weaker = stored.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() < self.cost);
        if weaker { Ok(Verdict::RightUpgraded(self.hash_blocking(password)?)) } else { Ok(Verdict::Right) }
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let _place = Place::take(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_closed| HashError::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_panicked| HashError::Failed)
    }
}

/// A place in the queue, given back when dropped (also when the client goes away).
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>) -> Result<Self, HashError> {
        let place = Self(Arc::clone(waiting));
        let before = waiting.fetch_add(1, Ordering::SeqCst);
        if before >= QUEUE + AT_ONCE { Err(HashError::Overloaded) } else { Ok(place) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn passwords(cost: u32) -> Passwords {
        Passwords::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap(), cost).unwrap()
    }

    #[tokio::test]
    async fn every_character_counts() {
        let p = passwords(4);
        let long: String = "àé".repeat(64);
        let hash = p.hash(long.clone()).await.unwrap();
        assert_eq!(p.verify(long.clone(), Some(hash.clone())).await, Ok(Verdict::Right));
        let other: String = long.chars().take(127).chain(['x']).collect();
        assert_eq!(p.verify(other, Some(hash)).await, Ok(Verdict::Wrong));
        let with_nul = p.hash("abc\0defghijkl".to_owned()).await.unwrap();
        assert_eq!(p.verify("abc\0defghijkm".to_owned(), Some(with_nul)).await, Ok(Verdict::Wrong));
        assert_eq!(p.verify("anything at all".to_owned(), None).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn an_old_cost_is_upgraded() {
        let old = passwords(4).hash("una frase lunga".to_owned()).await.unwrap();
        let verdict = passwords(5).verify("una frase lunga".to_owned(), Some(old)).await.unwrap();
        let Verdict::RightUpgraded(new) = verdict else { panic!("not upgraded") };
        assert_eq!(passwords(5).verify("una frase lunga".to_owned(), Some(new)).await, Ok(Verdict::Right));
    }

    #[test]
    fn rules() {
        assert_eq!(check_rules("corta", &[]), Err(PasswordProblem::TooShort));
        assert_eq!(check_rules(&"x".repeat(129), &[]), Err(PasswordProblem::TooLong));
        assert_eq!(check_rules("password1234!", &[]), Err(PasswordProblem::Common));
        assert_eq!(check_rules("aaaaaaaaaaaaaaaa", &[]), Err(PasswordProblem::Common));
        assert_eq!(check_rules("borghetto-forever", &["Borghetto"]), Err(PasswordProblem::Personal));
        assert_eq!(check_rules("cavallo batteria graffetta", &["Borghetto"]), Ok(()));
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let p = passwords(4);
        let held: Vec<_> = (0..QUEUE + AT_ONCE).map(|_| Place::take(&p.waiting).unwrap()).collect();
        assert_eq!(p.hash("una frase lunga".to_owned()).await, Err(HashError::Overloaded));
        drop(held);
        assert!(p.hash("una frase lunga".to_owned()).await.is_ok());
    }
}
