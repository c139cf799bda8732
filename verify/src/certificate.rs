//! What several checks ask of a certificate.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::{BasicConstraints, CertificateReading};
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

use crate::instant::{Interval, parse_x509_time};

/// Both bounds of the validity, themselves included (RFC 5280 section 4.1.2.5).
pub(crate) fn bounds(certificate: &CertificateReading<'_>) -> Option<(UnixMicros, UnixMicros)> {
    let first = parse_x509_time(&certificate.not_before)?;
    let last = parse_x509_time(&certificate.not_after)?;
    Some((first, last))
}

/// Whether it is valid over a whole interval.
pub(crate) fn is_valid_over(certificate: &CertificateReading<'_>, interval: Interval) -> bool {
    bounds(certificate).is_some_and(|(first, last)| interval.is_within(first, last))
}

/// The first critical extension that is not in the list.
pub(crate) fn unknown_critical(
    certificate: &CertificateReading<'_>,
    known: &[ObjectIdentifier],
) -> Option<String> {
    let is_known = |oid: &OidView<'_>| known.iter().any(|known| oid.is(known));
    let mut critical = certificate
        .extensions
        .iter()
        .filter(|extension| extension.critical);
    let unknown = critical.find(|extension| !is_known(&extension.oid))?;
    Some(unknown.oid.to_string())
}

/// Whether basicConstraints say CA.
pub(crate) fn is_ca(certificate: &CertificateReading<'_>) -> bool {
    certificate
        .extensions_of(&oid::BASIC_CONSTRAINTS)
        .any(|extension| {
            BasicConstraints::read(extension.value, &mut Walk::default())
                .is_ok_and(|constraints| constraints.is_ca)
        })
}
