//! Programs, others' and ours, run within a time limit; their output is the test's evidence.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::Failure;

/// Seconds for one run of one program; a JVM on a busy machine takes a few.
const LIMIT_S: &str = "120";

/// A program of the system, by name.
///
/// # Errors
///
/// A program that is not installed.
pub fn client(name: &str) -> Result<Command, Failure> {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    if !found {
        return Err(format!("{name} is not installed: run scripts/setup.sh").into());
    }
    Ok(limited(name))
}

/// The Python of the virtual environment that scripts/setup.sh makes.
///
/// # Errors
///
/// An environment that is not there.
pub fn python(script: &str) -> Result<Command, Failure> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = tests
        .with_file_name("target")
        .join("interop-venv/bin/python");
    if !python.is_file() {
        return Err(format!("{} is not there: run scripts/setup.sh", python.display()).into());
    }
    let mut command = limited(python);
    command.arg("-B").arg(tests.join("interop").join(script));
    Ok(command)
}

/// One of ours, beside the tests.
///
/// # Errors
///
/// As [`program`].
pub fn ours(name: &str) -> Result<Command, Failure> {
    Ok(limited(program(name)?))
}

/// Where Cargo put a program of ours.
///
/// # Errors
///
/// A program that was not built.
pub fn program(name: &str) -> Result<PathBuf, Failure> {
    let program = crate::authority::meridian()?.with_file_name(name);
    if program.is_file() {
        Ok(program)
    } else {
        Err(format!("{} was not built", program.display()).into())
    }
}

fn limited(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.arg(LIMIT_S).arg(program);
    // Messages are compared below.
    command
        .env("LC_ALL", "C")
        .stdin(std::process::Stdio::null());
    command
}

/// What a program wrote and how it ended.
#[derive(Debug)]
pub struct Ran {
    what: String,
    output: Output,
}

/// Runs it to its end.
///
/// # Errors
///
/// A program that cannot be started.
pub fn run(command: &mut Command) -> Result<Ran, Failure> {
    let what = format!("{:?}", command.get_args().collect::<Vec<_>>());
    let output = command
        .output()
        .map_err(|error| format!("{what}: {error}"))?;
    Ok(Ran { what, output })
}

impl Ran {
    /// What it wrote, if it ended well.
    ///
    /// # Errors
    ///
    /// Another end, with what it wrote.
    pub fn succeeded(self) -> Result<String, Failure> {
        if self.output.status.success() {
            Ok(self.text())
        } else {
            Err(self.described().into())
        }
    }

    /// What it wrote, if it refused with this exit code.
    ///
    /// # Errors
    ///
    /// Another end, with what it wrote.
    pub fn refused(self, code: i32) -> Result<String, Failure> {
        if self.output.status.code() == Some(code) {
            Ok(self.text())
        } else {
            Err(self.described().into())
        }
    }

    /// What it wrote, however it ended.
    #[must_use]
    pub fn text(&self) -> String {
        let of = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        of(&self.output.stdout) + &of(&self.output.stderr)
    }

    fn described(&self) -> String {
        format!(
            "{} ended with {}:\n{}",
            self.what,
            self.output.status,
            self.text()
        )
    }
}

/// Fails unless `text` has `needle` in it.
///
/// # Errors
///
/// Said with the text.
pub fn contains(text: &str, needle: &str) -> Result<(), Failure> {
    if text.contains(needle) {
        Ok(())
    } else {
        Err(format!("no {needle:?} in:\n{text}").into())
    }
}
