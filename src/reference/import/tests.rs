//! Tests of the imports, on small files of our own and, where present, on the published ones.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::*;
use crate::db::schema::{birthplaces, diagnosis_words, exemption_diagnoses, exemptions, reference_imports};
use crate::db::testing::TestDb;
use crate::reference::{queries, starter};

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn now() -> NaiveDateTime {
    day("2026-11-24").and_hms_opt(8, 0, 0).unwrap()
}

fn import(db: &mut Db, kind: Kind, text: &str) -> ImportReport {
    let dir = tempfile::tempdir().unwrap();
    import_files(db, kind, &[file(dir.path(), "lista.csv", text)], SURE, now()).unwrap()
}

/// Whatever goes, it is meant.
const SURE: Options = Options { dry_run: false, merge: false, yes: true };

#[test]
fn every_bad_line_is_named_and_nothing_is_written() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    assert_eq!(import(db, Kind::Diagnoses, "codice;descrizione\n250;DIABETE\n").accepted, 1);
    let report = import(db, Kind::Diagnoses, "codice;descrizione\n345;EPILESSIE\nabc;X\n346;\n345;EPILESSIE\n");
    let named: Vec<_> = report.rejected.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(
        named,
        [(3, "«abc» non è un codice ICD-9-CM"), (4, "manca la descrizione"), (5, "il codice 345 è già alla riga 2")]
    );
    assert_eq!(report.accepted, 0);
    assert!(queries::find_diagnosis(db, "250").unwrap().is_some());
    assert!(queries::find_diagnosis(db, "345").unwrap().is_none());
}

#[test]
fn importing_again_replaces() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    import(db, Kind::Diagnoses, "codice;descrizione\n250;DIABETE MELLITO\n250.0;SENZA COMPLICANZE\n278.0;OBESIT@\n");
    assert!(queries::find_diagnosis(db, "250").unwrap().unwrap().is_heading);
    assert_eq!(queries::find_diagnosis(db, "278.0").unwrap().unwrap().description, "OBESITÀ");
    let report = import(db, Kind::Diagnoses, "codice;descrizione\nE;CAUSE ESTERNE\n345;EPILESSIE\n");
    assert_eq!((report.accepted, report.skipped), (1, 1));
    assert!(queries::find_diagnosis(db, "250").unwrap().is_none());
    assert_eq!(diagnosis_words::table.select(diagnosis_words::word).load::<String>(db).unwrap(), ["EPILESSIE"]);
    let noted: Vec<(String, i64)> =
        reference_imports::table.select((reference_imports::source, reference_imports::row_count)).load(db).unwrap();
    assert_eq!(noted, [("lista.csv".to_owned(), 1)]);
}

#[test]
fn what_would_be_lost_asks_first_and_can_be_taken_back() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let whole: String = (0..30).map(|n| format!("0{:02};MALATTIA {n};\n", n + 1)).collect();
    let whole = format!("codice;descrizione;farmaci\n{whole}013.250;DIABETE;\n");
    import(db, Kind::Exemptions, &whole);
    let dir = tempfile::tempdir().unwrap();
    let national = file(dir.path(), "nazionali.csv", "codice;descrizione\nE01;REDDITO\n013;DIABETE MELLITO\n");
    let run = |db: &mut Db, options| {
        import_files(db, Kind::Exemptions, std::slice::from_ref(&national), options, now()).unwrap()
    };
    let count = |db: &mut Db| exemptions::table.count().get_result::<i64>(db).unwrap();
    let at_first = count(db);
    // A part of the list, taken for the whole: nothing is done without a yes, and it is said what would be.
    let stopped = run(db, Options::default());
    assert_eq!((stopped.outcome, count(db)), (Outcome::NeedsYes, at_first));
    assert!(stopped.changes.gone.count > 20 && stopped.changes.added.examples == ["E01 REDDITO"], "{stopped:?}");
    assert_eq!(run(db, Options { dry_run: true, ..SURE }).outcome, Outcome::DryRun);
    assert_eq!(count(db), at_first);
    // As a part it only adds and corrects; diseases of the others stay.
    let merged = run(db, Options { merge: true, ..Options::default() });
    assert_eq!((merged.outcome, merged.changes.gone.count, merged.changes.added.count), (Outcome::Done, 0, 1));
    assert_eq!(count(db), at_first + 1);
    assert_eq!(queries::find_exemption(db, "013").unwrap().unwrap().description, "DIABETE MELLITO");
    // With a yes it is replaced; each step is taken back, the last one first.
    assert_eq!((run(db, SURE).outcome, count(db)), (Outcome::Done, 2));
    assert_eq!(roll_back(db, Kind::Exemptions).unwrap().source, "nazionali.csv");
    assert_eq!(count(db), at_first + 1);
    let back = roll_back(db, Kind::Exemptions).unwrap();
    assert_eq!((back.source.as_str(), back.changes.gone.count, count(db)), ("lista.csv", 1, at_first));
    let diseases = queries::list_exemption_diagnoses(db, &["013".to_owned()]).unwrap();
    assert_eq!(diseases.len(), 1, "{diseases:?}");
    assert!(matches!(roll_back(db, Kind::Exemptions), Err(ImportError::NoEdition("Esenzioni"))));
}

