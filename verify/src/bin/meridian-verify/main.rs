//! The program `meridian-verify`: files and the clock in, a report and an exit code out.

mod args;
mod failure;
mod files;
mod run;

use std::io::{self, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::failure::EXIT_INTERNAL;

/// clap's own code for usage is 2, which here means indeterminate.
const EXIT_USAGE: u8 = 3;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            return match error.print() {
                Ok(()) => ExitCode::from(code),
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
            let _ = writeln!(stderr, "meridian-verify: error: {failure}");
            if let Some(hint) = failure.hint() {
                let _ = writeln!(stderr, "meridian-verify: hint: {hint}");
            }
            failure.exit_code()
        }
        Err(_) => EXIT_INTERNAL,
    })
}
