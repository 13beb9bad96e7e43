//! A world to test in: the real application on a loopback port, people with names, a browser that posts forms it finds.

pub mod app;
pub mod archive;
pub mod browser;
pub mod crawler;
pub mod logs;
pub mod page;
pub mod postgres;
pub mod program;
pub mod sac;

pub use app::TestApp;
