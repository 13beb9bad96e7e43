//! `test-mail ADDRESS`: one mail by the settings of the portal, and what the server said.

use anyhow::{Context as _, bail};

use super::settings::{self, Whose};
use crate::config::{MailSettings, Problems};
use crate::ports::mail::Mail;
use kernel::email::Email;

/// Arguments of `test-mail`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    mail: MailSettings,
    /// Whom the mail goes to.
    address: String,
}

impl Arguments {
    /// What is wrong with the settings.
    pub fn check(&self, problems: &mut Problems) {
        settings::mailer(Whose::Serve, &self.mail, problems);
    }
}

/// Runs `test-mail`.
/// The error is one line: what the server said, without the password.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut problems = Problems::default();
    let mailer = settings::mailer(Whose::Serve, &arguments.mail, &mut problems);
    problems.verdict()?;
    let mailer = mailer.context("MILLECLOUD_SMTP_URL")?;
    if Email::parse(&arguments.address).is_err() {
        bail!("{} is not an e-mail address", arguments.address);
    }
    let mail = Mail {
        to: arguments.address.clone(),
        subject: "Prova di invio di Millecloud".to_owned(),
        text: "Questa è una prova: la posta di Millecloud funziona. Non serve rispondere.".to_owned(),
        html: "<p>Questa è una prova: la posta di Millecloud funziona. Non serve rispondere.</p>".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    // The connections are given up inside, where the mailer can still run something.
    runtime.block_on(async move { mailer.send(&mail).await }).context("the mail did not go")?;
    println!("the mail was accepted; look whether it arrives");
    Ok(())
}
