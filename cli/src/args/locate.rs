//! The command line of `meridian locate`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use meridian_wire::loc::method::PositionMethod;

use super::tls::TlsArgs;
use crate::locate::detail::Reveal;
use crate::locate::position::{Position, method};
use crate::stamp::authority::AuthorityUrl;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(disable_help_subcommand = true)]
#[command(
    override_usage = "meridian locate <FILE> --url <URL> [OPTIONS]\n       meridian locate <COMMAND>"
)]
pub(crate) struct LocateArgs {
    #[command(subcommand)]
    pub(crate) command: Option<LocateCommand>,
    /// What to stamp.
    #[arg(value_name = "FILE", required_unless_present = "evidence")]
    pub(crate) file: Option<OsString>,
    /// The authority to ask.
    #[arg(long, value_name = "URL", required = true)]
    pub(crate) url: Option<AuthorityUrl>,
    /// Where you say you are: degrees, and the metres that hold it with 95 %.
    #[arg(long, value_name = "LAT,LON,ACCURACY", allow_hyphen_values = true)]
    #[arg(required_unless_present_any = ["evidence", "command"])]
    pub(crate) position: Option<Position>,
    /// How that position was found: gnss, wifi, cell, fused, surveyed and so on.
    #[arg(long, value_name = "METHOD", default_value = "manual", value_parser = method)]
    pub(crate) method: PositionMethod,
    /// What a device prepared: an EAT as CWT or JWT, a JSON location object, or an item in JSON.
    #[arg(long, value_name = "EVIDENCE", num_args = 1..)]
    pub(crate) evidence: Vec<PathBuf>,
    /// The challenge that the evidence was made for, as `meridian locate challenge` wrote it.
    #[arg(long, value_name = "FILE")]
    pub(crate) challenge: Option<PathBuf>,
    /// No stamp below this level.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=4))]
    pub(crate) require_level: Option<u8>,
    /// What the token shows to everybody: country, subdivision, cell:4 to cell:11, point, …, or
    /// nothing. The authority's policy decides if not given.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) reveal: Vec<Reveal>,
    /// The hash to apply, as `meridian stamp` names it.
    #[arg(long, value_name = "ALG", default_value = "sha256")]
    pub(crate) hash: String,
    /// Also fetch and check the proof that the stamp is in the log; writes FILE.tlog-proof.
    #[arg(long)]
    pub(crate) proof: bool,
    /// Have the authority put the proof into the token as well, where meridian-verify finds it
    /// without a second file.
    #[arg(long)]
    pub(crate) proof_in_token: bool,
    /// Where to write the reply instead of FILE.tsr; what belongs to it goes beside it.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite files that are there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

impl LocateArgs {
    /// FILE behind the files of evidence was read as the last of them.
    pub(crate) fn settle_file(&mut self) {
        if self.file.is_none() && self.evidence.len() > 1 {
            self.file = self.evidence.pop().map(PathBuf::into_os_string);
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocateCommand {
    /// Ask for a challenge that a device signs; prints it.
    Challenge(ChallengeArgs),
    /// Open parts of a place to a reader, offline; writes FILE.lsd.
    Disclose(DiscloseArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ChallengeArgs {
    /// What will be stamped: the device then signs for this file and no other.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<OsString>,
    /// The authority to ask.
    #[arg(long, value_name = "URL")]
    pub(crate) url: AuthorityUrl,
    /// The device's public key, a JWK.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The level that the stamp must have.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=4))]
    pub(crate) require_level: Option<u8>,
    /// The hash to apply to FILE.
    #[arg(long, value_name = "ALG", default_value = "sha256")]
    pub(crate) hash: String,
    /// Where to write it, instead of standard output.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DiscloseArgs {
    /// The secret that `meridian locate` wrote.
    #[arg(value_name = "FILE.lsk")]
    pub(crate) file: PathBuf,
    /// The country.
    #[arg(long)]
    pub(crate) country: bool,
    /// The part of the country.
    #[arg(long)]
    pub(crate) subdivision: bool,
    /// The H3 cell of a resolution: 4 has 1,770 km² on average, 7 has 5.2 km², 11 has 2,150 m².
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(4..=11))]
    pub(crate) cell: Vec<u8>,
    /// The exact point.
    #[arg(long)]
    pub(crate) point: bool,
    /// The height.
    #[arg(long)]
    pub(crate) altitude: bool,
    /// Speed and heading.
    #[arg(long)]
    pub(crate) motion: bool,
    /// The verdicts about areas.
    #[arg(long)]
    pub(crate) fences: bool,
    /// The named place.
    #[arg(long)]
    pub(crate) facility: bool,
    /// The country whose law holds.
    #[arg(long)]
    pub(crate) jurisdiction: bool,
    /// Where to write it, instead of FILE.lsd.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}