#[test]
fn every_kind_is_put_away_and_taken_back() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    starter::load(db, now()).unwrap();
    for (kind, _) in Kind::ALL {
        let before = list::entries(&list::current(db, *kind).unwrap());
        assert!(before.len() > 1, "{kind:?}");
        let text = match kind {
            Kind::Regions => "codice;denominazione\n050;VENETO\n",
            Kind::HealthUnits => "codice;denominazione\n050501;ULSS\n",
            Kind::Birthplaces => "belfiore;denominazione;provincia;istituito;cessato\nA001;Abano;PD;;\n",
            Kind::Diagnoses => "codice;descrizione\n345;X\n",
            Kind::Services => "codice;descrizione\n89.7;X\n",
            Kind::Exemptions => "codice;descrizione\n048;TUMORI\n",
            Kind::Notes => "nota;descrizione\n66;FANS\n",
            Kind::Narcotics => "descrizione;atc;sezione;dolore\nMorfina;N02AA01;A;si\n",
            Kind::Limits => "categoria;conta;massimo;righe;dal\nordinary;packs;2;2;2001-01-01\n",
            Kind::Motives => "codice;descrizione\n1;Uno\n",
        };
        let dir = tempfile::tempdir().unwrap();
        let done = import_files(db, *kind, &[file(dir.path(), "una.csv", text)], SURE, now()).unwrap();
        assert_eq!((done.outcome, done.rejected), (Outcome::Done, vec![]), "{kind:?}");
        assert_ne!(list::entries(&list::current(db, *kind).unwrap()), before, "{kind:?}");
        roll_back(db, *kind).unwrap();
        assert_eq!(list::entries(&list::current(db, *kind).unwrap()), before, "{kind:?}");
    }
}

#[test]
fn a_missing_column_or_file_is_told_before_anything() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let dir = tempfile::tempdir().unwrap();
    let wrong = file(dir.path(), "x.csv", "code;text\n1;2\n");
    let error = import_files(db, Kind::Services, &[wrong], SURE, now()).unwrap_err().to_string();
    assert!(error.contains("x.csv") && error.contains("«codice»"), "{error}");
    let absent = dir.path().join("y.csv");
    assert!(import_files(db, Kind::Services, &[absent], SURE, now()).is_err());
}

#[test]
fn municipalities_and_states_replace_only_their_own_half() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let italy = "belfiore;denominazione;denominazione_ascii;provincia;istituito;cessato;attivo\n\
                     G888;Pordenone;Pordenone;UD;1930-04-27;1968-04-05;0\nG888;Pordenone;Pordenone;PN;1968-04-06;;1\n\
                     ND;Vecchio;Vecchio;ND;1866-01-01;1870-01-01;0\n";
    assert_eq!(import(db, Kind::Birthplaces, italy).skipped, 1);
    let states = "belfiore;denominazione;denominazione_alt;dal;al;attivo\nZ110;Francia;Francia;1900-01-01;;1\n";
    import(db, Kind::Birthplaces, states);
    let then = queries::find_birthplace(db, "G888", day("1950-01-01")).unwrap().unwrap();
    assert_eq!(then.label(), "Pordenone (UD)");
    assert_eq!(queries::find_birthplace(db, "G888", day("1980-01-01")).unwrap().unwrap().province, "PN");
    assert_eq!(queries::find_birthplace(db, "G888", day("1890-01-01")).unwrap().unwrap().province, "UD");
    assert_eq!(queries::find_birthplace(db, "Z110", day("1980-01-01")).unwrap().unwrap().label(), "Francia");
    // The ministry's archive: other names, commas, 9999-12-31 for what is still there.
    let anpr = "\"ID\",\"DATAISTITUZIONE\",\"DATACESSAZIONE\",\"CODISTAT\",\"CODCATASTALE\",\"DENOMINAZIONE_IT\",\"SIGLAPROVINCIA\"\n\
                    5,\"1861-03-17\",\"1992-04-15\",\"015001\",\"A004\",\"ABBADIA CERRETO\",\"MI\"\n\
                    6,\"1992-04-16\",\"9999-12-31\",\"098001\",\"A004\",\"ABBADIA CERRETO\",\"LO\"\n";
    import(db, Kind::Birthplaces, anpr);
    assert_eq!(queries::find_birthplace(db, "A004", day("2000-01-01")).unwrap().unwrap().province, "LO");
    assert!(queries::find_birthplace(db, "G888", day("1980-01-01")).unwrap().is_none());
    assert!(queries::find_birthplace(db, "Z110", day("1980-01-01")).unwrap().is_some());
}

