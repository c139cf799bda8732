//! Every row of the decision table that somebody looks at has a test of its number.

use std::collections::BTreeSet;

use meridian_appraisal::rows::{Keeper, Row};

/// The rows that a source has tests for: `row_7_…`, `rows_5_to_7_…`.
pub(crate) fn tested(source: &str) -> BTreeSet<u8> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let tests = lines.windows(2).filter(|two| two[0] == "#[test]");
    tests.flat_map(|two| numbers(two[1])).collect()
}

fn numbers(signature: &str) -> Vec<u8> {
    let words = |prefix| {
        let name: &str = signature.strip_prefix(prefix)?;
        Some(name.split('_').collect::<Vec<_>>())
    };
    let number = |word: &&str| word.parse::<u8>().ok();
    if let Some(words) = words("fn row_") {
        return words.first().and_then(number).into_iter().collect();
    }
    match words("fn rows_").as_deref() {
        Some([first, "to", last, ..]) => match (number(first), number(last)) {
            (Some(first), Some(last)) => (first..=last).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Rows that are looked at and have no test, and rows of later that have one.
pub(crate) fn breaches(rows: &[Row], tested: &BTreeSet<u8>) -> Vec<String> {
    let wrong = |row: &&Row| tested.contains(&row.number) == (row.keeper == Keeper::Later);
    let tell = |row: &Row| match row.keeper {
        Keeper::Later => format!("row {}: it comes later, and has a test", row.number),
        _ => format!("row {}, {}: no test row_{0}_…", row.number, row.rule),
    };
    rows.iter().filter(wrong).map(tell).collect()
}

#[cfg(test)]
mod tests {
    use meridian_appraisal::rows::ROWS;

    use super::*;

    #[test]
    fn a_row_without_a_test_is_a_breach() {
        let sources = "#[test]\nfn row_7_x() {}\n#[test]\nfn rows_1_to_3_y() {}\nfn row_9_z() {}";
        assert_eq!(tested(sources), BTreeSet::from([1, 2, 3, 7]));
        let all: BTreeSet<u8> = ROWS
            .iter()
            .filter(|row| row.keeper != Keeper::Later)
            .map(|row| row.number)
            .collect();
        assert_eq!(breaches(&ROWS, &all), Vec::<String>::new());
        let mut less = all.clone();
        less.remove(&34);
        assert_eq!(breaches(&ROWS, &less).len(), 1);
        let mut more = all;
        more.insert(26);
        assert_eq!(breaches(&ROWS, &more).len(), 1);
    }
}
