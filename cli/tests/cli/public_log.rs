//! `meridian log export` and `log fsck`: of a running authority, a stopped one, and of files.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use meridian_signing::clock;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::tile::TilePath;
use meridian_wire::tile::of_tree::tiles_since;
use meridian_wire::tile::walk::TileWalk;

use crate::authority::{Authority, meridian, run};

/// Stamps so many digests, many at once.
fn stamp(authority: &Authority, count: usize) {
    let imprint = serde_json::json!({"hash": "sha256", "digest": "ab".repeat(32)});
    let mut left = count;
    while left > 0 {
        let some = left.min(250);
        let body = serde_json::json!({"imprints": vec![&imprint; some]}).to_string();
        let url = format!("http://{}/v1/timestamps", authority.address);
        let answer = ureq::post(url).content_type("application/json").send(body);
        assert_eq!(answer.unwrap().status(), 200);
        left -= some;
    }
}

fn log_key(authority: &Authority) -> String {
    let path = authority.data().join("pki/log.vkey");
    fs::read_to_string(path).unwrap().trim().to_owned()
}

fn base(authority: &Authority) -> String {
    format!("http://{}", authority.address)
}

fn log(command: &str, arguments: &[&str]) -> (i32, String, String) {
    run(meridian(&["log", command]).args(arguments))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file that is not the workshop's.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut open = vec![out.to_owned()];
    let mut files = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = text(path.strip_prefix(out).unwrap()).to_owned();
            if path.is_dir() && name != ".export" {
                open.push(path);
            } else if path.is_file() {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

fn checkpoint(out: &Path) -> Checkpoint {
    let note = fs::read_to_string(out.join("checkpoint")).unwrap();
    Checkpoint::parse(SignedNote::parse(&note).unwrap().text()).unwrap()
}

#[test]
fn files_and_http_are_the_same_log_octet_for_octet() {
    let mut authority = Authority::start();
    stamp(&authority, 700);
    let key = log_key(&authority);
    let out = authority.folder.path().join("from-url");
    let (code, stdout, stderr) = log(
        "export",
        &[&base(&authority), text(&out), "--log-key", &key],
    );
    assert_eq!(code, 0, "{stderr}");
    // Genesis, start and stamps; and void leaves, where the signer was slow.
    let size = checkpoint(&out).size().get();
    let says = format!("{size} leaves, {size} of them new");
    assert!(size >= 702 && stdout.contains(&says), "{stdout}");

    // The same as over HTTP, and nothing else.
    let found = files(&out);
    let newest = checkpoint(&out);
    let mut names: Vec<String> = tiles_since(meridian_merkle::index::TreeSize::ZERO, newest.size())
        .map(|path| format!("tile/{path}"))
        .collect();
    names.push("checkpoint".to_owned());
    names.sort();
    assert_eq!(names, found.keys().cloned().collect::<Vec<_>>());
    for (name, octets) in &found {
        let url = format!("{}/log/{name}", base(&authority));
        let mut answer = ureq::get(url).call().unwrap();
        assert_eq!(answer.body_mut().read_to_vec().unwrap(), *octets, "{name}");
    }
    // Its root is that of its leaves.
    let fetch = |path: &TilePath| fs::read(out.join("tile").join(path.to_string()));
    let mut walk = TileWalk::start(newest.size(), newest.root(), fetch).unwrap();
    for index in (0..newest.size().get()).map(meridian_merkle::index::LeafIndex::new) {
        walk.entry(index).unwrap();
    }

    authority.stop();
    let from_dir = authority.folder.path().join("from-dir");
    let (code, _, stderr) = log("export", &[text(&authority.data()), text(&from_dir)]);
    assert_eq!(code, 0, "{stderr}");
    // The stop is one leaf more; what was full stays as it was.
    let later = files(&from_dir);
    assert_eq!(checkpoint(&from_dir).size().get(), size + 1);
    for (name, octets) in found.iter().filter(|(name, _)| !name.contains(".p/")) {
        if name != "checkpoint" {
            assert_eq!(later.get(name), Some(octets), "{name}");
        }
    }
    // And the older export grows to the same.
    let (code, stdout, stderr) = log("export", &[text(&authority.data()), text(&out)]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("leaves, 1 of them new; tiles written "),
        "{stdout}"
    );
    let grown = files(&out);
    for (name, octets) in &later {
        assert_eq!(grown.get(name), Some(octets), "{name}");
    }
}

#[test]
fn fsck_reads_a_folder_a_url_and_files_alike_and_goes_on_where_it_was() {
    let mut authority = Authority::start();
    stamp(&authority, 600);
    let key = log_key(&authority);
    let folder = authority.folder.path().to_owned();
    let (out, state) = (folder.join("out"), folder.join("state"));
    let (code, stdout, stderr) = log(
        "fsck",
        &[
            &base(&authority),
            "--log-key",
            &key,
            "--state",
            text(&state),
            "--json",
        ],
    );
    assert_eq!(code, 0, "{stderr}");
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["ok"], true);
    let found = &answer["found"];
    let size = found["size"].clone();
    assert!(size.as_u64() >= Some(602));
    assert_eq!(found["stamps"], 600);
    assert_eq!(
        (&found["database"], &found["resumedAt"]),
        (&false.into(), &0.into())
    );

    stamp(&authority, 100);
    let (code, _, stderr) = log(
        "export",
        &[&base(&authority), text(&out), "--log-key", &key],
    );
    assert_eq!(code, 0, "{stderr}");
    // Of files, under a newer checkpoint.
    let resume = [
        "--log-key",
        &key,
        "--state",
        text(&state),
        "--resume",
        "--json",
    ];
    let (code, stdout, stderr) = log("fsck", &[&[text(&out)], &resume[..]].concat());
    assert_eq!(code, 0, "{stderr}");
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let found = &answer["found"];
    assert_eq!(
        (&found["size"], &found["resumedAt"]),
        (&checkpoint(&out).size().get().into(), &size)
    );
    assert_eq!(found["root"], checkpoint(&out).root().to_string());

    authority.stop();
    let (code, stdout, stderr) = log("fsck", &[text(&authority.data()), "--jobs", "3"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.starts_with("no fault in ") && stdout.contains(" checkpoints\n"),
        "{stdout}"
    );
    assert!(stdout.contains("\nstamps 700, events 3, void "), "{stdout}");
    // A state of tiles says nothing about tokens.
    let resume = ["--state", text(&state), "--resume"];
    let (code, _, stderr) = log("fsck", &[&[text(&authority.data())], &resume[..]].concat());
    assert_eq!(code, 1);
    assert!(stderr.contains("another kind of reading"), "{stderr}");
}

#[test]
fn fsck_names_the_fault_and_ends_with_5() {
    let authority = Authority::start();
    stamp(&authority, 600);
    let key = log_key(&authority);
    let out = authority.folder.path().join("out");
    let (code, _, stderr) = log(
        "export",
        &[&base(&authority), text(&out), "--log-key", &key],
    );
    assert_eq!(code, 0, "{stderr}");
    let width = checkpoint(&out).size().get() - 512;
    let last = format!("0/002.p/{width}");
    let names = ["entries/001", "0/001", "1/000.p/2", &last];
    for (name, at) in names.into_iter().zip([3_000, 99, 1, 8]) {
        let path = out.join("tile").join(name);
        let right = fs::read(&path).unwrap();
        let mut bent = right.clone();
        bent[at] ^= 0x20;
        fs::write(&path, bent).unwrap();
        let arguments = [text(&out), "--log-key", &key, "--json"];
        let (code, stdout, stderr) = log("fsck", &arguments);
        assert_eq!(code, 5, "{name}: {stderr}");
        let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(answer["ok"], false);
        assert!(answer["fault"].is_string() && answer["found"].is_null());
        fs::remove_file(&path).unwrap();
        let (code, _, stderr) = log("fsck", &arguments);
        assert_eq!(code, 5, "{name}: {stderr}");
        assert!(stderr.contains(name), "{stderr}");
        fs::write(&path, right).unwrap();
    }
    let (code, _, stderr) = log("fsck", &[text(&out), "--log-key", &key]);
    assert_eq!(code, 0, "{stderr}");
    // The key of another log.
    let other = Authority::start();
    let (code, _, stderr) = log("fsck", &[text(&out), "--log-key", &log_key(&other)]);
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("--log-key must be the key"), "{stderr}");
}

#[test]
fn what_cannot_be_examined_is_told_apart_from_a_fault() {
    let authority = Authority::start();
    let key = log_key(&authority);
    let empty = authority.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for (arguments, code, says) in [
        (vec![text(&authority.data())], 1, "running"),
        (
            vec![text(&empty)],
            1,
            "neither a meridian.toml nor a checkpoint",
        ),
        (vec![base(&authority).as_str()], 1, "does not say its key"),
        (
            vec!["ftp://host/x", "--log-key", &key],
            1,
            "is no URL of a log",
        ),
        (
            vec!["http://127.0.0.1:9", "--log-key", &key],
            2,
            "did not go through",
        ),
        (
            vec!["http://127.0.0.1:9", "--log-key", "nonsense+00"],
            1,
            "--log-key",
        ),
        (vec![text(&empty), "--resume"], 3, "--state"),
    ] {
        let (ended, _, stderr) = log("fsck", &arguments);
        assert_eq!(ended, code, "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
    let (code, _, stderr) = log(
        "fsck",
        &[&format!("{}/nowhere", base(&authority)), "--log-key", &key],
    );
    assert_eq!(code, 5, "{stderr}");
}

/// Serves files as any web server does, one connection after the other.
fn web_server(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(request)) = lines.next() else {
                continue;
            };
            lines.map_while(Result::ok).find(|line| line.is_empty());
            let path = request.split(' ').nth(1).unwrap().trim_start_matches("/a/");
            let (status, body) = match fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            // A client that went away is none of the test's business.
            let _sent = stream.write_all(&[head.into_bytes(), body].concat());
        }
    });
    format!("http://{address}/a/")
}

