//! What the fields of a claim mean, for people. 'Consistent with' and 'bounded to', never more.

use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::cell::CellClaim;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::fence::FenceVerdict;
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};
use meridian_wire::loc::value::LeafValue;

/// What a slot holds: "country", "cell of resolution 7".
pub(crate) fn slot(slot: Slot) -> String {
    let named = match slot {
        Slot::COUNTRY => "country",
        Slot::SUBDIVISION => "subdivision",
        Slot::POINT => "point",
        Slot::ALTITUDE => "altitude",
        Slot::MOTION => "motion",
        Slot::FENCES => "fences",
        Slot::FACILITY => "facility",
        Slot::JURISDICTION => "jurisdiction",
        cell => {
            // Slots 2 to 9 hold resolutions 4 to 11.
            return format!("cell of resolution {}", cell.number().saturating_add(2));
        }
    };
    named.to_owned()
}

/// What the level means, in one sentence.
pub(crate) const fn level(level: AssuranceLevel) -> &'static str {
    match level {
        AssuranceLevel::L0Asserted => {
            "asserted: the subject says so, and nothing at hand contradicted it"
        }
        AssuranceLevel::L1NetworkCorroborated => {
            "network-corroborated: besides the subject, a network or a database points to the same \
             country"
        }
        AssuranceLevel::L2DeviceAttested => {
            "device-attested: a device with an attested key answered a fresh challenge with this \
             position"
        }
        AssuranceLevel::L3PhysicallyCorroborated => {
            "physically corroborated: an attested device, and a physical measurement or a third \
             party that agrees"
        }
        AssuranceLevel::L4MultiParty => {
            "multi-party: an attested device, and several independent parties that agree"
        }
        _ => "of a kind that this version does not know",
    }
}

/// What ties the document to the evidence.
pub(crate) const fn binding(binding: DocBinding) -> &'static str {
    match binding {
        DocBinding::Requester => {
            "requester: whoever held the ticket presented this data; nothing ties that requester to \
             the key"
        }
        DocBinding::Session => {
            "session: the authenticated holder of the key presented this data in the session of the \
             evidence"
        }
        DocBinding::DeviceSigned => {
            "deviceSigned: the key signed a challenge that was made from this data's digest"
        }
        _ => "of a kind that this version does not know",
    }
}

/// Whose place it is.
pub(crate) fn subject(subject: &SubjectRef) -> String {
    match subject {
        SubjectRef::Anonymous => "somebody without a name".to_owned(),
        SubjectRef::KeyHash(digest) => format!("the holder of the key {}", hex::encode(digest)),
        SubjectRef::Pairwise(name) => format!(
            "the holder of a key that this authority names {} here",
            hex::encode(name.as_bytes())
        ),
        _ => "a subject of a kind that this version does not know".to_owned(),
    }
}

/// How the position was found.
pub(crate) const fn method(method: PositionMethod) -> &'static str {
    match method {
        PositionMethod::Gnss => "a satellite receiver",
        PositionMethod::GnssAugmented => "a satellite receiver with corrections",
        PositionMethod::Wifi => "Wi-Fi networks in sight",
        PositionMethod::Cell => "cells of a mobile network",
        PositionMethod::Fused => "several sources, weighed by the platform",
        PositionMethod::Ip => "an address on the Internet",
        PositionMethod::Rtt => "round-trip times",
        PositionMethod::Surveyed => "a surveyed mark",
        PositionMethod::Manual => "typed in by hand",
        _ => "not said",
    }
}

/// A kind of evidence.
pub(crate) fn kind(kind: EvidenceKind) -> String {
    let words = match kind {
        EvidenceKind::SELF_ASSERTED => "the subject's own word",
        EvidenceKind::DEVICE_SIGNED => "a position signed by the subject's key",
        EvidenceKind::PLATFORM_ATTESTATION => "the platform's word about key, app and boot",
        EvidenceKind::IP_GEOLOCATION => "a database's opinion about the Internet address",
        EvidenceKind::RTT_LANDMARK => "round-trip times to a landmark",
        EvidenceKind::OSNMA => "authenticated navigation messages of Galileo",
        EvidenceKind::WITNESS => "a witness near by",
        EvidenceKind::FIXED_BEACON => "a beacon near by",
        EvidenceKind::HISTORY => "the subject's earlier stamps",
        EvidenceKind::OPERATOR_NETWORK => "a mobile operator",
        EvidenceKind::WORKLOAD_QUOTE => "a quote of a trusted execution environment",
        other => return format!("kind {}", other.number()),
    };
    words.to_owned()
}

