//! What witnesses sign, as `c2sp.org/tlog-cosignature` v1 has it.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::name::KeyName;

/// What the message of type 0x06 begins with.
const SUBTREE_LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// Why a key of type 0x06 signs no such text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CosignatureError {
    /// The text is no checkpoint.
    #[error("no checkpoint is cosigned: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The origin has more octets than the message counts in one.
    #[error("an origin of {bytes} octets is longer than the 255 of a cosigned message")]
    OriginTooLong {
        /// Octets of the origin.
        bytes: usize,
    },
}

/// What a witness's Ed25519 key signs, `cosignature/v1`: the time in seconds, then the whole text
/// of the note with its extension lines.
///
/// It does not name the witness, so one key must not serve two.
#[must_use]
pub fn cosigned_message(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

/// What a witness's ML-DSA-44 key signs under a checkpoint, `subtree/v1` with a start of 0.
///
/// ```text
/// "subtree/v1\n\0" ‖ u8 length ‖ name ‖ u64 seconds ‖ u8 length ‖ origin ‖ u64 0 ‖ u64 size ‖ root
/// ```
///
/// # Errors
///
/// [`CosignatureError`].
pub fn cosigned_tree_message(
    witness: &KeyName,
    seconds: u64,
    text: &str,
) -> Result<Vec<u8>, CosignatureError> {
    let checkpoint = Checkpoint::parse(text)?;
    let origin = checkpoint.origin().as_str();
    let bytes = origin.len();
    let too_long = |_| CosignatureError::OriginTooLong { bytes };
    let origin_len = u8::try_from(bytes).map_err(too_long)?;
    let name = witness.as_str();
    // Names of keys are as short.
    let name_len = u8::try_from(name.len()).map_err(too_long)?;
    let start = 0_u64;
    Ok([
        SUBTREE_LABEL.as_slice(),
        &[name_len],
        name.as_bytes(),
        &seconds.to_be_bytes(),
        &[origin_len],
        origin.as_bytes(),
        &start.to_be_bytes(),
        &checkpoint.size().get().to_be_bytes(),
        checkpoint.root().as_bytes(),
    ]
    .concat())
}

/// Time in seconds and signature of a line by a witness, of either kind. How long the signature
/// must be is its algorithm's matter.
#[must_use]
pub fn split_cosignature(line: &[u8]) -> Option<(u64, &[u8])> {
    let (seconds, signature) = line.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*seconds), signature))
}

#[cfg(test)]
mod tests {
    use meridian_rfc_vectors::vector::load;

    use super::*;

    const SECONDS: u64 = 1_700_000_000;

    /// The message of type 0x06 by `witness.example/w1` over the checkpoint of 5 leaves, as two
    /// independent implementations make it.
    const MESSAGE: &str = "737562747265652f76310a00127769746e6573732e6578616d706c652f7731000000006553f100107473612e6578616d706c652f6c6f67310000000000000000000000000000000500d21829a5503145348abcf712513eacf2a274211ad83e970202bb5b6d80b286";

    fn vector(name: &str) -> String {
        let vectors = load("c2sp").unwrap();
        let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
        vector.body.text().unwrap().to_owned()
    }

    #[test]
    fn the_message_of_type_4_is_header_time_and_text() {
        let message = cosigned_message(SECONDS, &vector("checkpoint-5"));
        let expected = "cosignature/v1\ntime 1700000000\ntsa.example/log1\n5\n\
                        ANIYKaVQMUU0irz3ElE+rPKidCEa2D6XAgK7W22AsoY=\n";
        assert_eq!(message, expected.as_bytes());
    }

    #[test]
    fn the_message_of_type_6_is_that_of_the_vector() {
        let witness = KeyName::new("witness.example/w1").unwrap();
        let message = cosigned_tree_message(&witness, SECONDS, &vector("checkpoint-5")).unwrap();
        assert_eq!(message.len(), 104);
        assert_eq!(hex::encode(message), MESSAGE);
    }

    #[test]
    fn type_6_names_the_witness_and_passes_over_extension_lines() {
        let text = vector("checkpoint-5");
        let message = |witness, text: &str| {
            let witness = KeyName::new(witness).unwrap();
            cosigned_tree_message(&witness, SECONDS, text).unwrap()
        };
        let first = message("w1", &text);
        assert_eq!(message("w1", &format!("{text}more\n")), first);
        assert_ne!(message("w2", &text), first);
        assert_ne!(
            cosigned_message(SECONDS, &text),
            cosigned_message(SECONDS, &format!("{text}more\n"))
        );
    }

    #[test]
    fn type_6_is_over_checkpoints_with_an_origin_of_at_most_255_octets() {
        let witness = KeyName::new("w1").unwrap();
        let text = vector("checkpoint-5");
        let with = |origin: &str| {
            let text = text.replacen("tsa.example/log1", origin, 1);
            cosigned_tree_message(&witness, SECONDS, &text).map(drop)
        };
        assert_eq!(with(&"a".repeat(255)), Ok(()));
        let bytes = 256;
        let refused = Err(CosignatureError::OriginTooLong { bytes });
        assert_eq!(with(&"a".repeat(bytes)), refused);
        let refused = Err(CosignatureError::Checkpoint(CheckpointError::Lines));
        assert_eq!(
            cosigned_tree_message(&witness, SECONDS, "text").map(drop),
            refused
        );
    }

    #[test]
    fn a_line_is_a_time_and_a_signature() {
        let mut line = vec![0; 72];
        line[7] = 5;
        assert_eq!(split_cosignature(&line), Some((5, &[0; 64][..])));
        assert_eq!(split_cosignature(&line[..8]), Some((5, &[][..])));
        assert_eq!(split_cosignature(&line[..7]), None);
    }
}
