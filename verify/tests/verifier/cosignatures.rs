//! Cosignatures of both kinds: the published vectors, and every octet of them changed.

use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_rfc_vectors::vector::load;
use meridian_verify::note::{NoteFault, verify_note};
use meridian_verify::witnesses::witnessed_since;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::name::KeyName;
use meridian_wire::note::signed_note::{NoteSignature, SignedNote};
use meridian_wire::note::witness_key::WitnessKey;
use meridian_wire::proof::TlogProof;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;
use ml_dsa::{Keypair, MlDsa44, Signer, SigningKey};
use sha2::{Digest, Sha256};

const SECONDS: u64 = 1_700_000_000;
const SEEN: UnixMicros = UnixMicros::new(1_700_000_000_000_000);

fn vector(name: &str) -> String {
    let vectors = load("c2sp").unwrap();
    let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
    vector.body.text().unwrap().to_owned()
}

fn proof_vector() -> String {
    vector("leaf-3.tlog-proof")
}

/// The witness's post-quantum key: seed 40 to 5f.
fn signing_key() -> SigningKey<MlDsa44> {
    let octets: Vec<u8> = (0x40..0x60).collect();
    SigningKey::from_seed(&ml_dsa::Seed::try_from(octets.as_slice()).unwrap())
}

fn post_quantum() -> WitnessKey {
    let public_key = signing_key().verifying_key().encode();
    let name = KeyName::new("witness.example/w1").unwrap();
    WitnessKey::ml_dsa_44(name, public_key.as_slice().try_into().unwrap())
}

fn post_quantum_line(seconds: u64, text: &str) -> NoteSignature {
    let key = post_quantum();
    let message = key.message(seconds, text).unwrap();
    key.line(seconds, &signing_key().sign(&message).encode())
}

fn policy(witness: &str) -> TlogPolicy {
    let log = vector("vkey-log1");
    TlogPolicy::parse(&format!("log {log}witness w {witness}\nquorum w\n")).unwrap()
}

fn classic_policy() -> TlogPolicy {
    policy(vector("vkey-witness1-0x04").trim_end())
}

/// Everything that makes leaf 3 proven: the way, the log, the witness.
fn proves_leaf_3(text: &str, policy: &TlogPolicy) -> bool {
    let Ok(proof) = TlogProof::parse(text) else {
        return false;
    };
    let note = proof.checkpoint();
    let Ok(checkpoint) = Checkpoint::parse(note.text()) else {
        return false;
    };
    let hashes = proof.hashes().to_vec();
    let inclusion = InclusionProof::new(proof.index(), checkpoint.size(), hashes);
    let included = inclusion.verify(&leaf_hash(b"leaf-3"), checkpoint.root());
    included.is_ok()
        && verify_note(note, &policy.logs()[0]).is_ok()
        && witnessed_since(note, policy, SEEN) == Ok(Some(SEEN))
}

#[test]
fn the_published_proof_is_that_of_its_digest() {
    let digest = hex::encode(Sha256::digest(proof_vector()));
    let published = "8b51d603ac03253d8e90c01b95ca0efeaf05fd42b1ebbc6f1eaaf4d975dd75c5";
    assert_eq!(digest, published);
    assert!(proves_leaf_3(&proof_vector(), &classic_policy()));
}

#[test]
fn the_post_quantum_key_is_that_of_its_digest_and_id() {
    let key = post_quantum();
    let digest = hex::encode(Sha256::digest(key.public_key()));
    let published = "6c1c65071979225a139b3ec84688e2688ec30fabe8cc510cb688bc435f2d3cb9";
    assert_eq!(digest, published);
    assert_eq!(key.key_id().to_string(), "c6e20533");
}

#[test]
fn a_post_quantum_cosignature_counts() {
    let proof = TlogProof::parse(&proof_vector()).unwrap();
    let note = proof.checkpoint();
    let line = post_quantum_line(SECONDS, note.text());
    assert_eq!(line.signature().len(), 8 + 2420);
    let lines = [note.signatures(), &[line]].concat();
    let note = SignedNote::compose(note.text(), &lines).unwrap();
    for policy in [policy(&post_quantum().to_string()), classic_policy()] {
        assert_eq!(witnessed_since(&note, &policy, SEEN), Ok(Some(SEEN)));
    }
}

