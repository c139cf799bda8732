//! The verifier's reader and judgement beside those of others, on every token at hand:
//! rasn-cms and BouncyCastle read, BouncyCastle and `openssl cms` judge. Each difference has a
//! line in exceptions.tsv, and each line is a difference.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "what a test calls may stop the test, and says what it skips"
)]

mod case;
mod differences;
mod exceptions;
mod forged;
mod issued;
mod openssl;
mod ours;
mod peer;
mod reading;
mod verdict;

/// The keys, certificates and tokens of any content that the verifier's own attacks are made with.
#[expect(dead_code, reason = "the verifier's tests use more of it")]
#[path = "../../verify/tests/verifier/forge"]
mod forge {
    pub(crate) mod certificate;
    pub(crate) mod der;
    pub(crate) mod key;
    pub(crate) mod rsa;
    pub(crate) mod token;
}

use std::fs;
use std::path::Path;

use case::Cases;
use exceptions::Exceptions;
use meridian_tests::Failure;

#[test]
fn every_difference_has_its_line_and_every_line_its_difference() -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&folder)?;
    let cases = Cases::gather(&folder);
    let list = folder.join("list.tsv");
    fs::write(&list, cases.list())?;
    let ours = ours::read_all(&cases);
    let rasn = peer::rasn(&folder, &list)?;
    let bouncy_castle = peer::bouncy_castle(&folder, &list)?;
    let openssl = openssl::judge_all(&cases)?;

    let mut found = differences::of_reading("rasn-cms", &ours, &rasn)?;
    found.extend(differences::of_reading(
        "bouncycastle",
        &ours,
        &bouncy_castle,
    )?);
    found.extend(verdict::differences(
        &verdict::BOUNCY_CASTLE,
        &ours,
        &bouncy_castle,
    )?);
    found.extend(verdict::differences(&verdict::OPENSSL, &ours, &openssl)?);
    found.sort();
    differences::write(&folder.join("differences.tsv"), &found)?;

    let exceptions = Exceptions::load()?;
    let complaints = exceptions.complaints(&found, &cases.corpora);
    println!(
        "{} tokens, {} differences, {} exceptions",
        cases.all.len(),
        found.len(),
        exceptions.len()
    );
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    Ok(())
}
