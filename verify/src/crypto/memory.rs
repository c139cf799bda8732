//! Signatures on certificates and lists that were checked before: tokens of one authority share them.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use meridian_wire::reader::certificate::PublicKeyView;
use meridian_wire::tsp::hash::HashAlgorithm;

use super::digest::digest;
use super::key::PublicKey;
use super::scheme::{Scheme, SignatureFault};

/// Octets of questions that are kept. Tens of thousands of certificates; what comes later is checked
/// each time, so that a heap of strange tokens takes time and no memory.
const MAX_OCTETS: usize = 16 * 1024 * 1024;

/// What an answer takes besides the octets of its question.
const OVERHEAD: usize = 128;

/// What was signed, and its SHA-256.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'m> {
    /// The octets.
    pub(crate) octets: &'m [u8],
    /// Their digest.
    pub(crate) digest: [u8; 32],
}

impl<'m> Message<'m> {
    /// Digests the octets.
    pub(crate) fn new(octets: &'m [u8]) -> Self {
        Self {
            octets,
            digest: sha256(octets),
        }
    }
}

/// SHA-256.
pub(crate) fn sha256(octets: &[u8]) -> [u8; 32] {
    let digest = digest(HashAlgorithm::Sha256, octets);
    <[u8; 32]>::try_from(digest).unwrap_or_default()
}

/// Everything that the answer depends on: what is good under one key, scheme or message says nothing
/// about another.
#[derive(Debug, Eq, Hash, PartialEq)]
struct Question {
    scheme: Scheme,
    /// SubjectPublicKeyInfo.
    key: Box<[u8]>,
    message: [u8; 32],
    signature: Box<[u8]>,
}

#[derive(Debug, Default)]
struct Answers {
    known: HashMap<Question, Result<(), SignatureFault>>,
    octets: usize,
}

/// The answers of one run, good ones and bad ones, for all its threads.
#[derive(Debug, Default)]
pub(crate) struct SignatureMemory(RwLock<Answers>);

impl SignatureMemory {
    /// As [`Scheme::verify`], which is asked once for each question. `view` is where `key` was read
    /// from.
    pub(crate) fn verify(
        &self,
        scheme: &Scheme,
        (view, key): (&PublicKeyView<'_>, &PublicKey),
        message: &Message<'_>,
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        let question = Question {
            scheme: *scheme,
            key: view.raw.into(),
            message: message.digest,
            signature: signature.into(),
        };
        // A thread that panicked left whole answers behind.
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers.known.get(&question) {
            return *answer;
        }
        drop(answers);
        let answer = scheme.verify(key, message.octets, signature);
        let octets = OVERHEAD + question.key.len() + question.signature.len();
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.octets + octets <= MAX_OCTETS {
            answers.octets += octets;
            answers.known.insert(question, answer);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use meridian_wire::reader::der_form::element;
    use meridian_wire::reader::tlv::Tlv;
    use meridian_wire::reader::walk::Walk;

    fn spki(key: &SigningKey) -> Vec<u8> {
        let name = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
        let bits = [&[0][..], key.verifying_key().as_bytes()].concat();
        element(&[0x30], &[&name[..], &element(&[0x03], &bits)].concat())
    }

    fn ask(memory: &SignatureMemory, spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let mut walk = Walk::default();
        let tlv = Tlv::only(spki, &mut walk).unwrap();
        let view = PublicKeyView::read(&tlv, &mut walk).unwrap();
        let key = PublicKey::read(&view).unwrap();
        let message = Message::new(message);
        let answer = memory.verify(&Scheme::Ed25519, (&view, &key), &message, signature);
        answer.is_ok()
    }

    fn len(memory: &SignatureMemory) -> usize {
        memory.0.read().unwrap().known.len()
    }

    #[test]
    fn an_answer_is_for_its_own_question_only() {
        let (one, other) = (
            SigningKey::from_bytes(&[1; 32]),
            SigningKey::from_bytes(&[2; 32]),
        );
        let (mine, theirs) = (spki(&one), spki(&other));
        let signature = one.sign(b"message").to_bytes();
        let mut wrong = signature;
        wrong[0] ^= 1;
        let memory = SignatureMemory::default();
        for _ in 0..2 {
            assert!(ask(&memory, &mine, b"message", &signature));
            assert!(!ask(&memory, &theirs, b"message", &signature));
            assert!(!ask(&memory, &mine, b"another", &signature));
            assert!(!ask(&memory, &mine, b"message", &wrong));
            assert_eq!(len(&memory), 4);
        }
    }

    #[test]
    fn a_known_answer_is_not_computed_again() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let signature = key.sign(b"message").to_bytes();
        let memory = SignatureMemory::default();
        assert!(ask(&memory, &spki(&key), b"message", &signature));
        for answer in memory.0.write().unwrap().known.values_mut() {
            *answer = Err(SignatureFault::Mismatch);
        }
        assert!(!ask(&memory, &spki(&key), b"message", &signature));
    }

    #[test]
    fn a_full_memory_still_answers() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let memory = SignatureMemory::default();
        memory.0.write().unwrap().octets = MAX_OCTETS;
        let signature = key.sign(b"message").to_bytes();
        assert!(ask(&memory, &spki(&key), b"message", &signature));
        assert!(!ask(&memory, &spki(&key), b"another", &signature));
        assert_eq!(len(&memory), 0);
    }
}
