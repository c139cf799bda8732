use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;
use crate::oid::{LOCATION_REQUEST, ObjectIdentifier};
use crate::tsp::hash::{ACCEPTED, HashAlgorithm};
use crate::tsp::imprint::MessageImprint;
use crate::tsp::req::{ReqError, Served};

fn ticket() -> EvidenceSource {
    EvidenceSource::Ticket(Ticket::new(&[7; 16]).unwrap())
}

fn evidence(content: &[u8]) -> InlineEvidence {
    InlineEvidence::new(EvidenceKind::SELF_ASSERTED, "application/json", content).unwrap()
}

fn full() -> LocationRequest {
    let list = InlineList::new(vec![evidence(b"{}"), evidence(&[0; 200])]).unwrap();
    LocationRequest::new(EvidenceSource::Inline(list))
        .with_reveal(RevealMask::of([Slot::COUNTRY, Slot::POINT]))
        .with_min_level(AssuranceLevel::L2DeviceAttested)
        .with_challenge(&[9; 32])
        .unwrap()
}

fn refused(der: &str) -> DecodeErrorKind {
    let der = hex::decode(der.replace(' ', "")).unwrap();
    LocationRequest::decode(&der).unwrap_err().kind
}

#[test]
fn has_the_documented_octets() {
    let ticket = LocationRequest::new(ticket())
        .with_reveal(RevealMask::of([Slot::COUNTRY, Slot::POINT]))
        .with_min_level(AssuranceLevel::L4MultiParty);
    let expected = format!("301d 020101 8010{} 8203008020 830104", "07".repeat(16));
    assert_eq!(hex::encode(ticket.encode()), expected.replace(' ', ""));
    assert!(ticket.reveal().unwrap().has(Slot::POINT));
    assert!(!ticket.reveal().unwrap().has(Slot::ALTITUDE));
    for request in [ticket, full()] {
        assert_eq!(LocationRequest::decode(&request.encode()), Ok(request));
    }
}

#[test]
fn rejects_what_the_module_forbids() {
    let zeros = "00".repeat(16);
    let size = |field| DecodeErrorKind::SizeOutOfRange { field };
    let unknown = |field| DecodeErrorKind::UnknownValue { field };
    assert_eq!(
        refused(&format!("3015 020102 8010{zeros}")),
        unknown("version")
    );
    assert_eq!(
        refused(&format!("3015 020101 8210{zeros}")),
        unknown("source")
    );
    assert_eq!(
        refused(&format!("3014 020101 800f{}", &zeros[2..])),
        size("ticket")
    );
    assert_eq!(refused("3005 020101 a100"), size("inline"));
    let with = |len: &str, field: &str| refused(&format!("30{len} 020101 8010{zeros} {field}"));
    assert_eq!(with("1a", "8203018020"), size("reveal"));
    assert_eq!(with("19", "82020080"), size("reveal"));
    assert_eq!(with("18", "830105"), unknown("level"));
    assert_eq!(with("18", "840100"), size("challenge"));
    assert_eq!(
        with("17", "8500"),
        DecodeErrorKind::TrailingBytes { count: 2 }
    );
    // minLevel before reveal.
    let swapped = with("1d", "830104 8203008020");
    assert_eq!(swapped, DecodeErrorKind::TrailingBytes { count: 5 });
    assert_eq!(
        refused("3010 020101 a10b 3009 020101 0c00 04020000"),
        size("format")
    );
    assert_eq!(
        refused("300f 020101 a10a 3008 020101 0c0161 0400"),
        size("content")
    );
    let control = refused("3010 020101 a10b 3009 020101 0c010a 040100");
    assert_eq!(control, DecodeErrorKind::TextMalformed);
    let kind = refused("3010 020101 a10b 3009 020100 0c0161 040100");
    assert_eq!(kind, DecodeErrorKind::IntegerOutOfRange { field: "kind" });
}

