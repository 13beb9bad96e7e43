//! Putting a SOAP 1.1 envelope together, element by element, over quick-xml's writer.

use std::borrow::Cow;

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// Namespace of the SOAP 1.1 envelope.
pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of the types of the prescription services.
pub const DEM_TYPES: &str = "http://tipodati.xsd.dem.sanita.finanze.it";
/// Namespace of the session service's messages.
pub const A2F_MESSAGES: &str = "http://authservice.xsd.wsdl.auth.a2f.sts.sanita.finanze.it";
/// Namespace of the session service's types.
pub const A2F_TYPES: &str = "http://datatype.xsd.wsdl.auth.a2f.sts.sanita.finanze.it";

/// Namespace of a prescription service's message: its root element in lower case.
pub fn dem_namespace(root: &str) -> String {
    format!("http://{}.xsd.dem.sanita.finanze.it", root.to_lowercase())
}

/// Namespace of a lot message, whose name ends in `NRE` where its namespace does not.
pub fn lot_namespace(root: &str) -> String {
    let name = root.trim_end_matches("NRE").to_lowercase();
    format!("http://{name}.xsd.nre.mirsac.sanita.finanze.it")
}

/// A message in the making. Two prefixes are enough for every message of the protocol: `m` for the
/// message's own namespace, `t` for its types.
pub struct Composer {
    writer: Writer<Vec<u8>>,
    open: Vec<String>,
    failed: bool,
}

impl Composer {
    /// Starts an envelope whose body holds the root element of that namespace; `types` is declared
    /// too when the message has typed children.
    pub fn message(root: &str, namespace: &str, types: Option<&str>) -> Self {
        let mut composer = Self::envelope();
        let mut attributes = vec![("xmlns:m", namespace)];
        attributes.extend(types.map(|types| ("xmlns:t", types)));
        composer.open_with(&format!("m:{root}"), &attributes);
        composer
    }

    /// Starts an envelope with an open, empty body.
    pub fn envelope() -> Self {
        let mut composer = Self { writer: Writer::new(Vec::with_capacity(4096)), open: Vec::new(), failed: false };
        composer.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        composer.open_with("soapenv:Envelope", &[("xmlns:soapenv", SOAP)]);
        composer.open("soapenv:Body");
        composer
    }

    /// Opens an element.
    pub fn open(&mut self, tag: &str) {
        self.open_with(tag, &[]);
    }

    fn open_with(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        let mut start = BytesStart::new(tag);
        for attribute in attributes {
            start.push_attribute(*attribute);
        }
        self.write(Event::Start(start));
        self.open.push(tag.to_owned());
    }

    /// Closes the innermost open element.
    pub fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            self.write(Event::End(BytesEnd::new(tag)));
        }
    }

    /// Writes an element with its text; an empty text gives an empty tag.
    pub fn text(&mut self, tag: &str, value: &str) {
        let value = printable(value);
        if value.is_empty() {
            self.write(Event::Empty(BytesStart::new(tag)));
            return;
        }
        self.open(tag);
        self.write(Event::Text(BytesText::new(&value)));
        self.close();
    }

    /// Writes an element only when it has a text.
    pub fn text_if(&mut self, tag: &str, value: &str) {
        if !value.is_empty() {
            self.text(tag, value);
        }
    }

    /// Closes everything and gives the envelope.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        debug_assert!(!self.failed, "writing to memory cannot fail");
        String::from_utf8(self.writer.into_inner()).unwrap_or_default()
    }

    /// Writing to a vector has no way to fail; the flag is there so that nobody has to trust that.
    fn write(&mut self, event: Event<'_>) {
        self.failed |= self.writer.write_event(event).is_err();
    }
}

/// XML 1.0 has no place for most control characters, not even escaped: they are left out.
fn printable(value: &str) -> Cow<'_, str> {
    let forbidden = |c: char| (c.is_control() && !matches!(c, '\t' | '\n')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if value.contains(forbidden) { Cow::Owned(value.replace(forbidden, "")) } else { Cow::Borrowed(value) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::xml;

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "<a>&amp;]]>\u{0}\u{1b}[31m\r\n\u{FFFF}'\"";
        let mut composer = Composer::message("X", "urn:x", None);
        composer.text("m:v", hostile);
        let root = xml::parse(composer.finish().as_bytes(), None).unwrap();
        let body = root.child("Body").unwrap().child("X").unwrap();
        assert_eq!(body.text_of("v"), "<a>&amp;]]>[31m\n'\"");
    }

    #[test]
    fn namespaces_follow_the_names() {
        assert_eq!(
            dem_namespace("InvioPrescrittoRichiesta"),
            "http://invioprescrittorichiesta.xsd.dem.sanita.finanze.it"
        );
        assert_eq!(lot_namespace("LottoRichiestaNRE"), "http://lottorichiesta.xsd.nre.mirsac.sanita.finanze.it");
    }
}
