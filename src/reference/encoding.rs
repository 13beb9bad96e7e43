//! From the bytes of a list to its text. Offices publish UTF-8 and Windows-1252; spreadsheets also write UTF-16, the old
//! alphabets of DOS and of the Mac, and files where one cell was pasted from another alphabet.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Accented letters of «CSV (MS-DOS)», where Windows-1252 has signs that never follow a letter.
const DOS_LETTERS: [(u8, char); 9] = [
    (0x80, 'Ç'),
    (0x82, 'é'),
    (0x85, 'à'),
    (0x87, 'ç'),
    (0x8A, 'è'),
    (0x8D, 'ì'),
    (0x90, 'É'),
    (0x95, 'ò'),
    (0x97, 'ù'),
];
/// Those of them that end a word often enough to tell the alphabet by.
const DOS_ENDINGS: [u8; 6] = [0x82, 0x85, 0x8A, 0x8D, 0x95, 0x97];

/// A decoded file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// Its text, without a byte order mark.
    pub text: String,
    /// Where a byte was read otherwise than the rest of the file, or by a guess: offsets in the text, ascending.
    pub guessed: Vec<usize>,
}

/// Decodes a file. What is not UTF-8 as a whole is: UTF-8 with stray bytes, each read as Windows-1252 and noted, when most
/// accented letters are UTF-8 or the file says so; otherwise the alphabet its bytes and line ends tell.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes).filter(|_| !bytes.starts_with(UTF8_MARK)) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return certain(encoding.decode_without_bom_handling(rest).0.into_owned());
    }
    let marked = bytes.starts_with(UTF8_MARK);
    let bytes = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => certain(text.to_owned()),
        Err(_) if marked || is_mostly_utf8(bytes) => mixed(bytes),
        Err(_) if is_old_mac(bytes) => certain(MACINTOSH.decode_without_bom_handling(bytes).0.into_owned()),
        Err(_) if is_dos(bytes) => dos(bytes),
        Err(_) => certain(WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()),
    }
}

fn certain(text: String) -> Decoded {
    Decoded { text, guessed: Vec::new() }
}

/// Whether more letters beyond ASCII are UTF-8 than not.
pub fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad
}

fn mixed(bytes: &[u8]) -> Decoded {
    let mut decoded = certain(String::with_capacity(bytes.len()));
    for chunk in bytes.utf8_chunks() {
        decoded.text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            decoded.guessed.push(decoded.text.len());
            decoded.text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    decoded
}

/// Lines that end with a lone carriage return come from the old Mac format, and with them its alphabet.
fn is_old_mac(bytes: &[u8]) -> bool {
    bytes.contains(&b'\r') && !bytes.contains(&b'\n') && bytes.iter().any(|byte| (0x80..0xA0).contains(byte))
}

/// Whether accents stand where only the DOS alphabet has letters, and none where Windows has its own.
fn is_dos(bytes: &[u8]) -> bool {
    let after_a_letter = |pair: &[u8]| match pair {
        [before, byte] => before.is_ascii_alphabetic() && DOS_ENDINGS.contains(byte),
        _ => false,
    };
    !bytes.iter().any(|byte| *byte >= 0xC0) && bytes.windows(2).any(after_a_letter)
}

fn dos(bytes: &[u8]) -> Decoded {
    let mut decoded = certain(String::with_capacity(bytes.len()));
    for byte in bytes {
        if byte.is_ascii() {
            decoded.text.push(char::from(*byte));
            continue;
        }
        decoded.guessed.push(decoded.text.len());
        match DOS_LETTERS.iter().find(|(known, _)| known == byte) {
            Some((_, letter)) => decoded.text.push(*letter),
            None => decoded.text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alphabet_is_known_by_its_bytes() {
        for (bytes, text, guessed) in [
            (&b"codice"[..], "codice", vec![]),
            (b"\xef\xbb\xbfNiccol\xc3\xb2", "Niccolò", vec![]),
            (b"citt\xe0 \x80", "città €", vec![]),
            (b"Sant\x92Anna\nMaso\n", "Sant’Anna\nMaso\n", vec![]),
            // One cell pasted from Windows: the others stay what they are.
            (b"Niccol\xc3\xb2\nZo\xeb\n", "Niccolò\nZoë\n", vec![11]),
            (b"\xef\xbb\xbfZo\xeb\n", "Zoë\n", vec![2]),
            (b"Niccol\x95\nNo\x8a\n", "Niccolò\nNoè\n", vec![6, 11]),
            (b"nome\rNiccol\x98\r", "nome\rNiccolò\r", vec![]),
            (b"nome\rNiccol\xf2\r", "nome\rNiccolò\r", vec![]),
            (b"\xff\xfea\0;\0\xf2\0", "a;ò", vec![]),
        ] {
            assert_eq!(decode(bytes), Decoded { text: text.to_owned(), guessed }, "{text}");
        }
    }
}
