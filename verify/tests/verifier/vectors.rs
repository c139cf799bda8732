//! Responses of OpenSSL, and the same responses tampered with.

use crate::support::{
    failed, instant, judge, judge_about, policy, replace, status, token_of, vector,
};
use meridian_rfc_vectors::header::Expect;
use meridian_rfc_vectors::vector::load;
use meridian_verify::finding::Status;
use meridian_verify::input::{NoToken, Recognised, recognise};
use meridian_verify::policy::{RevocationMode, TrustAnchors};
use meridian_verify::verdict::Verdict;
use meridian_wire::reader::der_form::element;

/// From a token to SignedData, to its certificates, to its only SignerInfo.
const SIGNED_DATA: [usize; 2] = [1, 0];
const CERTIFICATES: [usize; 3] = [1, 0, 3];
const SIGNER: [usize; 4] = [1, 0, 4, 0];

fn token() -> Vec<u8> {
    token_of(&vector("p384.tsr"))
}

fn with(route: &[usize], last: usize) -> Vec<usize> {
    [route, &[last]].concat()
}

fn names_of_tokens() -> Vec<String> {
    let vectors = load("openssl-verify").unwrap();
    let tokens = vectors.into_iter().map(|vector| vector.name);
    tokens
        .filter(|name| name.ends_with(".tsr") || name.ends_with(".tst"))
        .collect()
}

