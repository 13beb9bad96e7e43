//! The same addresses, asked by collaborators: of the doctor, and of another.

use millecloud::web::paths::pattern;

use super::places::{ANYBODY, ARCHIVE, BOOK, DOCTOR, DOCTOR_WRITES};
use super::*;

/// Whether a collaborator may look at an address, and post to it.
fn studio_may(pattern: &str) -> (bool, bool) {
    let looks = !DOCTOR.contains(&pattern);
    (looks, looks && !DOCTOR_WRITES.contains(&pattern))
}

/// R1: an address that nobody has placed fails here.
#[test]
fn every_address_is_somebodys() {
    for pattern in ALL {
        let places = [PUBLIC, STUDIO, DOCTOR, DOCTOR_WRITES, ARCHIVE, ANYBODY, BOOK];
        let count = places.iter().filter(|place| place.contains(pattern)).count();
        assert_eq!(count, 1, "{pattern} stands in {count} lists of the matrix");
    }
}

/// Whose entry of the record it is about: exemptions the studio may write, the rest it may not.
fn is_clinical_act(pattern: &str, address: &str) -> bool {
    let acts = [pattern::entry_remove(), pattern::entry_restore()];
    acts.contains(&pattern) && !address.contains("/esenzioni/")
}

#[actix_web::test]
async fn a_collaborator_meets_closed_doors_where_the_doctor_is_alone_and_finds_nobody_elses_rows() {
    let world = World::new().await;
    let token = World::token_of(&world.maria).await;
    let before = world.app.content(VOLATILE).await;
    let (mut open, mut closed) = (0, 0);
    for pattern in ALL.iter().filter(|pattern| !PUBLIC.contains(pattern) && !BOOK.contains(pattern)) {
        let (looks, writes) = studio_may(pattern);
        for (n, address) in fill(pattern, &world.own, &world.own).iter().enumerate() {
            let own = world.maria.get_raw(address).await;
            let nothing = is_nothing(&own);
            if looks && !nothing {
                open += 1;
                assert!(is_page(&own), "{address}: {} {}", own.status, own.text());
            } else if !nothing {
                closed += 1;
                assert_eq!(own.status, 403, "GET {address}: {}", own.text());
            }
            let writes = writes && !is_clinical_act(pattern, address);
            if !writes && !ANYBODY.contains(pattern) {
                let posted = world.maria.post_raw(address, std::slice::from_ref(&token), SAME_ORIGIN).await;
                assert!(matches!(posted.status, 400 | 403 | 404 | 405), "POST {address}: {}", posted.status);
            }
            if !names_a_row(pattern) {
                continue;
            }
            for (outer, inner) in [(&Ids::MISSING, &world.other), (&world.own, &world.other)] {
                if outer == &world.own && !names_two_rows(pattern) {
                    continue;
                }
                let absent = if outer == &world.own { (&world.own, &Ids::MISSING) } else { (outer, &Ids::MISSING) };
                let foreign = if outer == &world.own { (outer, inner) } else { (inner, inner) };
                let (absent, foreign) = (fill(pattern, absent.0, absent.1), fill(pattern, foreign.0, foreign.1));
                if looks && !nothing {
                    let missing = world.maria.get_raw(&absent[n]).await;
                    assert_same_absence(&world.maria.get_raw(&foreign[n]).await, &missing, address);
                }
                if writes {
                    let missing = world.maria.post_raw(&absent[n], std::slice::from_ref(&token), SAME_ORIGIN).await;
                    let theirs = world.maria.post_raw(&foreign[n], std::slice::from_ref(&token), SAME_ORIGIN).await;
                    if !is_nothing(&missing) || missing.status == 404 {
                        assert_same_refusal(&theirs, &missing, &format!("POST {address} by a collaborator"));
                    }
                }
            }
        }
    }
    assert!(open > 25 && closed > 15, "{open} open and {closed} closed doors");
    let after = world.app.content(VOLATILE).await;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table} has changed");
    }
}

#[actix_web::test]
async fn another_doctors_collaborator_finds_nothing_and_a_doctor_has_no_studio_pages() {
    let world = World::new().await;
    let of_the_surgery = |pattern: &&&str| !PUBLIC.contains(*pattern) && !BOOK.contains(*pattern);
    for pattern in ALL.iter().filter(|pattern| names_a_row(pattern)).filter(of_the_surgery) {
        for address in fill(pattern, &world.own, &world.own) {
            let answer = world.anna.get_raw(&address).await;
            let expected: &[u16] = if studio_may(pattern).0 { &[404, 405] } else { &[403, 404, 405] };
            assert!(expected.contains(&answer.status), "{address}: {} {}", answer.status, answer.text());
        }
    }
    for pattern in STUDIO {
        for address in fill(pattern, &world.own, &world.own) {
            let answer = world.doctor.get_raw(&address).await;
            assert!(matches!(answer.status, 403..=405), "{address}: {}", answer.status);
        }
    }
}
