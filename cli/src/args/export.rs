//! `meridian log export`.

use std::path::PathBuf;

use clap::Args;

use super::public_log::PublicLogArgs;

pub(crate) const AFTER_HELP: &str = "\
OUT gets 'checkpoint' and 'tile/...' (C2SP tlog-tiles), for any web server or object store. Run it
again and it writes what is new. A kill at any moment leaves the older tree or the newer one.

Exit codes:
  0  OUT holds the newest checkpoint and all its tiles
  1  refused: bad input, the authority is running, OUT holds another log
  2  the URL did not answer: try again later
  3  usage
  5  the log is at fault: a tile is not what was signed, or what was exported is no part of it";

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) log: PublicLogArgs,
    /// The folder to write; made if it is not there.
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
}
