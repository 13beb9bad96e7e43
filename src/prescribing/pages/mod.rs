//! What the screens of prescribing show: plain values, already in Italian.

pub mod item;
pub mod review;
