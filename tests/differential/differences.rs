//! Where two readers read different things.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use meridian_tests::Failure;

use crate::reading::{READ, Reading, Readings};

/// One of them.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) peer: &'static str,
    pub(crate) field: String,
    pub(crate) ours: String,
    pub(crate) theirs: String,
    /// What the peer says of it, for people.
    pub(crate) said: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            peer,
            field,
            ours,
            theirs,
            said,
        } = self;
        write!(f, "{case}\t{peer}\t{field}\t{ours}\t{theirs}\t{said}")
    }
}

/// Fields that a peer does not have: rasn-cms keeps genTime as an instant and no text,
/// BouncyCastle as text and as an instant in milliseconds.
const LACKS: [(&str, &[&str]); 2] = [
    ("rasn-cms", &["gen_time", "instant_ms"]),
    ("bouncycastle", &["instant_us"]),
];

/// Compares field by field. Of a case that only one can read that is the difference.
pub(crate) fn of_reading(
    peer: &'static str,
    ours: &Readings,
    theirs: &Readings,
) -> Result<Vec<Difference>, Failure> {
    let (_, lacks) = LACKS
        .iter()
        .find(|(name, _)| *name == peer)
        .ok_or("an unknown peer")?;
    let mut differences = Vec::new();
    for (case, our) in ours {
        let their = theirs
            .get(case)
            .ok_or_else(|| format!("{peer} is silent on {case}"))?;
        let both = [our, their]
            .into_iter()
            .all(|reading| reading.get(READ).is_some_and(|read| read == "yes"));
        for field in fields(our, their) {
            let both_have_it = field == READ || (both && !lacks.contains(&field));
            if both_have_it && our.get(field) != their.get(field) {
                differences.push(Difference {
                    case: case.clone(),
                    peer,
                    field: field.to_owned(),
                    ours: shown(our, field),
                    theirs: shown(their, field),
                    said: shown(their, &format!("#{field}")),
                });
            }
        }
    }
    Ok(differences)
}

/// Those that either has, but for what is for people and for verdicts.
fn fields<'r>(ours: &'r Reading, theirs: &'r Reading) -> BTreeSet<&'r str> {
    let all = ours.keys().chain(theirs.keys()).map(String::as_str);
    all.filter(|field| !field.starts_with('#') && *field != crate::verdict::VERDICT)
        .collect()
}

pub(crate) fn shown(reading: &Reading, field: &str) -> String {
    reading.get(field).cloned().unwrap_or_default()
}

/// Leaves them in a file, for whoever looks after a failure.
pub(crate) fn write(path: &Path, differences: &[Difference]) -> Result<(), Failure> {
    let lines: String = differences.iter().map(|one| format!("{one}\n")).collect();
    Ok(fs::write(path, lines)?)
}
