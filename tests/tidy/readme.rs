//! What each folder's README must say, in at most 60 lines.

use std::path::Path;

/// The headings, in this order.
const HEADINGS: [&str; 6] = [
    "What it is",
    "What it must never do",
    "Start reading at",
    "Files",
    "How it is tested",
    "What it is trusted with",
];

/// Longer, and nobody reads it.
const MAX_LINES: usize = 60;

/// What is wrong with the README of `folder`.
pub(crate) fn breaches(folder: &Path) -> Vec<String> {
    let path = folder.join("README.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return vec![format!("{}: no README.md", folder.display())];
    };
    let named = |breach: String| format!("{}: {breach}", path.display());
    breaches_in(&text).into_iter().map(named).collect()
}

fn breaches_in(text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if lines > MAX_LINES {
        breaches.push(format!("{lines} lines, {MAX_LINES} at most"));
    }
    let found: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("##"))
        .map(|line| line.trim_start_matches('#').trim())
        .filter(|heading| HEADINGS.contains(heading))
        .collect();
    for heading in HEADINGS.iter().filter(|heading| !found.contains(heading)) {
        breaches.push(format!("no heading '{heading}'"));
    }
    if breaches.is_empty() && found != HEADINGS {
        breaches.push(format!("headings out of order: {found:?}"));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readme(headings: &[&str]) -> String {
        headings
            .iter()
            .map(|h| format!("## {h}\n\ntext\n\n"))
            .collect()
    }

    #[test]
    fn the_six_headings_are_required_in_order() {
        assert!(breaches_in(&readme(&HEADINGS)).is_empty());
        assert_eq!(breaches_in(&readme(&HEADINGS[1..])).len(), 1);
        let mut swapped = HEADINGS;
        swapped.swap(0, 1);
        assert_eq!(breaches_in(&readme(&swapped)).len(), 1);
    }

    #[test]
    fn a_readme_of_more_than_60_lines_is_a_breach() {
        let long = readme(&HEADINGS) + &"line\n".repeat(MAX_LINES);
        assert_eq!(breaches_in(&long).len(), 1);
    }
}
