//! Why there is no report.

use std::io;
use std::path::PathBuf;

use meridian_verify::algorithms::catalogue::CatalogueError;
use meridian_verify::artifact::ArtifactError;
use meridian_verify::event::StatementError;
use meridian_verify::input::NoToken;
use meridian_verify::later::TooManyTokens;
use meridian_verify::location::requirement::RequirementError;
use meridian_verify::policy::AnchorError;
use meridian_verify::trust_list::TrustListError;
use meridian_wire::note::error::NoteError;
use meridian_wire::reader::error::ReadError;
use meridian_wire::tlog_policy::TlogPolicyError;

/// Something is wrong with this program or the machine.
pub(crate) const EXIT_INTERNAL: u8 = 5;

/// No token can be found in the input at all.
pub(crate) const EXIT_NO_TOKEN: u8 = 4;

/// What went wrong before or after judging.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cannot read {}: {cause}", .path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("cannot read the data: {0}")]
    Artifact(ArtifactError),
    #[error("{}: {cause}", .path.display())]
    NoToken { path: PathBuf, cause: NoToken },
    #[error("{}: the token cannot be read: {cause}", .path.display())]
    Broken { path: PathBuf, cause: ReadError },
    #[error("no token beside {}", .0.display())]
    NoTokenBeside(PathBuf),
    #[error("no token in {}", .0.display())]
    NoTokenInFolder(PathBuf),
    #[error("{0} is about one token, and several files were given")]
    OneToken(&'static str),
    #[error("no check is called {0:?}")]
    NoSuchCheck(String),
    #[error("{}: no trust list: {cause}", path.display())]
    TrustList {
        path: PathBuf,
        cause: TrustListError,
    },
    #[error("{} holds another certificate than the trust list says", .0.display())]
    OtherCertificate(PathBuf),
    #[error("no certificate in {}", .0.display())]
    NoCertificate(PathBuf),
    #[error("no certificate revocation list in {}", .0.display())]
    NoCrl(PathBuf),
    #[error("no OCSP response in {}", .0.display())]
    NoOcspResponse(PathBuf),
    #[error("{}: no time-stamp request: {cause}", path.display())]
    Request { path: PathBuf, cause: ReadError },
    #[error("{}: {cause}", path.display())]
    Event {
        path: PathBuf,
        cause: StatementError,
    },
    #[error("{}: {cause}", path.display())]
    LogPolicy {
        path: PathBuf,
        cause: TlogPolicyError,
    },
    #[error("{}: no catalogue of algorithms: {cause}", path.display())]
    Catalogue {
        path: PathBuf,
        cause: CatalogueError,
    },
    #[error("--proof-token: {0}")]
    LaterTokens(TooManyTokens),
    #[error("--trust: {0}")]
    Anchors(AnchorError),
    #[error("--digest {0:?} is not ALG:HEX")]
    Digest(String),
    #[error("--digest: {0}")]
    DigestLength(ArtifactError),
    #[error("--at {0:?} is not an RFC 3339 time")]
    At(String),
    #[error("--log-key: {0}")]
    LogKey(NoteError),
    #[error("--require: {0}")]
    Require(RequirementError),
    #[error("the system clock is before 1970 or after year 200000")]
    Clock,
    #[error("cannot write the report: {0}")]
    Output(io::Error),
    #[error("cannot write the report: {0}")]
    Json(serde_json::Error),
    #[error("a fault of this program")]
    Fault,
}

impl Failure {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::NoToken { .. }
            | Self::Broken { .. }
            | Self::NoTokenBeside(_)
            | Self::NoTokenInFolder(_) => EXIT_NO_TOKEN,
            Self::Clock | Self::Output(_) | Self::Json(_) | Self::Fault => EXIT_INTERNAL,
            Self::File { .. }
            | Self::Artifact(_)
            | Self::OneToken(_)
            | Self::NoSuchCheck(_)
            | Self::TrustList { .. }
            | Self::OtherCertificate(_)
            | Self::NoCertificate(_)
            | Self::NoCrl(_)
            | Self::NoOcspResponse(_)
            | Self::Request { .. }
            | Self::Catalogue { .. }
            | Self::Event { .. }
            | Self::LogPolicy { .. }
            | Self::LaterTokens(_)
            | Self::Anchors(_)
            | Self::Digest(_)
            | Self::DigestLength(_)
            | Self::At(_)
            | Self::LogKey(_)
            | Self::Require(_) => super::EXIT_USAGE,
        }
    }

    /// What the user can do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "check its name, and whether you may read it",
            Self::Artifact(_) => "name the stamped file, or - for standard input, or give --digest",
            Self::NoToken { cause, .. } => no_token_hint(*cause),
            Self::Broken { .. } => "the file may be cut short or altered: fetch the token again",
            Self::NoTokenBeside(_) => "name it with --token; else FILE.tsr, .tst or .p7s is taken",
            Self::NoTokenInFolder(_) => "names of tokens end in .tsr, .tst or .p7s",
            Self::OneToken(_) => "give one file, or leave it out",
            Self::NoSuchCheck(_) => "an id such as V051 is expected, or all",
            Self::TrustList { .. } => "docs/TRUST-LIST.md says what it looks like",
            Self::OtherCertificate(_) => "compare the certificate's SHA-256, over its DER",
            Self::NoCertificate(_) => "PEM (BEGIN CERTIFICATE) or DER is expected",
            Self::NoCrl(_) => "PEM (BEGIN X509 CRL) or DER is expected",
            Self::Anchors(_) => {
                "give the authority's root certificate, which you have from a place that you trust"
            }
            Self::NoOcspResponse(_) => "an OCSPResponse or BasicOCSPResponse in DER is expected",
            Self::Request { .. } => "the .tsq file that was sent to the authority is expected",
            Self::Event { .. } => "one line of 'meridian log events DIR --json' is expected",
            Self::LogPolicy { .. } => "lines of log, witness, group and one quorum are expected",
            Self::Catalogue { .. } => "the JSON form of ETSI TS 119 322 is expected",
            Self::LaterTokens(_) => "leave out those that are not about this token",
            Self::Digest(_) => "for example --digest sha256:<64 hexadecimal digits>",
            Self::DigestLength(_) => "give the whole digest, in hexadecimal digits",
            Self::At(_) => "for example --at 2026-03-01T12:00:00Z",
            Self::LogKey(_) => "a key looks like example.org/log+1234abcd+AQ...",
            Self::Require(_) => "for example --require level=1,country=FR; see --help",
            Self::Clock => "state the time with --at",
            Self::Output(_) => "check that standard output can be written to, and the disk's room",
            Self::Fault => "report it, with the token",
            Self::Json(_) => "report it as a fault of this program; without --json it may work",
        }
    }
}

/// What would be a token instead.
const fn no_token_hint(cause: NoToken) -> &'static str {
    match cause {
        NoToken::Request => "give the .tsr file that the authority answered with",
        NoToken::Refusal { .. } => {
            "the authority refused: 'openssl ts -reply -text -in FILE' shows its reason"
        }
        NoToken::Certificate => {
            "certificates go to --trust or --intermediate, the token to --token"
        }
        NoToken::Pdf | NoToken::Zip => "take the token out first; it begins with 30 82",
        _ => "a .tsr answer or a token is expected, in DER, PEM or base64",
    }
}
