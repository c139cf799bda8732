//! The other commands, as typed; and how errors read.
use std::fs;

use crate::authority::{Authority, meridian, run};

#[test]
fn usage_errors_end_with_3_in_our_own_form() {
    let (code, stdout, stderr) = run(&mut meridian(&["stamp", "--nonsense"]));
    assert_eq!((code, stdout.as_str()), (3, ""));
    assert!(
        stderr.starts_with("meridian: error: unexpected argument '--nonsense' found"),
        "{stderr}"
    );
    assert!(stderr.contains("\nmeridian: hint: "), "{stderr}");
    let (code, _, stderr) = run(&mut meridian(&["stamp", "--url", "ftp://host", "file"]));
    assert_eq!(code, 3, "{stderr}");
    let (code, _, stderr) = run(&mut meridian(&[
        "stamp",
        "-",
        "--url",
        "http://127.0.0.1:9",
    ]));
    assert_eq!(code, 3);
    assert!(stderr.contains("standard input needs --out"), "{stderr}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let (code, stdout, _) = run(&mut meridian(&["--help"]));
    assert_eq!(code, 0);
    assert!(stdout.contains("Exit codes:"), "{stdout}");
    let (code, stdout, _) = run(&mut meridian(&["--version"]));
    assert_eq!(
        (code, stdout.as_str()),
        (0, concat!("meridian ", env!("CARGO_PKG_VERSION"), "\n"))
    );
}

#[test]
fn init_refuses_a_folder_that_is_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "x").unwrap();
    let (code, _, stderr) = run(meridian(&["init"]).arg(folder.path()));
    assert_eq!(code, 1);
    assert!(stderr.starts_with("meridian: error: "), "{stderr}");
    assert!(
        stderr.contains("\nmeridian: hint: name a folder"),
        "{stderr}"
    );
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn serve_says_how_to_make_an_authority() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(meridian(&["serve"]).arg(folder.path()));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("hint: make an authority with: meridian init"),
        "{stderr}"
    );
}

/// A wrong hint costs more than none: who makes a new lock record has lost the old one.
#[test]
fn serve_says_what_to_do_about_a_broken_folder() {
    for (file, content, hint) in [
        (
            "meridian.toml",
            Some(&b"\xff"[..]),
            "hint: the configuration is",
        ),
        ("lock", None, "hint: put the lock record itself back"),
        (
            "lock",
            Some(b"short"),
            "hint: put the lock record itself back",
        ),
        ("pki/tsu.key", None, "hint: restore it"),
        ("pki/log.vkey", None, "hint: restore it"),
        (
            "log/CURRENT",
            None,
            "then restore a copy of the database made after the last stop",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(run(meridian(&["init"]).arg(&data)).0, 0);
        let path = data.join(file);
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let (code, _, stderr) = run(meridian(&["serve"]).arg(&data));
        assert_eq!(code, 1, "{file}: {stderr}");
        assert!(stderr.contains(hint), "{file}: {stderr}");
        assert!(!stderr.contains("meridian init"), "{file}: {stderr}");
    }
}

#[test]
fn config_check_names_file_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(run(meridian(&["init"]).arg(&data)).0, 0);
    let file = data.join("meridian.toml");
    let (code, stdout, stderr) = run(meridian(&["config", "check"]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("would serve on http://127.0.0.1:3161"),
        "{stdout}"
    );

    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("[nonsense]\nkey = 1\n{good}")).unwrap();
    let (code, _, stderr) = run(meridian(&["config", "check"]).arg(&file));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("meridian.toml:1") && stderr.contains("nonsense"),
        "{stderr}"
    );
}

#[test]
fn a_hang_up_signal_reads_the_asserted_bound_again_and_ends_nothing() {
    let mut authority = Authority::start();
    let file = authority.data().join("meridian.toml");
    let good = fs::read_to_string(&file).unwrap();
    let without = good.replace("asserted_bound", "# asserted_bound");
    for (content, says) in [
        (&*without, "clock read again asserted=false"),
        (&*good, "clock read again asserted=true"),
        ("nonsense", "configuration refused; the old one goes on"),
    ] {
        fs::write(&file, content).unwrap();
        authority.signal("-HUP");
        let said = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            authority.log().contains(says)
        });
        assert!(said, "{says} is not in\n{}", authority.log());
    }
    let document = authority.folder.path().join("document");
    fs::write(&document, "x").unwrap();
    let (code, _, stderr) = run(meridian(&["stamp", "--url", &authority.url()]).arg(&document));
    assert_eq!(code, 0, "{stderr}");
    authority.stop();
}

/// What a remote causes is counted, not logged.
#[test]
fn a_peer_that_talks_nonsense_adds_nothing_to_the_log() {
    let mut authority = Authority::start();
    let before = authority.log();
    for octets in [
        &b"\x16\x03\x01\0"[..],
        b"POST /nowhere HTTP/1.1\r\n\r\n",
        b"GET",
    ] {
        let mut peer = std::net::TcpStream::connect(&authority.address).unwrap();
        std::io::Write::write_all(&mut peer, octets).unwrap();
        drop(peer);
    }
    authority.stop();
    let after = authority.log().replace(&before, "");
    let lines: Vec<&str> = after.lines().collect();
    assert_eq!(lines.len(), 2, "draining and stopped only: {after}");
}

