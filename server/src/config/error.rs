//! Why a configuration is refused: always with the file, the line and the key.

use std::fmt;
use std::path::PathBuf;

/// Where a value was written.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A line of the file, counted from one.
    Line {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
    },
    /// The file as a whole: the key is not in it.
    File {
        /// The file.
        file: PathBuf,
    },
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "{}:{line}", file.display()),
            Self::File { file } => write!(f, "{}", file.display()),
            Self::Variable { name } => write!(f, "environment variable {name}"),
        }
    }
}

/// A configuration that cannot be used.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: {source}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not TOML, a key is unknown, or a value has the wrong type.
    #[error("{origin}: {place}{message}", place = key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
    Syntax {
        /// Where.
        origin: Origin,
        /// The key, with its table, where the text is well-formed so far.
        key: Option<String>,
        /// The sentence of the TOML reader.
        message: String,
    },
    /// A value has the right type and still makes no sense.
    #[error("{origin}: {key}: {problem}")]
    Value {
        /// Where.
        origin: Origin,
        /// The key, with its table.
        key: &'static str,
        /// The rule that it breaks.
        problem: ValueProblem,
    },
}

/// The rule that a value breaks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValueProblem {
    /// A number lies outside its range.
    #[error("{value} is outside {least} to {most}")]
    OutOfRange {
        /// The value.
        value: u128,
        /// The least allowed.
        least: u128,
        /// The greatest allowed.
        most: u128,
    },
    /// The text is not HOST:PORT.
    #[error("an address is written HOST:PORT, as in \"127.0.0.1:3161\"")]
    NotAnAddress,
    /// No policy is served.
    #[error("at least one policy must be served: \"compatible\", \"precise\"")]
    NoPolicy,
    /// The default policy is not among those served.
    #[error("the default policy must be one of authority.policies")]
    DefaultNotServed,
    /// A policy is not among those served.
    #[error("each policy must be one of authority.policies")]
    ProofNotServed,
    /// `ordering` needs a TSU that issues nothing but precise tokens (docs/DECISIONS.md, 'The token').
    #[error("ordering may be claimed only where authority.policies is [\"precise\"]")]
    OrderingNeedsPrecise,
    /// The text is neither a network nor an address.
    #[error("a network is written in CIDR form, as in \"10.0.0.0/8\", or is one address")]
    NotANetwork,
    /// The text is not the start of a URL.
    #[error("a public URL is written https://HOST, perhaps with a port and a path")]
    NotAPublicUrl,
    /// Nobody is asked for a certificate that could be from that CA.
    #[error("it needs tls.client_certificates = \"request\" or \"require\"")]
    ClientCaUnused,
    /// Both forms of the private listener are given.
    #[error("give either private.socket or private.listen, not both")]
    TwoPrivateListeners,
}
