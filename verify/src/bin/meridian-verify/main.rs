//! The program `meridian-verify`: files and the clock in, a report and an exit code out.

mod args;
mod explain;
mod failure;
mod files;
mod ledger;
mod many;
mod pairs;
mod run;
mod tally;

use std::io::{self, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;
use meridian_verify::report::printable::one_line;

use crate::args::Args;
use crate::failure::EXIT_INTERNAL;

/// clap's own code for usage is 2, which here means indeterminate.
const EXIT_USAGE: u8 = 3;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.use_stderr() => {
            complain_about_usage(&error);
            return ExitCode::from(EXIT_USAGE);
        }
        // Help and version are no errors, and go to standard output.
        Err(error) => {
            return match error.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(EXIT_INTERNAL),
            };
        }
    };
    // A panic is ours; its code must not be taken for a verdict.
    let outcome = catch_unwind(|| run::run(&args));
    ExitCode::from(match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            let mut stderr = io::stderr().lock();
            // Nothing is left to do if standard error cannot be written to.
            let words = one_line(&failure.to_string());
            let _ = writeln!(stderr, "meridian-verify: error: {words}");
            let _ = writeln!(stderr, "meridian-verify: hint: {}", failure.hint());
            failure.exit_code()
        }
        Err(_) => {
            let mut stderr = io::stderr().lock();
            // As above.
            let _ = writeln!(stderr, "meridian-verify: error: a fault of this program");
            let _ = writeln!(stderr, "meridian-verify: hint: report it, with the token");
            EXIT_INTERNAL
        }
    })
}

/// clap's words, up to the empty line before its advice, in the form of every other error.
fn complain_about_usage(error: &clap::Error) {
    let text = error.render().to_string();
    let words = text.lines().map(str::trim);
    let words: Vec<&str> = words.take_while(|line| !line.is_empty()).collect();
    let words = one_line(&words.join(" "));
    let mut stderr = io::stderr().lock();
    // Nothing is left to do if standard error cannot be written to.
    let _ = writeln!(stderr, "meridian-verify: {words}");
    let _ = writeln!(stderr, "meridian-verify: hint: see meridian-verify --help");
}
