//! V029 and V030: the token is about this data.

use meridian_wire::reader::tst_info::TstInfoView;

use crate::artifact::Artifact;
use crate::crypto::digest::named;
use crate::finding::{Checked, Finding, Proof};
use crate::sub_indication::SubIndication;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct ImprintProofs {
    length: Proof<29>,
    matched: Proof<30>,
}

/// Runs the family.
pub(crate) fn check(
    tst_info: &TstInfoView<'_>,
    artifact: Option<&Artifact>,
    findings: &mut Vec<Finding>,
) -> Option<ImprintProofs> {
    let length = length(tst_info).record(findings);
    let matched = matched(tst_info, artifact).record(findings);
    Some(ImprintProofs {
        length: length?,
        matched: matched?,
    })
}

/// V029, RFC 3161 section 2.4.2: the digest has its algorithm's length and no parameters.
fn length(tst_info: &TstInfoView<'_>) -> Checked<29> {
    let Some(algorithm) = named(&tst_info.imprint_algorithm) else {
        let oid = tst_info.imprint_algorithm.oid;
        return Checked::indeterminate(format!("digest algorithm {oid} is not supported"))
            .because(SubIndication::CryptoConstraintsFailure);
    };
    if !tst_info.imprint_algorithm.has_no_parameters() {
        return Checked::failed(format!(
            "{algorithm} with parameters, where none are defined"
        ));
    }
    match (tst_info.imprint.len(), algorithm.digest_len()) {
        (actual, expected) if actual == expected => {
            Checked::passed(format!("a {algorithm} digest of {actual} octets"))
        }
        (actual, expected) => Checked::failed(format!(
            "a {algorithm} digest has {expected} octets, the token has {actual}"
        )),
    }
}

/// V030, RFC 3161 section 2.2: the imprint is the digest of the data at hand.
fn matched(tst_info: &TstInfoView<'_>, artifact: Option<&Artifact>) -> Checked<30> {
    let Some(algorithm) = named(&tst_info.imprint_algorithm) else {
        return Checked::not_run("the token's digest algorithm is not supported");
    };
    let Some(artifact) = artifact else {
        return Checked::indeterminate("the data is not at hand")
            .because(SubIndication::SignedDataNotFound);
    };
    if artifact.algorithm() != algorithm {
        return Checked::indeterminate(format!(
            "the token holds a {algorithm} digest, a {} digest was given",
            artifact.algorithm()
        ))
        .because(SubIndication::SignedDataNotFound);
    }
    if artifact.digest() == &*tst_info.imprint {
        Checked::passed(format!("the token is about this data ({algorithm})"))
    } else {
        Checked::failed("the token is about other data: the digests differ")
    }
}