#[test]
fn an_exemption_brings_its_diseases() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let text = "codice;descrizione;farmaci\n013;DIABETE MELLITO;\n013.250;DIABETE MELLITO;\n059;059-MALATTIA CELIACA;\n\
                    059.579.0;MALATTIA CELIACA;\nE01;REDDITO;\nE02;DISOCCUPATI;si\n020.V08;STATO HIV;\n";
    import(db, Kind::Exemptions, text);
    let codes = ["013".to_owned(), "059".to_owned()];
    let diseases = queries::list_exemption_diagnoses(db, &codes).unwrap();
    assert!(diseases.iter().any(|d| d.exemption_code == "013" && d.covers("250.01")));
    let find = |db: &mut Db, code: &str| queries::find_exemption(db, code).unwrap().unwrap();
    assert_eq!(find(db, "059").description, "MALATTIA CELIACA");
    assert!(find(db, "013").covers_drugs && find(db, "E02").covers_drugs && !find(db, "E01").covers_drugs);
    assert_eq!(find(db, "020").description, "STATO HIV");
    assert_eq!(queries::search_exemptions(db, "diab", 5).unwrap().len(), 1);
    assert_eq!(queries::search_exemptions(db, "E0", 5).unwrap().len(), 2);
    import(db, Kind::Exemptions, "codice;descrizione\n048;TUMORI\n");
    assert_eq!(exemption_diagnoses::table.count().get_result::<i64>(db), Ok(0));
}

#[test]
fn searches_find_by_code_and_by_words() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    starter::load(db, now()).unwrap();
    let codes = |db: &mut Db, text: &str| -> Vec<String> {
        queries::search_diagnoses(db, text, 20).unwrap().into_iter().map(|d| d.code).collect()
    };
    assert_eq!(codes(db, "epil"), ["345", "345.4"]);
    assert_eq!(codes(db, "polso fratt"), ["814.1"]);
    assert_eq!(codes(db, "345."), ["345.4"]);
    assert_eq!(codes(db, "obesità"), ["278.0"]);
    assert_eq!(codes(db, "di"), [""; 0]);
    assert_eq!(queries::search_services(db, "visita cardio", 5).unwrap().len(), 2);
    assert_eq!(queries::search_services(db, "90.27", 5).unwrap().len(), 1);
}

#[test]
fn notes_come_with_days_drugs_and_what_they_ask() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let text = "nota;stato;dal;al;atc;richiede;sintesi;fonte;confidenza\n\
                1;SOSTITUITA dalla N01;;2026-03-21;A02BC01 A02BC02;;Protezione;atto;media\n\
                N01;vigente;22/03/2026;;A02BC;scheda;Cinque farmaci;stampa;alta\n\
                85;non verificata;;;N06DA;piano terapeutico dello specialista;Alzheimer;elenco;bassa\n";
    assert_eq!(import(db, Kind::Notes, text).accepted, 3);
    let notes = queries::list_notes(db).unwrap();
    let [old, asked, new] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((old.code.as_str(), old.valid_to, old.replaced_by.as_str()), ("01", Some(day("2026-03-21")), "N01"));
    assert_eq!((new.code.as_str(), new.valid_from, new.asks.as_str()), ("N01", Some(day("2026-03-22")), "form"));
    assert_eq!((asked.asks.as_str(), asked.verified, new.verified), ("plan specialist", false, true));
    let wrong = "nota;dal;al;atc;sintesi\n13;2020-01-01;;C10;A\n13;2025-01-01;;C10;B\nnota;;;;C\n\
                 66;2025-02-30;;M01;D\n66;2025-03-01;2025-02-01;M01;E\n66;;;M01-;F\n";
    let named: Vec<_> = import(db, Kind::Notes, wrong).rejected.into_iter().map(|r| (r.line, r.reason)).collect();
    let reasons = [
        (3, "la nota 13 vale già negli stessi giorni alla riga 2"),
        (4, "«nota» non è il codice di una nota"),
        (5, "«2025-02-30» non è una data"),
        (6, "finisce prima di cominciare"),
        (7, "«M01-» non è un codice ATC"),
    ];
    assert_eq!(named, reasons.map(|(line, reason)| (line, reason.to_owned())));
}

