//! The identity of an authority: certificate, chain and key, proven to belong together.

use std::ops::RangeInclusive;
use std::sync::Arc;

use meridian_wire::limits::MAX_CERTIFICATES;
use meridian_wire::oid::{KP_TIME_STAMPING, RawOid};
use meridian_wire::time::UnixMicros;
use meridian_wire::x509::certificate::CertificateView;

use crate::signer::{SignError, SignatureAlgorithm, Signer};

mod chain;
mod verification;

/// A TSU that may stamp: its certificate is for time-stamping and nothing else,
/// its key is the certificate's, its chain reaches a self-signed root.
///
/// Made only by [`AuthorityIdentity::prove`] (EN 319 421 TIS-7.6.4: no token
/// before the certificate is loaded and its chain verified).
#[derive(Clone, Debug)]
pub struct AuthorityIdentity {
    /// TSU first, self-signed root last; never empty.
    chain: Vec<CertificateView>,
    certificate: CertificateView,
    validity: RangeInclusive<UnixMicros>,
    signer: Arc<dyn Signer>,
}

/// Why certificate, chain and key are no identity. Each text says what to do.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdentityError {
    /// An empty chain.
    #[error(
        "no certificate is given; put the TSU's certificate first, then each issuer's up to the root"
    )]
    NoCertificate,
    /// More certificates than a chain has.
    #[error(
        "the chain has {count} certificates, the limit is {MAX_CERTIFICATES}; keep those from the TSU to the root"
    )]
    ChainTooLong {
        /// Certificates given.
        count: usize,
    },
    /// No extendedKeyUsage with timeStamping (RFC 3161 2.3).
    #[error(
        "'{subject}' is not for time-stamping; have it issued with extendedKeyUsage = critical,timeStamping, or put the TSU's certificate first"
    )]
    NotForTimeStamping {
        /// The first certificate.
        subject: String,
    },
    /// RFC 3161 2.3: the extension MUST be critical.
    #[error(
        "extendedKeyUsage of '{subject}' is not critical; have it issued with extendedKeyUsage = critical,timeStamping"
    )]
    PurposeNotCritical {
        /// The first certificate.
        subject: String,
    },
    /// RFC 3161 2.3: only timeStamping.
    #[error(
        "'{subject}' has {count} purposes besides timeStamping; have it issued for timeStamping alone"
    )]
    OtherPurposes {
        /// The first certificate.
        subject: String,
        /// How many others.
        count: usize,
    },
    /// A CA's key signs certificates, not tokens.
    #[error("'{subject}' is a CA; have a certificate of its own issued for the TSU")]
    IsCa {
        /// The first certificate.
        subject: String,
    },
    /// RFC 3161 2.3 by way of RFC 5280 4.2.1.3: signatures only.
    #[error(
        "keyUsage of '{subject}' does not fit; have it issued with digitalSignature, nonRepudiation or both, and nothing else"
    )]
    KeyUsage {
        /// The first certificate.
        subject: String,
    },
    /// Ed25519 in a token is refused by PKCS#7-based clients.
    #[error(
        "the TSU's key is Ed25519, which most clients cannot check in a token; use ECDSA P-384, P-256 or RSA"
    )]
    Ed25519,
    /// The key file belongs to another certificate.
    #[error(
        "the key is not the one in '{subject}'; give the key file that the certificate was requested with"
    )]
    OtherKey {
        /// The first certificate.
        subject: String,
    },
    /// The key did not sign the probe.
    #[error("the key failed its trial signature; check the key or the device that holds it")]
    ProbeNotSigned(#[source] SignError),
    /// The signature of the probe is wrong.
    #[error(
        "the key made a trial signature that its certificate does not verify; check the device that holds it"
    )]
    ProbeNotVerified,
    /// Before notBefore.
    #[error("'{subject}' is not valid before {not_before}; check the clock, or wait")]
    NotYetValid {
        /// Its subject.
        subject: String,
        /// First instant of its validity.
        not_before: UnixMicros,
    },
    /// After notAfter.
    #[error("'{subject}' expired at {not_after}; install its successor")]
    Expired {
        /// Its subject.
        subject: String,
        /// Last instant of its validity.
        not_after: UnixMicros,
    },
    /// RFC 5280 4.2: an unknown critical extension.
    #[error(
        "'{subject}' has the critical extension {oid}, which is not understood; have it issued without"
    )]
    UnknownCritical {
        /// Its subject.
        subject: String,
        /// The extension.
        oid: RawOid,
    },
    /// The next certificate is not the issuer's.
    #[error(
        "after '{subject}' comes '{found}', but it was issued by '{issuer}'; put that certificate there"
    )]
    NotTheIssuer {
        /// The certificate issued.
        subject: String,
        /// Its issuer.
        issuer: String,
        /// Subject of the next certificate.
        found: String,
    },
    /// The chain stops before a self-signed certificate.
    #[error(
        "the chain ends at '{subject}'; append the certificate of its issuer '{issuer}', up to the self-signed root"
    )]
    Incomplete {
        /// The last certificate.
        subject: String,
        /// Its issuer.
        issuer: String,
    },
    /// The issuer's certificate does not let it issue this one (RFC 5280 4.2.1.3, 4.2.1.9,
    /// 4.2.1.12: cA, keyCertSign, pathLenConstraint, purposes).
    #[error(
        "'{issuer}' may not issue below it: {rule}; use a chain whose CA certificates allow it"
    )]
    MayNotIssue {
        /// The CA's subject.
        issuer: String,
        /// What forbids it.
        rule: IssuingRule,
    },
    /// A signature algorithm that is not checked here.
    #[error(
        "'{subject}' is signed with algorithm {oid}, which is not supported; use ECDSA, RSA PKCS#1 v1.5 or Ed25519 with SHA-256 or better"
    )]
    SignatureAlgorithm {
        /// The certificate signed.
        subject: String,
        /// The algorithm.
        oid: RawOid,
    },
    /// The signature is wrong.
    #[error(
        "'{issuer}' did not sign '{subject}' with the key in the next certificate; use the issuer's certificate for that very key"
    )]
    BadSignature {
        /// The certificate signed.
        subject: String,
        /// Its issuer.
        issuer: String,
    },
}

