//! Addresses, and which of them one may be sent to.

use super::*;

#[test]
fn an_address_and_its_pattern_agree() {
    assert_eq!(problem(7, 3), "/millelight/pazienti/7/problemi/3");
    assert_eq!(pattern::problem(), "/millelight/pazienti/{id}/problemi/{problem}");
    assert_eq!(record_part(7, "terapie"), "/millelight/pazienti/7#terapie");
}

#[test]
fn no_pattern_stands_twice() {
    let mut all = pattern::ALL.to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), pattern::ALL.len());
}

#[test]
fn the_password_is_asked_again_on_the_way_to_own_pages_only() {
    let asked = "/millelight/conferma-password";
    assert_eq!(reauthenticate_then(&sar_credentials()), format!("{asked}?next=/millelight/credenziali-sar"));
    assert_eq!(reauthenticate_then("//e"), asked);
}

#[test]
fn own_pages_are_good_places_to_return_to() {
    for next in [
        "/millelight/pazienti",
        "/millelight/pazienti/12",
        "/millelight/pazienti/12?problema=4",
        "/millebook",
        "/millebook/ricette/12",
        "/millelight/prontuario/023086150",
        "/millecloud/collaboratori",
    ] {
        assert_eq!(safe_next(next).as_deref(), Some(next));
    }
}

#[test]
fn anything_else_is_not() {
    for next in [
        "",
        "/",
        "//e",
        "//example.org/millelight/pazienti",
        "/\\e",
        "\\\\e",
        "https:e",
        "https://example.org",
        "javascript:alert(1)",
        "/%2fe",
        "/%5ce",
        "%2f%2fe",
        "/millelight//e",
        "/millelight/../e",
        "/millelight/pazienti/12%0d%0aX",
        "/millelight/pazienti/12\r\nX: y",
        "/millelight/accedi",
        "/millelight/esci",
        "/millelight/conferma/123",
        "/millelight/nuova-password/0a1b",
        "/millelight/indirizzo-email/0a1b/x",
        "/millelight/indirizzo-email/zz",
        "/millebook/accedi",
        "/millebook/attiva",
        "/millebookx",
        "/millebook/../millelight",
        "/static/app.css",
        "/health",
        "/millelight/pazienti/abc",
        "/millelight/pazienti?q=https://example.org",
        "/millelight/inesistente",
        "/millecloud/accedi",
        "/millecloudx/collaboratori",
    ] {
        assert_eq!(safe_next(next), None, "{next}");
    }
}
