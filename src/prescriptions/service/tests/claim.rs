//! Taking a row in hand.

use super::*;

#[test]
fn the_number_and_the_request_are_there_before_the_call() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    let row = world.row(id);
    assert_eq!((row.state, row.nre.as_deref()), (State::Sending, Some("0500A0123456700")));
    let frozen: PrescriptionMessage = serde_json::from_str(row.payload.as_deref().unwrap()).unwrap();
    assert_eq!(frozen, work.message);
    assert_eq!((frozen.nre.as_str(), frozen.patient_code.as_str()), ("0500A0123456700", "SCCCLD63E30L483Q"));
    assert_eq!(row.lease_until, Some(world.now + TimeDelta::seconds(120)));
    assert_eq!(world.attempts(id), [(Operation::Send, AttemptOutcome::Open)]);
    assert!(!row.payload.unwrap().contains("0501234567"), "no pin in what is kept");
}

#[test]
fn what_stands_for_a_fiscal_code_goes_with_its_kind_of_prescription() {
    for (code, kind) in [("STP0502010001234", "ST"), ("ENI0502010001234", "ST"), ("40000000006", "")] {
        let mut world = World::new();
        diesel::update(patients::table.find(world.patient))
            .set(patients::fiscal_code.eq(code))
            .execute(&mut *world.db)
            .unwrap();
        let id = world.confirm();
        let message = world.work(id).message;
        assert_eq!((message.patient_code.as_str(), message.assistance.as_str()), (code, kind));
    }
}

#[test]
fn a_row_in_hand_is_nobody_elses() {
    let mut world = World::new();
    let id = world.confirm();
    let _work = world.work(id);
    world.pass(119);
    assert!(matches!(world.claim(id), Claim::NotNow));
}

#[test]
fn without_credentials_session_or_numbers_it_waits_and_says_why() {
    let mut world = World::new();
    let id = world.confirm();
    world.pass(10 * 3600);
    assert!(matches!(world.claim(id), Claim::Moved));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, WaitReason::SessionExpired, None));
    assert_eq!(row.nre, None, "no number is spent on a row that cannot go");
    diesel::delete(sac_credentials::table).execute(&mut *world.db).unwrap();
    let second = world.confirm();
    assert!(matches!(world.claim(second), Claim::Moved));
    assert_eq!(world.row(second).wait_reason, WaitReason::NoCredentials);
    let (owner, now) = (world.owner, world.now);
    insert_credentials(&mut world.db, owner, &credentials(), now);
    assert_eq!(queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap(), 2);
    diesel::update(nre_lots::table).set(nre_lots::next_number.eq(100i64)).execute(&mut *world.db).unwrap();
    assert!(matches!(world.claim(id), Claim::Moved));
    assert_eq!(world.row(id).wait_reason, WaitReason::NoNre);
    world.lot("0500A07654321");
    assert_eq!(queries::release_waiting(&mut world.db, owner, &[WaitReason::NoNre], now).unwrap(), 1);
    assert_eq!(world.work(id).message.nre, "0500A0765432100");
}

/// R14: what would go out is not what was confirmed.
#[test]
fn a_changed_drug_is_not_sent() {
    let mut world = World::new();
    let id = world.confirm();
    diesel::update(prescription_items::table)
        .set(prescription_items::aic.eq("033638055"))
        .execute(&mut *world.db)
        .unwrap();
    assert!(matches!(world.claim(id), Claim::Moved));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.attention), (State::ToSend, WaitReason::ContentChanged, true));
    assert_eq!((row.nre, row.payload), (None, None));
    let (owner, now) = (world.owner, world.now);
    assert!(
        matches!(retry_now(&mut world.db, &By::guarded(owner, owner.id(), now), id), Err(ActError::Stale)),
        "only taking it back helps"
    );
    assert!(take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, row.revision)).is_ok());
}

