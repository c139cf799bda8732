use meridian_appraisal::Appraisal;
use meridian_signing::clock::{BoundSource, ClockReading};
use meridian_signing::shown::{NotShown, Rounding};
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::EvidenceBundle;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::request::{InlineEvidence, InlineList, RevealMask, Ticket};
use meridian_wire::oid::{self, LOCATION_CLAIM, LOCATION_REQUEST};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::{ReqError, TimeStampReq};
use proptest::prelude::*;

use super::*;
use crate::level::{self, Missing};
use crate::sample::{self, ACCEPTED_MS, FIX_MS, KEY, appraisal, bundle};

const SECOND: i64 = 1_000;

fn authority() -> LocationStampAuthority {
    LocationStampAuthority::new(sample::policy())
}

fn asks() -> TimeStampReq {
    TimeStampReq::new(sample::imprint())
}

/// One decision over the wire: the request's octets, what its ticket stands for, whose
/// connection, when.
fn check(
    authority: &LocationStampAuthority,
    request: &TimeStampReq,
    appraised: &Appraised,
    session: Option<Digest32>,
    after_ms: i64,
) -> Result<TstInfo, Rejection> {
    let policy = authority.policy();
    let decoded = TimeStampReq::decode(&request.encode(), &policy.served())?;
    let valid = ValidRequest::new(decoded, policy)?;
    let asked = LocationStampRequest::new(valid, appraised.clone(), session);
    let serial = SerialNumber::from_u64(5).unwrap();
    let time = sample::time(after_ms);
    let decision = authority.decide(&asked, serial, &time);
    let admitted = authority.admit(&asked, &time);
    assert_eq!(admitted, decision.clone().map(drop), "admit is decide");
    decision
}

/// What a stranger reads in the token.
fn claim_of(info: &TstInfo) -> LocationClaim {
    let der = info.encode();
    let mut walk = Walk::default();
    let outer = Tlv::only(&der, &mut walk).unwrap();
    let view = TstInfoView::read(&outer, &mut walk).unwrap();
    assert_eq!(view.extensions.len(), 1, "one extension");
    assert!(
        view.extensions
            .iter()
            .all(|one| !one.critical && one.oid.is(&LOCATION_CLAIM))
    );
    LocationClaim::find(&view).unwrap().unwrap()
}

fn stamped(appraised: &Appraised, after_ms: i64) -> ClaimFields {
    let info = check(&authority(), &asks(), appraised, None, after_ms).unwrap();
    claim_of(&info).fields().clone()
}

fn with_location(location: &LocationRequest) -> TimeStampReq {
    asks().with_location(location)
}

fn by_ticket() -> LocationRequest {
    LocationRequest::new(EvidenceSource::Ticket(Ticket::new(&[0xaa; 16]).unwrap()))
}

#[test]
fn a_token_carries_one_claim_that_is_not_critical() {
    let info = check(&authority(), &asks(), &sample::appraised(), None, 0).unwrap();
    let claim = claim_of(&info);
    let expected = sample::appraised().claim_at(ACCEPTED_MS).unwrap();
    assert_eq!(claim.fields().evidence, expected.evidence);
    assert_eq!(claim.fields().commitment, sample::tree().root());
    assert_eq!(claim.fields().level, AssuranceLevel::L1NetworkCorroborated);
    assert_eq!(claim.fields().binding, DocBinding::Requester);
    assert_eq!(info.policy, oid::POLICY_LOCATION_0);
    assert!(!info.ordering);
}

#[test]
fn repeats_imprint_and_nonce_and_states_the_accuracy() {
    let nonce = Nonce::from_der_content(&[0x7f; 20]).unwrap();
    let request = asks().with_nonce(nonce.clone());
    let info = check(&authority(), &request, &sample::appraised(), None, 0).unwrap();
    assert_eq!(info.imprint, sample::imprint());
    assert_eq!(info.nonce, Some(nonce));
    // Bound 10 µs, rounding 500 ms, signing 100 ms.
    assert_eq!(info.accuracy.unwrap().total_micros(), 600_010);
    assert_eq!(info.serial, SerialNumber::from_u64(5).unwrap());
}

