//! What identifies the sender: the secrets of one doctor (or of one substitute) towards SAC.

use std::fmt;

use secrecy::SecretString;

/// User, password, pin and session of whoever sends. A substitute sends with his own.
#[derive(Clone)]
pub struct SenderCredentials {
    /// Sistema TS user id; in many cases a fiscal code, so it is not shown either.
    pub username: String,
    /// Password of the first factor.
    pub password: SecretString,
    /// Pin, sent encrypted with every request.
    pub pin: SecretString,
    /// Session id (ID-SESSIONE) of the second factor.
    pub session_id: Option<SecretString>,
}

impl fmt::Debug for SenderCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderCredentials").field("session", &self.session_id.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = SenderCredentials {
            username: "canary-user".into(),
            password: "canary-password".into(),
            pin: "canary-pin".into(),
            session_id: Some("canary-session".into()),
        };
        assert_eq!(format!("{credentials:?}"), "SenderCredentials { session: true, .. }");
    }
}
