//! [`Location`]: the location object of RFC 9711 4.2.10, in JSON and in CBOR.
//!
//! | name | label | unit |
//! |---|---|---|
//! | `latitude`, `longitude` | 1, 2 | degrees, WGS-84 |
//! | `altitude` | 3 | metres above the ellipsoid |
//! | `accuracy`, `altitude-accuracy` | 4, 5 | metres |
//! | `heading` | 6 | degrees from true north |
//! | `speed` | 7 | metres a second |
//! | `timestamp` | 8 | seconds since 1970, not milliseconds as in browsers |
//! | `age` | 9 | seconds |
//! | `confidence` | text | of `accuracy`, a fraction of one |
//! | `method` | text | a name of `PositionMethod` |
//! | `mock` | text | whether the platform says that the position is simulated |
//! | `platform` | text | `android`, `ios`, `web`: what `accuracy` means where `confidence` is absent |
//!
//! The last four are ours; an object without them is one of RFC 9711. Needed are latitude,
//! longitude and accuracy. Members that are not in the table are refused: they could change what
//! the others mean. What is not known is left out: null and NaN, which browsers write for the
//! heading of somebody who stands, are refused.

use meridian_wire::loc::method::PositionMethod;

use crate::confidence::Confidence;
use crate::node::{Label, Node};
use crate::place::{self, PlaceError, Position};
use crate::refusal::Refusal;
use crate::rounding;

/// EAT's names; the label of one is its place here, counted from 1.
const EAT: [&str; 9] = [
    "latitude",
    "longitude",
    "altitude",
    "accuracy",
    "altitude-accuracy",
    "heading",
    "speed",
    "timestamp",
    "age",
];
/// Ours.
const OURS: [&str; 4] = ["confidence", "method", "mock", "platform"];

/// The end of the year 9999, in seconds.
const LAST_SECOND: f64 = 253_402_300_799.999;
/// No fix is older than what a claim can say.
const MAX_AGE_S: f64 = 86_400.0;

/// How the names of members are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    Json,
    Cbor,
}

/// When the position was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fix {
    /// At this time, Unix time in milliseconds.
    At(i64),
    /// So many milliseconds before the object was made.
    Before(i64),
    /// Nothing is said.
    Unsaid,
}

/// A location object whose numbers are in range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Location {
    pub(crate) position: Position,
    pub(crate) fix: Fix,
    /// Whether the platform says that the position is simulated; `None`: it says nothing.
    pub(crate) mock: Option<bool>,
}

/// The members of the object, each of its type.
#[derive(Default)]
struct Fields {
    numbers: [Option<f64>; 9],
    confidence: Option<f64>,
    method: Option<PositionMethod>,
    mock: Option<bool>,
    platform: Option<String>,
}

impl Location {
    /// Reads the object.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`], [`Refusal::OutOfRange`].
    pub(crate) fn read(object: &Node, dialect: Dialect) -> Result<Self, Refusal> {
        let Node::Map(members) = object else {
            return Err(malformed("the location is not an object"));
        };
        let mut fields = Fields::default();
        for (label, value) in members {
            fields.set(label, value, dialect)?;
        }
        fields.check()
    }
}

impl Fields {
    fn set(&mut self, label: &Label, value: &Node, dialect: Dialect) -> Result<(), Refusal> {
        let place = match (label, dialect) {
            (Label::Text(name), Dialect::Json) => EAT.iter().position(|eat| eat == name),
            (Label::Number(label), _) => {
                let place = usize::try_from(*label).ok();
                place.and_then(|place| place.checked_sub(1))
            }
            (Label::Text(_), Dialect::Cbor) => None,
        };
        if let Some(number) = place.and_then(|place| self.numbers.get_mut(place)) {
            *number = Some(number_of(value)?);
            return Ok(());
        }
        match (label, value) {
            (Label::Text(name), Node::Number(number)) if name == "confidence" => {
                self.confidence = Some(*number);
            }
            (Label::Text(name), Node::Text(text)) if name == "method" => {
                let known = PositionMethod::ALL.iter().find(|m| m.name() == text);
                self.method = Some(*known.ok_or(malformed("the method has no such name"))?);
            }
            (Label::Text(name), Node::Bool(mock)) if name == "mock" => self.mock = Some(*mock),
            (Label::Text(name), Node::Text(text)) if name == "platform" => {
                self.platform = Some(text.clone());
            }
            (Label::Text(name), _) if OURS.contains(&name.as_str()) => {
                return Err(malformed("a member of the location has another type"));
            }
            _ => return Err(malformed("a member that no location has")),
        }
        Ok(())
    }

