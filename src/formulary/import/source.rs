//! A published file: opened plain or gzipped, its encoding found, its records read one by one with their line. Knows
//! nothing of what the columns mean.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;
use flate2::read::MultiGzDecoder;

use super::report::ImportError;
use crate::reference::encoding::is_mostly_utf8;
use kernel::text::is_refused;

/// The package register is 82 MB today; far beyond it a file is a mistake or a bomb. A file is held whole: this is also
/// what an import may cost in memory.
const LARGEST: usize = 128 * 1024 * 1024;
/// How much more room is made at a time: doubling it would cost twice the file.
const STEP: usize = 8 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const UTF8_BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// One file, whole in memory, with its encoding.
#[derive(Debug)]
pub struct Source {
    /// File name without folders, for the report.
    pub name: String,
    bytes: Vec<u8>,
    /// Read as UTF-8, each field that cannot be as Windows-1252.
    utf8: bool,
}

/// One record and the line it begins on.
#[derive(Debug)]
pub struct Record {
    /// Line of the file, from 1.
    pub line: u64,
    fields: ByteRecord,
    utf8: bool,
}

impl Source {
    /// Reads a file, unpacking it when it is gzipped.
    /// Fails when the file cannot be opened, is a damaged archive, or is absurdly large.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let unreadable =
            |error: std::io::Error| ImportError::Unreadable { file: name.clone(), reason: error.to_string() };
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let packed = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP_MAGIC);
        let bytes = if packed {
            // Unpacked as it is read, and no further than the bound: how small a bomb is does not matter.
            read_bounded(MultiGzDecoder::new(file)).map_err(|error| ImportError::Unreadable {
                file: name.clone(),
                reason: format!("archivio rovinato: {error}"),
            })?
        } else {
            read_bounded(file).map_err(unreadable)?
        };
        if bytes.len() > LARGEST {
            return Err(ImportError::Unreadable { file: name, reason: "il file è troppo grande".to_owned() });
        }
        Ok(Self::of_bytes(name, bytes))
    }

    /// A file already in memory. UTF-8 when it says so or can be nothing else, otherwise Windows-1252 as AIFA publishes:
    /// an accented letter or `€` of that encoding is never valid UTF-8. A stray byte in a UTF-8 file spoils its own field only.
    pub fn of_bytes(name: String, mut bytes: Vec<u8>) -> Self {
        let marked = bytes.starts_with(&UTF8_BOM);
        if marked {
            bytes.drain(..UTF8_BOM.len());
        }
        let utf8 = marked || is_mostly_utf8(&bytes);
        Self { name, bytes, utf8 }
    }

    /// Size in bytes, unpacked.
    pub fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The names of the columns, as written.
    /// Fails when the first record cannot be read.
    pub fn header(&self) -> Result<Vec<String>, ImportError> {
        let mut fields = ByteRecord::new();
        self.reader().read_byte_record(&mut fields).map_err(|error| self.damaged(1, &error.to_string()))?;
        let record = Record { line: 1, fields, utf8: self.utf8 };
        Ok((0..record.len()).map(|column| record.field(column).into_owned()).collect())
    }

    /// Calls `each` with every record after the header. The record is reused: nothing is kept but what `each` takes.
    /// Fails when the text cannot be split into records, or `each` refuses the file.
    pub fn for_each(&self, mut each: impl FnMut(&Record, u64) -> Result<(), ImportError>) -> Result<(), ImportError> {
        let mut reader = self.reader();
        let mut record = Record { line: 1, fields: ByteRecord::new(), utf8: self.utf8 };
        let mut first = true;
        while reader
            .read_byte_record(&mut record.fields)
            .map_err(|error| self.damaged(record.line, &error.to_string()))?
        {
            record.line = record.fields.position().map_or(0, |start| self.line_of(start));
            if !std::mem::take(&mut first) {
                each(&record, reader.position().byte())?;
            }
        }
        Ok(())
    }

    /// The error of a file that is broken as a whole.
    pub fn damaged(&self, line: u64, reason: &str) -> ImportError {
        ImportError::Damaged { file: self.name.clone(), line, reason: reason.to_owned() }
    }

    /// The line a record begins on. The reader stops between the two characters of a line end, so the position it gives
    /// may still be on the line before.
    fn line_of(&self, start: &csv::Position) -> u64 {
        let rest = usize::try_from(start.byte()).ok().and_then(|byte| self.bytes.get(byte..)).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
        start.line() + u64::try_from(ends).unwrap_or(0)
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        // Flexible: whether a record with too few fields is a bad row or a cut file is judged by whoever knows the file.
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(self.bytes.as_slice())
    }
}

