//! What a text file of the repository may not hold.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file is about one noun; more lines than this and it is about two.
const MAX_LINES: usize = 600;

/// Words that may stand in no Rust file. Put together from halves, so that this file may be
/// checked as well.
const FORBIDDEN_IN_RUST: [(&str, &str, &str); 8] = [
    ("to", "do!", "finish it"),
    ("unimple", "mented!", "finish it"),
    ("#[ig", "nore", "a test runs or it goes"),
    ("#[al", "low", "use #[expect(…, reason = \"…\")]"),
    ("#![al", "low", "use #![expect(…, reason = \"…\")]"),
    ("TO", "DO", "do it, or file an issue"),
    ("FIX", "ME", "fix it, or file an issue"),
    ("dbg", "!(", "debugging left behind"),
];

/// Sources of randomness: `signing` hands it out as an argument, its twin in tests.
const RANDOMNESS: [(&str, &str); 3] = [("System", "Random"), ("Os", "Rng"), ("thread", "_rng")];

/// Where randomness may be named: its owner, and what is not the product.
const RANDOMNESS_IN: [&str; 4] = ["core/signing/", "benches/", "fuzz/", "tests/"];

/// Absolute paths that exist on somebody's machine only.
const MACHINE_PATHS: [(&str, &str); 4] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
];

/// Every file that git tracks or would add.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "git ls-files failed");
    let listed = String::from_utf8(output.stdout).unwrap();
    let names = listed.split('\0').filter(|name| !name.is_empty());
    // Listed, but deleted in the work tree, is not a file.
    names
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect()
}

/// What is wrong with one file; `path` is relative to `root`.
pub(crate) fn breaches_in_file(root: &Path, path: &Path) -> Vec<String> {
    let bytes = std::fs::read(root.join(path)).unwrap();
    match String::from_utf8(bytes) {
        Ok(text) => breaches(&path.to_string_lossy(), &text),
        Err(_) => Vec::new(), // A vector or a corpus file: bytes, not text.
    }
}

fn breaches(path: &str, text: &str) -> Vec<String> {
    let rust = path.ends_with(".rs");
    let code = rust || path.ends_with(".py") || path.ends_with(".sh");
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if code && lines > MAX_LINES {
        breaches.push(format!("{path}: {lines} lines, {MAX_LINES} at most"));
    }
    for (number, line) in text.lines().enumerate() {
        let at = number + 1;
        for (head, tail, advice) in FORBIDDEN_IN_RUST.iter().filter(|_| rust) {
            if line.contains(&format!("{head}{tail}")) {
                breaches.push(format!("{path}:{at}: {head}{tail} ({advice})"));
            }
        }
        let product = rust && !RANDOMNESS_IN.iter().any(|folder| path.starts_with(folder));
        for (head, tail) in RANDOMNESS.iter().filter(|_| product) {
            if line.contains(&format!("{head}{tail}")) {
                breaches.push(format!("{path}:{at}: randomness belongs to core/signing"));
            }
        }
        for (head, tail) in MACHINE_PATHS {
            if names_path(line, &format!("{head}{tail}")) {
                breaches.push(format!("{path}:{at}: a path of one machine"));
            }
        }
    }
    breaches
}

/// Whether `line` holds `path` as an absolute path, not as the inside of a longer one.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-}/".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_more_than_600_lines_is_a_breach() {
        assert!(breaches("a.rs", &"x\n".repeat(MAX_LINES)).is_empty());
        assert_eq!(breaches("a.rs", &"x\n".repeat(MAX_LINES + 1)).len(), 1);
        assert!(breaches("Cargo.lock", &"x\n".repeat(MAX_LINES + 1)).is_empty());
    }

    #[test]
    fn an_unfinished_or_silenced_line_is_a_breach() {
        for (head, tail, _) in FORBIDDEN_IN_RUST {
            let line = format!("    {head}{tail}");
            assert!(!breaches("a.rs", &line).is_empty(), "{line}");
            assert!(breaches("a.md", &line).is_empty(), "{line}");
        }
    }

    #[test]
    fn randomness_outside_of_signing_is_a_breach() {
        for (head, tail) in RANDOMNESS {
            let line = format!("use {head}{tail};");
            assert_eq!(breaches("log/src/a.rs", &line).len(), 1, "{line}");
            assert!(breaches("core/signing/src/a.rs", &line).is_empty());
        }
    }

    #[test]
    fn a_path_of_one_machine_is_a_breach_in_any_file() {
        for (head, tail) in MACHINE_PATHS {
            let line = format!("see `{head}{tail}x`");
            assert_eq!(breaches("a.md", &line).len(), 1, "{line}");
            let inside = format!("/srv{head}{tail}x");
            assert!(breaches("a.md", &inside).is_empty(), "{inside}");
        }
    }
}
