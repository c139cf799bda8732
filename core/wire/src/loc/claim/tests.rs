use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;
use crate::loc::evidence::{EvidenceClass, EvidenceKind};
use crate::loc::fence::{FenceVerdict, Fences, Verdict};
use crate::loc::find::ClaimFault;
use crate::loc::name::{CountryCode, Facility};
use crate::loc::subject::PairwiseId;
use crate::loc::travel::TravelOutcome;
use crate::loc::value::LeafValue;
use crate::oid::{LOCATION_CLAIM, POLICY_PRECISE, QC_STATEMENTS};
use crate::reader::tlv::Tlv as ReadTlv;
use crate::reader::tst_info::TstInfoView;
use crate::reader::walk::Walk;
use crate::time::UnixMicros;
use crate::tsp::extension::TstExtensions;
use crate::tsp::gen_time::GenTime;
use crate::tsp::hash::HashAlgorithm;
use crate::tsp::imprint::MessageImprint;
use crate::tsp::serial::SerialNumber;
use crate::tsp::tst_info::TstInfo;
use sha2::{Digest, Sha256};

fn vector(name: &str) -> Vec<u8> {
    let all = load("location").unwrap();
    let one = all.iter().find(|vector| vector.name == name).unwrap();
    one.body.octets().unwrap().to_vec()
}

fn golden() -> Vec<u8> {
    vector("claim-country")
}

fn sha(text: &str) -> Digest32 {
    Sha256::digest(text).into()
}

fn item(kind: EvidenceKind, class: EvidenceClass, age_ms: u32) -> EvidenceResult {
    EvidenceResult::new(kind, class, 2, age_ms).unwrap()
}

fn revealed(slot: Slot, value: LeafValue) -> RevealedLeaf {
    RevealedLeaf::new(slot, value).unwrap()
}

fn france() -> RevealedLeaf {
    revealed(
        Slot::COUNTRY,
        LeafValue::Country(CountryCode::new("FR").unwrap()),
    )
}

/// The golden claim, said in our types.
fn fields() -> ClaimFields {
    let commitment = "6a07f54df823aea6f9832ee2396992a3af229f0cf6e07f40bbeecf5afa57216d";
    let mut fields = ClaimFields::new(
        sha("policy"),
        SubjectRef::Pairwise(PairwiseId::new(&sha("s")[..16]).unwrap()),
        DocBinding::DeviceSigned,
        AssuranceLevel::L3PhysicallyCorroborated,
        ObservationWindow::new(1_795_461_346_000, 1_500, 11_000).unwrap(),
        PositionMethod::Fused,
        hex::decode(commitment).unwrap().try_into().unwrap(),
    );
    let device = EvidenceClass::Device;
    let database = item(EvidenceKind::IP_GEOLOCATION, EvidenceClass::Database, 100);
    fields.revealed = vec![france()];
    fields.evidence = vec![
        item(EvidenceKind::DEVICE_SIGNED, device, 4_200).with_hash(sha("ev1")),
        item(EvidenceKind::PLATFORM_ATTESTATION, device, 4_200).with_hash(sha("ev3")),
        item(EvidenceKind::RTT_LANDMARK, EvidenceClass::Landmark, 9_100)
            .with_hash(sha("ev2"))
            .with_radius(RTT_RADIUS)
            .unwrap(),
        database.with_radius(50_000).unwrap(),
        item(EvidenceKind::HISTORY, EvidenceClass::History, 0),
    ];
    fields.bound = Some(ProvenBound::new(250_000, 4, true, sha("dir")).unwrap());
    fields.travel = Some(TravelCheck::new(TravelOutcome::Consistent, None).unwrap());
    fields.evidence_hash = Some(sha("bundle"));
    fields
}

const RTT_RADIUS: u32 = 250_000;

fn claim(change: impl FnOnce(&mut ClaimFields)) -> Vec<u8> {
    let mut fields = fields();
    change(&mut fields);
    LocationClaim::new(fields).unwrap().as_der().to_vec()
}

fn refused(der: &[u8]) -> DecodeErrorKind {
    LocationClaim::decode(der).unwrap_err().kind
}

/// Puts `new`, as long as `old`, in the place of the first `old`.
fn bent(old: &str, new: &str) -> DecodeErrorKind {
    let text = hex::encode(golden());
    assert!(text.contains(old) && old.len() == new.len());
    refused(&hex::decode(text.replacen(old, new, 1)).unwrap())
}

#[test]
fn the_golden_claim_is_written_octet_for_octet() {
    let ours = LocationClaim::new(fields()).unwrap();
    assert_eq!(hex::encode(ours.as_der()), hex::encode(golden()));
    assert_eq!(ours.as_der().len(), 405);
}

