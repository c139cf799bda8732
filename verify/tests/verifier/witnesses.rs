//! Witnesses: since when a token is proven to exist, and what that proof is good for.

use meridian_rfc_vectors::vector::load;
use meridian_verify::algorithms::catalogue::Catalogue;
use meridian_verify::finding::Status;
use meridian_verify::note::{NoteFault, verify_note};
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::witnesses::witnessed_since;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;

use crate::forge::log::{Entry, log_key, policy as log_policy};
use crate::forge::revocation::List;
use crate::forge::world::{CA, GEN_TIME, NOW, ROOT, WORLD, judge_under};
use crate::support::{failed, instant, status};

/// The token's number.
const INDEX: u64 = 77;

const DAY: i64 = 86_400;

fn vector(name: &str) -> String {
    let vectors = load("c2sp").unwrap();
    let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
    vector.body.text().unwrap().to_owned()
}

/// The note of the vectors, and trust in its witness.
fn published() -> (SignedNote, TlogPolicy) {
    let note = SignedNote::parse(&vector("note-checkpoint-5")).unwrap();
    let text = format!(
        "log {}witness w {}quorum w\n",
        vector("vkey-log1"),
        vector("vkey-witness1-0x04")
    );
    (note, TlogPolicy::parse(&text).unwrap())
}

fn second(seconds: i64) -> UnixMicros {
    UnixMicros::new(seconds * 1_000_000)
}

fn gen_time() -> i64 {
    instant(GEN_TIME).get() / 1_000_000
}

/// Trust in the forge and its log, the token of which these witnesses saw at these seconds, and
/// a quorum.
fn seen(cosigned: &[(u8, i64)], quorum: &[&str]) -> VerifyPolicy {
    let mut entry = Entry::new(&WORLD.honest(), INDEX, instant(GEN_TIME));
    for (witness, seconds) in cosigned {
        entry = entry.cosigned(*witness, u64::try_from(*seconds).unwrap());
    }
    let mut policy = WORLD.policy();
    policy.proof = Some(entry.proof());
    policy.log_policy = Some(log_policy(quorum));
    policy
}

fn judge(policy: &VerifyPolicy) -> Report {
    judge_under(&WORLD.honest(), policy)
}

const ANY_ONE: &[&str] = &["group g any w1 w2 w3", "quorum g"];
const ANY_TWO: &[&str] = &["group g 2 w1 w2 w3", "quorum g"];

#[test]
fn the_published_cosignature_says_when_the_witness_saw_the_checkpoint() {
    let (note, policy) = published();
    let since = witnessed_since(&note, &policy, instant(NOW));
    assert_eq!(since, Ok(Some(second(1_700_000_000))));
    let log = VerifierKey::parse(vector("vkey-log1").trim()).unwrap();
    assert_eq!(verify_note(&note, &log), Ok(()));
}

#[test]
fn a_cosignature_is_over_its_time_and_over_the_text() {
    let text = vector("note-checkpoint-5");
    let (_, policy) = published();
    // One second later, in the octets before the signature; another size of the tree.
    let other_time = text.replace("AAAABlU/EA", "AAAABlU/EB");
    let other_size = text.replacen("\n5\n", "\n6\n", 1);
    for changed in [other_time, other_size] {
        assert_ne!(changed, text);
        let note = SignedNote::parse(&changed).unwrap();
        let since = witnessed_since(&note, &policy, instant(NOW));
        assert_eq!(since, Err(NoteFault::WrongSignature));
    }
}

#[test]
fn what_a_witness_says_of_the_future_does_not_count() {
    let (note, policy) = published();
    let at = |seconds| witnessed_since(&note, &policy, second(seconds));
    assert_eq!(at(1_699_999_999), Ok(None));
    assert_eq!(at(1_700_000_000), Ok(Some(second(1_700_000_000))));
}

#[test]
fn time_zero_claims_nothing() {
    let report = judge(&seen(&[(1, 0)], ANY_ONE));
    assert_eq!(failed(&report), ["V093"]);
}

#[test]
fn a_quorum_has_seen_it_when_the_last_of_it_has() {
    let start = gen_time();
    let policy = seen(
        &[(3, start + 300), (1, start + 100), (2, start + 200)],
        ANY_TWO,
    );
    let report = judge(&policy);
    assert_eq!(status(&report, 93), Some(Status::Passed));
    assert_eq!(report.models().gen_time, Verdict::Passed);
    let json: serde_json::Value =
        serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
    let since = second(start + 200).to_string();
    assert_eq!(json["log"]["witnessed_since"], since);
    assert!(to_text(&report, Model::GenTime).contains(&format!("had seen it there at {since}")));
}

#[test]
fn refuses_a_checkpoint_that_no_quorum_has_seen() {
    let start = gen_time();
    assert_eq!(failed(&judge(&seen(&[], ANY_ONE))), ["V093"]);
    assert_eq!(failed(&judge(&seen(&[(1, start)], ANY_TWO))), ["V093"]);
    // Nobody's witness: its line is passed over.
    assert_eq!(failed(&judge(&seen(&[(9, start)], ANY_ONE))), ["V093"]);
}

