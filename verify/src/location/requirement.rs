//! [`Requirement`]: what a relying party asks of a place, and its text form.

use std::fmt::{self, Display};

use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::name::{CountryCode, SubdivisionCode};

use super::grid::GridCell;

/// Between alternatives of one requirement.
const OR: char = '|';

/// One thing that must hold. A list of them holds if all do.
///
/// | text | holds if |
/// |---|---|
/// | `level=2` | the level is 2 or more |
/// | `binding=session` | the binding is `session` or stronger: `requester` < `session` < `deviceSigned` |
/// | `country=FR` or `country=FR\|BE` | the country is open and one of these |
/// | `subdivision=FR-75` | the same for the subdivision |
/// | `jurisdiction=FR` | the same for the country whose law holds |
/// | `cell=8a1fb46622dffff` | the place is in this H3 cell, as far as point or cells are open |
/// | `near=48.8584:2.2945:500` | the whole disc of the position is within so many metres of it |
/// | `max-age=10m` | from the fix to the stamp at most so long, errors of both counted against it |
/// | `evidence=deviceSigned` or `…\|osnma` | evidence of this kind, or of one of these, affirmed |
/// | `without=manualEntry` or `without=any` | none of these warnings is there; `any`: no warning |
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Requirement {
    /// At least this level.
    Level(AssuranceLevel),
    /// At least this binding.
    Binding(DocBinding),
    /// One of these countries.
    Country(Vec<CountryCode>),
    /// One of these subdivisions.
    Subdivision(Vec<SubdivisionCode>),
    /// The law of one of these countries.
    Jurisdiction(Vec<CountryCode>),
    /// Inside this cell.
    Cell(GridCell),
    /// Around a point.
    Near(Vicinity),
    /// From the fix to the stamp at most so many milliseconds.
    MaxAge(u32),
    /// Evidence of one of these kinds affirmed.
    Evidence(Vec<EvidenceKind>),
    /// None of these warnings.
    Without(Warnings),
}

/// A disc that a relying party names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Vicinity {
    /// Latitude, degrees times 10^7.
    pub lat_e7: i32,
    /// Longitude, degrees times 10^7.
    pub lon_e7: i32,
    /// Metres around it.
    pub metres: u32,
}

/// Warnings that a relying party does not take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Warnings {
    /// None at all.
    Any,
    /// None of these.
    These(WarningFlags),
}

/// Why text is no list of requirements.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// A part without `=`.
    #[error("{part:?} is not NAME=VALUE")]
    NotAPair {
        /// The part.
        part: String,
    },
    /// A name that is none of ours.
    #[error(
        "there is no requirement {name:?}; there are level, binding, country, subdivision, \
         jurisdiction, cell, near, max-age, evidence and without"
    )]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A value that its name cannot have.
    #[error("{name}={value:?}: {expected}")]
    Value {
        /// The name.
        name: &'static str,
        /// The value.
        value: String,
        /// What it would have to be.
        expected: &'static str,
    },
}

impl Requirement {
    /// Reads `level=1,country=FR,…`.
    ///
    /// # Errors
    ///
    /// [`RequirementError`].
    pub fn parse_list(text: &str) -> Result<Vec<Self>, RequirementError> {
        text.split(',')
            .map(|part| Self::parse(part.trim()))
            .collect()
    }

