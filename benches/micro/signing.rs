//! A token: the decision's bytes built into a CMS message and signed, for each algorithm.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use meridian_signing::cms::TokenSigner;
use meridian_wire::oid::POLICY_COMPATIBLE;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::authority::Authority;

/// The content of a token for SHA-256 of nothing in particular.
pub(crate) fn tst_info(time: UnixMicros) -> TstInfo {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).expect("32 octets");
    let serial = SerialNumber::from_u64(1 << 32).expect("above zero");
    let gen_time = GenTime::whole_seconds(time).expect("a year of four digits");
    TstInfo::new(POLICY_COMPATIBLE, imprint, serial, gen_time)
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("token");
    group.throughput(Throughput::Elements(1));
    for algorithm in ["p384", "p256", "rsa3072"] {
        let authority = Authority::new(algorithm);
        let info = tst_info(authority.now());
        let signer = TokenSigner::new(&authority.parts.identity).expect("proven");
        group.bench_function(format!("build and sign, {algorithm}"), |bencher| {
            bencher.iter(|| signer.sign(&black_box(&info).encode(), true));
        });
    }
    group.finish();
}
