use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;
use crate::checkpoint::Checkpoint;

fn vector() -> String {
    let vectors = load("c2sp").unwrap();
    let vector = vectors
        .iter()
        .find(|v| v.name == "leaf-3.tlog-proof")
        .unwrap();
    vector.body.text().unwrap().to_owned()
}

/// What a verifier does, without the signature.
fn leads_to_its_checkpoint(proof: &TlogProof, entry: &[u8]) -> bool {
    Checkpoint::parse(proof.checkpoint().text()).is_ok_and(|checkpoint| {
        InclusionProof::new(proof.index(), checkpoint.size(), proof.hashes().to_vec())
            .verify(&leaf_hash(entry), checkpoint.root())
            .is_ok()
    })
}

fn refused(change: impl FnOnce(&str) -> String) -> TlogProofError {
    TlogProof::parse(&change(&vector())).unwrap_err()
}

#[test]
fn the_vector_proves_leaf_3() {
    let text = vector();
    let proof = TlogProof::parse(&text).unwrap();
    assert_eq!(proof.index().get(), 3);
    assert_eq!(proof.extra(), None);
    assert_eq!(proof.checkpoint().signatures().len(), 2);
    assert!(leads_to_its_checkpoint(&proof, b"leaf-3"));
    assert!(!leads_to_its_checkpoint(&proof, b"leaf-2"));
    assert_eq!(proof.text(), text);
}

#[test]
fn carries_the_leaf_in_extra() {
    let plain = TlogProof::parse(&vector()).unwrap();
    let proof = TlogProof {
        extra: Some(b"leaf-3".to_vec()),
        ..plain
    };
    let text = proof.text();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra bGVhZi0z\nindex 3\n"));
    assert_eq!(TlogProof::parse(&text), Ok(proof));
}

#[test]
fn no_changed_octet_of_index_hashes_size_or_root_proves_the_leaf() {
    let text = vector();
    let end = text.find("\n\n\u{2014}").unwrap();
    for at in 0..end {
        for with in ['0', '4', 'A', 'z', '=', '\n', ' '] {
            let mut bent = text.clone();
            bent.replace_range(at..=at, &with.to_string());
            if bent == text {
                continue;
            }
            let Ok(proof) = TlogProof::parse(&bent) else {
                continue;
            };
            // The origin is the one thing that only the signature covers.
            let origin =
                Checkpoint::parse(proof.checkpoint().text()).map(|c| c.origin().to_string());
            let same = origin.is_ok_and(|origin| origin == "tsa.example/log1");
            assert!(
                !(same && leads_to_its_checkpoint(&proof, b"leaf-3")),
                "octet {at}"
            );
            assert_eq!(proof.text(), bent);
        }
    }
}

#[test]
fn rejects_another_first_line() {
    let error = refused(|text| text.replace("@v1", "@v2"));
    assert_eq!(error, TlogProofError::FirstLine);
}

#[test]
fn rejects_indexes_that_are_not_canonical() {
    for index in ["index 03", "index", "index -3", "index  3", "Index 3"] {
        let error = refused(|text| text.replace("index 3", index));
        assert_eq!(error, TlogProofError::Index, "{index}");
    }
}

#[test]
fn rejects_a_malformed_extra() {
    for extra in [
        "extra AA",
        "extra AA==\nextra AA==",
        "extra\n",
        "extra  AA==",
    ] {
        let error = refused(|text| text.replace("index 3", &format!("{extra}\nindex 3")));
        let expected = if extra.contains("\nextra") {
            TlogProofError::Index
        } else {
            TlogProofError::Extra
        };
        assert_eq!(error, expected, "{extra}");
    }
}

#[test]
fn rejects_an_extra_longer_than_an_entry() {
    let proof = TlogProof::parse(&vector()).unwrap();
    let make = |len| {
        TlogProof::new(
            Some(vec![0; len]),
            proof.index,
            Vec::new(),
            proof.checkpoint.clone(),
        )
    };
    assert!(make(MAX_ENTRY_BYTES).is_ok());
    assert_eq!(make(MAX_ENTRY_BYTES + 1), Err(TlogProofError::Extra));
}

#[test]
fn rejects_a_malformed_hash() {
    let error = refused(|text| text.replacen("9w=\n", "9w\n", 1));
    assert_eq!(error, TlogProofError::HashLine { line: 2 });
}

#[test]
fn accepts_63_hashes_and_no_more() {
    let hash = "/KifV8n4yOtAR6f/nTM6z54PM4SyCyVbzqsPIW3Momc=\n";
    let with = |count: usize| vector().replacen(hash, &hash.repeat(count), 1);
    assert!(TlogProof::parse(&with(61)).is_ok());
    let refused = TlogProof::parse(&with(62));
    assert_eq!(refused, Err(TlogProofError::TooManyHashes { limit: 63 }));
}

#[test]
fn rejects_a_proof_without_a_checkpoint() {
    let error = refused(|text| text.replace("\n\n", "\n"));
    assert_eq!(error, TlogProofError::NoCheckpoint);
    let error = refused(|text| text.trim_end().to_owned());
    assert_eq!(
        error,
        TlogProofError::Checkpoint(NoteError::SignatureUnterminated)
    );
}

#[test]
fn rejects_a_proof_that_is_too_long() {
    let error = refused(|text| text.to_owned() + &"a".repeat(MAX_TLOG_PROOF_BYTES));
    assert!(matches!(error, TlogProofError::TooLong { .. }));
}

proptest! {
    #[test]
    fn parses_what_it_writes(
        extra in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200)),
        index in 0..i64::MAX.unsigned_abs(),
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..64),
    ) {
        let checkpoint = TlogProof::parse(&vector()).unwrap().checkpoint;
        let hashes = hashes.into_iter().map(Hash::from_bytes).collect();
        let proof = TlogProof::new(extra, LeafIndex::new(index), hashes, checkpoint).unwrap();
        prop_assert_eq!(TlogProof::parse(&proof.text()), Ok(proof));
    }
}