#[test]
fn an_exported_log_is_served_by_any_web_server_and_read_from_there() {
    let authority = Authority::start();
    stamp(&authority, 300);
    let key = log_key(&authority);
    let folder = authority.folder.path().to_owned();
    let (out, copy) = (folder.join("out"), folder.join("copy"));
    let (code, _, stderr) = log(
        "export",
        &[&base(&authority), text(&out), "--log-key", &key],
    );
    assert_eq!(code, 0, "{stderr}");
    let url = web_server(out.clone());
    let (code, _, stderr) = log("fsck", &[&url, "--log-key", &key]);
    assert_eq!(code, 0, "{stderr}");
    let (code, _, stderr) = log("export", &[&url, text(&copy), "--log-key", &key]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(files(&copy), files(&out));
}

#[test]
fn a_kill_at_any_moment_of_an_export_leaves_the_older_log_or_the_newer() {
    let mut authority = Authority::start();
    stamp(&authority, 400);
    let key = log_key(&authority);
    let folder = authority.folder.path().to_owned();
    let (older, out) = (folder.join("older"), folder.join("out"));
    let (code, _, stderr) = log(
        "export",
        &[&base(&authority), text(&older), "--log-key", &key],
    );
    assert_eq!(code, 0, "{stderr}");
    stamp(&authority, 4_000);
    authority.stop();
    let data = authority.data();
    let newer = folder.join("newer");
    let began = clock::monotonic();
    let (code, _, stderr) = log("export", &[text(&data), text(&newer)]);
    assert_eq!(code, 0, "{stderr}");
    let whole_run = began.elapsed();

    let sizes = (
        checkpoint(&older).size().get(),
        checkpoint(&newer).size().get(),
    );
    let (mut old, mut new) = (0, 0);
    for tenth in 0_u32..12 {
        copy(&older, &out);
        let mut child = meridian(&["log", "export", text(&data), text(&out)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(whole_run * tenth / 10);
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, _, stderr) = log("fsck", &[text(&out), "--log-key", &key]);
        assert_eq!(code, 0, "killed after {tenth} tenths: {stderr}");
        match checkpoint(&out).size().get() {
            size if size == sizes.0 => old += 1,
            size if size == sizes.1 => new += 1,
            other => panic!("a tree of {other} leaves"),
        }
        let (code, _, stderr) = log("export", &[text(&data), text(&out)]);
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(checkpoint(&out), checkpoint(&newer));
        fs::remove_dir_all(&out).unwrap();
    }
    assert!(old > 0, "no kill came before the end");
    assert_eq!(old + new, 12, "{old} older, {new} newer");
}

fn copy(from: &Path, to: &Path) {
    for (name, octets) in files(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, octets).unwrap();
    }
}
