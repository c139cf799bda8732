//! Clients of others over HTTPS: versions and protocols, certificates of both sides, renewal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::programs::{client, contains, ours, python, run};

use crate::secure_site::{KEY_KINDS, SecureSite, openssl};

/// The handshake as `openssl s_client` reports it; the connection then ends.
fn s_client(site: &SecureSite, options: &[&str]) -> Result<Command, Failure> {
    let mut command = openssl()?;
    command
        .args([
            "s_client",
            "-connect",
            &site.host(),
            "-servername",
            "localhost",
        ])
        .args([
            "-verify_hostname",
            "localhost",
            "-verify_return_error",
            "-CAfile",
        ])
        .arg(site.ca())
        .args(options);
    Ok(command)
}

/// Both versions of TLS, the one protocol, and nothing older.
#[test]
fn openssl_shakes_hands() -> Result<(), Failure> {
    let site = SecureSite::start("")?;
    for (version, named) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let said = run(&mut s_client(&site, &[version, "-alpn", "h2,http/1.1"])?)?.succeeded()?;
        contains(&said, "Verify return code: 0 (ok)")?;
        contains(&said, "ALPN protocol: http/1.1")?;
        contains(&said, named)?;
    }
    for (options, reason) in [
        (
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"][..],
            "alert handshake failure",
        ),
        (&["-alpn", "h2"], "alert no application protocol"),
    ] {
        let said = run(&mut s_client(&site, options)?)?.refused(1)?;
        contains(&said, reason)?;
    }
    Ok(())
}

/// A query of `openssl ts`, sent by `curl`, verified by `openssl ts`.
#[test]
fn openssl_ts_over_curl() -> Result<(), Failure> {
    let site = SecureSite::start("")?;
    let (data, query, reply) = (file(&site, "data"), file(&site, "tsq"), file(&site, "tsr"));
    std::fs::write(&data, "what existed\n")?;
    run(openssl()?
        .args(["ts", "-query", "-sha256", "-cert", "-data"])
        .arg(&data)
        .arg("-out")
        .arg(&query))?
    .succeeded()?;
    run(curl(&site)?
        .args([
            "-H",
            "Content-Type: application/timestamp-query",
            "--data-binary",
        ])
        .arg(format!("@{}", query.display()))
        .arg("-o")
        .arg(&reply)
        .arg(site.url()))?
    .succeeded()?;
    let said = run(openssl()?
        .args(["ts", "-verify", "-data"])
        .arg(&data)
        .arg("-in")
        .arg(&reply)
        .arg("-CAfile")
        .arg(site.root()))?
    .succeeded()?;
    contains(&said, "Verification: OK")
}

/// Plain HTTP at the HTTPS port, and HTTPS at the plain port: both are told.
#[test]
fn curl_is_told_about_the_other_port() -> Result<(), Failure> {
    let site = SecureSite::start("")?;
    let mut plain = client("curl")?;
    plain.args(["-sS", "-i", "--max-time", "20", "--data", "x"]);
    let said = run(plain.arg(site.url().replace("https:", "http:")))?.succeeded()?;
    contains(&said, "HTTP/1.1 400 Bad Request")?;
    contains(&said, "urn:meridian:problem:https-only")?;
    let url = format!("https://{}/tsa", site.serving.address());
    // 35: the handshake failed.
    run(curl(&site)?.arg(url))?.refused(35).map(drop)
}

/// A certificate that nobody issued is enough to be told apart, and required if so configured.
#[test]
fn curl_shows_a_certificate() -> Result<(), Failure> {
    let site = SecureSite::start("client_certificates = \"require\"")?;
    let (own, key) = own_certificate(&site)?;
    let checkpoint = site.url().replace("/tsa", "/log/checkpoint");
    for version in [&["--tlsv1.3"][..], &["--tls-max", "1.2"]] {
        let mut shown = curl(&site)?;
        shown.arg("--cert").arg(&own).arg("--key").arg(&key);
        run(shown.args(version).arg(&checkpoint))?.succeeded()?;
        // The exit code depends on the version of curl.
        let bare = run(curl(&site)?.args(version).arg(&checkpoint))?.succeeded();
        let said = bare.err().ok_or("served without a certificate")?;
        contains(&said.to_string(), "certificate required")?;
    }
    Ok(())
}

