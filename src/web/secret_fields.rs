//! Which fields of a form are secrets. A form that comes back shows no password again; one that waits in the database for
//! its author's next login holds no code either, which by then would be worth nothing but to a thief.

/// Words that mark the name of a field whose value is never sent back.
const SECRETS: [&str; 5] = ["password", "pin", "secret", "otp", "pw"];

/// Fields shown again to whoever mistyped them, but of no use later: a one-time or activation code, SAC's session.
const OF_THE_MOMENT: [&str; 2] = ["codice", "sessione"];

/// Whether a field's value stays out of the page that comes back.
pub(super) fn is_never_shown(field: &str) -> bool {
    field.split(['_', '-']).any(|word| SECRETS.contains(&word))
}

/// Whether a field's value stays out of a form that is kept.
pub(super) fn is_never_kept(field: &str) -> bool {
    is_never_shown(field) || OF_THE_MOMENT.contains(&field)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use super::*;

    /// The names in every `f::password(form, "name", ..)` of the templates in `folder`.
    fn password_fields(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(password_fields(&path));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let calls = text.split("f::password(").skip(1);
            found.extend(calls.filter_map(|call| call.split('"').nth(1)).map(str::to_owned));
        }
        found
    }

    #[test]
    fn what_is_typed_as_a_password_is_a_secret() {
        let fields = password_fields(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"));
        assert!(fields.len() > 10, "{fields:?}");
        for field in fields {
            assert!(is_never_shown(&field) && is_never_kept(&field), "{field}");
        }
    }

    #[test]
    fn a_code_is_shown_again_and_never_kept_and_a_fiscal_code_is_none() {
        for field in ["codice", "sessione"] {
            assert!(!is_never_shown(field) && is_never_kept(field), "{field}");
        }
        for field in ["codice_fiscale", "cognome", "spinta", "posologia"] {
            assert!(!is_never_kept(field), "{field}");
        }
    }
}
