//! Pure values: no input or output, no database, no HTML. Rank 0: everything may import it, it imports nothing of ours.

pub mod clock;
pub mod failpoint;
pub mod random;
