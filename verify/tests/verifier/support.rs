//! Tokens of OpenSSL from rfc-vectors, and ways to break them.

use std::path::{Path, PathBuf};

use meridian_rfc_vectors::vector::load;
use meridian_verify::artifact::Artifact;
use meridian_verify::finding::{CheckId, Status};
use meridian_verify::input::recognise;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verify::{imprint_algorithm, verify_timestamp};
use meridian_wire::reader::der_form::element;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

/// What the vectors are about.
pub(crate) const DATA: &[u8] = b"Meridian test vector\n";

/// After the vectors were made, before their certificates end.
pub(crate) const AT: &str = "2026-11-24T08:00:00Z";

/// A file of rfc-vectors/openssl-verify.
pub(crate) fn vector(name: &str) -> Vec<u8> {
    let vectors = load("openssl-verify").unwrap();
    let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
    vector.body.octets().unwrap().to_vec()
}

/// The token inside a response.
pub(crate) fn token_of(response: &[u8]) -> Vec<u8> {
    let mut walk = Walk::default();
    let outer = Tlv::only(response, &mut walk).unwrap();
    let members = outer.sequence().unwrap().collect(2, &mut walk).unwrap();
    members[1].raw().to_vec()
}

/// A time of RFC 3339.
pub(crate) fn instant(text: &str) -> UnixMicros {
    UnixMicros::parse_rfc3339(text).unwrap()
}

/// Trust in the vectors' root, nothing else at hand.
pub(crate) fn policy() -> VerifyPolicy {
    let anchors = TrustAnchors::new(vec![vector("root.cer")]).unwrap();
    VerifyPolicy::new(anchors, instant(AT))
}

/// Judges a token that is said to be about [`DATA`].
pub(crate) fn judge(token: &[u8], policy: &VerifyPolicy) -> Report {
    judge_about(token, DATA, policy)
}

/// Judges a token that is said to be about `data`.
pub(crate) fn judge_about(token: &[u8], data: &[u8], policy: &VerifyPolicy) -> Report {
    let input = recognise(token).unwrap();
    let algorithm = imprint_algorithm(&input);
    let artifact = algorithm.map(|algorithm| Artifact::from_reader(algorithm, data).unwrap());
    verify_timestamp(&input, artifact.as_ref(), policy)
}

/// How one check ended.
pub(crate) fn status(report: &Report, number: u16) -> Option<Status> {
    let id = CheckId::new(number);
    let mut findings = report.findings().iter();
    findings
        .find(|finding| finding.id == id)
        .map(|finding| finding.status)
}

/// The ids of the checks that failed.
pub(crate) fn failed(report: &Report) -> Vec<String> {
    let failed = report
        .findings()
        .iter()
        .filter(|finding| finding.status == Status::Failed);
    failed.map(|finding| finding.id.to_string()).collect()
}

/// The ids of the checks that could not decide.
pub(crate) fn undecided(report: &Report) -> Vec<String> {
    let undecided = report
        .findings()
        .iter()
        .filter(|finding| finding.status == Status::Indeterminate);
    undecided.map(|finding| finding.id.to_string()).collect()
}

/// Replaces the element that is reached by going to these children in turn, all lengths
/// around it made anew.
pub(crate) fn replace(der: &[u8], route: &[usize], new: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((next, route)) = route.split_first() else {
        return new(der);
    };
    let mut walk = Walk::default();
    let outer = Tlv::only(der, &mut walk).unwrap();
    let children = outer.children().unwrap().collect(64, &mut walk).unwrap();
    let mut new = Some(new);
    let content: Vec<_> = children
        .iter()
        .enumerate()
        .map(|(place, child)| match (place == *next, new.take()) {
            (true, Some(change)) => replace(child.raw(), route, change),
            (_, kept) => {
                new = kept;
                child.raw().to_vec()
            }
        })
        .collect();
    element(&der[..1], &content.concat())
}

/// A folder beside the repository, if it is there.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared")
        .join(folder);
    path.is_dir().then_some(path)
}