#[test]
fn refuses_a_wrong_cosignature_by_a_known_witness_beside_a_right_one() {
    let start = u64::try_from(gen_time()).unwrap();
    let entry = Entry::new(&WORLD.honest(), INDEX, instant(GEN_TIME));
    let mut lines = entry.clone().cosigned(1, start).lines();
    lines.push(crate::forge::log::cosignature(2, start, "another text\n"));
    let mut policy = seen(&[], ANY_ONE);
    policy.proof = Some(entry.proof_with(&lines));
    assert_eq!(failed(&judge(&policy)), ["V093"]);
}

#[test]
fn witnesses_count_only_where_they_are_asked_for() {
    let mut policy = seen(&[(1, gen_time())], &["quorum none"]);
    let report = judge(&policy);
    assert_eq!(status(&report, 93), Some(Status::NotChecked));
    assert_eq!(report.models().gen_time, Verdict::Passed);
    assert!(to_text(&report, Model::GenTime).contains("no witness was asked"));
    policy.log_policy = None;
    policy.log_key = Some(log_key());
    assert_eq!(status(&judge(&policy), 93), Some(Status::NotChecked));
    policy.proof = None;
    assert_eq!(status(&judge(&policy), 93), Some(Status::NotChecked));
}

#[test]
fn a_log_of_the_policy_is_believed_like_the_key() {
    let report = judge(&seen(&[(1, gen_time())], ANY_ONE));
    assert_eq!(status(&report, 90), Some(Status::Passed));
    let mut stranger = seen(&[(1, gen_time())], ANY_ONE);
    let text = format!("log {}quorum none", vector("vkey-log1"));
    stranger.log_policy = Some(TlogPolicy::parse(&text).unwrap());
    assert_eq!(failed(&judge(&stranger)), ["V090"]);
}

