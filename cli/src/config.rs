//! `meridian config check`: what `meridian serve` would say of a file, without serving.

use std::path::Path;

use meridian_server::config::{Config, ConfigError, Environment};
use meridian_server::parts::check_files;

use crate::args::ConfigCheckArgs;
use crate::error::{Ending, chain, report, say};
use crate::serve::parts_hint;

/// Checks the file; the environment overrides it here as it does when serving.
pub(crate) fn check(args: &ConfigCheckArgs) -> Ending {
    let folder = args.file.parent().unwrap_or(Path::new(""));
    let config = match Config::load_file(&args.file, folder, &Environment::of_process()) {
        Ok(config) => config,
        Err(error) => {
            let hint = match error {
                ConfigError::Unreadable { .. } => "name a file that can be read, in UTF-8",
                _ => "server/meridian.sample.toml in the source tree documents every key",
            };
            report(&chain(&error), hint);
            return Ending::Refused;
        }
    };
    if let Err(error) = check_files(&config) {
        report(&chain(&error), &parts_hint(&error, folder));
        return Ending::Refused;
    }
    say(&format!(
        "{}: would serve on {}",
        args.file.display(),
        addresses(&config).join(" and ")
    ));
    // As the events 'start' and 'config.change' have it.
    say(&format!("sha256 {}", hex::encode(config.digest)));
    Ending::Done
}

/// The URLs under which an authority with this configuration answers.
pub(crate) fn addresses(config: &Config) -> Vec<String> {
    let plain = config.http.listen.as_ref();
    let plain = plain.map(|listen| format!("http://{listen}"));
    let secure = config.tls.as_ref();
    let secure = secure.map(|tls| format!("https://{}", tls.listen));
    plain.into_iter().chain(secure).collect()
}
