//! What the screens show: plain values, dates and words already in Italian.

pub mod activation;
pub mod book;
pub mod enrolment;

#[cfg(test)]
mod tests;