    fn check(&self) -> Result<Location, Refusal> {
        let [
            latitude,
            longitude,
            altitude,
            accuracy,
            altitude_accuracy,
            heading,
            speed,
            timestamp,
            age,
        ] = self.numbers;
        let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
            return Err(malformed("latitude or longitude is missing"));
        };
        let accuracy = accuracy.ok_or(malformed("accuracy is missing"))?;
        let confidence = self.confidence()?;
        // Android writes 0 where it does not know (Location.getAccuracy).
        if accuracy <= 0.0 {
            return Err(Refusal::OutOfRange { field: "accuracy" });
        }
        let point = place::point(latitude, longitude, accuracy, confidence).map_err(range)?;
        let method = self.method.unwrap_or(PositionMethod::Unknown);
        let mut position = Position::new(point, method);
        if let (Some(height), Some(uncertainty)) = (altitude, altitude_accuracy) {
            let altitude = place::altitude(height, uncertainty, confidence).map_err(range)?;
            if self.platform.as_deref() != Some("ios") {
                position = position.with_altitude(altitude);
            }
        } else {
            let alone = altitude.or(altitude_accuracy);
            finite("altitude", alone)?;
        }
        if let Some(speed) = speed {
            position = position.with_motion(place::motion(speed, heading).map_err(range)?);
        } else {
            finite("heading", heading)?;
        }
        Ok(Location {
            position,
            fix: fix(timestamp, age)?,
            mock: self.mock,
        })
    }

    /// How much probability the accuracy holds: as stated, or as the platform means it.
    fn confidence(&self) -> Result<Confidence, Refusal> {
        if let Some(fraction) = self.confidence {
            let confidence = Confidence::from_fraction(fraction);
            return confidence.ok_or(Refusal::OutOfRange {
                field: "confidence",
            });
        }
        match self.platform.as_deref() {
            None | Some("web") => Ok(Confidence::W3C),
            Some("android") => Ok(Confidence::ANDROID),
            Some("ios") => Ok(Confidence::IOS),
            Some(_) => Err(malformed("an unknown platform, and no confidence")),
        }
    }
}

/// RFC 9711 4.2.10: the timestamp is preferred, for it is not relative.
fn fix(timestamp: Option<f64>, age: Option<f64>) -> Result<Fix, Refusal> {
    let age = age.map(|seconds| {
        let in_range = (0.0..=MAX_AGE_S).contains(&seconds);
        let age = in_range.then(|| milliseconds(seconds)).flatten();
        age.ok_or(Refusal::OutOfRange { field: "age" })
    });
    let age = age.transpose()?;
    Ok(match (timestamp, age) {
        (Some(seconds), _) => Fix::At(instant("timestamp", seconds)?),
        (None, Some(age)) => Fix::Before(age),
        (None, None) => Fix::Unsaid,
    })
}

/// Seconds since 1970 as Unix time in milliseconds.
pub(crate) fn instant(field: &'static str, seconds: f64) -> Result<i64, Refusal> {
    let in_range = (0.0..=LAST_SECOND).contains(&seconds);
    in_range
        .then(|| milliseconds(seconds))
        .flatten()
        .ok_or(Refusal::OutOfRange { field })
}

/// To the nearest.
fn milliseconds(seconds: f64) -> Option<i64> {
    let whole = rounding::down((seconds * 1_000.0).round())?;
    i64::try_from(whole).ok()
}

/// A member that is not used by itself is still a number.
fn finite(field: &'static str, value: Option<f64>) -> Result<(), Refusal> {
    if value.is_some_and(|value| !value.is_finite()) {
        return Err(Refusal::OutOfRange { field });
    }
    Ok(())
}

fn number_of(value: &Node) -> Result<f64, Refusal> {
    match value {
        Node::Number(number) => Ok(*number),
        _ => Err(malformed("a member of the location is not a number")),
    }
}

fn range(error: PlaceError) -> Refusal {
    Refusal::OutOfRange {
        field: error.field(),
    }
}

const fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed { what }
}

#[cfg(test)]
mod tests;
