//! What our verifier and a peer say of a signature, put into the same words.

use meridian_tests::Failure;
use meridian_verify::finding::Status;

use crate::differences::{Difference, shown};
use crate::reading::{READ, Reading, Readings};

/// The field of a verdict.
pub(crate) const VERDICT: &str = "verdict";

/// A peer that judges.
pub(crate) struct Judge {
    name: &'static str,
    /// What it stops at, in its order, and the checks of ours that look at the same.
    stops: &'static [(&'static str, &'static [&'static str])],
}

/// `openssl cms -verify -noverify`. It has no word for what stands under "nothing": whatever we
/// refuse for one of these it takes.
pub(crate) const OPENSSL: Judge = Judge {
    name: "openssl",
    stops: &[
        ("content", &["V006"]),
        ("signers", &["V009"]),
        ("no signer", &["V040"]),
        ("attributes", &["V041", "V042"]),
        ("signature", &["V045"]),
        ("digest", &["V044"]),
        (
            "nothing",
            &[
                "V043", "V046", "V047", "V048", "V049", "V050", "V051", "V052",
            ],
        ),
    ],
};

/// `TimeStampToken` and its `validate`, which also looks at the certificate's purpose and dates.
pub(crate) const BOUNCY_CASTLE: Judge = Judge {
    name: "bouncycastle",
    stops: &[
        ("content", &["V006"]),
        ("signers", &["V009"]),
        ("unreadable", &["V020"]),
        ("binding", &["V052"]),
        ("no signer", &["V040"]),
        ("binding", &["V051"]),
        ("purpose", &["V060", "V061", "V062"]),
        ("dates", &["V021", "V065"]),
        ("attributes", &["V041", "V042", "V043", "V047"]),
        ("digest", &["V044"]),
        ("signature", &["V045"]),
        ("nothing", &["V046", "V048", "V049", "V050"]),
    ],
};

/// Compares what `judge` said with what our checks say.
pub(crate) fn differences(
    judge: &Judge,
    ours: &Readings,
    theirs: &Readings,
) -> Result<Vec<Difference>, Failure> {
    let mut differences = Vec::new();
    for (case, our) in ours {
        let missing = || format!("{} is silent on {case}", judge.name);
        let their = theirs
            .get(case)
            .and_then(|their| their.get(VERDICT).map(|said| (their, said)));
        let (their, said) = their.ok_or_else(missing)?;
        let (word, checks) = judge.of_ours(our);
        if word != said {
            differences.push(Difference {
                case: case.clone(),
                peer: judge.name,
                field: VERDICT.to_owned(),
                ours: [&[word][..], &checks].concat().join(" "),
                theirs: said.clone(),
                said: shown(their, "#verdict"),
            });
        }
    }
    Ok(differences)
}

impl Judge {
    /// Our verdict in the peer's words: the first thing that it would stop at; and our checks that
    /// stand in the way, whichever the peer has.
    fn of_ours(&self, reading: &Reading) -> (&'static str, Vec<&'static str>) {
        if reading.get(READ).is_none_or(|read| read == "no") {
            return ("unreadable", Vec::new());
        }
        let all = || {
            self.stops
                .iter()
                .flat_map(|(_, checks)| checks.iter().copied())
        };
        let failed: Vec<_> = all()
            .filter(|id| status(reading, id) == Stand::Against)
            .collect();
        let at = |checks: &[&str]| checks.iter().any(|id| failed.contains(id));
        if let Some((word, _)) = self.stops.iter().find(|(_, checks)| at(checks)) {
            return (word, failed);
        }
        let open: Vec<_> = all()
            .filter(|id| status(reading, id) == Stand::Open)
            .collect();
        match open.is_empty() {
            true => ("good", open),
            false => ("undecided", open),
        }
    }
}

/// How a check stands to a good verdict.
#[derive(Eq, PartialEq)]
enum Stand {
    For,
    Open,
    Against,
}

fn status(reading: &Reading, id: &str) -> Stand {
    let is = reading.get(&format!("#{id}")).map(String::as_str);
    let one_of = |all: &[Status]| all.iter().any(|one| is == Some(one.name()));
    if one_of(&[Status::Failed]) || (id == "V040" && one_of(&[Status::Indeterminate])) {
        Stand::Against
    } else if one_of(&[Status::Passed, Status::Warning, Status::NotChecked]) {
        Stand::For
    } else if is.is_none() && ["V048", "V049"].contains(&id) {
        // One is about RSA keys, the other about all others.
        Stand::For
    } else {
        Stand::Open
    }
}
