//! Tickets: how often, how long, for whom; and requests that carry a place themselves.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use meridian_log::store::mem::MemStore;
use meridian_server::init::Algorithm;
use meridian_server::parts::Parts;
use meridian_signing::clock::sim::SimClock;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::{
    EvidenceSource, InlineEvidence, InlineList, LocationRequest, RevealMask, Ticket,
};
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;
use serde_json::json;

use crate::bad_input::assert_refused;
use crate::client::{JSON, QUERY, Response, get, post};
use crate::der::{Request, tlv};
use crate::harness::{Authority, FaultSigner, Server, parts, parts_on};
use crate::location::{challenge, evidence, path_of, position, redeem, still_clock, ticket};
use crate::stamping::granted;

/// The claim of a granted token.
pub(crate) fn claim(response: &Response) -> LocationClaim {
    granted(response);
    claim_of(&response.body)
}

/// The claim in a TimeStampResp.
pub(crate) fn claim_of(reply: &[u8]) -> LocationClaim {
    let reply = TimeStampResp::decode(reply).unwrap();
    let token = reply.token().unwrap();
    let mut walk = Walk::new(token.len());
    let content = ContentInfoView::read(&Tlv::only(token, &mut walk).unwrap(), &mut walk).unwrap();
    let signed = SignedDataView::read(&content.content, &mut walk).unwrap();
    let info = signed.encapsulated.octets.unwrap();
    let info = TstInfoView::read(&Tlv::only(&info, &mut walk).unwrap(), &mut walk).unwrap();
    LocationClaim::find(&info).unwrap().unwrap()
}

/// A rejection with a reason that a person can read.
fn refused(response: &Response, reason: &str) {
    assert_refused(response, PkiFailureInfo::BadRequest);
    let decoded = TimeStampResp::decode(&response.body).unwrap();
    let text = decoded.status_string().concat();
    assert!(text.contains(reason), "{text}");
}

#[test]
fn a_ticket_is_good_for_four_tokens_and_the_fifth_is_told_why() {
    let server = Server::usual();
    let path = path_of(&ticket(server.address));
    let claims: Vec<_> = (0..4)
        .map(|_| claim(&redeem(server.address, &path)))
        .collect();
    // pyHanko sends a dummy first and takes its size for the real one's.
    let root = claims[0].fields().commitment;
    for claim in &claims {
        assert_eq!(claim.fields().commitment, root);
        assert_eq!(claim.fields().level, AssuranceLevel::L0Asserted);
    }
    refused(&redeem(server.address, &path), "used up");
}

#[test]
fn a_ticket_has_as_many_uses_as_were_asked_for() {
    let server = Server::usual();
    let response = evidence(server.address, &json!({"uses": 1}));
    let path = path_of(&response.json());
    granted(&redeem(server.address, &path));
    refused(&redeem(server.address, &path), "used up");
}

#[test]
fn of_32_that_share_a_ticket_four_get_a_token() {
    let server = Server::usual();
    let (address, path) = (server.address, path_of(&ticket(server.address)));
    let barrier = Barrier::new(32);
    let granted = std::thread::scope(|scope| {
        let ask = || {
            barrier.wait();
            let response = redeem(address, &path);
            let decoded = TimeStampResp::decode(&response.body).unwrap();
            decoded.token().is_some()
        };
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        let all = threads.into_iter().map(|thread| thread.join().unwrap());
        all.filter(|granted| *granted).count()
    });
    assert_eq!(granted, 4);
}

#[test]
fn what_is_no_ticket_is_told_so() {
    let server = Server::usual();
    for path in [
        "/t/x",
        "/t/00000000000000000000000000000000",
        "/t/..",
        "/t/%00",
    ] {
        refused(&redeem(server.address, path), "no such ticket");
    }
    get(server.address, "/t/x").assert_problem(405, "method-not-allowed");
    let json = post(server.address, "/t/x", JSON, b"{}");
    json.assert_problem(415, "unsupported-media-type");
    post(server.address, "/t/x/y", QUERY, b"").assert_problem(404, "not-found");
}

