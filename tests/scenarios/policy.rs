//! The policy is public, and whoever has it and the bundle comes to the same result, offline.

use meridian_tests::device::{Fix, KeyKind};
use meridian_tests::locating::{octets, text};
use sha2::{Digest, Sha256};

use crate::site::{BRITISH_ADDRESS, Site, now_s};
use crate::subject::{Format, Subject};

#[test]
fn an_auditor_appraises_again_from_bundle_and_policy_alone() {
    let Some(mut site) = Site::with_databases() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut client = site.client_at(BRITISH_ADDRESS);
    let subject = Subject::enrol(&mut client, KeyKind::P256, "audited");
    let fix = Fix::gnss(51.5007, -0.1246, 12.0, Some(now_s()));
    let taken = subject.locate(&mut client, &fix, Format::Cwt, Some(b"report"));
    let taken = taken.expect(201).unwrap();
    let ticket = text(&taken, "ticket").unwrap();
    let response = client.redeem(&ticket, b"report").unwrap();
    let hash = text(&taken, "policy_hash").unwrap();
    let by_hash = client.get(&format!("/v1/policies/{hash}")).unwrap();
    assert_eq!(hex::encode(Sha256::digest(&by_hash)), hash);
    let oid = text(&taken, "policy").unwrap();
    assert_eq!(client.get(&format!("/v1/policies/{oid}")).unwrap(), by_hash);

    std::fs::write(at("report"), b"report").unwrap();
    std::fs::write(at("reply"), response.token().unwrap()).unwrap();
    std::fs::write(at("bundle"), octets(&taken, "bundle_b64").unwrap()).unwrap();
    std::fs::write(at("policy"), &by_hash).unwrap();
    site.serving.end();
    let (bundle, policy) = (at("bundle"), at("policy"));
    let options = [
        "--evidence",
        bundle.to_str().unwrap(),
        "--location-policy",
        policy.to_str().unwrap(),
        "--require",
        "level=1,country=GB,binding=deviceSigned",
    ];
    let judge = || site.judge(&at("report"), &at("reply"), &options);
    judge().succeeded().unwrap();

    let mut changed = std::fs::read(&bundle).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(&bundle, changed).unwrap();
    judge().refused(1).unwrap();
}
