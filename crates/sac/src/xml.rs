//! A small, suspicious XML reader: the whole document as a tree, within hard limits.
//!
//! Answers come from another organisation's system (and, through its faults, from whatever stands in
//! front of it), so the reader accepts no document type at all, resolves only the five built-in
//! entities and character references, and gives up early on depth, attributes and sheer number of
//! elements. Prefixes are dropped: elements are known by their local name, and keep their namespace
//! for whoever wants to check it.

use std::borrow::Cow;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Largest document accepted, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Deepest nesting accepted.
pub const MAX_DEPTH: usize = 32;
/// Most attributes accepted on one element.
pub const MAX_ATTRIBUTES: usize = 64;
/// Most elements accepted in one document: keeps the tree of a 4 MiB document of empty tags small.
pub const MAX_ELEMENTS: usize = 60_000;

/// Why a document was not accepted. Never carries any of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes than [`MAX_BYTES`].
    #[error("document too large")]
    TooLarge,
    /// Not in UTF-8 nor in one of the two Latin encodings tolerated.
    #[error("unreadable character encoding")]
    Encoding,
    /// Breaks the rules of XML, or stops half way.
    #[error("malformed or truncated document")]
    Malformed,
    /// Declares a document type, which no SOAP message may.
    #[error("document type declaration")]
    DocumentType,
    /// Uses an entity that is not built into XML.
    #[error("unknown entity")]
    Entity,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested too deep")]
    TooDeep,
    /// An element has more attributes than [`MAX_ATTRIBUTES`].
    #[error("too many attributes")]
    TooManyAttributes,
    /// More elements than [`MAX_ELEMENTS`].
    #[error("too many elements")]
    TooManyElements,
}

/// One element with its text and its children, in document order.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Name without prefix.
    pub name: String,
    /// Namespace the prefix stood for; empty when there was none.
    pub namespace: Arc<str>,
    /// Text directly inside this element, untrimmed.
    pub text: String,
    /// Child elements.
    pub children: Vec<Element>,
}

impl std::fmt::Debug for Element {
    /// Shows the shape only: the text may be personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Element")
            .field("name", &self.name)
            .field("children", &self.children.len())
            .finish_non_exhaustive()
    }
}

impl Element {
    /// First child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Trimmed text of the first child of that name; empty when it is missing.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }
}

/// Reads a whole document. `charset` is what the `Content-Type` header said, if it said anything.
/// See [`XmlError`]; nothing is returned of a document that is not whole and well formed.
pub fn parse(bytes: &[u8], charset: Option<&str>) -> Result<Element, XmlError> {
    if bytes.len() > MAX_BYTES {
        return Err(XmlError::TooLarge);
    }
    let text = decode(bytes, charset)?;
    let mut reader = Reader::from_str(&text);
    let mut tree = Tree::default();
    loop {
        match reader.read_event().map_err(|_| XmlError::Malformed)? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml_content(XmlVersion::Implicit1_0))?,
            Event::CData(data) => tree.text(&data.xml_content(XmlVersion::Implicit1_0))?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    Ok(None) => builtin_entity(&reference).ok_or(XmlError::Entity)?,
                    Err(_) => return Err(XmlError::Malformed),
                };
                tree.text(character.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

fn builtin_entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// UTF-8, or Latin-1 when the header or the XML declaration says so.
fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, XmlError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let declared =
        charset.map(str::to_owned).or_else(|| declared_encoding(bytes)).unwrap_or_default().to_ascii_lowercase();
    match declared.as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" => {
            std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| XmlError::Encoding)
        }
        "iso-8859-1" | "iso-8859-15" | "latin1" | "windows-1252" => {
            Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0)
        }
        _ => Err(XmlError::Encoding),
    }
}

/// The `encoding` of the XML declaration, read before the text is decoded (it is always ASCII).
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head: String =
        bytes.iter().take(120).take_while(|byte| byte.is_ascii()).map(|byte| char::from(*byte)).collect();
    let declaration = head.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    value.split(quote).nth(1).map(str::to_owned)
}

