use meridian_wire::error::DecodeErrorKind;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::request::{EvidenceSource, LocationRequest, Ticket};
use meridian_wire::oid;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::req::TimeStampReq;

use super::*;
use crate::policy::LocPolicy;
use crate::request::ValidRequest;
use crate::sample;

fn refused(policy: &LocPolicy, request: &[u8]) -> Rejection {
    TimeStampReq::decode(request, &policy.served())
        .map_err(Rejection::from)
        .and_then(|request| ValidRequest::new(request, policy))
        .expect_err("the request breaks a rule")
}

fn asks() -> TimeStampReq {
    TimeStampReq::new(sample::imprint())
}

fn by_ticket() -> LocationRequest {
    LocationRequest::new(EvidenceSource::Ticket(Ticket::new(&[7; 16]).unwrap()))
}

/// The same request with one run of octets in another form.
fn bent(request: &TimeStampReq, old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut der = request.encode();
    let at = der.windows(old.len()).position(|part| part == old).unwrap();
    der[at..at + old.len()].copy_from_slice(new);
    der
}

/// Rows 1, 2 and 4 of the decision table, and the rules of RFC 3161 2.4.1.
#[test]
fn a_request_that_breaks_a_rule_gets_the_bit_of_that_rule() {
    use PkiFailureInfo as Bit;
    let good = asks().encode();
    let located = asks().with_location(&by_ticket());
    let sha256 = oid::SHA_256.as_bytes();
    let sha1 = MessageImprint::new(HashAlgorithm::Sha1, &[7; 20]).unwrap();
    let policy = asks().with_policy(oid::POLICY_COMPATIBLE);
    let rows = [
        ("garbage", b"GET / HTTP/1.1".to_vec(), Bit::BadDataFormat),
        ("trailing", [&good[..], &[0]].concat(), Bit::BadDataFormat),
        (
            "version",
            bent(&asks(), &[2, 1, 1], &[2, 1, 2]),
            Bit::BadRequest,
        ),
        (
            "no hash",
            bent(&asks(), sha256, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 99]),
            Bit::BadAlg,
        ),
        ("SHA-1", TimeStampReq::new(sha1).encode(), Bit::BadAlg),
        ("policy", policy.encode(), Bit::UnacceptedPolicy),
        (
            "row 2: another extension",
            bent(
                &located,
                oid::LOCATION_REQUEST.as_bytes(),
                oid::LOCATION_CLAIM.as_bytes(),
            ),
            Bit::UnacceptedExtension,
        ),
        (
            "row 1: a location request that is none",
            bent(&located, &[2, 1, 1, 0x80, 16], &[2, 1, 9, 0x80, 16]),
            Bit::BadDataFormat,
        ),
    ];
    for (name, request, bit) in rows {
        let rejection = refused(&sample::policy(), &request);
        assert_eq!(rejection.fail_info(), bit, "{name}: {rejection:?}");
        assert!(!rejection.status_text().is_empty(), "{name}");
    }
    assert!(TimeStampReq::decode(&located.encode(), &sample::policy().served()).is_ok());
}

/// A request that was not decoded passes the same rules.
#[test]
fn a_request_built_here_passes_the_same_rules() {
    let algorithm = HashAlgorithm::Sha1;
    let imprint = MessageImprint::new(algorithm, &[7; 20]).unwrap();
    let refused = ValidRequest::new(TimeStampReq::new(imprint), &sample::policy()).unwrap_err();
    assert_eq!(refused, Rejection::HashNotAccepted { algorithm });
    assert_eq!(refused.fail_info(), PkiFailureInfo::BadAlg);
}

#[test]
fn a_request_says_the_least_level_by_policy_and_by_location_request() {
    let level = |request: TimeStampReq| {
        let valid = ValidRequest::new(request, &sample::policy()).unwrap();
        valid.min_level().code()
    };
    let with = |level| by_ticket().with_min_level(level);
    let (two, three) = (
        oid::POLICY_LOCATION_2,
        AssuranceLevel::L3PhysicallyCorroborated,
    );
    assert_eq!(level(asks()), 0);
    assert_eq!(level(asks().with_policy(two)), 2);
    assert_eq!(level(asks().with_location(&by_ticket())), 0);
    assert_eq!(level(asks().with_location(&with(three))), 3);
    assert_eq!(
        level(asks().with_policy(two).with_location(&with(three))),
        3
    );
    let one = with(AssuranceLevel::L1NetworkCorroborated);
    assert_eq!(level(asks().with_policy(two).with_location(&one)), 2);
}

