//! The evidence nonce: what a device signs, so that its evidence is fresh and for one document.

use sha2::{Digest, Sha256};

use super::field::Digest32;
use crate::der_write;
use crate::oid::ObjectIdentifier;
use crate::tsp::imprint::MessageImprint;

/// Domain of the evidence nonce.
const DOMAIN: &[u8] = b"LS1-nonce";

/// Where the imprint is not known when the evidence is made.
const NO_IMPRINT: Digest32 = [0; 32];

/// What evidence quotes (`eat_nonce` and its like):
///
/// ```text
/// SHA-256("LS1-nonce" || challenge nonce || imprint || SHA-256(SPKI) || DER(policy OID))
/// ```
///
/// `imprint` is [`imprint_digest`], or 32 zero octets where the document comes later. `spki` is
/// the DER of the subject's key, or nothing for a subject without one.
#[must_use]
pub fn evidence_nonce(
    challenge_nonce: &[u8; 32],
    imprint: Option<&Digest32>,
    spki: &[u8],
    policy: &ObjectIdentifier,
) -> Digest32 {
    let mut hash = Sha256::new_with_prefix(DOMAIN);
    hash.update(challenge_nonce);
    hash.update(imprint.unwrap_or(&NO_IMPRINT));
    hash.update(Sha256::digest(spki));
    hash.update(der_write::oid(policy));
    hash.finalize().into()
}

/// SHA-256 of the DER of an imprint, its algorithm's parameters absent (RFC 5754 2).
///
/// Absent, although the request may have NULL there: a device and an RFC 3161 client then mean
/// the same document whichever of the two forms each of them writes.
#[must_use]
pub fn imprint_digest(imprint: &MessageImprint) -> Digest32 {
    Sha256::digest(imprint.without_parameters()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der_walk::tag;
    use crate::oid::{POLICY_LOCATION_0, POLICY_LOCATION_1};
    use crate::tsp::hash::{ACCEPTED, HashAlgorithm};
    use crate::tsp::req::{Served, TimeStampReq};

    fn imprint() -> MessageImprint {
        MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap()
    }

    /// The concatenation of the definition, by hand.
    #[test]
    fn is_the_hash_of_the_documented_octets() {
        let document = imprint_digest(&imprint());
        let der = "302f300b06096086480165030402010420".to_owned() + &"07".repeat(32);
        assert_eq!(
            document,
            <[u8; 32]>::from(Sha256::digest(hex::decode(der).unwrap()))
        );
        let policy = der_write::tlv(tag::OID, &[POLICY_LOCATION_0.as_bytes()]);
        let key = Sha256::digest(b"key");
        let octets = [b"LS1-nonce", &[9; 32][..], &document, &key, &policy].concat();
        let nonce = evidence_nonce(&[9; 32], Some(&document), b"key", &POLICY_LOCATION_0);
        assert_eq!(nonce, <[u8; 32]>::from(Sha256::digest(octets)));
    }

    #[test]
    fn depends_on_challenge_document_key_and_policy() {
        let document = imprint_digest(&imprint());
        let nonce = |challenge, document, key: &[u8], policy| {
            evidence_nonce(&[challenge; 32], document, key, &policy)
        };
        let all = [
            nonce(9, Some(&document), b"key", POLICY_LOCATION_0),
            nonce(8, Some(&document), b"key", POLICY_LOCATION_0),
            nonce(9, None, b"key", POLICY_LOCATION_0),
            nonce(9, Some(&document), b"kez", POLICY_LOCATION_0),
            nonce(9, Some(&document), b"", POLICY_LOCATION_0),
            nonce(9, Some(&document), b"key", POLICY_LOCATION_1),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "{at}");
        }
        let zeros = nonce(9, Some(&[0; 32]), b"key", POLICY_LOCATION_0);
        assert_eq!(nonce(9, None, b"key", POLICY_LOCATION_0), zeros);
    }

    #[test]
    fn the_two_forms_of_an_imprint_are_one_document() {
        let plain = TimeStampReq::new(imprint()).encode();
        // NULL parameters: request, imprint and algorithm grow by two octets.
        let mut with_null = plain.clone();
        for length in [1, 6, 8] {
            with_null[length] += 2;
        }
        let digest = with_null.len() - 34;
        with_null.splice(digest..digest, [5, 0]);
        let served = Served::new(ACCEPTED, &[], &[]);
        let read = |der: &[u8]| {
            TimeStampReq::decode(der, &served)
                .unwrap()
                .imprint()
                .clone()
        };
        let (one, other) = (read(&plain), read(&with_null));
        assert_ne!(one.as_der(), other.as_der());
        assert_eq!(imprint_digest(&one), imprint_digest(&other));
        let longer = MessageImprint::new(HashAlgorithm::Sha3_256, &[7; 32]).unwrap();
        assert_ne!(imprint_digest(&one), imprint_digest(&longer));
    }
}
