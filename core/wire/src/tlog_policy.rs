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
/// are passed over. URLs of logs are not looked at, and whether that of a witness is one is not
/// checked.
///
/// One key is one witness. A witness with a key of each kind is two of them here: whoever counts
/// members puts both into a group of `any` first.
#[derive(Clone, Debug)]
pub struct TlogPolicy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    /// In the order of their lines: members come before.
    groups: Vec<Group>,
    quorum: Quorum,
}

/// A witness of a policy.
#[derive(Clone, Debug)]
pub struct PolicyWitness {
    name: String,
    key: WitnessKey,
    url: Option<String>,
}

impl PolicyWitness {
    /// Its name in the policy, which need not be that of its key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Where it takes checkpoints: the submission prefix of C2SP tlog-witness.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
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
    /// A control character other than tab and newline; also the carriage return of some editors.
    #[error("line {line} has a control character; lines end with a newline alone")]
    ControlCharacter {
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
        let contents = text.strip_suffix('\n').unwrap_or(text).split('\n');
        if text.len() > limit || contents.clone().count() > lines {
            return Err(TlogPolicyError::TooLong { limit, lines });
        }
        let mut policy = Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: Quorum::None,
        };
        let mut has_quorum = false;
        for (line, content) in (1..).zip(contents) {
            if content.bytes().any(|c| c != b'\t' && c.is_ascii_control()) {
                return Err(TlogPolicyError::ControlCharacter { line });
            }
            let words = content.split([' ', '\t']).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", vkey] | ["log", vkey, _] => policy.add_log(vkey, line)?,
                ["witness", name, vkey] => policy.add_witness(name, vkey, None, line)?,
                ["witness", name, vkey, url] => policy.add_witness(name, vkey, Some(url), line)?,
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

    /// The witnesses, in the order of their lines.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
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
            || self.witnesses.iter().any(|known| known.name == name)
    }

    fn add_log(&mut self, vkey: &str, line: usize) -> Result<(), TlogPolicyError> {
        let key = VerifierKey::parse(vkey).map_err(|cause| TlogPolicyError::Key { line, cause })?;
        let same_key = |known: &VerifierKey| known.public_key() == key.public_key();
        if self.logs.iter().any(same_key) {
            return Err(TlogPolicyError::Repeated { line });
        }
        self.logs.push(key);
        Ok(())
    }

    fn add_witness(
        &mut self,
        name: &str,
        vkey: &str,
        url: Option<&str>,
        line: usize,
    ) -> Result<(), TlogPolicyError> {
        let key = WitnessKey::parse(vkey).map_err(|cause| TlogPolicyError::Key { line, cause })?;
        // One key under two names would count twice.
        let same_key = |known: &PolicyWitness| known.key.public_key() == key.public_key();
        if name == "none" || self.is_known(name) || self.witnesses.iter().any(same_key) {
            return Err(TlogPolicyError::Repeated { line });
        }
        self.witnesses.push(PolicyWitness {
            name: name.to_owned(),
            key,
            url: url.map(str::to_owned),
        });
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
mod tests;
