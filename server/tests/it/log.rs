//! The public log: checkpoint and proofs.

use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind};
use meridian_wire::proof::TlogProof;
use meridian_wire::tile::TilePath;
use meridian_wire::tile::walk::TileWalk;

use crate::client::{Client, JSON, QUERY, Response, exchange, get, post};
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

/// A server whose log has more leaves than one tile.
fn with_two_tiles() -> Server {
    let server = Server::usual();
    let imprint = serde_json::json!({"hash": "sha256", "digest": "ab".repeat(32)});
    let body = serde_json::json!({"imprints": vec![imprint; 60]}).to_string();
    while checkpoint(&server).size().get() < 300 {
        let answer = post(server.address, "/v1/timestamps", JSON, body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    server
}

fn get_tile(server: &Server, path: &str) -> Response {
    get(server.address, &format!("/log/tile/{path}"))
}

#[test]
fn tiles_lead_to_the_root_of_the_checkpoint_and_hold_the_leaves() {
    let server = with_two_tiles();
    let newest = checkpoint(&server);
    let mut fetched = Vec::new();
    let fetch = |path: &TilePath| {
        let answer = get_tile(&server, &path.to_string());
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.media_type(), "application/octet-stream");
        let cached = answer.header("cache-control");
        assert_eq!(cached, Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("content-encoding"), None);
        fetched.push(path.to_string());
        Ok::<_, ()>(answer.body)
    };
    let mut walk = TileWalk::start(newest.size(), newest.root(), fetch).unwrap();
    for index in [0, 1, 255, 256, newest.size().get() - 1] {
        let index = meridian_merkle::index::LeafIndex::new(index);
        let leaf = walk.entry(index).unwrap();
        let proof = walk.inclusion(index).unwrap();
        proof.verify(&leaf_hash(&leaf), newest.root()).unwrap();
        Leaf::decode(&leaf).unwrap();
    }
    let size = newest.size().get() - 256;
    for path in [
        format!("0/001.p/{size}"),
        "1/000.p/1".to_owned(),
        "0/000".to_owned(),
    ] {
        assert!(fetched.contains(&path), "{path}");
    }
}

#[test]
fn a_partial_tile_of_a_width_that_once_was_is_served_and_none_of_one_to_come() {
    let server = with_two_tiles();
    let width = checkpoint(&server).size().get() - 256;
    let newest = get_tile(&server, &format!("0/001.p/{width}")).body;
    for narrower in 1..width {
        let tile = get_tile(&server, &format!("0/001.p/{narrower}"));
        assert_eq!(tile.status, 200);
        let octets = usize::try_from(narrower).unwrap() * 32;
        assert_eq!(tile.body, newest[..octets]);
    }
    for path in [
        format!("0/001.p/{}", width + 1),
        format!("entries/001.p/{}", width + 1),
        "0/001".to_owned(),
        "0/002.p/1".to_owned(),
        "1/000".to_owned(),
        "1/000.p/2".to_owned(),
        "2/000.p/1".to_owned(),
        "63/000.p/1".to_owned(),
    ] {
        let answer = get_tile(&server, &path);
        answer.assert_problem(404, "not-found");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn what_is_no_path_of_a_tile_is_404() {
    let server = Server::usual();
    for path in [
        "/log/tile",
        "/log/tile/",
        "/log/tile/0",
        "/log/tile/0/0",
        "/log/tile/0/000.p/0",
        "/log/tile/0/000.p/256",
        "/log/tile/0/000.p/1/",
        "/log/tile/00/000.p/1",
        "/log/tile/0/%30%30%30.p/1",
        "/log/tile//0/000.p/1",
        "/log//tile/0/000.p/1",
        "/log/tile/data/000.p/1",
        "/log/tile/0/../0/000.p/1",
        "/log/tile/0/000.p/1?",
        "/log/tile/0/000.p/1?x=1",
        "/log/checkpoint?",
        "/log/checkpoint?x=1",
        "/log/",
        "/log",
    ] {
        get(server.address, path).assert_problem(404, "not-found");
    }
    assert_eq!(get(server.address, "/log/tile/0/000.p/1").status, 200);
    assert_eq!(get(server.address, "/log/tile/entries/000.p/1").status, 200);
}

#[test]
fn a_bundle_is_packed_for_who_takes_gzip() {
    let server = with_two_tiles();
    let plain = get_tile(&server, "entries/000");
    assert_eq!(plain.header("vary"), Some("accept-encoding"));
    let ask = |path: &str| {
        let request =
            format!("GET /log/tile/{path} HTTP/1.1\r\nhost: test\r\naccept-encoding: gzip\r\n\r\n");
        exchange(server.address, request.as_bytes())
    };
    let packed = ask("entries/000");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("accept-encoding"));
    assert!(packed.body.len() < plain.body.len());
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(packed.body.as_slice());
    std::io::Read::read_to_end(&mut reader, &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    // Hashes do not get smaller.
    let hashes = ask("0/000");
    assert_eq!(hashes.header("content-encoding"), None);
    assert_eq!(hashes.body.len(), 8_192);
}

#[test]
fn head_tells_the_length_of_a_tile_and_sends_none() {
    let server = Server::usual();
    for path in ["/log/tile/0/000.p/1", "/log/checkpoint"] {
        let body = get(server.address, path).body;
        let request = format!("HEAD {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        let mut client = Client::connect(server.address);
        client.write(request.as_bytes());
        client.wait_for_close();
        let head = client.take_text();
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        let length = format!("content-length: {}\r\n", body.len());
        assert!(head.contains(&length), "{head}");
    }
    let answer = post(server.address, "/log/tile/0/000.p/1", QUERY, b"");
    answer.assert_problem(405, "method-not-allowed");
}
