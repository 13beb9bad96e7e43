//! Pages that wait for prescriptions to be settled. Whoever changes a row wakes those that wait for it, and no others: a
//! surgery that sends two hundred must not have every open page ask the database two hundred times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    last: u64,
    /// By page: its rows and its bell.
    pages: HashMap<u64, (Vec<i64>, Arc<Notify>)>,
    /// By row: the pages.
    rows: HashMap<i64, Vec<u64>>,
}

/// A page that waits, until it is dropped.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    waiting: &'a Waiting,
    page: u64,
    bell: Arc<Notify>,
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Pages> {
        // A panic elsewhere leaves the lists usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to wait for these rows; a change from now on is not lost.
    pub(super) fn wait(&self, rows: &[i64]) -> Ticket<'_> {
        let (mut all, bell) = (self.lock(), Arc::new(Notify::new()));
        all.last = all.last.wrapping_add(1);
        let page = all.last;
        for row in rows {
            all.rows.entry(*row).or_default().push(page);
        }
        all.pages.insert(page, (rows.to_vec(), Arc::clone(&bell)));
        Ticket { waiting: self, page, bell }
    }

    /// A row has changed. Answers how many pages it wakes.
    pub(super) fn changed(&self, row: i64) -> usize {
        let all = self.lock();
        let pages = all.rows.get(&row).map(Vec::as_slice).unwrap_or_default();
        let bells = pages.iter().filter_map(|page| all.pages.get(page));
        bells.map(|(_, bell)| bell.notify_one()).count()
    }

    /// Rows have changed, and nobody knows which.
    pub(super) fn many_changed(&self) {
        self.lock().pages.values().for_each(|(_, bell)| bell.notify_one());
    }
}

impl Ticket<'_> {
    /// Returns at the next change, at once when there was one since the last.
    pub(super) async fn woken(&self) {
        self.bell.notified().await;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut all = self.waiting.lock();
        let Some((rows, _)) = all.pages.remove(&self.page) else { return };
        for row in rows {
            if let Some(pages) = all.rows.get_mut(&row) {
                pages.retain(|page| *page != self.page);
                if pages.is_empty() {
                    all.rows.remove(&row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn is_woken(ticket: &Ticket<'_>) -> bool {
        ticket.woken().now_or_never().is_some()
    }

    #[test]
    fn a_change_wakes_the_pages_that_wait_for_it_and_no_others() {
        let waiting = Waiting::default();
        let tickets: Vec<Ticket<'_>> = (0..200).map(|row| waiting.wait(&[row, 1_000])).collect();
        assert_eq!(waiting.changed(7), 1);
        let woken: Vec<usize> = (0..200).filter(|n| tickets.get(*n).is_some_and(is_woken)).collect();
        assert_eq!(woken, [7]);
        assert_eq!((waiting.changed(1_000), waiting.changed(9_999)), (200, 0));
        assert!(tickets.iter().all(is_woken) && !tickets.iter().any(is_woken));
        waiting.many_changed();
        assert!(tickets.iter().all(is_woken));
        drop(tickets);
        assert_eq!(waiting.changed(1_000), 0);
        assert!(waiting.lock().pages.is_empty() && waiting.lock().rows.is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_change_between_two_looks_is_not_lost() {
        let waiting = Waiting::default();
        let ticket = waiting.wait(&[1]);
        waiting.changed(1);
        waiting.changed(1);
        assert!(is_woken(&ticket) && !is_woken(&ticket), "two changes are one look");
    }
}
