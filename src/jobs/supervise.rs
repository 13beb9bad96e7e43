//! A background task that panics is started again: what it had in hand is in the database, under a lease.

use std::time::Duration;

use tokio::sync::watch;

use crate::site::vitals::Vitals;

/// The pauses of a supervisor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pauses {
    /// Before the first new start; it doubles with each that falls again.
    pub(super) first: Duration,
    /// Where it stops growing.
    pub(super) longest: Duration,
    /// One that has worked for so long counts as well.
    pub(super) well_after: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(60), well_after: Duration::from_secs(5) }
    }
}

/// Runs what `make` makes until it ends by itself, which is when it was told to stop; after a panic, again.
pub(super) async fn supervise<F>(
    task: &'static str,
    vitals: Vitals,
    pauses: Pauses,
    mut stopped: watch::Receiver<bool>,
    make: impl Fn() -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut pause = pauses.first;
    loop {
        let mut running = tokio::spawn(make());
        let ended = tokio::select! {
            ended = &mut running => ended,
            () = tokio::time::sleep(pauses.well_after) => {
                vitals.stands(task);
                pause = pauses.first;
                running.await
            }
        };
        let Err(_panicked) = ended else { return };
        if *stopped.borrow() {
            return;
        }
        vitals.fell(task);
        let seconds = pause.as_secs();
        // What it said is in the log already, from the panic itself, as far as it may be.
        tracing::error!(task, seconds, "a background task panicked: it is started again");
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = pause.saturating_mul(2).min(pauses.longest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn until(what: &str, fact: impl Fn() -> bool) {
        for _ in 0..2_000 {
            if fact() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never: {what}");
    }

    #[tokio::test]
    async fn what_panics_is_started_again_and_counts_as_well_when_it_has_lived_a_while() {
        let pauses = Pauses {
            first: Duration::from_millis(5),
            longest: Duration::from_millis(20),
            well_after: Duration::from_millis(300),
        };
        let (stop, stopped) = watch::channel(false);
        let (starts, vitals) = (Arc::new(AtomicUsize::new(0)), Vitals::default());
        let (counted, told) = (Arc::clone(&starts), stopped.clone());
        let make = move || {
            let (start, mut told) = (counted.fetch_add(1, Ordering::SeqCst), told.clone());
            async move {
                assert!(start >= 3, "fell on purpose");
                let _stopped = told.changed().await;
            }
        };
        let supervisor = tokio::spawn(supervise("posta", vitals.clone(), pauses, stopped, make));
        until("fallen", || vitals.first_fallen() == Some("posta")).await;
        until("started four times", || starts.load(Ordering::SeqCst) == 4).await;
        until("well", || vitals.first_fallen().is_none()).await;
        stop.send_replace(true);
        assert!(supervisor.await.is_ok());
        assert_eq!(starts.load(Ordering::SeqCst), 4, "one that was told to stop is not started again");
    }
}