/// What in a CA certificate forbids what it issued.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssuingRule {
    /// basicConstraints is missing or says cA FALSE.
    #[error("basicConstraints does not say that it is a CA")]
    NotACa,
    /// keyUsage lacks keyCertSign.
    #[error("keyUsage lacks keyCertSign")]
    NoKeyCertSign,
    /// pathLenConstraint is too small.
    #[error("pathLenConstraint allows fewer CAs below")]
    PathLength,
    /// extendedKeyUsage lacks timeStamping.
    #[error("extendedKeyUsage lacks timeStamping")]
    Purpose,
}

impl AuthorityIdentity {
    /// Proves that `chain` (TSU first, self-signed root last) and `signer` make
    /// an authority that may stamp at the instant `at`.
    ///
    /// Not checked: revocation, name constraints and certificate policies;
    /// those are the relying party's, and its trust in the root is, too.
    ///
    /// # Errors
    ///
    /// [`IdentityError`]: the first rule broken, and what to do about it.
    pub fn prove(
        chain: Vec<CertificateView>,
        signer: Arc<dyn Signer>,
        at: UnixMicros,
    ) -> Result<Self, IdentityError> {
        let certificate = chain.first().ok_or(IdentityError::NoCertificate)?.clone();
        if chain.len() > MAX_CERTIFICATES {
            let count = chain.len();
            return Err(IdentityError::ChainTooLong { count });
        }
        check_purpose(&certificate)?;
        check_usage(&certificate)?;
        check_key(&certificate, &*signer)?;
        let validity = chain::check(&chain, at)?;
        Ok(Self {
            chain,
            certificate,
            validity,
            signer,
        })
    }

    /// The TSU's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &CertificateView {
        &self.certificate
    }

    /// All certificates, TSU first, self-signed root last.
    #[must_use]
    pub fn chain(&self) -> &[CertificateView] {
        &self.chain
    }

    /// The instants at which every certificate of the chain is valid; what a
    /// verifier needs of the path at genTime.
    #[must_use]
    pub const fn validity(&self) -> &RangeInclusive<UnixMicros> {
        &self.validity
    }

    /// The key.
    #[must_use]
    pub const fn signer(&self) -> &Arc<dyn Signer> {
        &self.signer
    }
}

/// RFC 3161 section 2.3: one extendedKeyUsage, critical, timeStamping alone.
fn check_purpose(certificate: &CertificateView) -> Result<(), IdentityError> {
    let subject = || certificate.subject_text();
    let Some((critical, purposes)) = certificate.extended_key_usage() else {
        return Err(IdentityError::NotForTimeStamping { subject: subject() });
    };
    if !purposes.iter().any(chain::is_time_stamping) {
        return Err(IdentityError::NotForTimeStamping { subject: subject() });
    }
    if !critical {
        return Err(IdentityError::PurposeNotCritical { subject: subject() });
    }
    match purposes.len() {
        0 | 1 => Ok(()),
        all => Err(IdentityError::OtherPurposes {
            subject: subject(),
            count: all.saturating_sub(1),
        }),
    }
}

fn check_usage(certificate: &CertificateView) -> Result<(), IdentityError> {
    let subject = || certificate.subject_text();
    if certificate
        .basic_constraints()
        .is_some_and(|basic| basic.ca)
    {
        return Err(IdentityError::IsCa { subject: subject() });
    }
    // An absent keyUsage restricts nothing (RFC 5280 4.2.1.3).
    if certificate
        .key_usage()
        .is_some_and(|usage| !usage.only_signatures())
    {
        return Err(IdentityError::KeyUsage { subject: subject() });
    }
    Ok(())
}

/// A trial signature decides: comparing the two keys' octets would refuse an
/// odd encoding, and would believe a signer that names a key it does not hold.
fn check_key(certificate: &CertificateView, signer: &dyn Signer) -> Result<(), IdentityError> {
    let algorithm = signer.algorithm();
    if algorithm == SignatureAlgorithm::Ed25519 {
        return Err(IdentityError::Ed25519);
    }
    // No token: signedAttrs start with 31, this with a letter.
    let probe = b"meridian: does this key belong to this certificate?";
    let signature = signer.sign(probe).map_err(IdentityError::ProbeNotSigned)?;
    let signed_by = |key| verification::signed_by(algorithm, key, probe, &signature);
    if signed_by(certificate.spki()) {
        return Ok(());
    }
    if signed_by(signer.public_key()) {
        return Err(IdentityError::OtherKey {
            subject: certificate.subject_text(),
        });
    }
    Err(IdentityError::ProbeNotVerified)
}

#[cfg(test)]
mod tests;
