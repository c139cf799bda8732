//! What a verdict rests on, for reports: certificates, algorithms, what lists say; and until when.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::time::UnixMicros;

use crate::algorithms::Use;
use crate::algorithms::catalogue::{Catalogue, Until};
use crate::certificate::bounds;
use crate::checks::algorithm_policy::first_end;
use crate::checks::etsi::Footing;
use crate::checks::revocation::Answer;
use crate::crypto::memory::sha256;
use crate::name::show;
use crate::revocation::Word;

/// What a token rests on, if there is a path.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Grounds {
    /// The path that was found: signer first, anchor last. Empty if none was.
    pub path: Vec<CertificateFacts>,
    /// Every algorithm that is relied on.
    pub algorithms: Vec<AlgorithmFacts>,
    /// What lists and responses say of each certificate of the path but the anchor.
    pub revocation: Vec<RevocationFacts>,
    /// When the first of all this ends. From then on, a proof is needed that the token existed
    /// before (EN 319 102-1 section 5.6.2). None if there is no path.
    pub ends: Option<End>,
}

/// A certificate of the path.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// For people.
    pub subject: String,
    /// For people.
    pub issuer: String,
    /// Decimal digits.
    pub serial: String,
    /// SHA-256 of the whole certificate.
    pub digest: [u8; 32],
    /// First and last moment of its validity, if they can be read.
    pub validity: Option<(UnixMicros, UnixMicros)>,
}

/// An algorithm where it is relied on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AlgorithmFacts {
    /// For what: "the digest of the data".
    pub purpose: String,
    /// What: "sha1".
    pub algorithm: String,
    /// What the catalogue says.
    pub until: Until,
}

/// What is said of a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RevocationFacts {
    /// Whose, for people.
    pub subject: String,
    /// One for each list or response that says anything.
    pub answers: Vec<RevocationAnswer>,
}

/// What one list or response says, as far as it matters at genTime.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RevocationAnswer {
    /// Its name in `--json`: `good`, `revoked`, `revoked_later`, `on_hold`, or why it knows nothing:
    /// `too_old`, `forgotten`, `unsupported`.
    pub status: &'static str,
    /// Why, by its name in RFC 5280 section 5.3.1.
    pub reason: Option<&'static str>,
    /// From when on.
    pub since: Option<UnixMicros>,
}

/// The first end of what a token rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct End {
    /// The first moment at which it is no more.
    pub at: UnixMicros,
    /// What ends then, for people.
    pub what: String,
}

impl Grounds {
    /// `answers` are those about genTime.
    pub(crate) fn of(
        footing: &Footing<'_, '_, '_>,
        answers: Option<&[Answer]>,
        catalogue: &Catalogue,
    ) -> Self {
        let path: Vec<_> = footing.certificates().map(CertificateFacts::of).collect();
        let algorithms = footing.uses.iter().map(|one| AlgorithmFacts {
            purpose: one.purpose.clone(),
            algorithm: one.algorithm.clone(),
            until: one.until(catalogue),
        });
        let answers = answers.unwrap_or_default();
        Self {
            ends: End::first(&path, footing.uses, catalogue),
            algorithms: algorithms.collect(),
            revocation: answers.iter().map(RevocationFacts::of).collect(),
            path,
        }
    }
}

impl CertificateFacts {
    fn of(certificate: &CertificateReading<'_>) -> Self {
        Self {
            subject: show(&certificate.subject),
            issuer: show(&certificate.issuer),
            serial: certificate.serial.to_decimal(),
            digest: sha256(certificate.raw),
            validity: bounds(certificate),
        }
    }
}

impl RevocationFacts {
    fn of(answer: &Answer) -> Self {
        Self {
            subject: answer.name().to_owned(),
            answers: answer.words().filter_map(RevocationAnswer::of).collect(),
        }
    }
}

impl RevocationAnswer {
    fn of(word: &Word) -> Option<Self> {
        let plain = |status| Self {
            status,
            reason: None,
            since: None,
        };
        Some(match word {
            Word::Nothing => return None,
            Word::Good => plain("good"),
            Word::TooOld => plain("too_old"),
            Word::Forgotten => plain("forgotten"),
            Word::Unsupported => plain("unsupported"),
            Word::OnHold => plain("on_hold"),
            Word::RevokedLater { reason, date } => Self {
                status: "revoked_later",
                reason: Some(reason.name()),
                since: Some(*date),
            },
            Word::Revoked { reason, since } => Self {
                status: "revoked",
                reason: Some(reason.name()),
                since: *since,
            },
        })
    }
}

impl End {
    /// Of certificates and algorithms, whichever is first. None without a path: then it never began.
    fn first(path: &[CertificateFacts], uses: &[Use], catalogue: &Catalogue) -> Option<Self> {
        let certificates = path.iter().filter_map(|one| {
            let (_, last) = one.validity?;
            Some(Self {
                at: last.checked_add_us(1)?,
                what: format!("the certificate of {}", one.subject),
            })
        });
        let algorithm = first_end(uses, catalogue).filter(|_| !path.is_empty());
        let algorithm = algorithm.map(|(at, one)| Self {
            at,
            what: format!(
                "{} in {}, by {}",
                one.algorithm,
                one.purpose,
                catalogue.name()
            ),
        });
        certificates.chain(algorithm).min_by_key(|end| end.at)
    }
}

impl AlgorithmFacts {
    /// When the catalogue ends it, whether that is past or to come.
    #[must_use]
    pub const fn end(&self) -> Option<UnixMicros> {
        match self.until {
            Until::Before(end) => Some(end),
            Until::Open | Until::NotListed => None,
        }
    }
}
