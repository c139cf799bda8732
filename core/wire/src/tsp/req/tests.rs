//! The table of odd requests, and what x509-tsp alone would have made of them.

use super::*;
use crate::der_write::{oid, push, tlv};
use crate::error::DecodeErrorKind;
use crate::oid::{BASE, POLICY_COMPATIBLE, POLICY_PRECISE};
use crate::tsp::hash::{ACCEPTED, KNOWN};
use proptest::prelude::*;

const SERVED: Served<'_> = Served::new(ACCEPTED, &[POLICY_COMPATIBLE, POLICY_PRECISE], &[]);

/// A request out of parts that can be broken one by one.
#[derive(Clone)]
struct Parts {
    version: Vec<u8>,
    hash: Vec<u8>,
    parameters: Vec<u8>,
    digest: Vec<u8>,
    after: Vec<u8>,
}

impl Parts {
    fn good() -> Self {
        Self::of(HashAlgorithm::Sha256)
    }

    fn of(hash: HashAlgorithm) -> Self {
        Self {
            version: vec![2, 1, 1],
            hash: hash.oid().as_bytes().to_vec(),
            parameters: vec![5, 0],
            digest: tlv(4, &[&vec![7; hash.digest_len()]]),
            after: Vec::new(),
        }
    }

    fn version(mut self, content: &[u8]) -> Self {
        self.version = tlv(2, &[content]);
        self
    }

    fn hash(mut self, content: &[u8]) -> Self {
        self.hash = content.to_vec();
        self
    }

    fn parameters(mut self, whole: &[u8]) -> Self {
        self.parameters = whole.to_vec();
        self
    }

    fn digest(mut self, whole: &[u8]) -> Self {
        self.digest = whole.to_vec();
        self
    }

    fn after(mut self, tag: u8, content: &[u8]) -> Self {
        push(&mut self.after, tag, content);
        self
    }

    fn policy(self, content: &[u8]) -> Self {
        self.after(6, content)
    }

    fn nonce(self, content: &[u8]) -> Self {
        self.after(2, content)
    }

    fn extension(self, critical: &[u8]) -> Self {
        let one = tlv(0x30, &[&oid(&BASE), critical, &[4, 0]]);
        self.after(0xa0, &one)
    }

    fn der(&self) -> Vec<u8> {
        let hash = tlv(6, &[&self.hash]);
        let algorithm = tlv(0x30, &[&hash, &self.parameters]);
        let imprint = tlv(0x30, &[&algorithm, &self.digest]);
        tlv(0x30, &[&self.version, &imprint, &self.after])
    }
}

/// `2.25.<UUID>`: well formed, beyond const-oid's arcs of 32 bits.
fn uuid_arc() -> Vec<u8> {
    let mut content = vec![0x69, 0x83];
    content.extend([0xff; 17]);
    content.push(0x7f);
    content
}

fn rule(input: &[u8]) -> &'static str {
    match TimeStampReq::decode(input, &SERVED) {
        Ok(_) => "granted",
        Err(ReqError::Malformed(_)) => "malformed",
        Err(ReqError::NonceTooLong { .. }) => "nonce",
        Err(ReqError::Version { .. }) => "version",
        Err(ReqError::UnknownHash(_)) => "unknown hash",
        Err(ReqError::WeakHash(_)) => "weak hash",
        Err(ReqError::HashNotServed(_)) => "hash not served",
        Err(ReqError::HashParameters) => "parameters",
        Err(ReqError::DigestLength(_)) => "digest length",
        Err(ReqError::PolicyNotServed(_)) => "policy",
        Err(ReqError::ExtensionNotServed(_)) => "extension",
    }
}

/// An OID of few arcs and this many octets.
fn long(octets: usize) -> Vec<u8> {
    [vec![0x81; octets - 1], vec![1]].concat()
}

fn meets(expected: &str, name: &str, parts: Parts) {
    assert_eq!(rule(&parts.der()), expected, "{name}");
}

#[test]
fn odd_versions_meet_their_rule() {
    let version = |content: &[u8]| Parts::good().version(content);
    meets("granted", "1", version(&[1]));
    meets("version", "0", version(&[0]));
    meets("version", "2", version(&[2]));
    meets("version", "-1", version(&[0xff]));
    meets("version", "257", version(&[1, 1]));
    meets("version", "2^64", version(&[1, 0, 0, 0, 0, 0, 0, 0, 0]));
    meets("malformed", "empty", version(&[]));
    meets("malformed", "not minimal", version(&[0, 1]));
}

