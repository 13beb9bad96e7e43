//! Millecloud: the cloud of an Italian general practitioner (medico di medicina generale).
//!
//! Packages below it: [`kernel`], [`promemoria`], [`sac`]; beside it, for the demo, [`sac_simulator`].
//!
//! Ranks, low to high: [`db`], [`config`] · [`identity`], `outbox`, `ports` · [`site`] · [`web`] · the slices · jobs ·
//! app, cli. A module imports lower ranks only; `tests/layering.rs` checks it.

pub mod accesses;
pub mod account;
pub mod api;
pub mod app;
pub mod cli;
pub mod collaborators;
pub mod config;
pub mod db;
pub mod delivery;
pub mod formulary;
pub mod identity;
pub mod jobs;
pub mod millebook;
pub mod outbox;
pub mod patients;
pub mod ports;
pub mod practice;
pub mod prescribing;
pub mod prescriptions;
pub mod push;
pub mod record;
pub mod reference;
pub mod safety;
pub mod site;
pub mod validation;
pub mod web;
