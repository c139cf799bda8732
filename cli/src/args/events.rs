//! `meridian log events`.

use std::path::PathBuf;

use clap::Args;

/// What is listed, and how.
#[derive(Args, Debug)]
pub(crate) struct LogEventsArgs {
    /// The authority's folder.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Which of its successive logs; the newest if not given.
    #[arg(long = "log", value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
    /// Print one JSON object a line, with the salt: what `meridian-verify event` takes.
    #[arg(long)]
    pub(crate) json: bool,
    /// Only the event with this serial number.
    #[arg(long, value_name = "SERIAL", conflicts_with = "number")]
    pub(crate) serial: Option<u128>,
    /// Only events of this name, such as key.activate; with a dot at the end, of all that begin so.
    #[arg(long, value_name = "NAME", conflicts_with = "serial")]
    pub(crate) name: Option<String>,
}
