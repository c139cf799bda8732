//! `meridian locate` against the real server, and against somebody who spoils its answers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::authority::{Authority, meridian, run};
use crate::middle::{Middle, forward};

const PARIS: &str = "--position=48.85837,2.29448,6.5";
const ENDINGS: [&str; 3] = [".tsr", ".lsk", ".lse"];

fn document(authority: &Authority) -> PathBuf {
    let path = authority.folder.path().join("report.pdf");
    fs::write(&path, "what was seen\n").unwrap();
    path
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

fn nothing_written(file: &Path) {
    for ending in ENDINGS {
        assert!(!beside(file, ending).exists(), "{ending}");
    }
}

/// Asks through somebody who changes what comes back from a path; expects a refusal.
fn refused_when(
    path: &'static str,
    spoil: impl Fn(String) -> String + Send + 'static,
    words: &str,
) {
    let authority = Authority::start();
    let file = document(&authority);
    let address = authority.address.clone();
    let middle = Middle::start(move |_, request| {
        let spoilt = request.head.starts_with(&format!("POST {path}"));
        let mut answer = forward(&address, &request);
        if spoilt {
            answer.body = spoil(String::from_utf8(answer.body).unwrap()).into_bytes();
        }
        answer
    });
    let (code, _, stderr) = run(meridian(&["locate", PARIS, "--url", &middle.url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
    assert!(stderr.contains("meridian: hint: "), "{stderr}");
    nothing_written(&file);
}

/// The value of a member of a JSON text.
fn member(text: &str, name: &str) -> String {
    let start = text.find(&format!("\"{name}\":\"")).unwrap() + name.len() + 4;
    text[start..].split('"').next().unwrap().to_owned()
}

#[test]
fn writes_reply_secret_and_evidence_and_says_what_they_are_consistent_with() {
    let authority = Authority::start();
    let file = document(&authority);
    let (code, stdout, stderr) =
        run(meridian(&["locate", PARIS, "--proof", "--url", &authority.url()]).arg(&file));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for ending in ENDINGS {
        assert!(beside(&file, ending).is_file(), "{ending}");
    }
    assert!(beside(&file, ".tlog-proof").is_file());
    let mode = beside(&file, ".lsk")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(stdout.contains("consistent with"), "{stdout}");
    assert!(stdout.contains("level 0"), "{stdout}");
    assert!(!stdout.contains("proves"), "{stdout}");
}

#[test]
fn a_position_may_begin_with_a_minus() {
    let authority = Authority::start();
    let file = document(&authority);
    let url = authority.url();
    let arguments = ["locate", "--position", "-33.9,151.2,10", "--url", &url];
    let (code, stdout, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("AU"), "{stdout}");
}

#[test]
fn a_level_that_is_not_reached_writes_nothing_and_says_what_is_missing() {
    let authority = Authority::start();
    let file = document(&authority);
    let arguments = [
        "locate",
        PARIS,
        "--require-level",
        "1",
        "--url",
        &authority.url(),
    ];
    let (code, _, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("level-unmet"), "{stderr}");
    assert!(stderr.contains("missing: "), "{stderr}");
    assert!(stderr.contains("meridian: hint: "), "{stderr}");
    nothing_written(&file);
}

#[test]
fn never_overwrites_one_of_its_files_without_force() {
    let authority = Authority::start();
    let file = document(&authority);
    fs::write(beside(&file, ".lsk"), "mine").unwrap();
    let arguments = ["locate", PARIS, "--url", &authority.url()];
    let (code, _, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("is there already") && stderr.contains("hint: --force"),
        "{stderr}"
    );
    assert!(!beside(&file, ".tsr").exists());
    let (code, _, stderr) = run(meridian(&arguments).arg("--force").arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert_ne!(fs::read(beside(&file, ".lsk")).unwrap(), b"mine");
}

#[test]
fn refuses_a_seed_that_does_not_open_the_token() {
    let other = |text: String| {
        let seed = member(&text, "seed_b64");
        let first = if seed.starts_with('A') { "B" } else { "A" };
        text.replace(&seed, &format!("{first}{}", &seed[1..]))
    };
    refused_when("/v1/location/evidence", other, "does not hold");
}

#[test]
fn refuses_a_bundle_that_the_token_does_not_name() {
    let other = |text: String| {
        let bundle = member(&text, "bundle_b64");
        text.replace(&bundle, "MAA=")
    };
    refused_when("/v1/location/evidence", other, "other evidence");
}

#[test]
fn refuses_a_ticket_that_would_be_another_path() {
    let other = |text: String| {
        let ticket = member(&text, "ticket");
        text.replacen(&ticket, "../tsa", 1)
    };
    refused_when("/v1/location/evidence", other, "no usable ticket");
}

#[test]
fn a_ticket_stays_out_of_what_is_said() {
    let authority = Authority::start();
    let file = document(&authority);
    let address = authority.address.clone();
    let middle = Middle::start(move |_, request| {
        let mut answer = forward(&address, &request);
        if request.head.starts_with("POST /t/") {
            answer.body = b"nonsense".to_vec();
        }
        answer
    });
    let (code, stdout, stderr) = run(meridian(&["locate", PARIS, "--url", &middle.url]).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(
        !stderr.contains("/t/") && !stdout.contains("/t/"),
        "{stderr}"
    );
    nothing_written(&file);
}

#[test]
fn opens_parts_of_a_place_offline() {
    let mut authority = Authority::start();
    let file = document(&authority);
    let arguments = [
        "locate",
        PARIS,
        "--reveal",
        "nothing",
        "--url",
        &authority.url(),
    ];
    let (code, stdout, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    assert!(!stdout.contains("FR"), "{stdout}");
    authority.stop();

    let secret = beside(&file, ".lsk");
    let disclose = |parts: &[&str]| run(meridian(&["locate", "disclose"]).arg(&secret).args(parts));
    let (code, _, stderr) = disclose(&[]);
    assert_eq!(code, 3);
    assert!(
        stderr.contains("country, subdivision, cell:4") || stderr.contains("country, cell:4"),
        "{stderr}"
    );
    let (code, stdout, stderr) = disclose(&["--country", "--cell", "5"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("country (FR)") && stdout.contains("851fb467fffffff"),
        "{stdout}"
    );
    assert!(stdout.contains("consistent with") && stdout.contains("does not show"));
    assert!(beside(&file, ".lsd").is_file());
    let (code, _, stderr) = disclose(&["--point"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("is there already"), "{stderr}");
    let (code, _, stderr) = disclose(&["--facility", "--force"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("it holds no facility"), "{stderr}");
}

/// As the usage has it: `--evidence EVIDENCE...`.
#[test]
fn several_files_of_evidence_follow_one_flag() {
    let authority = Authority::start();
    let file = document(&authority);
    let place = r#"{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"method":"gnss"}"#;
    let (one, other) = (beside(&file, ".one.json"), beside(&file, ".other.json"));
    fs::write(&one, place).unwrap();
    fs::write(&other, place.replace("6.5", "60")).unwrap();
    let mut command = meridian(&["locate"]);
    command.arg(&file).args(["--url", &authority.url()]);
    let (code, stdout, stderr) = run(command.arg("--evidence").args([&one, &other]));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("consistent with FR"), "{stdout}");
}

#[test]
fn a_challenge_is_asked_for_and_kept() {
    let authority = Authority::start();
    let file = document(&authority);
    let arguments = ["locate", "challenge", "--url", &authority.url()];
    let (code, stdout, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 0, "{stderr}");
    for name in ["\"id\"", "\"evidence_nonce_b64\"", "\"policy\""] {
        assert!(stdout.contains(name), "{stdout}");
    }
    // A challenge and evidence that are made apart: a location object here.
    let (challenge, evidence) = (beside(&file, ".challenge"), beside(&file, ".evidence"));
    let asked = run(meridian(&arguments).arg(&file).arg("--out").arg(&challenge));
    assert_eq!(asked.0, 0, "{}", asked.2);
    fs::write(
        &evidence,
        r#"{"latitude":-33.9,"longitude":151.2,"accuracy":10,"method":"gnss"}"#,
    )
    .unwrap();
    let given = || {
        run(meridian(&["locate", "--url", &authority.url()])
            .arg("--challenge")
            .arg(&challenge)
            .arg("--evidence")
            .arg(&evidence)
            .arg(&file)
            .arg("--force"))
    };
    let (code, stdout, stderr) = given();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("AU"), "{stdout}");
    let (code, _, stderr) = given();
    assert_eq!(code, 1);
    assert!(stderr.contains("nonce-reused"), "{stderr}");
}

#[test]
fn an_authority_that_stamps_time_only_is_named_so() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(run(meridian(&["init"]).arg(&data)).0, 0);
    let file = data.join("meridian.toml");
    let config = fs::read_to_string(&file).unwrap();
    let start = config.find("[location]").unwrap();
    let end = config[start + 1..]
        .find("\n[")
        .map_or(config.len(), |at| start + 1 + at);
    fs::write(&file, format!("{}{}", &config[..start], &config[end..])).unwrap();
    let authority = Authority::serving(folder);
    let file = document(&authority);
    let arguments = ["locate", PARIS, "--url", &authority.url()];
    let (code, _, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("hint: it stamps times only"), "{stderr}");
}

#[test]
fn an_authority_that_does_not_answer_is_not_a_refusal() {
    let authority = Authority::start();
    let file = document(&authority);
    let arguments = ["locate", PARIS, "--url", "http://127.0.0.1:9/"];
    let (code, _, stderr) = run(meridian(&arguments).arg(&file));
    assert_eq!(code, 2, "{stderr}");
    nothing_written(&file);
}
