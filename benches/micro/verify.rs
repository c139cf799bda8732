//! One token through the whole offline verifier, for each algorithm of an authority.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use meridian_signing::cms::TokenSigner;
use meridian_verify::artifact::Artifact;
use meridian_verify::input;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::verdict::Verdict;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::authority::Authority;
use crate::signing::tst_info;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify");
    group.throughput(Throughput::Elements(1));
    for algorithm in ["p384", "p256", "rsa3072"] {
        let authority = Authority::new(algorithm);
        let identity = &authority.parts.identity;
        let info = tst_info(authority.now());
        let signer = TokenSigner::new(identity).expect("proven");
        let signed = signer.sign(&info.encode(), true).expect("a key in memory");
        let root = identity.chain().last().expect("a root").as_der().to_vec();
        let anchors = TrustAnchors::new(vec![root]).expect("a certificate");
        let policy = VerifyPolicy::new(anchors, authority.now());
        let artifact = Artifact::from_digest(HashAlgorithm::Sha256, vec![7; 32]);
        let artifact = artifact.expect("32 octets");
        let verdict = || {
            let token = input::recognise(black_box(signed.token())).expect("a token");
            let report = verify_timestamp(&token, Some(&artifact), &policy);
            report.models().gen_time
        };
        assert_eq!(verdict(), Verdict::Passed, "what is timed is a pass");
        group.bench_function(format!("one token, {algorithm}"), |bencher| {
            bencher.iter(verdict);
        });
    }
    group.finish();
}