/// docs/LOCATION.md, 'Carrier': nothing that a client wrote is signed.
#[test]
fn signs_no_octet_of_a_location_request() {
    let mark = b"the client wrote this";
    let inline = InlineEvidence::new(EvidenceKind::SELF_ASSERTED, "text/the-client", mark);
    let inline = InlineList::new(vec![inline.unwrap()]).unwrap();
    let location = LocationRequest::new(EvidenceSource::Inline(inline))
        .with_challenge(&[0xcc; 32])
        .unwrap();
    let request = with_location(&location);
    let plain = check(&authority(), &asks(), &sample::appraised(), None, 0).unwrap();
    let asked = check(&authority(), &request, &sample::appraised(), None, 0).unwrap();
    assert_eq!(asked.encode(), plain.encode());
    let holds = |part: &[u8]| asked.encode().windows(part.len()).any(|at| at == part);
    assert!(!holds(mark) && !holds(b"text/the-client") && !holds(&[0xcc; 32]));
    assert!(!holds(LOCATION_REQUEST.as_bytes()) && holds(LOCATION_CLAIM.as_bytes()));
}

#[test]
fn rejects_an_extension_that_is_none_of_ours_and_a_malformed_one_of_ours() {
    // The same length: another extension, and another version of ours.
    let good = with_location(&by_ticket()).encode();
    let refused = |old: &[u8], new: &[u8]| {
        let at = good
            .windows(old.len())
            .position(|part| part == old)
            .unwrap();
        let mut bent = good.clone();
        bent[at..at + old.len()].copy_from_slice(new);
        let policy = sample::policy();
        let decoded = TimeStampReq::decode(&bent, &policy.served());
        let decoded = decoded.map_err(Rejection::from);
        decoded
            .and_then(|request| ValidRequest::new(request, &policy))
            .unwrap_err()
    };
    let other = refused(LOCATION_REQUEST.as_bytes(), LOCATION_CLAIM.as_bytes());
    assert!(
        matches!(other, Rejection::Request(ReqError::ExtensionNotServed(_))),
        "{other}"
    );
    let ticket = [2, 1, 1, 0x80, 16];
    let other = refused(&ticket, &[2, 1, 2, 0x80, 16]);
    assert!(matches!(other, Rejection::LocationRequest(_)), "{other}");
}

#[test]
fn the_policy_is_the_requests_or_the_tickets() {
    let ticket = |policy| {
        let bundle = bundle(|context| context.policy = policy);
        sample::appraised_of(&appraisal(), &bundle, &[0])
    };
    let one = oid::POLICY_LOCATION_1;
    for (asked, tickets, expected) in [
        (None, oid::POLICY_LOCATION_0, oid::POLICY_LOCATION_0),
        (None, one, one),
        (Some(one), oid::POLICY_LOCATION_0, one),
        (Some(oid::POLICY_LOCATION_0), one, oid::POLICY_LOCATION_0),
    ] {
        let request = match asked {
            Some(policy) => asks().with_policy(policy),
            None => asks(),
        };
        let info = check(&authority(), &request, &ticket(tickets), None, 0).unwrap();
        assert_eq!(info.policy, expected);
        assert_eq!(
            claim_of(&info).fields().level,
            AssuranceLevel::L1NetworkCorroborated
        );
    }
    let policy = oid::POLICY_COMPATIBLE;
    let refused = check(&authority(), &asks(), &ticket(policy), None, 0);
    assert_eq!(refused, Err(Rejection::PolicyUnknown { policy }));
    let request = ValidRequest::new(asks().with_policy(policy), &sample::policy());
    assert_eq!(request.unwrap_err(), Rejection::PolicyUnknown { policy });
}

/// Row 32 of the decision table: whoever asks for more, policy, client or ticket.
#[test]
fn row_32_a_level_that_is_not_reached_is_refused_with_what_is_missing() {
    let two = AssuranceLevel::L2DeviceAttested;
    let appraised = sample::appraised();
    let policy = asks().with_policy(oid::POLICY_LOCATION_2);
    let location = with_location(&by_ticket().with_min_level(two));
    let ticket = appraised.clone().with_min_level(two);
    for (request, appraised) in [
        (&policy, &appraised),
        (&location, &appraised),
        (&asks(), &ticket),
    ] {
        let refused = check(&authority(), request, appraised, None, 0);
        let expected = Rejection::LevelUnmet {
            reached: AssuranceLevel::L1NetworkCorroborated,
            asked: two,
            missing: vec![Missing::PlatformAttestation],
        };
        assert_eq!(refused, Err(expected));
    }
    let enough = asks().with_policy(oid::POLICY_LOCATION_1);
    assert!(check(&authority(), &enough, &appraised, None, 0).is_ok());
}

/// An attested device, so that the time of the stamp matters for the level.
fn attested() -> Appraised {
    let mut found = appraisal();
    let kind = EvidenceKind::PLATFORM_ATTESTATION;
    found
        .results
        .push(sample::item(kind, EvidenceClass::Device, FIX_MS));
    sample::appraised_of(&found, &bundle(|_| {}), &[0])
}

