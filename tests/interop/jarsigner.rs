//! The JDK: `jarsigner -tsa` signs, `jarsigner -verify -strict` validates.

use std::path::{Path, PathBuf};
use std::process::Command;

use meridian_tests::Failure;
use tempfile::TempDir;

use crate::site::{Site, folder_with_document};
use meridian_tests::programs::{client, contains, python, run};

const PASSWORD: &str = "interop";

/// What jarsigner's exit code is made of (its manual page, "Exit status of -strict").
const TSA_CHAIN_INVALID: i32 = 64;

/// Signs a jar with a stamp of ours; it verifies strictly once our root is trusted, and not before.
pub(crate) fn signs_and_verifies_a_jar(site: &Site) -> Result<(), Failure> {
    signed_jar(site, &site.url()).map(drop)
}

/// The same with a stamp from any URL; the jar, and the folder that it is in.
pub(crate) fn signed_jar(site: &Site, url: &str) -> Result<(TempDir, PathBuf), Failure> {
    let (temporary, document) = folder_with_document()?;
    let folder = temporary.path();
    let jar = folder.join("app.jar");
    run(client("jar")?
        .arg("--create")
        .arg("--file")
        .arg(&jar)
        .arg("-C")
        .arg(folder)
        .arg(document.file_name().ok_or("no file name")?))?
    .succeeded()?;

    let store = folder.join("store.p12");
    run(keytool(&store)?
        .args([
            "-genkeypair",
            "-alias",
            "author",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
        ])
        .args([
            "-dname",
            "CN=Interop Author",
            "-validity",
            "2",
            "-ext",
            "EKU=codeSigning",
        ]))?
    .succeeded()?;
    let signed = run(jarsigner(&store)?
        .args(["-tsa", url])
        .arg(&jar)
        .arg("author"))?
    .succeeded()?;
    contains(&signed, "jar signed.")?;

    let refused = run(jarsigner(&store)?
        .args(["-verify", "-strict", "-verbose", "-certs"])
        .arg(&jar))?
    .refused(TSA_CHAIN_INVALID)?;
    contains(&refused, "TSA certificate chain is invalid")?;

    run(keytool(&store)?
        .args(["-importcert", "-noprompt", "-alias", "tsa-root", "-file"])
        .arg(site.root()))?
    .succeeded()?;
    let verified = run(jarsigner(&store)?
        .args(["-verify", "-strict", "-verbose", "-certs"])
        .arg(&jar))?
    .succeeded()?;
    contains(&verified, "jar verified.")?;
    contains(&verified, "Timestamped by")?;
    Ok((temporary, jar))
}

/// What the stamp in a jar is about, and the token: both in files beside the jar.
pub(crate) fn token_of(jar: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let (data, token) = (jar.with_extension("sig"), jar.with_extension("tst"));
    run(python("jar_token.py")?.arg(jar).arg(&data).arg(&token))?.succeeded()?;
    Ok((data, token))
}

fn keytool(store: &Path) -> Result<Command, Failure> {
    let mut command = client("keytool")?;
    command
        .arg("-keystore")
        .arg(store)
        .args(["-storetype", "PKCS12", "-storepass", PASSWORD]);
    Ok(command)
}

fn jarsigner(store: &Path) -> Result<Command, Failure> {
    let mut command = client("jarsigner")?;
    command
        .arg("-keystore")
        .arg(store)
        .args(["-storepass", PASSWORD]);
    Ok(command)
}
