//! The server under load: made by `meridian init`, run by `meridian serve`, ended by its id.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use meridian_signing::clock;
use tempfile::TempDir;

use crate::{Failure, tickets};

/// How long a start may take: opening an empty log and proving the key.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A running `meridian serve` and its data folder; both are gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Authority {
    child: Child,
    folder: TempDir,
    /// The public port.
    pub(crate) address: SocketAddr,
}

impl Authority {
    /// Makes an authority in a new folder below `parent` and waits until its port is bound.
    pub(crate) fn start(meridian: &Path, parent: &Path, algorithm: &str) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("load-")
            .tempdir_in(parent)?;
        let data = folder.path().join("data");
        let made = Command::new(meridian)
            .arg("init")
            .arg(&data)
            .args(["--algorithm", algorithm])
            .stdout(Stdio::null())
            .status()?;
        if !made.success() {
            return Err(format!("meridian init: {made}").into());
        }
        tickets::allow_many_uses(&data)?;
        // Bound and let go: nobody else takes a port of this range in between.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = File::create(folder.path().join("serve.log"))?;
        let child = Command::new(meridian)
            .arg("serve")
            .arg(&data)
            .args(["--listen", &address.to_string()])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut authority = Self {
            child,
            folder,
            address,
        };
        authority.wait_until_bound()?;
        Ok(authority)
    }

    fn wait_until_bound(&mut self) -> Result<(), Failure> {
        let started = clock::monotonic();
        while TcpStream::connect(self.address).is_err() {
            let ended = self.child.try_wait()?;
            if ended.is_some() || started.elapsed() > START_LIMIT {
                let log = std::fs::read_to_string(self.folder.path().join("serve.log"))?;
                return Err(format!("meridian serve did not start ({ended:?}):\n{log}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The text of `/metrics`, from the Unix socket in the data folder.
    pub(crate) fn metrics(&self) -> Result<String, Failure> {
        let mut stream = UnixStream::connect(self.data().join("private.sock"))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: private\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // The folder goes with it: nothing is worth a graceful end. Both calls fail only if
        // the process has ended already.
        let killed = self.child.kill();
        let waited = self.child.wait();
        drop((killed, waited));
    }
}
