//! Lists of patients on a real database: whole or not at all, and what a spreadsheet makes of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{ImportError, ImportReport, import_file, look_at_file};
use crate::db::testing::{TestDb, insert_doctor, now, today};
use crate::db::{Db, Owner};
use crate::patients::model::Show;
use crate::patients::queries;
use crate::patients::tests::{find, person};
use crate::reference::sheet::Rejected;
use crate::reference::starter;

fn import(db: &mut Db, username: &str, text: &str) -> Result<ImportReport, ImportError> {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join("assistiti.csv");
    std::fs::write(&path, text).unwrap();
    import_file(db, &path, username, now(), today())
}

#[test]
fn a_list_is_imported_whole_and_again_without_harm() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    starter::load(db, now()).unwrap();
    let text = "Cognome;Nome;Codice fiscale;E-mail;Stato;Stato dal;CAP\n\
                SACCAVINI;CLAUDIO;SCCCLD63E30L483Q;;;;33100\n\
                SACCAVINI;GIULIA;SCCGLI92B54L483F;giulia@example.it;revocato;01/02/2016;\n";
    let report = import(db, "borghetto", text).unwrap();
    assert_eq!((report.added, report.already_there, report.rejected.len()), (2, 0, 0));
    let found = queries::find_by_code(db, Owner::of_doctor(doctor), "SCCCLD63E30L483Q").unwrap().unwrap();
    assert_eq!((found.values.birthplace.as_str(), found.values.asl_code.as_str()), ("Udine (UD)", "102"));
    assert_eq!(found.display_name(), "SACCAVINI Claudio");
    assert_eq!(find(db, doctor, "sacc", Show::Revoked), ["SACCAVINI"]);
    let again = format!("{text}NERI;UGO;{};;;;\n", person("Neri", "Ugo", "1970-01-01").fiscal_code);
    let report = import(db, "borghetto", &again).unwrap();
    assert_eq!((report.added, report.already_there), (1, 2));
}

#[test]
fn one_bad_line_and_nothing_is_imported() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let text = "cognome;nome;codice_fiscale;email;categoria\n\
                SACCAVINI;CLAUDIO;SCCCLD63E30L483Q;;\n\
                SACCAVINI;CLAUDIO;SCCCLD63E30L483Q;;\n\
                ROSSI;;SCCGLI92B54L483F;a@b;\n\
                BIANCHI;UGO;SCCGLI92B54L483F;;mutua\n\
                BIANCHI;UGO;SCCGLI92B54L483F;;\n";
    let report = import(db, "borghetto", text).unwrap();
    let told: Vec<_> = report.rejected.iter().map(|bad| (bad.line, bad.reason.clone())).collect();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(told.iter().any(|(_, why)| why == "questo codice fiscale è già alla riga 2"), "{told:?}");
    assert!(told.iter().any(|(_, why)| why.contains("nome: Scrivi") && why.contains("email: ")), "{told:?}");
    assert_eq!((report.added, report.doubtful.len()), (0, 1));
    assert_eq!(find(db, doctor, "", Show::All), [""; 0]);
    assert!(matches!(import(db, "nessuno", text), Err(ImportError::NoDoctor(_))));
    assert!(matches!(import(db, "borghetto", "nome\nUgo\n"), Err(ImportError::Sheet(_))));
}

#[test]
fn looking_at_a_list_writes_nothing() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("assistiti.csv");
    std::fs::write(&path, "cognome;nome;codice_fiscale\nSACCAVINI;CLAUDIO;SCCCLD63E30L483Q\n").unwrap();
    let looked = look_at_file(db, &path, "borghetto", today()).unwrap();
    assert_eq!((looked.added, find(db, doctor, "", Show::All)), (1, vec![]));
    assert_eq!(import_file(db, &path, "borghetto", now(), today()).unwrap(), looked);
    assert_eq!(look_at_file(db, &path, "borghetto", today()).unwrap().already_there, 1);
}

