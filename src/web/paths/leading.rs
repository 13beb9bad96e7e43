//! Addresses that lead on to another: the login, the password once more, and what they may lead to.

use super::{
    choose_doctor, is_of_patients, is_portal, login, millebook_login, millebook_reauthenticate, pattern, portal_login,
    reauthenticate,
};

/// The login page of the same door, which then leads to `next` when it is one of our addresses.
pub fn login_then(next: &str) -> String {
    let patients = is_of_patients(next);
    let door = if is_portal(next) {
        portal_login()
    } else if patients {
        millebook_login()
    } else {
        login()
    };
    safe_next(next).map_or(door.clone(), |next| format!("{door}?next={}", escape_query(&next)))
}

/// The page that asks the password again, which then leads to `next` when it is one of our addresses.
pub fn reauthenticate_then(next: &str) -> String {
    let page = if is_of_patients(next) { millebook_reauthenticate() } else { reauthenticate() };
    safe_next(next).map_or(page.clone(), |next| format!("{page}?next={}", escape_query(&next)))
}

/// The choice of the doctor, which then leads to `next` when it is one of our addresses.
pub fn choose_doctor_then(next: &str) -> String {
    safe_next(next).map_or_else(choose_doctor, |next| format!("{}?next={}", choose_doctor(), escape_query(&next)))
}

/// `?`, `&` and `=` of an address that travels inside a query; the rest of [`safe_next`]'s alphabet is plain.
pub fn escape_query(next: &str) -> String {
    next.replace('?', "%3F").replace('&', "%26").replace('=', "%3D")
}

/// Patterns one does not come back to: signing in and out, and what is only posted to.
const NO_RETURN: [&str; 20] = [
    pattern::login_code(),
    pattern::portal_login_code(),
    pattern::login(),
    pattern::logout(),
    pattern::registration(),
    pattern::confirm(),
    pattern::millelight(),
    pattern::choose_doctor(),
    pattern::portal(),
    pattern::portal_login(),
    pattern::portal_logout(),
    pattern::millebook_login(),
    pattern::millebook_login_code(),
    pattern::millebook_logout(),
    pattern::millebook_activate(),
    pattern::forgotten(),
    pattern::new_password(),
    pattern::portal_forgotten(),
    pattern::millebook_forgotten(),
    pattern::millebook_new_password(),
];

/// The address to go to after signing in, if it is one of ours; anything else is refused, so that a forged link
/// cannot send a doctor elsewhere. Names, encoded characters and other hosts never pass.
pub fn safe_next(next: &str) -> Option<String> {
    // The longest are the sealed filters of Consegne.
    if next.len() > 320 {
        return None;
    }
    let (path, query) = next.split_once('?').map_or((next, ""), |(path, query)| (path, query));
    let plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let ours = path.starts_with("/millelight/") || is_portal(path) || is_of_patients(path);
    if !plain(path, "/-_") || !plain(query, "=&-_") || !ours {
        return None;
    }
    let known = pattern::ALL.iter().any(|pattern| !NO_RETURN.contains(pattern) && fits(pattern, path));
    known.then(|| next.to_owned())
}

/// Whether `path` is an address of this pattern; a placeholder stands for digits only (row ids, AIC), a token's for its signs.
fn fits(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(want), Some(part)) if want.starts_with('{') => {
                let token = want == "{token}";
                if part.is_empty() || !part.chars().all(|c| c.is_ascii_digit() || token && c.is_ascii_hexdigit()) {
                    return false;
                }
            }
            (Some(want), Some(part)) if want == part => {}
            _ => return false,
        }
    }
}
