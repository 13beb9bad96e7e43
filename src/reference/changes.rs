//! What an import would do to a list: what comes, changes and goes, with examples; and whether so much goes that the file is
//! probably a part of the list, or another list.

use std::collections::BTreeMap;
use std::fmt;

/// Examples shown of each group.
const EXAMPLES: usize = 5;
/// Of so many rows one may go without a question.
const SHARE: usize = 10;

/// How an import is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Only says what would be done.
    pub dry_run: bool,
    /// The files are a part of the list: what they do not have stays.
    pub merge: bool,
    /// It is known that much of the list goes.
    pub yes: bool,
}

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Lines were refused; nothing was written.
    #[default]
    Refused,
    /// Written.
    Done,
    /// Only looked at.
    DryRun,
    /// Nothing was written: too much would go without a yes.
    NeedsYes,
}

/// A row by its key: how to call it, and everything it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// For people.
    pub label: String,
    /// Compared; not shown.
    pub content: String,
}

/// Rows of a list by key.
pub type Entries = BTreeMap<String, Entry>;

/// Rows of one fate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub examples: Vec<String>,
}

impl Group {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }
}

/// What happens to a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Rows there were.
    pub before: usize,
    /// Rows that were not there.
    pub added: Group,
    /// Rows that say something else.
    pub changed: Group,
    /// Rows that are there no more.
    pub gone: Group,
}

impl Changes {
    /// Compares a list with what it is to become.
    pub fn between(before: &Entries, after: &Entries) -> Self {
        let mut changes = Self { before: before.len(), ..Self::default() };
        let name = |key: &str, label: &str| if label.is_empty() { key.to_owned() } else { format!("{key} {label}") };
        for (key, entry) in after {
            match before.get(key) {
                None => changes.added.add(|| name(key, &entry.label)),
                Some(was) if was.content == entry.content => {}
                Some(was) if was.label == entry.label => changes.changed.add(|| name(key, &entry.label)),
                Some(was) => changes.changed.add(|| format!("{key} «{}» diventa «{}»", was.label, entry.label)),
            }
        }
        for (key, entry) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            changes.gone.add(|| name(key, &entry.label));
        }
        changes
    }

    /// Whether more than a tenth of the list would go.
    pub const fn loses_much(&self) -> bool {
        self.gone.count.saturating_mul(SHARE) > self.before
    }

    /// How an import with these changes ends.
    pub const fn outcome(&self, options: Options) -> Outcome {
        if options.dry_run {
            Outcome::DryRun
        } else if self.loses_much() && !options.yes {
            Outcome::NeedsYes
        } else {
            Outcome::Done
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} righe prima", self.before)?;
        for (word, group) in [("nuove", &self.added), ("cambiate", &self.changed), ("tolte", &self.gone)] {
            write!(f, "\n  {word}: {}", group.count)?;
            let more = if group.count > group.examples.len() { ", ..." } else { "" };
            if !group.examples.is_empty() {
                write!(f, " ({}{more})", group.examples.join("; "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(rows: &[(&str, &str, &str)]) -> Entries {
        let entry = |(key, label, content): &(&str, &str, &str)| {
            ((*key).to_owned(), Entry { label: (*label).to_owned(), content: (*content).to_owned() })
        };
        rows.iter().map(entry).collect()
    }

    #[test]
    fn what_comes_changes_and_goes_is_told() {
        let before = entries(&[("1", "UNO", "a"), ("2", "DUE", "b"), ("3", "TRE", "c")]);
        let after = entries(&[("1", "UNO", "a"), ("2", "Due", "x"), ("4", "QUATTRO", "d")]);
        let changes = Changes::between(&before, &after);
        let text = changes.to_string();
        assert_eq!(
            text,
            "3 righe prima\n  nuove: 1 (4 QUATTRO)\n  cambiate: 1 (2 «DUE» diventa «Due»)\n  tolte: 1 (3 TRE)"
        );
        assert!(changes.loses_much());
        assert_eq!(changes.outcome(Options::default()), Outcome::NeedsYes);
        assert_eq!(changes.outcome(Options { yes: true, ..Options::default() }), Outcome::Done);
        assert_eq!(changes.outcome(Options { dry_run: true, yes: true, merge: false }), Outcome::DryRun);
        assert!(
            !Changes::between(&before, &before).loses_much() && !Changes::between(&Entries::new(), &after).loses_much()
        );
    }

    #[test]
    fn a_tenth_may_go_and_examples_stay_few() {
        let rows: Vec<(String, Entry)> =
            (0..20).map(|n| (format!("{n:02}"), Entry { label: String::new(), content: String::new() })).collect();
        let before: Entries = rows.iter().cloned().collect();
        let after = |gone: usize| -> Entries { rows.iter().skip(gone).cloned().collect() };
        assert!(!Changes::between(&before, &after(2)).loses_much());
        assert!(Changes::between(&before, &after(3)).loses_much());
        assert!(
            Changes::between(&before, &Entries::new()).to_string().ends_with("tolte: 20 (00; 01; 02; 03; 04, ...)")
        );
    }
}
