//! Who signs the checkpoints of a log.

use std::sync::Arc;

use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;
use meridian_signing::note_signature::{NoteSignatureFault, verify_note};
use meridian_signing::signer::{SignError, Signer, ed25519_public_key};
use meridian_wire::checkpoint::{Checkpoint, CheckpointError, Origin};
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::name::KeyName;
use meridian_wire::note::signed_note::{NoteSignature, SignedNote};

/// The number and origin of a log and its Ed25519 key (signature type 0x01).
#[derive(Clone, Debug)]
pub struct LogIdentity {
    number: LogNumber,
    signer: Arc<dyn Signer>,
    key: VerifierKey,
}

impl LogIdentity {
    /// The log `origin`, signed for by `signer`, as the first of its authority.
    ///
    /// # Errors
    ///
    /// [`NotALogKey`] if the key is no Ed25519 key.
    pub fn new(origin: KeyName, signer: Arc<dyn Signer>) -> Result<Self, NotALogKey> {
        let public_key = ed25519_public_key(&*signer).ok_or(NotALogKey)?;
        let key = VerifierKey::ed25519(origin, public_key);
        let number = LogNumber::FIRST;
        Ok(Self {
            number,
            signer,
            key,
        })
    }

    /// The same as the log with this number.
    ///
    /// # Errors
    ///
    /// [`NotItsNumber`] if a log of this origin cannot have it.
    pub fn with_number(mut self, number: LogNumber) -> Result<Self, NotItsNumber> {
        if !number.fits(self.key.name().as_str()) {
            let origin = self.key.name().clone();
            return Err(NotItsNumber { number, origin });
        }
        self.number = number;
        Ok(self)
    }

    /// Which of the authority's successive logs it is.
    #[must_use]
    pub const fn number(&self) -> LogNumber {
        self.number
    }

    /// The key that the log's checkpoints are checked with.
    #[must_use]
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Makes and signs the checkpoint of a tree.
    pub(crate) fn sign(&self, size: TreeSize, root: Hash) -> Result<SignedNote, CheckpointFault> {
        let origin = self.key.name().clone();
        let text = Checkpoint::new(origin, size, root)?.text();
        let signature = self.signer.sign(text.as_bytes())?;
        let name = self.key.name().clone();
        let line = NoteSignature::new(name, self.key.key_id(), signature);
        Ok(SignedNote::compose(&text, &[line])?)
    }
}

/// The key is not an Ed25519 key, the only kind that signs notes of type 0x01.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the log key is not an Ed25519 key")]
pub struct NotALogKey;

/// The origin of a later log ends in its number.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the origin {origin} does not end in /{number}, the number of the log")]
pub struct NotItsNumber {
    /// The number.
    pub number: LogNumber,
    /// The origin.
    pub origin: KeyName,
}

/// A checkpoint whose signature by the log's key was checked.
///
/// Made only by [`check_checkpoint`].
#[derive(Clone, Debug)]
pub(crate) struct OwnCheckpoint {
    pub(crate) note: SignedNote,
    pub(crate) size: TreeSize,
    pub(crate) root: Hash,
}

