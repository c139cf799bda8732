//! What the last event of one log and the first of the next say of each other.

use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::key::VerifierKey;
use serde::{Deserialize, Serialize};

/// The final event of a log. Numbers are decimal strings: they can pass 2^53.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinalEvent {
    event: String,
    successor: Successor,
    software: String,
}

/// The log that follows.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Successor {
    number: String,
    origin: String,
    log: String,
}

impl FinalEvent {
    /// JSON that names the log that follows, by number, origin and key.
    pub(crate) fn body(number: LogNumber, key: &VerifierKey) -> Vec<u8> {
        let event = Self {
            event: "succession".to_owned(),
            successor: Successor {
                number: number.to_string(),
                origin: key.name().to_string(),
                log: key.to_string(),
            },
            software: concat!("meridian ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        // Strings always serialise; an empty body would be found to name no successor.
        serde_json::to_vec(&event).unwrap_or_default()
    }

    /// The key of the log that a final event names; `None` if it names none.
    pub(crate) fn successor(body: &[u8]) -> Option<VerifierKey> {
        let event: Self = serde_json::from_slice(body).ok()?;
        VerifierKey::parse(&event.successor.log).ok()
    }
}

/// The log before, in the genesis of the next: its last checkpoint, without the signature, and the
/// key that signed it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Predecessor {
    number: String,
    origin: String,
    log: String,
    size: String,
    root: String,
}

impl Predecessor {
    /// The log with this number and key, which ended with this checkpoint.
    pub(crate) fn new(number: LogNumber, key: &VerifierKey, last: &Checkpoint) -> Self {
        Self {
            number: number.to_string(),
            origin: last.origin().to_string(),
            log: key.to_string(),
            size: last.size().to_string(),
            root: hex::encode(last.root().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use meridian_wire::note::name::KeyName;

    use super::*;

    #[test]
    fn a_final_event_names_its_successor() {
        let origin = KeyName::new("log.example/a/1").unwrap();
        let key = VerifierKey::ed25519(origin, [7; 32]);
        let body = FinalEvent::body(LogNumber::new(1), &key);
        assert_eq!(FinalEvent::successor(&body), Some(key));
        for other in [&b"{}"[..], b"", br#"{"event":"stop"}"#] {
            assert_eq!(FinalEvent::successor(other), None);
        }
    }
}