/// What became of a piece of evidence.
pub(crate) const fn tier(tier: i8) -> &'static str {
    match tier {
        2..=31 => "affirms",
        32..=95 => "warns",
        96..=127 | -128..=-97 => "contradicts",
        _ => "says nothing",
    }
}

/// One piece of evidence, in a line.
pub(crate) fn evidence(result: &EvidenceResult) -> String {
    let class = result.class();
    let age = millis(result.age_ms());
    let radius = result.radius_m().map_or_else(String::new, |radius| {
        format!(", supports {} around it", metres(radius.into()))
    });
    format!(
        "{}: {} (tier {}, {}), {age} old{radius}",
        kind(result.kind()),
        tier(result.tier()),
        result.tier(),
        class_word(class)
    )
}

const fn class_word(class: EvidenceClass) -> &'static str {
    class.name()
}

/// What the reader should be told about a warning.
pub(crate) fn flag(flag: WarningFlags) -> &'static str {
    match flag {
        WarningFlags::ANONYMISING_NETWORK => {
            "the address belongs to a VPN, Tor, a proxy or a data centre"
        }
        WarningFlags::IP_COUNTRY_MISMATCH => "a database puts the address into another country",
        WarningFlags::STALE_FIX => "the position was old when it was handed in",
        WarningFlags::MOCK_CAPABLE => "nothing said that the position was not simulated",
        WarningFlags::SOFTWARE_KEY => "the key is not known to sit in hardware; it can be copied",
        WarningFlags::REVOCATION_UNKNOWN => "no fresh revocation data about the attestation",
        WarningFlags::SINGLE_LANDMARK => "fewer than three landmarks measured",
        WarningFlags::BOUND_LOOSE => "the bound is wider than the policy wants for level 3",
        WarningFlags::BATCHED => "one appraisal served several documents",
        WarningFlags::MANUAL_ENTRY => "the position was typed in",
        _ => "a warning that this version does not know",
    }
}

/// What the subject's other stamps say.
pub(crate) fn travel(check: &TravelCheck) -> String {
    let outcome = match check.outcome() {
        TravelOutcome::Consistent => "the subject can have come from its other stamps",
        TravelOutcome::NoHistory => "there is no other stamp to compare with",
        TravelOutcome::Suspicious => "the subject can hardly have come from its other stamps",
        TravelOutcome::Impossible => "the subject cannot have come from its other stamps",
        _ => "of a kind that this version does not know",
    };
    check.speed_mm_s().map_or_else(
        || outcome.to_owned(),
        |speed| format!("{outcome}: at least {} m/s", speed.div_ceil(1_000)),
    )
}

/// A part of the place.
pub(crate) fn value(value: &LeafValue) -> String {
    match value {
        LeafValue::Absent => "nothing: the authority did not fill it".to_owned(),
        LeafValue::Country(code) => code.as_str().to_owned(),
        LeafValue::Subdivision(code) => code.as_str().to_owned(),
        LeafValue::Cell(one) => cell(one),
        LeafValue::Point(one) => point(one),
        LeafValue::Altitude(altitude) => format!(
            "{} m above the WGS-84 ellipsoid, within {} m at {} confidence",
            thousandths(i64::from(altitude.height_mm())),
            thousandths(i64::from(altitude.uncertainty_mm())),
            percent(altitude.confidence())
        ),
        LeafValue::Motion(motion) => {
            let speed = thousandths(i64::from(motion.speed_mm_s()));
            motion.heading_mdeg().map_or_else(
                || format!("{speed} m/s"),
                |heading| {
                    let heading = thousandths(i64::from(heading));
                    format!("{speed} m/s towards {heading} degrees")
                },
            )
        }
        LeafValue::Fences(fences) => {
            let fences: Vec<_> = fences.as_slice().iter().map(fence).collect();
            fences.join("; ")
        }
        LeafValue::Facility(name) => name.as_str().to_owned(),
        LeafValue::Jurisdiction(code) => format!("the law of {}", code.as_str()),
        _ => "of a kind that this version does not know".to_owned(),
    }
}

