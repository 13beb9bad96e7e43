//! The bar on a terminal. Away from a terminal it draws nothing, so logs stay clean.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where an import is.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Draws on standard error when it is a terminal.
    pub fn on_terminal() -> Self {
        Self(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()))
    }

    /// Draws nothing.
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// A new part of the work, of `length` bytes or rows.
    pub fn begin(&self, what: impl Into<Cow<'static, str>>, length: u64) {
        if let Ok(style) = ProgressStyle::with_template("{msg:32!} {bar:40} {percent:>3}%") {
            self.0.set_style(style);
        }
        self.0.reset();
        self.0.set_message(what);
        self.0.set_length(length);
    }

    /// How far the part is.
    pub fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Wipes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
