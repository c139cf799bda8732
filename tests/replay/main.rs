//! Replays the fuzz corpora on stable: every saved input, every prefix of it, and every input
//! with one octet changed. What a fuzzer once found stays found.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test calls may stop the test"
)]

use std::path::{Path, PathBuf};

use meridian_fuzz_targets::{TARGETS, Target};

/// Longer inputs are replayed whole, but not cut and changed at every octet.
const EVERY_OCTET: usize = 3000;

/// Corpora are small, so that a clone stays small.
const MAX_CORPUS_BYTES: u64 = 256 * 1024;

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("fuzz/corpus")
        .join(name)
}

fn inputs(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut inputs: Vec<_> = std::fs::read_dir(corpus(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    inputs
}

fn replay((name, body): &Target) -> usize {
    let inputs = inputs(name);
    assert!(!inputs.is_empty(), "no corpus for the target {name}");
    for (_, input) in &inputs {
        body(input);
        if input.len() > EVERY_OCTET {
            continue;
        }
        for cut in 0..input.len() {
            body(&input[..cut]);
            let mut changed = input.clone();
            // A tag's class, a length's form, a digit's neighbour: the low bit and the high one.
            changed[cut] ^= if cut % 2 == 0 { 0x81 } else { 0x01 };
            body(&changed);
        }
    }
    inputs.len()
}

#[test]
fn every_target_survives_its_corpus_cut_and_changed_anywhere() {
    let workers: Vec<_> = TARGETS
        .iter()
        .map(|target| (target.0, std::thread::spawn(|| replay(target))))
        .collect();
    for (name, worker) in workers {
        assert!(worker.join().is_ok(), "the target {name} failed");
    }
}

#[test]
fn every_corpus_belongs_to_a_target_and_stays_small() {
    let folders = std::fs::read_dir(corpus("")).unwrap();
    for folder in folders.map(|entry| entry.unwrap()) {
        let name = folder.file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|target| target.0 == name), "{name}");
        let files = std::fs::read_dir(folder.path()).unwrap();
        let bytes: u64 = files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum();
        assert!(bytes <= MAX_CORPUS_BYTES, "{name}: {bytes} bytes");
    }
}

#[test]
fn every_target_is_a_program_of_the_fuzz_package() {
    let manifest = corpus("").join("../Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
    let programs: Vec<&str> = manifest["bin"]
        .as_array()
        .unwrap()
        .iter()
        .map(|program| program["name"].as_str().unwrap())
        .collect();
    let targets: Vec<&str> = TARGETS.iter().map(|target| target.0).collect();
    assert_eq!(programs, targets);
}
