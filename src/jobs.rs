//! What runs beside the portal, on its own account.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::supervise::{Pauses, supervise};
use crate::ports::mail::Mailer;
use crate::prescriptions::service::Pipeline;
use crate::prescriptions::service::certificate;
use crate::site::Site;

mod notices;
pub mod outbox;
pub mod runner;
mod supervise;
mod turns;
pub mod upkeep;

#[cfg(test)]
mod tests;

/// How often the outbox is looked at when no commit of this process rings: for what is due later, or written by another
/// process.
const OUTBOX_EVERY: Duration = Duration::from_secs(2);
/// How often moments that have not come are looked for.
const MEND_EVERY: Duration = Duration::from_secs(60);
/// Of so many such looks one also deletes what is out of date.
const UPKEEP_EVERY: u32 = 60;

/// Everything that runs in the background.
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts the runner of the prescriptions, that of the outbox, the upkeep and the nightly comparison, each watched.
    /// Needs a tokio runtime.
    pub fn start(site: &Site, pipeline: &Pipeline, mailer: &Mailer) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            Self::watch("runner", site, &stopped, {
                let (pipeline, stopped) = (pipeline.clone(), stopped.clone());
                move || runner::Runner::new(pipeline.clone()).run(stopped.clone())
            }),
            Self::watch("outbox", site, &stopped, {
                let (site, mailer, stopped) = (site.clone(), mailer.clone(), stopped.clone());
                move || run_outbox(site.clone(), mailer.clone(), stopped.clone())
            }),
            Self::watch("upkeep", site, &stopped, {
                let (site, pipeline, stopped) = (site.clone(), pipeline.clone(), stopped.clone());
                move || run_upkeep(site.clone(), pipeline.clone(), stopped.clone())
            }),
            Self::watch("comparison", site, &stopped, {
                let (pipeline, stopped) = (pipeline.clone(), stopped.clone());
                move || run_comparison(pipeline.clone(), stopped.clone())
            }),
        ];
        Self { stop, tasks }
    }

    fn watch<F>(
        task: &'static str,
        site: &Site,
        stopped: &watch::Receiver<bool>,
        make: impl Fn() -> F + Send + 'static,
    ) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(supervise(task, site.vitals.clone(), Pauses::default(), stopped.clone(), make))
    }

    /// Takes nothing new in hand, finishes what is under way (for a bounded time), and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a background task had ended by itself");
            }
        }
    }
}

async fn run_outbox(site: Site, mailer: Mailer, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match outbox::run_due(&site, &mailer).await {
            Ok(taken) if taken > 0 => continue,
            Ok(_none) => {}
            Err(error) => tracing::warn!(%error, "the outbox could not be read"),
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = site.db.rung() => {}
            () = tokio::time::sleep(OUTBOX_EVERY) => {}
        }
    }
}

async fn run_comparison(pipeline: Pipeline, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        // Cut off when the program stops: what is in hand is due again soon.
        let compared = tokio::select! {
            _ = stopped.changed() => break,
            compared = pipeline.compare() => compared,
        };
        if let Err(error) = compared {
            tracing::warn!(%error, "the comparison with SAC's lists is put off");
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(MEND_EVERY) => {}
        }
    }
}

async fn run_upkeep(site: Site, pipeline: Pipeline, mut stopped: watch::Receiver<bool>) {
    let (from, until) = pipeline.sac().certificate_validity();
    let validity = (from.naive_utc(), until.naive_utc());
    let (mut minute, mut told) = (0_u32, None);
    while !*stopped.borrow() {
        certificate::standing(validity, site.clock.now()).tell(&mut told);
        if let Err(error) = upkeep::mend_time(&site).await {
            tracing::warn!(%error, "moments that have not come stay");
        }
        if minute == 0
            && let Err(error) = upkeep::run(&site).await
        {
            tracing::warn!(%error, "upkeep put off");
        }
        minute = (minute + 1) % UPKEEP_EVERY;
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(MEND_EVERY) => {}
        }
    }
}
