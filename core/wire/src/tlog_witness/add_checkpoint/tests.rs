use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;

const HASH: &str = "/KifV8n4yOtAR6f/nTM6z54PM4SyCyVbzqsPIW3Momc=\n";

fn note() -> String {
    let vectors = load("c2sp").unwrap();
    let vector = vectors.iter().find(|v| v.name == "note-checkpoint-5");
    vector.unwrap().body.text().unwrap().to_owned()
}

fn request() -> String {
    format!("old 3\n{HASH}{HASH}\n{}", note())
}

fn refused(change: impl FnOnce(String) -> String) -> AddCheckpointError {
    AddCheckpoint::parse(&change(request())).unwrap_err()
}

#[test]
fn reads_size_hashes_and_checkpoint() {
    let text = request();
    let request = AddCheckpoint::parse(&text).unwrap();
    assert_eq!(request.old_size(), TreeSize::new(3));
    assert_eq!(request.hashes().len(), 2);
    assert_eq!(request.checkpoint().as_str(), note());
    assert_eq!(request.text(), text);
    let first = format!("old 0\n\n{}", note());
    assert_eq!(AddCheckpoint::parse(&first).unwrap().text(), first);
}

#[test]
fn the_example_of_the_specification_is_read() {
    let text = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let request = AddCheckpoint::parse(text).unwrap();
    assert_eq!(request.old_size(), TreeSize::new(20_852_014));
    assert_eq!(request.hashes().len(), 4);
    assert_eq!(request.checkpoint().signatures().len(), 2);
    assert_eq!(request.text(), text);
}

#[test]
fn rejects_an_old_size_that_is_not_canonical() {
    for line in [
        "old 03",
        "old",
        "old -3",
        "old +3",
        "old  3",
        "Old 3",
        "old 3 ",
        "old 3\r",
        "old 9223372036854775808",
        "",
    ] {
        let error = refused(|text| text.replacen("old 3", line, 1));
        assert_eq!(error, AddCheckpointError::OldSize, "{line}");
    }
}

#[test]
fn rejects_a_malformed_hash() {
    for bent in ["Momc\n", "Momd=\n", "Momc=\r\n", "Momc= \n", "Mom=\n"] {
        let error = refused(|text| text.replacen("Momc=\n", bent, 1));
        assert_eq!(error, AddCheckpointError::HashLine { line: 1 }, "{bent}");
    }
}

#[test]
fn accepts_63_hashes_and_no_more() {
    let with = |count| format!("old 3\n{}\n{}", HASH.repeat(count), note());
    assert!(AddCheckpoint::parse(&with(63)).is_ok());
    let refused = Err(AddCheckpointError::TooManyHashes { limit: 63 });
    assert_eq!(AddCheckpoint::parse(&with(64)), refused);
    let proof = ConsistencyProof::new(
        TreeSize::new(3),
        TreeSize::new(5),
        vec![Hash::from_bytes([1; 32]); 64],
    );
    let note = SignedNote::parse(&note()).unwrap();
    assert_eq!(AddCheckpoint::new(&proof, note), refused);
}

#[test]
fn rejects_a_request_without_a_whole_checkpoint() {
    let error = refused(|text| text.replace("\n\n", "\n"));
    assert_eq!(error, AddCheckpointError::NoCheckpoint);
    let error = refused(|text| text.trim_end().to_owned());
    let cause = NoteError::SignatureUnterminated;
    assert_eq!(error, AddCheckpointError::Checkpoint(cause));
    let error = refused(|text| text.split_inclusive("\n\n").take(1).collect());
    let cause = NoteError::NoSeparator;
    assert_eq!(error, AddCheckpointError::Checkpoint(cause));
}

#[test]
fn rejects_a_request_that_is_too_long() {
    let error = refused(|text| text + &"a".repeat(MAX_ADD_CHECKPOINT_BYTES));
    assert!(matches!(error, AddCheckpointError::TooLong { .. }));
}

#[test]
fn every_beginning_of_a_request_is_refused() {
    let text = request();
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        // A note whose last line was left out is a note.
        let whole_lines = text.split_inclusive('\n').next_back().unwrap().len();
        let is_shorter_note = cut == text.len() - whole_lines;
        let read = AddCheckpoint::parse(&text[..cut]);
        assert_eq!(read.is_ok(), is_shorter_note, "{cut}");
    }
}

proptest! {
    #[test]
    fn parses_what_it_writes(
        old in 0..i64::MAX.unsigned_abs(),
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..64),
    ) {
        let hashes = hashes.into_iter().map(Hash::from_bytes).collect();
        let proof = ConsistencyProof::new(TreeSize::new(old), TreeSize::MAX, hashes);
        let note = SignedNote::parse(&note()).unwrap();
        let request = AddCheckpoint::new(&proof, note).unwrap();
        prop_assert_eq!(request.proof(TreeSize::MAX), proof);
        prop_assert_eq!(AddCheckpoint::parse(&request.text()), Ok(request));
    }
}