fn cell(cell: &CellClaim) -> String {
    let mass = match cell.mass() {
        1_000 => "the whole disc of confidence lies in it".to_owned(),
        mass => format!("{} of the probability lies in it", percent(mass)),
    };
    format!(
        "{:x} (H3, edges of about {}); {mass}",
        cell.h3(),
        edge(cell.resolution())
    )
}

/// Average edge of a cell, from H3's table.
const fn edge(resolution: u8) -> &'static str {
    match resolution {
        0 => "1281 km",
        1 => "483 km",
        2 => "182 km",
        3 => "69 km",
        4 => "26 km",
        5 => "9.9 km",
        6 => "3.7 km",
        7 => "1.4 km",
        8 => "530 m",
        9 => "200 m",
        10 => "76 m",
        11 => "29 m",
        12 => "11 m",
        13 => "4 m",
        14 => "1.5 m",
        _ => "0.6 m",
    }
}

/// Degrees in decimals and hemispheres, and the disc.
pub(crate) fn point(point: &GeoPoint) -> String {
    let axis = |e7: i32, positive: char, negative: char| {
        let size = e7.unsigned_abs();
        let hemisphere = if e7 < 0 { negative } else { positive };
        format!(
            "{}.{:07} {hemisphere}",
            size / 10_000_000,
            size % 10_000_000
        )
    };
    let radius = i64::try_from(point.radius_mm()).unwrap_or(i64::MAX);
    format!(
        "{}, {}, within {} m at {} confidence",
        axis(point.lat_e7(), 'N', 'S'),
        axis(point.lon_e7(), 'E', 'W'),
        thousandths(radius),
        percent(point.confidence())
    )
}

fn fence(fence: &FenceVerdict) -> String {
    format!(
        "{} the area {} ({} of the probability inside)",
        fence.verdict().name(),
        hex::encode(fence.fence()),
        percent(fence.mass())
    )
}

/// "95 %", "99.9 %".
fn percent(permille: u16) -> String {
    match permille % 10 {
        0 => format!("{} %", permille / 10),
        tenth => format!("{}.{tenth} %", permille / 10),
    }
}

/// Thousandths as a decimal number: -1500 is "-1.5".
fn thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    let fraction = format!("{:03}", size % 1_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", size / 1_000)
}

/// "12 s", "3 h 5 min".
pub(crate) fn millis(ms: u32) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..=119 => format!("{} s", thousandths(ms.into())),
        120..=7_199 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// "250 m", "20037.5 km".
pub(crate) fn metres(metres: u64) -> String {
    if metres < 1_000 {
        format!("{metres} m")
    } else {
        format!(
            "{} km",
            thousandths(i64::try_from(metres).unwrap_or(i64::MAX))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_shortly_and_exactly() {
        assert_eq!(thousandths(-1_500), "-1.5");
        assert_eq!(thousandths(6_500), "6.5");
        assert_eq!(thousandths(0), "0");
        assert_eq!(millis(1_500), "1.5 s");
        assert_eq!(millis(125_000), "2 min 5 s");
        assert_eq!(millis(86_400_000), "24 h 0 min");
        assert_eq!(metres(999), "999 m");
        assert_eq!(metres(20_037_509), "20037.509 km");
        assert_eq!(percent(950), "95 %");
        assert_eq!(percent(999), "99.9 %");
    }

    #[test]
    fn a_point_has_hemispheres_and_all_its_digits() {
        let shown = point(&GeoPoint::new(-1, 22_944_800, 6_500, 950).unwrap());
        assert_eq!(
            shown,
            "0.0000001 S, 2.2944800 E, within 6.5 m at 95 % confidence"
        );
    }

    #[test]
    fn every_slot_has_a_name_of_its_own() {
        let mut names: Vec<String> = Slot::all().map(slot).collect();
        assert_eq!(names[2], "cell of resolution 4");
        assert_eq!(names[9], "cell of resolution 11");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Slot::COUNT);
    }

    #[test]
    fn every_flag_has_words_of_its_own() {
        let mut words: Vec<_> = WarningFlags::NAMED.map(|(one, _)| flag(one)).into();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), WarningFlags::NAMED.len());
    }

    #[test]
    fn no_words_claim_a_proof() {
        for level_of in AssuranceLevel::ALL {
            assert!(!level(*level_of).contains("prove"));
        }
        for binding_of in DocBinding::ALL {
            assert!(!binding(*binding_of).contains("prove"));
        }
    }
}
