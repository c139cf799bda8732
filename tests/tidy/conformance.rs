//! The table of requirements, `tests/conformance.tsv`: nothing is missing, and each row still
//! fits the sources. Whether a row's mutation turns its test red, `scripts/mutate.py` tries.

use std::collections::BTreeMap;
use std::path::Path;

use crate::workspace::{Package, Workspace};

const HEADER: &str = "id\tclause\trule\tstatus\ttarget\ttest\tfile\tfrom\tto\tnote";

/// The rows of the bad-input matrix.
const MATRIX: [&str; 14] = [
    "garbage",
    "trailing",
    "ber",
    "version-2",
    "weak-hash",
    "wrong-length",
    "policy-unknown",
    "extension",
    "clock-bad",
    "signer-down",
    "too-big",
    "content-type",
    "no-length",
    "client-gone",
];

/// Rules of location stamps: L1 to this.
const LOCATION: usize = 15;

/// One row of the table.
#[derive(Clone, Copy)]
struct Row<'a> {
    id: &'a str,
    status: &'a str,
    /// Says who must fail: target, test, and file, from, to of the mutation.
    how: [&'a str; 5],
    note: &'a str,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, clause, rule, status, how @ .., note] = &columns[..] else {
            return None;
        };
        let whole = !clause.is_empty() && !rule.is_empty();
        Some(Self {
            id,
            status,
            how: how.try_into().ok().filter(|_| whole)?,
            note,
        })
    }
}

/// The requirements that the table must show, each once.
fn expected() -> Vec<String> {
    let numbers = (1..=35).chain(58..=61);
    let requirements = numbers.map(|number| format!("S{number}"));
    let matrix = MATRIX.iter().map(|row| format!("M-{row}"));
    let location = (1..=LOCATION).map(|number| format!("L{number}"));
    requirements.chain(matrix).chain(location).collect()
}

/// What is wrong with the table of this repository.
pub(crate) fn breaches(workspace: &Workspace) -> Vec<String> {
    let table = workspace.root.join("tests/conformance.tsv");
    let text = std::fs::read_to_string(table).unwrap();
    let (rows, mut breaches) = read(&text);
    breaches.extend(missing_or_doubled(&rows));
    for row in rows {
        let file = workspace.root.join(row.how[2]);
        let source = std::fs::read_to_string(file).unwrap_or_default();
        let tests = crate_sources(&workspace.packages, row.how[0]);
        breaches.extend(misfits(&row, &source, &tests));
    }
    breaches
}

/// The rows, and the lines that are none.
fn read(text: &str) -> (Vec<Row<'_>>, Vec<String>) {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let (mut rows, mut breaches) = (Vec::new(), Vec::new());
    if lines.next() != Some(HEADER) {
        breaches.push("the header is another".to_owned());
    }
    for line in lines {
        match Row::parse(line) {
            Some(row) => rows.push(row),
            None => breaches.push(format!("not a row: {line}")),
        }
    }
    (rows, breaches)
}

