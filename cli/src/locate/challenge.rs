//! `meridian locate challenge`: what a device signs.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use meridian_wire::oid;

use super::api::{self, ApiError, ChallengeRequest, Imprint};
use super::files::read_short;
use crate::args::locate::ChallengeArgs;
use crate::error::{Ending, chain, report, say};
use crate::stamp::authority::{AuthorityUrl, Caller};
use crate::stamp::output::{Output, OutputError};
use crate::stamp::retry::{Transient, patiently};
use crate::stamp::source::{self, Source, SourceError};
use crate::stamp::trust::TrustError;

/// Why there is no challenge.
#[derive(Debug, thiserror::Error)]
enum ChallengeError {
    #[error("cannot read {}", path.display())]
    KeyFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is no JWK", path.display())]
    KeyForm {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} holds a private key: only the public half may be sent", path.display())]
    PrivateKey { path: PathBuf },
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("no challenge from {url}")]
    Api {
        url: AuthorityUrl,
        #[source]
        source: ApiError,
    },
}

impl ChallengeError {
    fn hint(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } | Self::KeyForm { .. } => {
                "--key names the public key as JSON (RFC 7517)"
            }
            Self::Trust(source) => source.hint(),
            Self::PrivateKey { .. } => "a public JWK has no member \"d\"",
            Self::Source(_) => "name a file that can be read, and a hash of --help's list",
            Self::Output(OutputError::Exists { .. }) => "--force overwrites it",
            Self::Output(_) => "the folder must exist and be writable; --out names another place",
            Self::Api { source, .. } => source.hint(),
        }
    }

    fn ending(&self) -> Ending {
        match self {
            Self::Api { source, .. } if source.is_transient() => Ending::NoAnswer,
            _ => Ending::Refused,
        }
    }
}

/// Asks, and writes the answer as it came.
pub(crate) fn challenge(args: &ChallengeArgs) -> Ending {
    let output = args.out.clone().map_or(Output::Stdout, Output::Path);
    match fetch(args, &output) {
        Ok(()) => {
            if let Output::Path(path) = &output {
                say(&format!(
                    "{}: to be answered within its time",
                    path.display()
                ));
            }
            Ending::Done
        }
        Err(error) => {
            report(&chain(&error), error.hint());
            error.ending()
        }
    }
}

fn fetch(args: &ChallengeArgs, output: &Output) -> Result<(), ChallengeError> {
    output.refuse_overwrite(args.force)?;
    let request = ChallengeRequest {
        key: args.key.as_deref().map(public_key).transpose()?,
        policy: args.require_level.map(policy),
        imprint: match &args.file {
            Some(file) => Some(imprint(file, &args.hash)?),
            None => None,
        },
    };
    let caller = Caller::new(&args.tls, [&args.url])?;
    let octets = patiently(|| api::challenge(&caller, &args.url, &request));
    let mut octets = octets.map_err(|source| ChallengeError::Api {
        url: args.url.clone(),
        source,
    })?;
    if octets.last() != Some(&b'\n') {
        octets.push(b'\n');
    }
    Ok(output.write(&octets, args.force)?)
}

/// The policy that means 'this level, or nothing'.
pub(crate) fn policy(level: u8) -> String {
    let policies = [
        oid::POLICY_LOCATION_0,
        oid::POLICY_LOCATION_1,
        oid::POLICY_LOCATION_2,
        oid::POLICY_LOCATION_3,
        oid::POLICY_LOCATION_4,
    ];
    let policy = policies.get(usize::from(level));
    policy.map(ToString::to_string).unwrap_or_default()
}

fn imprint(file: &OsStr, hash: &str) -> Result<Imprint, SourceError> {
    let artifact = Source::from_argument(file).artifact(source::accepted(hash)?, |_| ())?;
    Ok(Imprint {
        hash: artifact.algorithm().name(),
        digest: hex::encode(artifact.digest()),
    })
}

/// The public members of a JWK (RFC 7518 6.2.1, RFC 8037 2). A private half must not leave the
/// machine, wherever in the file it is: a set of keys has it deeper.
fn public_key(path: &Path) -> Result<serde_json::Value, ChallengeError> {
    let text = read_short(path).map_err(|source| ChallengeError::KeyFile {
        path: path.to_owned(),
        source,
    })?;
    let key: serde_json::Value =
        serde_json::from_slice(&text).map_err(|source| ChallengeError::KeyForm {
            path: path.to_owned(),
            source,
        })?;
    if ["d", "p", "q", "k"]
        .iter()
        .any(|name| key.get(name).is_some())
    {
        return Err(ChallengeError::PrivateKey {
            path: path.to_owned(),
        });
    }
    let public = ["kty", "crv", "x", "y"].into_iter();
    let public = public.filter_map(|name| Some((name.to_owned(), key.get(name)?.clone())));
    Ok(serde_json::Value::Object(public.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_asked_for_by_its_policy() {
        assert_eq!(policy(0), oid::POLICY_LOCATION_0.to_string());
        assert_eq!(policy(4), oid::POLICY_LOCATION_4.to_string());
    }

    #[test]
    fn a_private_key_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.jwk");
        std::fs::write(&path, r#"{"kty":"EC","d":"x"}"#).unwrap();
        assert!(matches!(
            public_key(&path),
            Err(ChallengeError::PrivateKey { .. })
        ));
        std::fs::write(&path, r#"{"kty":"EC","kid":"a","keys":[{"d":"x"}]}"#).unwrap();
        let sent = public_key(&path).unwrap().to_string();
        assert_eq!(sent, r#"{"kty":"EC"}"#);
    }
}
