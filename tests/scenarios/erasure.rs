//! A subject is erased; the log stays whole.

use meridian_tests::device::{Fix, KeyKind};
use meridian_tests::locating::{octets, text};
use serde_json::Value;

use crate::site::{BRITISH_ADDRESS, Site, now_s};
use crate::subject::{Format, Subject, ask_enrolment};

#[test]
fn erasing_a_subject_leaves_every_proof_valid_and_nothing_else_of_it() {
    let Some(site) = Site::with_databases() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut client = site.client_at(BRITISH_ADDRESS);
    let subject = Subject::enrol(&mut client, KeyKind::P256, "forgettable");
    let fix = Fix::gnss(51.5007, -0.1246, 12.0, Some(now_s()));
    let request = subject.evidence(&mut client, &fix, Format::Cwt, Some(b"kept"));
    let stamped = client.ask("POST", "/v1/location/stamps", &request).unwrap();
    let stamped = stamped.expect(201).unwrap();
    let serial = text(&stamped, "serial").unwrap();
    std::fs::write(at("kept"), b"kept").unwrap();
    std::fs::write(at("token"), octets(&stamped, "tst_b64").unwrap()).unwrap();

    let path = format!("/v1/subjects/{}", subject.name);
    let stranger = client.ask("DELETE", &path, &Value::Null).unwrap();
    stranger.refused(401, "unauthenticated").unwrap();
    let bearer = subject.bearer.as_ref().unwrap();
    let mut owner = site
        .client_at(BRITISH_ADDRESS)
        .with_header("Authorization", &format!("Bearer {bearer}"));
    let erased = owner.ask("DELETE", &path, &Value::Null).unwrap();
    assert!(matches!(erased.status, 200 | 204), "{erased:?}");

    // The key is a stranger's again, and free to be enrolled.
    let unknown = subject.locate(&mut client, &fix, Format::Cwt, None);
    assert_eq!(unknown.expect(201).unwrap()["level"], 0);
    ask_enrolment(&mut client, &subject.device, "somebody-else")
        .expect(201)
        .unwrap();

    let proof = client.get(&format!("/v1/proofs/{serial}")).unwrap();
    std::fs::write(at("proof"), proof).unwrap();
    let (proof, key) = (at("proof"), site.data().join("pki/log.vkey"));
    let options = [
        "--proof",
        proof.to_str().unwrap(),
        "--log-key",
        key.to_str().unwrap(),
        "--require-log",
        "--require",
        "level=1",
    ];
    site.judge(&at("kept"), &at("token"), &options)
        .succeeded()
        .unwrap();
}
