//! The services of SAC that the pipeline calls, each with a breaker of its own.

use super::super::model::State;
use super::Breaker;

/// One breaker for each.
#[derive(Debug, Default)]
pub(super) struct Breakers {
    send: Breaker,
    view: Breaker,
    annul: Breaker,
    lots: Breaker,
}

/// A service with a breaker of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Registers a prescription.
    Send,
    /// Says what became of one.
    View,
    /// Annuls one.
    Annul,
    /// Gives numbers.
    Lots,
}

impl Breakers {
    /// The breaker of one service.
    pub(super) const fn of(&mut self, line: Line) -> &mut Breaker {
        match line {
            Line::Send => &mut self.send,
            Line::View => &mut self.view,
            Line::Annul => &mut self.annul,
            Line::Lots => &mut self.lots,
        }
    }
}

/// The service a row in this state would call, if any: `None` when it only has to be moved.
pub const fn line_of(state: State) -> Option<Line> {
    match state {
        State::ToSend => Some(Line::Send),
        State::Uncertain | State::AnnulUncertain => Some(Line::View),
        State::Annulling => Some(Line::Annul),
        _ => None,
    }
}
