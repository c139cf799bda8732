//! What people call the algorithms that this verifier does not know.

use meridian_wire::reader::oid::OidView;

/// Identifiers, or the arcs above them, and names.
const NAMES: &[(&str, &str)] = &[
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"),
    ("2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f"),
    ("2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s"),
    ("2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f"),
    ("2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s"),
    ("2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f"),
    ("2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s"),
    ("2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f"),
    ("2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s"),
    ("2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f"),
    ("2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s"),
    ("2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f"),
    ("1.3.36.3.3.2.8.1.1.5", "brainpoolP224r1"),
    ("1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.132.0.33", "P-224"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10040.4.3", "DSA with SHA-1"),
    ("1.2.156.10197.1", "of the Chinese SM standards"),
    ("1.2.643", "GOST"),
];

/// Composites of ML-DSA with a signature of before (draft-ietf-lamps-pq-composite-sigs).
const COMPOSITES: (&str, std::ops::RangeInclusive<u8>) = ("1.3.6.1.5.5.7.6.", 37..=54);

/// `Ed448 (1.3.101.113)`, or the identifier alone.
pub(super) fn describe(oid: &OidView<'_>) -> String {
    let dotted = oid.to_string();
    let known = NAMES.iter().find(|(known, _)| {
        let rest = dotted.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let (arc, last) = COMPOSITES;
    let is_composite = dotted
        .strip_prefix(arc)
        .is_some_and(|rest| rest.parse().is_ok_and(|number| last.contains(&number)));
    match known {
        Some((_, name)) => format!("{name} ({dotted})"),
        None if is_composite => format!("a composite with ML-DSA ({dotted})"),
        None => dotted,
    }
}