#[test]
fn every_claim_of_the_vectors_is_read_and_written_back() {
    for (name, len) in [
        ("claim-private", 396),
        ("claim-country", 405),
        ("claim-country-cell", 426),
        ("claim-country-point", 432),
        ("claim-minimal", 106),
    ] {
        let der = vector(name);
        assert_eq!(der.len(), len, "{name}");
        let read = LocationClaim::decode(&der).unwrap();
        assert_eq!(
            LocationClaim::new(read.fields().clone()),
            Ok(read),
            "{name}"
        );
    }
    assert_eq!(
        LocationClaim::decode(&golden()).unwrap().fields(),
        &fields()
    );
}

#[test]
fn a_bit_flipped_is_refused_or_another_claim() {
    let (der, claim) = (golden(), LocationClaim::new(fields()).unwrap());
    for bit in 0..der.len() * 8 {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = LocationClaim::decode(&flipped) {
            assert_ne!(other.fields(), claim.fields(), "bit {bit}");
            assert_eq!(LocationClaim::new(other.fields().clone()), Ok(other));
        }
    }
}

#[test]
fn every_beginning_and_every_octet_after_the_end_is_refused() {
    let der = golden();
    for end in 0..der.len() {
        assert!(LocationClaim::decode(&der[..end]).is_err(), "{end} octets");
    }
    for octet in 0..=u8::MAX {
        let long = [&der[..], &[octet]].concat();
        assert_eq!(refused(&long), DecodeErrorKind::TrailingBytes { count: 1 });
    }
}

#[test]
fn rejects_values_that_the_module_does_not_know() {
    let unknown = |field| DecodeErrorKind::UnknownValue { field };
    assert_eq!(bent("020101", "020102"), unknown("version"));
    assert_eq!(bent("0a01020a0103", "0a01030a0103"), unknown("binding"));
    assert_eq!(bent("0a01020a0103", "0a01020a0105"), unknown("level"));
    assert_eq!(bent("0a01050420", "0a010a0420"), unknown("method"));
    assert_eq!(bent("8210043a", "8310043a"), unknown("subject"));
    assert_eq!(bent("0201020a0100", "0201020a0108"), unknown("class"));
    assert_eq!(bent("a1030a0100", "a1030a0104"), unknown("outcome"));
    assert_eq!(bent("81024652", "8a024652"), unknown("value"));
}

#[test]
fn rejects_numbers_out_of_range() {
    let range = |field| DecodeErrorKind::IntegerOutOfRange { field };
    assert_eq!(
        bent("020601a2", "0206ffa2"),
        DecodeErrorKind::IntegerNotMinimal
    );
    assert_eq!(bent("020601a2", "0206f1a2"), range("fixTime"));
    assert_eq!(bent("020205dc", "0202f5dc"), range("maxError"));
    assert_eq!(bent("02022af8", "02028af8"), range("challengeAge"));
    assert_eq!(bent("300702010081", "300702011081"), range("slot"));
    assert_eq!(bent("0201030a0100", "0201000a0100"), range("kind"));
    assert_eq!(bent("02021068", "0202f068"), range("age"));
    assert_eq!(
        bent("020303d090020104", "0203f3d090020104"),
        range("radius")
    );
    assert_eq!(
        bent("020303d090020104", "020303d090020100"),
        range("landmarks")
    );
}

/// The ends of the module's ranges, and one past each, made and read.
#[test]
fn rejects_radii_speeds_and_ages_passed_by_one() {
    let evidence = |age, radius| {
        let kind = EvidenceKind::RTT_LANDMARK;
        EvidenceResult::new(kind, EvidenceClass::Landmark, 2, age)?.with_radius(radius)
    };
    let (day, around, half) = (86_400_000, 40_075_017, 20_037_509);
    assert!(evidence(day, around).is_ok() && evidence(0, 0).is_ok());
    assert!(evidence(day + 1, 0).is_err() && evidence(0, around + 1).is_err());
    let item = evidence(0, 0).unwrap();
    assert!(item.with_age(day).is_ok() && item.with_age(day + 1).is_err());
    let bound = |radius, landmarks| ProvenBound::new(radius, landmarks, true, [0; 32]);
    assert!(bound(half, 255).is_ok() && bound(0, 1).is_ok());
    assert!(bound(half + 1, 1).is_err() && bound(0, 0).is_err());
    let travel = |speed| TravelCheck::new(TravelOutcome::Suspicious, Some(speed));
    assert!(travel(100_000_000).is_ok() && travel(100_000_001).is_err());
    let window = |error, age| ObservationWindow::new(0, error, age);
    assert!(window(day, day).is_ok());
    assert!(window(day + 1, 0).is_err() && window(0, day + 1).is_err());

    let most = hex::encode(claim(|fields| {
        fields.evidence = vec![evidence(day, around).unwrap()];
        fields.bound = Some(bound(half, 255).unwrap());
        fields.travel = Some(travel(100_000_000).unwrap());
        fields.observed = window(day, day).unwrap();
    }));
    let range = |field| DecodeErrorKind::IntegerOutOfRange { field };
    for (old, new, at, field) in [
        ("02040526_5c00", "02040526_5c01", 0, "maxError"),
        ("02040526_5c00", "02040526_5c01", 1, "challengeAge"),
        ("02040526_5c00", "02040526_5c01", 2, "age"),
        ("81040263_7f09", "81040263_7f0a", 0, "radius"),
        ("02040131_bf85", "02040131_bf86", 0, "radius"),
        ("020200ff", "02020100", 0, "landmarks"),
        ("800405f5_e100", "800405f5_e101", 0, "speed"),
    ] {
        let (old, new) = (old.replace('_', ""), new.replace('_', ""));
        let (start, _) = most.match_indices(&old).nth(at).unwrap();
        let mut bent = most.clone();
        bent.replace_range(start..start + old.len(), &new);
        assert_eq!(refused(&hex::decode(bent).unwrap()), range(field));
    }
}

