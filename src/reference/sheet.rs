//! Reading of a separated-values file: plain or gzip, in any alphabet a spreadsheet writes, parted by `;`, `,` or tabs,
//! columns found by name.
//! Used by every `import` that takes a published or documented list; it knows nothing of what the columns mean.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::encoding::{self, Decoded};
use kernel::folding;

/// No list of ours comes near this (200,000 patients are 30 MB); a compressed file that grows beyond it is not a list.
const MAX_BYTES: u64 = 48 * 1024 * 1024;

/// Why a file cannot be read at all. The message is for whoever runs the import.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file cannot be opened or read.
    #[error("{file}: non si riesce a leggere il file ({cause})")]
    Unreadable {
        /// File name.
        file: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Larger than any list.
    #[error("{0}: il file è troppo grande")]
    TooBig(String),
    /// No header line.
    #[error("{0}: il file è vuoto")]
    Empty(String),
    /// A needed column is not in the header.
    #[error("{file}: manca la colonna «{column}»; trovate: {found}")]
    MissingColumn {
        /// File name.
        file: String,
        /// Name of the column, or the names it may have.
        column: String,
        /// The columns that are there.
        found: String,
    },
    /// The quoting is broken.
    #[error("{file}, riga {line}: virgolette o separatori non validi")]
    Broken {
        /// File name.
        file: String,
        /// Line where it broke.
        line: u64,
    },
}

/// One line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// File name, without folders.
    pub file: String,
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong, in Italian.
    pub reason: String,
}

/// Position of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(usize);

/// A record with the line it begins on.
#[derive(Debug)]
pub struct Line {
    /// Line in the file, from 1.
    pub number: u64,
    /// Something in it was read by a guess of its alphabet.
    pub guessed: bool,
    cells: csv::StringRecord,
}

impl Line {
    /// The cell, trimmed; empty when the record is short.
    pub fn get(&self, column: Column) -> &str {
        self.cells.get(column.0).unwrap_or("").trim()
    }

    /// The cell of a column the file may not have.
    pub fn get_or_empty(&self, column: Option<Column>) -> &str {
        column.map_or("", |column| self.get(column))
    }
}

/// A whole file: header and records.
#[derive(Debug)]
pub struct Sheet {
    /// File name, without folders.
    pub file: String,
    header: Vec<String>,
    /// The records, in order; blank lines are left out.
    pub lines: Vec<Line>,
}

impl Sheet {
    /// Reads a file from disk.
    pub fn open(path: &Path) -> Result<Self, SheetError> {
        let file = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).into_owned();
        let unreadable = |cause| SheetError::Unreadable { file: file.clone(), cause };
        let mut raw = Vec::new();
        File::open(path).and_then(|f| f.take(MAX_BYTES + 1).read_to_end(&mut raw)).map_err(unreadable)?;
        if raw.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            let mut decoder = flate2::read::MultiGzDecoder::new(raw.as_slice()).take(MAX_BYTES + 1);
            decoder.read_to_end(&mut plain).map_err(unreadable)?;
            raw = plain;
        }
        if u64::try_from(raw.len()).is_ok_and(|size| size > MAX_BYTES) {
            return Err(SheetError::TooBig(file));
        }
        Self::read(&file, &encoding::decode(&raw))
    }

    /// Reads a text already in memory; `file` is the name errors are told under.
    pub fn from_text(file: &str, text: &str) -> Result<Self, SheetError> {
        Self::read(file, &Decoded { text: text.to_owned(), guessed: Vec::new() })
    }

    fn read(file: &str, decoded: &Decoded) -> Result<Self, SheetError> {
        let empty = || SheetError::Empty(file.to_owned());
        let text = decoded.text.as_str();
        let (hint, first) = head(text).ok_or_else(empty)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(hint.unwrap_or_else(|| separator(first)))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut header = None;
        let mut lines: Vec<Line> = Vec::new();
        let mut count = LineCount::new(text.as_bytes());
        let mut guessed = decoded.guessed.iter().copied().peekable();
        let mut hint = hint.is_some();
        for record in reader.records() {
            let cells = record.map_err(|error| broken(file, &error))?;
            let start = cells.position().map_or(0, csv::Position::byte);
            let (number, start) = count.at(usize::try_from(start).unwrap_or(usize::MAX));
            // What was guessed before this record stands in the one before it.
            while guessed.next_if(|offset| *offset < start).is_some() {
                if let Some(line) = lines.last_mut() {
                    line.guessed = true;
                }
            }
            if cells.iter().all(|cell| cell.trim().is_empty()) || std::mem::take(&mut hint) {
                continue;
            }
            match header {
                None => header = Some(cells.iter().map(folding::fold).collect()),
                Some(_) => lines.push(Line { number, guessed: false, cells }),
            }
        }
        if guessed.peek().is_some()
            && let Some(line) = lines.last_mut()
        {
            line.guessed = true;
        }
        let header = header.ok_or_else(empty)?;
        Ok(Self { file: file.to_owned(), header, lines })
    }

    /// The column with one of these names, compared folded (case, accents and punctuation do not matter).
    pub fn column(&self, names: &[&str]) -> Option<Column> {
        let names: Vec<String> = names.iter().map(|name| folding::fold(name)).collect();
        self.header.iter().position(|title| names.contains(title)).map(Column)
    }

    /// [`Sheet::column`] for one that must be there.
    pub fn require(&self, names: &[&str]) -> Result<Column, SheetError> {
        self.column(names).ok_or_else(|| SheetError::MissingColumn {
            file: self.file.clone(),
            column: names.join("» o «"),
            found: self.header.join(", "),
        })
    }

    /// Reads every line with `parse`; `Ok(None)` leaves a line out on purpose, `Err` names what is wrong with it.
    pub fn collect<T>(
        &self,
        rejected: &mut Vec<Rejected>,
        mut parse: impl FnMut(&Line) -> Result<Option<T>, String>,
    ) -> Vec<T> {
        let mut rows = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            match parse(line) {
                Ok(row) => rows.extend(row),
                Err(reason) => rejected.push(Rejected { file: self.file.clone(), line: line.number, reason }),
            }
        }
        rows
    }
}

