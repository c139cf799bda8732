//! A bounded search for a path from the signer to an anchor of the caller.

use meridian_wire::reader::algorithm::AlgorithmView;
use meridian_wire::reader::certificate::CertificateReading;

use crate::algorithms::Use;
use crate::crypto::key::PublicKey;
use crate::crypto::memory::{Message, SignatureMemory};
use crate::crypto::scheme::Scheme;
use crate::instant::Interval;
use crate::issuer::IssuerFault;
use crate::name::{NameKey, same_name, show};
use crate::path::validate::{StepFault, Terms, validate};
use crate::pool::Pool;
use crate::window::Window;

pub(crate) mod name_constraints;
pub(crate) mod policy_graph;
pub(crate) mod validate;

#[cfg(test)]
mod pkits;

/// Certificates in one path, signer and anchor included. Real paths have at most five.
const MAX_PATH_LEN: usize = 8;

/// Signatures checked in one search: what bounds a bag of certificates with one name.
const MAX_SIGNATURE_CHECKS: usize = 256;

/// A path that holds at the stated time.
#[derive(Debug)]
pub(crate) struct Path<'p, 'a> {
    /// The signer's issuer first, the anchor last; empty if the signer is an anchor.
    pub(crate) issuers: Vec<&'p CertificateReading<'a>>,
    /// Every certificate signature that the path rests on.
    pub(crate) uses: Vec<Use>,
    /// When the caller trusts the anchor; empty if nobody limited it.
    pub(crate) windows: Vec<Window>,
}

impl Path<'_, '_> {
    /// Whether the caller trusts its anchor over an interval.
    pub(crate) fn is_trusted_over(&self, interval: Interval) -> bool {
        let mut windows = self.windows.iter();
        self.windows.is_empty() || windows.any(|window| window.covers(interval))
    }
}

/// Why there is no path.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum PathFault {
    #[error("no path from the signer's certificate to a trusted one; its issuer is {issuer}")]
    NoPath { issuer: String },
    #[error(
        "no path from the signer's certificate to a trusted one: a trusted certificate has the \
         name of the issuer, {issuer}, but another key, which did not sign; it may be an older, a \
         newer or an unrelated authority of that name"
    )]
    OtherKey { issuer: String },
    #[error("the path to a trusted certificate is broken: {name}: {fault}")]
    Broken { name: String, fault: StepFault },
    #[error("the path cannot be judged: {name}: {fault}")]
    Undecided { name: String, fault: StepFault },
    #[error("the search for a path met its bounds")]
    Exhausted,
}

/// Finds the first path that keeps the terms and ends where the caller trusts over their interval,
/// else one that ends where he trusts at another time, else the most telling fault.
pub(crate) fn find_path<'p, 'a>(
    signer: &'p CertificateReading<'a>,
    pool: &'p Pool<'a>,
    terms: &Terms,
) -> Result<Path<'p, 'a>, PathFault> {
    let mut search = Search {
        pool,
        terms,
        checks: 0,
        fault: None,
        namesake: None,
        untimely: None,
    };
    match search.extend(&mut vec![signer], &NameKey::of(&signer.issuer)) {
        Some(path) => Ok(path),
        None if search.untimely.is_some() => search.untimely.ok_or(PathFault::Exhausted),
        None if search.is_exhausted() => Err(PathFault::Exhausted),
        None => {
            let issuer = show(&signer.issuer);
            let none = match search.namesake {
                Some(issuer) => PathFault::OtherKey { issuer },
                None => PathFault::NoPath { issuer },
            };
            Err(search.fault.map_or(none, |(_, fault)| fault))
        }
    }
}

#[derive(Debug)]
struct Search<'p, 'a, 't> {
    pool: &'p Pool<'a>,
    terms: &'t Terms,
    checks: usize,
    /// The fault that was met farthest from the signer.
    fault: Option<(usize, PathFault)>,
    /// Name of an anchor that a certificate names as its issuer, and whose key did not sign it.
    namesake: Option<String>,
    /// A path to an anchor that is trusted at another time.
    untimely: Option<Path<'p, 'a>>,
}