    fn parse(part: &str) -> Result<Self, RequirementError> {
        let Some((name, value)) = part.split_once('=') else {
            let part = part.to_owned();
            return Err(RequirementError::NotAPair { part });
        };
        let (name, expected, read) = match name {
            "level" => ("level", "a digit from 0 to 4", level(value)),
            "binding" => (
                "binding",
                "one of requester, session, deviceSigned",
                named(DocBinding::ALL, DocBinding::name, value).map(Self::Binding),
            ),
            "country" => ("country", COUNTRIES, countries(value).map(Self::Country)),
            "jurisdiction" => (
                "jurisdiction",
                COUNTRIES,
                countries(value).map(Self::Jurisdiction),
            ),
            "subdivision" => (
                "subdivision",
                "a code of ISO 3166-2 such as FR-75, or several with | between them",
                each(value, |code| SubdivisionCode::new(code).ok()).map(Self::Subdivision),
            ),
            "cell" => (
                "cell",
                "the 15 or 16 hexadecimal digits of an H3 cell",
                GridCell::parse(value).map(Self::Cell),
            ),
            "near" => (
                "near",
                "LATITUDE:LONGITUDE:METRES in decimals, such as 48.8584:2.2945:500",
                Vicinity::parse(value).map(Self::Near),
            ),
            "max-age" => (
                "max-age",
                "a number and a unit, such as 90s, 15m, 2h or 1d; at most 24 days",
                duration_ms(value).map(Self::MaxAge),
            ),
            "evidence" => (
                "evidence",
                "a kind of evidence such as deviceSigned, or several with | between them",
                each(value, evidence_kind).map(Self::Evidence),
            ),
            "without" => (
                "without",
                "any, or a warning such as staleFix, or several with | between them",
                Warnings::parse(value).map(Self::Without),
            ),
            other => {
                let name = other.to_owned();
                return Err(RequirementError::UnknownName { name });
            }
        };
        read.ok_or_else(|| RequirementError::Value {
            name,
            value: value.to_owned(),
            expected,
        })
    }
}

const COUNTRIES: &str =
    "two capital letters of ISO 3166-1 such as FR, or several with | between them";

fn level(value: &str) -> Option<Requirement> {
    let code = value.parse().ok().filter(|_| value.len() == 1)?;
    AssuranceLevel::from_code(code).map(Requirement::Level)
}

fn named<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, value: &str) -> Option<T> {
    all.iter().copied().find(|one| name(*one) == value)
}

/// The alternatives, if each can be read.
fn each<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(OR).map(read).collect()
}

fn countries(value: &str) -> Option<Vec<CountryCode>> {
    each(value, |code| CountryCode::new(code).ok())
}

/// By name, or by number where it has none.
fn evidence_kind(value: &str) -> Option<EvidenceKind> {
    if let Ok(number) = value.parse() {
        return EvidenceKind::new(number).ok();
    }
    let named = (1..=11).filter_map(|number| EvidenceKind::new(number).ok());
    let mut named = named.filter(|kind| kind.name() == Some(value));
    named.next()
}

fn duration_ms(value: &str) -> Option<u32> {
    let unit = value.chars().next_back()?;
    let unit_ms = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return None,
    };
    let digits = value.strip_suffix(unit)?;
    let all_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|_| all_digits)?;
    let limit_ms = 24 * 86_400_000;
    number.checked_mul(unit_ms).filter(|ms| *ms <= limit_ms)
}

/// A decimal number of degrees, as an integer times 10^7; digits beyond are refused.
fn degrees_e7(text: &str, limit: i32) -> Option<i32> {
    let (negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 7 {
        return None;
    }
    let whole: i32 = whole.parse().ok()?;
    let fraction: i32 = format!("{fraction:0<7}").parse().ok()?;
    let size = whole.checked_mul(10_000_000)?.checked_add(fraction)?;
    let value = if negative { -size } else { size };
    (-limit..=limit).contains(&value).then_some(value)
}

impl Vicinity {
    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(':');
        let lat_e7 = degrees_e7(parts.next()?, 900_000_000)?;
        let lon_e7 = degrees_e7(parts.next()?, 1_800_000_000)?;
        let metres = parts.next()?;
        let metres = metres.strip_suffix('m').unwrap_or(metres);
        let all_digits = metres.bytes().all(|digit| digit.is_ascii_digit());
        let metres = metres.parse().ok().filter(|_| all_digits)?;
        parts.next().is_none().then_some(Self {
            lat_e7,
            lon_e7,
            metres,
        })
    }
}

