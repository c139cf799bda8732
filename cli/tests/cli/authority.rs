//! The program, and a running authority.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The program, given arguments.
pub(crate) fn meridian(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs it to its end; exit code, standard output, standard error.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// `meridian init`, then `meridian serve` on a free port; killed when dropped.
pub(crate) struct Authority {
    pub(crate) folder: TempDir,
    pub(crate) address: String,
    child: Child,
}

impl Authority {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (code, _, stderr) = run(meridian(&["init"]).arg(&data));
        assert_eq!(code, 0, "{stderr}");
        Self::serving(folder)
    }

    /// The authority that is in the folder's `data` already.
    pub(crate) fn serving(folder: TempDir) -> Self {
        let (child, address) = serve(&folder.path().join("data"));
        Self {
            folder,
            address,
            child,
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/tsa", self.address)
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(log_file(&self.data())).unwrap()
    }

    /// Resident memory of the server, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.unwrap().split_whitespace().nth(1);
        number.unwrap().parse().unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        // The shell's own kill: the program is in a package that a bare Debian lacks.
        let kill = format!("kill {name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM, and waits for the drain.
    pub(crate) fn stop(&mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn log_file(data: &Path) -> PathBuf {
    data.join("serve.log")
}

/// Starts `meridian serve` and reads where it listens.
fn serve(data: &Path) -> (Child, String) {
    let mut child = meridian(&["serve", "--listen", "127.0.0.1:0"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(log_file(data)).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .trim()
        .strip_prefix("serving on http://")
        .unwrap()
        .to_owned();
    (child, address)
}
