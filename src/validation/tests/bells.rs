//! What the bells say, and until when.

use super::*;
use crate::db::schema::sac_refusals;
use crate::identity::by::{By, Seen};
use crate::prescriptions::queries::see_refusals;
use crate::validation::queries::list_news;
use crate::validation::service::{load_sent, retry_failed, send_seen};
use crate::validation::{model::SentView, service::acknowledge};

fn rings(news: i64, refused: i64) -> Rings {
    Rings { news, refused }
}

/// Sent by the doctor and refused by SAC.
fn refused(w: &mut World) -> i64 {
    let id = w.pending();
    w.send_one(id).unwrap();
    w.refuse(id);
    id
}

#[test]
fn a_refusal_rings_for_the_doctor_and_for_who_prepared_it_until_each_has_looked() {
    let mut w = world();
    let waits = w.pending();
    assert_eq!(w.bells(), (rings(1, 0), rings(0, 0), 0));
    let id = refused(&mut w);
    assert_eq!(w.bells(), (rings(1, 1), rings(1, 1), 1), "a count of its own, and news for the studio");
    assert_eq!(w.counters(), (1, 0, 0), "it does not wait any more");
    let (doctor, maria, anna, now) = (w.owner.id(), w.maria, w.anna, w.now + TimeDelta::minutes(3));
    // Whoever it is nothing of sees nothing, and takes nothing away.
    assert_eq!(see_refusals(&mut w.db, anna, &[id, waits], now).unwrap(), 0);
    assert_eq!(queries::ring_studio(&mut w.db, anna).unwrap(), rings(0, 0));
    let other = w.other;
    assert_eq!(queries::ring_doctor(&mut w.db, other).unwrap(), rings(0, 0));
    assert_eq!(see_refusals(&mut w.db, doctor, &[id, waits], now).unwrap(), 1);
    assert_eq!(w.bells(), (rings(1, 0), rings(1, 1), 1), "the doctor has seen it, the studio has not");
    assert_eq!(see_refusals(&mut w.db, maria, &[id], now).unwrap(), 1);
    assert_eq!(see_refusals(&mut w.db, maria, &[id], now + TimeDelta::minutes(9)).unwrap(), 0, "seen once");
    assert_eq!(w.bells(), (rings(1, 0), rings(0, 0), 0));
    let rows: Vec<(i64, i64, Option<NaiveDateTime>)> = sac_refusals::table
        .order(sac_refusals::user_id)
        .select((sac_refusals::prescription_id, sac_refusals::user_id, sac_refusals::looked_at))
        .load(&mut *w.db)
        .unwrap();
    assert_eq!(rows, [(id, doctor, Some(now)), (id, maria, Some(now))], "who looked, and when");
    let studio = w.studio();
    let list = load_sent(&mut w.db, &studio, SentView::Refused, None, 10).unwrap();
    assert_eq!(list.iter().map(|one| one.row.id).collect::<Vec<_>>(), [id], "seen or not, it is still refused");
}

#[test]
fn what_the_doctor_corrects_or_tries_again_is_nobodys_news_any_more() {
    let mut w = world();
    let ids = [w.pending(), w.pending()];
    let (seen, doctor, studio) = (w.seen(&ids), w.doctor(), w.studio());
    let round = w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    w.refuse(ids[0]);
    w.accept(ids[1]);
    assert_eq!(w.bells(), (rings(0, 1), rings(2, 1), 1));
    w.db.write(|conn| retry_failed(conn, &doctor, round, None)).unwrap();
    assert_eq!(w.bells(), (rings(0, 0), rings(1, 0), 0));
    // Refused once more, it rings once more, for both: what was sent again is still Maria's.
    let again: i64 = prescriptions::table
        .filter(prescriptions::copied_from.eq(ids[0]))
        .select(prescriptions::id)
        .first(&mut *w.db)
        .unwrap();
    w.refuse(again);
    assert_eq!(w.bells(), (rings(0, 1), rings(2, 1), 1));
    let revision = w.revision(again);
    w.db.write(|conn| acts::take_back(conn, &doctor, Seen::new(again, revision)).map(|_| ())).unwrap();
    assert_eq!(w.bells(), (rings(0, 0), rings(1, 0), 0));
    acknowledge(&mut w.db, &studio, &[(ids[1], State::Accepted)]).unwrap();
    assert_eq!(w.bells(), (rings(0, 0), rings(0, 0), 0));
}

#[test]
fn the_studios_bell_counts_all_her_doctors_and_only_those_she_works_for() {
    let mut w = world();
    let id = refused(&mut w);
    let (maria, other, now, stranger) = (w.maria, w.other.id(), w.now, w.other);
    assert_eq!(queries::ring_studio(&mut w.db, maria).unwrap(), rings(1, 1));
    let of = |state: &str| {
        (
            (
                associations::doctor_id.eq(other),
                associations::collaborator_id.eq(maria),
                associations::state.eq(state.to_owned()),
            ),
            (associations::surname.eq("SEGRETI"), associations::name.eq("Maria")),
            (associations::created_at.eq(now), associations::changed_at.eq(now)),
        )
    };
    diesel::insert_into(associations::table).values(of("active")).execute(&mut *w.db).unwrap();
    let patient = testing::insert_patient(&mut w.db, other, "ROSSI", "Ugo", "RSSGUO50A01H501X");
    let theirs =
        w.db.write(|conn| create_pending(conn, &By::guarded(stranger, maria, now), "theirs", &[zimox(patient)]))
            .unwrap()[0];
    let by = By::guarded(stranger, other, now);
    w.db.write(|conn| service::decline(conn, &by, Seen::new(theirs, 1), "Il paziente ne ha ancora")).unwrap();
    assert_eq!(queries::ring_studio(&mut w.db, maria).unwrap(), rings(2, 1));
    let told: Vec<(i64, Rings)> =
        list_news(&mut w.db, maria).unwrap().into_iter().map(|one| (one.doctor.doctor_id, one.rings)).collect();
    assert_eq!(told, [(w.owner.id(), rings(1, 1)), (other, rings(1, 0))], "by name");
    // Suspended with one: what is theirs is not hers to see now.
    let row =
        associations::table.filter(associations::doctor_id.eq(other)).filter(associations::collaborator_id.eq(maria));
    diesel::update(row).set(associations::state.eq("suspended")).execute(&mut *w.db).unwrap();
    assert_eq!(queries::ring_studio(&mut w.db, maria).unwrap(), rings(1, 1));
    assert_eq!(w.state(id), State::Discarded);
}

#[test]
fn a_bell_counts_no_further_than_it_can_say() {
    let mut w = world();
    let (owner, maria, now, patient) = (w.owner, w.maria, w.now, w.patient);
    let ids: Vec<i64> = (0..105).map(|n| w.submit(&format!("n {n}"), &[zimox(patient)])[0]).collect();
    assert_eq!(queries::ring_doctor(&mut w.db, owner).unwrap(), rings(MOST + 1, 0));
    for id in &ids {
        w.db.write(|conn| crate::prescriptions::queries::note_refusal(conn, *id, now)).unwrap();
    }
    diesel::update(prescriptions::table).set(prescriptions::state.eq(State::Declined)).execute(&mut *w.db).unwrap();
    assert_eq!(queries::ring_doctor(&mut w.db, owner).unwrap(), rings(0, MOST + 1));
    assert_eq!(queries::ring_studio(&mut w.db, maria).unwrap(), rings(MOST + 1, MOST + 1));
    let studio = w.studio();
    assert_eq!(service::find_counters(&mut w.db, &studio).unwrap().refused, MOST + 1);
}