fn missing_or_doubled(rows: &[Row<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    counts.extend(expected().into_iter().map(|id| (id, 0)));
    let mut breaches = Vec::new();
    for row in rows {
        match counts.get_mut(row.id) {
            Some(count) => *count += 1,
            None => breaches.push(format!("{}: no such requirement", row.id)),
        }
    }
    let wrong = counts.into_iter().filter(|(_, count)| *count != 1);
    breaches.extend(wrong.map(|(id, count)| format!("{id}: {count} rows, one expected")));
    breaches
}

/// `source` is the row's file, `tests` all sources of the crate that the row's target names.
fn misfits(row: &Row<'_>, source: &str, tests: &str) -> Vec<String> {
    let Row { id, how, .. } = row;
    let mut breaches = Vec::new();
    match row.status {
        "test" => {
            let [_, test, file, from, to] = how;
            let times = source.matches(from).count();
            if from.is_empty() || times != 1 {
                breaches.push(format!("{id}: '{from}' stands {times} times in {file}"));
            }
            if from == to {
                breaches.push(format!("{id}: the mutation changes nothing"));
            }
            let function = test.rsplit("::").next().unwrap_or(test);
            if !tests.contains(&format!("fn {function}()")) {
                breaches.push(format!("{id}: no test {test} in the crate of '{}'", how[0]));
            }
        }
        "documented" | "later" => {
            if how.iter().any(|column| !column.is_empty()) {
                breaches.push(format!("{id}: '{}', and yet a test", row.status));
            }
            if row.note.is_empty() {
                breaches.push(format!("{id}: '{}', and no note says why", row.status));
            }
        }
        other => breaches.push(format!("{id}: no status is named '{other}'")),
    }
    breaches
}

/// All Rust files of the package that `target` begins with.
fn crate_sources(packages: &[Package], target: &str) -> String {
    let name = target.split(' ').next().unwrap_or_default();
    let package = packages.iter().find(|package| package.name == name);
    let mut sources = String::new();
    if let Some(package) = package {
        collect(&package.folder, &mut sources);
    }
    sources
}

fn collect(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "S1\tclause\trule\ttest\tx --lib\ta::b\ta.rs\tone\ttwo\t";

    fn row(line: &str) -> Row<'_> {
        Row::parse(line).unwrap()
    }

    #[test]
    fn a_requirement_that_is_missing_doubled_or_unknown_is_a_breach() {
        let lines: Vec<String> = expected()
            .iter()
            .map(|id| GOOD.replacen("S1", id, 1))
            .collect();
        let rows: Vec<Row<'_>> = lines.iter().map(|line| row(line)).collect();
        assert_eq!(rows.len(), 53 + LOCATION);
        assert!(missing_or_doubled(&rows).is_empty());
        assert_eq!(missing_or_doubled(&rows[1..]).len(), 1);
        let unknown = GOOD.replacen("S1", "S36", 1);
        let more = [&rows[..], &[rows[0], row(&unknown)]].concat();
        assert_eq!(missing_or_doubled(&more).len(), 2);
    }

    #[test]
    fn a_line_that_is_no_row_and_another_header_are_breaches() {
        let good = format!("# comment\n{HEADER}\n{GOOD}\n");
        let (rows, breaches) = read(&good);
        assert_eq!((rows.len(), breaches.len()), (1, 0));
        assert_eq!(read(&format!("{GOOD}\n{GOOD}\n")).1.len(), 1);
        for broken in [
            "S1\tclause",
            &GOOD.replace("rule", ""),
            &format!("{GOOD}\t"),
        ] {
            assert_eq!(read(&format!("{HEADER}\n{broken}\n")).1.len(), 1);
        }
    }

    #[test]
    fn a_mutation_that_does_not_fit_the_source_is_a_breach() {
        let tests = "fn b() {";
        assert!(misfits(&row(GOOD), "one", tests).is_empty());
        assert_eq!(misfits(&row(GOOD), "one, one", tests).len(), 1);
        assert_eq!(misfits(&row(GOOD), "two", tests).len(), 1);
        let same = GOOD.replace("two", "one");
        assert_eq!(misfits(&row(&same), "one", tests).len(), 1);
    }

    #[test]
    fn a_test_that_does_not_exist_is_a_breach() {
        assert_eq!(misfits(&row(GOOD), "one", "fn bb() {").len(), 1);
    }

    #[test]
    fn what_has_no_test_says_why() {
        let later = "S1\tclause\trule\tlater\t\t\t\t\t\twhy";
        assert!(misfits(&row(later), "", "").is_empty());
        let silent = later.replace("why", "");
        assert_eq!(misfits(&row(&silent), "", "").len(), 1);
        let both = GOOD.replace("\ttest\t", "\tdocumented\t") + "why";
        assert_eq!(misfits(&row(&both), "", "").len(), 1);
        let unknown = GOOD.replace("\ttest\t", "\tmaybe\t");
        assert_eq!(misfits(&row(&unknown), "", "").len(), 1);
    }
}
