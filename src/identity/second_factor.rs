//! The second factor of a doctor or a patient: codes of six digits that change every half minute (TOTP, RFC 6238), and recovery codes for
//! the day the telephone is lost.
//!
//! The secret is sealed, a step is good once, recovery codes are kept as digests and are good once.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use totp_rs::{Builder, Secret, Totp};

use super::api_tokens;
use super::keys::token_hash;
use super::sealing::{Place, Sealed, Sealer};
use crate::db::Db;
use crate::db::schema::{recovery_codes, second_factors};
use kernel::random;

/// Bytes of a secret: 160 bits, as the RFC advises.
const SECRET_BYTES: usize = 20;
/// How long a code is shown.
const STEP_SECONDS: u64 = 30;
/// Recovery codes given at a time, and the signs of each (80 bits).
const RECOVERY_CODES: usize = 10;
const RECOVERY_LENGTH: usize = 16;

/// How far somebody's second factor is.
#[derive(Clone, PartialEq, Eq)]
pub enum Standing {
    /// None.
    Off,
    /// A secret waits for its first code; this is it, in clear.
    Pending(Vec<u8>),
    /// Asked at every login.
    On {
        /// Recovery codes not used yet.
        codes_left: i64,
    },
}

const fn place(user_id: i64) -> Place<'static> {
    Place { column: "second_factors.secret", row: user_id }
}

/// Any of the secrets as they are kept.
pub fn find_sealed(conn: &mut Db) -> QueryResult<Option<Sealed>> {
    let row: Option<(i64, Vec<u8>)> = second_factors::table
        .order(second_factors::user_id)
        .select((second_factors::user_id, second_factors::secret))
        .first(conn)
        .optional()?;
    Ok(row.map(|(user, secret)| (place(user), secret)))
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(Secret::from(secret)).build().ok()
}

/// The secret as an application wants it typed.
pub fn as_text(secret: &[u8]) -> String {
    Secret::from(secret).to_base32()
}

/// The address an application reads from the picture.
pub fn address(secret: &[u8], issuer: &str, username: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(username.as_bytes()).collect();
    format!("otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}", as_text(secret))
}

/// How far the second factor of a user is. A secret sealed with another key counts as none.
pub fn find(conn: &mut Db, sealer: &Sealer, user_id: i64) -> QueryResult<Standing> {
    let row: Option<(Vec<u8>, Option<NaiveDateTime>)> = second_factors::table
        .find(user_id)
        .select((second_factors::secret, second_factors::confirmed_at))
        .first(conn)
        .optional()?;
    Ok(match row {
        Some((_, Some(_))) => Standing::On { codes_left: count_codes(conn, user_id)? },
        Some((sealed, None)) => sealer.open(place(user_id), &sealed).map_or(Standing::Off, Standing::Pending),
        None => Standing::Off,
    })
}

fn count_codes(conn: &mut Db, user_id: i64) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id).and(recovery_codes::used_at.is_null()))
        .count()
        .get_result(conn)
}

/// Whether the second factor is asked of this user.
pub fn is_on(conn: &mut Db, user_id: i64) -> QueryResult<bool> {
    let on: Option<i64> = second_factors::table
        .find(user_id)
        .filter(second_factors::confirmed_at.is_not_null())
        .select(second_factors::user_id)
        .first(conn)
        .optional()?;
    Ok(on.is_some())
}

