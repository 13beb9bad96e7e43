//! The SMTP server of the setting.

use std::sync::{Arc, OnceLock};

use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::MailError;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A server to be reached. Its pool of connections starts a task of its own, which only a running program can hold: it is
/// made with the first mail, so that a setting can be read before anything runs; and it is never dropped, which would need
/// the program to be running still: the connections end with the process.
#[derive(Clone)]
pub(super) struct Smtp {
    builder: AsyncSmtpTransportBuilder,
    pool: Arc<OnceLock<&'static Transport>>,
}

impl Smtp {
    pub(super) fn new(builder: AsyncSmtpTransportBuilder) -> Self {
        Self { builder, pool: Arc::default() }
    }

    pub(super) async fn send(&self, message: lettre::Message) -> Result<(), MailError> {
        let transport = self.pool.get_or_init(|| Box::leak(Box::new(self.builder.clone().build())));
        match transport.send(message).await {
            Ok(_accepted) => Ok(()),
            Err(error) => Err(smtp_failure(&error)),
        }
    }
}

/// What a server's refusal means. Its text stays out: servers like to repeat the address in it.
fn smtp_failure(error: &Error) -> MailError {
    match error.status() {
        // It is us the server does not know: the mail is good, and goes when the setting is put right.
        Some(code) if [530, 534, 535, 538].contains(&u16::from(code)) => MailError::Temporary(format!("SMTP {code}")),
        Some(code) if error.is_permanent() => MailError::Permanent(format!("SMTP {code}")),
        Some(code) => MailError::Temporary(format!("SMTP {code}")),
        None if error.is_timeout() => MailError::Temporary("SMTP: no answer in time".to_owned()),
        None if error.is_tls() || is_about_tls(error) => MailError::Temporary("SMTP: TLS failed".to_owned()),
        None => MailError::Temporary("SMTP: no connection".to_owned()),
    }
}

/// A certificate that is not believed comes as a failed connection, with the reason at the bottom.
fn is_about_tls(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if cause.is::<rustls::Error>() {
            return true;
        }
        if let Some(inner) = inner
            && inner.is::<rustls::Error>()
        {
            return true;
        }
        source = cause.source();
    }
    false
}
