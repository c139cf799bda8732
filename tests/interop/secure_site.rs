//! An authority that speaks HTTPS, with certificates that `openssl` made as any CA would.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use meridian_tests::Failure;
use meridian_tests::authority::{Authority, Serving, meridian};
use meridian_tests::programs::{client, run};
use tempfile::TempDir;

/// How a private key is made and written.
pub(crate) const KEY_KINDS: [&[&str]; 6] = [
    // PKCS#8.
    &[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ],
    &[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-384",
    ],
    &[
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
    ],
    &["genpkey", "-algorithm", "ED25519"],
    // SEC 1 and PKCS#1, as many tools still write them.
    &["ecparam", "-genkey", "-name", "prime256v1", "-noout"],
    &["genrsa", "-traditional"],
];

/// `meridian serve` with `[tls]`. Ended when dropped.
#[derive(Debug)]
pub(crate) struct SecureSite {
    pub(crate) serving: Serving,
    authority: Authority,
    port: u16,
    folder: TempDir,
}

impl SecureSite {
    /// `more` is added to `[tls]`.
    pub(crate) fn start(more: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let made = folder.path();
        run(openssl()?
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args(["-nodes", "-days", "30", "-subj", "/CN=interop CA"])
            .args(["-addext", "keyUsage=critical,keyCertSign"])
            .arg("-keyout")
            .arg(made.join("ca.key"))
            .arg("-out")
            .arg(made.join("ca.pem")))?
        .succeeded()?;
        let authority = Authority::init("p256")?;
        let [first, ..] = KEY_KINDS;
        certify(made, &authority.data().join("pki"), "first", first)?;
        // Bound and let go: the kernel gives the same port to nobody else for a while.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let file = authority.data().join("meridian.toml");
        let text = std::fs::read_to_string(&file)?;
        let tls = format!("\n[tls]\nlisten = \"127.0.0.1:{port}\"\n{more}\n");
        std::fs::write(&file, text + &tls)?;
        let mut command = Command::new(meridian()?);
        command.arg("serve").arg(authority.data());
        let serving = authority.spawn(command)?;
        Ok(Self {
            serving,
            authority,
            port,
            folder,
        })
    }

    /// A new key and certificate in the place of the old ones; nobody is told.
    pub(crate) fn renew(&self, name: &str, kind: &[&str]) -> Result<(), Failure> {
        certify(
            self.folder.path(),
            &self.authority.data().join("pki"),
            name,
            kind,
        )
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.authority.data()
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}/tsa", self.host())
    }

    /// What clients trust for HTTPS.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What clients trust for stamps.
    pub(crate) fn root(&self) -> PathBuf {
        self.authority.data().join("pki/root.pem")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A key of `kind`, and a certificate for it from the CA in `made`, in `pki`.
fn certify(made: &Path, pki: &Path, name: &str, kind: &[&str]) -> Result<(), Failure> {
    let (key, certificate) = (made.join("new.key"), made.join("new.pem"));
    let (request, names) = (made.join("new.csr"), made.join("names"));
    run(openssl()?.args(kind).arg("-out").arg(&key))?.succeeded()?;
    run(openssl()?
        .args(["req", "-new", "-subj", &format!("/CN={name}"), "-key"])
        .arg(&key)
        .arg("-out")
        .arg(&request))?
    .succeeded()?;
    std::fs::write(
        &names,
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
    )?;
    run(openssl()?
        .args(["x509", "-req", "-days", "7"])
        .arg("-in")
        .arg(&request)
        .arg("-CA")
        .arg(made.join("ca.pem"))
        .arg("-CAkey")
        .arg(made.join("ca.key"))
        .arg("-extfile")
        .arg(&names)
        .arg("-out")
        .arg(&certificate))?
    .succeeded()?;
    run(client("chmod")?.arg("600").arg(&key))?.succeeded()?;
    // As tools for renewal do: one file after the other, each in one step.
    for (from, to) in [(&certificate, "https.pem"), (&key, "https.key")] {
        let beside = pki.join("new");
        std::fs::copy(from, &beside)?;
        std::fs::rename(&beside, pki.join(to))?;
    }
    Ok(())
}

pub(crate) fn openssl() -> Result<Command, Failure> {
    client("openssl")
}
