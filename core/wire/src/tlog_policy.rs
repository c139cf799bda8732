//! [`TlogPolicy`]: which log is believed, and which witnesses (C2SP tlog-policy).

use std::collections::BTreeSet;

use crate::limits::{MAX_TLOG_POLICY_BYTES, MAX_TLOG_POLICY_LINES};
use crate::note::error::NoteError;
use crate::note::key::VerifierKey;
use crate::note::witness_key::WitnessKey;

/// A policy, line by line:
///
/// ```text
/// log <vkey> [<url>]
/// witness <name> <vkey> [<url>]
/// group <name> all|any|<k> <member>...
/// quorum <name>|none
/// ```
///
/// A member is a witness or a group of a line before. Empty lines and lines that begin with `#`
/// are passed over. URLs are not looked at.
#[derive(Clone, Debug)]
pub struct TlogPolicy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<(String, WitnessKey)>,
    /// In the order of their lines: members come before.
    groups: Vec<Group>,
    quorum: Quorum,
}

#[derive(Clone, Debug)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

#[derive(Clone, Debug)]
enum Quorum {
    None,
    Of(String),
}

/// Which rule of a policy is broken, and in which line, counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogPolicyError {
    /// The text is too long.
    #[error("the policy is longer than {limit} octets or {lines} lines")]
    TooLong {
        /// Octets at most.
        limit: usize,
        /// Lines at most.
        lines: usize,
    },
    /// The line is none of the four.
    #[error("line {line} is not a log, a witness, a group or the quorum")]
    Line {
        /// The line.
        line: usize,
    },
    /// The key is malformed.
    #[error("line {line}: {cause}")]
    Key {
        /// The line.
        line: usize,
        /// Why.
        cause: NoteError,
    },
    /// The name or the key is there already.
    #[error("line {line} repeats a name or a key")]
    Repeated {
        /// The line.
        line: usize,
    },
    /// A group or quorum names what no line before defines.
    #[error("line {line} names what no line before it defines")]
    Unknown {
        /// The line.
        line: usize,
    },
    /// A group that wants more members than it has, or none.
    #[error("line {line}: a group wants between one and all of its members")]
    Threshold {
        /// The line.
        line: usize,
    },
    /// No log.
    #[error("the policy names no log")]
    NoLog,
    /// No quorum line.
    #[error("the policy has no quorum line")]
    NoQuorum,
}

