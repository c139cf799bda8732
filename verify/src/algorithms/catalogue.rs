//! Catalogues of algorithms over time: data, not code (ETSI TS 119 322, its JSON form).

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::time::{Civil, UnixMicros};
use meridian_wire::tsp::hash::HashAlgorithm;
use serde::Deserialize;

use crate::crypto::memory::sha256;
use crate::crypto::scheme::Scheme;

/// The dates of ETSI TS 119 312 v1.5.1, with our additions.
const BUILT_IN: &str = include_str!("built_in.json");

/// Until when something is good.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Until {
    /// No end is known.
    Open,
    /// From this first moment on it is not good any more.
    Before(UnixMicros),
    /// The catalogue does not have it, or not with a key of this size.
    NotListed,
}

impl Until {
    /// The one that ends first; what is not listed is the worst.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotListed, _) | (_, Self::NotListed) => Self::NotListed,
            (Self::Before(left), Self::Before(right)) => Self::Before(left.min(right)),
            (Self::Before(end), Self::Open) | (Self::Open, Self::Before(end)) => Self::Before(end),
            (Self::Open, Self::Open) => Self::Open,
        }
    }

    /// The longer of the two.
    fn later(self, other: Self) -> Self {
        match (self, other) {
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (Self::Before(left), Self::Before(right)) => Self::Before(left.max(right)),
            (Self::Before(end), Self::NotListed) | (Self::NotListed, Self::Before(end)) => {
                Self::Before(end)
            }
            (Self::NotListed, Self::NotListed) => Self::NotListed,
        }
    }

    /// Whether it is good at a moment.
    #[must_use]
    pub fn is_good_at(self, at: UnixMicros) -> bool {
        match self {
            Self::Open => true,
            Self::Before(end) => at < end,
            Self::NotListed => false,
        }
    }
}

/// A catalogue.
#[derive(Clone, Debug)]
pub struct Catalogue {
    name: String,
    digest: [u8; 32],
    algorithms: Vec<Listed>,
}

#[derive(Clone, Debug)]
struct Listed {
    name: String,
    /// None if it is written wrongly: then the name has to do.
    oid: Option<ObjectIdentifier>,
    evaluations: Vec<(Vec<Range>, Until)>,
}

/// What a parameter must be.
#[derive(Clone, Copy, Debug)]
struct Range {
    /// Whether it is a size of a key; of another one nothing is known here.
    of_key: bool,
    min: u64,
    max: u64,
}

/// Why a text is no catalogue.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not the JSON of TS 119 322.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A date that does not exist.
    #[error("{algorithm}: {text:?} is no date of the form YYYY-MM-DD")]
    Date {
        /// Where.
        algorithm: String,
        /// As written.
        text: String,
    },
}

impl Default for Catalogue {
    /// The built-in one.
    fn default() -> Self {
        // A test reads it; without it nothing would be listed, and nothing be good.
        Self::parse(BUILT_IN).unwrap_or_else(|_| Self {
            name: String::new(),
            digest: [0; 32],
            algorithms: Vec::new(),
        })
    }
}

impl Catalogue {
    /// Reads the JSON form of TS 119 322 (schema algoCatSchema, 1.2.1). An `End` is the first day
    /// on which the algorithm is not good any more. `Start`, `AlgorithmUsage`, `Recommendation` and the
    /// signature of the document are not looked at.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`].
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let document: Document = serde_json::from_str(text)?;
        let policy = document.policy;
        let algorithms = policy.algorithms.into_iter().map(Listed::of);
        Ok(Self {
            name: policy.name.name,
            digest: sha256(text.as_bytes()),
            algorithms: algorithms.collect::<Result<_, _>>()?,
        })
    }

    /// Its name, for reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its text.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Until when a digest is good.
    #[must_use]
    pub fn hash(&self, hash: HashAlgorithm) -> Until {
        self.until(&[hash.oid()], hash.name(), None)
    }

    /// Until when a signature with a key of this size is good; its digest is another question.
    #[must_use]
    pub fn signature(&self, scheme: Scheme, key_bits: usize) -> Until {
        let bits = u64::try_from(key_bits).ok();
        self.until(&identifiers(scheme), &scheme.describe(), bits)
    }

    /// By the first identifier that is listed, else by name: catalogues have wrong identifiers.
    fn until(&self, oids: &[ObjectIdentifier], name: &str, bits: Option<u64>) -> Until {
        let by_oid = oids.iter().find_map(|oid| {
            let mut all = self.algorithms.iter();
            all.find(|listed| listed.oid.as_ref() == Some(oid))
        });
        let by_name = || {
            let name = letters(name);
            let mut all = self.algorithms.iter();
            all.find(|listed| listed.name == name)
        };
        let Some(listed) = by_oid.or_else(by_name) else {
            return Until::NotListed;
        };
        listed
            .evaluations
            .iter()
            .filter(|(ranges, _)| ranges.iter().all(|range| range.holds(bits)))
            .fold(Until::NotListed, |longest, (_, until)| {
                longest.later(*until)
            })
    }
}

