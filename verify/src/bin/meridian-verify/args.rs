//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};

/// Checks that data existed when a time-stamp token says, offline; and what it says about place.
///
/// Without --token, the token of each FILE is looked for beside it (FILE.tsr, FILE.tst, FILE.p7s),
/// and the proof of the log with it (FILE.tlog-proof). A FILE that is a token by its name brings
/// its data along in the same way; a folder stands for every token in it. Several are told one a
/// line, with --json one JSON document a line, and the exit code is that of the worst: 5, 1, 4, 2.
///
/// A claim about place counts in the verdict if --disclose, --evidence, --location-policy or
/// --require is given; it is reported in any case.
///
/// Exit codes: 0 passed, 1 failed, 2 indeterminate, 3 usage, 4 no token found, 5 internal.
#[derive(Debug, Parser)]
#[command(
    name = "meridian-verify",
    version,
    args_conflicts_with_subcommands = true
)]
#[command(subcommand_negates_reqs = true)]
pub(crate) struct Args {
    /// Something else than judging a token.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) verify: VerifyArgs,
}

/// What is said of an event, and by whom.
#[derive(Debug, clap::Args)]
pub(crate) struct EventArgs {
    /// The event: one JSON object.
    #[arg(value_name = "FILE")]
    pub(crate) event: PathBuf,

    /// Proof that it is in the log.
    #[arg(long, value_name = "F.tlog-proof")]
    pub(crate) proof: PathBuf,

    /// The log's key: its text (name+id+key) or a file with it.
    #[arg(long, value_name = "FILE|VKEY")]
    pub(crate) log_key: Option<String>,

    /// Logs, witnesses and their quorum (C2SP tlog-policy), in place of or beside --log-key.
    #[arg(long, value_name = "FILE")]
    pub(crate) log_policy: Option<PathBuf>,

    /// Time of verification, RFC 3339; now if absent.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,
}

/// What a verdict depends on.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("logs").args(["log_key", "log_policy"]).multiple(true)))]
pub(crate) struct VerifyArgs {
    /// The data; - is standard input. Several, or folders, without --token.
    #[arg(value_name = "FILE", required_unless_present = "digest")]
    pub(crate) files: Vec<PathBuf>,

