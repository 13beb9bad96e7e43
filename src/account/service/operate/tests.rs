//! Every act, what it changes, and the row it leaves.
#![allow(clippy::unwrap_used, reason = "tests")]

use diesel::prelude::*;

use super::*;
use crate::db::schema::{doctors, operator_acts, users};
use crate::db::testing::{TestDb, insert_doctor, now};
use crate::identity::password::Verdict;

fn keys() -> Keys {
    Keys::new("0123456789abcdef0123456789abcdef").unwrap()
}

fn world() -> (TestDb, i64) {
    let mut db = TestDb::new();
    let id = insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    (db, id)
}

fn acts(db: &mut TestDb) -> Vec<String> {
    operator_acts::table.order(operator_acts::id).select(operator_acts::act).load(&mut **db).unwrap()
}

#[test]
fn each_act_changes_one_thing_and_leaves_a_row() {
    let (mut db, id) = world();
    sessions::insert(&mut db, "key", id, "{}", "", now()).unwrap();
    act(&mut db, " Borghetto ", Act::Disable, now()).unwrap();
    assert!(!identity::find_user(&mut db, id).unwrap().unwrap().active);
    assert!(sessions::list_open(&mut db, id, now()).unwrap().is_empty());
    act(&mut db, "borghetto", Act::Enable, now()).unwrap();
    assert!(identity::find_user(&mut db, id).unwrap().unwrap().active);
    act(&mut db, "borghetto", Act::ResetSecondFactor, now()).unwrap();
    assert_eq!(acts(&mut db), ["disable", "enable", "reset_second_factor"]);
    assert!(matches!(act(&mut db, "nessuno", Act::Disable, now()), Err(OperateError::Unknown)));
    assert_eq!(acts(&mut db).len(), 3, "nothing done, nothing noted");
}

#[test]
fn a_doctor_is_verified_once_for_one_person() {
    let (mut db, id) = world();
    let none = doctors::verified_at.eq(None::<NaiveDateTime>);
    diesel::update(doctors::table.find(id)).set(none).execute(&mut *db).unwrap();
    diesel::update(users::table.find(id)).set(users::confirmed_at.eq(None::<NaiveDateTime>)).execute(&mut *db).unwrap();
    assert!(matches!(act(&mut db, "borghetto", Act::Verify, now()), Err(OperateError::Unconfirmed)));
    identity::set_confirmed(&mut db, id, now()).unwrap();
    act(&mut db, "borghetto", Act::Verify, now()).unwrap();
    assert_eq!(identity::find_doctor_profile(&mut db, id).unwrap().unwrap().verified_at, Some(now()));
    // A second account that claims to be the same person.
    let second = insert_doctor(&mut db, "finto", "BORGHETTO", "Paolo");
    diesel::update(doctors::table.find(second)).set(none).execute(&mut *db).unwrap();
    let code = identity::find_user(&mut db, id).unwrap().unwrap().fiscal_code;
    diesel::update(users::table.find(second))
        .set((users::fiscal_code.eq(code), users::confirmed_at.eq(now())))
        .execute(&mut *db)
        .unwrap();
    diesel::update(doctors::table.find(id)).set(doctors::verified_at.eq(now())).execute(&mut *db).unwrap();
    assert!(matches!(act(&mut db, "finto", Act::Verify, now()), Err(OperateError::Doubled)));
}

#[tokio::test]
async fn a_new_password_is_temporary_and_the_only_one() {
    let (mut db, id) = world();
    let passwords = Passwords::new(&keys(), 4).unwrap();
    let given = reset_password(&mut db, &passwords, "borghetto", now()).unwrap();
    let user = identity::find_user(&mut db, id).unwrap().unwrap();
    assert!(user.password_state == PasswordState::Temporary);
    assert_eq!(passwords.verify(given, Some(user.password_hash)).await.unwrap(), Verdict::Right);
    assert_eq!(acts(&mut db), ["reset_password"]);
}

#[test]
fn a_name_or_an_address_is_changed_and_nothing_else() {
    let (mut db, id) = world();
    let changes = Changes { email: Some("Nuovo@Example.it"), ..Changes::default() };
    edit(&mut db, "borghetto", &changes, now()).unwrap();
    let user = identity::find_user(&mut db, id).unwrap().unwrap();
    assert_eq!((user.email.as_str(), user.surname.as_str()), ("nuovo@example.it", "BORGHETTO"));
    assert!(matches!(edit(&mut db, "borghetto", &Changes::default(), now()), Err(OperateError::Nothing)));
    let wrong = Changes { email: Some("a@b"), ..Changes::default() };
    assert!(matches!(edit(&mut db, "borghetto", &wrong, now()), Err(OperateError::Email(_))));
    assert_eq!(acts(&mut db), ["edit"]);
}

#[test]
fn an_address_or_a_user_is_unlocked() {
    let (mut db, _) = world();
    let address = Subject::address(&keys(), Door::Patients, "192.0.2.7");
    let account = Subject::account(&keys(), "borghetto");
    for subject in [&address, &account] {
        for _ in 0..20 {
            throttle::count_failure(&mut db, subject, now()).unwrap();
        }
    }
    assert_eq!(unlock(&mut db, &keys(), "192.0.2.7", now()).unwrap(), 1);
    assert!(throttle::blocked_until(&mut db, &address, now()).unwrap().is_none());
    assert!(throttle::blocked_until(&mut db, &account, now()).unwrap().is_some());
    assert_eq!(unlock(&mut db, &keys(), "Borghetto", now()).unwrap(), 1);
    assert!(throttle::blocked_until(&mut db, &account, now()).unwrap().is_none());
    assert_eq!(acts(&mut db), ["unlock", "unlock"]);
}