impl Range {
    fn holds(&self, bits: Option<u64>) -> bool {
        self.of_key && bits.is_some_and(|bits| (self.min..=self.max).contains(&bits))
    }
}

/// The identifier with the digest first, then the family.
fn identifiers(scheme: Scheme) -> Vec<ObjectIdentifier> {
    let family = match scheme {
        Scheme::RsaPkcs1(_) => oid::RSA_ENCRYPTION,
        Scheme::RsaPss { .. } => oid::RSASSA_PSS,
        Scheme::Ecdsa(_) => oid::EC_PUBLIC_KEY,
        Scheme::Ed25519 => oid::ED25519,
        Scheme::MlDsa44 => oid::ML_DSA_44,
        Scheme::MlDsa65 => oid::ML_DSA_65,
        Scheme::MlDsa87 => oid::ML_DSA_87,
    };
    scheme.identifier().into_iter().chain([family]).collect()
}

/// Letters and digits only, in lower case: "SHA-256", "SHA256" and "sha256" are one.
fn letters(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.collect::<String>().to_ascii_lowercase()
}

impl Listed {
    fn of(algorithm: Algorithm) -> Result<Self, CatalogueError> {
        let name = algorithm.identifier.name;
        let evaluations = algorithm.evaluations.into_iter().map(|evaluation| {
            let until = match evaluation.validity.end {
                None => Until::Open,
                Some(text) => Until::Before(date(&text).ok_or_else(|| CatalogueError::Date {
                    algorithm: name.clone(),
                    text,
                })?),
            };
            let ranges = evaluation.parameters.iter().map(Parameter::range);
            Ok((ranges.collect(), until))
        });
        Ok(Self {
            evaluations: evaluations.collect::<Result<_, CatalogueError>>()?,
            name: letters(&name),
            oid: oid::parse(&algorithm.identifier.oid).ok(),
        })
    }
}

/// `YYYY-MM-DD`, as XML Schema writes it; a time of day or a zone after it is not looked at.
fn date(text: &str) -> Option<UnixMicros> {
    let mut parts = text.get(..10)?.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    UnixMicros::from_civil(Civil::new((year, month, day), (0, 0, 0), 0))
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "SecuritySuitabilityPolicy")]
    policy: Policy,
}

#[derive(Deserialize)]
struct Policy {
    #[serde(rename = "PolicyName")]
    name: PolicyName,
    #[serde(rename = "Algorithm")]
    algorithms: Vec<Algorithm>,
}

#[derive(Deserialize)]
struct PolicyName {
    #[serde(rename = "Name")]
    name: String,
}

#[derive(Deserialize)]
struct Algorithm {
    #[serde(rename = "AlgorithmIdentifier")]
    identifier: Identifier,
    #[serde(rename = "Evaluation")]
    evaluations: Vec<Evaluation>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "ObjectIdentifier")]
    oid: String,
}

#[derive(Deserialize)]
struct Evaluation {
    #[serde(rename = "Validity")]
    validity: Validity,
    #[serde(rename = "Parameter", default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Validity {
    #[serde(rename = "End")]
    end: Option<String>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "Min")]
    min: Option<u64>,
    #[serde(rename = "Max")]
    max: Option<u64>,
}