#[test]
fn odd_hashes_meet_their_rule() {
    let hash = |content: &[u8]| Parts::good().hash(content);
    meets("unknown hash", "1.2.3.4", hash(&[0x2a, 3, 4]));
    meets("unknown hash", "two arcs", hash(&[0x2a]));
    meets("unknown hash", "UUID arc", hash(&uuid_arc()));
    meets("unknown hash", "63 arcs", hash(&[1; 62]));
    meets("unknown hash", "128 octets", hash(&long(128)));
    meets("malformed", "65 arcs", hash(&[1; 64]));
    meets("malformed", "129 octets", hash(&long(129)));
    meets("malformed", "empty", hash(&[]));
    meets("malformed", "cut", hash(&[0x2a, 0x83]));
    meets("malformed", "padded arc", hash(&[0x2a, 0x80, 1]));

    let parameters = |whole: &[u8]| Parts::good().parameters(whole);
    meets("granted", "absent", parameters(&[]));
    meets("granted", "NULL", parameters(&[5, 0]));
    meets("parameters", "octets", parameters(&[4, 0]));
    meets("parameters", "NULL with content", parameters(&[5, 1, 0]));
    meets("malformed", "twice", parameters(&[5, 0, 5, 0]));
    meets("malformed", "BER length", parameters(&[5, 0x81, 0]));
}

#[test]
fn odd_digests_meet_their_rule() {
    let digest = |whole: &[u8]| Parts::good().digest(whole);
    meets("digest length", "31 octets", digest(&tlv(4, &[&[7; 31]])));
    meets("digest length", "33 octets", digest(&tlv(4, &[&[7; 33]])));
    meets("digest length", "empty", digest(&[4, 0]));
    meets("malformed", "constructed", digest(&tlv(0x24, &[&[4, 0]])));
    meets("malformed", "twice", digest(&[4, 0, 4, 0]));
    meets("malformed", "missing", digest(&[]));
}

/// RFC 3161 2.1 item 8: a digest that no message can be expected to have is a digest.
#[test]
fn looks_at_no_digest_beyond_its_length() {
    for hash in ACCEPTED {
        for fill in [0, 0xff] {
            let digest = tlv(4, &[&vec![fill; hash.digest_len()]]);
            meets("granted", hash.name(), Parts::of(*hash).digest(&digest));
        }
    }
}

#[test]
fn odd_policies_meet_their_rule() {
    let policy = |content: &[u8]| Parts::good().policy(content);
    meets("granted", "ours", policy(POLICY_COMPATIBLE.as_bytes()));
    meets("policy", "not ours", policy(BASE.as_bytes()));
    meets("policy", "UUID arc", policy(&uuid_arc()));
    meets("policy", "128 octets", policy(&long(128)));
    meets("malformed", "129 octets", policy(&long(129)));
    meets("malformed", "empty", policy(&[]));
}

#[test]
fn odd_nonces_meet_their_rule() {
    let nonce = |content: &[u8]| Parts::good().nonce(content);
    meets("granted", "0", nonce(&[0]));
    meets("granted", "-1", nonce(&[0xff]));
    meets("granted", "-128", nonce(&[0x80]));
    meets("granted", "-129", nonce(&[0xff, 0x7f]));
    meets("granted", "1 bit", nonce(&[1]));
    meets("granted", "160 bits", nonce(&[0x7f; 20]));
    meets(
        "granted",
        "161 bits",
        nonce(&[&[0][..], &[0xff; 20]].concat()),
    );
    meets("granted", "1024 octets", nonce(&[0x7f; 1024]));
    meets("nonce", "1025 octets", nonce(&[0x7f; 1025]));
    meets("malformed", "empty", nonce(&[]));
    meets("malformed", "not minimal", nonce(&[0, 1]));
    meets("malformed", "negative, not minimal", nonce(&[0xff, 0x80]));
}

