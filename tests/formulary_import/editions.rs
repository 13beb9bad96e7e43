//! Lists laid over the edition in use, editions taken back, and the ATC of packages whose lists have none.

use diesel::prelude::*;
use millecloud::db::schema::{formulary_editions, packages};
use millecloud::formulary::import;
use millecloud::formulary::import::progress::Progress;
use millecloud::formulary::import::report::Report;
use millecloud::formulary::queries;
use millecloud::reference::changes::{Options, Outcome};

use crate::{CLASS_A, CLASS_H, Database, TRANSPARENCY, databases, now, run, shared};

const WHOLE_ATC: &str = "aifa/atc_2026.csv";

/// The monthly transparency list is a part: alone it takes nothing away without a yes, and laid over the rest it changes
/// prices and keeps every package.
#[test]
fn the_transparency_list_alone_takes_nothing_away() {
    let Some(whole) = shared(&[CLASS_A, CLASS_H, TRANSPARENCY]) else { return };
    for database in databases() {
        let all = run(&database, &whole).unwrap().packages;
        let alone =
            |options| import::run(&database.pool, &whole[2..], None, options, now(), &Progress::hidden()).unwrap();
        let stopped = alone(Options::default());
        assert_eq!((stopped.outcome, stopped.replaced), (Outcome::NeedsYes, None));
        assert!(stopped.changes.gone.count > 5_000 && stopped.to_string().contains("tolte: "), "{stopped}");
        let in_use = |database: &Database| {
            queries::find_current_edition(&mut database.pool.connection().unwrap()).unwrap().unwrap()
        };
        let first = in_use(&database);
        assert_eq!(alone(Options { dry_run: true, ..Options::default() }).outcome, Outcome::DryRun);
        assert_eq!(in_use(&database).id, first.id);
        let merged = alone(Options { merge: true, ..Options::default() });
        let (changes, outcome) = (&merged.changes, merged.outcome);
        assert_eq!((outcome, merged.packages, changes.gone.count, changes.added.count), (Outcome::Done, all, 0, 0));
        let mut conn = database.pool.connection().unwrap();
        let zimox = queries::find_by_aic(&mut conn, "023086150").unwrap().unwrap().package;
        assert_eq!((zimox.price_cents, zimox.reference_cents, zimox.substitutable), (Some(490), Some(327), true));
        let (from, to) = import::roll_back(&mut conn).unwrap();
        assert_eq!((to.id, from.id > to.id), (first.id, true));
        drop(conn);
        assert_eq!(in_use(&database).id, first.id);
    }
}

/// The class lists have no ATC: what the registers and the names bring must reach warfarin, insulins, digoxin, and what
/// stays without is named.
#[test]
fn packages_get_their_atc_and_those_without_are_named() {
    let Some(files) = shared(&[CLASS_A, CLASS_H, TRANSPARENCY]) else { return };
    let Some(with_names) = shared(&[CLASS_A, CLASS_H, TRANSPARENCY, WHOLE_ATC]) else { return };
    for database in databases() {
        let count = |report: &Report| report.without_atc.iter().map(|(_, count)| count).sum::<u64>();
        let bare = run(&database, &files).unwrap();
        let named = run(&database, &with_names).unwrap();
        eprintln!("{}: without ATC {} of {}, then {}", database.name, count(&bare), bare.packages, count(&named));
        assert!(count(&named) * 3 < count(&bare) * 2, "{} {}", count(&bare), count(&named));
        let text = named.to_string();
        let (first, packages) = named.without_atc.first().unwrap();
        assert!(text.contains("sono senza ATC") && text.contains(&format!("{first} ({packages})")), "{text}");
        let mut conn = database.pool.connection().unwrap();
        for (substance, code) in [("Warfarin", "B01AA03"), ("Digossina", "C01AA05"), ("Insulina glargine", "A10AE04")] {
            let codes: Vec<String> = packages::table
                .inner_join(formulary_editions::table)
                .filter(formulary_editions::current.and(packages::substance.eq(substance)))
                .select(packages::atc)
                .distinct()
                .load(&mut *conn)
                .unwrap();
            assert_eq!(codes, [code], "{substance}");
        }
        // What is ambiguous is not guessed.
        assert!(named.without_atc.iter().any(|(name, _)| name == "Carteololo"), "{text}");
    }
}
