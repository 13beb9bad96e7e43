//! The shape of the source, kept by a test: who may import whom, how long a file and a function may be.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Modules by rank, low to high. Within the slices the order is a rank of its own.
const RANKS: &[&[&str]] = &[
    &["db", "config"],
    &["accesses", "identity", "outbox", "ports", "push", "reference", "safety"],
    &["site"],
    &["web"],
    &["account"],
    &["collaborators"],
    &["patients"],
    &["prescriptions"],
    &["record"],
    &["formulary"],
    &["prescribing"],
    &["validation"],
    &["delivery"],
    &["millebook"],
    &["api"],
    &["jobs", "practice"],
    &["app"],
    &["cli"],
    &["main"],
];

/// Within a slice: a file imports only those before it.
const INSIDE: &[&str] = &["model", "queries", "service", "forms", "pages", "handlers"];

/// The parts of a slice that a later slice may use; `testing` is there for tests only.
const SHARED: &[&str] = &["model", "queries", "service", "testing"];

const FILE_LIMIT: usize = 400;
const FUNCTION_LIMIT: usize = 60;

fn sources(root: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Our own code, tests aside: the program and the packages below it.
fn own_sources() -> impl Iterator<Item = PathBuf> {
    sources("crates").into_iter().chain(sources("src"))
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|names| names.contains(&module))
}

fn is_slice(module: &str) -> bool {
    rank(module).is_some_and(|r| r > rank("web").unwrap() && r < rank("jobs").unwrap())
}

/// `src/record/queries/lists.rs` is `["record", "queries", "lists"]`.
fn module_path(file: &Path) -> Vec<String> {
    let below = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().with_extension("");
    below.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "mod").collect()
}

/// Every `crate::a::b` of a file outside comments, as `(a, b)`; groups are opened up.
fn imports(text: &str) -> BTreeSet<(String, String)> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if at > 0 && code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find('}').unwrap_or(group.len());
            for name in group[..end].split(',') {
                let mut parts = name.trim().split("::");
                found.insert((parts.next().unwrap().to_owned(), parts.next().unwrap_or_default().to_owned()));
            }
            continue;
        }
        let path: String =
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':' || *c == '{').collect();
        let mut parts = path.split("::").map(|part| part.trim_matches('{'));
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        found.insert((first.to_owned(), second.to_owned()));
    }
    found
}

#[test]
fn modules_import_only_lower_ranks() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let here = module_path(&file);
        let Some(own) = here.first().filter(|name| *name != "lib") else { continue };
        let own_rank =
            rank(own).unwrap_or_else(|| panic!("{own} has no rank: add it to this test and to ARCHITECTURE.md"));
        for (module, part) in imports(&std::fs::read_to_string(&file).unwrap()) {
            let Some(their_rank) = rank(&module) else { continue };
            if module == *own {
                continue;
            }
            let lower = their_rank < own_rank || (their_rank == own_rank && !is_slice(own));
            let hidden = is_slice(&module) && is_slice(own) && !part.is_empty() && !SHARED.contains(&part.as_str());
            if !lower || hidden {
                wrong.push(format!("{} imports {module}::{part}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows against the ranks:\n{}", wrong.join("\n"));
}

#[test]
fn inside_a_slice_data_flows_one_way() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let here = module_path(&file);
        let (Some(slice), Some(part)) = (here.first(), here.get(1)) else { continue };
        let Some(own) = INSIDE.iter().position(|name| name == part).filter(|_| is_slice(slice)) else { continue };
        for (module, other) in imports(&std::fs::read_to_string(&file).unwrap()) {
            let later = INSIDE.iter().position(|name| *name == other).is_some_and(|position| position > own);
            if module == *slice && later {
                wrong.push(format!("{} imports {module}::{other}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows against the flow inside a slice:\n{}", wrong.join("\n"));
}

#[test]
fn files_and_functions_stay_short() {
    let mut wrong = Vec::new();
    for file in own_sources().chain(sources("tests")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let length = text.lines().count();
        if length > FILE_LIMIT {
            wrong.push(format!("{}: {length} lines", file.display()));
        }
        for (name, length) in long_functions(&text) {
            wrong.push(format!("{}: fn {name} is {length} lines", file.display()));
        }
    }
    assert!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
}

/// Functions over the limit, measured from `fn` to the brace that closes at the same indentation (rustfmt's layout).
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let Some(at) = trimmed.find("fn ").filter(|_| is_function_head(trimmed)) else { continue };
        let closing = format!("{}}}", " ".repeat(indent));
        let Some(end) = lines[start..].iter().position(|line| **line == closing) else { continue };
        if end + 1 > FUNCTION_LIMIT {
            let name: String = trimmed[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            long.push((name, end + 1));
        }
    }
    long
}

fn is_function_head(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| *word == "fn") else { return false };
    words[..at].iter().all(|word| word.starts_with("pub") || ["const", "async", "crate)", "super)"].contains(word))
        && !line.ends_with(';')
        && !line.ends_with('}')
}

#[test]
fn the_engine_is_matched_only_in_the_database_layer() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let text = std::fs::read_to_string(&file).unwrap();
        if module_path(&file).first().is_some_and(|module| module != "db") && text.contains("Db::Sqlite(") {
            wrong.push(file.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "a match on the engine outside src/db: {wrong:?}");
}

#[test]
fn http_clients_are_begun_in_one_place() {
    let mut wrong = Vec::new();
    for file in own_sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        let made = text.contains("Client::builder()") || text.contains("Client::new()");
        if made && !file.ends_with("crates/sac/src/http.rs") {
            wrong.push(file.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "a client that has no cryptography: begin it with sac::http: {wrong:?}");
}

/// What screens of several slices show or say alike: told twice, it soon says two things.
#[test]
fn what_is_shown_alike_has_one_home() {
    let homes: [(&str, &[&str]); 5] = [
        ("src/web/kit.rs", &["struct Tag ", "struct Badge ", "struct DrugLine ", "struct Fact ", "fn edge("]),
        ("crates/kernel/src/wording.rs", &["fn counted(", "fn full_name(", "fn listed_name("]),
        ("src/web/forms.rs", &["struct NoFields "]),
        ("crates/kernel/src/hex.rs", &["fn hex("]),
        ("src/prescribing/service/lacking.rs", &["enum Lacking "]),
    ];
    for file in own_sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        for (home, names) in &homes {
            let twice = names.iter().find(|name| !file.ends_with(home) && text.contains(*name));
            assert!(twice.is_none(), "{} has a «{}» of its own: see {home}", file.display(), twice.unwrap());
        }
    }
}

/// Who acts is said by a guard: whatever else made it up could act in anybody's archive. Invented people and tests stand in
/// for one.
#[test]
fn only_guards_say_who_acts() {
    let made = |file: &Path| std::fs::read_to_string(file).unwrap().contains("By::guarded(");
    let may = |file: &Path| {
        let path = file.to_string_lossy().into_owned();
        ["/src/web/guards.rs", "/src/web/bearer.rs", "/src/practice/", "/tests.rs", "/tests/", "/testing.rs"]
            .iter()
            .any(|place| path.contains(place))
    };
    let wrong: Vec<PathBuf> = sources("src").into_iter().filter(|file| made(file) && !may(file)).collect();
    assert!(wrong.is_empty(), "By made outside a guard: {wrong:?}");
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["#[ig", "nore"].concat(), ["todo", "!("].concat()];
    for file in own_sources().chain(sources("tests")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{} has {mark}", file.display());
        }
    }
}