#[test]
fn rows_of_the_decision_table_have_the_bit_of_their_row() {
    use PkiFailureInfo as Bit;
    let (age_ms, limit_ms) = (2, 1);
    let kind = EvidenceKind::WITNESS;
    let policy = oid::POLICY_LOCATION_0;
    let rows = [
        (Refusal::Malformed { what: "x" }, Bit::BadDataFormat),
        (
            Refusal::UnsupportedEvidence { kind },
            Bit::AddInfoNotAvailable,
        ),
        (Refusal::OutOfRange { field: "x" }, Bit::BadDataFormat),
        (Refusal::PolicyUnknown { policy }, Bit::UnacceptedPolicy),
        (Refusal::NonceUnknown, Bit::BadRequest),
        (Refusal::NonceExpired { age_ms, limit_ms }, Bit::BadRequest),
        (Refusal::NonceReused, Bit::BadRequest),
        (Refusal::BindingMismatch, Bit::AddInfoNotAvailable),
        (
            Refusal::EvidenceSignature { what: "x" },
            Bit::AddInfoNotAvailable,
        ),
        (Refusal::KeyUnknown, Bit::AddInfoNotAvailable),
        (Refusal::MockLocation, Bit::AddInfoNotAvailable),
        (
            Refusal::EvidenceStale { age_ms, limit_ms },
            Bit::AddInfoNotAvailable,
        ),
        (Refusal::AnonymousNetwork, Bit::AddInfoNotAvailable),
        (Refusal::BoundariesUnavailable, Bit::SystemFailure),
    ];
    for (refusal, bit) in rows {
        assert_eq!(Rejection::from(refusal).fail_info(), bit, "{refusal:?}");
    }
}

#[test]
fn tickets_levels_and_faults_of_ours_have_their_bits() {
    use PkiFailureInfo as Bit;
    let unmet = Rejection::LevelUnmet {
        reached: AssuranceLevel::L0Asserted,
        asked: AssuranceLevel::L2DeviceAttested,
        missing: vec![Missing::DeviceSignature, Missing::PlatformAttestation],
    };
    let year = GenTime::micros(UnixMicros::new(i64::MAX)).unwrap_err();
    let kind = DecodeErrorKind::Truncated;
    let rows = [
        (Rejection::TicketUnknown, Bit::BadRequest),
        (Rejection::TicketSpent, Bit::BadRequest),
        (Rejection::TicketExpired, Bit::BadRequest),
        (Rejection::RevealSettled, Bit::BadRequest),
        (
            Rejection::RevealNotAllowed { slot: Slot::POINT },
            Bit::BadRequest,
        ),
        (
            NotStampable::TooLong { octets: 1_025 }.into(),
            Bit::BadRequest,
        ),
        (NotStampable::SubjectNotShown.into(), Bit::SystemFailure),
        (Rejection::LocationRequest(kind.into()), Bit::BadDataFormat),
        (Rejection::Contradicted, Bit::AddInfoNotAvailable),
        (unmet, Bit::AddInfoNotAvailable),
        (
            Rejection::Clock(ClockError::Unsynchronised),
            Bit::TimeNotAvailable,
        ),
        (Rejection::NotShown(year.into()), Bit::TimeNotAvailable),
        (Rejection::SignerFailed, Bit::SystemFailure),
        (Rejection::QueueFull, Bit::SystemFailure),
        (Rejection::Stopping, Bit::SystemFailure),
    ];
    for (rejection, bit) in rows {
        assert_eq!(rejection.fail_info(), bit, "{rejection:?}");
        assert!(!rejection.status_text().is_empty());
    }
}

/// What a client that asks for a level reads, whatever tool it is.
#[test]
fn an_unmet_level_says_what_is_missing() {
    let missing = vec![Missing::DeviceSignature, Missing::PlatformAttestation];
    let rejection = Rejection::LevelUnmet {
        reached: AssuranceLevel::L1NetworkCorroborated,
        asked: AssuranceLevel::L2DeviceAttested,
        missing,
    };
    assert_eq!(
        rejection.status_text(),
        "the evidence reaches level 1, level 2 is asked for; missing: a position signed by the \
         device, or a workload quote; an attestation of the device, or a workload quote"
    );
    let all = Rejection::LevelUnmet {
        reached: AssuranceLevel::L0Asserted,
        asked: AssuranceLevel::L4MultiParty,
        missing: Missing::ALL.to_vec(),
    };
    assert!(all.status_text().len() < 1_000, "a status text stays short");
}

#[test]
fn a_claim_too_long_says_what_to_do() {
    let error = NotStampable::from(LocError::ClaimTooLong { actual: 1_100 });
    assert_eq!(error, NotStampable::TooLong { octets: 1_100 });
    assert!(error.to_string().contains("reveal fewer slots"));
    let other = LocError::NotACell;
    assert_eq!(NotStampable::from(other), NotStampable::Claim(other));
}
