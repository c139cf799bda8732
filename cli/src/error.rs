//! What went wrong, as a person reads it: one line, then what to do, then an exit code.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// The error and all its causes, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some libraries print their cause within their own text.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}

/// How the program ends.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Ending {
    Done,
    Refused,
    NoAnswer,
    Usage,
    Fault,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        // The verifier uses the same numbers for usage and faults.
        Self::from(match ending {
            Ending::Done => 0,
            Ending::Refused => 1,
            Ending::NoAnswer => 2,
            Ending::Usage => 3,
            Ending::Fault => 5,
        })
    }
}

/// Prints a result.
pub(crate) fn say(line: &str) {
    // A reader that went away wants no more of it.
    let _written = writeln!(io::stdout(), "{line}");
}

/// Prints a warning, on standard error.
pub(crate) fn complain(line: &str) {
    let _written = writeln!(io::stderr(), "meridian: {line}");
}

/// Prints `meridian: error: …`, then `meridian: hint: …`: an error without a way on is half an
/// error.
pub(crate) fn report(line: &str, hint: &str) {
    let mut stderr = io::stderr().lock();
    // If standard error is gone, the exit code still tells.
    let _written = writeln!(stderr, "meridian: error: {line}\nmeridian: hint: {hint}");
}