impl<'p, 'a> Search<'p, 'a, '_> {
    const fn is_exhausted(&self) -> bool {
        self.checks >= MAX_SIGNATURE_CHECKS
    }

    /// `name` is the issuer of the chain's last. Recursion is bounded by [`MAX_PATH_LEN`].
    fn extend(
        &mut self,
        chain: &mut Vec<&'p CertificateReading<'a>>,
        name: &NameKey<'_>,
    ) -> Option<Path<'p, 'a>> {
        let last = *chain.last()?;
        let pool = self.pool;
        if pool.is_anchor(last) {
            return self.complete(chain);
        }
        if chain.len() >= MAX_PATH_LEN {
            return None;
        }
        for held in pool.named(name) {
            let issuer = &held.reading;
            if is_in(chain, issuer) {
                continue;
            }
            if self.is_exhausted() {
                return None;
            }
            if !self.has_signed(issuer, last, chain.len()) {
                if pool.is_anchor(issuer) {
                    self.namesake = Some(show(&issuer.subject));
                }
                continue;
            }
            chain.push(issuer);
            let found = self.extend(chain, &held.issuer);
            chain.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Judges a chain that ends in an anchor.
    fn complete(&mut self, chain: &[&'p CertificateReading<'a>]) -> Option<Path<'p, 'a>> {
        let issuers: Vec<_> = chain.iter().copied().skip(1).collect();
        if let Err((at, fault)) = validate(chain, self.terms) {
            if let Some(certificate) = chain.get(at) {
                self.note(chain.len(), certificate, fault);
            }
            return None;
        }
        let mut uses = Vec::new();
        for pair in chain.windows(2) {
            let [subject, issuer] = pair else { continue };
            let scheme = Scheme::read(&subject.signature_algorithm, None).ok()?;
            let key = PublicKey::read(&issuer.public_key).ok()?;
            let purpose = format!(
                "the signature on the certificate of {}",
                show(&subject.subject)
            );
            uses.push(Use::of_signature(purpose, &scheme, &key));
        }
        let windows = self.pool.windows_of(chain.last()?);
        let path = Path {
            issuers,
            uses,
            windows,
        };
        if path.is_trusted_over(self.terms.interval) {
            return Some(path);
        }
        self.untimely.get_or_insert(path);
        None
    }

    /// RFC 5280 section 6.1.3 (a)(1). An algorithm that is not supported leaves it open.
    fn has_signed(
        &mut self,
        issuer: &CertificateReading<'_>,
        subject: &CertificateReading<'_>,
        depth: usize,
    ) -> bool {
        self.checks += 1;
        match check_certificate_signature(issuer, subject, self.pool.memory) {
            Ok(signed) => signed,
            Err(fault) => {
                self.note(depth, subject, fault.into());
                false
            }
        }
    }

    fn note(&mut self, depth: usize, at: &CertificateReading<'_>, fault: StepFault) {
        if self
            .fault
            .as_ref()
            .is_some_and(|(known, _)| *known >= depth)
        {
            return;
        }
        let name = show(&at.subject);
        let fault = if fault.convicts() {
            PathFault::Broken { name, fault }
        } else {
            PathFault::Undecided { name, fault }
        };
        self.fault = Some((depth, fault));
    }
}

/// Whether a certificate, or another one for its name and key, is in the chain already.
fn is_in(chain: &[&CertificateReading<'_>], issuer: &CertificateReading<'_>) -> bool {
    chain.iter().any(|seen| {
        seen.raw == issuer.raw
            || (seen.public_key.key == issuer.public_key.key
                && same_name(&seen.subject, &issuer.subject))
    })
}

/// Whether the issuer's key made the subject's signature.
fn check_certificate_signature(
    issuer: &CertificateReading<'_>,
    subject: &CertificateReading<'_>,
    memory: &SignatureMemory,
) -> Result<bool, IssuerFault> {
    // RFC 5280 section 4.1.1.2: the algorithm inside and outside are the same.
    if !subject
        .inner_algorithm
        .same_as(&subject.signature_algorithm)
    {
        return Err(IssuerFault::TwoAlgorithms);
    }
    let scheme = Scheme::read(&subject.signature_algorithm, None);
    let scheme = scheme.map_err(IssuerFault::Scheme)?;
    let key = PublicKey::read(&issuer.public_key).map_err(IssuerFault::Key)?;
    let message = Message::new(subject.tbs);
    let key = (&issuer.public_key, &key);
    match memory.verify(&scheme, key, &message, subject.signature) {
        Ok(()) => Ok(true),
        Err(fault) if fault.convicts() => Ok(false),
        Err(fault) => Err(IssuerFault::Signature(fault)),
    }
}

/// Whether a key made a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signed {
    Yes,
    No,
    /// This verifier does not know the algorithm.
    Unsupported,
}

/// Whether the issuer's key signed these bytes, for lists and responses.
pub(crate) fn has_signed_bytes(
    issuer: &CertificateReading<'_>,
    algorithm: &AlgorithmView<'_>,
    message: &Message<'_>,
    signature: &[u8],
    memory: &SignatureMemory,
) -> Signed {
    let scheme = Scheme::read(algorithm, None);
    let key = PublicKey::read(&issuer.public_key);
    match (scheme, key) {
        (Ok(scheme), Ok(key)) => {
            let key = (&issuer.public_key, &key);
            match memory.verify(&scheme, key, message, signature) {
                Ok(()) => Signed::Yes,
                Err(fault) if fault.convicts() => Signed::No,
                Err(_) => Signed::Unsupported,
            }
        }
        (Err(fault), _) if fault.convicts() => Signed::No,
        (_, Err(fault)) if fault.convicts() => Signed::No,
        _ => Signed::Unsupported,
    }
}
