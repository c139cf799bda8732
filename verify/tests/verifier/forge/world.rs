//! A root, an authority below it, and a unit that stamps.

use std::sync::LazyLock;

use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;

use super::certificate::Certificate;
use super::der::sequence;
use super::key::Key;
use super::token::{Token, TstInfo};
use crate::support::{instant, judge_about};

/// What is stamped.
pub(crate) const DATA: &[u8] = b"what is stamped\n";

/// When.
pub(crate) const GEN_TIME: &str = "2026-06-15T12:00:00Z";

/// When it is judged.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";

/// The names of the three.
pub(crate) const ROOT: &str = "Forge root";
pub(crate) const CA: &str = "Forge authority";
pub(crate) const UNIT: &str = "Forge unit";

/// The three, and their keys.
pub(crate) struct World {
    pub(crate) root_key: Key,
    pub(crate) ca_key: Key,
    pub(crate) unit_key: Key,
    pub(crate) root: Vec<u8>,
    pub(crate) ca: Vec<u8>,
    pub(crate) unit: Vec<u8>,
}

/// The one that all tests share.
pub(crate) static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    fn new() -> Self {
        let (root_key, ca_key, unit_key) = (Key::p384(11), Key::p384(12), Key::p384(13));
        let root = Certificate::ca(1, ROOT, ROOT, &root_key).signed(&root_key);
        let ca = Certificate::ca(2, ROOT, CA, &ca_key).signed(&root_key);
        let unit = unit(&unit_key).signed(&ca_key);
        Self {
            root_key,
            ca_key,
            unit_key,
            root,
            ca,
            unit,
        }
    }

    /// Trust in the root, the authority's certificate at hand.
    pub(crate) fn policy(&self) -> VerifyPolicy {
        let anchors = TrustAnchors::new(vec![self.root.clone()]).unwrap();
        let mut policy = VerifyPolicy::new(anchors, instant(NOW));
        policy.intermediates = vec![self.ca.clone()];
        policy
    }

    /// An honest token around this TSTInfo, not yet signed.
    pub(crate) fn token(&self, tst_info: &TstInfo) -> Token {
        let sid = sid(&unit(&self.unit_key));
        Token::new(&tst_info.der(), &self.unit, sid, &self.unit_key)
    }

    /// The same from a unit with another certificate of the authority's.
    pub(crate) fn token_of(&self, unit: &Certificate, key: &Key, tst_info: &TstInfo) -> Token {
        let certificate = unit.signed(&self.ca_key);
        Token::new(&tst_info.der(), &certificate, sid(unit), key)
    }

    /// An honest token.
    pub(crate) fn honest(&self) -> Vec<u8> {
        self.token(&tst_info()).signed(&self.unit_key)
    }
}

/// The unit's certificate, number 3.
pub(crate) fn unit(key: &Key) -> Certificate {
    Certificate::unit(3, CA, UNIT, key)
}

/// An honest TSTInfo.
pub(crate) fn tst_info() -> TstInfo {
    TstInfo::about(DATA, GEN_TIME)
}

/// IssuerAndSerialNumber.
pub(crate) fn sid(certificate: &Certificate) -> Vec<u8> {
    sequence(&[certificate.issuer.clone(), certificate.serial.clone()])
}

/// Judges a token that is said to be about [`DATA`].
pub(crate) fn judge(token: &[u8]) -> Report {
    judge_about(token, DATA, &WORLD.policy())
}

/// The same under another policy.
pub(crate) fn judge_under(token: &[u8], policy: &VerifyPolicy) -> Report {
    judge_about(token, DATA, policy)
}
