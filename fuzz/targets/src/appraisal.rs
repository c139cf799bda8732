//! Location evidence of subjects, and the policy documents of authorities.

use std::sync::LazyLock;

use meridian_appraisal::policy::DatabaseRule;
use meridian_appraisal::policy::IpRule;
use meridian_appraisal::{
    AppraisalPolicy, CheckSignature, Means, PolicyDocument, appraise, history, ip,
};
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem, KeyStatus, SubjectKey};
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::oid;

/// When the evidence is accepted, Unix time in milliseconds.
const ACCEPTED_MS: i64 = 1_795_461_348_250;

/// Every signature is good: what is behind a signature is to be reached.
struct EverySignature;

impl CheckSignature for EverySignature {
    fn check(&self, _: EvidenceAlgorithm, _: &[u8], _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// Everything is looked at, and nothing is refused for being contradicted.
static POLICY: LazyLock<Option<AppraisalPolicy>> = LazyLock::new(|| {
    let mut document = PolicyDocument::evaluation();
    document.issue_contradicted = true;
    document.boundaries = None;
    let database = Some(DatabaseRule::new(30));
    document.ip = IpRule::new(database, database);
    AppraisalPolicy::new(document).ok()
});

/// A challenge whose nonce is 32 times 01, for the Ed25519 key of 32 times 07, no document.
fn context() -> Option<AppraisalContext> {
    let spki = EvidenceAlgorithm::EdDsa.spki(&[7; 32])?;
    let issued_ms = ACCEPTED_MS - 11_000;
    let policy = oid::POLICY_LOCATION_0;
    let mut context = AppraisalContext::new([1; 32], issued_ms, ACCEPTED_MS, policy);
    context.key = SubjectKey::new(&spki, KeyStatus::Active, None).ok();
    Some(context)
}

/// The items: the first octet says what the others are.
fn items(data: &[u8]) -> Option<Vec<EvidenceItem>> {
    let (what, content) = data.split_first()?;
    let position = br#"{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5}"#;
    let asserted = EvidenceKind::SELF_ASSERTED;
    let json = "application/json";
    let (kind, format) = match what {
        b'0' => (asserted, json),
        b'1' => (EvidenceKind::DEVICE_SIGNED, "application/eat+cwt"),
        b'2' => (EvidenceKind::DEVICE_SIGNED, "application/eat+jwt"),
        b'3' => (EvidenceKind::IP_GEOLOCATION, ip::FORMAT),
        b'4' => (EvidenceKind::HISTORY, history::FORMAT),
        _ => return None,
    };
    let item = EvidenceItem::new([2; 32], kind, format, content).ok()?;
    if matches!(what, b'0'..=b'2') {
        return Some(vec![item]);
    }
    let first = EvidenceItem::new([3; 32], asserted, json, position).ok()?;
    Some(vec![first, item])
}

/// One item of evidence, appraised.
///
/// # Panics
///
/// If the appraisal says another thing the second time, has not one result for each item, or a
/// value that a claim cannot hold.
pub fn evidence(data: &[u8]) {
    let (Some(policy), Some(context), Some(items)) = (&*POLICY, context(), items(data)) else {
        return;
    };
    let means = Means::new(&EverySignature, None);
    let appraisal = appraise(policy, &context, &items, &means);
    let again = appraise(policy, &context, &items, &means);
    assert_eq!(appraisal, again, "an appraisal is a function");
    let Ok(appraisal) = appraisal else {
        return;
    };
    assert_eq!(appraisal.results.len(), items.len(), "one result an item");
    let stated = appraisal.evidence(ACCEPTED_MS, ACCEPTED_MS + 1);
    assert!(stated.is_ok(), "a claim can hold every result");
    let tree = SlotTree::new(Seed::new([4; 32]), appraisal.slots());
    assert!(tree.is_ok(), "each slot holds what is its own");
}

/// An appraisal policy.
///
/// # Panics
///
/// If the canonical form of an accepted policy is not its own canonical form.
pub fn policy(data: &[u8]) {
    if let Ok(policy) = AppraisalPolicy::parse(data) {
        let again = AppraisalPolicy::parse(policy.jcs());
        let hash = again.map(|again| *again.hash());
        assert_eq!(
            hash.ok().as_ref(),
            Some(policy.hash()),
            "a policy has one hash"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A corpus that is refused at the door would exercise nothing behind it.
    #[test]
    fn evidence_made_for_the_corpus_is_appraised() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/evidence");
        for name in [
            "asserted.json",
            "typed-in.json",
            "signed.cwt",
            "signed.jwt",
            "address.json",
            "history.json",
        ] {
            let data = std::fs::read(folder.join(name)).unwrap();
            let (policy, context) = (POLICY.as_ref().unwrap(), context().unwrap());
            let means = Means::new(&EverySignature, None);
            let appraisal = appraise(policy, &context, &items(&data).unwrap(), &means);
            assert!(appraisal.is_ok(), "{name}: {appraisal:?}");
        }
    }
}
