//! What a token relies on, and until when it could be relied on.

use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::algorithms::catalogue::{Catalogue, Until};
use crate::crypto::key::PublicKey;
use crate::crypto::scheme::Scheme;

pub mod catalogue;

/// Where an algorithm is relied on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Use {
    /// For what: "the data's digest".
    pub(crate) purpose: String,
    /// What: "sha1".
    pub(crate) algorithm: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Hash(HashAlgorithm),
    Signature { scheme: Scheme, key_bits: usize },
}

impl Use {
    /// A digest whose collisions would matter. Not for ESSCertID: there only a second
    /// preimage would, and none is known even for MD5.
    pub(crate) fn of_hash(purpose: impl Into<String>, hash: HashAlgorithm) -> Self {
        Self {
            purpose: purpose.into(),
            algorithm: hash.to_string(),
            kind: Kind::Hash(hash),
        }
    }

    /// A signature: its digest, its key, its padding; the earliest end counts.
    pub(crate) fn of_signature(
        purpose: impl Into<String>,
        scheme: &Scheme,
        key: &PublicKey,
    ) -> Self {
        Self {
            purpose: purpose.into(),
            algorithm: format!("{} ({})", scheme.describe(), key.describe()),
            kind: Kind::Signature {
                scheme: *scheme,
                key_bits: key.bits(),
            },
        }
    }

    /// Until when the catalogue calls it good.
    pub(crate) fn until(&self, catalogue: &Catalogue) -> Until {
        match self.kind {
            Kind::Hash(hash) => catalogue.hash(hash),
            Kind::Signature { scheme, key_bits } => {
                let digest = scheme.hash().map(|hash| catalogue.hash(hash));
                let signature = catalogue.signature(scheme, key_bits);
                digest.into_iter().fold(signature, Until::earlier)
            }
        }
    }

    pub(crate) fn is_good_at(&self, at: UnixMicros, catalogue: &Catalogue) -> bool {
        self.until(catalogue).is_good_at(at)
    }
}