impl Warnings {
    fn parse(value: &str) -> Option<Self> {
        if value == "any" {
            return Some(Self::Any);
        }
        let flag = |name: &str| {
            let mut named = WarningFlags::NAMED.into_iter();
            named
                .find(|(_, known)| *known == name)
                .map(|(flag, _)| flag)
        };
        let flags = each(value, flag)?.into_iter();
        Some(Self::These(
            flags.fold(WarningFlags::NONE, WarningFlags::with),
        ))
    }
}

/// The text form, for reports.
impl Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn joined<T: Display>(all: impl Iterator<Item = T>) -> String {
            let all: Vec<_> = all.map(|one| one.to_string()).collect();
            all.join("|")
        }
        match self {
            Self::Level(level) => write!(f, "level={}", level.code()),
            Self::Binding(binding) => write!(f, "binding={}", binding.name()),
            Self::Country(codes) => write!(f, "country={}", joined(codes.iter())),
            Self::Subdivision(codes) => write!(f, "subdivision={}", joined(codes.iter())),
            Self::Jurisdiction(codes) => write!(f, "jurisdiction={}", joined(codes.iter())),
            Self::Cell(cell) => write!(f, "cell={cell}"),
            Self::Near(near) => write!(
                f,
                "near={}:{}:{}",
                degrees(near.lat_e7),
                degrees(near.lon_e7),
                near.metres
            ),
            Self::MaxAge(ms) => write!(f, "max-age={}s", ms / 1_000),
            Self::Evidence(kinds) => {
                let names = kinds.iter().map(|kind| {
                    let number = || kind.number().to_string();
                    kind.name().map_or_else(number, str::to_owned)
                });
                write!(f, "evidence={}", joined(names))
            }
            Self::Without(Warnings::Any) => f.write_str("without=any"),
            Self::Without(Warnings::These(flags)) => {
                write!(f, "without={}", joined(flags.names()))
            }
        }
    }
}

fn degrees(e7: i32) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let size = e7.unsigned_abs();
    let fraction = format!("{:07}", size % 10_000_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", size / 10_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let all = Requirement::parse_list(text).unwrap();
        let all: Vec<_> = all.iter().map(ToString::to_string).collect();
        all.join(",")
    }

    #[test]
    fn every_form_reads_back_as_it_was_written() {
        for text in [
            "level=0,level=4",
            "binding=requester,binding=session,binding=deviceSigned",
            "country=FR,country=FR|BE|LU",
            "subdivision=FR-75,jurisdiction=DE",
            "cell=851fb467fffffff",
            "near=48.8583701:-2.2944813:500",
            "near=-0.0000001:180:0",
            "max-age=90s",
            "evidence=deviceSigned|osnma|40000",
            "without=any",
            "without=staleFix|manualEntry",
        ] {
            assert_eq!(written(text), text);
        }
        assert_eq!(written(" level=1 , max-age=2h "), "level=1,max-age=7200s");
        assert_eq!(written("near=48:2:500m"), "near=48:2:500");
        assert_eq!(written("evidence=7"), "evidence=witness");
    }

    #[test]
    fn every_other_text_is_refused() {
        for text in [
            "",
            "level",
            "level=",
            "level=5",
            "level=+1",
            "level=01",
            "Level=1",
            "level=1,",
            "binding=strong",
            "country=fr",
            "country=FRA",
            "country=",
            "country=FR|",
            "subdivision=75",
            "cell=",
            "cell=0",
            "cell=851fb467ffffff",
            "cell=zz",
            "near=48.8584:2.2945",
            "near=91:0:1",
            "near=0:181:1",
            "near=0:0:-1",
            "near=0:0:1:1",
            "near=1e1:0:1",
            "near=NaN:0:1",
            "near=0.00000001:0:1",
            "near=+1:0:1",
            "near=:0:1",
            "max-age=1",
            "max-age=s",
            "max-age=1w",
            "max-age=25d",
            "max-age=+1s",
            "max-age=99999d",
            "evidence=0",
            "evidence=magic",
            "evidence=",
            "without=",
            "without=all",
            "without=any|any",
        ] {
            assert!(Requirement::parse_list(text).is_err(), "{text}");
        }
    }
}
