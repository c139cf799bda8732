//! `meridian log fsck`.

use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;

use super::public_log::PublicLogArgs;

pub(crate) const AFTER_HELP: &str = "\
Hashes every leaf and compares all hashes up to the signed root; checks kinds and times of leaves.
Of DIR also every checkpoint that was ever signed, tokens, events, and every block of the database.

Exit codes:
  0  no fault
  1  refused: bad input, the authority is running, --state is of another log
  2  the URL did not answer: try again later, with --resume
  3  usage
  5  the log is at fault; the first fault in the order of leaves is named";

#[derive(Args, Debug)]
pub(crate) struct FsckArgs {
    #[command(flatten)]
    pub(crate) log: PublicLogArgs,
    /// Write down now and then how far it is.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Go on where the run that wrote --state ended, also if it was killed or the log has grown.
    #[arg(long, requires = "state")]
    pub(crate) resume: bool,
    /// On how many threads; as many as there are processors if not given.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Print one JSON object, also about a fault.
    #[arg(long)]
    pub(crate) json: bool,
}
