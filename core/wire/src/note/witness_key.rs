//! [`WitnessKey`]: the public key of a witness that says when it saw a checkpoint.

use crate::note::key::NoteKey;

/// Signature type of `cosignature/v1`: Ed25519 over a time and the whole note.
const TYPE_COSIGNATURE_V1: u8 = 0x04;

/// A witness's key: it signs a time and the text of the note (C2SP tlog-cosignature).
pub type WitnessKey = NoteKey<TYPE_COSIGNATURE_V1>;

/// What a witness signs: the time in seconds, then the whole text of the note.
#[must_use]
pub fn cosigned_message(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

/// Time in seconds and signature of a line of type 0x04.
#[must_use]
pub fn split_cosignature(signature: &[u8]) -> Option<(u64, &[u8; 64])> {
    let (seconds, signature) = signature.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*seconds), signature.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::error::NoteError;

    /// Made with seed 20..3f by two independent implementations.
    const VKEY: &str = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    #[test]
    fn reads_and_writes_a_vkey() {
        let key = WitnessKey::parse(VKEY).unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!(key.name().as_str(), "witness.example/w1");
    }

    #[test]
    fn refuses_a_key_of_a_log() {
        let log = "tsa.example/log1+5721a18c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
        let refused = Err(NoteError::KeyType { key_type: 1 });
        assert_eq!(WitnessKey::parse(log), refused);
    }

    #[test]
    fn a_cosignature_has_72_octets() {
        let mut line = vec![0; 72];
        line[7] = 5;
        assert_eq!(split_cosignature(&line), Some((5, &[0; 64])));
        assert_eq!(split_cosignature(&line[1..]), None);
        line.push(0);
        assert_eq!(split_cosignature(&line), None);
    }
}
