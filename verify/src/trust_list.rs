//! Whom the caller trusts, and for how long, written down.

use std::collections::BTreeMap;

use meridian_wire::note::error::NoteError;
use meridian_wire::note::witness_key::WitnessKey;
use meridian_wire::time::UnixMicros;
use serde::Deserialize;

use crate::window::Window;

/// A trust list: what an archive decided about anchors and witnesses, to be kept beside the tokens
/// and reviewed like they are.
///
/// ```json
/// {
///   "version": 1,
///   "anchors": [
///     {
///       "certificate": "roots/example.pem",
///       "sha256": "0f1e…",
///       "from": "2019-01-01",
///       "until": "2031-01-01T00:00:00Z",
///       "note": "granted on the trusted list of that day"
///     }
///   ],
///   "witnesses": [{"key": "w1.example+1234abcd+BA…", "until": "2030-01-01"}]
/// }
/// ```
///
/// `from` is the first moment, `until` the first that is not in it any more; a date is its
/// midnight in UTC. Without them trust has no bound. Members that are not known are refused: they
/// might limit what is trusted. Not looked at: `note`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrustList {
    /// Certificates by file.
    pub anchors: Vec<ListedAnchor>,
    /// Keys of witnesses.
    pub witnesses: WitnessWindows,
}

/// A file of certificates.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedAnchor {
    /// Its name, relative to the list.
    pub certificate: String,
    /// What the certificate's DER must hash to.
    pub sha256: Option<[u8; 32]>,
    /// For how long.
    pub window: Window,
}

/// For how long the word of each witness counts; of one that is not named, at any time.
#[derive(Clone, Debug, Default)]
pub struct WitnessWindows(BTreeMap<String, Window>);

impl WitnessWindows {
    /// Of this key.
    #[must_use]
    pub fn of(&self, key: &WitnessKey) -> Window {
        let known = self.0.get(&key.to_string());
        known.copied().unwrap_or(Window::ALWAYS)
    }
}

/// Why a text is no trust list.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum TrustListError {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Of another version.
    #[error("version {0} is not known, only 1 is")]
    Version(u64),
    /// A time that does not exist.
    #[error("{0:?} is neither YYYY-MM-DD nor an RFC 3339 time")]
    Time(String),
    /// A window that nothing fits into.
    #[error("{of}: it ends before it begins")]
    Empty {
        /// Of whom.
        of: String,
    },
    /// A digest that is none.
    #[error("{0:?} is not a SHA-256 in 64 hexadecimal digits")]
    Digest(String),
    /// A key that is none.
    #[error("witness {key:?}: {cause}")]
    Key {
        /// As written.
        key: String,
        /// Why.
        cause: NoteError,
    },
    /// A key that is there twice.
    #[error("witness {0:?} is there twice")]
    Repeated(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u64,
    #[serde(default)]
    anchors: Vec<AnchorIn>,
    #[serde(default)]
    witnesses: Vec<WitnessIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnchorIn {
    certificate: String,
    sha256: Option<String>,
    from: Option<String>,
    until: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessIn {
    key: String,
    from: Option<String>,
    until: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

impl TrustList {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// [`TrustListError`].
    pub fn parse(text: &str) -> Result<Self, TrustListError> {
        let document: Document = serde_json::from_str(text)?;
        if document.version != 1 {
            return Err(TrustListError::Version(document.version));
        }
        let anchors = document.anchors.into_iter().map(ListedAnchor::of);
        let mut witnesses = BTreeMap::new();
        for WitnessIn {
            key, from, until, ..
        } in document.witnesses
        {
            let window = window(&key, from, until)?;
            let parsed = WitnessKey::parse(&key);
            let parsed = parsed.map_err(|cause| TrustListError::Key { key, cause })?;
            let name = parsed.to_string();
            if witnesses.insert(name.clone(), window).is_some() {
                return Err(TrustListError::Repeated(name));
            }
        }
        Ok(Self {
            anchors: anchors.collect::<Result<_, _>>()?,
            witnesses: WitnessWindows(witnesses),
        })
    }
}

impl ListedAnchor {
    fn of(listed: AnchorIn) -> Result<Self, TrustListError> {
        let sha256 = listed.sha256.map(|text| {
            let octets = hex::decode(&text).ok();
            let octets = octets.and_then(|octets| octets.try_into().ok());
            octets.ok_or(TrustListError::Digest(text))
        });
        Ok(Self {
            window: window(&listed.certificate, listed.from, listed.until)?,
            sha256: sha256.transpose()?,
            certificate: listed.certificate,
        })
    }
}

fn window(of: &str, from: Option<String>, until: Option<String>) -> Result<Window, TrustListError> {
    let from = from.map(moment).transpose()?;
    let until = until.map(moment).transpose()?;
    match (from, until) {
        (Some(from), Some(until)) if until <= from => {
            Err(TrustListError::Empty { of: of.to_owned() })
        }
        _ => Ok(Window::new(from, until)),
    }
}

fn moment(text: String) -> Result<UnixMicros, TrustListError> {
    let midnight = if text.len() == "YYYY-MM-DD".len() {
        format!("{text}T00:00:00Z")
    } else {
        text.clone()
    };
    UnixMicros::parse_rfc3339(&midnight).map_err(|_| TrustListError::Time(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        TrustList::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_list_is_read() {
        let digest = "00".repeat(32);
        let list = TrustList::parse(&format!(
            r#"{{"version": 1, "anchors": [
                {{"certificate": "a.pem", "sha256": "{digest}", "from": "2019-01-01", "note": "x"}},
                {{"certificate": "b.pem", "until": "2020-01-01T12:00:00Z"}}]}}"#
        ))
        .unwrap();
        let moment = |text| UnixMicros::parse_rfc3339(text).unwrap();
        let [first, second] = list.anchors.as_slice() else {
            panic!("{list:?}")
        };
        assert_eq!(first.certificate, "a.pem");
        assert_eq!(first.sha256, Some([0; 32]));
        let since = Window::new(Some(moment("2019-01-01T00:00:00Z")), None);
        assert_eq!(first.window, since);
        let until = Window::new(None, Some(moment("2020-01-01T12:00:00Z")));
        assert_eq!(second.window, until);
    }

    #[test]
    fn the_documents_example_is_one() {
        let page = include_str!("../../docs/TRUST-LIST.md");
        let example = page.split("```json").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        let list = TrustList::parse(example).unwrap();
        assert_eq!((list.anchors.len(), list.witnesses.0.len()), (1, 1));
        assert!(list.anchors[0].sha256.is_some());
    }

    #[test]
    fn what_might_mean_less_trust_is_not_passed_over() {
        assert!(fault(r#"{"version": 2}"#).contains("version 2"));
        assert!(fault(r#"{"anchors": []}"#).contains("version"));
        let of = |members: &str| {
            fault(&format!(
                r#"{{"version": 1, "anchors": [{{"certificate": "a"{members}}}]}}"#
            ))
        };
        assert!(of(r#", "untill": "2020-01-01""#).contains("untill"));
        assert!(of(r#", "until": "2020-13-01""#).contains("2020-13-01"));
        assert!(of(r#", "until": "2020""#).contains("2020"));
        assert!(of(r#", "sha256": "00""#).contains("64 hexadecimal"));
        assert!(
            of(r#", "from": "2020-01-01", "until": "2020-01-01""#).contains("before it begins")
        );
        let witness = r#"{"version": 1, "witnesses": [{"key": "nobody"}]}"#;
        assert!(fault(witness).contains("nobody"));
    }
}
