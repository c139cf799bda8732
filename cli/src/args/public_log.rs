//! Which log is read, in whatever form it is there.

use std::ffi::OsString;

use clap::Args;

use super::tls::TlsArgs;

#[derive(Args, Debug)]
pub(crate) struct PublicLogArgs {
    /// The folder of a stopped authority, the URL of an authority, or the folder or URL of an
    /// exported log.
    #[arg(value_name = "DIR|URL")]
    pub(crate) source: OsString,
    /// The log's key: its text (name+id+key) or a file with it. DIR has its own.
    #[arg(long, value_name = "FILE|VKEY")]
    pub(crate) log_key: Option<String>,
    /// Which of the successive logs in DIR; the newest if not given. Of a URL, its path says it:
    /// https://tsa.example/log/1.
    #[arg(long = "log", value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}
