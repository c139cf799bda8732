//! What a claim about place leaves open, for people.

use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::travel::TravelOutcome;

use super::place::Place;
use super::words;

/// Sentences that begin with 'That' or 'Where', the most important first.
pub(crate) fn of(place: &Place) -> Vec<String> {
    let Some(claim) = place.claim() else {
        return Vec::new();
    };
    let claim = claim.fields();
    let mut all = vec![
        "That the document was made there, or by whom: a place is that of a key, not of an author."
            .to_owned(),
        "That a person was there: a device that is there can be used from afar, as by remote \
         desktop, and a key can be lent."
            .to_owned(),
    ];
    all.push(time_of_fix(claim));
    if place.values().is_empty() {
        all.push("Where: no part of the place is revealed or disclosed.".to_owned());
    }
    all.extend(of_evidence(claim).map(str::to_owned));
    all.extend(of_subject(claim).map(str::to_owned));
    all.extend(of_warnings(claim).map(str::to_owned));
    if place.notes.is_empty() {
        all.push(
            "That the evidence bears this out: it was not appraised again, the authority's word \
             stands for it."
                .to_owned(),
        );
    }
    all
}

fn time_of_fix(claim: &ClaimFields) -> String {
    let error = claim.observed.max_error_ms();
    format!(
        "That the position held when the token was made: it is of {}, give or take {}.",
        claim.observed.fix_time(),
        words::millis(error)
    )
}

/// Which evidence affirms.
fn affirms(claim: &ClaimFields, kinds: &[EvidenceKind]) -> bool {
    let affirming = |result: &EvidenceResult| (2..=31).contains(&result.tier());
    let mut all = claim.evidence.iter();
    all.any(|result| affirming(result) && kinds.contains(&result.kind()))
}

fn of_evidence(claim: &ClaimFields) -> impl Iterator<Item = &'static str> {
    let from_outside = [
        EvidenceKind::RTT_LANDMARK,
        EvidenceKind::OSNMA,
        EvidenceKind::WITNESS,
        EvidenceKind::OPERATOR_NETWORK,
    ];
    let attested = [
        EvidenceKind::PLATFORM_ATTESTATION,
        EvidenceKind::WORKLOAD_QUOTE,
    ];
    let outside = affirms(claim, &from_outside);
    let database = affirms(claim, &[EvidenceKind::IP_GEOLOCATION]);
    let asserted = claim.level == AssuranceLevel::L0Asserted;
    let history = claim.travel.map(|travel| travel.outcome());
    let sentences = [
        (
            asserted,
            "That the position is true: it is the subject's own word, and nothing here corroborates \
             it.",
        ),
        (
            database && !outside,
            "More than a country from outside the device: what agrees is a database's opinion about \
             an Internet address, which may be that of a relay.",
        ),
        (
            !affirms(claim, &attested),
            "That the device is genuine and its software unaltered: no platform attested it.",
        ),
        (
            claim.bound.is_none(),
            "A physical bound: nothing measured how far away the key can have been.",
        ),
        (
            history == Some(TravelOutcome::NoHistory) || history.is_none(),
            "That the subject can have come there: there were no other stamps to compare with.",
        ),
        (
            claim.method == PositionMethod::Unknown,
            "How the position was found: the subject did not say.",
        ),
    ];
    sentences.into_iter().filter_map(chosen)
}

fn of_subject(claim: &ClaimFields) -> impl Iterator<Item = &'static str> {
    let anonymous = claim.subject == SubjectRef::Anonymous;
    let sentences = [
        (
            anonymous,
            "Whose place it is: the subject has no name here.",
        ),
        (
            claim.binding == DocBinding::Requester,
            "That whoever was there presented this data: the requester held a ticket, no more.",
        ),
        (
            claim.binding == DocBinding::Session,
            "That the key signed this data's digest: its holder presented it over an authenticated \
             connection.",
        ),
    ];
    sentences.into_iter().filter_map(chosen)
}

fn of_warnings(claim: &ClaimFields) -> impl Iterator<Item = &'static str> {
    let has = |flag| claim.flags.has(flag);
    let sentences = [
        (
            has(WarningFlags::SOFTWARE_KEY),
            "That the key was in one place only: it is in software, and can be copied.",
        ),
        (
            has(WarningFlags::MOCK_CAPABLE),
            "That the position was not simulated on the device.",
        ),
        (
            has(WarningFlags::MANUAL_ENTRY),
            "That anything measured the position: it was typed in.",
        ),
        (
            has(WarningFlags::ANONYMISING_NETWORK),
            "Where the subject connected from: its address hides that.",
        ),
        (
            has(WarningFlags::IP_COUNTRY_MISMATCH),
            "That the network agrees: a database puts the address into another country.",
        ),
        (
            has(WarningFlags::BATCHED),
            "That each document was presented there: one appraisal served several.",
        ),
    ];
    sentences.into_iter().filter_map(chosen)
}

fn chosen((applies, sentence): (bool, &'static str)) -> Option<&'static str> {
    applies.then_some(sentence)
}
