//! How something stands, as far as a screen shows it: never by its colour alone (DESIGN.md §1.5).

/// How something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to be said of it: grey.
    #[default]
    Plain,
    /// As it should be: green.
    Good,
    /// Worth knowing: blue.
    Info,
    /// It wants to be looked at, or waits: yellow.
    Warn,
    /// It has failed, or must not be used: red.
    Bad,
}