#[test]
fn a_bare_list_of_notes_takes_days_and_drugs_from_what_is_known() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    import(db, Kind::Notes, "nota;descrizione\n48;Ulcera\n13;Statine\n");
    let notes = queries::list_notes(db).unwrap();
    let codes: Vec<_> = notes.iter().map(|note| (note.code.as_str(), note.valid_to.is_some())).collect();
    assert_eq!(codes, [("13", false), ("48", true), ("N01", false)], "what took a note's place comes along");
    assert!(notes.iter().any(|note| note.description == "Ulcera") && notes.iter().all(|note| !note.atc.is_empty()));
}

/// The published files, where this machine has them.
#[test]
fn the_published_lists_are_taken_whole() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.is_dir() {
        eprintln!("skipped: no published lists at ../shared/data");
        return;
    }
    let lists = [
        (Kind::Regions, vec!["hl7it/regioni.csv"], 21),
        (Kind::HealthUnits, vec!["hl7it/asl_2024.csv"], 110),
        (Kind::HealthUnits, vec!["hl7it/asl_storico.csv"], 184),
        (Kind::Birthplaces, vec!["istat/comuni_belfiore_storico.csv.gz", "istat/stati_esteri_belfiore.csv"], 19_567),
        (Kind::Diagnoses, vec!["hl7it/icd9cm_diagnosi_it.csv.gz"], 16_284),
        (Kind::Exemptions, vec!["hl7it/esenzioni_catalogo.csv"], 900),
        (Kind::Services, vec!["hl7it/prestazioni_catalogo_nazionale.csv"], 2_108),
        (Kind::Notes, vec!["hl7it/note_aifa.csv"], 40),
    ];
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    for (kind, names, rows) in &lists {
        let files: Vec<PathBuf> = names.iter().map(|name| data.join(name)).collect();
        let report = import_files(db, *kind, &files, SURE, now()).unwrap();
        assert_eq!(report.rejected, [], "{names:?}");
        assert!(report.accepted >= *rows, "{names:?}: {}", report.accepted);
    }
    assert_eq!(queries::find_birthplace(db, "L483", day("1963-05-30")).unwrap().unwrap().label(), "Udine (UD)");
    let found = queries::search_diagnoses(db, "fibrillazione atriale", 10).unwrap();
    assert_eq!(found.first().unwrap().code, "427.31");
    assert!(birthplaces::table.count().get_result::<i64>(db).unwrap() > 19_000);
}

#[test]
fn the_lists_of_the_law_have_days_and_name_every_bad_line() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    starter::load(db, now()).unwrap();
    let today = day("2026-11-24");
    let limits = "categoria;conta;massimo;righe;dal;al;regioni;fonte\n\
        chronic_stable;packs;6;2;2014-08-19;;050, 060;legge\nchronic_stable;days;180;0;2014-08-19;;da verificare;legge\n";
    assert_eq!(import(db, Kind::Limits, limits).accepted, 2);
    let rows = queries::list_limits(db, today).unwrap();
    let holds = |kind: &str, region: &str| rows.iter().any(|row| row.kind == kind && row.holds_in(region));
    assert!(holds("packs", "060") && !holds("packs", "070") && !holds("days", "060"));
    let bad = "categoria;conta;massimo;righe;dal\nchronic;scatole;6;2;2014-08-19\nordinary;packs;due;2;2001-01-01\n";
    let lines: Vec<u64> = import(db, Kind::Limits, bad).rejected.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [2, 3]);
    let narcotics = "descrizione;atc;sezione;dolore;dal\nTapentadolo;N02AX06;d;si;2027-01-01\n";
    assert_eq!(import(db, Kind::Narcotics, narcotics).accepted, 1);
    let wrong = import(db, Kind::Narcotics, "descrizione;atc;sezione;dolore\nX;N02AX06;F;si\nY;N02AX06;A;forse\n");
    assert_eq!(wrong.rejected.len(), 2);
    let motives = "codice;descrizione;dal;al\n1;Uno;;2026-11-23\n5;Cinque;2026-11-24;\n";
    assert_eq!(import(db, Kind::Motives, motives).accepted, 2);
    let held: Vec<String> = queries::list_motives(db, today).unwrap().into_iter().map(|row| row.code).collect();
    assert_eq!(held, ["5"]);
    roll_back(db, Kind::Motives).unwrap();
    assert_eq!(queries::list_motives(db, today).unwrap().len(), 4);
}