/// Why text is no checkpoint of this log.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckpointFault {
    /// It is no signed note.
    #[error("it is no signed note")]
    Note(#[from] NoteError),
    /// The note is no checkpoint.
    #[error("it is no checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// It is of another log.
    #[error("it is of the log {actual}, not {expected}")]
    Origin {
        /// The origin of our log.
        expected: Origin,
        /// The origin in the checkpoint.
        actual: Origin,
    },
    /// The log's key has not signed it.
    #[error("it has no signature of the log's key {name}+{key_id}", name = key.name(), key_id = key.key_id())]
    NotSigned {
        /// The key of our log.
        key: VerifierKey,
    },
    /// The log's key is named on a signature that is not its own.
    #[error("the signature of the log's key is bad")]
    BadSignature,
    /// The log's key failed to sign it.
    #[error("the log's key failed to sign it")]
    Sign(#[from] SignError),
}

/// Reads a checkpoint of the log with this key, whose signature on it is checked.
/// Whether it is the newest, and whose other signatures are on it, is not.
///
/// # Errors
///
/// [`CheckpointFault`], the rule that is broken.
pub fn verify_checkpoint(text: &str, key: &VerifierKey) -> Result<Checkpoint, CheckpointFault> {
    let OwnCheckpoint { size, root, .. } = check_checkpoint(text, key)?;
    Ok(Checkpoint::new(key.name(), size, root)?)
}

/// Reads a checkpoint and checks that the log with this key signed it. Which
/// tree it is of is for the caller to compare.
pub(crate) fn check_checkpoint(
    text: &str,
    key: &VerifierKey,
) -> Result<OwnCheckpoint, CheckpointFault> {
    let note = SignedNote::parse(text)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    let expected = Origin::from(key.name());
    if *checkpoint.origin() != expected {
        return Err(CheckpointFault::Origin {
            expected,
            actual: checkpoint.origin().clone(),
        });
    }
    verify_note(&note, key).map_err(|fault| match fault {
        NoteSignatureFault::NotSigned => CheckpointFault::NotSigned { key: key.clone() },
        _ => CheckpointFault::BadSignature,
    })?;
    let (size, root) = (checkpoint.size(), *checkpoint.root());
    Ok(OwnCheckpoint { note, size, root })
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::leaf_hash;
    use meridian_signing::deterministic::{DeterministicEd25519, DeterministicP384Signer};

    use super::*;

    fn identity(origin: &str, seed: u8) -> LogIdentity {
        let signer = DeterministicEd25519::from_seed(&[seed; 32]).unwrap();
        LogIdentity::new(KeyName::new(origin).unwrap(), Arc::new(signer)).unwrap()
    }

    fn signed(identity: &LogIdentity) -> String {
        let note = identity.sign(TreeSize::new(3), leaf_hash(b"root")).unwrap();
        note.as_str().to_owned()
    }

    fn check(text: &str, identity: &LogIdentity) -> Result<u64, CheckpointFault> {
        check_checkpoint(text, identity.verifier_key()).map(|checkpoint| checkpoint.size.get())
    }

    #[test]
    fn accepts_what_it_signed() {
        let ours = identity("log.example/a", 1);
        assert_eq!(check(&signed(&ours), &ours), Ok(3));
    }

    #[test]
    fn rejects_another_origin() {
        let (ours, theirs) = (identity("log.example/a", 1), identity("log.example/b", 1));
        let refused = check(&signed(&theirs), &ours);
        assert!(matches!(refused, Err(CheckpointFault::Origin { .. })));
    }

    #[test]
    fn rejects_another_key() {
        let (ours, theirs) = (identity("log.example/a", 1), identity("log.example/a", 2));
        let refused = check(&signed(&theirs), &ours);
        assert!(matches!(refused, Err(CheckpointFault::NotSigned { .. })));
    }

    #[test]
    fn rejects_a_changed_size() {
        let ours = identity("log.example/a", 1);
        let text = signed(&ours).replacen("\n3\n", "\n4\n", 1);
        assert_eq!(check(&text, &ours), Err(CheckpointFault::BadSignature));
    }

    #[test]
    fn a_later_log_has_its_number_in_its_origin() {
        let second = LogNumber::new(1);
        assert_eq!(identity("log.example/a", 1).number(), LogNumber::FIRST);
        let refused = identity("log.example/a", 1).with_number(second);
        assert_eq!(refused.unwrap_err().number, second);
        let later = identity("log.example/a/1", 1).with_number(second);
        assert_eq!(later.unwrap().number(), second);
    }

    #[test]
    fn refuses_a_key_that_signs_no_notes() {
        let signer = DeterministicP384Signer::from_scalar(&[7; 48]).unwrap();
        let origin = KeyName::new("log.example/a").unwrap();
        assert_eq!(
            LogIdentity::new(origin, Arc::new(signer)).unwrap_err(),
            NotALogKey
        );
    }
}
