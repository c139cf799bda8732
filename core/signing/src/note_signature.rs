//! Signatures under notes, checked on aws-lc-rs: those of logs, and those of witnesses.
//!
//! The verifier has its own (RustCrypto); the two share what is signed
//! ([`meridian_wire::note::cosignature`]) and no check.

use aws_lc_rs::signature::{ED25519, ML_DSA_44, UnparsedPublicKey};
use meridian_wire::note::cosignature::split_cosignature;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::{NoteSignature, SignedNote};
use meridian_wire::note::witness_key::WitnessKey;

/// Why a note is not one of a key.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteSignatureFault {
    /// No line names the key.
    #[error("no signature by this key")]
    NotSigned,
    /// A line names the key and its signature is wrong: C2SP signed-note wants the whole note
    /// refused, whatever else is on it.
    #[error("a signature by this key is wrong")]
    Wrong,
}

/// Checks every signature of type 0x01 by `key`, over the text as received. Lines by other keys
/// are passed over.
///
/// # Errors
///
/// [`NoteSignatureFault`].
pub fn verify_note(note: &SignedNote, key: &VerifierKey) -> Result<(), NoteSignatureFault> {
    let engine = UnparsedPublicKey::new(&ED25519, key.public_key());
    let mut signed = false;
    for line in note.signatures() {
        if key.is_named_on(line) {
            let verified = engine.verify(note.text().as_bytes(), line.signature());
            verified.map_err(|_| NoteSignatureFault::Wrong)?;
            signed = true;
        }
    }
    signed.then_some(()).ok_or(NoteSignatureFault::NotSigned)
}

/// The second at which `key` cosigned the checkpoint `text`, if `line` says so and its signature
/// holds. Whether that time is in the past is not checked.
///
/// A time beyond 2^63-1 is none (C2SP tlog-cosignature).
#[must_use]
pub fn cosigned_at(text: &str, line: &NoteSignature, key: &WitnessKey) -> Option<u64> {
    if !key.is_named_on(line) {
        return None;
    }
    let (seconds, signature) = split_cosignature(line.signature())?;
    let message = key.message(seconds, text).ok()?;
    let verified = match key {
        WitnessKey::Ed25519(key) => {
            UnparsedPublicKey::new(&ED25519, key.public_key()).verify(&message, signature)
        }
        WitnessKey::MlDsa44(key) => {
            UnparsedPublicKey::new(&ML_DSA_44, key.public_key()).verify(&message, signature)
        }
        // A kind that is not known here vouches for nothing.
        _ => return None,
    };
    let seconds = verified.ok().map(|()| seconds)?;
    i64::try_from(seconds).ok().map(|_| seconds)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{KeyPair, ML_DSA_44_SIGNING, PqdsaKeyPair};
    use meridian_rfc_vectors::vector::load;
    use meridian_wire::note::name::KeyName;

    use super::*;

    const SECONDS: u64 = 1_700_000_000;

    fn vector(name: &str) -> String {
        let vectors = load("c2sp").unwrap();
        let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
        vector.body.text().unwrap().trim_end().to_owned()
    }

    fn note() -> SignedNote {
        SignedNote::parse(&format!("{}\n", vector("note-checkpoint-5"))).unwrap()
    }

    fn log() -> VerifierKey {
        VerifierKey::parse(&vector("vkey-log1")).unwrap()
    }

    fn witness() -> WitnessKey {
        WitnessKey::parse(&vector("vkey-witness1-0x04")).unwrap()
    }

    /// The post-quantum key of the same witness, seed 40 to 5f, and its cosignature.
    fn ml_dsa(text: &str, seconds: u64) -> (WitnessKey, NoteSignature) {
        let seed: Vec<u8> = (0x40..0x60).collect();
        let pair = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, &seed).unwrap();
        let public_key = pair.public_key().as_ref().try_into().unwrap();
        let name = KeyName::new("witness.example/w1").unwrap();
        let key = WitnessKey::ml_dsa_44(name, public_key);
        let mut signature = vec![0; ML_DSA_44_SIGNING.signature_len()];
        let message = key.message(seconds, text).unwrap();
        pair.sign(&message, &mut signature).unwrap();
        let line = key.line(seconds, &signature);
        (key, line)
    }

    #[test]
    fn the_lines_of_the_vector_hold() {
        let note = note();
        assert_eq!(verify_note(&note, &log()), Ok(()));
        let line = &note.signatures()[1];
        assert_eq!(cosigned_at(note.text(), line, &witness()), Some(SECONDS));
        // A log's line is no witness's, even where the text would do.
        let line = &note.signatures()[0];
        assert_eq!(cosigned_at(note.text(), line, &witness()), None);
    }

    #[test]
    fn the_post_quantum_key_of_the_vector_has_its_id_and_signs() {
        let note = note();
        let (key, line) = ml_dsa(note.text(), SECONDS);
        assert_eq!(key.key_id().to_string(), "c6e20533");
        assert_eq!(cosigned_at(note.text(), &line, &key), Some(SECONDS));
        assert_eq!(cosigned_at(note.text(), &line, &witness()), None);
    }

    #[test]
    fn no_changed_octet_of_a_cosignature_holds() {
        let note = note();
        let (key, line) = ml_dsa(note.text(), SECONDS);
        for (key, line) in [(witness(), note.signatures()[1].clone()), (key, line)] {
            for at in 0..line.signature().len() {
                let mut bent = line.signature().to_vec();
                bent[at] ^= 1;
                let bent = NoteSignature::new(line.name().clone(), line.key_id(), bent);
                assert_eq!(cosigned_at(note.text(), &bent, &key), None, "octet {at}");
            }
            let other = note.text().replacen("\n5\n", "\n6\n", 1);
            assert_eq!(cosigned_at(&other, &line, &key), None);
        }
    }

    #[test]
    fn a_time_beyond_2_to_63_is_none() {
        let note = note();
        let last = i64::MAX.unsigned_abs();
        for (seconds, expected) in [(last, Some(last)), (last + 1, None)] {
            let (key, line) = ml_dsa(note.text(), seconds);
            assert_eq!(cosigned_at(note.text(), &line, &key), expected);
        }
    }

    #[test]
    fn one_wrong_line_of_a_known_key_refuses_the_note() {
        let note = note();
        let good = note.signatures()[0].clone();
        let wrong = NoteSignature::new(good.name().clone(), good.key_id(), vec![0; 64]);
        let stranger = KeyName::new("stranger.example").unwrap();
        let stranger = NoteSignature::new(stranger, good.key_id(), vec![0; 64]);
        let judge = |lines: &[&NoteSignature]| {
            let lines: Vec<_> = lines.iter().copied().cloned().collect();
            verify_note(&SignedNote::compose(note.text(), &lines).unwrap(), &log())
        };
        assert_eq!(judge(&[&good, &stranger]), Ok(()));
        assert_eq!(judge(&[&good, &wrong]), Err(NoteSignatureFault::Wrong));
        assert_eq!(judge(&[&wrong, &good]), Err(NoteSignatureFault::Wrong));
        assert_eq!(judge(&[&stranger]), Err(NoteSignatureFault::NotSigned));
    }
}
