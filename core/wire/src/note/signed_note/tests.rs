use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;

const NOTE: &str = "first\n\nlast\n\n— one.example AAAAAQI=\n— two.example AAAAAgID\n";

fn signature(name: &str) -> NoteSignature {
    let name = KeyName::new(name).unwrap();
    NoteSignature::new(name, KeyId::from_bytes([1, 2, 3, 4]), vec![5; 64])
}

#[test]
fn reads_the_checkpoint_note() {
    let vectors = load("c2sp").unwrap();
    let text_of = |name| {
        let vector = vectors.iter().find(|v| v.name == name).unwrap();
        vector.body.text().unwrap()
    };
    let whole = text_of("note-checkpoint-5");
    let note = SignedNote::parse(whole).unwrap();
    assert_eq!(note.as_str(), whole);
    assert_eq!(note.text(), text_of("checkpoint-5"));
    let lines: Vec<_> = note
        .signatures()
        .iter()
        .map(|line| {
            (
                line.name().as_str(),
                line.key_id().to_string(),
                line.signature().len(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("tsa.example/log1", "5721a18c".to_owned(), 64),
            ("witness.example/w1", "20324abe".to_owned(), 72),
        ]
    );
    assert_eq!(
        SignedNote::compose(note.text(), note.signatures()),
        Ok(note)
    );
}

#[test]
fn the_last_empty_line_parts_text_and_signatures() {
    let note = SignedNote::parse(NOTE).unwrap();
    assert_eq!(note.text(), "first\n\nlast\n");
    assert_eq!(note.signatures().len(), 2);
}

#[test]
fn rejects_a_note_without_an_empty_line() {
    let note = NOTE.replace("\n\n", "\n");
    assert_eq!(SignedNote::parse(&note), Err(NoteError::NoSeparator));
}

#[test]
fn rejects_a_note_without_signatures() {
    assert_eq!(SignedNote::parse("text\n\n"), Err(NoteError::NoSignature));
    assert_eq!(
        SignedNote::compose("text\n", &[]),
        Err(NoteError::NoSignature)
    );
}

#[test]
fn rejects_a_last_line_without_an_end() {
    let refused = SignedNote::parse(NOTE.trim_end());
    assert_eq!(refused, Err(NoteError::SignatureUnterminated));
}

#[test]
fn rejects_control_characters() {
    let note = NOTE.replace("first", "fi\rst");
    let refused = SignedNote::parse(&note);
    assert_eq!(refused, Err(NoteError::ControlCharacter { offset: 2 }));
}

#[test]
fn rejects_malformed_signature_lines() {
    for line in [
        "- two.example AAAAAgID",
        "—  two.example AAAAAgID",
        "— two.example  AAAAAgID",
        "— two.example AAAAAgID ",
        "— two.example AAAAAgI",
        "— two.example AAAAAA==",
        "— two.example AAAAAB==",
        "— two+example AAAAAgID",
        "— AAAAAgID",
        "— two.example",
    ] {
        let note = NOTE.replace("— two.example AAAAAgID", line);
        let refused = SignedNote::parse(&note);
        assert_eq!(refused, Err(NoteError::SignatureLine { line: 2 }), "{line}");
    }
}

#[test]
fn accepts_100_signatures_and_no_more() {
    let lines = vec![signature("a"); 101];
    let most = SignedNote::compose("text\n", &lines[..100]).unwrap();
    assert_eq!(most.signatures().len(), 100);
    let refused = SignedNote::compose("text\n", &lines);
    assert_eq!(refused, Err(NoteError::TooManySignatures { limit: 100 }));
}

#[test]
fn rejects_a_note_longer_than_a_million_octets() {
    let text = "a".repeat(MAX_NOTE_BYTES) + "\n";
    let refused = SignedNote::compose(&text, &[signature("a")]);
    assert!(matches!(refused, Err(NoteError::TooLong { .. })));
}

#[test]
fn rejects_composing_a_text_without_an_end() {
    let refused = SignedNote::compose("text", &[signature("a")]);
    assert_eq!(refused, Err(NoteError::TextUnterminated));
}

proptest! {
    #[test]
    fn parses_what_it_composes(
        text in "([ -~éλ]{0,20}\n){1,6}",
        names in proptest::collection::vec("[a-z./]{1,20}", 1..5),
    ) {
        let lines: Vec<_> = names.iter().map(|name| signature(name)).collect();
        let note = SignedNote::compose(&text, &lines).unwrap();
        prop_assert_eq!(note.text(), text);
        prop_assert_eq!(note.signatures(), lines);
        prop_assert_eq!(SignedNote::parse(note.as_str()), Ok(note));
    }

    #[test]
    fn garbage_is_refused_or_kept(note in "([a— +=A]{0,9}\n){0,9}") {
        if let Ok(read) = SignedNote::parse(&note) {
            prop_assert_eq!(read.as_str(), &note);
            let again = SignedNote::compose(read.text(), read.signatures()).unwrap();
            prop_assert_eq!(again.as_str(), note);
        }
    }
}
