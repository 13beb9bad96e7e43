//! Every setting of README's table at good, wrong and edge values; every command says what it wants.

use std::collections::BTreeSet;

use crate::support::Place;

/// A value, and for a wrong one a word of the one line that it must give.
enum Value {
    Good(&'static str),
    Wrong(&'static str, &'static str),
}
use Value::{Good, Wrong};

/// `{folder}` stands for the place's folder.
const TABLE: &[(&str, &[Value])] = &[
    (
        "DATABASE_URL",
        &[
            Good("sqlite:{folder}/data/millecloud.db"),
            Good(""),
            Wrong("mysql://x", "DATABASE_URL"),
            Wrong("sqlite:", "no file"),
            Wrong("sqlite::memory:", "no file"),
            Wrong("postgres://u:segreta@db.example.org/x", "not on this machine"),
        ],
    ),
    ("MILLECLOUD_DATA", &[Good("{folder}/data"), Wrong("/dev/null/x", "/dev/null/x")]),
    (
        "MILLECLOUD_BIND",
        &[
            Good("127.0.0.1:0"),
            Wrong("8080", "is not ADDRESS:PORT"),
            Wrong("localhost:8080", "is not ADDRESS:PORT"),
            Wrong("127.0.0.1:99999", "is not ADDRESS:PORT"),
            Wrong("0.0.0.0:0", "beyond this machine"),
        ],
    ),
    (
        "MILLECLOUD_PUBLIC_URL",
        &[
            Good("https://ricette.example.it/"),
            Good("http://127.0.0.1:8080"),
            Good(""),
            Wrong("ricette.example.it", "MILLECLOUD_PUBLIC_URL"),
            Wrong("ftp://ricette.example.it", "not http or https"),
            Wrong("https://ricette.example.it/portale", "scheme and host alone"),
            Wrong("https://u:segreta@ricette.example.it", "scheme and host alone"),
        ],
    ),
    (
        "MILLECLOUD_TRUSTED_PROXIES",
        &[Good("127.0.0.1, ::1"), Good(""), Good("10.0.0.1,"), Wrong("nginx", "nginx is not an IP address")],
    ),
    ("MILLECLOUD_SECRET_KEY", &[Wrong("corta", "at least 32"), Wrong("", "MILLECLOUD_SECRET_KEY")]),
    ("MILLECLOUD_SECRET_KEY_FILE", &[Good(""), Wrong("/none/there", "not both")]),
    (
        "MILLECLOUD_SMTP_URL",
        &[
            Good("smtp://127.0.0.1:2525"),
            Good("smtps://u:p@smtp.example.it"),
            Good("smtp://smtp.example.it:587"),
            Good("folder:{folder}/altra-posta"),
            Wrong("smtp://smtp.example.it?tls=opportunistic", "encrypted"),
            Wrong("smtp.example.it", "smtps://"),
            Wrong("http://u:segreta@smtp.example.it", "smtps://"),
            Wrong("folder:", "folder:PATH"),
            Wrong("folder:/dev/null/x", "/dev/null/x"),
            Wrong("", "MILLECLOUD_SMTP_URL is not set"),
        ],
    ),
    ("MILLECLOUD_MAIL_FROM", &[Good("a@b.example"), Good(""), Wrong("nessuno", "MILLECLOUD_MAIL_FROM")]),
    (
        "MILLECLOUD_SMS_URL",
        &[
            Good("https://sms.example/invia"),
            Good("http://127.0.0.1:9/invia"),
            Good("folder:{folder}/sms"),
            Good(""),
            Wrong("http://sms.example/", "https"),
            Wrong("sms.example", "MILLECLOUD_SMS_URL"),
        ],
    ),
    ("MILLECLOUD_SMS_TOKEN", &[Good(""), Wrong("gettone", "without MILLECLOUD_SMS_URL")]),
    (
        "MILLECLOUD_SAC_URL",
        &[
            Good("https://sac.example/"),
            Wrong("http://sac.example/", "MILLECLOUD_SAC_URL"),
            Wrong("sac", "MILLECLOUD_SAC_URL"),
            Wrong("", "MILLECLOUD_SAC_URL is not set"),
        ],
    ),
    ("MILLECLOUD_SAC_LOTS_URL", &[Good("https://lotti.example/"), Good(""), Wrong("x", "MILLECLOUD_SAC_LOTS_URL")]),
    ("MILLECLOUD_SAC_A2F_URL", &[Good("https://a2f.example/"), Good(""), Wrong("x", "MILLECLOUD_SAC_A2F_URL")]),
    (
        "MILLECLOUD_SAC_CERT",
        &[Wrong("/none/there", "/none/there"), Wrong("/etc/hostname", "not an X.509"), Wrong("", "is not set")],
    ),
    (
        "MILLECLOUD_WORKERS",
        &[Good("1"), Good(""), Wrong("0", "from 1 to"), Wrong("-1", "from 1 to"), Wrong("due", "from 1 to")],
    ),
    (
        "MILLECLOUD_DB_CONNECTIONS",
        &[Good("1"), Good(""), Wrong("0", "from 1 to"), Wrong("99999999999", "from 1 to"), Wrong("x", "from 1 to")],
    ),
    (
        "MILLECLOUD_RESET_MINUTES",
        &[Good("5"), Good("1440"), Good(""), Wrong("4", "from 5 to"), Wrong("mezz'ora", "from 5 to")],
    ),
    (
        "MILLECLOUD_LOG",
        &[
            Good("warn,millecloud=info"),
            Good(""),
            Wrong("infoo", "infoo is not a level"),
            Wrong("a=b=c", "MILLECLOUD_LOG"),
        ],
    ),
    ("MILLECLOUD_LOG_FORMAT", &[Good("text"), Good("json"), Good(""), Wrong("xml", "text or json")]),
];

/// The first column of the table of settings.
fn documented() -> BTreeSet<String> {
    let readme = include_str!("../../README.md");
    let rows = readme.split("## Settings").nth(1).unwrap().lines().filter(|line| line.starts_with("| `"));
    let mut names = BTreeSet::new();
    for row in rows {
        let cell = row.split('|').nth(1).unwrap();
        let mut last = String::new();
        for name in cell.split('`').skip(1).step_by(2) {
            let name = if name.starts_with('_') { format!("{last}{name}") } else { name.to_owned() };
            last.clone_from(&name);
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_setting_of_the_readme_is_in_the_table() {
    let here: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(here, documented());
}

#[test]
fn wrong_values_stop_serve_in_one_line_and_good_ones_do_not() {
    let place = Place::served();
    let folder = place.folder.path().display().to_string();
    for (name, values) in TABLE {
        for value in *values {
            match value {
                Wrong(text, word) => {
                    let run = place.run_with(&["serve"], &[(name, &text.replace("{folder}", &folder))]);
                    let run = run.refused(word);
                    assert!(!run.err.contains("segreta"), "{name} tells a password: {}", run.err);
                }
                Good(text) => {
                    let text = text.replace("{folder}", &folder);
                    place.start("serve", &[(name, &text)]).stop();
                }
            }
        }
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let place = Place::new();
    let wrong = [
        ("MILLECLOUD_BIND", "8080"),
        ("MILLECLOUD_WORKERS", "0"),
        ("MILLECLOUD_DB_CONNECTIONS", "0"),
        ("MILLECLOUD_LOG_FORMAT", "xml"),
        ("MILLECLOUD_MAIL_FROM", "nessuno"),
        ("MILLECLOUD_SECRET_KEY", "corta"),
        ("MILLECLOUD_TRUSTED_PROXIES", "nginx"),
        ("MILLECLOUD_BIDN", "x"),
    ];
    let run = place.run_with(&["serve"], &wrong);
    let said = run.problems();
    assert_eq!(run.code, 1);
    for (name, _) in wrong {
        assert_eq!(said.iter().filter(|line| line.starts_with(name)).count(), 1, "{name} in {said:#?}");
    }
    for missing in ["MILLECLOUD_SMTP_URL", "MILLECLOUD_SAC_URL", "MILLECLOUD_SAC_CERT"] {
        assert!(
            said.iter().any(|line| line.starts_with(missing) && line.contains("not set")),
            "{missing} in {said:#?}"
        );
    }
    assert_eq!((said.len(), run.err.lines().count()), (wrong.len() + 3, wrong.len() + 3), "{}", run.err);
    assert!(!place.path("data").exists(), "nothing happened before the check");
}

#[test]
fn every_command_runs_and_says_what_it_is_for() {
    let place = Place::new();
    let help = place.run(&["--help"]).ok().out;
    let readme = include_str!("../../README.md");
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        place.run(&[command, "--help"]).ok();
        let known = readme.lines().any(|line| line.starts_with(&format!("| `{command}")));
        assert!(known, "README does not tell of {command}");
    }
    place.run(&["migrate"]).ok();
    place.run(&["migrate"]).ok();
    place.run(&["seed", "--doctors", "1", "--patients-per-doctor", "2"]).ok();
    place.run(&["verify-accesses"]).ok();
    place.run_with(&["verify-accesses"], &[("MILLECLOUD_SECRET_KEY", "")]).refused("MILLECLOUD_SECRET_KEY");
    let doctor = "create-doctor --username verdi --surname Verdi --name Anna --fiscal-code BRGPLA59L23M048S \
                  --email anna.verdi@example.it --region 050 --asl 503";
    let words: Vec<&str> = doctor.split_whitespace().collect();
    let made = place.run(&words);
    assert!(made.code == 0 || made.err.lines().count() == 1, "{}{}", made.out, made.err);
    place.run(&["import", "asl", "/none/there.csv"]).refused("there.csv");
    place.run(&["healthcheck", "--bind", "127.0.0.1:1"]).refused("no answer from 127.0.0.1:1");
    place.run(&["healthcheck", "--bind", "x"]).refused("is not ADDRESS:PORT");
    place.run(&["test-mail", "a@b.example"]).refused("MILLECLOUD_SMTP_URL is not set");
}

#[test]
fn the_log_is_one_event_a_line_in_both_forms() {
    let place = Place::served();
    for (format, is_event) in [
        ("text", (|line: &str| line.contains(" INFO ") || line.contains(" WARN ")) as fn(&str) -> bool),
        ("json", |line| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event["level"].is_string())),
    ] {
        let served = place.start("serve", &[("MILLECLOUD_LOG_FORMAT", format)]);
        place.run(&["healthcheck", "--bind", &served.address]).ok();
        let said = served.stop();
        assert!(said.lines().count() >= 2 && said.lines().all(is_event), "{format}: {said}");
    }
}

/// Whatever a stranger says to the port, the log has no line of theirs that calls for the operator.
#[test]
fn strangers_write_no_errors_into_the_log() {
    use std::io::{Read as _, Write as _};
    let place = Place::served();
    let served = place.start("serve", &[]);
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x-a: b\r\n".repeat(500));
    let said: [&[u8]; 9] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: \x00\r\n\r\n",
        b"POST /millelight/accedi HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 9\r\n\r\nusername=",
        b"POST /millelight/accedi HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /millelight/pazienti HTTP/1.1\r\nhost: x\r\ncookie: millecloud=rubbish\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for text in said {
        let mut socket = std::net::TcpStream::connect(&served.address).unwrap();
        socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let _refused = socket.write_all(text);
        let _closed = socket.shutdown(std::net::Shutdown::Write);
        let _heard = socket.read_to_end(&mut Vec::new());
    }
    let said = served.stop();
    assert!(!said.contains("ERROR"), "{said}");
}
