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

/// The text without what a terminal would obey: names of files, and of members in them, can be
/// strangers' words.
pub(crate) fn plain(text: &str) -> String {
    let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    // Marks that turn the direction of what follows.
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if obeyed(c) || turns(c) {
            plain.extend(c.escape_debug());
        } else {
            plain.push(c);
        }
    }
    plain
}

/// Prints a result.
pub(crate) fn say(line: &str) {
    // A reader that went away wants no more of it.
    let _written = writeln!(io::stdout(), "{}", plain(line));
}

/// Prints a warning, on standard error.
pub(crate) fn complain(line: &str) {
    let _written = writeln!(io::stderr(), "meridian: {}", plain(line));
}

/// Prints `meridian: error: …`, then `meridian: hint: …`: an error without a way on is half an
/// error.
pub(crate) fn report(line: &str, hint: &str) {
    let line = plain(line);
    let mut stderr = io::stderr().lock();
    // If standard error is gone, the exit code still tells.
    let _written = writeln!(stderr, "meridian: error: {line}\nmeridian: hint: {hint}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_of_a_text() {
        assert_eq!(plain("d/ü ✔\n\ta"), "d/ü ✔\n\ta");
        for obeyed in [
            "\u{1b}[31m",
            "\r",
            "\u{7}",
            "\u{9b}",
            "\u{202e}",
            "\u{2066}",
        ] {
            let plain = plain(obeyed);
            assert!(plain.starts_with('\\'), "{plain}");
            assert!(!plain.contains(obeyed), "{plain}");
        }
    }
}