/// The unit's certificate is revoked two days after genTime; the key was lost one day after.
fn compromised(policy: &mut VerifyPolicy, reason: Option<u8>, invalidity: Option<i64>) {
    let invalidity = invalidity.map(|seconds| second(seconds).to_string());
    let revoked = second(gen_time() + 2 * DAY).to_string();
    let list = List::new(CA, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
    let list = list.revoking(&[2, 1, 3], &revoked, reason, invalidity.as_deref());
    policy.crls = vec![list.signed(&WORLD.ca_key)];
}

#[test]
fn a_compromised_key_condemns_a_token_that_nobody_saw_before() {
    let mut policy = WORLD.policy();
    compromised(&mut policy, Some(1), None);
    let report = judge(&policy);
    assert_eq!(failed(&report), ["V084"]);
    assert_eq!(report.models().etsi, Verdict::Failed);
}

#[test]
fn a_token_is_rescued_exactly_if_a_quorum_saw_it_before_the_compromise() {
    let lost = gen_time() + DAY;
    // keyCompromise, aACompromise, and no reason given.
    for reason in [Some(1), Some(10), None] {
        for (seconds, verdict) in [
            (lost - 1, Verdict::Passed),
            (lost, Verdict::Failed),
            (lost + 1, Verdict::Failed),
        ] {
            let mut policy = seen(&[(1, seconds)], ANY_ONE);
            compromised(&mut policy, reason, Some(lost));
            let report = judge(&policy);
            assert_eq!(report.models().gen_time, verdict, "{reason:?} {seconds}");
            assert_eq!(report.models().etsi, verdict, "{reason:?} {seconds}");
            let wanted = match verdict {
                Verdict::Passed => Status::Warning,
                _ => Status::Failed,
            };
            assert_eq!(status(&report, 84), Some(wanted));
        }
    }
}

#[test]
fn without_an_invalidity_date_the_date_of_revocation_counts() {
    let revoked = gen_time() + 2 * DAY;
    for (seconds, verdict) in [
        (revoked - 1, Verdict::Passed),
        (revoked, Verdict::Failed),
        (revoked + 1, Verdict::Failed),
    ] {
        let mut policy = seen(&[(1, seconds)], ANY_ONE);
        compromised(&mut policy, Some(1), None);
        assert_eq!(judge(&policy).models().gen_time, verdict, "{seconds}");
    }
}

#[test]
fn the_whole_quorum_must_have_seen_it_before_the_compromise() {
    let lost = gen_time() + DAY;
    for (second_witness, verdict) in [(lost - 1, Verdict::Passed), (lost, Verdict::Failed)] {
        let mut policy = seen(&[(1, lost - 10), (2, second_witness)], ANY_TWO);
        compromised(&mut policy, Some(1), Some(lost));
        assert_eq!(judge(&policy).models().gen_time, verdict);
    }
}

#[test]
fn the_log_alone_rescues_nothing() {
    let lost = gen_time() + DAY;
    // The authority that lost the key is the one that writes the log.
    for quorum in [&["quorum none"][..], ANY_ONE] {
        let mut policy = seen(&[], quorum);
        compromised(&mut policy, Some(1), Some(lost));
        assert!(failed(&judge(&policy)).contains(&"V084".to_owned()));
    }
}

#[test]
fn a_compromised_authority_is_rescued_in_the_same_way() {
    let lost = gen_time() + DAY;
    for (seconds, verdict) in [(lost - 1, Verdict::Passed), (lost, Verdict::Failed)] {
        let mut policy = seen(&[(1, seconds)], ANY_ONE);
        let list = List::new(ROOT, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
        let list = list.revoking(&[2, 1, 2], &second(lost).to_string(), Some(2), None);
        policy.crls = vec![list.signed(&WORLD.root_key)];
        assert_eq!(judge(&policy).models().gen_time, verdict);
    }
}

#[test]
fn the_etsi_model_needs_a_proof_of_existence_exactly_from_the_end_of_the_certificates_on() {
    // The certificates end with the year 2035.
    for (at, unaided) in [
        ("2035-12-31T23:59:59Z", Verdict::Passed),
        ("2036-01-01T00:00:00Z", Verdict::Indeterminate),
    ] {
        let mut policy = WORLD.policy();
        policy.at = instant(at);
        let report = judge(&policy);
        assert_eq!(report.models().gen_time, Verdict::Passed);
        assert_eq!(report.models().etsi, unaided, "{at}");
        let mut policy = seen(&[(1, gen_time() + DAY)], ANY_ONE);
        policy.at = instant(at);
        let report = judge(&policy);
        assert_eq!(report.models().etsi, Verdict::Passed, "{at}");
        assert_eq!(status(&report, 100), Some(Status::Passed));
    }
}

#[test]
fn a_proof_of_existence_from_after_the_end_is_none() {
    let end = instant("2035-12-31T23:59:59Z").get() / 1_000_000;
    for (seconds, verdict) in [(end, Verdict::Passed), (end + 1, Verdict::Indeterminate)] {
        let mut policy = seen(&[(1, seconds)], ANY_ONE);
        policy.at = instant("2040-01-01T00:00:00Z");
        let report = judge(&policy);
        assert_eq!(report.models().etsi, verdict, "{seconds}");
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn an_algorithm_that_became_weak_is_rescued_by_a_proof_from_before() {
    let weak_from = instant("2026-08-01T00:00:00Z").get() / 1_000_000;
    let text = r#"{"SecuritySuitabilityPolicy": {"PolicyName": {"Name": "x"}, "Algorithm": [
        {"AlgorithmIdentifier": {"Name": "SHA256", "ObjectIdentifier": "2.16.840.1.101.3.4.2.1"},
         "Evaluation": [{"Validity": {"End": "2026-08-01"}}]},
        {"AlgorithmIdentifier": {"Name": "SHA384", "ObjectIdentifier": "2.16.840.1.101.3.4.2.2"},
         "Evaluation": [{"Validity": {}}]},
        {"AlgorithmIdentifier": {"Name": "ECDSA", "ObjectIdentifier": "1.2.840.10045.2.1"},
         "Evaluation": [{"Validity": {}}]}]}}"#;
    let mut unaided = WORLD.policy();
    unaided.algorithms = Catalogue::parse(text).unwrap();
    assert_eq!(judge(&unaided).models().etsi, Verdict::Indeterminate);
    for (seconds, verdict) in [
        (weak_from - 1, Verdict::Passed),
        (weak_from, Verdict::Indeterminate),
    ] {
        let mut policy = seen(&[(1, seconds)], ANY_ONE);
        policy.algorithms = Catalogue::parse(text).unwrap();
        let report = judge(&policy);
        assert_eq!(report.models().etsi, verdict);
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn a_certificate_that_was_superseded_later_needs_a_proof_from_before_that() {
    let superseded = gen_time() + 2 * DAY;
    let mut unaided = WORLD.policy();
    compromised(&mut unaided, Some(4), None);
    assert_eq!(judge(&unaided).models().gen_time, Verdict::Passed);
    assert_eq!(judge(&unaided).models().etsi, Verdict::Indeterminate);
    for (seconds, verdict) in [
        (superseded - 1, Verdict::Passed),
        (superseded, Verdict::Indeterminate),
    ] {
        let mut policy = seen(&[(1, seconds)], ANY_ONE);
        compromised(&mut policy, Some(4), None);
        assert_eq!(judge(&policy).models().etsi, verdict, "{seconds}");
    }
}

#[test]
fn a_token_without_a_path_has_nothing_to_rescue() {
    let mut policy = seen(&[(1, gen_time())], ANY_ONE);
    policy.anchors = TrustAnchors::new(vec![crate::mint::root(9)]).unwrap();
    let report = judge(&policy);
    assert_eq!(status(&report, 100), Some(Status::NotRun));
    assert_eq!(report.models().etsi, Verdict::Indeterminate);
}
