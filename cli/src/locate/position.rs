//! `--position LAT,LON,ACCURACY`: a place that somebody types.

use std::str::FromStr;

use meridian_wire::loc::method::PositionMethod;
use serde::Serialize;

/// A millimetre: what a claim can say.
const MIN_ACCURACY_M: f64 = 0.001;
/// Once around the Earth: nothing is less exact.
const MAX_ACCURACY_M: f64 = 40_075_017.0;

/// Degrees (WGS-84) and the radius of 95 % in metres; checked for range only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    latitude: f64,
    longitude: f64,
    accuracy: f64,
}

/// Why a text is no position.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PositionError {
    #[error("a position is LAT,LON,ACCURACY in degrees and metres, as in -33.8568,151.2153,10")]
    Form,
    #[error("the {what} is between {min} and {max}, with a point before the decimals")]
    OutOfRange {
        what: &'static str,
        min: f64,
        max: f64,
    },
}

/// The location object, with the names of RFC 9711.
#[derive(Serialize)]
struct LocationObject {
    latitude: f64,
    longitude: f64,
    accuracy: f64,
    method: &'static str,
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let [latitude, longitude, accuracy] = fields.as_slice() else {
            return Err(PositionError::Form);
        };
        Ok(Self {
            latitude: number(latitude, "latitude", -90.0, 90.0)?,
            longitude: number(longitude, "longitude", -180.0, 180.0)?,
            accuracy: number(accuracy, "accuracy", MIN_ACCURACY_M, MAX_ACCURACY_M)?,
        })
    }
}

fn number(text: &str, what: &'static str, min: f64, max: f64) -> Result<f64, PositionError> {
    let number: f64 = text.parse().map_err(|_| PositionError::Form)?;
    // Not a number is in no range.
    if (min..=max).contains(&number) {
        Ok(number)
    } else {
        Err(PositionError::OutOfRange { what, min, max })
    }
}

impl Position {
    /// The JSON location object that self-asserted evidence carries. Without a time of its own:
    /// the authority takes the moment at which it comes.
    pub(crate) fn location_object(self, method: PositionMethod) -> Vec<u8> {
        let object = LocationObject {
            latitude: self.latitude,
            longitude: self.longitude,
            accuracy: self.accuracy,
            method: method.name(),
        };
        // Finite numbers and a name: nothing in it can fail to be written.
        serde_json::to_vec(&object).unwrap_or_default()
    }
}

/// `--method`, by the names of the claim.
pub(crate) fn method(name: &str) -> Result<PositionMethod, String> {
    let known = PositionMethod::ALL.iter().copied();
    let names = known.clone().map(PositionMethod::name);
    let names = names.collect::<Vec<_>>().join(", ");
    known
        .clone()
        .find(|method| method.name() == name)
        .ok_or_else(|| format!("a method is one of {names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_degrees_and_metres_south_and_west_too() {
        let position = Position::from_str("-33.9, -151.2, 10").unwrap();
        let object = position.location_object(PositionMethod::Manual);
        assert_eq!(
            String::from_utf8(object).unwrap(),
            r#"{"latitude":-33.9,"longitude":-151.2,"accuracy":10.0,"method":"manual"}"#
        );
    }

    #[test]
    fn rejects_what_is_not_three_numbers() {
        for text in ["", "1,2", "1,2,3,4", "48,85,2,29,6", "a,b,c", "1;2;3"] {
            assert!(
                matches!(Position::from_str(text), Err(PositionError::Form)),
                "{text}"
            );
        }
    }

    #[test]
    fn rejects_numbers_that_are_no_place() {
        for text in [
            "90.1,0,1",
            "0,180.1,1",
            "0,0,-1",
            "0,0,0",
            "NaN,0,1",
            "0,0,inf",
        ] {
            assert!(
                matches!(
                    Position::from_str(text),
                    Err(PositionError::OutOfRange { .. })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn knows_every_method_of_the_claim_and_no_other() {
        for known in PositionMethod::ALL {
            assert_eq!(method(known.name()).unwrap(), *known);
        }
        assert!(method("guess").unwrap_err().contains("gnss"));
    }
}
