//! The real program: what an import costs it, and what it says.

use std::io::Read as _;

/// The real program on an archive that unpacks to a gibibyte: refused in a line, within 200 MiB.
#[test]
fn a_bomb_costs_the_program_little() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let bomb = folder.path().join("Classe_A_01-10-2026.csv.gz");
    let mut gz = flate2::write::GzEncoder::new(std::fs::File::create(&bomb).unwrap(), flate2::Compression::fast());
    gz.write_all(b"Principio Attivo;Denominazione\r\n").unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..1_024 {
        gz.write_all(&zeros).unwrap();
    }
    gz.finish().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_millecloud"))
        .args(["import", "formulary"])
        .arg(&bomb)
        .env("DATABASE_URL", format!("sqlite:{}", folder.path().join("bomb.db").display()))
        .env("MILLECLOUD_DATA", folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The highest the system has seen of it; it only grows, so the last look before the end is the one that counts.
    let mut highest = 0;
    let ended = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        highest = peak.unwrap_or(0_u64).max(highest);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(!ended.success() && told.contains("il file è troppo grande"), "{told}");
    assert!((1_000..200 * 1024).contains(&highest), "{highest} kB");
}

/// The whole way on the command line: stopped, looked at, laid over, replaced, taken back.
#[test]
fn the_program_says_what_an_import_does_and_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_millecloud"))
            .arg("import")
            .args(args)
            .current_dir(folder.path())
            .env("DATABASE_URL", format!("sqlite:{}", folder.path().join("lists.db").display()))
            .env("MILLECLOUD_DATA", folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
        (out.status.success(), text)
    };
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let rows: String = (0..30).map(|n| format!("0{:02};MALATTIA {n}\n", n + 1)).collect();
    write("tutte.csv", format!("codice;descrizione\n{rows}"));
    write("nazionali.csv", "codice;descrizione\nE01;REDDITO\n".to_owned());
    let (done, text) = run(&["exemptions", "tutte.csv"]);
    assert!(done, "the starter set gives way without a question: {text}");
    for (args, success, words) in [
        (&["exemptions", "nazionali.csv"][..], false, &["tolte: 30", "--merge", "--yes"][..]),
        (&["exemptions", "nazionali.csv", "--dry-run"], true, &["tolte: 30", "nothing was written"]),
        (&["exemptions", "nazionali.csv", "--merge"], true, &["nuove: 1 (E01 REDDITO)", "tolte: 0", "imported"]),
        (&["exemptions", "nazionali.csv", "--yes"], true, &["31 righe prima", "tolte: 30"]),
        (&["rollback", "exemptions"], true, &["1 righe prima", "nuove: 30"]),
        (&["rollback", "exemptions", "--yes"], false, &["takes no options"]),
        (&["rollback", "patients"], false, &["not taken back"]),
        (&["rollback", "nothing"], false, &["not a kind of list"]),
        (&["rollback", "services"], false, &["edizione precedente"]),
        (&["patients", "tutte.csv", "--doctor", "x", "--merge"], false, &["neither --merge"]),
    ] {
        let (done, text) = run(args);
        assert_eq!(done, success, "{args:?}: {text}");
        for word in words {
            assert!(text.contains(word), "{args:?}: {word}: {text}");
        }
    }
}
