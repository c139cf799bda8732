//! A running authority that tests of one algorithm share, and a folder of each test's own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use meridian_tests::Failure;
use meridian_tests::authority::{Authority, Serving};
use meridian_tests::programs::{client, run};
use tempfile::TempDir;

/// The algorithm of the authority's key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Algorithm {
    P384,
    P256,
    Rsa3072,
}

/// `meridian serve`, running. Ended when the last test that uses it ends.
#[derive(Debug)]
pub(crate) struct Site {
    // Dropped first: the server ends before its folder goes.
    serving: Serving,
    authority: Authority,
}

/// One per algorithm. Weak, because statics are never dropped and the server would outlive us.
static SITES: [Mutex<Weak<Site>>; 3] = [const { Mutex::new(Weak::new()) }; 3];

impl Algorithm {
    fn name_and_slot(self) -> (&'static str, &'static Mutex<Weak<Site>>) {
        let [p384, p256, rsa3072] = &SITES;
        match self {
            Self::P384 => ("p384", p384),
            Self::P256 => ("p256", p256),
            Self::Rsa3072 => ("rsa3072", rsa3072),
        }
    }

    /// The authority that runs, or a new one.
    pub(crate) fn site(self) -> Result<Arc<Site>, Failure> {
        let (name, slot) = self.name_and_slot();
        // A test that failed while it started the authority left nothing in the slot.
        let mut slot = slot
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(site) = slot.upgrade() {
            return Ok(site);
        }
        let authority = Authority::init(name)?;
        let site = Arc::new(Site {
            serving: authority.serve()?,
            authority,
        });
        *slot = Arc::downgrade(&site);
        Ok(site)
    }
}

impl Site {
    /// The URL that a time-stamping client is given.
    pub(crate) fn url(&self) -> String {
        format!("{}/tsa", self.base())
    }

    /// The URL below which the HTTP interface lies.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.serving.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.authority.data()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.data().join("pki/root.pem")
    }

    pub(crate) fn log_key(&self) -> PathBuf {
        self.data().join("pki/log.vkey")
    }

    /// The TSU's certificate and its chain, as `GET /v1/certificates` gives them, in `folder`.
    pub(crate) fn chain(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let pem = run(client("curl")?
            .args(["-sSf", "--max-time", "20"])
            .arg(format!("{}/v1/certificates", self.base())))?
        .succeeded()?;
        let path = folder.join("chain.pem");
        std::fs::write(&path, pem)?;
        Ok(path)
    }
}

/// A folder with a file to stamp.
pub(crate) fn folder_with_document() -> Result<(TempDir, PathBuf), Failure> {
    let folder = tempfile::tempdir()?;
    let document = folder.path().join("document.txt");
    std::fs::write(&document, "what existed\n")?;
    Ok((folder, document))
}
