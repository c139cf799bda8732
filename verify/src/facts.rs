//! What a token says, for reports: read, not judged.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::checks::tst_info::Times;
use crate::crypto::digest::{digest, named};
use crate::instant::Interval;
use crate::name::show;

/// The fields of a token.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenFacts {
    /// genTime as written.
    pub gen_time_text: String,
    /// genTime as an instant, if it keeps the grammar.
    pub gen_time: Option<UnixMicros>,
    /// Accuracy in microseconds, if stated.
    pub accuracy_us: Option<u64>,
    /// Serial number in decimal digits.
    pub serial: String,
    /// Policy, dotted.
    pub policy: String,
    /// Name of the digest algorithm, or its dotted identifier.
    pub imprint_algorithm: String,
    /// Digest of the data.
    pub imprint: Vec<u8>,
    /// Whether genTimes are said to order tokens.
    pub ordering: bool,
    /// Nonce in decimal digits.
    pub nonce: Option<String>,
    /// Dotted identifiers of the extensions, and whether each is critical.
    pub extensions: Vec<(String, bool)>,
    /// Subject of the signer's certificate, if that is at hand.
    pub signer: Option<String>,
    /// SHA-256 of that certificate.
    pub signer_digest: Option<Vec<u8>>,
    /// The instants that the token may mean.
    pub(crate) interval: Option<Interval>,
}

impl TokenFacts {
    pub(crate) fn of(
        tst_info: &TstInfoView<'_>,
        times: Option<&Times>,
        signer: Option<&CertificateReading<'_>>,
    ) -> Self {
        let algorithm = named(&tst_info.imprint_algorithm);
        let extensions = tst_info.extensions.iter();
        Self {
            gen_time_text: String::from_utf8_lossy(&tst_info.gen_time).into_owned(),
            gen_time: times.map(|times| times.reading.at),
            accuracy_us: times.and_then(|times| times.accuracy_us),
            serial: tst_info.serial.to_decimal(),
            policy: tst_info.policy.to_string(),
            imprint_algorithm: algorithm.map_or_else(
                || tst_info.imprint_algorithm.oid.to_string(),
                |algorithm| algorithm.name().to_owned(),
            ),
            imprint: tst_info.imprint.to_vec(),
            ordering: tst_info.ordering,
            nonce: tst_info.nonce.map(|nonce| nonce.to_decimal()),
            extensions: extensions
                .map(|one| (one.oid.to_string(), one.critical))
                .collect(),
            signer: signer.map(|signer| show(&signer.subject)),
            signer_digest: signer.map(|signer| digest(HashAlgorithm::Sha256, signer.raw)),
            interval: times.and_then(|times| times.interval),
        }
    }
}
