//! What a verdict rests on, for machines.

use meridian_wire::time::UnixMicros;
use serde::Serialize;

use crate::algorithms::catalogue::Until;
use crate::facts::{CatalogueFacts, InputFacts};
use crate::grounds::{
    AlgorithmFacts, CertificateFacts, End, Grounds, RevocationAnswer, RevocationFacts,
};
use crate::policy::RevocationMode;

/// The program that wrote the report.
#[derive(Debug, Serialize)]
pub(super) struct ToolOut {
    name: &'static str,
    version: &'static str,
}

impl ToolOut {
    pub(super) const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// What was asked, apart from the profile.
#[derive(Debug, Serialize)]
pub(super) struct PolicyOut<'r> {
    model: &'static str,
    revocation: &'static str,
    algorithms: CatalogueOut<'r>,
}

#[derive(Debug, Serialize)]
struct CatalogueOut<'r> {
    name: &'r str,
    sha256: String,
}

impl<'r> PolicyOut<'r> {
    pub(super) fn of(
        model: &'static str,
        revocation: RevocationMode,
        catalogue: &'r CatalogueFacts,
    ) -> Self {
        Self {
            model,
            revocation: match revocation {
                RevocationMode::Report => "report",
                RevocationMode::Require => "require",
            },
            algorithms: CatalogueOut {
                name: &catalogue.name,
                sha256: hex::encode(catalogue.digest),
            },
        }
    }
}

/// A file that was judged.
#[derive(Debug, Serialize)]
pub(super) struct InputOut<'r> {
    role: &'static str,
    path: Option<&'r str>,
    size: Option<String>,
    algorithm: &'static str,
    digest: String,
}

impl<'r> InputOut<'r> {
    pub(super) fn of(input: &'r InputFacts) -> Self {
        Self {
            role: input.role,
            path: input.name.as_deref(),
            size: input.size.map(|size| size.to_string()),
            algorithm: input.algorithm,
            digest: hex::encode(&input.digest),
        }
    }
}

/// A path from the signer to an anchor.
#[derive(Debug, Serialize)]
pub(super) struct PathOut<'r> {
    certificates: Vec<CertificateOut<'r>>,
}

#[derive(Debug, Serialize)]
struct CertificateOut<'r> {
    subject: &'r str,
    issuer: &'r str,
    serial: &'r str,
    sha256: String,
    not_before: Option<String>,
    not_after: Option<String>,
}

impl<'r> PathOut<'r> {
    /// One at most: the first that holds.
    pub(super) fn all(grounds: &'r Grounds) -> Vec<Self> {
        if grounds.path.is_empty() {
            return Vec::new();
        }
        let certificates = grounds.path.iter().map(CertificateOut::of).collect();
        vec![Self { certificates }]
    }
}

impl<'r> CertificateOut<'r> {
    fn of(certificate: &'r CertificateFacts) -> Self {
        Self {
            subject: &certificate.subject,
            issuer: &certificate.issuer,
            serial: &certificate.serial,
            sha256: hex::encode(certificate.digest),
            not_before: certificate.validity.map(|(first, _)| first.to_string()),
            not_after: certificate.validity.map(|(_, last)| last.to_string()),
        }
    }
}

/// An algorithm where it is relied on.
#[derive(Debug, Serialize)]
pub(super) struct AlgorithmOut<'r> {
    #[serde(rename = "use")]
    purpose: &'r str,
    algorithm: &'r str,
    listed: bool,
    good_until: Option<String>,
    weak_since: Option<String>,
}

impl<'r> AlgorithmOut<'r> {
    pub(super) fn of(one: &'r AlgorithmFacts, at: UnixMicros) -> Self {
        let (past, to_come) = match one.end() {
            Some(end) if end <= at => (Some(end), None),
            end => (None, end),
        };
        Self {
            purpose: &one.purpose,
            algorithm: &one.algorithm,
            listed: one.until != Until::NotListed,
            good_until: to_come.map(|end| end.to_string()),
            weak_since: past.map(|end| end.to_string()),
        }
    }
}

/// What is said of a certificate.
#[derive(Debug, Serialize)]
pub(super) struct RevocationOut<'r> {
    subject: &'r str,
    answers: Vec<AnswerOut>,
}

#[derive(Debug, Serialize)]
struct AnswerOut {
    status: &'static str,
    reason: Option<&'static str>,
    since: Option<String>,
}

impl<'r> RevocationOut<'r> {
    pub(super) fn of(one: &'r RevocationFacts) -> Self {
        Self {
            subject: &one.subject,
            answers: one.answers.iter().map(AnswerOut::of).collect(),
        }
    }
}

impl AnswerOut {
    fn of(answer: &RevocationAnswer) -> Self {
        Self {
            status: answer.status,
            reason: answer.reason,
            since: answer.since.map(|since| since.to_string()),
        }
    }
}

/// When the first of all this ends.
#[derive(Debug, Serialize)]
pub(super) struct EndOut<'r> {
    at: String,
    reason: &'r str,
}

impl<'r> EndOut<'r> {
    pub(super) fn of(end: &'r End) -> Self {
        Self {
            at: end.at.to_string(),
            reason: &end.what,
        }
    }
}