impl Parameter {
    fn range(&self) -> Range {
        let of_key = ["moduluslength", "plength", "qlength"].contains(&self.name.as_str());
        Range {
            of_key,
            min: self.min.unwrap_or(0),
            max: self.max.unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_wire::tsp::hash::KNOWN;

    fn day(text: &str) -> UnixMicros {
        date(text).unwrap()
    }

    #[test]
    fn the_built_in_catalogue_lists_every_digest_and_every_scheme() {
        let catalogue = Catalogue::parse(BUILT_IN).unwrap();
        for hash in KNOWN {
            assert_ne!(catalogue.hash(*hash), Until::NotListed, "{hash}");
        }
        let sha256 = HashAlgorithm::Sha256;
        let pss = Scheme::RsaPss {
            hash: sha256,
            salt_len: 32,
        };
        for scheme in [
            Scheme::RsaPkcs1(sha256),
            pss,
            Scheme::Ecdsa(sha256),
            Scheme::Ed25519,
            Scheme::MlDsa44,
            Scheme::MlDsa65,
            Scheme::MlDsa87,
        ] {
            assert_ne!(catalogue.signature(scheme, 4096), Until::NotListed);
        }
    }

    #[test]
    fn sha_1_is_good_until_the_last_day_of_july_2012() {
        let until = Catalogue::default().hash(HashAlgorithm::Sha1);
        assert!(until.is_good_at(day("2012-07-31")));
        assert!(!until.is_good_at(day("2012-08-01")));
        assert_eq!(
            Catalogue::default().hash(HashAlgorithm::Sha256),
            Until::Open
        );
    }

    #[test]
    fn an_rsa_key_is_good_for_as_long_as_its_size_is() {
        let catalogue = Catalogue::default();
        let sha256 = HashAlgorithm::Sha256;
        let pkcs1 = |bits| catalogue.signature(Scheme::RsaPkcs1(sha256), bits);
        assert_eq!(pkcs1(1023), Until::Before(day("2010-08-01")));
        assert_eq!(pkcs1(1024), Until::Before(day("2019-10-01")));
        assert_eq!(pkcs1(1899), Until::Before(day("2019-10-01")));
        assert_eq!(pkcs1(1900), Until::Before(day("2029-01-01")));
        assert_eq!(pkcs1(4096), Until::Before(day("2029-01-01")));
        let pss = Scheme::RsaPss {
            hash: sha256,
            salt_len: 32,
        };
        assert_eq!(
            catalogue.signature(pss, 2999),
            Until::Before(day("2029-01-01"))
        );
        assert_eq!(catalogue.signature(pss, 3000), Until::Open);
        assert_eq!(catalogue.signature(pss, 100), Until::NotListed);
    }

    #[test]
    fn an_entry_with_a_wrong_identifier_is_found_by_its_name() {
        let text = r#"{"SecuritySuitabilityPolicy": {"PolicyName": {"Name": "x"}, "Algorithm": [
            {"AlgorithmIdentifier": {"Name": "SHA384", "ObjectIdentifier": "2.16.840.1.101.3.4.2"},
             "Evaluation": [{"Validity": {"End": "2030-01-01"}}]}]}}"#;
        let catalogue = Catalogue::parse(text).unwrap();
        let until = Until::Before(day("2030-01-01"));
        assert_eq!(catalogue.hash(HashAlgorithm::Sha384), until);
        assert_eq!(catalogue.hash(HashAlgorithm::Sha256), Until::NotListed);
        assert!(!Until::NotListed.is_good_at(day("2000-01-01")));
    }

    #[test]
    fn refuses_a_date_that_does_not_exist() {
        let text = r#"{"SecuritySuitabilityPolicy": {"PolicyName": {"Name": "x"}, "Algorithm": [
            {"AlgorithmIdentifier": {"Name": "SHA1", "ObjectIdentifier": "1.3.14.3.2.26"},
             "Evaluation": [{"Validity": {"End": "2026-02-30"}}]}]}}"#;
        assert!(matches!(
            Catalogue::parse(text),
            Err(CatalogueError::Date { .. })
        ));
    }
}