#[test]
fn rejects_sizes_passed_by_one() {
    let inline = |format: &str, content: &[u8]| {
        InlineEvidence::new(EvidenceKind::WITNESS, format, content).is_err()
    };
    assert!(!inline(&"x".repeat(127), &[0; 16_384]));
    assert!(inline(&"x".repeat(128), &[0]) && inline("x", &[0; 16_385]));
    assert!(Ticket::new(&[0; 64]).is_ok() && Ticket::new(&[0; 65]).is_err());
    assert!(InlineList::new(vec![evidence(b"x"); 9]).is_err());
    assert!(full().with_challenge(&[0; 65]).is_err());
    let long = vec![0x30; MAX_LOCATION_REQUEST_BYTES + 1];
    let (what, limit, actual) = ("LocationRequest", 65_536, 65_537);
    let expected = DecodeErrorKind::LimitExceeded {
        what,
        limit,
        actual,
    };
    assert_eq!(LocationRequest::decode(&long).unwrap_err().kind, expected);
}

/// A time-stamp request with these location requests.
fn request(values: &[Vec<u8>]) -> Vec<u8> {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
    let plain = TimeStampReq::new(imprint).encode();
    let content = Tlv::only(&plain, tag::SEQUENCE).unwrap().content;
    let extension = |value: &Vec<u8>| {
        let value = tlv(tag::OCTET_STRING, &[value]);
        tlv(
            tag::SEQUENCE,
            &[&crate::der_write::oid(&LOCATION_REQUEST), &value],
        )
    };
    let members: Vec<u8> = values.iter().flat_map(extension).collect();
    let list = tlv(tag::context_constructed(0), &[&members]);
    tlv(tag::SEQUENCE, &[content, &list])
}

fn decode(der: &[u8], served: &[ObjectIdentifier]) -> Result<TimeStampReq, ReqError> {
    TimeStampReq::decode(der, &Served::new(ACCEPTED, &[], served))
}

#[test]
fn is_found_in_a_request_where_it_is_served() {
    let der = request(&[full().encode()]);
    let read = decode(&der, &[LOCATION_REQUEST]).unwrap();
    assert_eq!(LocationRequest::find(&read), Ok(Some(full())));
    let refused = decode(&der, &[]).unwrap_err();
    assert_eq!(
        refused,
        ReqError::ExtensionNotServed((&LOCATION_REQUEST).into())
    );
    let twice = request(&[full().encode(), full().encode()]);
    assert!(matches!(
        decode(&twice, &[LOCATION_REQUEST]),
        Err(ReqError::Malformed(_))
    ));
    let all = load("openssl-ts").unwrap();
    let plain = all.iter().find(|v| v.name == "sha256-nonce.tsq").unwrap();
    let read = decode(plain.body.octets().unwrap(), &[LOCATION_REQUEST]).unwrap();
    assert_eq!(LocationRequest::find(&read), Ok(None));
}

#[test]
fn a_client_sends_it_as_its_one_extension() {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
    let asks = TimeStampReq::new(imprint).with_location(&full());
    assert_eq!(asks.encode(), request(&[full().encode()]));
    let again = asks.with_location(&LocationRequest::new(ticket()));
    let read = decode(&again.encode(), &[LOCATION_REQUEST]).unwrap();
    assert_eq!(read, again);
    assert_eq!(
        LocationRequest::find(&read),
        Ok(Some(LocationRequest::new(ticket())))
    );
}

#[test]
fn its_evidence_is_read_only_where_the_limit_is_raised() {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
    let list = InlineList::new(vec![evidence(&[0; 16_384]); 3]).unwrap();
    let long = LocationRequest::new(EvidenceSource::Inline(list));
    let der = TimeStampReq::new(imprint).with_location(&long).encode();
    let extensions = [LOCATION_REQUEST];
    let served = Served::new(ACCEPTED, &[], &extensions);
    let refused = TimeStampReq::decode(&der, &served);
    assert!(matches!(refused, Err(ReqError::Malformed(_))));
    let read = TimeStampReq::decode(&der, &served.with_max_bytes(der.len())).unwrap();
    assert_eq!(LocationRequest::find(&read), Ok(Some(long)));
    let refused = TimeStampReq::decode(&der, &served.with_max_bytes(der.len() - 1));
    assert!(matches!(refused, Err(ReqError::Malformed(_))));
}

proptest! {
    #[test]
    fn a_changed_octet_is_refused_or_another_request(
        at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let mut der = full().encode();
        let at = at.index(der.len());
        der[at] ^= flip;
        if let Ok(other) = LocationRequest::decode(&der) {
            prop_assert_ne!(&other, &full());
            prop_assert_eq!(other.encode(), der);
        }
    }
}