#[test]
fn rejects_a_boolean_that_is_not_der() {
    assert_eq!(bent("0101ff", "010101"), DecodeErrorKind::BooleanNotDer);
}

#[test]
fn rejects_a_value_in_a_slot_that_holds_another() {
    let expected = DecodeErrorKind::UnknownValue { field: "value" };
    assert_eq!(bent("300702010081", "300702010181"), expected);
    let value = france().value().clone();
    let foreign = RevealedLeaf::new(Slot::JURISDICTION, value);
    assert_eq!(foreign, Err(LocError::ForeignValue(Slot::JURISDICTION)));
}

#[test]
fn rejects_slots_that_do_not_ascend() {
    let mut twice = fields();
    twice.revealed = vec![france(), france()];
    let field = "revealed";
    assert_eq!(
        LocationClaim::new(twice.clone()),
        Err(LocError::SlotOrder { field })
    );
    let der = twice.encode();
    assert_eq!(refused(&der), DecodeErrorKind::OutOfOrder { field });
}

#[test]
fn rejects_a_ninth_piece_of_evidence() {
    let mut nine = fields();
    nine.evidence = vec![item(EvidenceKind::HISTORY, EvidenceClass::History, 0); 9];
    let field = "evidence";
    let (min, max, actual) = (0, 8, 9);
    let size = LocError::Size {
        field,
        min,
        max,
        actual,
    };
    assert_eq!(LocationClaim::new(nine.clone()), Err(size));
    assert_eq!(
        refused(&nine.encode()),
        DecodeErrorKind::SizeOutOfRange { field }
    );
}

#[test]
fn rejects_a_claim_longer_than_1024_octets() {
    let fence = FenceVerdict::new([1; 32], Verdict::Inside, 1_000).unwrap();
    let fences = LeafValue::Fences(Fences::new(vec![fence; 8]).unwrap());
    let facility = |count| LeafValue::Facility(Facility::new(&"x".repeat(count)).unwrap());
    let mut long = fields();
    long.revealed = vec![france(), revealed(Slot::FENCES, fences)];
    let item = item(EvidenceKind::WITNESS, EvidenceClass::Witness, 0).with_hash([2; 32]);
    long.evidence = vec![item; 8];
    let len = |fields: &ClaimFields| fields.encode().len();
    assert!(len(&long) < MAX_LOCATION_CLAIM_BYTES - 8);
    let fill = MAX_LOCATION_CLAIM_BYTES - 7 - len(&long);
    assert!(fill <= 64, "{fill}");
    long.revealed.push(revealed(Slot::FACILITY, facility(fill)));
    assert_eq!(len(&long), MAX_LOCATION_CLAIM_BYTES);
    assert!(LocationClaim::new(long.clone()).is_ok());
    long.revealed[2] = revealed(Slot::FACILITY, facility(fill + 1));
    let actual = 1_025;
    assert_eq!(
        LocationClaim::new(long.clone()),
        Err(LocError::ClaimTooLong { actual })
    );
    let (what, limit) = ("LocationClaim", 1_024);
    let expected = DecodeErrorKind::LimitExceeded {
        what,
        limit,
        actual,
    };
    assert_eq!(refused(&long.encode()), expected);
}

