//! What of a place is shown: the slots of the tree by the names that a person types.

use std::fmt;
use std::str::FromStr;

use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::value::LeafValue;

/// Slots with one name; the cells have `cell:RESOLUTION`.
const NAMED: [(Slot, &str); 8] = [
    (Slot::COUNTRY, "country"),
    (Slot::SUBDIVISION, "subdivision"),
    (Slot::POINT, "point"),
    (Slot::ALTITUDE, "altitude"),
    (Slot::MOTION, "motion"),
    (Slot::FENCES, "fences"),
    (Slot::FACILITY, "facility"),
    (Slot::JURISDICTION, "jurisdiction"),
];

/// One slot, by its name.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Detail(pub(crate) Slot);

/// What `--reveal` names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reveal {
    /// No slot at all: the token itself then says no place.
    Nothing,
    /// This one.
    Slot(Detail),
}

/// The text names no slot.
#[derive(Debug, thiserror::Error)]
#[error(
    "a place has country, subdivision, cell:4 to cell:11 (smaller with each number), point, altitude, motion, fences, facility and jurisdiction"
)]
pub(crate) struct DetailError;

/// `--reveal` names nothing that can be revealed.
#[derive(Debug, thiserror::Error)]
#[error("{DetailError}; 'nothing' reveals none of them")]
pub(crate) struct RevealError;

impl Detail {
    /// The cells of an H3 resolution.
    pub(crate) fn cell(resolution: u8) -> Option<Self> {
        Slot::of_resolution(resolution).map(Self)
    }
}

impl FromStr for Detail {
    type Err = DetailError;

    fn from_str(text: &str) -> Result<Self, DetailError> {
        if let Some(resolution) = text.strip_prefix("cell:") {
            let resolution = resolution.parse().map_err(|_| DetailError)?;
            return Self::cell(resolution).ok_or(DetailError);
        }
        let named = NAMED.iter().find(|(_, name)| *name == text);
        named.map(|(slot, _)| Self(*slot)).ok_or(DetailError)
    }
}

impl FromStr for Reveal {
    type Err = RevealError;

    fn from_str(text: &str) -> Result<Self, RevealError> {
        match text {
            "nothing" => Ok(Self::Nothing),
            text => text.parse().map(Self::Slot).map_err(|_| RevealError),
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = NAMED.iter().find(|(slot, _)| *slot == self.0) {
            return f.write_str(name);
        }
        let resolution =
            (0..16).find(|resolution| Slot::of_resolution(*resolution) == Some(self.0));
        write!(f, "cell:{}", resolution.unwrap_or_default())
    }
}

/// The names of slots, for a sentence.
pub(crate) fn names(slots: impl IntoIterator<Item = Slot>) -> String {
    let names: Vec<String> = slots
        .into_iter()
        .map(|slot| Detail(slot).to_string())
        .collect();
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(", ")
}

/// What a slot holds, as a person reads it.
pub(crate) fn show(value: &LeafValue) -> String {
    match value {
        LeafValue::Absent => "nothing".to_owned(),
        LeafValue::Country(code) | LeafValue::Jurisdiction(code) => code.to_string(),
        LeafValue::Subdivision(code) => code.to_string(),
        LeafValue::Cell(cell) => format!("H3 {:x}, {} ‰ inside", cell.h3(), cell.mass()),
        LeafValue::Point(point) => format!(
            "{}, {} ± {} m ({} ‰)",
            degrees(point.lat_e7()),
            degrees(point.lon_e7()),
            metres(point.radius_mm()),
            point.confidence()
        ),
        LeafValue::Altitude(altitude) => format!(
            "{} m ± {} m above the ellipsoid",
            signed(altitude.height_mm().into(), 3),
            metres(altitude.uncertainty_mm().into())
        ),
        LeafValue::Motion(motion) => format!("{} m/s", metres(motion.speed_mm_s().into())),
        LeafValue::Fences(fences) => format!("{} verdicts about areas", fences.as_slice().len()),
        LeafValue::Facility(name) => name.to_string(),
        // A kind of a later module.
        _ => "a value that this version has no words for".to_owned(),
    }
}

fn degrees(e7: i32) -> String {
    signed(e7.into(), 7)
}

fn metres(mm: u64) -> String {
    format!("{}.{:03}", mm / 1_000, mm % 1_000)
}

/// A fixed-point number, its sign before the whole of it.
fn signed(number: i64, digits: u32) -> String {
    let unit = 10_u64.pow(digits);
    let (sign, size) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{sign}{}.{:0width$}", size / unit, size % unit)
}

#[cfg(test)]
mod tests {
    use meridian_wire::loc::point::GeoPoint;

    use super::*;

    #[test]
    fn every_slot_has_a_name_that_leads_back_to_it() {
        for slot in Slot::all() {
            let name = Detail(slot).to_string();
            assert_eq!(Detail::from_str(&name).unwrap().0, slot, "{name}");
        }
    }

    #[test]
    fn rejects_a_resolution_without_a_slot() {
        for text in ["cell:3", "cell:12", "cell:", "cell", "Country", ""] {
            assert!(Detail::from_str(text).is_err(), "{text}");
        }
        assert_eq!(Reveal::from_str("nothing").unwrap(), Reveal::Nothing);
        assert!(Reveal::from_str("everything").is_err());
    }

    #[test]
    fn a_small_negative_degree_keeps_its_sign() {
        let point = GeoPoint::new(-1, 1_799_999_999, 6_500, 950).unwrap();
        assert_eq!(
            show(&LeafValue::Point(point)),
            "-0.0000001, 179.9999999 ± 6.500 m (950 ‰)"
        );
    }
}
