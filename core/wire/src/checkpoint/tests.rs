use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;

const TEXT: &str = "tsa.example/log1\n5\nANIYKaVQMUU0irz3ElE+rPKidCEa2D6XAgK7W22AsoY=\n";

#[test]
fn reads_the_vector() {
    let vectors = load("c2sp").unwrap();
    let vector = vectors.iter().find(|v| v.name == "checkpoint-5").unwrap();
    let text = vector.body.text().unwrap();
    let checkpoint = Checkpoint::parse(text).unwrap();
    assert_eq!(checkpoint.origin().as_str(), "tsa.example/log1");
    assert_eq!(checkpoint.size().get(), 5);
    assert_eq!(
        checkpoint.root().to_string(),
        "00d21829a5503145348abcf712513eacf2a274211ad83e970202bb5b6d80b286"
    );
    assert_eq!(checkpoint.text(), text);
}

#[test]
fn keeps_extension_lines_and_makes_none() {
    let text = format!("{TEXT}one\ntwo\n");
    let checkpoint = Checkpoint::parse(&text).unwrap();
    assert_eq!(checkpoint.extensions(), ["one", "two"]);
    assert_eq!(checkpoint.text(), text);
    let origin = checkpoint.origin().clone();
    let ours = Checkpoint::new(origin, checkpoint.size(), *checkpoint.root()).unwrap();
    assert_eq!(ours.text(), TEXT);
}

#[test]
fn takes_an_origin_with_spaces_from_another_log() {
    let text = TEXT.replace("tsa.example/log1", "a log - 1+1");
    assert_eq!(
        Checkpoint::parse(&text).unwrap().origin().as_str(),
        "a log - 1+1"
    );
}

#[test]
fn rejects_an_empty_origin() {
    let text = TEXT.replace("tsa.example/log1", "");
    assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::Origin));
}

#[test]
fn rejects_sizes_that_are_not_canonical() {
    for size in [
        "05",
        "",
        "+5",
        "-5",
        " 5",
        "5 ",
        "0x5",
        "9223372036854775808",
    ] {
        let text = TEXT.replace("\n5\n", &format!("\n{size}\n"));
        assert_eq!(
            Checkpoint::parse(&text),
            Err(CheckpointError::Size),
            "{size}"
        );
    }
}

#[test]
fn rejects_roots_that_are_not_canonical() {
    // The last one differs in bits that base64 does not use.
    for root in [
        "",
        "AA==",
        "ANIYKaVQMUU0irz3ElE+rPKidCEa2D6XAgK7W22AsoY",
        "ANIYKaVQMUU0irz3ElE+rPKidCEa2D6XAgK7W22AsoZ=",
    ] {
        let text = format!("a\n5\n{root}\n");
        assert_eq!(
            Checkpoint::parse(&text),
            Err(CheckpointError::Root),
            "{root}"
        );
    }
}

#[test]
fn rejects_an_empty_tree_with_another_root() {
    let text = TEXT.replace("\n5\n", "\n0\n");
    assert_eq!(
        Checkpoint::parse(&text),
        Err(CheckpointError::EmptyTreeRoot)
    );
    let name = KeyName::new("a").unwrap();
    assert!(Checkpoint::new(name, TreeSize::ZERO, EMPTY_ROOT).is_ok());
}

#[test]
fn rejects_missing_and_unended_lines() {
    for text in ["", "\n", "a\n5\n", TEXT.trim_end()] {
        assert_eq!(
            Checkpoint::parse(text),
            Err(CheckpointError::Lines),
            "{text:?}"
        );
    }
}

#[test]
fn rejects_an_empty_extension_line() {
    let text = format!("{TEXT}\n");
    assert_eq!(
        Checkpoint::parse(&text),
        Err(CheckpointError::EmptyExtension)
    );
}

proptest! {
    #[test]
    fn parses_what_it_writes(origin in "[a-z./]{1,40}", size in 1_u64..=TreeSize::MAX.get(), root in any::<[u8; 32]>()) {
        let origin = KeyName::new(&origin).unwrap();
        let checkpoint = Checkpoint::new(origin, TreeSize::new(size), Hash::from_bytes(root)).unwrap();
        prop_assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
    }

    #[test]
    fn a_changed_character_is_refused_or_another_checkpoint(at in 0..TEXT.len(), with in "[ -~\n]") {
        prop_assume!(TEXT[at..=at] != with);
        let mut text = TEXT.to_owned();
        text.replace_range(at..=at, &with);
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.text(), text);
        }
    }
}
