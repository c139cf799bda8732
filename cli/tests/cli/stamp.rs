//! `meridian stamp` against the real server, and against somebody who spoils its answers.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::authority::{Authority, meridian, run};
use crate::middle::{Message, Middle, forward};

const REPLY: &str = "application/timestamp-reply";

/// A file to stamp, in the authority's folder.
fn document(authority: &Authority) -> PathBuf {
    let path = authority.folder.path().join("document.txt");
    fs::write(&path, "what existed\n").unwrap();
    path
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

/// Asks through `middle`, expects a refusal with these words, and that nothing was written.
fn refused_with(authority: &Authority, middle: &Middle, words: &str) {
    let file = document(authority);
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &middle.url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
    assert!(!beside(&file, ".tsr").exists());
    // Nor is a temporary file left: the folder has the data, and the document.
    assert_eq!(authority.folder.path().read_dir().unwrap().count(), 2);
}

/// Somebody who changes the body of the authority's answer.
fn spoiling(authority: &Authority, spoil: impl Fn(&mut Vec<u8>) + Send + 'static) -> Middle {
    let address = authority.address.clone();
    Middle::start(move |_, request| {
        let mut answer = forward(&address, &request);
        spoil(&mut answer.body);
        answer
    })
}

#[test]
fn writes_reply_and_proof_beside_every_file() {
    let authority = Authority::start();
    let (first, second) = (document(&authority), authority.folder.path().join("empty"));
    fs::write(&second, "").unwrap();
    let (code, stdout, stderr) =
        run(meridian(&["stamp", "--proof", "--url", &authority.url()]).args([&first, &second]));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for file in [&first, &second] {
        assert!(beside(file, ".tsr").is_file());
        assert!(
            fs::read_to_string(beside(file, ".tlog-proof"))
                .unwrap()
                .starts_with("c2sp.org/tlog-proof@v1\n")
        );
    }
    assert_eq!(stdout.lines().count(), 2);
}

#[test]
fn a_proof_in_the_token_is_asked_for_and_missed() {
    let authority = Authority::start();
    let (file, url) = (document(&authority), authority.url());
    let (code, stdout, stderr) =
        run(meridian(&["stamp", "--proof-in-token", "--url", &url]).arg(&file));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let reply = fs::read(beside(&file, ".tsr")).unwrap();
    let first_line = b"c2sp.org/tlog-proof@v1\n";
    let carried = |reply: &[u8]| reply.windows(first_line.len()).any(|at| at == first_line);
    assert!(carried(&reply));
    assert!(!beside(&file, ".tlog-proof").exists());
    // An authority that passes the question over: a stamp, but not the one that was asked for.
    let address = authority.address.clone();
    let middle = Middle::start(move |_, request| {
        let plain = Message {
            head: request.head.replacen("?proof=1 ", " ", 1),
            ..request
        };
        forward(&address, &plain)
    });
    let (code, _, stderr) =
        run(meridian(&["stamp", "--proof-in-token", "--force", "--url", &middle.url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("gives tokens without their proof"),
        "{stderr}"
    );
    assert!(!carried(&fs::read(beside(&file, ".tsr")).unwrap()));
}

#[test]
fn stamps_standard_input_and_a_given_digest() {
    let authority = Authority::start();
    let (out, url) = (authority.folder.path().join("stdin.tsr"), authority.url());
    let mut child = meridian(&["stamp", "-", "--url", &url, "--out"])
        .arg(&out)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"abc").unwrap();
    assert!(child.wait().unwrap().success());
    assert!(out.is_file());

    let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let output = meridian(&["stamp", "--digest", abc, "--out", "-", "--url", &url])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout.first(), Some(&0x30));
}

#[test]
fn never_overwrites_without_force() {
    let authority = Authority::start();
    let file = document(&authority);
    fs::write(beside(&file, ".tsr"), "mine").unwrap();
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("is there already") && stderr.contains("hint: --force"),
        "{stderr}"
    );
    assert_eq!(fs::read(beside(&file, ".tsr")).unwrap(), b"mine");
    let (code, _, stderr) =
        run(meridian(&["stamp", "--force", "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert_ne!(fs::read(beside(&file, ".tsr")).unwrap(), b"mine");
}

/// The port is nobody's: had it asked first, it would say that nobody answered, with code 2.
#[test]
fn asks_nobody_when_the_answer_could_not_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("no-such-folder/f.tsr");
    let digest = format!("sha256:{}", "00".repeat(32));
    let command = [
        "stamp",
        "--url",
        "http://127.0.0.1:1/tsa",
        "--digest",
        &digest,
    ];
    let (code, _, stderr) = run(meridian(&command).arg("--out").arg(&out));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("f.tsr: ") && !stderr.contains(".meridian-"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: the folder must exist"), "{stderr}");
}

#[test]
fn goes_on_after_a_file_that_cannot_be_read() {
    let authority = Authority::start();
    let file = document(&authority);
    let missing = authority.folder.path().join("missing");
    let (code, _, stderr) =
        run(meridian(&["stamp", "--url", &authority.url()]).args([&missing, &file]));
    assert_eq!(code, 1);
    assert!(stderr.contains("missing: cannot open it"), "{stderr}");
    assert!(beside(&file, ".tsr").is_file());
}

#[test]
fn tells_why_the_authority_refused() {
    let authority = Authority::start();
    let file = document(&authority);
    let (code, _, stderr) =
        run(meridian(&["stamp", "--policy", "1.2.3.4", "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 1);
    assert!(stderr.contains("unacceptedPolicy"), "{stderr}");
    assert!(!beside(&file, ".tsr").exists());
}

#[test]
fn rejects_a_token_whose_signature_was_changed() {
    let authority = Authority::start();
    // Our tokens end with the signature.
    let middle = spoiling(&authority, |body| *body.last_mut().unwrap() ^= 1);
    refused_with(&authority, &middle, "signature");
}

#[test]
fn rejects_the_token_of_another_request() {
    let authority = Authority::start();
    let file = document(&authority);
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    let old = fs::read(beside(&file, ".tsr")).unwrap();
    fs::remove_file(beside(&file, ".tsr")).unwrap();
    let replay = Middle::start(move |_, _| Message::answer("200 OK", REPLY, old.clone()));
    refused_with(&authority, &replay, "another nonce");
    let (code, _, stderr) =
        run(meridian(&["stamp", "--hash", "sha384", "--url", &replay.url]).arg(&file));
    assert_eq!(code, 1);
    assert!(stderr.contains("another digest"), "{stderr}");
}

#[test]
fn rejects_a_token_without_the_certificate_that_was_asked_for() {
    let authority = Authority::start();
    let address = authority.address.clone();
    let middle = Middle::start(move |_, mut request| {
        // The request ends with certReq TRUE; without it, the answer carries no certificate.
        assert!(request.body.ends_with(&[1, 1, 0xff]));
        request.body.truncate(request.body.len() - 3);
        request.body[1] -= 3;
        forward(&address, &request)
    });
    refused_with(&authority, &middle, "certificate");
}

#[test]
fn keeps_the_reply_and_rejects_the_proof_of_another_stamp() {
    let authority = Authority::start();
    let address = authority.address.clone();
    let middle = Middle::start(move |_, mut request| {
        // The first token has serial number 2: 0 is the genesis, 1 the start.
        request.head = request.head.replace("/v1/proofs/2", "/v1/proofs/1");
        forward(&address, &request)
    });
    let file = document(&authority);
    let (code, _, stderr) = run(meridian(&["stamp", "--proof", "--url", &middle.url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("the proof does not hold"), "{stderr}");
    assert!(beside(&file, ".tsr").is_file());
    assert!(!beside(&file, ".tlog-proof").exists());
}

#[test]
fn rejects_a_reply_without_end() {
    let authority = Authority::start();
    let middle = Middle::start(|_, _| Message::answer("200 OK", REPLY, vec![0x30; 2 << 20]));
    refused_with(&authority, &middle, "larger than");
}

#[test]
fn rejects_another_media_type() {
    let authority = Authority::start();
    let middle = Middle::start(|_, _| Message::answer("200 OK", "text/html", b"<html>".to_vec()));
    refused_with(&authority, &middle, "media type");
    assert_eq!(middle.calls(), 1);
}

#[test]
fn asks_again_when_the_authority_is_busy() {
    let authority = Authority::start();
    let address = authority.address.clone();
    let middle = Middle::start(move |call, request| match call {
        0 => Message::answer(
            "503 Service Unavailable\r\nRetry-After: 1",
            REPLY,
            Vec::new(),
        ),
        _ => forward(&address, &request),
    });
    let file = document(&authority);
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &middle.url]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(middle.calls(), 2);
}

#[test]
fn asks_the_next_url_and_says_so() {
    let authority = Authority::start();
    let middle = Middle::start(|_, _| Message::answer("404 Not Found", "text/plain", Vec::new()));
    let file = document(&authority);
    let (code, _, stderr) =
        run(meridian(&["stamp", "--url", &middle.url, "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stderr.contains("meridian: warning:") && stderr.contains("404"),
        "{stderr}"
    );
    assert_eq!(middle.calls(), 1);
}

#[test]
fn ends_with_2_when_nobody_answers() {
    let mut authority = Authority::start();
    authority.stop();
    let (first, second) = (document(&authority), authority.folder.path().join("second"));
    fs::write(&second, "too").unwrap();
    let url = authority.url();
    let (code, _, stderr) =
        run(meridian(&["stamp", "--jobs", "1", "--url", &url]).args([&first, &second]));
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("hint: check the URL") && stderr.contains("not asked for"),
        "{stderr}"
    );
}

/// A restart of one authority is waited for; with another one there, nobody waits.
#[test]
fn a_url_where_nobody_listens_costs_no_pause_when_there_is_another() {
    let authority = Authority::start();
    let file = document(&authority);
    let dead = "http://127.0.0.1:1/tsa";
    let since = meridian_signing::clock::monotonic();
    let (code, _, stderr) =
        run(meridian(&["stamp", "--url", dead, "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        since.elapsed() < std::time::Duration::from_secs(2),
        "{:?}",
        since.elapsed()
    );
    assert!(stderr.contains("meridian: warning:"), "{stderr}");
}

/// Both are asked in each round, until one of them is back.
#[test]
fn a_busy_authority_is_asked_again_when_no_other_answers() {
    let authority = Authority::start();
    let address = authority.address.clone();
    let middle = Middle::start(move |call, request| match call {
        0 => Message::answer("503 Service Unavailable", REPLY, Vec::new()),
        _ => forward(&address, &request),
    });
    let file = document(&authority);
    let dead = "http://127.0.0.1:1/tsa";
    let (code, _, stderr) =
        run(meridian(&["stamp", "--url", dead, "--url", &middle.url]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(middle.calls(), 2);
}

#[test]
fn every_file_without_a_stamp_has_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let (file, missing) = (folder.path().join("file"), folder.path().join("missing"));
    fs::write(&file, "x").unwrap();
    let dead = "http://127.0.0.1:1/tsa";
    let (code, _, stderr) =
        run(meridian(&["stamp", "--jobs", "1", "--url", dead])
            .args([&missing, &file, &missing, &file]));
    assert_eq!(code, 2, "{stderr}");
    let count = |what: &str| stderr.lines().filter(|line| line.starts_with(what)).count();
    assert_eq!(
        (count("meridian: error: "), count("meridian: hint: ")),
        (4, 4),
        "{stderr}"
    );
}

#[test]
fn files_for_https_that_cannot_be_used_are_told_before_anybody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let stamp = |option: &[&str], url: &str| {
        let (code, _, stderr) = run(meridian(&["stamp", "--url", url]).args(option).arg(&file));
        (code, stderr)
    };
    let https = "https://127.0.0.1:1/tsa";
    let (code, stderr) = stamp(&["--tls-ca", "/nowhere/ca.pem"], https);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("cannot read /nowhere/ca.pem"), "{stderr}");
    assert!(stderr.contains("hint: --tls-ca"), "{stderr}");
    let (code, stderr) = stamp(&["--tls-ca", file.to_str().unwrap()], https);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("there is no certificate in"), "{stderr}");
    // Who asks over plain HTTP needs none of them.
    let (code, stderr) = stamp(&["--tls-ca", "/nowhere/ca.pem"], "http://127.0.0.1:1/tsa");
    assert_eq!(code, 2, "{stderr}");
    let (code, stderr) = stamp(&["--tls-cert", "a"], https);
    assert_eq!(code, 3, "{stderr}");
}

/// The fault is the same the next time: nobody waits for it.
#[test]
fn a_port_that_speaks_no_tls_is_told_at_once() {
    let authority = Authority::start();
    let file = document(&authority);
    let url = format!("https://{}/tsa", authority.address);
    let since = meridian_signing::clock::monotonic();
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("hint: what answers there speaks no TLS"),
        "{stderr}"
    );
    assert!(since.elapsed() < std::time::Duration::from_secs(2));
}
