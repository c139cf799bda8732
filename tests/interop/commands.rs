//! The commands that `make run` prints are true.

use meridian_tests::Failure;

use crate::site::Algorithm;
use meridian_tests::programs::{client, contains, program, run};

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

/// The same for the commands in docs/LOCATION.md.
#[test]
fn the_commands_of_the_page_on_location_work() {
    let outcome = location_commands();
    assert!(
        outcome.is_ok(),
        "{}",
        outcome
            .err()
            .map_or(String::new(), |error| error.to_string())
    );
}

fn location_commands() -> Result<(), Failure> {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/LOCATION.md"))?;
    let start = page.find("```sh\n").ok_or("no commands")? + "```sh\n".len();
    let script = page.get(start..).unwrap_or_default();
    let end = script.find("```").ok_or("no end of the commands")?;
    let script = script.get(..end).unwrap_or_default();
    let site = Algorithm::P256.site()?;
    let folder = tempfile::tempdir()?;
    let verifier = program("meridian-verify")?.display().to_string();
    let script = script
        .replace("http://127.0.0.1:3161", &site.base())
        .replace("meridian-data", &site.data().display().to_string())
        .replace("meridian-verify", &verifier);
    let said = run(client("sh")?
        .args(["-eu", "-c", &script])
        .current_dir(folder.path()))?
    .succeeded()?;
    contains(&said, "Verification: OK")?;
    contains(&said, "consistent with")
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
