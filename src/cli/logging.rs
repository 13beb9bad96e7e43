//! The log: one line an event on standard error, level by `MILLECLOUD_LOG`, form by `MILLECLOUD_LOG_FORMAT`.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

use crate::config::Problems;

const LEVEL: &str = "MILLECLOUD_LOG";
const FORMAT: &str = "MILLECLOUD_LOG_FORMAT";
const USUAL: &str = "info,actix_server=warn";

/// Never logged, whatever level is asked for: the framework repeats addresses there, and an address is whatever somebody
/// typed; a session that has run out is nothing to tell; what the pool says of a lost database we say ourselves, once. What
/// the server says of a connection that speaks no HTTP it says as an error, and any stranger can speak none.
const SILENT: &[&str] = &["actix_web::types=off", "actix_http::h1=off", "actix_session::middleware=warn", "r2d2=off"];

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The level: words the library would take for the name of a module, and then log nothing, are refused.
fn filter() -> Result<EnvFilter, String> {
    let text = variable(LEVEL).unwrap_or_else(|| USUAL.to_owned());
    let mut directives = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let is_level = part.parse::<LevelFilter>().is_ok();
        if !is_level && !part.contains('=') {
            return Err(format!(
                "{part} is not a level: write error, warn, info, debug or MODULE=LEVEL, comma separated"
            ));
        }
        directives.push(part.parse::<Directive>().map_err(|error| format!("{part}: {error}"))?);
    }
    let silent = SILENT.iter().filter_map(|text| text.parse().ok());
    Ok(directives.into_iter().chain(silent).fold(EnvFilter::new("off"), EnvFilter::add_directive))
}

/// True for JSON.
fn is_json() -> Result<bool, String> {
    match variable(FORMAT).as_deref() {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(format!("{other} is not text or json")),
    }
}

/// Notes what is wrong with the log's settings.
pub fn check(problems: &mut Problems) {
    problems.keep_as(LEVEL, filter());
    problems.keep_as(FORMAT, is_json());
}

/// Starts logging; a second call does nothing. Wrong settings, which [`check`] has told, give the usual log.
pub fn start() {
    let filter = filter().unwrap_or_else(|_told| EnvFilter::new(USUAL));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(OneLine).with_ansi(false);
    let _already = if is_json().unwrap_or(false) { log.json().flatten_event(true).try_init() } else { log.try_init() };
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        // A text made at run time may hold what somebody typed; one written in the source does not.
        let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or_default();
        tracing::error!(at, text, "panicked");
    }));
}

/// Standard error, an event a line: databases and libraries like to say things in several.
#[derive(Clone, Copy)]
struct OneLine;

impl io::Write for OneLine {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(one_line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl MakeWriter<'_> for OneLine {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// The event without what would break its line or colour a terminal.
fn one_line(event: &str) -> String {
    let mut line: String = event.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stays_on_its_line() {
        let event =
            "INFO query failed: server closed the connection\n\tThis probably means\r\nERROR forged \u{1b}[31m\n";
        assert_eq!(
            one_line(event),
            "INFO query failed: server closed the connection  This probably means  ERROR forged  [31m\n"
        );
    }
}