impl TlogPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`TlogPolicyError`].
    pub fn parse(text: &str) -> Result<Self, TlogPolicyError> {
        let (limit, lines) = (MAX_TLOG_POLICY_BYTES, MAX_TLOG_POLICY_LINES);
        if text.len() > limit || text.lines().count() > lines {
            return Err(TlogPolicyError::TooLong { limit, lines });
        }
        let mut policy = Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: Quorum::None,
        };
        let mut has_quorum = false;
        for (line, content) in (1..).zip(text.lines()) {
            let words: Vec<&str> = content.split_ascii_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", vkey] | ["log", vkey, _] => policy.add_log(vkey, line)?,
                ["witness", name, vkey] | ["witness", name, vkey, _] => {
                    policy.add_witness(name, vkey, line)?;
                }
                ["group", name, threshold, members @ ..] => {
                    policy.add_group(name, threshold, members, line)?;
                }
                ["quorum", name] if !has_quorum => {
                    has_quorum = true;
                    policy.set_quorum(name, line)?;
                }
                ["quorum", _] => return Err(TlogPolicyError::Repeated { line }),
                _ => return Err(TlogPolicyError::Line { line }),
            }
        }
        if policy.logs.is_empty() {
            return Err(TlogPolicyError::NoLog);
        }
        if has_quorum {
            Ok(policy)
        } else {
            Err(TlogPolicyError::NoQuorum)
        }
    }

    /// The logs; any one of them is believed.
    #[must_use]
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The witnesses' names here and their keys.
    #[must_use]
    pub fn witnesses(&self) -> &[(String, WitnessKey)] {
        &self.witnesses
    }

    /// Whether any witness is asked for.
    #[must_use]
    pub const fn wants_witnesses(&self) -> bool {
        matches!(self.quorum, Quorum::Of(_))
    }

    /// Whether these witnesses, by their names here, make up the quorum.
    #[must_use]
    pub fn is_met_by(&self, witnesses: &BTreeSet<&str>) -> bool {
        match &self.quorum {
            Quorum::None => true,
            Quorum::Of(name) => {
                let mut there = witnesses.clone();
                for group in &self.groups {
                    let members = group.members.iter();
                    let present = members.filter(|member| there.contains(member.as_str()));
                    if present.count() >= group.threshold {
                        there.insert(&group.name);
                    }
                }
                there.contains(name.as_str())
            }
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.name == name)
            || self.witnesses.iter().any(|(known, _)| known == name)
    }

    fn add_log(&mut self, vkey: &str, line: usize) -> Result<(), TlogPolicyError> {
        let key = VerifierKey::parse(vkey).map_err(|cause| TlogPolicyError::Key { line, cause })?;
        if self.logs.contains(&key) {
            return Err(TlogPolicyError::Repeated { line });
        }
        self.logs.push(key);
        Ok(())
    }

    fn add_witness(&mut self, name: &str, vkey: &str, line: usize) -> Result<(), TlogPolicyError> {
        let key = WitnessKey::parse(vkey).map_err(|cause| TlogPolicyError::Key { line, cause })?;
        // One key under two names would count twice.
        let same_key = |(_, known): &(_, WitnessKey)| known.public_key() == key.public_key();
        if name == "none" || self.is_known(name) || self.witnesses.iter().any(same_key) {
            return Err(TlogPolicyError::Repeated { line });
        }
        self.witnesses.push((name.to_owned(), key));
        Ok(())
    }

    fn add_group(
        &mut self,
        name: &str,
        threshold: &str,
        members: &[&str],
        line: usize,
    ) -> Result<(), TlogPolicyError> {
        if name == "none" || self.is_known(name) {
            return Err(TlogPolicyError::Repeated { line });
        }
        if !members.iter().all(|member| self.is_known(member)) {
            return Err(TlogPolicyError::Unknown { line });
        }
        if members.iter().collect::<BTreeSet<_>>().len() != members.len() {
            return Err(TlogPolicyError::Repeated { line });
        }
        let threshold = match threshold {
            "all" => Some(members.len()),
            "any" => Some(1),
            number => number.parse().ok(),
        };
        let threshold = threshold
            .filter(|threshold| (1..=members.len()).contains(threshold))
            .ok_or(TlogPolicyError::Threshold { line })?;
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.push(Group {
            name: name.to_owned(),
            threshold,
            members,
        });
        Ok(())
    }

    fn set_quorum(&mut self, name: &str, line: usize) -> Result<(), TlogPolicyError> {
        if name == "none" {
            return Ok(());
        }
        if !self.is_known(name) {
            return Err(TlogPolicyError::Unknown { line });
        }
        self.quorum = Quorum::Of(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::name::KeyName;

    const LOG: &str = "log tsa.example/log1+5721a18c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    fn witness(number: u8) -> String {
        let name = format!("w{number}");
        let key = WitnessKey::ed25519(KeyName::new(&name).unwrap(), [number; 32]);
        format!("witness {name} {key} https://w{number}.example/")
    }

    fn parse(lines: &[&str]) -> Result<TlogPolicy, TlogPolicyError> {
        let mut all = vec![LOG.to_owned(), witness(1), witness(2), witness(3)];
        all.extend(lines.iter().map(|line| (*line).to_owned()));
        TlogPolicy::parse(&all.join("\n"))
    }

    fn met(policy: &TlogPolicy, witnesses: &[&str]) -> bool {
        policy.is_met_by(&witnesses.iter().copied().collect())
    }

    #[test]
    fn counts_members_of_groups_of_groups() {
        let policy = parse(&[
            "# two operators, one of which has two witnesses",
            "group pair all w1 w2",
            "group any-operator any pair w3",
            "",
            "quorum any-operator",
        ])
        .unwrap();
        assert!(policy.wants_witnesses());
        assert!(met(&policy, &["w3"]));
        assert!(met(&policy, &["w1", "w2"]));
        assert!(!met(&policy, &["w1"]));
        assert!(!met(&policy, &[]));
        let two = parse(&["group g 2 w1 w2 w3", "quorum g"]).unwrap();
        assert!(met(&two, &["w1", "w3"]));
        assert!(!met(&two, &["w1", "other"]));
    }

    #[test]
    fn no_quorum_is_met_by_nobody() {
        let policy = parse(&["quorum none"]).unwrap();
        assert!(!policy.wants_witnesses());
        assert!(met(&policy, &[]));
    }

    #[test]
    fn one_key_does_not_count_twice() {
        let again = witness(1).replacen("w1", "other", 1);
        let repeated = Err(TlogPolicyError::Repeated { line: 5 });
        assert_eq!(parse(&[&again, "quorum none"]).map(drop), repeated);
    }

    #[test]
    fn refuses_each_broken_line() {
        use TlogPolicyError::{Line, NoQuorum, Repeated, Threshold, Unknown};
        let rows: &[(&[&str], TlogPolicyError)] = &[
            (&["witnesses"], Line { line: 5 }),
            (&["group g any w9", "quorum g"], Unknown { line: 5 }),
            (&["group g any g", "quorum g"], Unknown { line: 5 }),
            (&["group g 4 w1 w2 w3", "quorum g"], Threshold { line: 5 }),
            (&["group g 0 w1", "quorum g"], Threshold { line: 5 }),
            (&["group g all", "quorum g"], Threshold { line: 5 }),
            (&["group w1 any w2", "quorum g"], Repeated { line: 5 }),
            (&["group g any w1 w1", "quorum g"], Repeated { line: 5 }),
            (&["quorum w1", "quorum w1"], Repeated { line: 6 }),
            (&["quorum w9"], Unknown { line: 5 }),
            (&[], NoQuorum),
        ];
        for (lines, error) in rows {
            assert_eq!(parse(lines).map(drop), Err(*error), "{lines:?}");
        }
        assert_eq!(
            TlogPolicy::parse("quorum none").map(drop),
            Err(TlogPolicyError::NoLog)
        );
    }
}
