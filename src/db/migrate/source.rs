//! The folders of `migrations/`, inside the binary, as diesel asks for them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use rust_embed::RustEmbed;

use super::text::{Engine, Script};

#[derive(RustEmbed)]
#[folder = "migrations/"]
struct Files;

/// What is wrong with the texts: a folder or a file of `migrations/`, and the fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("migrations/{0}")]
pub struct TextError(String);

/// A migration: its folder, and what its two files say.
#[derive(Clone, Debug)]
pub struct Text {
    /// The folder's name.
    pub name: String,
    /// What a database remembers of it: the folder's date and number, as diesel writes them.
    pub version: String,
    /// Does it.
    pub up: Script,
    /// Undoes it.
    pub down: Script,
}

/// The migrations of this program, in their order.
/// Fails with [`TextError`] when one of them could not be run on either engine: then none is.
pub fn embedded() -> Result<&'static [Text], TextError> {
    static TEXTS: LazyLock<Result<Vec<Text>, TextError>> = LazyLock::new(|| {
        let files = Files::iter().filter_map(|path| Some((path.to_string(), Files::get(&path)?.data)));
        let readable = files.map(|(path, data)| match String::from_utf8(data.into_owned()) {
            Ok(text) => Ok((path, text)),
            Err(_) => Err(TextError(format!("{path} is not UTF-8"))),
        });
        read(readable.collect::<Result<Vec<_>, _>>()?)
    });
    TEXTS.as_deref().map_err(Clone::clone)
}

/// Makes migrations of files, each with its path below `migrations/`. What lies beside the folders is none.
/// Fails with [`TextError`] when a folder is not two files that say something to both engines.
pub fn read(files: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Text>, TextError> {
    let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((folder, file)) = path.split_once('/') {
            folders.entry(folder.to_owned()).or_default().insert(file.to_owned(), text);
        }
    }
    let mut texts: BTreeMap<String, Text> = BTreeMap::new();
    for (name, files) in folders {
        let text = Text::read(name, files)?;
        if let Some(other) = texts.get(&text.version) {
            return Err(TextError(format!("{} has the number of {}", text.name, other.name)));
        }
        texts.insert(text.version.clone(), text);
    }
    Ok(texts.into_values().collect())
}

impl Text {
    fn read(name: String, mut files: BTreeMap<String, String>) -> Result<Self, TextError> {
        let mut script = |file: &str| {
            let text = files.remove(file).ok_or_else(|| TextError(format!("{name} has no {file}")))?;
            Script::parse(&text).map_err(|fault| TextError(format!("{name}/{file}: {fault}")))
        };
        let (up, down) = (script("up.sql")?, script("down.sql")?);
        if let Some(file) = files.keys().next() {
            return Err(TextError(format!("{name}/{file} is neither up.sql nor down.sql")));
        }
        let version = name.split('_').next().unwrap_or_default().replace('-', "");
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TextError(format!("{name} is not DATE-NUMBER_NAME")));
        }
        Ok(Self { name, version, up, down })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl MigrationName for Text {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.version.as_str())
    }
}

/// Each in a transaction of its own.
impl MigrationMetadata for Text {}

/// The texts as the engine that asks is told them.
#[derive(Clone, Copy)]
pub(super) struct Embedded;

impl MigrationSource<Sqlite> for Embedded {
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<Sqlite>>>> {
        steps(Engine::Sqlite)
    }
}

impl MigrationSource<Pg> for Embedded {
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        steps(Engine::Postgres)
    }
}

fn steps<DB: Backend>(engine: Engine) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
    let steps = embedded()?.iter().map(|text| -> Box<dyn Migration<DB>> { Box::new(Step { text, engine }) });
    Ok(steps.collect())
}

struct Step {
    text: &'static Text,
    engine: Engine,
}

impl Step {
    fn execute<DB: Backend>(&self, script: &Script, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        let ran = conn.batch_execute(script.of(self.engine));
        ran.map_err(|error| format!("Failed to run {} with: {error}", self.text).into())
    }
}

impl<DB: Backend> Migration<DB> for Step {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        self.execute(&self.text.up, conn)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        self.execute(&self.text.down, conn)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self.text
    }

    fn name(&self) -> &dyn MigrationName {
        self.text
    }
}
