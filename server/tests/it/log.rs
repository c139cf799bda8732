//! The public log: checkpoint and proofs.

use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind};
use meridian_wire::proof::TlogProof;

use crate::client::{QUERY, get, post};
use crate::der::Request;
use crate::harness::Server;
use crate::stamping::granted;

fn checkpoint(server: &Server) -> Checkpoint {
    let answer = get(server.address, "/log/checkpoint");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.media_type(), "text/plain; charset=utf-8");
    assert!(answer.header("cache-control").is_some());
    let note = meridian_wire::note::signed_note::SignedNote::parse(answer.text()).unwrap();
    Checkpoint::parse(note.text()).unwrap()
}

#[test]
fn every_leaf_of_the_checkpoint_has_a_proof() {
    let server = Server::usual();
    for fill in 0..9 {
        granted(&post(
            server.address,
            "/tsa",
            QUERY,
            &Request::sha256(fill).der(),
        ));
    }
    let newest = checkpoint(&server);
    let mut kinds = Vec::new();
    for index in 0..newest.size().get() {
        let answer = get(server.address, &format!("/v1/proofs/{index}"));
        assert_eq!(answer.status, 200);
        let proof = TlogProof::parse(answer.text()).unwrap();
        let leaf = proof.extra().unwrap();
        let covered = Checkpoint::parse(proof.checkpoint().text()).unwrap();
        let path = InclusionProof::new(proof.index(), covered.size(), proof.hashes().to_vec());
        path.verify(&leaf_hash(leaf), covered.root()).unwrap();
        kinds.push(Leaf::decode(leaf).unwrap().kind());
    }
    // Genesis, the start of this process, then the stamps: the serial is the position.
    assert_eq!(kinds[..2], [LeafKind::Genesis, LeafKind::Event]);
    assert!(kinds[2..].iter().all(|kind| *kind == LeafKind::TimeStamp));
    assert_eq!(kinds.len(), 11);
}

#[test]
fn a_token_is_covered_by_the_checkpoint_of_the_moment_it_is_there() {
    let server = Server::usual();
    let before = checkpoint(&server).size().get();
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    assert_eq!(checkpoint(&server).size().get(), before + 1);
}

#[test]
fn a_serial_that_nobody_has_is_404() {
    let server = Server::usual();
    for serial in ["1000000", "18446744073709551615", "18446744073709551616"] {
        get(server.address, &format!("/v1/proofs/{serial}")).assert_problem(404, "not-issued");
    }
}

#[test]
fn what_is_no_serial_is_400() {
    let server = Server::usual();
    for serial in ["x", "-1", "01", "0x1", "1.0", &"9".repeat(50)] {
        get(server.address, &format!("/v1/proofs/{serial}"))
            .assert_problem(400, "malformed-serial");
    }
}
