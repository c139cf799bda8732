//! The progress bar: on standard error, and only for a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::plain;

/// Counts octets read and files done. Shared by the workers.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Lines of different workers must not mix; guards nothing else.
    lines: Mutex<()>,
}

impl Progress {
    /// A bar for so many files and octets; hidden if standard error is not a terminal.
    pub(crate) fn new(octets: u64) -> Self {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(octets), target);
        let template = "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            lines: Mutex::new(()),
        }
    }

    pub(crate) fn read(&self, octets: u64) {
        self.bar.inc(octets);
    }

    /// A result, on standard output.
    pub(crate) fn say(&self, line: &str) {
        self.line(|| writeln!(io::stdout(), "{}", plain(line)));
    }

    /// A warning or an error, on standard error.
    pub(crate) fn complain(&self, text: &str) {
        self.line(|| writeln!(io::stderr(), "{}", plain(text)));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, write: impl FnOnce() -> io::Result<()>) {
        let _guard = self.lines.lock();
        // A reader that went away ends the output, not the stamping.
        let _written = self.bar.suspend(write);
    }
}