    /// The data's digest instead of the data, such as sha256:9f86d0...
    #[arg(
        long,
        value_name = "ALG:HEX",
        conflicts_with = "files",
        requires = "token"
    )]
    pub(crate) digest: Option<String>,

    /// The token: .tsr response or bare token, DER, BER, PEM or base64.
    #[arg(long, value_name = "T")]
    pub(crate) token: Option<PathBuf>,

    /// Certificates to trust: PEM, DER or a folder of them. Repeatable.
    #[arg(
        long,
        value_name = "PEM|DER|DIR",
        required_unless_present = "trust_list"
    )]
    pub(crate) trust: Vec<PathBuf>,

    /// Certificates to trust, each for a time, and until when witnesses are believed.
    #[arg(long, value_name = "JSON")]
    pub(crate) trust_list: Option<PathBuf>,

    /// Certificates to build paths with, not trusted. Repeatable.
    #[arg(long, value_name = "PEM|DER|DIR")]
    pub(crate) intermediate: Vec<PathBuf>,

    /// Certificate revocation lists. Repeatable.
    #[arg(long, value_name = "PEM|DER")]
    pub(crate) crl: Vec<PathBuf>,

    /// OCSP responses. Repeatable.
    #[arg(long, value_name = "PEM|DER")]
    pub(crate) ocsp: Vec<PathBuf>,

    /// The request (.tsq) that the token must answer: same digest, nonce and policy.
    #[arg(long, value_name = "F.tsq")]
    pub(crate) request: Option<PathBuf>,

    /// A policy under which tokens are accepted, such as 1.2.3.4. Repeatable; any if absent.
    #[arg(long, value_name = "OID", value_parser = dotted)]
    pub(crate) policy: Vec<String>,

    /// Which departures from the standards are forgiven.
    #[arg(long, value_enum, value_name = "PROFILE", default_value = "default")]
    pub(crate) profile: ProfileName,

    /// What is asked of revocation data: report, but require in the strict profile, if absent.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) revocation: Option<Revocation>,

    /// The log's key: its text (name+id+key) or a file with it.
    #[arg(long, value_name = "FILE|VKEY")]
    pub(crate) log_key: Option<String>,

    /// Logs, witnesses and their quorum (C2SP tlog-policy), in place of or beside --log-key.
    #[arg(long, value_name = "FILE")]
    pub(crate) log_policy: Option<PathBuf>,

    /// Proof that the token is in the log; without it the one inside the token is used, with it
    /// that one is not read.
    #[arg(long, value_name = "F.tlog-proof")]
    pub(crate) proof: Option<PathBuf>,

    /// Fail unless the token is proven to be in the log.
    #[arg(long, requires = "logs")]
    pub(crate) require_log: bool,

    /// A later token about this token's file, as proof that it existed by then. Repeatable.
    #[arg(long, value_name = "T2")]
    pub(crate) proof_token: Vec<PathBuf>,

    /// A catalogue of algorithms (TS 119 322 JSON) instead of the built-in one.
    #[arg(long, value_name = "JSON")]
    pub(crate) algorithms: Option<PathBuf>,

    /// Slots that the subject discloses. Repeatable; those inside the token are used too.
    #[arg(long, value_name = "F.lsd")]
    pub(crate) disclose: Vec<PathBuf>,

    /// The evidence behind the place, to be appraised again.
    #[arg(long, value_name = "F.lse")]
    pub(crate) evidence: Option<PathBuf>,

    /// The authority's policy document, named by its digest in the token.
    #[arg(long, value_name = "P.json")]
    pub(crate) location_policy: Option<PathBuf>,

    /// What must hold of the place, such as level=1,country=FR. Repeatable; all must hold.
    ///
    /// level=N (at least), binding=requester|session|deviceSigned (at least),
    /// country=FR|BE, subdivision=FR-75, jurisdiction=FR, cell=H3INDEX, near=LAT:LON:METRES,
    /// max-age=15m (from position to stamp), evidence=KIND, without=WARNING or without=any.
    #[arg(long, value_name = "LIST", verbatim_doc_comment)]
    pub(crate) require: Vec<String>,

    /// Time of verification, RFC 3339; now if absent.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,

    /// Model of time that decides the verdict; both are reported.
    #[arg(long, value_enum, value_name = "MODEL", default_value = "gentime")]
    pub(crate) model: ModelName,

    /// Report as JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the report as a page as well, one file that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Tokens judged at a time, of several; as many as there are processors if absent.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Print the JSON Schema of --json: of a report, or of a line among several.
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        default_missing_value = "report",
        exclusive = true
    )]
    pub(crate) schema: Option<SchemaName>,

    /// Say what a check is and who asks for it, such as V051; 'all' for every one.
    #[arg(long, value_name = "ID", exclusive = true)]
    pub(crate) explain: Option<String>,
}

/// An object identifier as people write it.
fn dotted(text: &str) -> Result<String, String> {
    let digits = |arc: &str| !arc.is_empty() && arc.bytes().all(|one| one.is_ascii_digit());
    if text.contains('.') && text.split('.').all(digits) {
        Ok(text.to_owned())
    } else {
        Err("an object identifier such as 1.2.3.4 is expected".to_owned())
    }
}

/// What is asked of revocation data.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Revocation {
    /// No data is a finding, no more.
    Report,
    /// No data leaves the verdict indeterminate.
    Require,
}

/// Which departures are forgiven.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ProfileName {
    /// None: the standards by the letter.
    Strict,
    /// Those that take nothing from what is proven.
    Default,
    /// Also those that large authorities made for years.
    Archive,
}

/// Which JSON Schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaName {
    /// Of the report about one token.
    Report,
    /// Of a line about one of several.
    Line,
}

/// Models of time.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ModelName {
    /// Judged at genTime.
    Gentime,
    /// Judged at the time of verification (EN 319 102-1).
    Etsi,
}

/// Everything that is not about judging a token.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check an event of an authority's life against its log.
    ///
    /// FILE is one line of `meridian log events DIR --json`; `meridian log proof INDEX DIR`, or
    /// GET /v1/proofs/INDEX, gives the proof.
    #[command(group(ArgGroup::new("event_logs").args(["log_key", "log_policy"]).multiple(true).required(true)))]
    Event(EventArgs),
    /// Show what is in a token, without a verdict.
    Inspect {
        /// The token.
        #[arg(value_name = "T")]
        token: PathBuf,

        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}