impl Record {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// True when every field is blank: the empty lines some lists end with.
    pub fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim_ascii().is_empty())
    }

    /// True when a field beyond the named columns holds something.
    pub fn has_text_after(&self, width: usize) -> bool {
        self.fields.iter().skip(width).any(|field| !field.trim_ascii().is_empty())
    }

    /// True when a field holds the end of a record: a quote was opened and never closed, so the rest of the file was
    /// swallowed. Published fields hold at most a lone line feed.
    pub fn runs_on(&self) -> bool {
        self.fields.iter().any(|field| {
            field.windows(2).any(|pair| pair == b"\r\n") || field.iter().filter(|byte| **byte == b'\n').count() > 4
        })
    }

    /// A field as clean text, empty beyond the last: trimmed, with line breaks, control characters and runs of blanks
    /// (Windows-1252 has a no-break one) turned into one space.
    pub fn field(&self, column: usize) -> Cow<'_, str> {
        let bytes = self.fields.get(column).unwrap_or_default().trim_ascii();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if self.utf8 => Cow::Borrowed(text),
            _ => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        let blank = |c: char| c.is_whitespace() || is_refused(c);
        if text.contains("  ") || text.contains(|c: char| c != ' ' && blank(c)) {
            let words: Vec<&str> = text.split(blank).filter(|word| !word.is_empty()).collect();
            return Cow::Owned(words.join(" "));
        }
        text
    }
}

/// Reads to the end, or one byte beyond the largest file.
fn read_bounded(mut from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while bytes.len() <= LARGEST {
        bytes.reserve_exact(STEP);
        let part = u64::try_from(STEP.min(LARGEST + 1 - bytes.len())).unwrap_or(0);
        if from.by_ref().take(part).read_to_end(&mut bytes)? == 0 {
            break;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::io::Write;

    fn rows(source: &Source) -> Vec<(u64, Vec<String>)> {
        let mut rows = Vec::new();
        source
            .for_each(|record, _read| {
                rows.push((record.line, (0..record.len()).map(|column| record.field(column).into_owned()).collect()));
                Ok(())
            })
            .unwrap();
        rows
    }

    #[test]
    fn windows_1252_and_line_feeds_inside_quotes() {
        let bytes = b"Prezzo \x80;\"Codice \nAIC\"\r\n5,63 \x80;\"A\nB\"\r\n Citt\xe0\xa0;\"\"\"x\"\" y\"\r\n".to_vec();
        let source = Source::of_bytes("a.csv".to_owned(), bytes);
        assert_eq!(source.header().unwrap(), ["Prezzo €", "Codice AIC"]);
        let expected = [(3, ["5,63 €", "A B"]), (5, ["Città", "\"x\" y"])];
        assert_eq!(rows(&source), expected.map(|(line, row)| (line, row.map(str::to_owned).to_vec())));
    }

    #[test]
    fn utf8_with_and_without_its_mark() {
        for bytes in
            [b"\xef\xbb\xbfa;b\nperch\xc3\xa9;\xe2\x82\xac\n".to_vec(), b"a;b\nperch\xc3\xa9;\xe2\x82\xac\n".to_vec()]
        {
            let source = Source::of_bytes("a.csv".to_owned(), bytes);
            assert_eq!(source.header().unwrap(), ["a", "b"]);
            assert_eq!(rows(&source), [(2, vec!["perché".to_owned(), "€".to_owned()])]);
        }
    }

    #[test]
    fn a_stray_byte_spoils_its_own_field_only() {
        let source = Source::of_bytes("a.csv".to_owned(), b"a;b\ncalciol\xc3\xa0;zo\xeb\nperch\xc3\xa9;x\n".to_vec());
        let read: Vec<Vec<String>> = rows(&source).into_iter().map(|(_, row)| row).collect();
        assert_eq!(read, [["calciolà", "zoë"], ["perché", "x"]]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.csv.gz");
        let mut gz = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
        let zeros = vec![b'0'; STEP];
        for _ in 0..(LARGEST / STEP + 1) {
            gz.write_all(&zeros).unwrap();
        }
        gz.finish().unwrap();
        let Err(ImportError::Unreadable { reason, .. }) = Source::open(&path) else { unreachable!() };
        assert_eq!(reason, "il file è troppo grande");
    }

    #[test]
    fn gzip_is_unpacked_and_a_cut_archive_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"a;b\r\n1;2\r\n").unwrap();
        let packed = gz.finish().unwrap();
        let whole = folder.path().join("whole.csv.gz");
        std::fs::write(&whole, &packed).unwrap();
        assert_eq!(rows(&Source::open(&whole).unwrap()).len(), 1);
        let cut = folder.path().join("cut.csv");
        std::fs::write(&cut, packed.get(..packed.len() - 6).unwrap()).unwrap();
        assert!(matches!(Source::open(&cut), Err(ImportError::Unreadable { .. })));
        assert!(matches!(Source::open(&folder.path().join("none")), Err(ImportError::Unreadable { .. })));
    }

    #[test]
    fn control_characters_never_reach_a_field() {
        let source = Source::of_bytes("a.csv".to_owned(), b"a\nx\x01y \x00 z\n".to_vec());
        assert_eq!(rows(&source), [(2, vec!["x y z".to_owned()])]);
    }
}
