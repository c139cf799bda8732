//! The rules for a certificate that issues others, at a stated time.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::{
    BasicConstraints, CertificateReading, key_purposes, key_usage,
};
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::walk::Walk;

use crate::certificate::{bounds, unknown_critical};
use crate::crypto::key::KeyFault;
use crate::crypto::scheme::{SchemeFault, SignatureFault};
use crate::name::same_name;
use crate::path::validate::Terms;

/// keyCertSign, bit 5.
const KEY_USAGE_CERT_SIGN: u16 = 0b0000_0100_0000_0000;

/// Extensions that an issuer's certificate may have critical.
const KNOWN_EXTENSIONS: &[ObjectIdentifier] = &[
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
];

/// Which rule an issuer's certificate breaks, or which cannot be decided.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum IssuerFault {
    #[error("not valid at genTime ({first} to {last})")]
    NotValid { first: String, last: String },
    #[error("its validity cannot be read")]
    NoValidity,
    #[error("it is not a CA")]
    NotCa,
    #[error("more CA certificates below it than its path length of {allowed}")]
    PathLength { allowed: u64 },
    #[error("its key is not for signing certificates")]
    KeyUsage,
    #[error("it may not issue certificates for this purpose")]
    Purpose,
    #[error("unknown critical extension {oid}")]
    UnknownCritical { oid: String },
    #[error("an extension cannot be read: {0}")]
    Extension(ReadError),
    #[error("the algorithms inside and outside its signed part differ")]
    TwoAlgorithms,
    #[error("{0}")]
    Scheme(SchemeFault),
    #[error("its issuer's key: {0}")]
    Key(KeyFault),
    #[error("{0}")]
    Signature(SignatureFault),
}

impl IssuerFault {
    /// Whether it says something about the path, rather than about this verifier.
    pub(crate) const fn convicts(&self) -> bool {
        match self {
            Self::Scheme(fault) => fault.convicts(),
            Self::Key(fault) => fault.convicts(),
            Self::Signature(fault) => fault.convicts(),
            _ => true,
        }
    }
}

impl IssuerFault {
    /// Whether a rule for what a certificate may do is broken, and not its dates or its signature.
    pub(crate) const fn is_constraint(&self) -> bool {
        matches!(
            self,
            Self::NotCa
                | Self::PathLength { .. }
                | Self::KeyUsage
                | Self::Purpose
                | Self::UnknownCritical { .. }
        )
    }
}

