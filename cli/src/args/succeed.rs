//! Arguments of `meridian log succeed`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct SucceedArgs {
    /// The authority's folder. It must not be running.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}
