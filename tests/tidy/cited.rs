//! Tests that a page names, as `path/of/file.rs::name`: each must be there.

use std::path::Path;

/// What the pages of `docs/` name and is not there.
pub(crate) fn breaches(root: &Path) -> Vec<String> {
    let pages = std::fs::read_dir(root.join("docs")).unwrap();
    let mut pages: Vec<_> = pages.map(|page| page.unwrap().path()).collect();
    pages.sort();
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap_or_default();
    pages
        .iter()
        .filter(|page| page.extension().is_some_and(|kind| kind == "md"))
        .flat_map(|page| {
            let text = std::fs::read_to_string(page).unwrap();
            breaches_in(&page.display().to_string(), &text, read)
        })
        .collect()
}

fn breaches_in(page: &str, text: &str, read: impl Fn(&str) -> String) -> Vec<String> {
    let is_missing = |(file, name): &(&str, &str)| {
        let source = read(file);
        let test = format!("fn {name}(");
        // The attribute stands in the lines before, and a signature may be broken.
        let found = source.split_once(&test);
        !found.is_some_and(|(before, _)| before.trim_end().ends_with("#[test]"))
    };
    cited(text)
        .filter(is_missing)
        .map(|(file, name)| format!("{page}: no test {name} in {file}"))
        .collect()
}

/// File and name of each `file.rs::name` in a pair of backticks.
fn cited(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let in_backticks = text.split('`').skip(1).step_by(2);
    in_backticks.filter_map(|words| {
        let (file, name) = words.split_once(".rs::")?;
        Some((words.get(..file.len() + 3)?, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "    #[test]\n    fn a_rule() {}\nfn no_test() {}\n";

    fn found(text: &str) -> usize {
        let read = |file: &str| match file {
            "log/tests/a.rs" => SOURCE.to_owned(),
            _ => String::new(),
        };
        breaches_in("page", text, read).len()
    }

    #[test]
    fn a_test_that_is_not_there_is_a_breach() {
        assert_eq!(
            found("see `log/tests/a.rs::a_rule` and `log/src/open.rs`"),
            0
        );
        assert_eq!(found("see `log/tests/a.rs::another_rule`"), 1);
        assert_eq!(found("see `log/tests/b.rs::a_rule`"), 1);
        assert_eq!(found("see `log/tests/a.rs::no_test`"), 1);
    }
}