/// The fix is 2,250 ms old at acceptance; level 2 takes 180 s, at genTime as shown.
#[test]
fn the_level_is_that_at_gen_time_as_shown() {
    let shown_at = |fix_ms: i64, extra: i64| fix_ms - 2_250 + extra;
    for (after, level) in [
        (shown_at(180 * SECOND, 0), AssuranceLevel::L2DeviceAttested),
        // Rounded down to 180 s, rounded up to 181 s.
        (
            shown_at(180 * SECOND, 499),
            AssuranceLevel::L2DeviceAttested,
        ),
        (
            shown_at(180 * SECOND, 500),
            AssuranceLevel::L1NetworkCorroborated,
        ),
    ] {
        assert_eq!(stamped(&attested(), after).level, level, "{after}");
    }
    let precise =
        LocationStampAuthority::new(sample::policy_of(sample::document(), Rounding::Micros));
    let after = shown_at(180 * SECOND, 1);
    let info = check(&precise, &asks(), &attested(), None, after).unwrap();
    assert_eq!(
        claim_of(&info).fields().level,
        AssuranceLevel::L1NetworkCorroborated
    );
}

#[test]
fn ages_are_those_at_gen_time_as_shown() {
    // Accepted at :48.250; shown as :48, :49 and :49.
    for (after, expected) in [(0, [2_250, 0]), (250, [3_000, 750]), (1_249, [3_000, 750])] {
        let claim = stamped(&sample::appraised(), after);
        let ages: Vec<u32> = claim.evidence.iter().map(EvidenceResult::age_ms).collect();
        assert_eq!(ages, expected, "{after}");
    }
}

#[test]
fn the_session_and_the_document_bind() {
    let device = |imprint: &MessageImprint| {
        let mut found = appraisal();
        found.key_signed = true;
        let document = imprint_digest(imprint);
        let bundle = bundle(|context| context.imprint = Some(document));
        sample::appraised_of(&found, &bundle, &[0])
    };
    let other = MessageImprint::new(HashAlgorithm::Sha256, &[8; 32]).unwrap();
    for (appraised, session, expected) in [
        (device(&sample::imprint()), None, DocBinding::DeviceSigned),
        (device(&other), None, DocBinding::Requester),
        (device(&other), Some(KEY), DocBinding::Session),
        (sample::appraised(), Some([6; 32]), DocBinding::Requester),
    ] {
        let info = check(&authority(), &asks(), &appraised, session, 0).unwrap();
        assert_eq!(claim_of(&info).fields().binding, expected);
    }
}

#[test]
fn a_ticket_of_another_policy_document_has_expired() {
    let mut document = sample::document();
    document.name = "another".to_owned();
    let other = LocationStampAuthority::new(sample::policy_of(document, Rounding::WholeSeconds));
    let refused = check(&other, &asks(), &sample::appraised(), None, 0);
    assert_eq!(refused, Err(Rejection::TicketExpired));
}

#[test]
fn evidence_older_than_a_claim_can_say_has_expired() {
    let last = sample::DAY_MS - 2_250 - 250;
    assert_eq!(
        stamped(&sample::appraised(), last).evidence[0].age_ms(),
        86_400_000
    );
    let refused = check(
        &authority(),
        &asks(),
        &sample::appraised(),
        None,
        last + 750,
    );
    assert_eq!(refused, Err(Rejection::TicketExpired));
}

#[test]
fn what_a_ticket_reveals_cannot_be_chosen_again() {
    let asked = |slots: &[u8]| {
        let request = with_location(&by_ticket().with_reveal(sample::reveal(slots)));
        check(&authority(), &request, &sample::appraised(), None, 0).map(drop)
    };
    assert_eq!(asked(&[0]), Ok(()));
    for other in [&[][..], &[0, 10], &[1]] {
        assert_eq!(asked(other), Err(Rejection::RevealSettled));
    }
    let silent = with_location(&by_ticket());
    assert!(check(&authority(), &silent, &sample::appraised(), None, 0).is_ok());
}

fn contradicted() -> Appraised {
    let mut found = appraisal();
    let kind = EvidenceKind::OPERATOR_NETWORK;
    let mut against = sample::item(kind, EvidenceClass::Operator, FIX_MS);
    against.tier = 96;
    found.results.push(against);
    sample::appraised_of(&found, &bundle(|_| {}), &[0])
}