/// Makes a new secret, which counts once its first code has been typed. Does nothing when the second factor is on.
/// Fails with `RollbackTransaction` when the secret cannot be sealed.
pub fn begin(conn: &mut Db, sealer: &Sealer, user_id: i64, now: NaiveDateTime) -> QueryResult<()> {
    if is_on(conn, user_id)? {
        return Ok(());
    }
    let secret: [u8; SECRET_BYTES] = rand::random();
    let sealed = sealer.seal(place(user_id), &secret).map_err(|_| diesel::result::Error::RollbackTransaction)?;
    diesel::delete(second_factors::table.find(user_id)).execute(conn)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::user_id.eq(user_id),
            second_factors::secret.eq(sealed),
            second_factors::last_step.eq(0),
            second_factors::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Turns the second factor on with its first code, and answers the recovery codes in clear, once. `None`: a wrong code.
pub fn confirm(
    conn: &mut Db,
    sealer: &Sealer,
    user_id: i64,
    code: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<Vec<String>>> {
    if is_on(conn, user_id)? || !use_code(conn, sealer, user_id, code, now)? {
        return Ok(None);
    }
    diesel::update(second_factors::table.find(user_id)).set(second_factors::confirmed_at.eq(now)).execute(conn)?;
    // Programs that were connected with the password alone ask for a code from now on.
    api_tokens::end_all(conn, user_id)?;
    renew_codes(conn, user_id).map(Some)
}

/// Replaces the recovery codes; returns them in clear, once.
pub fn renew_codes(conn: &mut Db, user_id: i64) -> QueryResult<Vec<String>> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| random::readable_secret(RECOVERY_LENGTH)).collect();
    for code in &codes {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::code_hash.eq(token_hash(code)), recovery_codes::user_id.eq(user_id)))
            .execute(conn)?;
    }
    Ok(codes)
}

/// Turns the second factor off.
pub fn remove(conn: &mut Db, user_id: i64) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    diesel::delete(second_factors::table.find(user_id)).execute(conn)?;
    Ok(())
}

/// Uses a code of six digits, typed as people write it (`123 456`, `123-456`): good for its half minute and the ones beside it, and for one use. Of two that arrive at once
/// one is refused.
pub fn use_code(conn: &mut Db, sealer: &Sealer, user_id: i64, code: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let sealed: Option<Vec<u8>> =
        second_factors::table.find(user_id).select(second_factors::secret).first(conn).optional()?;
    let secret = sealed.and_then(|sealed| sealer.open(place(user_id), &sealed).ok());
    let seconds = u64::try_from(now.and_utc().timestamp()).unwrap_or(0);
    let digits: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let step = secret.and_then(|secret| totp(&secret)).and_then(|totp| totp.check(&digits, seconds));
    let Some(step) = step.and_then(|step| i64::try_from(step).ok()) else { return Ok(false) };
    // A step that no telephone shows yet was noted by a clock that ran ahead: it binds nobody.
    let newest = i64::try_from(seconds / STEP_SECONDS).unwrap_or(i64::MAX).saturating_add(1);
    let unused = second_factors::table
        .find(user_id)
        .filter(second_factors::last_step.lt(step).or(second_factors::last_step.gt(newest)));
    Ok(diesel::update(unused).set(second_factors::last_step.eq(step)).execute(conn)? == 1)
}

/// Uses a recovery code, typed with or without its dashes.
pub fn use_recovery_code(conn: &mut Db, user_id: i64, code: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let unused = recovery_codes::table
        .find(token_hash(&plain))
        .filter(recovery_codes::user_id.eq(user_id).and(recovery_codes::used_at.is_null()));
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now)).execute(conn)? == 1)
}

