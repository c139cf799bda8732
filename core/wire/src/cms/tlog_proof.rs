//! [`with_tlog_proof`]: a token with the proof that it is in the log.

use super::unsigned::with_unsigned;
use crate::der_walk::tag;
use crate::der_write::tlv;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_TLOG_PROOF_ATTRIBUTE_BYTES;
use crate::oid::TLOG_PROOF;
use crate::proof::TlogProof;

/// The token with a proof of its leaf as one unsigned attribute (RFC 5652 5.3).
///
/// ```asn1
/// tlogProof ATTRIBUTE ::= { WITH SYNTAX UTF8String, SINGLE VALUE TRUE, ID id-tlog-proof }
/// ```
///
/// The value is the text of a C2SP tlog-proof, the same as of a `.tlog-proof` file. Everything
/// signed, and so the digest in the leaf, stays as it is. Not checked: that the proof is of this
/// token.
///
/// # Errors
///
/// [`DecodeError`] for a token that is not of our form or has the attribute already, and for a
/// proof above [`MAX_TLOG_PROOF_ATTRIBUTE_BYTES`].
pub fn with_tlog_proof(token: &[u8], proof: &TlogProof) -> Result<Vec<u8>, DecodeError> {
    let text = proof.text();
    if text.len() > MAX_TLOG_PROOF_ATTRIBUTE_BYTES {
        return Err(DecodeErrorKind::LimitExceeded {
            what: "tlog-proof",
            limit: MAX_TLOG_PROOF_ATTRIBUTE_BYTES,
            actual: text.len(),
        }
        .into());
    }
    let value = tlv(tag::UTF8_STRING, &[text.as_bytes()]);
    with_unsigned(token, &TLOG_PROOF, &value)
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::Hash;
    use meridian_merkle::index::LeafIndex;

    use super::*;
    use crate::der_walk::Tlv;
    use crate::note::key::VerifierKey;
    use crate::note::name::KeyName;
    use crate::note::signed_note::{NoteSignature, SignedNote};
    use crate::reader::content_info::ContentInfoView;
    use crate::reader::signed_data::SignedDataView;
    use crate::reader::tlv::Tlv as ReadTlv;
    use crate::reader::walk::Walk;

    /// A proof under a note with `lines` signature lines of 2,420 octets each.
    fn proof(lines: u8) -> TlogProof {
        let line = |number: u8| {
            let name = KeyName::new(&format!("w{number}.example")).unwrap();
            let key = VerifierKey::ed25519(name.clone(), [number; 32]);
            NoteSignature::new(name, key.key_id(), vec![number; 2_420])
        };
        let lines: Vec<_> = (0..lines).map(line).collect();
        let note = SignedNote::compose("log.example/x\n1\nAAAA\n", &lines).unwrap();
        let hashes = vec![Hash::from_bytes([7; 32]); 20];
        TlogProof::new(Some(vec![1; 100]), LeafIndex::new(5), hashes, note).unwrap()
    }

    fn token() -> Vec<u8> {
        let all = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
        let mut all = all.iter();
        let reply = all.find(|it| it.name == "sha256-nonce-cert.tsr").unwrap();
        let mut walk = Tlv::only(reply.body.octets().unwrap(), tag::SEQUENCE)
            .unwrap()
            .walk();
        walk.expect(tag::SEQUENCE).unwrap();
        walk.expect(tag::SEQUENCE).unwrap().whole.to_vec()
    }

    #[test]
    fn one_attribute_with_the_text_as_its_one_value() {
        let (token, proof) = (token(), proof(1));
        let with = with_tlog_proof(&token, &proof).unwrap();
        let mut walk = Walk::default();
        let outer = ReadTlv::only(&with, &mut walk).unwrap();
        let info = ContentInfoView::read(&outer, &mut walk).unwrap();
        let data = SignedDataView::read(&info.content, &mut walk).unwrap();
        let [attribute] = &data.signers[0].unsigned_attrs[..] else {
            panic!("one attribute")
        };
        assert!(attribute.oid.is(&TLOG_PROOF));
        let [value] = &attribute.values[..] else {
            panic!("one value")
        };
        assert_eq!(value.raw()[0], tag::UTF8_STRING);
        assert_eq!(value.content(), proof.text().as_bytes());
        let twice = with_tlog_proof(&with, &proof).unwrap_err();
        assert!(matches!(twice.kind, DecodeErrorKind::Forbidden { .. }));
    }

    #[test]
    fn refuses_a_proof_that_no_verifier_would_read() {
        assert!(with_tlog_proof(&token(), &proof(38)).is_ok());
        let refused = with_tlog_proof(&token(), &proof(45)).unwrap_err();
        let limit = MAX_TLOG_PROOF_ATTRIBUTE_BYTES;
        assert!(
            matches!(refused.kind, DecodeErrorKind::LimitExceeded { limit: found, .. } if found == limit)
        );
    }
}
