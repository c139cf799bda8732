//! The two readers of others: both get one list of cases and print one field a line.

use std::path::{Path, PathBuf};
use std::process::Command;

use meridian_tests::Failure;
use meridian_tests::programs::{client, run};

use crate::reading::{self, Readings};

/// Debian's BouncyCastle (libbcpkix-java and what it needs).
const JARS: &str =
    "/usr/share/java/bcprov.jar:/usr/share/java/bcutil.jar:/usr/share/java/bcpkix.jar";

/// The peers' sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("differential/peers")
}

/// rasn-cms, in a package outside of this workspace: Cargo builds it when it has changed.
pub(crate) fn rasn(folder: &Path, list: &Path) -> Result<Readings, Failure> {
    let target = folder.join("rasn");
    let manifest = sources().join("rasn/Cargo.toml");
    run(Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target))?
    .succeeded()?;
    let program = target.join("release/read-tokens-with-rasn");
    lines(Command::new(program).arg(list))
}

/// What it prints to its standard output, which must end well.
fn lines(command: &mut Command) -> Result<Readings, Failure> {
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} ended with {}:\n{said}", output.status).into());
    }
    reading::parse(&String::from_utf8(output.stdout)?)
}

/// BouncyCastle, compiled here.
pub(crate) fn bouncy_castle(folder: &Path, list: &Path) -> Result<Readings, Failure> {
    for jar in JARS.split(':') {
        if !Path::new(jar).is_file() {
            return Err(format!("{jar} is not there: run scripts/setup.sh").into());
        }
    }
    let classes = folder.join("classes");
    std::fs::create_dir_all(&classes)?;
    run(client("javac")?
        .args(["-encoding", "UTF-8", "-cp", JARS, "-d"])
        .arg(&classes)
        .arg(sources().join("ReadTokens.java")))?
    .succeeded()?;
    let path = format!("{}:{JARS}", classes.display());
    // Half of its time is its start: the quick compiler is the faster one.
    lines(
        client("java")?
            .args(["-XX:TieredStopAtLevel=1", "-cp", &path, "ReadTokens"])
            .arg(list),
    )
}