/// The tree while it grows: the open elements, and the namespaces in force at each.
#[derive(Default)]
struct Tree {
    open: Vec<(Element, usize)>,
    bindings: Vec<(String, Arc<str>)>,
    elements: usize,
    root: Option<Element>,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Malformed);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(XmlError::TooManyElements);
        }
        let before = self.bindings.len();
        let mut seen = 0_usize;
        // Duplicates are looked for by the iterator itself; the cap keeps that quadratic check tiny.
        for attribute in start.attributes() {
            seen += 1;
            if seen > MAX_ATTRIBUTES {
                return Err(XmlError::TooManyAttributes);
            }
            let attribute = attribute.map_err(|_| XmlError::Malformed)?;
            let key = attribute.key.as_ref();
            let prefix = if key == "xmlns" { Some("") } else { key.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                self.bindings.push((prefix.to_owned(), Arc::from(attribute.value.as_ref())));
            }
        }
        let qualified = start.name();
        let (prefix, name) = qualified.as_ref().split_once(':').unwrap_or(("", qualified.as_ref()));
        let namespace = match self.bindings.iter().rev().find(|(bound, _)| bound == prefix) {
            Some((_, namespace)) => Arc::clone(namespace),
            None if prefix.is_empty() => Arc::from(""),
            None => return Err(XmlError::Malformed),
        };
        let element = Element { name: name.to_owned(), namespace, text: String::new(), children: Vec::new() };
        self.open.push((element, before));
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let (element, before) = self.open.pop().ok_or(XmlError::Malformed)?;
        self.bindings.truncate(before);
        match self.open.last_mut() {
            Some((parent, _)) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some((element, _)) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlError::Malformed),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.open.is_empty() { self.root.ok_or(XmlError::Malformed) } else { Err(XmlError::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn prefixes_are_dropped_and_namespaces_kept() {
        let root = parse(br#"<a:x xmlns:a="one" xmlns="two"><y>1</y><a:y>2</a:y></a:x>"#, None).unwrap();
        assert_eq!((root.name.as_str(), &*root.namespace), ("x", "one"));
        assert_eq!(&*root.children[0].namespace, "two");
        assert_eq!(&*root.children[1].namespace, "one");
        assert_eq!(root.text_of("y"), "1");
    }

    #[test]
    fn text_is_put_together_from_its_pieces() {
        let root = parse(b"<a>D&apos;Al&#xF2; &lt;b&gt; <![CDATA[&amp;]]></a>", None).unwrap();
        assert_eq!(root.text, "D'Alò <b> &amp;");
    }

    #[test]
    fn latin_1_is_tolerated_when_declared() {
        let root = parse(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE0</a>", None).unwrap();
        assert_eq!(root.text, "à");
        assert_eq!(parse(b"<a>\xE0</a>", Some("iso-8859-1")).unwrap().text, "à");
        assert_eq!(parse(b"<a>\xE0</a>", None).unwrap_err(), XmlError::Encoding);
        assert_eq!(parse(b"<a/>", Some("utf-16")).unwrap_err(), XmlError::Encoding);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = br#"<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        assert_eq!(parse(bomb, None).unwrap_err(), XmlError::DocumentType);
        assert_eq!(parse(b"<a>&c;</a>", None).unwrap_err(), XmlError::Entity);
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        assert_eq!(parse(deep.as_bytes(), None).unwrap_err(), XmlError::TooDeep);
        assert!(parse(format!("{}{}", "<a>".repeat(32), "</a>".repeat(32)).as_bytes(), None).is_ok());
        let attributes: String = (0..65).map(|n| format!(" a{n}=\"\"")).collect();
        assert_eq!(parse(format!("<a{attributes}/>").as_bytes(), None).unwrap_err(), XmlError::TooManyAttributes);
        let many: String = (0..200_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
        assert_eq!(parse(format!("<a{many}/>").as_bytes(), None).unwrap_err(), XmlError::TooManyAttributes);
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(parse(wide.as_bytes(), None).unwrap_err(), XmlError::TooManyElements);
        assert_eq!(parse(&vec![b' '; MAX_BYTES + 1], None).unwrap_err(), XmlError::TooLarge);
    }

    #[test]
    fn half_documents_are_refused() {
        for text in ["", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "x<a/>", "<p:a/>", "<a", "<a b=1/>", "<a b='1' b='2'/>"]
        {
            assert!(parse(text.as_bytes(), None).is_err(), "{text}");
        }
    }
}
