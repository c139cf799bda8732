//! `meridian config check`: what `meridian serve` would say of a file, without serving.

use std::io::{self, Write};
use std::path::Path;

use meridian_server::config::{Config, ConfigError, Environment};

use crate::args::ConfigCheckArgs;
use crate::error::{Ending, chain, report};

/// Checks the file; the environment overrides it here as it does when serving.
pub(crate) fn check(args: &ConfigCheckArgs) -> Ending {
    let folder = args.file.parent().unwrap_or(Path::new(""));
    match Config::load_file(&args.file, folder, &Environment::of_process()) {
        Ok(config) => {
            let _written = writeln!(
                io::stdout(),
                "{}: would serve on {}",
                args.file.display(),
                config.http.listen
            );
            Ending::Done
        }
        Err(error) => {
            let unreadable = matches!(error, ConfigError::Unreadable { .. });
            let sample = "server/meridian.sample.toml in the source tree documents every key";
            report(&chain(&error), (!unreadable).then_some(sample));
            Ending::Refused
        }
    }
}