#[test]
fn contradicted_evidence_is_stamped_only_where_the_document_says_so() {
    let refused = check(&authority(), &asks(), &contradicted(), None, 0);
    assert_eq!(refused, Err(Rejection::Contradicted));
    let mut document = sample::document();
    document.issue_contradicted = true;
    let archive = LocationStampAuthority::new(sample::policy_of(document, Rounding::WholeSeconds));
    let made = |bundle: &EvidenceBundle, found: &Appraisal| {
        let (tree, hash) = (sample::tree(), *archive.policy().hash());
        let subject = meridian_wire::loc::subject::SubjectRef::KeyHash(KEY);
        Appraised::new(found, bundle, hash, subject, &tree, RevealMask::default()).unwrap()
    };
    let mut found = appraisal();
    found.results[0].tier = 96;
    let appraised = made(&bundle(|_| {}), &found);
    let info = check(&archive, &asks(), &appraised, None, 0).unwrap();
    let claim = claim_of(&info);
    assert_eq!(claim.fields().level, AssuranceLevel::L0Asserted);
    assert_eq!(
        claim.fields().evidence[0].tier(),
        96,
        "the contradiction stays"
    );
    let one = asks().with_policy(oid::POLICY_LOCATION_1);
    let refused = check(&archive, &one, &appraised, None, 0).unwrap_err();
    let Rejection::LevelUnmet { missing, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!(missing.first(), Some(&Missing::Consistency));
}

/// Row 31.
#[test]
fn row_31_a_clock_that_cannot_be_shown_stamps_nothing() {
    let reading = ClockReading::new(
        UnixMicros::new(ACCEPTED_MS * 1_000),
        400_001,
        BoundSource::Measured,
    );
    let time = StampTime::next(reading, None).unwrap();
    let valid = ValidRequest::new(asks(), &sample::policy()).unwrap();
    let asked = LocationStampRequest::new(valid, sample::appraised(), None);
    let (error_us, limit_us) = (400_001, 400_000);
    let expected = Rejection::NotShown(NotShown::ClockUncertain { error_us, limit_us });
    assert_eq!(authority().admit(&asked, &time), Err(expected));
}

#[test]
fn the_same_request_under_another_serial_is_another_token() {
    let valid = ValidRequest::new(asks(), &sample::policy()).unwrap();
    let asked = LocationStampRequest::new(valid, sample::appraised(), None);
    let decide = |serial| {
        let serial = SerialNumber::from_u64(serial).unwrap();
        let decision = authority().decide(&asked, serial, &sample::time(0));
        decision.unwrap().encode()
    };
    assert_eq!(decide(1), decide(1));
    assert_ne!(decide(1), decide(2));
}

proptest! {
    /// What a reader computes from the token alone is what the token says, whatever was found.
    #[test]
    fn the_level_of_a_token_is_earned_by_its_own_fields(
        kinds in prop::collection::vec((1_u16..=11, 0_usize..8, prop_oneof![Just(2_i8), 0_i8..=40]), 1..=8),
        reveal in prop::sample::subsequence(vec![0_u8, 3, 4, 10], 0..=4),
        after in 0_i64..200_000,
        precise in any::<bool>(),
        flag in prop::option::of(0_usize..10),
    ) {
        let mut found = appraisal();
        let item = |(kind, class, tier): &(u16, usize, i8)| {
            let kind = EvidenceKind::new(*kind).unwrap();
            let mut item = sample::item(kind, EvidenceClass::ALL[*class], FIX_MS);
            (item.tier, item.radius_m) = (*tier, Some(u32::from(kind.number()) * 70_000));
            item
        };
        found.results = kinds.iter().map(item).collect();
        if let Some(flag) = flag {
            found.flags = meridian_wire::loc::flags::WarningFlags::NAMED[flag].0;
        }
        let appraised = sample::appraised_of(&found, &bundle(|_| {}), &reveal);
        let rounding = if precise { Rounding::Micros } else { Rounding::WholeSeconds };
        let authority = LocationStampAuthority::new(sample::policy_of(sample::document(), rounding));
        let info = check(&authority, &asks(), &appraised, None, after).unwrap();
        let claim = claim_of(&info);
        let gen_time_ms = info.gen_time.to_micros().get().div_euclid(1_000);
        let terms = level::LevelTerms::of(claim.fields(), gen_time_ms, 500_000);
        prop_assert_eq!(level::level(&terms), Some(claim.fields().level));
        for (item, found) in claim.fields().evidence.iter().zip(&found.results) {
            prop_assert_eq!(i64::from(item.age_ms()), 2_250 + (gen_time_ms - ACCEPTED_MS).max(0));
            let told = item.radius_m().unwrap();
            prop_assert!(told >= found.radius_m.unwrap());
        }
        prop_assert!(claim.as_der().len() <= 1_024);
    }
}
