//! What a token says, for reports: read, not judged.

use meridian_wire::leaf::token_digest;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::algorithms::catalogue::Catalogue;
use crate::artifact::Artifact;
use crate::checks::signature::signed_attrs_as_der_set;
use crate::checks::tst_info::Times;
use crate::crypto::digest::{digest, named};
use crate::crypto::memory::sha256;
use crate::input::Recognised;
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
    /// What a log knows it by: SHA-256("MLD1" ‖ DER(signedAttrs as SET OF) ‖ signature), if it has
    /// signed attributes. Certificates and unsigned attributes may come and go.
    pub id: Option<[u8; 32]>,
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
        signer_info: Option<&SignerInfoView<'_>>,
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
            id: signer_info.and_then(id),
            signer: signer.map(|signer| show(&signer.subject)),
            signer_digest: signer.map(|signer| digest(HashAlgorithm::Sha256, signer.raw)),
            interval: times.and_then(|times| times.interval),
        }
    }
}

fn id(signer: &SignerInfoView<'_>) -> Option<[u8; 32]> {
    signer.signed_attrs_element?;
    let set = signed_attrs_as_der_set(signer).ok()?;
    Some(token_digest(&set, &signer.signature))
}

/// A file that was judged.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InputFacts {
    /// `token` or `data`.
    pub role: &'static str,
    /// As the caller called it.
    pub name: Option<String>,
    /// Its octets; none if only a digest was given.
    pub size: Option<u64>,
    /// Name of the digest's algorithm.
    pub algorithm: &'static str,
    /// Its digest.
    pub digest: Vec<u8>,
}

impl InputFacts {
    pub(crate) fn of(input: &Recognised, artifact: Option<&Artifact>) -> Vec<Self> {
        let octets = input.text.as_deref().unwrap_or(&input.octets);
        let token = Self {
            role: "token",
            name: input.name.clone(),
            size: u64::try_from(octets.len()).ok(),
            algorithm: HashAlgorithm::Sha256.name(),
            digest: sha256(octets).to_vec(),
        };
        let data = artifact.map(|artifact| Self {
            role: "data",
            name: artifact.name().map(str::to_owned),
            size: artifact.size(),
            algorithm: artifact.algorithm().name(),
            digest: artifact.digest().to_vec(),
        });
        [token].into_iter().chain(data).collect()
    }
}

/// Which catalogue of algorithms was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CatalogueFacts {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text.
    pub digest: [u8; 32],
}

impl CatalogueFacts {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        Self {
            name: catalogue.name().to_owned(),
            digest: *catalogue.digest(),
        }
    }
}