#[test]
fn the_post_quantum_message_names_witness_origin_and_size() {
    let text = vector("checkpoint-5");
    let policy = policy(&post_quantum().to_string());
    let under = |text: &str, line: NoteSignature| {
        let note = SignedNote::compose(text, &[line]).unwrap();
        witnessed_since(&note, &policy, SEEN)
    };
    let line = post_quantum_line(SECONDS, &text);
    assert_eq!(under(&text, line.clone()), Ok(Some(SEEN)));
    for other in [
        text.replacen("tsa.example", "tsb.example", 1),
        text.replacen("\n5\n", "\n6\n", 1),
        text.replacen("ANIY", "BNIY", 1),
    ] {
        assert_ne!(other, text);
        assert_eq!(under(&other, line.clone()), Err(NoteFault::WrongSignature));
    }
    // Signed under another name with the same key: not of this witness.
    let key = post_quantum();
    let name = KeyName::new("witness.example/w2").unwrap();
    let renamed = WitnessKey::ml_dsa_44(name, key.public_key().try_into().unwrap());
    let message = renamed.message(SECONDS, &text).unwrap();
    let passed_off = key.line(SECONDS, &signing_key().sign(&message).encode());
    assert_eq!(under(&text, passed_off), Err(NoteFault::WrongSignature));
}

#[test]
fn each_octet_of_a_cosignature_flipped_is_refused() {
    let proof = TlogProof::parse(&proof_vector()).unwrap();
    let text = proof.checkpoint().text();
    let classic = proof.checkpoint().signatures()[1].clone();
    for (policy, line) in [
        (classic_policy(), classic),
        (
            policy(&post_quantum().to_string()),
            post_quantum_line(SECONDS, text),
        ),
    ] {
        for at in 0..line.signature().len() {
            let mut bent = line.signature().to_vec();
            bent[at] ^= 1 << (at % 8);
            let bent = NoteSignature::new(line.name().clone(), line.key_id(), bent);
            let note = SignedNote::compose(text, &[bent]).unwrap();
            let judged = witnessed_since(&note, &policy, UnixMicros::new(i64::MAX));
            assert_eq!(judged, Err(NoteFault::WrongSignature), "octet {at}");
        }
        for cut in [0, 8, line.signature().len() - 1] {
            let Ok(note) = SignedNote::compose(
                text,
                &[NoteSignature::new(
                    line.name().clone(),
                    line.key_id(),
                    line.signature()[..cut].to_vec(),
                )],
            ) else {
                continue;
            };
            let judged = witnessed_since(&note, &policy, SEEN);
            assert_eq!(judged, Err(NoteFault::WrongSignature), "{cut}");
        }
    }
}

#[test]
fn each_character_of_a_witnessed_proof_changed_is_refused() {
    let text = proof_vector();
    let policy = classic_policy();
    for (at, character) in text.char_indices() {
        for with in ['A', 'B', '0', '=', '\n', ' ', '+'] {
            if with == character {
                continue;
            }
            let mut bent = text.clone();
            bent.replace_range(at..at + character.len_utf8(), &with.to_string());
            assert!(!proves_leaf_3(&bent, &policy), "{at}: {with:?}");
        }
    }
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        assert!(!proves_leaf_3(&text[..cut], &policy), "{cut}");
    }
}

#[test]
fn a_witness_with_two_keys_counts_once_where_the_policy_says_so() {
    let proof = TlogProof::parse(&proof_vector()).unwrap();
    let note = proof.checkpoint();
    let lines = [
        note.signatures(),
        &[post_quantum_line(SECONDS + 5, note.text())],
    ]
    .concat();
    let note = SignedNote::compose(note.text(), &lines).unwrap();
    let other = KeyName::new("other.example").unwrap();
    let other = WitnessKey::ed25519(other, [9; 32]);
    let text = format!(
        "log {}witness a {}witness b {}\nwitness c {other}\ngroup w1 any a b\n\
         group g 2 w1 c\nquorum g\n",
        vector("vkey-log1"),
        vector("vkey-witness1-0x04"),
        post_quantum()
    );
    let policy = TlogPolicy::parse(&text).unwrap();
    let late = UnixMicros::new(i64::MAX);
    assert_eq!(witnessed_since(&note, &policy, late), Ok(None));
    let log = VerifierKey::parse(vector("vkey-log1").trim_end()).unwrap();
    assert_eq!(verify_note(&note, &log), Ok(()));
}