#[test]
fn odd_fields_at_the_end_meet_their_rule() {
    let after = |tag, content: &[u8]| Parts::good().after(tag, content);
    let ours = POLICY_COMPATIBLE.as_bytes();
    meets("granted", "certReq true", after(1, &[0xff]));
    meets("granted", "certReq explicit false", after(1, &[0]));
    meets("malformed", "certReq 01", after(1, &[1]));
    meets(
        "malformed",
        "certReq of two octets",
        after(1, &[0xff, 0xff]),
    );
    meets("malformed", "certReq twice", after(1, &[0]).after(1, &[0]));
    meets(
        "malformed",
        "certReq before nonce",
        after(1, &[0xff]).nonce(&[1]),
    );
    meets(
        "malformed",
        "nonce before policy",
        after(2, &[1]).policy(ours),
    );
    meets("malformed", "nonce twice", after(2, &[1]).nonce(&[1]));
    meets("malformed", "unknown field", after(0x81, &[1]));
    meets("malformed", "tag number 31", after(0x1f, &[1]));
    meets("malformed", "no extension", after(0xa0, &[]));
    meets(
        "malformed",
        "extension is no SEQUENCE",
        after(0xa0, &[4, 0]),
    );
    meets("extension", "plain", Parts::good().extension(&[]));
    meets(
        "extension",
        "critical",
        Parts::good().extension(&[1, 1, 0xff]),
    );
    meets(
        "extension",
        "explicit false",
        Parts::good().extension(&[1, 1, 0]),
    );
}

#[test]
fn the_first_broken_rule_decides() {
    let weak = || Parts::of(HashAlgorithm::Sha1);
    let good = Parts::good;
    let foreign = BASE.as_bytes();
    let short = tlv(4, &[&[7; 3]]);
    let both = good().version(&[2]).after(0x1f, &[]);
    meets("malformed", "form before version", both);
    meets(
        "version",
        "version before shape",
        good().version(&[2]).digest(&[]),
    );
    meets("version", "version before hash", weak().version(&[2]));
    meets("malformed", "form before hash", weak().after(0x81, &[]));
    meets("nonce", "nonce before hash", weak().nonce(&[1; 1025]));
    meets("weak hash", "hash before length", weak().digest(&short));
    meets(
        "weak hash",
        "hash before parameters",
        weak().parameters(&[4, 0]),
    );
    meets("weak hash", "hash before policy", weak().policy(foreign));
    let both = good().digest(&short).policy(foreign);
    meets("digest length", "length before policy", both);
    let both = good().policy(foreign).extension(&[]);
    meets("policy", "policy before extension", both);
}

#[test]
fn knows_strong_from_weak_hashes() {
    for hash in KNOWN {
        let expected = match (hash.is_weak(), ACCEPTED.contains(hash)) {
            (true, _) => "weak hash",
            (false, true) => "granted",
            (false, false) => "hash not served",
        };
        assert_eq!(rule(&Parts::of(*hash).der()), expected, "{hash}");
    }
    let only_384 = Served::new(&[HashAlgorithm::Sha384], &[], &[]);
    assert_eq!(
        TimeStampReq::decode(&Parts::good().der(), &only_384),
        Err(ReqError::HashNotServed(HashAlgorithm::Sha256))
    );
}

#[test]
fn refuses_what_is_not_one_der_value() {
    let good = Parts::good().der();
    for end in 0..good.len() {
        assert_eq!(rule(&good[..end]), "malformed", "{end} octets");
    }
    let mut trailing = good.clone();
    trailing.push(0);
    assert_eq!(rule(&trailing), "malformed");
    assert_eq!(rule(&[good.clone(), good.clone()].concat()), "malformed");
    assert_eq!(rule(b"GET / HTTP/1.1\r\n\r\n"), "malformed");
    let indefinite = [&[0x30, 0x80][..], &good[2..], &[0, 0]].concat();
    assert_eq!(rule(&indefinite), "malformed");
    let not_minimal = [&[0x30, 0x81, good[1]][..], &good[2..]].concat();
    assert_eq!(rule(&not_minimal), "malformed");
    assert_eq!(
        rule(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 1]),
        "malformed"
    );
}

#[test]
fn refuses_more_than_4096_octets() {
    let big = Parts::good().after(0xa0, &[0; 4096]).der();
    let refusal = TimeStampReq::decode(&big, &SERVED).unwrap_err();
    let ReqError::Malformed(error) = refusal else {
        panic!("{refusal}");
    };
    assert!(matches!(
        error.kind,
        DecodeErrorKind::LimitExceeded {
            what: "request",
            ..
        }
    ));
}

#[test]
fn keeps_the_octets_that_the_token_repeats() {
    for parameters in [&[][..], &[5, 0]] {
        let input = Parts::good()
            .parameters(parameters)
            .nonce(&[0xff, 0x7f])
            .der();
        let req = TimeStampReq::decode(&input, &SERVED).unwrap();
        let imprint = req.imprint().as_der();
        assert!(input.windows(imprint.len()).any(|window| window == imprint));
        assert_eq!(req.imprint().digest(), [7; 32]);
        assert_eq!(req.nonce().unwrap().as_der_content(), [0xff, 0x7f]);
        assert_eq!(req.encode(), input);
    }
}

