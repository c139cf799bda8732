//! Decoding a request as the server does, and encoding a TSTInfo.

use std::hint::black_box;

use criterion::Criterion;
use meridian_wire::tsp::hash;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::{Served, TimeStampReq};

/// A client's usual request: SHA-256, a nonce of eight octets, certificates wanted.
pub(crate) fn der() -> Vec<u8> {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]);
    let imprint = imprint.expect("32 octets are a SHA-256 digest");
    TimeStampReq::new(imprint)
        .with_nonce(Nonce::from_u64(0x5a5a_5a5a_5a5a_5a5a))
        .with_cert_req(true)
        .encode()
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let der = der();
    let served = Served::new(hash::ACCEPTED, &[], &[]);
    criterion.bench_function("request/decode", |bencher| {
        bencher.iter(|| {
            let request = TimeStampReq::decode(black_box(&der), &served);
            assert!(request.is_ok(), "it is a request");
            request
        });
    });
}
