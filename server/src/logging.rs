//! Where log lines go: standard error, as text or as one JSON object per line.

use std::io::IsTerminal;

use tracing_subscriber::fmt;

use crate::config::LoggingConfig;

/// Sends every event of this process at or above the configured level to standard error.
///
/// The first call wins; a program that has its own subscriber keeps it.
pub fn start(config: &LoggingConfig) {
    let lines = fmt()
        .with_writer(std::io::stderr)
        .with_max_level(config.level)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    // The error says that there already is one, which is what the caller wanted.
    let _ = if config.json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}
