//! The commands that `make run` prints are true.

use meridian_tests::Failure;

use crate::client::{client, contains, program, run};
use crate::site::Algorithm;

/// Runs every line of scripts/try.txt as a person would paste it, on another port.
#[test]
fn the_commands_that_make_run_prints_work() {
    let outcome = try_commands();
    assert!(
        outcome.is_ok(),
        "{}",
        outcome
            .err()
            .map_or(String::new(), |error| error.to_string())
    );
}

fn try_commands() -> Result<(), Failure> {
    let site = Algorithm::P384.site()?;
    let folder = tempfile::tempdir()?;
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/try.txt"))?;
    let programs = program("meridian")?;
    let programs = programs.parent().ok_or("no folder")?.display().to_string();
    let mut said = String::new();
    for line in text.lines().filter(|line| !line.contains("127.0.0.1:3162")) {
        let line = line
            .replace("http://127.0.0.1:3161", &site.base())
            .replace("target/release", &programs)
            .replace("meridian-data", &site.data().display().to_string());
        said += &run(client("sh")?
            .arg("-c")
            .arg(&line)
            .current_dir(folder.path()))?
        .succeeded()?;
    }
    contains(&said, "Verification: OK")?;
    contains(&said, "passed")
}
