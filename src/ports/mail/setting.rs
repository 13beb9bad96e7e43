//! Reading the mail setting.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::{AsyncSmtpTransport, Tokio1Executor};

use super::Way;
use super::smtp::Smtp;

/// A server that does not answer in this time is tried again later.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why the mail setting cannot be used. One line, without the password the URL may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingError {
    /// Not one of the three forms.
    #[error("write smtps://USER:PASSWORD@HOST, smtp://HOST or folder:PATH")]
    Form,
    /// The sender is not an address.
    #[error("the sender of mails is not an e-mail address")]
    Sender,
    /// Mails would cross the network in clear.
    #[error("mail to another machine must be encrypted: use smtps:// or smtp://...?tls=required")]
    Clear,
}

/// The way out that `url` describes.
pub(super) fn way(url: &str) -> Result<Way, MailSettingError> {
    if let Some(path) = url.strip_prefix("folder:") {
        let path = path.trim();
        return if path.is_empty() { Err(MailSettingError::Form) } else { Ok(Way::Folder(PathBuf::from(path))) };
    }
    let url = with_encryption(url)?;
    let builder =
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_reason| MailSettingError::Form)?;
    Ok(Way::Smtp(Smtp::new(builder.timeout(Some(TIMEOUT)))))
}

/// Plain `smtp://` means STARTTLS or nothing, except towards this very machine. Weaker wishes are refused: mails hold
/// one-time links.
fn with_encryption(url: &str) -> Result<url::Url, MailSettingError> {
    let mut url = url::Url::parse(url).map_err(|_reason| MailSettingError::Form)?;
    let host = url.host_str().ok_or(MailSettingError::Form)?.to_owned();
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    match (url.scheme(), asked.as_deref()) {
        ("smtps", None) | ("smtp", Some("required")) => {}
        ("smtp", None) if !is_this_machine(&host) => {
            url.query_pairs_mut().append_pair("tls", "required");
        }
        ("smtp", None) => {}
        ("smtp", Some(_)) => return Err(MailSettingError::Clear),
        _ => return Err(MailSettingError::Form),
    }
    Ok(url)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn mail_crosses_the_network_encrypted() {
        let of = |url: &str| with_encryption(url).map(|url| url.to_string());
        assert_eq!(of("smtp://posta.example:587"), Ok("smtp://posta.example:587?tls=required".to_owned()));
        assert_eq!(of("smtps://u:p@posta.example"), Ok("smtps://u:p@posta.example".to_owned()));
        assert_eq!(of("smtp://127.0.0.1:2525"), Ok("smtp://127.0.0.1:2525".to_owned()));
        assert_eq!(of("smtp://[::1]:2525"), Ok("smtp://[::1]:2525".to_owned()));
        assert_eq!(of("smtp://posta.example?tls=opportunistic"), Err(MailSettingError::Clear));
        assert_eq!(of("http://posta.example"), Err(MailSettingError::Form));
        assert_eq!(of("posta.example"), Err(MailSettingError::Form));
        assert!(matches!(way("folder:"), Err(MailSettingError::Form)));
    }
}
