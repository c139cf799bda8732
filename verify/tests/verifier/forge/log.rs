//! A log that holds one token, and its witnesses.

use ed25519_dalek::{Signer, SigningKey};
use meridian_merkle::hash::{Hash, leaf_hash, node_hash};
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_wire::checkpoint::{Checkpoint, Origin};
use meridian_wire::leaf::{Leaf, token_digest};
use meridian_wire::note::cosignature::cosigned_message;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::name::KeyName;
use meridian_wire::note::signed_note::{NoteSignature, SignedNote};
use meridian_wire::note::witness_key::WitnessKey;
use meridian_wire::proof::TlogProof;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::der_form::set_of;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;

const ORIGIN: &str = "log.example/forge";

/// The seed of the log's key is this octet 32 times.
const LOG: u8 = 7;

/// A checkpoint that covers a token, and the way to it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) origin: String,
    pub(crate) leaf: Leaf,
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) siblings: Vec<Hash>,
    pub(crate) root: Hash,
    /// Seed of each witness and the second at which it signed.
    pub(crate) cosigned: Vec<(u8, u64)>,
}

impl Entry {
    /// The token as the last leaf of a tree: siblings are all on the left, as many as the index
    /// has bits set, and may be anything.
    pub(crate) fn new(token: &[u8], index: u64, time: UnixMicros) -> Self {
        let leaf = Leaf::time_stamp(time, digest_of(token));
        let siblings: Vec<Hash> = (0..index.count_ones())
            .map(|n| Hash::from_bytes([n.to_le_bytes()[0]; 32]))
            .collect();
        let entry = leaf.encode();
        let root = siblings
            .iter()
            .fold(leaf_hash(&entry), |hash, left| node_hash(left, &hash));
        Self {
            origin: ORIGIN.to_owned(),
            leaf,
            index,
            size: index + 1,
            siblings,
            root,
            cosigned: Vec::new(),
        }
    }

    pub(crate) fn cosigned(mut self, witness: u8, seconds: u64) -> Self {
        self.cosigned.push((witness, seconds));
        self
    }

    /// The checkpoint's text.
    pub(crate) fn text(&self) -> String {
        let origin = Origin::new(&self.origin).unwrap();
        let checkpoint = Checkpoint::new(origin, TreeSize::new(self.size), self.root);
        checkpoint.unwrap().text()
    }

    /// Lines of the log and of the witnesses under the checkpoint.
    pub(crate) fn lines(&self) -> Vec<NoteSignature> {
        let text = self.text();
        let key = SigningKey::from_bytes(&[LOG; 32]);
        let signature = key.sign(text.as_bytes()).to_bytes().to_vec();
        let mut lines = vec![NoteSignature::new(
            name(&self.origin),
            log_key_of(&self.origin).key_id(),
            signature,
        )];
        for (witness, seconds) in &self.cosigned {
            lines.push(cosignature(*witness, *seconds, &text));
        }
        lines
    }

    /// The proof, under these lines.
    pub(crate) fn proof_with(&self, lines: &[NoteSignature]) -> String {
        let note = SignedNote::compose(&self.text(), lines).unwrap();
        let (entry, index) = (Some(self.leaf.encode()), LeafIndex::new(self.index));
        let proof = TlogProof::new(entry, index, self.siblings.clone(), note);
        proof.unwrap().text()
    }

    /// The proof.
    pub(crate) fn proof(&self) -> String {
        self.proof_with(&self.lines())
    }
}

fn name(text: &str) -> KeyName {
    KeyName::new(text).unwrap()
}

pub(crate) fn log_key() -> VerifierKey {
    log_key_of(ORIGIN)
}

pub(crate) fn log_key_of(origin: &str) -> VerifierKey {
    let key = SigningKey::from_bytes(&[LOG; 32]);
    VerifierKey::ed25519(name(origin), key.verifying_key().to_bytes())
}

pub(crate) fn witness_key(witness: u8) -> WitnessKey {
    let key = SigningKey::from_bytes(&[witness; 32]);
    let name = name(&format!("w{witness}.example"));
    WitnessKey::ed25519(name, key.verifying_key().to_bytes())
}

/// What a witness writes under a text.
pub(crate) fn cosignature(witness: u8, seconds: u64, text: &str) -> NoteSignature {
    let key = SigningKey::from_bytes(&[witness; 32]);
    let signature = key.sign(&cosigned_message(seconds, text)).to_bytes();
    let known = witness_key(witness);
    let line = [&seconds.to_be_bytes()[..], &signature].concat();
    NoteSignature::new(known.name().clone(), known.key_id(), line)
}

/// The log, witnesses 1 to 3, and these lines; the witnesses' names are w1 to w3.
pub(crate) fn policy_text(lines: &[&str]) -> String {
    let witnesses = (1..=3).map(|number| format!("witness w{number} {}", witness_key(number)));
    let mut all = vec![format!("log {}", log_key())];
    all.extend(witnesses);
    all.extend(lines.iter().map(|line| (*line).to_owned()));
    all.join("\n")
}

/// The same, read.
pub(crate) fn policy(lines: &[&str]) -> TlogPolicy {
    TlogPolicy::parse(&policy_text(lines)).unwrap()
}

/// The digest of `core/wire/src/leaf.rs`: over the attributes as SET OF, and the signature.
pub(crate) fn digest_of(token: &[u8]) -> [u8; 32] {
    let mut walk = Walk::default();
    let outer = Tlv::only(token, &mut walk).unwrap();
    let content = ContentInfoView::read(&outer, &mut walk).unwrap().content;
    let signed = SignedDataView::read(&content, &mut walk).unwrap();
    let signer = &signed.signers[0];
    let attributes = signer.signed_attrs.iter();
    let set = set_of(
        attributes
            .map(|attribute| attribute.element.raw().to_vec())
            .collect(),
    );
    token_digest(&set, &signer.signature)
}