#[test]
fn a_ticket_ends_two_minutes_after_its_evidence() {
    let clock = still_clock();
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    let path = path_of(&ticket(server.address));
    clock.advance(Duration::from_millis(119_000));
    let claim = claim(&redeem(server.address, &path));
    // Whoever reads the token sees how old the evidence was.
    let ages: Vec<_> = claim
        .fields()
        .evidence
        .iter()
        .map(|it| it.age_ms())
        .collect();
    assert!(
        ages.iter().all(|age| (118_000..=120_000).contains(age)),
        "{ages:?}"
    );
    clock.advance(Duration::from_millis(1_001));
    refused(&redeem(server.address, &path), "expired");
    clock.advance(Duration::from_secs(601));
    refused(&redeem(server.address, &path), "no such ticket");
}

#[test]
fn a_request_that_gets_no_token_costs_no_use() {
    let server = Server::usual();
    let response = evidence(server.address, &json!({"uses": 1}));
    let path = path_of(&response.json());
    let malformed = post(server.address, &path, QUERY, b"garbage");
    assert_refused(&malformed, PkiFailureInfo::BadDataFormat);
    // 'Level 3 or refuse', from a stock client.
    let level_3 = tlv(6, &[oid::POLICY_LOCATION_3.as_bytes()]);
    let demanding = Request::sha256(1).with(level_3).der();
    let unmet = post(server.address, &path, QUERY, &demanding);
    assert_refused(&unmet, PkiFailureInfo::AddInfoNotAvailable);
    let text = TimeStampResp::decode(&unmet.body)
        .unwrap()
        .status_string()
        .concat();
    assert!(text.contains("missing"), "{text}");
    let foreign = Request::sha256(1).with(tlv(6, &[&[0x2a, 3]])).der();
    let foreign = post(server.address, &path, QUERY, &foreign);
    assert_refused(&foreign, PkiFailureInfo::UnacceptedPolicy);
    granted(&redeem(server.address, &path));
    refused(&redeem(server.address, &path), "used up");
}

#[test]
fn a_signature_that_fails_costs_no_use() {
    let mut parts = parts();
    let signer = FaultSigner::install_for_places(&mut parts);
    let server = Server::start(parts);
    let response = evidence(server.address, &json!({"uses": 1}));
    let path = path_of(&response.json());
    signer
        .fail_every
        .store(1, std::sync::atomic::Ordering::SeqCst);
    let failed = redeem(server.address, &path);
    assert_refused(&failed, PkiFailureInfo::SystemFailure);
    signer
        .fail_every
        .store(0, std::sync::atomic::Ordering::SeqCst);
    crate::harness::eventually("the signer is tried again", || {
        let response = redeem(server.address, &path);
        TimeStampResp::decode(&response.body)
            .unwrap()
            .token()
            .is_some()
    });
    refused(&redeem(server.address, &path), "used up");
}

/// A use lies with its token in one batch, and with the next start it is still used.
#[test]
fn a_restart_gives_no_use_back() {
    let authority = Authority::new(Algorithm::P256);
    let serve = || Server::start(Parts::open(authority.config()).unwrap());
    let server = serve();
    let (path, untouched) = (
        path_of(&ticket(server.address)),
        path_of(&ticket(server.address)),
    );
    for _ in 0..3 {
        granted(&redeem(server.address, &path));
    }
    server.shutdown();
    let server = serve();
    granted(&redeem(server.address, &path));
    refused(&redeem(server.address, &path), "used up");
    granted(&redeem(server.address, &untouched));
    server.shutdown();
    let server = serve();
    refused(&redeem(server.address, &path), "used up");
}

/// A request with a `LocationRequest` extension.
fn with_place(location: &LocationRequest) -> Vec<u8> {
    let id = tlv(6, &[oid::LOCATION_REQUEST.as_bytes()]);
    let value = tlv(4, &[&location.encode()]);
    let extension = tlv(0x30, &[&id, &value]);
    Request::sha256(1).with(tlv(0xa0, &[&extension])).der()
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal).unwrap()
}

