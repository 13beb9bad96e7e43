//! Whose turn it is among the doctors for whom something is due.
//!
//! The one with the fewest calls out goes first; among those, the one who has waited longest since the last turn. So a
//! doctor with two hundred rows keeps SAC busy while nobody else wants anything, and gives way as soon as somebody does,
//! however the calls happen to end. Nobody has more than `PER_DOCTOR` out: one long list is no reason to flood SAC.

use std::collections::{HashMap, HashSet};

use crate::prescriptions::queries::DueRow;
use crate::prescriptions::service::{Line, line_of};

/// Calls of one doctor that may be out at the same time.
pub(super) const PER_DOCTOR: usize = 4;

/// A call that is out.
#[derive(Clone, Copy)]
struct Call {
    doctor: i64,
    line: Option<Line>,
}

/// The calls that are out, and when each doctor last had a turn.
#[derive(Clone, Default)]
pub(super) struct Turns {
    /// By row.
    out: HashMap<i64, Call>,
    /// Doctor and number of the turn.
    last: HashMap<i64, u64>,
    count: u64,
}

impl Turns {
    /// Calls that are out.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether the row is out.
    pub(super) fn has(&self, row: i64) -> bool {
        self.out.contains_key(&row)
    }

    /// Calls to one service that are out.
    pub(super) fn on(&self, line: Option<Line>) -> usize {
        self.out.values().filter(|call| call.line == line).count()
    }

    /// Those of `doctors` who may have one call more, in the order of their turns.
    pub(super) fn order(&self, mut doctors: Vec<i64>) -> Vec<i64> {
        doctors.retain(|doctor| self.out_of(*doctor) < PER_DOCTOR);
        doctors.sort_by_key(|doctor| self.rank(*doctor));
        doctors
    }

    /// The next row of `due` to be carried: neither out already nor in `idle`, whose service `has_room` for it. It counts
    /// as out from now on.
    pub(super) fn next<'a>(
        &mut self,
        due: &'a [DueRow],
        idle: &HashSet<i64>,
        has_room: impl Fn(&Self, &DueRow) -> bool,
    ) -> Option<&'a DueRow> {
        let free = due.iter().filter(|row| {
            !self.has(row.id)
                && !idle.contains(&row.id)
                && self.out_of(row.doctor_id) < PER_DOCTOR
                && has_room(self, row)
        });
        // Of equals `min_by_key` takes the first: the order of the list.
        let row = free.min_by_key(|row| self.rank(row.doctor_id))?;
        self.count = self.count.saturating_add(1);
        self.last.insert(row.doctor_id, self.count);
        self.out.insert(row.id, Call { doctor: row.doctor_id, line: line_of(row.state) });
        Some(row)
    }

    /// The lower, the sooner.
    fn rank(&self, doctor: i64) -> (usize, Option<u64>) {
        (self.out_of(doctor), self.last.get(&doctor).copied())
    }

    /// Calls of one doctor that are out.
    pub(super) fn out_of(&self, doctor: i64) -> usize {
        self.out.values().filter(|call| call.doctor == doctor).count()
    }

    /// The row's call has ended.
    pub(super) fn end(&mut self, row: i64) {
        self.out.remove(&row);
        // Whoever has nothing left begins anew: the list does not grow with the years.
        if self.out.is_empty() {
            self.last.clear();
        }
    }

    /// Nothing is out any more, as far as anybody knows.
    pub(super) fn clear(&mut self) {
        self.out.clear();
        self.last.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prescriptions::model::State;

    fn row(id: i64, doctor_id: i64) -> DueRow {
        DueRow { id, doctor_id, state: State::ToSend }
    }

    fn take(turns: &mut Turns, due: &[DueRow]) -> i64 {
        turns.next(due, &HashSet::new(), |_, _| true).map_or(0, |row| row.id)
    }

    #[test]
    fn whoever_has_the_fewest_calls_out_goes_first() {
        let mut turns = Turns::default();
        let many: Vec<DueRow> = (1..=10).map(|id| row(id, 1)).collect();
        assert_eq!((1..=4).map(|_| take(&mut turns, &many)).collect::<Vec<_>>(), [1, 2, 3, 4]);
        // One call ends while somebody else has come: theirs is the place, though last in the list.
        turns.end(1);
        let due: Vec<DueRow> = (2..=10).map(|id| row(id, 1)).chain([row(90, 2)]).collect();
        assert_eq!(take(&mut turns, &due), 90);
        turns.end(2);
        let due: Vec<DueRow> = due.into_iter().filter(|row| row.id != 2).collect();
        assert_eq!(take(&mut turns, &due), 5, "and the first one goes on");
        assert_eq!(turns.len(), 4);
    }

    #[test]
    fn doctors_with_as_many_calls_out_take_turns() {
        let mut turns = Turns::default();
        let due: Vec<DueRow> = (1..=3).flat_map(|doctor| (0..5).map(move |n| row(doctor * 10 + n, doctor))).collect();
        // One place only.
        let mut served = Vec::new();
        for _ in 0..6 {
            let left: Vec<DueRow> = due.iter().filter(|row| !served.contains(&row.id)).cloned().collect();
            let id = take(&mut turns, &left);
            served.push(id);
            turns.out.remove(&id);
        }
        assert_eq!(served, [10, 20, 30, 11, 21, 31]);
    }

    #[test]
    fn what_is_out_or_idle_is_left_alone() {
        let mut turns = Turns::default();
        let due = [row(1, 1), row(2, 1)];
        assert!(turns.next(&due, &HashSet::from([1, 2]), |_, _| true).is_none());
        assert_eq!((take(&mut turns, &due), take(&mut turns, &due), take(&mut turns, &due)), (1, 2, 0));
    }

    #[test]
    fn nobody_has_more_than_his_share_and_a_full_service_takes_nothing_more() {
        let mut turns = Turns::default();
        let many: Vec<DueRow> = (1..=10).map(|id| row(id, 1)).collect();
        let out = (0..10).filter(|_| take(&mut turns, &many) != 0).count();
        assert_eq!((out, turns.on(Some(Line::Send)), turns.on(Some(Line::View))), (PER_DOCTOR, PER_DOCTOR, 0));
        assert_eq!(turns.order(vec![1, 2, 3]), [2, 3], "the first has his share");
        let two = [row(90, 2), DueRow { state: State::Uncertain, ..row(91, 2) }];
        let views_only = |turns: &Turns, row: &DueRow| turns.on(line_of(row.state)) < PER_DOCTOR;
        assert_eq!(turns.next(&two, &HashSet::new(), views_only).map(|row| row.id), Some(91));
        assert_eq!(turns.order(vec![2, 3]), [3, 2], "who has none out comes first");
    }
}
