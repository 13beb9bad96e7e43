//! The importer on the lists AIFA really published, kept outside the repository in `../shared/data`. Without them the
//! tests say so and pass, unless `MILLECLOUD_REQUIRE_SHARED=1`. Each runs on SQLite, and on PostgreSQL too when
//! `TEST_DATABASE_URL` is set.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, missing_docs)]

mod editions;
mod program;
mod safety;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use millecloud::db::schema::{formulary_editions, packages};
use millecloud::db::{DatabaseUrl, Db, DbPool, migrate};
use millecloud::formulary::import;
use millecloud::formulary::import::header::Kind;
use millecloud::formulary::import::progress::Progress;
use millecloud::formulary::import::report::{ImportError, Report};
use millecloud::formulary::index::{Criterion, FormularyIndexes};
use millecloud::formulary::model::Supply;
use millecloud::formulary::queries;
use millecloud::reference::changes::Options;
use millecloud::reference::model::Class;
use millecloud::reference::starter;

const CLASS_A: &str = "aifa/Classe_A_per_principio_attivo_2021.csv.gz";
const CLASS_H: &str = "aifa/Classe_H_per_principio_attivo_2021.csv.gz";
const TRANSPARENCY: &str = "aifa/Lista_farmaci_equivalenti_2021-11-15.csv.gz";
const EQUIVALENTS: &str = "aifa/farmaci_equivalenti_2024.csv.gz";
const GROUPS: &str = "aifa/gruppi_equivalenza_2024.csv";
const ATC: &str = "aifa/atc_principi_2024.csv";
const REGISTER: &str = "aifa/samples/confezioni_fornitura.sample.csv";
const SUBSTANCES: &str = "aifa/samples/PA_confezioni.sample.csv";

/// The real files, or `None` after saying why the test does nothing.
fn shared(files: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    let Some(missing) = paths.iter().find(|path| !path.exists()) else { return Some(paths) };
    let required = std::env::var("MILLECLOUD_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "MILLECLOUD_REQUIRE_SHARED=1 and {} is not there", missing.display());
    eprintln!("SKIPPED: {} is not there, so the importer was not tried on AIFA's real lists", missing.display());
    None
}

/// A migrated database of its own; the folder lives as long as the SQLite file is used.
struct Database {
    pool: DbPool,
    name: &'static str,
    _folder: tempfile::TempDir,
}

fn databases() -> Vec<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = || tempfile::tempdir().unwrap();
    let sqlite = folder();
    let mut urls = vec![("SQLite", format!("sqlite:{}", sqlite.path().join("test.db").display()), sqlite)];
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        let schema = format!("formulary_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let pool = DbPool::open(&DatabaseUrl::parse(&server).unwrap(), 1).unwrap();
        diesel::sql_query(format!("CREATE SCHEMA {schema}")).execute(&mut *pool.connection().unwrap()).unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        urls.push(("PostgreSQL", format!("{server}{sign}options=-csearch_path%3D{schema}"), folder()));
    }
    urls.into_iter()
        .map(|(name, url, folder)| {
            let pool = DbPool::open(&DatabaseUrl::parse(&url).unwrap(), 2).unwrap();
            let mut conn = pool.connection().unwrap();
            migrate::run_pending(&mut conn).unwrap();
            starter::load(&mut conn, now()).unwrap();
            drop(conn);
            Database { pool, name, _folder: folder }
        })
        .collect()
}

