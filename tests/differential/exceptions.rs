//! exceptions.tsv: the differences that are known, and why each is right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use meridian_tests::Failure;

use crate::differences::Difference;

/// Case, peer, field, our value, the peer's value.
type Key = [String; 5];

/// The lines of the file.
pub(crate) struct Exceptions {
    /// What is excepted, and the name of the reason.
    lines: BTreeMap<Key, String>,
    /// The names of the reasons, and the reasons.
    reasons: BTreeMap<String, String>,
}

impl Exceptions {
    /// Reads exceptions.tsv and reasons.tsv beside this file.
    pub(crate) fn load() -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential");
        let text = |name| std::fs::read_to_string(folder.join(name));
        Self::parse(&text("exceptions.tsv")?, &text("reasons.tsv")?)
    }

    fn parse(lines: &str, reasons: &str) -> Result<Self, Failure> {
        let mut exceptions = Self {
            lines: BTreeMap::new(),
            reasons: BTreeMap::new(),
        };
        for columns in rows(reasons) {
            let [name, words] = columns?;
            if exceptions.reasons.insert(name.clone(), words).is_some() {
                return Err(format!("reason {name} is there twice").into());
            }
        }
        for columns in rows(lines) {
            let [case, peer, field, ours, theirs, reason] = columns?;
            let key = [case, peer, field, ours, theirs];
            if !exceptions.reasons.contains_key(&reason) {
                return Err(format!("no reason {reason:?} in reasons.tsv, for {key:?}").into());
            }
            if exceptions.lines.insert(key.clone(), reason).is_some() {
                return Err(format!("{key:?} is there twice").into());
            }
        }
        let used: BTreeSet<_> = exceptions.lines.values().collect();
        match exceptions.reasons.keys().find(|name| !used.contains(name)) {
            Some(unused) => Err(format!("no line has reason {unused}").into()),
            None => Ok(exceptions),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The differences without a line, and the lines without a difference. A line about a corpus
    /// that is not there is not judged.
    pub(crate) fn complaints(
        &self,
        found: &[Difference],
        corpora: &BTreeSet<&'static str>,
    ) -> Vec<String> {
        let mut open: BTreeSet<&Key> = self.lines.keys().collect();
        let mut complaints = Vec::new();
        for one in found {
            let key = [&one.case, one.peer, &one.field, &one.ours, &one.theirs]
                .map(|column: &str| column.to_owned());
            if !open.remove(&key) {
                complaints.push(format!("no exception for:\t{one}"));
            }
        }
        let judged = open.into_iter().filter(|key| {
            let corpus = key[0].split('/').next();
            corpus.is_some_and(|corpus| corpora.contains(corpus))
        });
        complaints.extend(judged.map(|key| format!("no longer applies:\t{}", key.join("\t"))));
        complaints
    }
}

/// The rows below the heading, each of N columns.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = Result<[String; N], Failure>> {
    text.lines().skip(1).map(|line| {
        let columns: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let columns = <[String; N]>::try_from(columns);
        columns.map_err(|_| format!("not {N} columns: {line:?}").into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REASONS: &str = "reason\twords\nlax\tThe peer does not look.\n";
    const HEADING: &str = "case\tpeer\tfield\tours\ttheirs\treason\n";
    const LINE: &str = "forged/a\topenssl\tverdict\tnothing V051\tgood\tlax\n";

    fn difference() -> Difference {
        Difference {
            case: "forged/a".to_owned(),
            peer: "openssl",
            field: "verdict".to_owned(),
            ours: "nothing V051".to_owned(),
            theirs: "good".to_owned(),
            said: String::new(),
        }
    }

    fn load() -> Exceptions {
        Exceptions::parse(&format!("{HEADING}{LINE}"), REASONS).unwrap()
    }

    #[test]
    fn a_difference_with_its_line_is_no_complaint() {
        let complaints = load().complaints(&[difference()], &BTreeSet::from(["forged"]));
        assert_eq!(complaints, [""; 0]);
    }

    #[test]
    fn a_difference_that_is_not_exactly_its_lines_is_two_complaints() {
        let bent: [fn(&mut Difference); 5] = [
            |one| one.case = "forged/b".to_owned(),
            |one| one.peer = "rasn-cms",
            |one| one.field = "serial".to_owned(),
            |one| one.ours = "good".to_owned(),
            |one| one.theirs = "signature".to_owned(),
        ];
        for bend in bent {
            let mut one = difference();
            bend(&mut one);
            let complaints = load().complaints(&[one], &BTreeSet::from(["forged"]));
            assert_eq!(complaints.len(), 2, "{complaints:?}");
        }
    }

    #[test]
    fn a_line_that_no_longer_applies_is_a_complaint_where_its_corpus_is_there() {
        assert_eq!(load().complaints(&[], &BTreeSet::from(["forged"])).len(), 1);
        assert_eq!(load().complaints(&[], &BTreeSet::from(["tokens"])), [""; 0]);
    }

    #[test]
    fn a_line_without_a_reason_and_a_reason_without_a_line_are_refused() {
        let lines = format!("{HEADING}{LINE}");
        assert!(Exceptions::parse(&lines, "reason\twords\n").is_err());
        assert!(Exceptions::parse(HEADING, REASONS).is_err());
        assert!(Exceptions::parse(&format!("{lines}{LINE}"), REASONS).is_err());
        assert!(Exceptions::parse(&format!("{HEADING}forged/a\topenssl\n"), REASONS).is_err());
    }
}