#[test]
fn each_part_of_what_was_confirmed_counts() {
    type Change = fn(&mut crate::db::Db, i64) -> QueryResult<usize>;
    let changes: [(&str, Change); 6] = [
        ("patient", |db, id| {
            diesel::update(prescriptions::table.find(id))
                .set(prescriptions::patient_code.eq("VRDNNA70A41L483X"))
                .execute(db)
        }),
        ("exemption", |db, id| {
            diesel::update(prescriptions::table.find(id)).set(prescriptions::exemption_code.eq("013")).execute(db)
        }),
        ("quantity", |db, _| {
            diesel::update(prescription_items::table).set(prescription_items::pieces.eq(2)).execute(db)
        }),
        ("name of the drug", |db, _| {
            diesel::update(prescription_items::table).set(prescription_items::label.eq("ALTRO")).execute(db)
        }),
        ("doctor", |db, _| diesel::update(users::table).set(users::fiscal_code.eq("VRDNNA70A41L483X")).execute(db)),
        ("frozen request", |db, id| {
            diesel::update(prescriptions::table.find(id)).set(prescriptions::payload.eq(Some("{}"))).execute(db)
        }),
    ];
    for (what, change) in changes {
        let mut world = World::new();
        let id = world.confirm();
        change(&mut world.db, id).unwrap();
        assert!(matches!(world.claim(id), Claim::Moved), "{what}");
        assert_eq!(world.row(id).wait_reason, WaitReason::ContentChanged, "{what}");
    }
}

#[test]
fn the_patients_facts_are_those_of_the_confirmation() {
    let mut world = World::new();
    let id = world.confirm();
    diesel::update(patients::table).set(patients::fiscal_code.eq("VRDNNA70A41L483X")).execute(&mut *world.db).unwrap();
    assert_eq!(world.work(id).message.patient_code, "SCCCLD63E30L483Q");
}

#[test]
fn nobody_confirms_for_anothers_patient_or_nothing_at_all() {
    let mut world = World::new();
    let other = Owner::of_doctor(testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    let (now, mut new) = (world.now, zimox(world.patient));
    let confirm = |world: &mut World, owner: Owner, new| {
        create_confirmed(&mut world.db, &By::guarded(owner, owner.id(), now), &[new])
    };
    assert!(matches!(confirm(&mut world, other, new.clone()), Err(CreateError::NoPatient)));
    let owner = world.owner;
    for pieces in [0, 10, -1] {
        new.items.iter_mut().for_each(|item| item.pieces = pieces);
        assert!(matches!(confirm(&mut world, owner, new.clone()), Err(CreateError::BadRows)), "{pieces}");
    }
    new.items.clear();
    assert!(matches!(confirm(&mut world, owner, new), Err(CreateError::BadRows)));
}

#[test]
fn who_is_insured_abroad_goes_with_the_card_and_without_a_code_whatever_the_registry_says_later() {
    let mut world = World::new();
    let card = |world: &mut World, state: &str| {
        diesel::update(patients::table.find(world.patient))
            .set((
                patients::fiscal_code.eq("TEAM80250000012345678901"),
                patients::province.eq("UD"),
                patients::asl_code.eq("204"),
                patients::foreign_kind.eq("UE"),
                patients::foreign_state.eq(state),
                patients::foreign_institution.eq("12345"),
                patients::foreign_number.eq("170017"),
                patients::card_expires_on.eq("2027-12-31".parse::<chrono::NaiveDate>().ok()),
            ))
            .execute(&mut *world.db)
            .unwrap();
    };
    card(&mut world, "FR");
    let id = world.confirm();
    card(&mut world, "DE");
    let message = world.work(id).message;
    assert_eq!((message.patient_code.as_str(), message.assistance.as_str()), ("", "UE"));
    assert_eq!((message.patient_province.as_str(), message.patient_asl.as_str()), ("", ""));
    let section = message.foreign;
    assert_eq!((section.state.as_str(), section.card_number.as_str()), ("FR", "80250000012345678901"));
    assert_eq!((section.institution.as_str(), section.personal_number.as_str()), ("12345", "170017"));
    assert!(section.birth_date.is_some() && section.card_expiry == "2027-12-31".parse().ok());
}