/// `jarsigner -tsa https://…`, which trusts what its trust store holds.
#[test]
fn jarsigner_stamps_over_https() -> Result<(), Failure> {
    let site = SecureSite::start("")?;
    let (data, jar) = (file(&site, "data"), file(&site, "app.jar"));
    let (store, trust) = (file(&site, "store.p12"), file(&site, "trust.p12"));
    std::fs::write(&data, "what existed\n")?;
    run(client("jar")?
        .arg("--create")
        .arg("--file")
        .arg(&jar)
        .arg(&data))?
    .succeeded()?;
    let keytool = |store: &Path| -> Result<Command, Failure> {
        let mut command = client("keytool")?;
        command.arg("-keystore").arg(store);
        command.args(["-storetype", "PKCS12", "-storepass", "interop"]);
        Ok(command)
    };
    run(keytool(&store)?
        .args(["-genkeypair", "-alias", "author", "-keyalg", "EC"])
        .args(["-dname", "CN=Interop Author", "-ext", "EKU=codeSigning"]))?
    .succeeded()?;
    run(keytool(&trust)?
        .args(["-importcert", "-noprompt", "-alias", "ca", "-file"])
        .arg(site.ca()))?
    .succeeded()?;
    let jarsigner = || -> Result<Command, Failure> {
        let mut command = client("jarsigner")?;
        command.arg("-keystore").arg(&store);
        command.args(["-storepass", "interop", "-tsa", &site.url()]);
        Ok(command)
    };
    let trusted = format!("-J-Djavax.net.ssl.trustStore={}", trust.display());
    let password = "-J-Djavax.net.ssl.trustStorePassword=interop";
    let said = run(jarsigner()?
        .args([&trusted, password])
        .arg(&jar)
        .arg("author"))?
    .succeeded()?;
    contains(&said, "jar signed.")?;
    contains(
        &run(jarsigner()?.arg(&jar).arg("author"))?.refused(1)?,
        "PKIX path building failed",
    )
}

/// Ours, with a CA of one's own; and what it says without.
#[test]
fn meridian_stamps_over_https() -> Result<(), Failure> {
    let site = SecureSite::start("client_certificates = \"require\"")?;
    let (own, key) = own_certificate(&site)?;
    let data = file(&site, "data");
    std::fs::write(&data, "what existed\n")?;
    let stamp = |url: &str| -> Result<Command, Failure> {
        let mut command = ours("meridian")?;
        command
            .args(["stamp", "--proof", "--force", "--url", url])
            .arg(&data);
        command.env_remove("SSL_CERT_FILE");
        Ok(command)
    };
    let shown = |command: &mut Command| {
        command
            .arg("--tls-cert")
            .arg(&own)
            .arg("--tls-key")
            .arg(&key);
    };
    let mut good = stamp(&site.url())?;
    good.arg("--tls-ca").arg(site.ca());
    shown(&mut good);
    contains(&run(&mut good)?.succeeded()?, "serial")?;
    let mut by_variable = stamp(&site.url())?;
    by_variable.env("SSL_CERT_FILE", site.ca());
    shown(&mut by_variable);
    run(&mut by_variable)?.succeeded()?;
    let mut without_key = stamp(&site.url())?;
    let said = run(without_key.arg("--tls-ca").arg(site.ca()))?.refused(1)?;
    contains(&said, "hint: the authority ended the TLS handshake")?;
    let said = run(&mut stamp(&site.url())?)?.refused(1)?;
    contains(
        &said,
        "hint: nobody in the list of trusted CAs vouches for it: --tls-ca",
    )?;
    let named = site.url().replace("localhost", "127.0.0.2");
    let said = run(stamp(&named)?.arg("--tls-ca").arg(site.ca()))?;
    // The port is bound to 127.0.0.1 alone: nobody answers there.
    said.refused(2).map(drop)
}

/// A renewed certificate of each kind of key is taken with SIGHUP, under load, without a failure.
#[test]
fn a_hang_up_signal_takes_new_certificates_and_no_request_fails() -> Result<(), Failure> {
    let site = SecureSite::start("")?;
    let (host, port) = ("localhost", site.host().replace("localhost:", ""));
    let mut load = python("https_load.py")?
        .args([host, &port])
        .arg(site.ca())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    for (number, kind) in KEY_KINDS.iter().enumerate() {
        let name = format!("number{number}");
        site.renew(&name, kind)?;
        site.serving.hang_up()?;
        let expected = format!("CN={name}");
        let mut seen = String::new();
        for _ in 0..100 {
            seen = run(&mut s_client(&site, &[])?)?.succeeded()?;
            if seen.replace("CN = ", "CN=").contains(&expected) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        contains(&seen.replace("CN = ", "CN="), &expected)?;
    }
    // A file that cannot be used changes nothing, and is told.
    std::fs::write(site.data().join("pki/https.pem"), "nonsense")?;
    site.serving.hang_up()?;
    for _ in 0..100 {
        if site.serving.log()?.contains("the old certificate goes on") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    contains(
        &site.serving.log()?,
        "new HTTPS files refused; the old certificate goes on",
    )?;
    run(&mut s_client(&site, &[])?)?.succeeded()?;
    drop(load.stdin.take());
    let output = load.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    contains(&said, " failures 0 ")?;
    if said.starts_with("answers 0 ") {
        return Err(said.into());
    }
    Ok(())
}

/// A certificate by nobody, for nobody in particular.
fn own_certificate(site: &SecureSite) -> Result<(PathBuf, PathBuf), Failure> {
    let (own, key) = (file(site, "own.pem"), file(site, "own.key"));
    run(openssl()?
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-nodes", "-days", "1", "-subj", "/CN=anybody", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&own))?
    .succeeded()?;
    Ok((own, key))
}

fn curl(site: &SecureSite) -> Result<Command, Failure> {
    let mut command = client("curl")?;
    command
        .args(["-sSf", "--max-time", "20", "--cacert"])
        .arg(site.ca());
    Ok(command)
}

fn file(site: &SecureSite, name: &str) -> PathBuf {
    site.folder().join(name)
}