/// The code an application shows now: for tests.
pub fn code_at(secret: &[u8], now: NaiveDateTime) -> String {
    let seconds = u64::try_from(now.and_utc().timestamp()).unwrap_or(0);
    totp(secret).map(|totp| totp.generate(seconds).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::db::testing::{TestDb, now};
    use crate::identity::keys::Keys;
    use crate::identity::model::{NewCollaborator, PasswordState};
    use crate::identity::queries;
    use chrono::TimeDelta;

    fn world() -> (TestDb, Sealer, i64) {
        let mut db = TestDb::new();
        let person = NewCollaborator {
            username: "qualcuno".to_owned(),
            surname: "Rossi".to_owned(),
            name: "Anna".to_owned(),
            fiscal_code: "RSSNNA84C52L483O".to_owned(),
            password_hash: String::new(),
            password_state: PasswordState::Definitive,
        };
        let id = queries::insert_collaborator(&mut db, &person, now()).unwrap();
        (db, Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap()), id)
    }

    #[test]
    fn the_vectors_of_the_rfc() {
        let secret = b"12345678901234567890";
        let at = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(code_at(secret, at(seconds)), code);
        }
        assert_eq!(as_text(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(address(secret, "Millecloud", "p@x.it").starts_with("otpauth://totp/Millecloud:p%40x.it?secret=GEZD"));
    }

    #[test]
    fn a_code_is_good_once_and_for_a_minute_and_a_half() {
        let (mut db, sealer, id) = world();
        assert!(find(&mut db, &sealer, id).unwrap() == Standing::Off);
        begin(&mut db, &sealer, id, now()).unwrap();
        let Standing::Pending(secret) = find(&mut db, &sealer, id).unwrap() else { panic!("not pending") };
        assert!(!is_on(&mut db, id).unwrap());
        assert!(confirm(&mut db, &sealer, id, "000000x", now()).unwrap().is_none());
        let code = code_at(&secret, now());
        assert_eq!(confirm(&mut db, &sealer, id, &code, now()).unwrap().unwrap().len(), RECOVERY_CODES);
        assert!(is_on(&mut db, id).unwrap());
        // The code that turned it on is used; so is any older one.
        assert!(!use_code(&mut db, &sealer, id, &code, now()).unwrap());
        let later = now() + TimeDelta::minutes(10);
        for (off, good) in [(-90, false), (-30, true), (0, true), (30, true), (90, false)] {
            let code = code_at(&secret, later + TimeDelta::seconds(off));
            assert_eq!(use_code(&mut db, &sealer, id, &code, later).unwrap(), good, "{off}");
            assert!(!use_code(&mut db, &sealer, id, &code, later).unwrap(), "twice {off}");
        }
        // A new secret is not made under one that is on.
        begin(&mut db, &sealer, id, later).unwrap();
        assert!(is_on(&mut db, id).unwrap());
    }

    /// The clock was two hours ahead when a code was used; then it was put right.
    #[test]
    fn a_step_of_a_clock_that_ran_ahead_refuses_nobody() {
        let (mut db, sealer, id) = world();
        begin(&mut db, &sealer, id, now()).unwrap();
        let Standing::Pending(secret) = find(&mut db, &sealer, id).unwrap() else { panic!("not pending") };
        let ahead = now() + TimeDelta::hours(2);
        assert!(confirm(&mut db, &sealer, id, &code_at(&secret, ahead), ahead).unwrap().is_some());
        let code = code_at(&secret, now());
        assert!(use_code(&mut db, &sealer, id, &code, now()).unwrap());
        assert!(!use_code(&mut db, &sealer, id, &code, now()).unwrap(), "once, as ever");
    }

    #[test]
    fn recovery_codes_are_digests_and_good_once() {
        let (mut db, sealer, id) = world();
        let codes = renew_codes(&mut db, id).unwrap();
        let kept: Vec<String> = recovery_codes::table.select(recovery_codes::code_hash).load(&mut *db).unwrap();
        assert!(codes.iter().all(|code| !kept.contains(code)));
        let typed = codes.first().unwrap().to_lowercase();
        let dashed = typed.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned());
        let dashed = dashed.collect::<Vec<_>>().join("-");
        assert!(use_recovery_code(&mut db, id, &dashed, now()).unwrap());
        assert!(!use_recovery_code(&mut db, id, &dashed, now()).unwrap());
        assert!(!use_recovery_code(&mut db, id + 1, codes.get(1).unwrap(), now()).unwrap(), "somebody else's");
        renew_codes(&mut db, id).unwrap();
        assert!(!use_recovery_code(&mut db, id, codes.get(1).unwrap(), now()).unwrap(), "replaced");
        remove(&mut db, id).unwrap();
        assert!(find(&mut db, &sealer, id).unwrap() == Standing::Off);
    }
}
