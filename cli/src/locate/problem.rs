//! A problem document (RFC 9457): why the authority took no evidence.

use std::fmt;

use serde::Deserialize;

use crate::stamp::answer::harmless;

/// The types of what can go wrong with a place, and with anything else.
const PREFIXES: [&str; 2] = ["urn:ls:problem:", "urn:meridian:problem:"];

/// What an authority says instead of doing what it was asked. Its texts are not trusted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    detail: String,
    /// What a higher level would need.
    missing: Vec<String>,
}

impl Problem {
    /// The end of its type, if it is one of ours.
    fn code(&self) -> Option<&str> {
        PREFIXES
            .iter()
            .find_map(|prefix| self.kind.strip_prefix(prefix))
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self.code().unwrap_or_default() {
            "nonce-unknown" | "nonce-expired" | "nonce-reused" => {
                "a challenge serves once and for a short time: ask for another, and sign that"
            }
            "binding-mismatch" => {
                "the evidence was signed for another challenge, key, policy or file"
            }
            "evidence-stale" | "evidence-future" => {
                "the fix is too old, or the device's clock is off: take a new one"
            }
            "key-unknown" => "the key must be enrolled first: docs/LOCATION.md, 'Keys'",
            "level-unmet" => "bring evidence that shows more, or ask for less with --require-level",
            "out-of-range" => "--position takes degrees and metres: LAT,LON,ACCURACY",
            "not-found" => "it stamps times only, or the URL is another one's",
            "policy-unknown" => "this authority does not serve that level",
            _ => "docs/LOCATION.md, 'What is refused', says what the word before the colon means",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code().unwrap_or(&self.kind);
        let text = if self.detail.is_empty() {
            &self.title
        } else {
            &self.detail
        };
        write!(f, "{}: {}", harmless(code), harmless(text))?;
        // Ours has them in its sentence, too.
        let unsaid = |one: &&String| !text.contains(one.as_str());
        for missing in self.missing.iter().filter(unsaid) {
            write!(f, "; missing: {}", harmless(missing))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_code_detail_and_what_is_missing() {
        let text = r#"{"type":"urn:ls:problem:level-unmet","title":"t","status":422,
            "detail":"level 0 of 1","missing":["a database that agrees"],"level":0}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!(
            problem.to_string(),
            "level-unmet: level 0 of 1; missing: a database that agrees"
        );
        assert!(problem.hint().contains("--require-level"));
        let said = Problem {
            detail: "level 0 of 1; missing: a database that agrees".to_owned(),
            ..problem
        };
        assert_eq!(
            said.to_string(),
            "level-unmet: level 0 of 1; missing: a database that agrees"
        );
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        let text = r#"{"type":"\u001b[2J","title":"\u001b]0;x\u0007"}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert!(!problem.to_string().contains('\u{1b}'));
    }
}