#[test]
fn a_request_at_tsa_may_carry_its_ticket() {
    let server = Server::usual();
    let response = evidence(server.address, &json!({"uses": 1}));
    let id = octets(response.json()["ticket"].as_str().unwrap());
    let source = || EvidenceSource::Ticket(Ticket::new(&id).unwrap());
    let other = LocationRequest::new(source()).with_reveal(RevealMask::of([Slot::POINT]));
    let other = post(server.address, "/tsa", QUERY, &with_place(&other));
    refused(&other, "leave 'reveal' out");
    let request = with_place(&LocationRequest::new(source()));
    claim(&post(server.address, "/tsa", QUERY, &request));
    refused(&post(server.address, "/tsa", QUERY, &request), "used up");
}

fn inline(server: &Server, content: &str) -> LocationRequest {
    let format = "application/json";
    let kind = EvidenceKind::SELF_ASSERTED;
    let item = InlineEvidence::new(kind, format, content.as_bytes()).unwrap();
    let list = InlineList::new(vec![item]).unwrap();
    let id = octets(&challenge(server.address));
    let request = LocationRequest::new(EvidenceSource::Inline(list));
    request.with_challenge(&id).unwrap()
}

#[test]
fn a_request_at_tsa_may_carry_its_evidence() {
    let server = Server::usual();
    let request = inline(&server, &position().to_string());
    let request = request.with_reveal(RevealMask::of([Slot::COUNTRY]));
    let request = with_place(&request);
    let claim = claim(&post(server.address, "/tsa", QUERY, &request));
    assert_eq!(claim.fields().revealed.len(), 1);
    // The challenge is spent.
    let again = post(server.address, "/tsa", QUERY, &request);
    refused(&again, "spent before");
}

#[test]
fn evidence_in_a_request_is_refused_with_the_bits_of_rfc_3161() {
    let server = Server::usual();
    let ask = |request: &LocationRequest| post(server.address, "/tsa", QUERY, &with_place(request));
    let malformed = ask(&inline(&server, "{}"));
    assert_refused(&malformed, PkiFailureInfo::BadDataFormat);
    let demanding = inline(&server, &position().to_string());
    let demanding = ask(&demanding.with_min_level(AssuranceLevel::L4MultiParty));
    assert_refused(&demanding, PkiFailureInfo::AddInfoNotAvailable);
    let list = match inline(&server, "{}").source() {
        EvidenceSource::Inline(list) => list.clone(),
        source => panic!("{source:?}"),
    };
    let nobodys = LocationRequest::new(EvidenceSource::Inline(list));
    refused(&ask(&nobodys), "no such challenge");
    // The extension's own octets.
    let id = tlv(6, &[oid::LOCATION_REQUEST.as_bytes()]);
    let extension = tlv(0x30, &[&id, &tlv(4, &[b"x"])]);
    let broken = Request::sha256(1).with(tlv(0xa0, &[&extension])).der();
    let broken = post(server.address, "/tsa", QUERY, &broken);
    assert_refused(&broken, PkiFailureInfo::BadDataFormat);
}

#[test]
fn a_request_at_a_ticket_has_no_second_place() {
    let server = Server::usual();
    let path = path_of(&ticket(server.address));
    let request = with_place(&inline(&server, &position().to_string()));
    let response = post(server.address, &path, QUERY, &request);
    assert_refused(&response, PkiFailureInfo::BadRequest);
}

#[test]
fn a_location_policy_without_a_place_is_unaccepted() {
    let server = Server::usual();
    let policy = tlv(6, &[oid::POLICY_LOCATION_0.as_bytes()]);
    let request = Request::sha256(1).with(policy).der();
    let response = post(server.address, "/tsa", QUERY, &request);
    assert_refused(&response, PkiFailureInfo::UnacceptedPolicy);
}