#[test]
fn what_has_two_readings_is_taken_and_named() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    starter::load(db, now()).unwrap();
    let codes: Vec<String> =
        [("Rossi", "Ugo", "2010-03-01"), ("R0ssi", "Mari0", "1950-01-01"), ("Verdi", "Aldo", "1950-02-02")]
            .iter()
            .map(|(surname, name, birth)| person(surname, name, birth).fiscal_code)
            .collect();
    let [child, odd, place] = codes.as_slice() else { unreachable!() };
    let text = format!(
        "cognome;nome;codice_fiscale;sesso;cap;asl;indirizzo;luogo_nascita;data_nascita\r\n\
         Rossi;Ugo;{child};Maschio;184;5;\"Via Roma 3\r\nscala B\";;\r\nR0ssi;Mari0;{odd};;;;;;01/01/50\r\n\
         Verdi;Aldo;{place};;;;;Roma;\r\n"
    );
    let report = import(db, "borghetto", &text).unwrap();
    assert_eq!((report.added, report.rejected.len()), (3, 0), "{report:?}");
    let told: Vec<_> = report.doubtful.iter().map(|doubt| (doubt.line, doubt.reason.as_str())).collect();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4, 5], "{told:?}");
    for (at, words) in [(0, "può essere 1910"), (1, "«0»"), (2, "che dice Udine (UD)")] {
        assert!(told.get(at).unwrap().1.contains(words), "{told:?}");
    }
    let read = queries::find_by_code(db, Owner::of_doctor(doctor), child).unwrap().unwrap().values;
    let read = (read.address.as_str(), read.postal_code.as_str(), read.asl_code.as_str(), read.sex.as_str());
    assert_eq!(read, ("Via Roma 3 scala B", "00184", "005", "M"));
}

/// The lists met in the field, where this machine has them: each is read, doubted or refused as it should be.
#[test]
fn the_lists_of_the_field_are_read_doubted_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/field-cases/csv");
    if !folder.is_dir() {
        eprintln!("skipped: no lists of the field at ../shared/reference/field-cases");
        return;
    }
    for (file, added, refused, doubtful) in [
        ("crlf-two-bad", 0, &[3][..], &[][..]),
        ("lf-two-bad", 0, &[3], &[]),
        ("crlf-duplicate", 0, &[3], &[]),
        ("mixed-encoding-bom", 2, &[], &[3]),
        ("mixed-encoding", 2, &[], &[3]),
        ("oem850", 1, &[], &[2]),
        ("cap-lost-zero", 1, &[], &[]),
        ("asl-lost-zero", 1, &[], &[]),
        ("over100", 1, &[], &[2]),
        ("newline-in-cell", 1, &[], &[]),
        ("words", 1, &[], &[]),
        ("idn", 1, &[], &[]),
        ("phone-apostrophe", 1, &[], &[]),
        ("phone-sci", 0, &[2], &[]),
        ("two-mails", 0, &[2], &[]),
        ("place-contradicts", 1, &[], &[2]),
        ("latin1", 1, &[], &[]),
        ("cr-only", 1, &[], &[]),
        ("footer", 0, &[4], &[]),
    ] {
        let mut test = TestDb::new();
        let db: &mut Db = &mut test;
        let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
        starter::load(db, now()).unwrap();
        let path = folder.join(format!("{file}.csv"));
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let report = import_file(db, &path, "borghetto", now(), day).unwrap();
        let lines = |rows: &[Rejected]| rows.iter().map(|row| row.line).collect::<Vec<_>>();
        assert_eq!(
            (lines(&report.rejected), lines(&report.doubtful)),
            (refused.to_vec(), doubtful.to_vec()),
            "{file}: {report:?}"
        );
        assert_eq!(report.added.min(1), added.min(1), "{file}");
        if file.starts_with("mixed") {
            assert_eq!(find(db, doctor, "niccolo", Show::All), ["Zanettin"], "{file}");
        }
    }
}

#[test]
fn cards_of_another_state_come_with_what_stands_on_them() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    let doctor = insert_doctor(db, "borghetto", "BORGHETTO", "Paolo");
    let header =
        "cognome;nome;codice_fiscale;sesso;data_nascita;stato_estero;istituzione;numero_personale;scadenza_tessera";
    let row = "DUPONT;Jean;TEAM 80250000012345678901;M;01/02/1970;fr;12345;170027;31/12/2027";
    let report = import(db, "borghetto", &format!("{header}\n{row}\n")).unwrap();
    assert_eq!((report.added, report.rejected.len()), (1, 0), "{:?}", report.rejected);
    let found = queries::find_by_code(db, Owner::of_doctor(doctor), "TEAM80250000012345678901").unwrap().unwrap();
    assert_eq!((found.values.foreign_kind.as_str(), found.values.foreign_state.as_str()), ("UE", "FR"));
    assert_eq!(found.values.card_expires_on, "2027-12-31".parse().ok());
    let bare = "DURAND;Jean;TEAM 80250000012345678902;M;01/02/1970;;;;";
    let report = import(db, "borghetto", &format!("{header}\n{bare}\n")).unwrap();
    assert!(report.rejected.iter().any(|bad| bad.reason.contains("stato_estero: ")), "{:?}", report.rejected);
}
