//! What each check is, in our words, and which clause asks for it.

mod place;
mod time;

use crate::finding::CheckId;

/// One check, explained.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// Which.
    pub id: CheckId,
    /// What it is called.
    pub title: &'static str,
    /// Who asks for it.
    pub clause: &'static str,
    /// What is looked at, why, and what it means if it does not hold.
    pub text: &'static str,
}

/// Every check, by id.
pub fn all() -> impl Iterator<Item = Explanation> {
    time::ALL.iter().chain(place::ALL).map(|row| Explanation {
        id: CheckId::new(row.0),
        title: row.1,
        clause: row.2,
        text: row.3,
    })
}

/// The explanation of one check; none if there is no such check.
#[must_use]
pub fn explain(id: CheckId) -> Option<Explanation> {
    all().find(|one| one.id == id)
}

/// Number, title, clause, text.
type Row = (u16, &'static str, &'static str, &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_order_and_nothing_is_empty() {
        let all: Vec<_> = all().collect();
        assert!(all.is_sorted_by(|left, right| left.id < right.id));
        for one in all {
            assert!(
                !one.title.is_empty() && !one.clause.is_empty(),
                "{}",
                one.id
            );
            assert!(one.text.ends_with('.') && one.text.len() > 80, "{}", one.id);
            assert_eq!(explain(one.id), Some(one));
        }
        assert_eq!(explain(CheckId::new(0)), None);
    }
}
