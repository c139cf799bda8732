//! The program meridian: what a person types, and what they read.
//!
//! Start at [`run`]. Each command is a file; none of them decides anything that the server, the
//! log or the verifier decides.

mod args;
mod config;
mod error;
mod init;
mod locate;
mod log;
mod serve;
mod stamp;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Command, CommandLine, ConfigCommand};
use error::{Ending, report};

/// Runs the program and says how it ended: 0 done, 1 refused or failed, 2 no authority answered,
/// 3 usage, 5 a fault of the program or of the authority's stored state.
#[must_use]
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let command_line = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => command_line,
        Err(error) => return usage(&error).into(),
    };
    let ending = match command_line.command {
        Command::Init(args) => init::init(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Stamp(args) => stamp::stamp(args),
        Command::Locate(args) => locate::locate(*args),
        Command::Log(command) => log::log(&command),
        Command::Config(ConfigCommand::Check(args)) => config::check(&args),
    };
    ending.into()
}

/// Help and version are no errors; everything else is said in our own form.
fn usage(error: &clap::Error) -> Ending {
    let text = error.render().to_string();
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // A reader that went away does not want the help.
        let _written = io::stdout().write_all(text.as_bytes());
        return Ending::Done;
    }
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        let _written = io::stderr().write_all(text.as_bytes());
        return Ending::Usage;
    }
    let mut lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:"));
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("For more"))
        .collect();
    let line = [
        &[first.strip_prefix("error: ").unwrap_or(first)],
        rest.as_slice(),
    ]
    .concat()
    .join(" ");
    report(&line, "see meridian --help");
    Ending::Usage
}