fn broken(file: &str, error: &csv::Error) -> SheetError {
    SheetError::Broken { file: file.to_owned(), line: error.position().map_or(0, csv::Position::line) }
}

/// What Excel writes before the header to say what parts its columns (`sep=;`), and the line the columns are named on.
fn head(text: &str) -> Option<(Option<u8>, &str)> {
    let mut lines = text.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    match first.trim().to_lowercase().strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) if separator.is_ascii() => Some((Some(*separator), lines.next()?)),
        _ => Some((None, first)),
    }
}

/// The sign that parts the columns of a header: the one met most; of two, the one Italian spreadsheets write.
fn separator(header: &str) -> u8 {
    let count = |sign: &u8| header.bytes().filter(|byte| byte == sign).count();
    // The last of equal ones wins.
    [b'\t', b',', b';'].into_iter().max_by_key(count).unwrap_or(b';')
}

/// Counts lines as an editor does, whatever ends them. The reader of records counts line feeds and may stop between the
/// two characters of a line end.
struct LineCount<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineCount<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of the first character of a record that is said to begin at `start`, and where that character is.
    /// Records must come in order.
    fn at(&mut self, start: usize) -> (u64, usize) {
        while let Some(byte) = self.bytes.get(self.at) {
            let ends = matches!(byte, b'\r' | b'\n');
            if self.at >= start && !ends {
                break;
            }
            let pair = *byte == b'\r' && self.bytes.get(self.at.saturating_add(1)) == Some(&b'\n');
            self.line += u64::from(ends && !pair);
            self.at = self.at.saturating_add(1);
        }
        (self.line, self.at)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::io::Write;

    use super::*;

    #[test]
    fn columns_are_found_by_name_whatever_the_separator() {
        let sheet = Sheet::from_text("f.csv", "\n\"Codice\",\"DENOMINAZIONE_IT\"\nA1,\"Foo, Bar\"\n\n,\nB2\n").unwrap();
        let (code, name) = (sheet.require(&["codice"]).unwrap(), sheet.require(&["nome", "denominazione it"]).unwrap());
        let read: Vec<_> = sheet.lines.iter().map(|l| (l.number, l.get(code), l.get(name))).collect();
        assert_eq!(read, [(3, "A1", "Foo, Bar"), (6, "B2", "")]);
        let error = sheet.require(&["regione"]).unwrap_err().to_string();
        assert!(error.contains("f.csv") && error.contains("«regione»") && error.contains("CODICE"), "{error}");
    }

    #[test]
    fn compressed_and_windows_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lista.csv.gz");
        let mut gz = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
        gz.write_all(b"codice;descrizione\r\n1;citt\xe0 \x80\r\n").unwrap();
        gz.finish().unwrap();
        let sheet = Sheet::open(&path).unwrap();
        let description = sheet.require(&["descrizione"]).unwrap();
        assert_eq!(sheet.lines.first().unwrap().get(description), "città €");
        assert_eq!(sheet.file, "lista.csv.gz");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert!(matches!(Sheet::open(Path::new("/nowhere/x.csv")), Err(SheetError::Unreadable { .. })));
        assert!(matches!(Sheet::from_text("x", "\n \n"), Err(SheetError::Empty(_))));
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["n;t", "1;a", "", ";", "2;\"b", "c\"", "3;d", ""].join(end);
            let sheet = Sheet::from_text("f.csv", &text).unwrap();
            let numbers: Vec<u64> = sheet.lines.iter().map(|line| line.number).collect();
            assert_eq!(numbers, [2, 5, 7], "{end:?}");
        }
    }

    #[test]
    fn what_excel_writes_is_read() {
        for text in ["sep=,\r\na,b\r\n1,2;3\r\n", "a\tb\n1\t2;3\n", "a,b\n1,2;3\n", "a;b\n1;\"2;3\"\n"] {
            let sheet = Sheet::from_text("f.csv", text).unwrap();
            let b = sheet.require(&["b"]).unwrap();
            assert_eq!(sheet.lines.iter().map(|line| line.get(b)).collect::<Vec<_>>(), ["2;3"], "{text}");
        }
    }

    #[test]
    fn the_lines_that_were_guessed_are_known() {
        let decoded = encoding::decode(b"\xef\xbb\xbfn\r\nNiccol\xc3\xb2\r\nZo\xeb\r\nUgo\r\nNo\xe8");
        let sheet = Sheet::read("f.csv", &decoded).unwrap();
        let guessed: Vec<bool> = sheet.lines.iter().map(|line| line.guessed).collect();
        assert_eq!(guessed, [false, true, false, true]);
    }

    #[test]
    fn bad_lines_are_named() {
        let sheet = Sheet::from_text("f.csv", "n\n1\nx\n3\n").unwrap();
        let n = sheet.require(&["n"]).unwrap();
        let mut rejected = Vec::new();
        let rows = sheet.collect(&mut rejected, |line| {
            let number: u8 = line.get(n).parse().map_err(|_| "non è un numero".to_owned())?;
            Ok((number != 1).then_some(number))
        });
        assert_eq!(rows, [3]);
        assert_eq!(rejected, [Rejected { file: "f.csv".into(), line: 3, reason: "non è un numero".into() }]);
    }
}
