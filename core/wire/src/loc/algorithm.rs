//! [`EvidenceAlgorithm`]: what a device signs its evidence with.

/// SubjectPublicKeyInfo of id-ecPublicKey on secp256r1, up to the point (RFC 5480 2).
const P256_SPKI: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\
    \x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// The same on secp384r1.
const P384_SPKI: &[u8] = b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\
    \x04\x00\x22\x03\x62\x00";
/// The same of id-Ed25519 (RFC 8410 4).
const ED25519_SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// Before an uncompressed point (SEC 1 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// The signature algorithms that evidence may have. There is no `none`, no HMAC and no RSA: what
/// is not here is not evidence.
///
/// | | key | digest | signature |
/// |---|---|---|---|
/// | ES256 | P-256 | SHA-256 | r ‖ s, 64 octets |
/// | ES384 | P-384 | SHA-384 | r ‖ s, 96 octets |
/// | EdDSA | Ed25519 | — | 64 octets, RFC 8032 |
///
/// RFC 7518 3.4, RFC 8037 3.1, RFC 9053 2. COSE leaves the curve of ES256 and ES384 open, and
/// EdDSA may be Ed448; here each name means one curve, as in the table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EvidenceAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl EvidenceAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Es384, Self::EdDsa];

    /// The algorithm with this `alg` in a JOSE header (RFC 7518 3.1).
    #[must_use]
    pub fn from_jose(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.jose() == name)
    }

    /// The algorithm with this `alg` in a COSE header (RFC 9053).
    #[must_use]
    pub fn from_cose(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.cose() == number)
    }

    /// Its name in JOSE.
    #[must_use]
    pub const fn jose(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Its number in COSE.
    #[must_use]
    pub const fn cose(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::EdDsa => -8,
        }
    }

    /// The octets of the key in a DER SubjectPublicKeyInfo: an uncompressed point (SEC 1 2.3.3), or
    /// 32 octets (RFC 8032). `None` for a key of another algorithm, and for any other form of the
    /// same key: a key must have one digest, and every engine must read it alike.
    ///
    /// Whether the point is on the curve is not checked.
    #[must_use]
    pub fn key_octets(self, spki: &[u8]) -> Option<&[u8]> {
        let (prefix, len) = match self {
            Self::Es256 => (P256_SPKI, 65),
            Self::Es384 => (P384_SPKI, 97),
            Self::EdDsa => (ED25519_SPKI, 32),
        };
        let key = spki.strip_prefix(prefix).filter(|key| key.len() == len)?;
        (self == Self::EdDsa || key.first() == Some(&UNCOMPRESSED)).then_some(key)
    }

    /// The DER SubjectPublicKeyInfo that holds these octets; `None` if they have another length
    /// or form than [`Self::key_octets`] gives.
    #[must_use]
    pub fn spki(self, key: &[u8]) -> Option<Vec<u8>> {
        let prefix = match self {
            Self::Es256 => P256_SPKI,
            Self::Es384 => P384_SPKI,
            Self::EdDsa => ED25519_SPKI,
        };
        let spki = [prefix, key].concat();
        self.key_octets(&spki).is_some().then_some(spki)
    }

    /// The algorithm of a DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.key_octets(spki).is_some())
    }

    /// Octets of a signature.
    #[must_use]
    pub const fn signature_len(self) -> usize {
        match self {
            Self::Es256 | Self::EdDsa => 64,
            Self::Es384 => 96,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_registered_names_and_numbers_and_no_others() {
        for (name, number, algorithm) in [
            ("ES256", -7, EvidenceAlgorithm::Es256),
            ("ES384", -35, EvidenceAlgorithm::Es384),
            ("EdDSA", -8, EvidenceAlgorithm::EdDsa),
        ] {
            assert_eq!(EvidenceAlgorithm::from_jose(name), Some(algorithm));
            assert_eq!(EvidenceAlgorithm::from_cose(number), Some(algorithm));
        }
        for name in ["none", "HS256", "RS256", "ES512", "es256", "Ed448", ""] {
            assert_eq!(EvidenceAlgorithm::from_jose(name), None, "{name}");
        }
        // HMAC, ECDSA with SHA-512, RSASSA-PSS, reserved.
        for number in [5, -36, -37, 0, i64::MIN] {
            assert_eq!(EvidenceAlgorithm::from_cose(number), None, "{number}");
        }
    }

    #[test]
    fn a_key_has_one_form() {
        for (algorithm, len) in EvidenceAlgorithm::ALL.into_iter().zip([65, 97, 32]) {
            let key = vec![4; len];
            let spki = algorithm.spki(&key).unwrap();
            assert_eq!(usize::from(spki[1]), spki.len() - 2);
            assert_eq!(algorithm.key_octets(&spki), Some(&key[..]));
            assert_eq!(EvidenceAlgorithm::of_spki(&spki), Some(algorithm));
            let others = EvidenceAlgorithm::ALL
                .into_iter()
                .filter(|o| *o != algorithm);
            for other in others {
                assert_eq!(other.key_octets(&spki), None);
            }
            assert_eq!(algorithm.spki(&key[1..]), None);
            assert_eq!(algorithm.spki(&[&key[..], &[0]].concat()), None);
            assert_eq!(algorithm.key_octets(&key), None, "no bare key");
        }
        // Compressed and hybrid points, infinity.
        for head in [2, 3, 6, 7, 0] {
            let mut key = vec![0; 65];
            key[0] = head;
            assert_eq!(EvidenceAlgorithm::Es256.spki(&key), None, "{head}");
        }
        assert_eq!(EvidenceAlgorithm::of_spki(&[]), None);
    }
}