#[test]
fn every_token_ends_as_its_vector_says() {
    let vectors = load("openssl-verify").unwrap();
    let mut policy = policy();
    policy.crls = vec![vector("inter.crl"), vector("root.crl")];
    policy.revocation = RevocationMode::Require;
    for name in names_of_tokens() {
        let expect = &vectors
            .iter()
            .find(|vector| vector.name == name)
            .unwrap()
            .expect;
        let report = judge(&vector(&name), &policy);
        let (verdict, failures): (_, &[&str]) = match expect {
            Expect::VerifyOk => (Verdict::Passed, &[]),
            Expect::VerifyFails(_) => (Verdict::Failed, &["V084"]),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(failed(&report), failures, "{name}");
        assert_eq!(report.models().gen_time, verdict, "{name}: {report:?}");
        // Revoked by now: good at genTime, but at present only with a proof of existence.
        let etsi = match name.as_str() {
            "superseded.tsr" => Verdict::Indeterminate,
            _ => verdict,
        };
        assert_eq!(report.models().etsi, etsi, "{name}");
        assert_eq!(
            report.verified().is_some(),
            verdict == Verdict::Passed,
            "{name}"
        );
    }
}

#[test]
fn every_openssl_answer_is_told_apart() {
    let vectors = load("openssl-ts").unwrap();
    let root = vectors
        .iter()
        .find(|vector| vector.name == "root.cer")
        .unwrap();
    let tsa = vectors
        .iter()
        .find(|vector| vector.name == "tsa.cer")
        .unwrap();
    let mut policy = policy();
    policy.anchors = TrustAnchors::new(vec![root.body.octets().unwrap().to_vec()]).unwrap();
    policy.intermediates = vec![tsa.body.octets().unwrap().to_vec()];
    for vector in vectors
        .iter()
        .filter(|vector| vector.name.ends_with(".tsr"))
    {
        let octets = vector.body.octets().unwrap();
        if vector.expect == Expect::Granted {
            // Stamped in the second in which the certificate begins, with an accuracy of more.
            let failed = failed(&judge(octets, &policy));
            assert!(
                failed.is_empty() || failed == ["V065"],
                "{}: {failed:?}",
                vector.name
            );
        } else {
            assert_eq!(
                recognise(octets),
                Err(NoToken::Refusal { status: 2 }),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn every_armour_gives_the_same_verdict() {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(token());
    let pem = format!("-----BEGIN CMS-----\n{encoded}\n-----END CMS-----\n");
    for text in [encoded, pem] {
        let report = judge(text.as_bytes(), &policy());
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn refuses_a_token_about_other_data() {
    let report = judge_about(&token(), b"other", &policy());
    assert_eq!(failed(&report), ["V030"]);
}

#[test]
fn refuses_a_token_that_came_with_a_refusal() {
    let response = replace(&vector("p384.tsr"), &[0, 0], |_| vec![2, 1, 2]);
    assert_eq!(failed(&judge(&response, &policy())), ["V003"]);
}

#[test]
fn accepts_a_token_that_was_granted_with_modifications() {
    let response = replace(&vector("p384.tsr"), &[0, 0], |_| vec![2, 1, 1]);
    assert_eq!(
        judge(&response, &policy()).models().gen_time,
        Verdict::Passed
    );
}

#[test]
fn refuses_octets_behind_the_token() {
    let report = judge(&[token(), vec![0]].concat(), &policy());
    assert_eq!(failed(&report), ["V004"]);
}

#[test]
fn refuses_two_signers() {
    let doubled = replace(&token(), &with(&SIGNED_DATA, 4), |set| {
        let signer = &set[header_len(set)..];
        element(&[0x31], &[signer, signer].concat())
    });
    assert_eq!(failed(&judge(&doubled, &policy())), ["V009"]);
}

/// Octets of identifier and length.
fn header_len(der: &[u8]) -> usize {
    match der[1] {
        long if long >= 0x80 => 2 + usize::from(long & 0x7f),
        _ => 2,
    }
}

#[test]
fn refuses_a_token_without_signed_attributes() {
    let stripped = replace(&token(), &with(&SIGNER, 3), |_| Vec::new());
    let report = judge(&stripped, &policy());
    for id in ["V041", "V043", "V044", "V052"] {
        assert!(failed(&report).contains(&id.to_owned()), "{id}");
    }
}

#[test]
fn refuses_a_flipped_signature() {
    let flipped = replace(&token(), &with(&SIGNER, 5), |signature| {
        let mut signature = signature.to_vec();
        *signature.last_mut().unwrap() ^= 1;
        signature
    });
    assert_eq!(failed(&judge(&flipped, &policy())), ["V045"]);
}

#[test]
fn refuses_a_changed_tst_info() {
    let genuine = token();
    let later = replace(&genuine, &[1, 0, 2, 1, 0], |octets| {
        let mut octets = octets.to_vec();
        let place = octets
            .windows(4)
            .position(|window| window == b"2026")
            .unwrap();
        octets[place + 3] = b'5';
        octets
    });
    assert_ne!(later, genuine);
    let report = judge(&later, &policy());
    // The certificates are younger than the new genTime, too.
    assert_eq!(failed(&report), ["V044", "V065", "V080"]);
}

#[test]
fn chooses_the_signer_by_its_hash_whatever_else_is_in_the_bag() {
    let root = vector("root.cer");
    for first in [true, false] {
        let crowded = replace(&token(), &CERTIFICATES, |set| {
            let own = &set[header_len(set)..];
            let both = if first {
                [&root[..], own]
            } else {
                [own, &root[..]]
            };
            element(&[0xa0], &both.concat())
        });
        assert_eq!(
            judge(&crowded, &policy()).models().gen_time,
            Verdict::Passed
        );
    }
}

#[test]
fn never_takes_an_anchor_out_of_the_token() {
    let root = vector("root.cer");
    let own_root = replace(&token(), &CERTIFICATES, |set| {
        element(&[0xa0], &[&set[header_len(set)..], &root[..]].concat())
    });
    let mut policy = policy();
    policy.anchors = TrustAnchors::new(vec![stranger()]).unwrap();
    let report = judge(&own_root, &policy);
    assert_eq!(status(&report, 80), Some(Status::Indeterminate));
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
}

/// The vectors' root with another subject: a certificate that vouches for nobody here.
fn stranger() -> Vec<u8> {
    replace(&vector("root.cer"), &[0, 5], |_| vec![0x30, 0x00])
}

#[test]
fn the_signers_own_certificate_can_be_trusted() {
    let mut policy = policy();
    policy.anchors = TrustAnchors::new(vec![signer()]).unwrap();
    assert_eq!(judge(&token(), &policy).models().gen_time, Verdict::Passed);
}

/// The certificate that the token carries first.
fn signer() -> Vec<u8> {
    let mut first = Vec::new();
    replace(&token(), &with(&CERTIFICATES, 0), |certificate| {
        first = certificate.to_vec();
        Vec::new()
    });
    first
}

/// The token as a client gets it that does not ask for certificates.
fn bare() -> Vec<u8> {
    replace(&token(), &CERTIFICATES, |_| Vec::new())
}

#[test]
fn leaves_a_signer_that_is_not_at_hand_undecided() {
    let report = judge(&bare(), &policy());
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
    assert_eq!(status(&report, 40), Some(Status::Indeterminate));
    assert_eq!(status(&report, 45), Some(Status::NotRun));
    assert_eq!(status(&report, 30), Some(Status::Passed));
}

#[test]
fn finds_the_signer_among_the_callers_certificates() {
    let mut policy = policy();
    policy.intermediates = vec![vector("inter.cer"), signer()];
    assert_eq!(judge(&bare(), &policy).models().gen_time, Verdict::Passed);
}

#[test]
fn the_etsi_model_asks_for_a_proof_of_existence_once_certificates_ended() {
    let mut policy = policy();
    policy.at = instant("2130-01-01T00:00:00Z");
    let report = judge(&token(), &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed);
    assert_eq!(report.models().etsi, Verdict::Indeterminate);
}

#[test]
fn refuses_a_time_of_verification_before_gen_time() {
    let mut policy = policy();
    policy.at = instant("2026-11-23T00:00:00Z");
    assert_eq!(failed(&judge(&token(), &policy)), ["V022"]);
}

#[test]
fn a_list_from_before_gen_time_says_nothing_good() {
    let mut policy = policy();
    policy.crls = vec![vector("old.crl"), vector("root.crl")];
    let report = judge(&token(), &policy);
    assert_eq!(status(&report, 82), Some(Status::NotChecked));
    assert_eq!(status(&report, 83), Some(Status::Warning));
}

#[test]
fn a_list_that_was_changed_says_nothing() {
    let mut crl = vector("inter.crl");
    *crl.last_mut().unwrap() ^= 1;
    let mut policy = policy();
    policy.crls = vec![crl];
    let report = judge(&vector("revoked.tsr"), &policy);
    assert_eq!(status(&report, 82), Some(Status::NotChecked));
    assert_eq!(status(&report, 84), Some(Status::Passed));
}

#[test]
fn a_certificate_that_was_superseded_after_gen_time_leaves_the_token_valid() {
    let mut policy = policy();
    policy.crls = vec![vector("inter.crl"), vector("root.crl")];
    let report = judge(&vector("superseded.tsr"), &policy);
    assert_eq!(status(&report, 84), Some(Status::Warning));
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn revocation_can_be_required() {
    let mut policy = policy();
    let report = judge(&token(), &policy);
    assert_eq!(status(&report, 82), Some(Status::NotChecked));
    policy.revocation = RevocationMode::Require;
    let report = judge(&token(), &policy);
    assert_eq!(status(&report, 82), Some(Status::Indeterminate));
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
}

#[test]
fn reads_ber_as_it_reads_der() {
    // ContentInfo and SignedData with indefinite lengths.
    let genuine = token();
    let indefinite = |der: &[u8]| [&der[..1], &[0x80], &der[header_len(der)..], &[0, 0]].concat();
    let ber = replace(&genuine, &[1], |explicit| {
        let inner = indefinite(&explicit[header_len(explicit)..]);
        [&[0xa0, 0x80][..], &inner, &[0, 0]].concat()
    });
    let ber = indefinite(&ber);
    let report = judge(&ber, &policy());
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
}

#[test]
fn a_broken_token_is_a_failure_not_a_missing_one() {
    let genuine = token();
    let cut: Recognised = recognise(&genuine[..genuine.len() / 2]).unwrap();
    let report = meridian_verify::verify::verify_timestamp(&cut, None, &policy());
    assert_eq!(report.models().gen_time, Verdict::Failed);
}