#[test]
fn writes_flags_as_named_bits_and_none_as_no_field() {
    for (flags, der) in [
        (WarningFlags::ANONYMISING_NETWORK, "82020780"),
        (WarningFlags::BOUND_LOOSE, "82020001"),
        (WarningFlags::MANUAL_ENTRY, "8203060040"),
        (
            WarningFlags::STALE_FIX.with(WarningFlags::BATCHED),
            "8203072080",
        ),
    ] {
        let der = format!("a1030a0100{der}8320");
        let bytes = claim(|fields| fields.flags = flags);
        assert!(hex::encode(&bytes).contains(&der), "{der}");
        assert_eq!(LocationClaim::decode(&bytes).unwrap().fields().flags, flags);
    }
    let flagged = hex::encode(claim(|fields| fields.flags = WarningFlags::MANUAL_ENTRY));
    let unknown = DecodeErrorKind::UnknownValue { field: "flags" };
    for (new, expected) in [
        ("8203060020", unknown),
        ("8203050040", DecodeErrorKind::BitStringNotDer),
        ("8203078000", DecodeErrorKind::BitStringNotDer),
    ] {
        let bent = flagged.replacen("8203060040", new, 1);
        assert_eq!(refused(&hex::decode(bent).unwrap()), expected, "{new}");
    }
    let mut none = claim(|fields| fields.evidence_hash = None);
    none.extend([0x82, 1, 0]);
    none[3] += 3;
    assert_eq!(
        refused(&none),
        DecodeErrorKind::Forbidden { field: "flags" }
    );
}

fn tst_info(extensions: TstExtensions) -> TstInfo {
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
    let time = GenTime::micros(UnixMicros::new(1)).unwrap();
    let serial = SerialNumber::from_u64(9).unwrap();
    TstInfo::new(POLICY_PRECISE, imprint, serial, time).with_extensions(extensions)
}

/// What the tolerant reader finds in a TSTInfo with these extensions.
fn found(members: &[Vec<u8>]) -> Result<Option<LocationClaim>, ClaimFault> {
    let plain = tst_info(TstExtensions::NONE).encode();
    let content = Tlv::only(&plain, tag::SEQUENCE).unwrap().content;
    let list = tlv(tag::context_constructed(1), &[&members.concat()]);
    let der = tlv(tag::SEQUENCE, &[content, &list]);
    let mut walk = Walk::default();
    let outer = ReadTlv::only(&der, &mut walk).unwrap();
    LocationClaim::find(&TstInfoView::read(&outer, &mut walk).unwrap())
}

#[test]
fn the_claim_goes_into_a_tst_info_and_is_found_there() {
    let claim = LocationClaim::new(fields()).unwrap();
    let extension = claim.to_extension();
    assert_eq!(extension.to_der().len(), 405 + 45);
    let other = TstExtension::new(QC_STATEMENTS, vec![0x30, 0]);
    let members = [other.to_der(), extension.to_der()];
    assert_eq!(found(&members), Ok(Some(claim)));
    assert_eq!(found(&members[..1]), Ok(None));
    let written = tst_info(TstExtensions::new(vec![other, extension]).unwrap()).encode();
    let list = tlv(tag::context_constructed(1), &[&members.concat()]);
    assert!(written.ends_with(&list));
}

#[test]
fn two_claims_a_critical_one_and_a_malformed_one_show_no_place() {
    let claim = LocationClaim::new(fields()).unwrap().to_extension();
    let twice = [claim.to_der(), claim.to_der()];
    assert_eq!(found(&twice), Err(ClaimFault::Repeated { count: 2 }));
    let value = tlv(tag::OCTET_STRING, &[&golden()]);
    let critical = [
        &crate::der_write::oid(&LOCATION_CLAIM)[..],
        &[1, 1, 0xff],
        &value,
    ]
    .concat();
    let critical = tlv(tag::SEQUENCE, &[&critical]);
    assert_eq!(found(&[critical]), Err(ClaimFault::Critical));
    let empty = TstExtension::new(LOCATION_CLAIM, Vec::new()).to_der();
    let truncated = DecodeError::at(DecodeErrorKind::Truncated, 0);
    assert_eq!(found(&[empty]), Err(ClaimFault::Malformed(truncated)));
}

proptest! {
    #[test]
    fn changed_octets_are_refused_or_another_claim(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut der = golden();
        for (at, octet) in changes {
            let at = at.index(der.len());
            der[at] = octet;
        }
        if let Ok(claim) = LocationClaim::decode(&der) {
            let again = LocationClaim::new(claim.fields().clone()).unwrap();
            prop_assert_eq!(again.as_der(), &der[..]);
        }
    }

    #[test]
    fn garbage_is_refused_or_canonical(der in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(claim) = LocationClaim::decode(&der) {
            prop_assert_eq!(LocationClaim::new(claim.fields().clone()), Ok(claim));
        }
    }
}
