//! A real authority in a temporary folder: `meridian init`, `meridian serve`, kill by process id.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use meridian_signing::clock;
use tempfile::TempDir;

use crate::Failure;

/// How long a start may take, recovery of the log included.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The data folder of an authority, removed with it.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// Runs `meridian init` in a new folder.
    ///
    /// # Errors
    ///
    /// A missing program (`make build` makes it), or its refusal.
    pub fn init(algorithm: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let status = Command::new(meridian()?)
            .arg("init")
            .arg(folder.path().join("data"))
            .args(["--algorithm", algorithm])
            .stdout(Stdio::null())
            .status()?;
        if status.success() {
            Ok(Self { folder })
        } else {
            Err(format!("meridian init: {status}").into())
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs `meridian serve`.
    ///
    /// # Errors
    ///
    /// As [`Self::spawn`].
    pub fn serve(&self) -> Result<Serving, Failure> {
        let mut command = Command::new(meridian()?);
        command.arg("serve").arg(self.data());
        self.spawn(command)
    }

    /// Runs a server program with `--listen HOST:PORT` added, and waits until it listens.
    ///
    /// # Errors
    ///
    /// A program that ends, or does not listen in time; with what it wrote.
    pub fn spawn(&self, mut command: Command) -> Result<Serving, Failure> {
        // Bound and let go: the kernel gives the same port to nobody else for a while.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log_path = self.folder.path().join("serve.log");
        let log = File::create(&log_path)?;
        let child = command
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut serving = Serving {
            child,
            address,
            log_path,
        };
        let started = clock::monotonic();
        while TcpStream::connect(address).is_err() {
            let ended = serving.child.try_wait()?;
            if ended.is_some() || started.elapsed() > START_LIMIT {
                return Err(format!("no server ({ended:?}): {}", serving.log()?).into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(serving)
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    address: SocketAddr,
    log_path: PathBuf,
}

impl Serving {
    /// The public port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server wrote so far.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn log(&self) -> Result<String, Failure> {
        Ok(std::fs::read_to_string(&self.log_path)?)
    }

    /// SIGHUP: look at the files again.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn hang_up(&self) -> Result<(), Failure> {
        // The shell's own kill: the program is in a package that a bare Debian lacks.
        let kill = format!("kill -HUP {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("kill: {status}").into())
        }
    }

    /// SIGKILL: no destructor, no flush, no farewell.
    ///
    /// # Errors
    ///
    /// A server that had ended already, by itself: that is a failure too.
    pub fn kill(mut self) -> Result<(), Failure> {
        if let Some(ended) = self.child.try_wait()? {
            return Err(format!("the server ended by itself ({ended}): {}", self.log()?).into());
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for a server that ends itself; also returns what it wrote.
    ///
    /// # Errors
    ///
    /// One that still runs after `limit`.
    pub fn wait_until_ended(mut self, limit: Duration) -> Result<(ExitStatus, String), Failure> {
        let started = clock::monotonic();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, self.log()?));
            }
            if started.elapsed() > limit {
                return Err(format!("the server did not end: {}", self.log()?).into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Serving {
    /// Ends the server, if it has not ended: nobody answers from here on.
    pub fn end(&mut self) {
        // Both fail only if the process has ended, and then there is nothing to end.
        let killed = self.child.kill();
        let waited = self.child.wait();
        drop((killed, waited));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}

/// The program `meridian` beside the test that runs: in `target/release`, while tests are in
/// `target/release/deps`.
///
/// # Errors
///
/// A program that was not built.
pub fn meridian() -> Result<PathBuf, Failure> {
    let test = std::env::current_exe()?;
    let mut folders = test.ancestors().skip(1).take(2).map(Path::to_path_buf);
    folders
        .find(|folder| folder.join("meridian").is_file())
        .map(|folder| folder.join("meridian"))
        .ok_or_else(|| "target/release/meridian is not there: run `make build`".into())
}