#[test]
fn log_commands_read_a_stopped_authority_and_point_to_a_running_one() {
    let mut authority = Authority::start();
    let file = authority.folder.path().join("document");
    fs::write(&file, "x").unwrap();
    let (code, stdout, stderr) =
        run(meridian(&["stamp", "--proof", "--url", &authority.url()]).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    let serial = stdout.trim().rsplit(' ').next().unwrap().to_owned();

    let (code, _, stderr) = run(meridian(&["log", "checkpoint"]).arg(authority.data()));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("running") && stderr.contains("/log/checkpoint"),
        "{stderr}"
    );

    authority.stop();
    let (code, checkpoint, stderr) = run(meridian(&["log", "checkpoint"]).arg(authority.data()));
    assert_eq!(code, 0, "{stderr}");
    assert!(checkpoint.contains("\n\n\u{2014} "), "{checkpoint}");
    let (code, proof, stderr) = run(meridian(&["log", "proof", &serial]).arg(authority.data()));
    assert_eq!(code, 0, "{stderr}");
    assert!(proof.contains(&format!("\nindex {serial}\n")), "{proof}");
    let (code, info, stderr) = run(meridian(&["log", "info"]).arg(authority.data()));
    assert_eq!(code, 0, "{stderr}");
    assert!(info.contains("size:"), "{info}");
    let (code, _, stderr) = run(meridian(&["log", "fsck"]).arg(authority.data()));
    assert_eq!(code, 0, "{stderr}");

    let (code, _, stderr) = run(meridian(&["log", "proof", "999999"]).arg(authority.data()));
    assert_eq!(code, 1);
    assert!(stderr.contains("not given out"), "{stderr}");
    // Genesis, start, the stamp and the stop.
    let newest = "\nmeridian: hint: the newest serial number is 3\n";
    assert!(stderr.contains(newest), "{stderr}");
}

/// An error, and then what to do.
fn has_error_and_hint(stderr: &str, error: &str, hint: &str) {
    let said = stderr
        .lines()
        .any(|line| line.starts_with("meridian: error: ") && line.contains(error));
    assert!(said, "no error {error:?} in\n{stderr}");
    let said = stderr
        .lines()
        .any(|line| line.starts_with("meridian: hint: ") && line.contains(hint));
    assert!(said, "no hint {hint:?} in\n{stderr}");
}

#[test]
fn serve_says_what_to_do_about_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(run(meridian(&["init"]).arg(&data)).0, 0);
    let serve = |listen: &str| {
        let (code, stdout, stderr) = run(meridian(&["serve", "--listen", listen]).arg(&data));
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        stderr
    };
    for nonsense in ["nonsense", "127.0.0.1", ":80", "127.0.0.1:http"] {
        let stderr = serve(nonsense);
        has_error_and_hint(
            &stderr,
            "--listen",
            "write it as in --listen 127.0.0.1:3161",
        );
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stderr = serve(&taken.local_addr().unwrap().to_string());
    has_error_and_hint(
        &stderr,
        "cannot listen on",
        "something listens there already",
    );
    let stderr = serve("192.0.2.1:3161");
    has_error_and_hint(
        &stderr,
        "cannot listen on",
        "name an address of this machine",
    );
}

#[test]
fn init_says_what_to_do_whatever_it_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let init = |arguments: &[&str], directory: &std::path::Path| {
        let (code, _, stderr) = run(meridian(&["init"]).args(arguments).arg(directory));
        assert_eq!(code, 1, "{stderr}");
        stderr
    };
    let stderr = init(&[], &folder.path().join("not/there"));
    has_error_and_hint(&stderr, "No such file", "the folder above must exist");
    let stderr = init(&["--name", &"x".repeat(100)], &folder.path().join("data"));
    has_error_and_hint(&stderr, "the name", "choose another --name");
    let stderr = init(&[], std::path::Path::new("/"));
    has_error_and_hint(&stderr, "exists already", "name a folder");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn config_check_opens_the_files_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(run(meridian(&["init"]).arg(&data)).0, 0);
    let file = data.join("meridian.toml");
    let check = || run(meridian(&["config", "check"]).arg(&file));
    assert_eq!(check().0, 0);

    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{good}\n[tls]\n")).unwrap();
    let (code, _, stderr) = check();
    assert_eq!(code, 1);
    has_error_and_hint(&stderr, "pki/https.pem", "put it there, or name its place");
    // The TSU's certificate is no use for HTTPS with clients, but it and its key are a pair.
    fs::copy(data.join("pki/tsu.pem"), data.join("pki/https.pem")).unwrap();
    fs::copy(data.join("pki/root.key"), data.join("pki/https.key")).unwrap();
    let (code, _, stderr) = check();
    assert_eq!(code, 1);
    has_error_and_hint(
        &stderr,
        "is not the key of the first certificate",
        "'HTTPS'",
    );
    fs::copy(data.join("pki/tsu.key"), data.join("pki/https.key")).unwrap();
    let (code, stdout, stderr) = check();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("would serve on http://127.0.0.1:3161 and https://127.0.0.1:3443"));
    fs::write(&file, good).unwrap();

    fs::copy(data.join("pki/root.key"), data.join("pki/tsu.key")).unwrap();
    let (code, _, stderr) = check();
    assert_eq!(code, 1);
    has_error_and_hint(&stderr, "pki/tsu.pem", "put back what was exchanged");
    fs::remove_file(data.join("pki/tsu.key")).unwrap();
    let (code, _, stderr) = check();
    assert_eq!(code, 1);
    has_error_and_hint(&stderr, "pki/tsu.key", "restore it");
}
