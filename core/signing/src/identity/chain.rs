//! The chain of an authority: each certificate issued by the next, up to a self-signed one.

use std::ops::RangeInclusive;

use meridian_wire::oid::{self, ObjectIdentifier, RawOid};
use meridian_wire::time::UnixMicros;
use meridian_wire::x509::certificate::CertificateView;

use super::{IdentityError, IssuingRule, KP_TIME_STAMPING, verification};

/// Critical extensions that are looked at here, or left to the relying party
/// knowingly (constraints and policies: see `AuthorityIdentity::prove`).
const UNDERSTOOD: [ObjectIdentifier; 7] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::NAME_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::POLICY_CONSTRAINTS,
];

/// Checks a chain at one instant and returns when all of it is valid.
pub(super) fn check(
    chain: &[CertificateView],
    at: UnixMicros,
) -> Result<RangeInclusive<UnixMicros>, IdentityError> {
    let mut validity = UnixMicros::new(i64::MIN)..=UnixMicros::new(i64::MAX);
    for certificate in chain {
        check_alone(certificate, at)?;
        validity = *validity.start().max(&certificate.not_before())
            ..=*validity.end().min(&certificate.not_after());
    }
    let issuers = chain.iter().skip(1);
    for (cas_below, (certificate, issuer)) in chain.iter().zip(issuers).enumerate() {
        check_issued(certificate, issuer, cas_below)?;
    }
    if let Some(last) = chain.last() {
        check_root(last)?;
    }
    Ok(validity)
}

/// Dates and critical extensions. `at` is a reading, not an interval: the
/// interval of each token is checked when it is made.
fn check_alone(certificate: &CertificateView, at: UnixMicros) -> Result<(), IdentityError> {
    let subject = || certificate.subject_text();
    if at < certificate.not_before() {
        return Err(IdentityError::NotYetValid {
            subject: subject(),
            not_before: certificate.not_before(),
        });
    }
    if at > certificate.not_after() {
        return Err(IdentityError::Expired {
            subject: subject(),
            not_after: certificate.not_after(),
        });
    }
    match certificate.unknown_critical(&UNDERSTOOD).first() {
        None => Ok(()),
        Some(oid) => Err(IdentityError::UnknownCritical {
            subject: subject(),
            oid: RawOid::clone(oid),
        }),
    }
}

/// RFC 5280 section 6.1.3 (a)(1), (a)(4) and 6.1.4 (k) to (n).
fn check_issued(
    certificate: &CertificateView,
    issuer: &CertificateView,
    cas_below: usize,
) -> Result<(), IdentityError> {
    if certificate.issuer() != issuer.subject() {
        return Err(IdentityError::NotTheIssuer {
            subject: certificate.subject_text(),
            issuer: certificate.issuer_text(),
            found: issuer.subject_text(),
        });
    }
    if let Some(rule) = forbidden(issuer, cas_below) {
        return Err(IdentityError::MayNotIssue {
            issuer: issuer.subject_text(),
            rule,
        });
    }
    check_signature(certificate, issuer)
}

/// What forbids `issuer` to issue, with so many CAs between it and the TSU.
fn forbidden(issuer: &CertificateView, cas_below: usize) -> Option<IssuingRule> {
    let Some(basic) = issuer.basic_constraints().filter(|basic| basic.ca) else {
        return Some(IssuingRule::NotACa);
    };
    if issuer
        .key_usage()
        .is_some_and(|usage| !usage.key_cert_sign())
    {
        return Some(IssuingRule::NoKeyCertSign);
    }
    let too_many = |limit| usize::try_from(limit).is_ok_and(|limit| cas_below > limit);
    if basic.path_len.is_some_and(too_many) {
        return Some(IssuingRule::PathLength);
    }
    let fits = |purpose: &RawOid| is_time_stamping(purpose) || is(purpose, &oid::KP_ANY);
    match issuer.extended_key_usage() {
        Some((_, purposes)) if !purposes.iter().any(fits) => Some(IssuingRule::Purpose),
        _ => None,
    }
}

fn check_root(last: &CertificateView) -> Result<(), IdentityError> {
    if last.issuer() != last.subject() {
        return Err(IdentityError::Incomplete {
            subject: last.subject_text(),
            issuer: last.issuer_text(),
        });
    }
    check_signature(last, last)
}

fn check_signature(
    certificate: &CertificateView,
    issuer: &CertificateView,
) -> Result<(), IdentityError> {
    let algorithm = certificate.signature_oid();
    let verdict = algorithm.to_oid().and_then(|oid| {
        verification::certificate_signed_by(
            &oid,
            issuer.spki(),
            certificate.tbs(),
            certificate.signature(),
        )
    });
    match verdict {
        Some(true) => Ok(()),
        Some(false) => Err(IdentityError::BadSignature {
            subject: certificate.subject_text(),
            issuer: certificate.issuer_text(),
        }),
        None => Err(IdentityError::SignatureAlgorithm {
            subject: certificate.subject_text(),
            oid: algorithm.clone(),
        }),
    }
}

pub(super) fn is_time_stamping(purpose: &RawOid) -> bool {
    is(purpose, &KP_TIME_STAMPING)
}

fn is(purpose: &RawOid, oid: &ObjectIdentifier) -> bool {
    purpose.as_bytes() == oid.as_bytes()
}