/// RFC 5280 section 6.1.3 (a)(2) and 6.1.4 (k) to (o) for one intermediate certificate. `below`
/// are the CA certificates between it and the signer.
pub(crate) fn judge_issuer(
    issuer: &CertificateReading<'_>,
    below: &[&CertificateReading<'_>],
    terms: &Terms,
) -> Result<(), IssuerFault> {
    let (first, last) = bounds(issuer).ok_or(IssuerFault::NoValidity)?;
    if !terms.interval.is_within(first, last) {
        let (first, last) = (first.to_string(), last.to_string());
        return Err(IssuerFault::NotValid { first, last });
    }
    basic_constraints(issuer, below)?;
    usage(issuer)?;
    purpose(issuer, &terms.purpose)?;
    if let Some(oid) = unknown_critical(issuer, KNOWN_EXTENSIONS) {
        return Err(IssuerFault::UnknownCritical { oid });
    }
    Ok(())
}

/// Sections 6.1.4 (k) to (m): a CA, and not too many self-made names below it.
fn basic_constraints(
    issuer: &CertificateReading<'_>,
    below: &[&CertificateReading<'_>],
) -> Result<(), IssuerFault> {
    let extension = issuer.extensions_of(&oid::BASIC_CONSTRAINTS).next();
    let value = extension.ok_or(IssuerFault::NotCa)?.value;
    let constraints = BasicConstraints::read(value, &mut Walk::default());
    let constraints = constraints.map_err(IssuerFault::Extension)?;
    if !constraints.is_ca {
        return Err(IssuerFault::NotCa);
    }
    let counted = below
        .iter()
        .filter(|one| !same_name(&one.subject, &one.issuer))
        .count();
    match constraints.path_len {
        Some(allowed) if u64::try_from(counted).is_ok_and(|counted| counted > allowed) => {
            Err(IssuerFault::PathLength { allowed })
        }
        _ => Ok(()),
    }
}

/// Section 6.1.4 (n).
fn usage(issuer: &CertificateReading<'_>) -> Result<(), IssuerFault> {
    let Some(extension) = issuer.extensions_of(&oid::KEY_USAGE).next() else {
        return Ok(());
    };
    let bits = key_usage(extension.value, &mut Walk::default());
    match bits.map_err(IssuerFault::Extension)? & KEY_USAGE_CERT_SIGN {
        0 => Err(IssuerFault::KeyUsage),
        _ => Ok(()),
    }
}

/// extendedKeyUsage of an issuer is absent, any, or includes the purpose. Not in RFC 5280; what
/// every large verifier does and authorities rely on.
fn purpose(issuer: &CertificateReading<'_>, purpose: &ObjectIdentifier) -> Result<(), IssuerFault> {
    let Some(extension) = issuer.extensions_of(&oid::EXTENDED_KEY_USAGE).next() else {
        return Ok(());
    };
    let mut walk = Walk::default();
    let purposes = key_purposes(extension.value, &mut walk).map_err(IssuerFault::Extension)?;
    let allowed = [*purpose, oid::KP_ANY];
    let fits = purposes
        .iter()
        .any(|purpose| allowed.iter().any(|allowed| purpose.is(allowed)));
    if fits {
        Ok(())
    } else {
        Err(IssuerFault::Purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::Interval;
    use meridian_wire::reader::der_form::{element, set_of};
    use meridian_wire::time::UnixMicros;

    type Extension<'a> = (ObjectIdentifier, &'a [u8]);

    const CA: Extension<'_> = (oid::BASIC_CONSTRAINTS, &[0x30, 0x03, 0x01, 0x01, 0xff]);
    const CERT_SIGN: Extension<'_> = (oid::KEY_USAGE, &[0x03, 0x02, 0x02, 0x04]);

    fn name(text: &str) -> Vec<u8> {
        let kind = element(&[0x06], oid::COMMON_NAME.as_bytes());
        let pair = element(&[0x30], &[kind, element(&[0x0c], text.as_bytes())].concat());
        element(&[0x30], &set_of(vec![pair]))
    }

    /// A certificate for 2026 with these critical extensions; its signature is nonsense.
    fn certificate(subject: &str, issuer: &str, extensions: &[Extension<'_>]) -> Vec<u8> {
        let algorithm = element(&[0x30], &element(&[0x06], oid::ED25519.as_bytes()));
        let bits = element(&[0x03], &[0, 1]);
        let time = |text: &str| element(&[0x17], text.as_bytes());
        let validity = [time("260101000000Z"), time("261231235959Z")].concat();
        let extensions: Vec<_> = extensions
            .iter()
            .map(|(oid, value)| {
                let oid = element(&[0x06], oid.as_bytes());
                let value = element(&[0x04], value);
                element(&[0x30], &[oid, vec![0x01, 0x01, 0xff], value].concat())
            })
            .collect();
        let tbs = [
            element(&[0x02], &[1]),
            algorithm.clone(),
            name(issuer),
            element(&[0x30], &validity),
            name(subject),
            element(&[0x30], &[algorithm.clone(), bits.clone()].concat()),
            element(&[0xa3], &element(&[0x30], &extensions.concat())),
        ];
        element(
            &[0x30],
            &[element(&[0x30], &tbs.concat()), algorithm, bits].concat(),
        )
    }

    fn judged(extensions: &[Extension<'_>], below: &[Vec<u8>], at: &str) -> Option<IssuerFault> {
        let issuer = certificate("CA", "Root", extensions);
        let read = |der| CertificateReading::read(der, &mut Walk::default()).unwrap();
        let issuer = read(&issuer);
        let below: Vec<_> = below.iter().map(|der| read(der)).collect();
        let below: Vec<_> = below.iter().collect();
        let at = UnixMicros::parse_rfc3339(at).unwrap();
        let terms = Terms::new(Interval::instant(at), oid::KP_TIME_STAMPING);
        judge_issuer(&issuer, &below, &terms).err()
    }

    fn fault_of(extensions: &[Extension<'_>]) -> Option<IssuerFault> {
        judged(extensions, &[], "2026-06-01T00:00:00Z")
    }

    #[test]
    fn accepts_a_ca_that_signs_certificates() {
        assert_eq!(fault_of(&[CA, CERT_SIGN]), None);
        assert_eq!(fault_of(&[CA]), None);
    }

    #[test]
    fn refuses_a_certificate_that_is_no_ca() {
        assert_eq!(fault_of(&[CERT_SIGN]), Some(IssuerFault::NotCa));
        let not = (oid::BASIC_CONSTRAINTS, &[0x30, 0x00][..]);
        assert_eq!(fault_of(&[not, CERT_SIGN]), Some(IssuerFault::NotCa));
    }

    #[test]
    fn refuses_a_key_that_may_not_sign_certificates() {
        let digital_signature = (oid::KEY_USAGE, &[0x03, 0x02, 0x07, 0x80][..]);
        assert_eq!(
            fault_of(&[CA, digital_signature]),
            Some(IssuerFault::KeyUsage)
        );
    }

    #[test]
    fn refuses_a_ca_for_another_purpose() {
        let purpose = |oid: ObjectIdentifier| element(&[0x30], &element(&[0x06], oid.as_bytes()));
        let of = |oid| fault_of(&[CA, (oid::EXTENDED_KEY_USAGE, &purpose(oid))]);
        assert_eq!(of(oid::KP_OCSP_SIGNING), Some(IssuerFault::Purpose));
        assert_eq!(of(oid::KP_TIME_STAMPING), None);
        assert_eq!(of(oid::KP_ANY), None);
    }

    #[test]
    fn refuses_more_cas_below_than_the_path_length() {
        let one = (
            oid::BASIC_CONSTRAINTS,
            &[0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0x01][..],
        );
        let at = "2026-06-01T00:00:00Z";
        let below = |count| vec![certificate("Sub", "CA", &[CA]); count];
        assert_eq!(judged(&[one], &below(1), at), None);
        let fault = Some(IssuerFault::PathLength { allowed: 1 });
        assert_eq!(judged(&[one], &below(2), at), fault);
        // Self-issued certificates do not count (RFC 5280 section 6.1.4 (l)).
        let self_issued = vec![certificate("CA", "CA", &[CA]); 2];
        assert_eq!(judged(&[one], &self_issued, at), None);
    }

    #[test]
    fn refuses_a_ca_outside_its_dates() {
        for at in ["2025-12-31T23:59:59Z", "2027-01-01T00:00:00Z"] {
            assert!(matches!(
                judged(&[CA], &[], at),
                Some(IssuerFault::NotValid { .. })
            ));
        }
        assert_eq!(judged(&[CA], &[], "2026-12-31T23:59:59Z"), None);
    }

    #[test]
    fn refuses_an_unknown_critical_extension() {
        let fault = fault_of(&[CA, (oid::LOCATION_CLAIM, &[0x05, 0x00])]);
        assert!(matches!(fault, Some(IssuerFault::UnknownCritical { .. })));
    }
}
