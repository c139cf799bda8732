//! The command line: what a person types. Checked here for form only.

pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod fsck;
pub(crate) mod locate;
pub(crate) mod public_log;
pub(crate) mod succeed;
pub(crate) mod tls;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::stamp::authority::AuthorityUrl;
use crate::stamp::policy::PolicyName;
use crate::stamp::source::GivenDigest;
use events::LogEventsArgs;
use locate::LocateArgs;
use succeed::SucceedArgs;
use tls::TlsArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused or failed: bad input, bad configuration, an answer that does not hold
  2  no authority answered: try again later
  3  usage
  5  a fault of this program or of the authority's stored state";

/// Says when and where data existed, and proves it: a time-stamping authority and its tools.
#[derive(Debug, Parser)]
#[command(name = "meridian", version, after_help = EXIT_CODES)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an evaluation authority: keys, certificates, log and configuration in DIR.
    Init(InitArgs),
    /// Run the authority in DIR until SIGTERM or SIGINT.
    Serve(ServeArgs),
    /// Have files time-stamped; writes FILE.tsr beside each.
    #[command(after_help = EXIT_CODES)]
    Stamp(StampArgs),
    /// Have a file stamped with time and place; writes FILE.tsr, FILE.lsk and FILE.lse.
    #[command(after_help = EXIT_CODES)]
    Locate(Box<LocateArgs>),
    /// Read the log of an authority that is not running, or check any log of ours.
    #[command(subcommand, disable_help_subcommand = true)]
    Log(LogCommand),
    /// Look at a configuration file.
    #[command(subcommand, disable_help_subcommand = true)]
    Config(ConfigCommand),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KeyKind {
    /// ECDSA P-384 with SHA-384.
    P384,
    /// ECDSA P-256 with SHA-256.
    P256,
    /// RSA, 3072 bits.
    Rsa3072,
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder to make; it must not exist.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The algorithm of the authority's key.
    #[arg(long, value_enum, default_value = "p384")]
    pub(crate) algorithm: KeyKind,
    /// The authority's name: the organisation in its certificates.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// The folder that `meridian init` made.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The public address, instead of the one in meridian.toml; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct StampArgs {
    /// What to stamp; '-' is standard input.
    #[arg(value_name = "FILE", required_unless_present = "digest")]
    pub(crate) files: Vec<OsString>,
    /// Where to ask. Given several times: the next is asked if one cannot answer.
    #[arg(long = "url", value_name = "URL", required = true)]
    pub(crate) urls: Vec<AuthorityUrl>,
    /// Stamp this digest (sha256:HEX and so on) instead of a file; needs --out.
    #[arg(long, value_name = "ALG:HEX", conflicts_with_all = ["files", "hash"], requires = "out")]
    pub(crate) digest: Option<GivenDigest>,
    /// The hash to apply: sha256, sha384, sha512, sha512-256, sha3-256, sha3-384 or sha3-512.
    #[arg(long, value_name = "ALG", default_value = "sha256")]
    pub(crate) hash: String,
    /// The policy to ask for: compatible, precise, or an OID. The authority chooses if not given.
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<PolicyName>,
    /// Also fetch and check the proof that the stamp is in the log; writes FILE.tlog-proof.
    #[arg(long)]
    pub(crate) proof: bool,
    /// Have the authority put the proof into the token as well, where meridian-verify finds it
    /// without a second file.
    #[arg(long)]
    pub(crate) proof_in_token: bool,
    /// Where to write the reply, for one FILE or --digest; '-' is standard output.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite files that are there.
    #[arg(long)]
    pub(crate) force: bool,
    /// How many files to work on at once.
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print the newest signed checkpoint.
    Checkpoint(LogDirArgs),
    /// Print the proof that a stamp or an event is in the log.
    Proof(LogProofArgs),
    /// Print origin, size, root, last time and key of the log.
    Info(LogDirArgs),
    /// List the events of the authority's life: start and stop, keys, configuration, clock, operator.
    Events(LogEventsArgs),
    /// Write the public log as files: checkpoint and tiles.
    #[command(after_help = export::AFTER_HELP)]
    Export(export::ExportArgs),
    /// Compute everything in a log again from its leaves, and compare.
    #[command(after_help = fsck::AFTER_HELP)]
    Fsck(fsck::FsckArgs),
    /// Close the log for ever and open the one that succeeds it.
    Succeed(SucceedArgs),
}

#[derive(Args, Debug)]
pub(crate) struct LogDirArgs {
    /// The authority's folder.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Which of its successive logs; the newest if not given.
    #[arg(long = "log", value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct LogProofArgs {
    /// The serial number of the stamp, or the index of the event, in decimal.
    #[arg(value_name = "SERIAL")]
    pub(crate) serial: u128,
    /// The authority's folder.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say whether every key and value is right, and whether the keys and certificates that it
    /// names fit together.
    Check(ConfigCheckArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ConfigCheckArgs {
    /// The configuration file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