fn now() -> NaiveDateTime {
    day(2026, 11, 24).and_hms_opt(10, 0, 0).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Whatever goes, it is meant.
const SURE: Options = Options { dry_run: false, merge: false, yes: true };

fn run(database: &Database, files: &[PathBuf]) -> Result<Report, ImportError> {
    import::run(&database.pool, files, None, SURE, now(), &Progress::hidden())
}

fn editions(conn: &mut Db) -> Vec<(NaiveDate, bool)> {
    formulary_editions::table
        .order(formulary_editions::id)
        .select((formulary_editions::edition_date, formulary_editions::current))
        .load(conn)
        .unwrap()
}

fn rows(report: &Report, kind: Kind) -> (u64, u64, u64, usize) {
    let file = report.files.iter().find(|file| file.kind == kind).unwrap();
    (file.rows, file.accepted, file.skipped, file.rejected.len())
}

#[test]
fn the_published_lists_make_one_edition() {
    let Some(files) = shared(&[CLASS_H, ATC, TRANSPARENCY, GROUPS, CLASS_A]) else { return };
    for database in databases() {
        let started = Instant::now();
        let report = run(&database, &files).unwrap();
        eprintln!("{}: {report}\nin {:?}", database.name, started.elapsed());
        assert_eq!(rows(&report, Kind::ClassA), (9_869, 9_869, 0, 0));
        assert_eq!(rows(&report, Kind::ClassH), (1_906, 1_906, 0, 0));
        assert_eq!(rows(&report, Kind::Transparency), (6_868, 6_868, 0, 0));
        assert_eq!(rows(&report, Kind::Groups), (2_595, 2_595, 0, 0));
        assert_eq!(rows(&report, Kind::Atc), (356, 356, 0, 0));
        assert_eq!(report.date, day(2021, 11, 15), "the newest date the files carry");
        assert_eq!(report.packages, 9_869 + 1_906 + 144, "the transparency list has 144 that class A has not");
        assert_eq!(report.replaced, None);

        let mut conn = database.pool.connection().unwrap();
        let edition = queries::find_current_edition(&mut conn).unwrap().unwrap();
        assert_eq!(edition.edition_date, day(2021, 11, 15));
        let count = |class: Class, conn: &mut Db| -> i64 {
            packages::table.filter(packages::class.eq(class)).count().get_result(conn).unwrap()
        };
        assert_eq!(count(Class::A, &mut conn), 9_869 + 144);
        assert_eq!(count(Class::H, &mut conn), 1_906);
        let priced: i64 = packages::table
            .filter(packages::class.eq(Class::H).and(packages::price_cents.is_null()))
            .count()
            .get_result(&mut *conn)
            .unwrap();
        assert!(priced < 1_906, "class H has prices");
        let dear = queries::find_by_aic(&mut conn, "045381011").unwrap().unwrap();
        assert_eq!(dear.package.price_cents, Some(2_309_736), "23.097,36");
    }
}

#[test]
fn the_rows_of_the_manual_have_their_prices_and_groups() {
    let Some(files) = shared(&[CLASS_A, CLASS_H, TRANSPARENCY, ATC]) else { return };
    for database in databases() {
        run(&database, &files).unwrap();
        let mut conn = database.pool.connection().unwrap();
        for (aic, price, group) in [
            ("023086150", 490, "18B"),
            ("023086174", 560, "18B"),
            ("023086162", 298, "18K"),
            ("023086061", 298, "18K"),
            ("023086097", 327, "18A"),
            ("035885058", 850, "RGA"),
        ] {
            let row = queries::find_by_aic(&mut conn, aic).unwrap().unwrap();
            assert_eq!(row.package.price_cents, Some(price), "{aic}");
            assert_eq!(row.package.group_code, group, "{aic}");
            assert_eq!((row.package.class, row.package.regime.as_str()), (Class::A, "CD"), "{aic}");
            assert!(row.on_ssn() && row.ssn_refusal().is_none());
        }
        let zimox = queries::find_by_aic(&mut conn, "023086150").unwrap().unwrap().package;
        assert_eq!(zimox.label, "ZIMOX*12 cpr 1 g");
        assert_eq!(zimox.name(), "ZIMOX");
        assert_eq!(zimox.atc, "J01CA04");
        assert_eq!(zimox.reference_cents, Some(327));
        assert!(zimox.substitutable);
        // Not in the transparency list: its ATC comes from the others of its group.
        let capsules = queries::find_by_aic(&mut conn, "023086061").unwrap().unwrap().package;
        assert_eq!((capsules.atc.as_str(), capsules.reference_cents), ("J01CA04", None));
        assert_eq!(queries::find_atc_name(&mut conn, "J01CA04").unwrap().as_deref(), Some("Amoxicillina"));
        let crestor = queries::find_by_aic(&mut conn, "035885058").unwrap().unwrap().package;
        let book = millecloud::reference::queries::note_book(&mut conn, "2026-11-30".parse().unwrap()).unwrap();
        let notes: Vec<&str> = book.of_drug(crestor.noted()).iter().map(|note| note.code.as_str()).collect();
        assert_eq!(notes, ["13"]);

        let group = queries::find_group(&mut conn, zimox.edition_id, "18B").unwrap().unwrap();
        assert_eq!(group.reference_cents, Some(327));
        assert!(!group.by_lowest_price);
        assert_eq!(group.patient_pays(&zimox).unwrap().to_string(), "1,63");
        assert!(group.packages.len() > 10);
        assert!(group.packages.windows(2).all(|pair| pair[0].package.price_cents <= pair[1].package.price_cents));
        assert!(group.packages.iter().any(|row| row.package.aic == "023086150"));
        assert!(queries::find_group(&mut conn, zimox.edition_id, "").unwrap().is_none());
    }
}

#[test]
fn the_two_lists_agree_on_groups() {
    let Some(files) = shared(&[CLASS_A, TRANSPARENCY, EQUIVALENTS]) else { return };
    let today = day(2026, 11, 24);
    let class_a = import::read(&files[..1], Some(today), today, &Progress::hidden()).unwrap();
    let list = import::read(&files[1..2], None, today, &Progress::hidden()).unwrap();
    let by_aic: std::collections::HashMap<_, _> =
        class_a.edition.packages.iter().map(|facts| (facts.aic.clone(), facts)).collect();
    let both: Vec<_> =
        list.edition.packages.iter().filter_map(|facts| Some((facts, by_aic.get(&facts.aic)?))).collect();
    assert_eq!(both.len(), 6_724);
    assert_eq!(both.iter().filter(|(a, b)| a.group_code == b.group_code).count(), 6_707);
    assert_eq!(class_a.edition.packages.iter().filter(|facts| facts.substitutable).count(), 6_800, "6.799 X and one x");
    let groups: std::collections::HashSet<_> = class_a.edition.packages.iter().map(|facts| &facts.group_code).collect();
    assert_eq!(groups.len(), 2_482);
    let limited = class_a.edition.packages.iter().filter(|facts| facts.regions == "Emilia Romagna, Toscana").count();
    assert_eq!(limited, 44);

    // Without the transparency list, the 2024 codes give ATC and substitutability to the packages class A has.
    let merged = import::read(&[&files[0], &files[2]], Some(today), today, &Progress::hidden()).unwrap();
    assert_eq!(merged.edition.packages.len(), 9_869);
    let codes = merged.files.iter().find(|file| file.kind == Kind::Equivalents).unwrap();
    assert_eq!((codes.rows, codes.rejected.len()), (7_931, 0));
    assert_eq!(codes.accepted + codes.skipped, 7_931);
    assert!(codes.accepted > 5_000 && codes.skipped > 500);
}

#[test]
fn the_register_adds_what_no_price_list_has() {
    let Some(files) = shared(&[CLASS_A, CLASS_H, REGISTER, SUBSTANCES]) else { return };
    let today = day(2026, 11, 24);
    let prepared = import::read(&files, None, today, &Progress::hidden()).unwrap();
    let register = prepared.files.iter().find(|file| file.kind == Kind::Register).unwrap();
    assert_eq!((register.rows, register.rejected.len()), (7, 0), "{:?}", register.rejected);
    assert!(register.skipped > 0, "suspended packages are skipped");
    let puregon = prepared.edition.packages.iter().find(|facts| facts.aic.as_str() == "029520018").unwrap();
    assert_eq!(puregon.label, "PUREGON*IM SC 1 FIALA 50 UI FSH + SOLV");
    assert_eq!(puregon.class, Class::C, "in neither class list of the same import");
    assert_eq!((puregon.price, puregon.supply, puregon.atc.as_str()), (None, Supply::Repeatable, "G03GA06"));
    assert!(puregon.leaflet_url.starts_with("https://api.aifa.gov.it/"));

    // Alone it cannot tell who pays, and carries no date.
    assert!(matches!(import::read(&files[2..], None, today, &Progress::hidden()), Err(ImportError::NoDate)));
    let alone = import::read(&files[2..], Some(today), today, &Progress::hidden()).unwrap();
    assert!(alone.edition.packages.iter().all(|facts| facts.class == Class::Unknown));
}

/// Unpacks a real list and changes it.
fn damaged(folder: &Path, file: &Path, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_end(&mut bytes).unwrap();
    change(&mut bytes);
    let path = folder.join("list_01-02-2022.csv");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_damaged_file_changes_nothing() {
    let Some(files) = shared(&[CLASS_A, CLASS_H]) else { return };
    let folder = tempfile::tempdir().unwrap();
    for database in databases() {
        run(&database, &files).unwrap();
        let before = editions(&mut database.pool.connection().unwrap());
        let refused = |change: fn(&mut Vec<u8>)| {
            let path = damaged(folder.path(), &files[0], change);
            let error = run(&database, &[path, files[1].clone()]).unwrap_err();
            assert_eq!(editions(&mut database.pool.connection().unwrap()), before, "{error}");
            error
        };
        let cut = refused(|bytes| bytes.truncate(bytes.len() - 100_030));
        assert!(matches!(cut, ImportError::Damaged { .. }), "{cut}");
        let quoted = refused(|bytes| {
            let middle = bytes.len() / 2;
            let start = middle + bytes[middle..].windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
            bytes.insert(start, b'"');
        });
        assert!(matches!(quoted, ImportError::Damaged { .. }), "{quoted}");
        let shuffled = refused(|bytes| bytes.iter_mut().filter(|byte| **byte == b'9').for_each(|byte| *byte = b'8'));
        assert!(matches!(shuffled, ImportError::TooManyRejected { .. }), "not the kind expected");
        assert!(shuffled.to_string().contains("list_01-02-2022.csv, riga "));
        let header = refused(|bytes| bytes[..9].copy_from_slice(b"Farmaco ;"));
        assert!(matches!(header, ImportError::Unknown { .. }), "{header}");
    }
}

#[test]
fn a_bad_row_is_left_out_with_its_line() {
    let Some(files) = shared(&[CLASS_A]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), &files[0], |bytes| {
        let at = bytes.windows(9).position(|nine| nine == b"023086150").unwrap();
        bytes[at + 8] = b'1';
        let price = bytes.windows(6).position(|six| six == b";5,60;").unwrap();
        bytes[price + 1] = b'x';
    });
    for database in databases() {
        let report = run(&database, std::slice::from_ref(&path)).unwrap();
        let rejected = &report.files[0].rejected;
        assert_eq!(rejected.len(), 2);
        let zimox = rejected.iter().find(|row| row.line == 595).expect("the header takes two lines");
        assert!(zimox.reason.contains("023086151") && zimox.reason.contains("cifra di controllo"), "{}", zimox.reason);
        assert_eq!(report.packages, 9_867);
        assert_eq!(report.date, day(2022, 2, 1), "the file's name is newer than its header");
        assert!(report.to_string().contains("riga 595: "));
    }
}

#[test]
fn the_last_three_editions_stay_and_one_is_current() {
    let Some(files) = shared(&[CLASS_H]) else { return };
    for database in databases() {
        for month in 1..=5 {
            let date = Some(day(2022, month, 1));
            let report = import::run(&database.pool, &files, date, SURE, now(), &Progress::hidden()).unwrap();
            assert_eq!(report.removed, u64::from(month > 3));
            assert_eq!(report.replaced, (month > 1).then(|| day(2022, month - 1, 1)));
        }
        let mut conn = database.pool.connection().unwrap();
        let kept = [(day(2022, 3, 1), false), (day(2022, 4, 1), false), (day(2022, 5, 1), true)];
        assert_eq!(editions(&mut conn), kept);
        let rows: i64 = packages::table.count().get_result(&mut *conn).unwrap();
        assert_eq!(rows, 3 * 1_906);
    }
}

#[test]
fn files_that_cannot_make_an_edition_are_refused() {
    let Some(files) = shared(&[CLASS_A, GROUPS, ATC, "aifa/medicinali_autorizzati_2021.csv.gz"]) else { return };
    let today = day(2026, 11, 24);
    let read = |files: &[&PathBuf], date| import::read(files, date, today, &Progress::hidden()).unwrap_err();
    assert!(matches!(read(&[&files[0], &files[0]], None), ImportError::SameKind { kind: Kind::ClassA, .. }));
    assert!(matches!(read(&[&files[1], &files[2]], Some(today)), ImportError::NoPackages));
    assert!(matches!(read(&[&files[3]], Some(today)), ImportError::Unknown { .. }));
    assert!(matches!(read(&[&files[0]], Some(day(2206, 1, 1))), ImportError::FutureDate(_)));
}

#[test]
fn the_real_list_is_searched_from_memory() {
    let Some(files) = shared(&[CLASS_A, CLASS_H, TRANSPARENCY]) else { return };
    for database in databases() {
        let indexes = FormularyIndexes::default();
        let mut conn = database.pool.connection().unwrap();
        assert!(indexes.current(&mut conn).unwrap().is_none(), "nothing imported yet");
        run(&database, &files).unwrap();
        let index = indexes.current(&mut conn).unwrap().unwrap();
        assert_eq!(index.len(), 11_919);
        eprintln!("{} bytes for {} packages", index.bytes(), index.len());
        assert!(index.bytes() < 3 * 1024 * 1024, "{} bytes", index.bytes());
        let mut labels = |by, text: &str| -> Vec<String> {
            let ids = index.search(by, text, 0, 50).ids;
            let rows = queries::list_by_ids(&mut conn, &ids).unwrap();
            assert_eq!(rows.iter().map(|row| row.package.id).collect::<Vec<_>>(), ids, "in the order of the search");
            rows.into_iter().map(|row| row.package.label).collect()
        };
        for text in ["zimox", "ZIMOX", "zimocs", "zimoxx"] {
            let found = labels(Criterion::Name, text);
            assert_eq!(found.len(), 5, "{text}: {found:?}");
            assert!(found.iter().all(|label| label.starts_with("ZIMOX*")), "{text}: {found:?}");
        }
        assert_eq!(labels(Criterion::Name, "zimox 1g").len(), 2);
        assert!(labels(Criterion::Substance, "amoxicilina").iter().all(|label| !label.contains("clavulan")));
        assert!(
            labels(Criterion::Name, "tachiprina").is_empty()
                || labels(Criterion::Name, "tachiprina")[0].starts_with("TACHI")
        );
        assert_eq!(labels(Criterion::Aic, "035885058"), ["CRESTOR*28 cpr riv 10 mg"]);
        let amoxicillin = labels(Criterion::Atc, "j01ca04");
        assert!(amoxicillin.len() > 20 && amoxicillin.contains(&"ZIMOX*12 cpr 1 g".to_owned()), "{amoxicillin:?}");

        let mut spent: Vec<_> = [
            "zimox",
            "pa",
            "pantoprazolo 20",
            "amoxicilina",
            "zimocs",
            "co",
            "metformina teva",
            "ramipirl",
            "cardioaspirin",
            "insulina",
        ]
        .iter()
        .flat_map(|text| [Criterion::Name, Criterion::Substance].map(|by| (by, text)))
        .map(|(by, text)| {
            let started = Instant::now();
            let hits = index.search(by, text, 0, 50);
            (started.elapsed(), *text, hits.total)
        })
        .collect();
        spent.sort();
        eprintln!("{}: slowest searches {:?}", database.name, &spent[spent.len() - 3..]);

        // Another import: the next search notices.
        import::run(&database.pool, &files[..1], Some(day(2022, 1, 1)), SURE, now(), &Progress::hidden()).unwrap();
        assert_eq!(indexes.current(&mut conn).unwrap().unwrap().len(), 9_869);
    }
}