#[test]
fn reads_cert_req() {
    for (parts, expected) in [
        (Parts::good(), false),
        (Parts::good().after(1, &[0]), false),
        (Parts::good().after(1, &[0xff]), true),
    ] {
        let req = TimeStampReq::decode(&parts.der(), &SERVED).unwrap();
        assert_eq!(req.cert_req(), expected);
    }
}

#[test]
fn a_served_extension_is_kept_once_and_in_der() {
    let served = Served::new(ACCEPTED, &[], &[BASE]);
    let decode = |parts: Parts| TimeStampReq::decode(&parts.der(), &served);
    let req = decode(Parts::good().extension(&[1, 1, 0xff])).unwrap();
    assert!(req.extensions()[0].critical);
    let one = tlv(0x30, &[&oid(&BASE), &[4, 0]]);
    assert_eq!(
        decode(Parts::good().after(0xa0, &[one.clone(), one].concat())),
        Err(ReqError::Malformed(
            DecodeErrorKind::Forbidden {
                field: "second extension of the same type"
            }
            .into()
        ))
    );
    assert_eq!(
        decode(Parts::good().extension(&[1, 1, 0])),
        Err(ReqError::Malformed(DecodeErrorKind::NotCanonical.into()))
    );
}

#[test]
fn reads_what_openssl_sends() {
    // openssl ts -query, from the tests of x509-tsp 0.1.
    let input = hex::decode(
        "30400201013031300D060960864801650304020105000420BA7816BF8F01CFEA414140DE5DAE2223B00361\
         A396177A9CB410FF61F20015AD0208314CFCE4E0651827",
    )
    .unwrap();
    let req = TimeStampReq::decode(&input, &SERVED).unwrap();
    assert_eq!(req.encode(), input);
    assert_eq!(req.nonce(), Some(&Nonce::from_u64(0x314c_fce4_e065_1827)));
}

#[test]
fn judges_the_requests_of_openssl() {
    use meridian_rfc_vectors::header::{Expect, Kind};
    let policies = ["1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"];
    let policies = policies.map(|dotted| crate::oid::parse(dotted).unwrap());
    let served = Served::new(ACCEPTED, &policies, &[]);
    let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
    let requests = vectors.iter().filter(|v| v.kind == Kind::TimeStampReq);
    let mut seen = 0;
    for vector in requests {
        let input = vector.body.octets().unwrap();
        match (&vector.expect, TimeStampReq::decode(input, &served)) {
            (Expect::Granted, Ok(req)) => assert_eq!(req.encode(), input),
            (Expect::Rejected(code), Err(error)) => {
                let ours = match error {
                    ReqError::WeakHash(_) => "badAlg",
                    ReqError::PolicyNotServed(_) => "unacceptedPolicy",
                    other => panic!("{}: {other}", vector.name),
                };
                assert_eq!(ours, code);
            }
            (expect, got) => panic!("{}: {expect:?}, got {got:?}", vector.name),
        }
        seen += 1;
    }
    assert!(seen >= 13);
}

proptest! {
    #[test]
    fn reads_what_it_writes(
        hash in prop::sample::select(ACCEPTED),
        fill in any::<u8>(),
        policy in prop::option::of(Just(POLICY_PRECISE)),
        nonce in prop::option::of(any::<u64>()),
        cert_req in any::<bool>(),
    ) {
        let imprint = MessageImprint::new(hash, &vec![fill; hash.digest_len()]).unwrap();
        let mut req = TimeStampReq::new(imprint).with_cert_req(cert_req);
        if let Some(policy) = policy {
            req = req.with_policy(policy);
        }
        if let Some(nonce) = nonce {
            req = req.with_nonce(Nonce::from_u64(nonce));
        }
        prop_assert_eq!(TimeStampReq::decode(&req.encode(), &SERVED), Ok(req));
    }

    #[test]
    fn a_changed_octet_is_refused_or_encoded_again(at in 0_usize..80, with in 1_u8..) {
        let parts = Parts::good().policy(POLICY_PRECISE.as_bytes()).nonce(&[9; 8]).after(1, &[0xff]);
        let mut input = parts.der();
        let at = at % input.len();
        input[at] ^= with;
        if let Ok(req) = TimeStampReq::decode(&input, &SERVED) {
            prop_assert_eq!(req.encode(), input);
        }
    }

    #[test]
    fn never_panics(input in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = TimeStampReq::decode(&input, &SERVED);
    }
}
