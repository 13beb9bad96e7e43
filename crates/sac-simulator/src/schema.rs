//! What the published schemas allow in a request: names, order, number and length, checked before anything else.
//!
//! Not a schema engine: the few shapes the requests use, written down by hand in [`tables`]. A violation gives the text
//! of a Fault in the words of the validators SAC uses.

mod tables;

use sac::xml::Element;

pub use tables::MESSAGES;

/// What an element may hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text of that many characters.
    Text {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// That many digits.
    Digits {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
        /// Name of the type, quoted in the Fault.
        type_name: &'static str,
    },
    /// Other elements, in this order.
    Group(&'static [Field]),
}

/// Which namespace an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// The message's own.
    Message,
    /// The types'.
    Types,
}

/// One element of a sequence.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Local name.
    pub name: &'static str,
    /// Namespace.
    pub space: Space,
    /// Fewest occurrences.
    pub min: usize,
    /// Most occurrences.
    pub max: usize,
    /// Content.
    pub kind: Kind,
}

/// One kind of request.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// Root element.
    pub root: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
    /// Namespace of its types.
    pub types: &'static str,
    /// Its content.
    pub fields: &'static [Field],
}

/// Checks a request against the table of its root element.
/// The error is the text of the Fault.
pub fn validate(root: &Element, message: &Message) -> Result<(), String> {
    if root.name != message.root || &*root.namespace != message.namespace {
        return Err(format!(
            "cvc-elt.1: Cannot find the declaration of element '{{{}}}{}'.",
            root.namespace, root.name
        ));
    }
    sequence(root, message.fields, message)
}

fn sequence(parent: &Element, fields: &[Field], message: &Message) -> Result<(), String> {
    if !parent.text.trim().is_empty() {
        return Err(format!("cvc-complex-type 2.3: element {} may hold elements only", parent.name));
    }
    let mut children = parent.children.iter().peekable();
    for field in fields {
        let mut seen = 0;
        while let Some(child) = children.next_if(|child| seen < field.max && is(child, field, message)) {
            seen += 1;
            content(child, field, message)?;
        }
        if seen < field.min {
            let found = children.peek().map_or("end of sequence", |child| child.name.as_str());
            return Err(unexpected(parent, found, field.name));
        }
    }
    match children.next() {
        Some(child) => Err(unexpected(parent, &child.name, "end of sequence")),
        None => Ok(()),
    }
}

fn unexpected(parent: &Element, found: &str, wanted: &str) -> String {
    format!("cvc-complex-type 2.4: in element {}, found {found}, but next item should be {wanted}", parent.name)
}

fn is(child: &Element, field: &Field, message: &Message) -> bool {
    let namespace = match field.space {
        Space::Message => message.namespace,
        Space::Types => message.types,
    };
    child.name == field.name && &*child.namespace == namespace
}

fn content(element: &Element, field: &Field, message: &Message) -> Result<(), String> {
    if !matches!(field.kind, Kind::Group(_)) && !element.children.is_empty() {
        return Err(format!("cvc-type 3.1.2: element {} may hold no elements", field.name));
    }
    let text = &element.text;
    let (fits, wanted) = match field.kind {
        Kind::Group(fields) => return sequence(element, fields, message),
        Kind::Text { min, max } => ((min..=max).contains(&text.chars().count()), format!("length {min}..{max}")),
        Kind::Digits { min, max, type_name } => {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (min..=max).contains(&text.len());
            (digits, format!("{{{}}}{type_name}", message.types))
        }
    };
    if fits {
        return Ok(());
    }
    let rule = if matches!(field.kind, Kind::Digits { .. }) { "simple-type 1" } else { "length-valid" };
    Err(format!("cvc-{rule}: element {} is not a valid instance of type {wanted}. Value is '{text}'", field.name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use sac::write::{self, EmptyTags, SessionRequest, UsedNresQuery};
    use sac::{PrescriptionMessage, PrescriptionRow, read};

    fn check(envelope: &str) -> Result<(), String> {
        let read::Body::Message(root) = read::soap_body(envelope.as_bytes(), None).unwrap() else { unreachable!() };
        let message = MESSAGES.iter().find(|message| message.root == root.name).unwrap();
        validate(&root, message)
    }

    fn send(edit: fn(&mut PrescriptionMessage)) -> Result<(), String> {
        let mut message = PrescriptionMessage {
            region: "130".into(),
            specialisation: "F".into(),
            kind: "F".into(),
            visit: "A".into(),
            rows: vec![PrescriptionRow { quantity: 1, ..Default::default() }],
            ..Default::default()
        };
        edit(&mut message);
        let full = check(&write::send_request(&message, "pin", "code", EmptyTags::Kept));
        assert_eq!(full, check(&write::send_request(&message, "pin", "code", EmptyTags::Trimmed)));
        full
    }

    #[test]
    fn our_own_requests_pass() {
        assert_eq!(send(|_| {}), Ok(()));
        assert_eq!(check(&write::view_request("p", "n", "d")), Ok(()));
        assert_eq!(check(&write::annul_request("p", "n", "d")), Ok(()));
        let query = UsedNresQuery { region: "130".into(), nre: "1".into(), ..Default::default() };
        assert_eq!(check(&write::used_nres_request("p", &query)), Ok(()));
        assert_eq!(check(&write::lot_request("130", "0", "d")), Ok(()));
        let request = SessionRequest { ssa: "000000".into(), ..Default::default() };
        assert_eq!(check(&write::create_session_request("u", "p", &request)), Ok(()));
        let token = "x".repeat(36);
        assert_eq!(check(&write::check_session_request("u", "p", "", &token)), Ok(()));
        assert_eq!(check(&write::revoke_session_request("u", "p", "", &token)), Ok(()));
    }

    #[test]
    fn violations_are_quoted_as_sac_does() {
        let fault = send(|message| message.rows.first_mut().unwrap().quantity = 12).unwrap_err();
        assert!(fault.starts_with("cvc-simple-type 1: "), "{fault}");
        assert!(fault.ends_with("integerType. Value is '12'"), "{fault}");
        assert!(send(|message| message.doctor = "X".repeat(17)).unwrap_err().contains("cfMedico1"));
        assert!(send(|message| message.region = "13".into()).is_err());
        assert!(
            send(|message| message.rows.clear()).unwrap_err().contains("next item should be DettaglioPrescrizione")
        );
        assert!(send(|message| message.rows.first_mut().unwrap().pathology = "X".repeat(11)).is_err());
    }

    #[test]
    fn order_names_and_namespaces_count() {
        let good = write::view_request("p", "n", "d");
        assert!(check(&good.replace("<m:pinCode>p</m:pinCode>", "")).unwrap_err().contains("found nre"));
        assert!(check(&good.replace("m:nre", "m:numero")).is_err());
        assert!(check(&good.replace("visualizzaprescrittorichiesta", "annullaprescrittorichiesta")).is_err());
        assert!(check(&good.replace("<m:nre>n</m:nre>", "<m:nre>n</m:nre><m:nre>n</m:nre>")).is_err());
        assert!(check(&good.replace("<m:nre>n", "<m:nre><m:x/>n")).is_err());
        assert!(check(&good.replace("<m:nre>", "testo<m:nre>")).is_err());
    }
}
