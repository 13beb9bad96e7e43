//! The HTML kit: pages, forms, errors, headers, addresses, static files. It knows no feature; the slices build on it.
//!
//! A handler takes a guard, builds its page struct with the [`shell::Shell`] the guard hands out, and answers
//! [`page::Page`]. Everything that can go wrong outside a form is an [`error::AppError`].
//!
//! A page is a struct with `shell: Shell` and, if it has a form, `form: FormState`; its template begins
//! `{% extends "layouts/light.html" %}`, imports `components/ui.html` and `components/field.html`, and fills the blocks
//! `title`, `main` and, for an outcome, `dialog`. `templates/samples/kit.html` shows every component. A form posted with
//! mistakes comes back by `Page::invalid` with what was typed; a good one is answered by [`page::see_other`]. Each page's
//! samples go through `html_check::assert_sound` in a test.

pub mod address;
pub mod alarm;
pub mod assets;
pub mod bearer;
pub mod bell;
pub mod care;
pub mod compress;
mod counts;
pub mod csrf;
pub mod deadline;
mod desk;
pub mod entrance;
pub mod error;
mod error_page;
pub mod filters;
pub mod flash;
pub mod forms;
pub mod guards;
pub mod headers;
mod keep;
pub mod kit;
pub mod page;
pub mod paths;
pub mod posted;
pub mod problem;
mod proxies;
pub mod reasons;
pub(crate) mod reference;
mod secret_fields;
pub mod session_store;
pub mod shell;
pub mod visitor;

#[cfg(test)]
pub mod html_check;
#[cfg(test)]
mod kit_tests;
