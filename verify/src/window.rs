//! For how long the caller trusts someone.

use std::fmt;

use meridian_wire::time::UnixMicros;

use crate::instant::Interval;

/// From a moment on, until before another; each may be open.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Window {
    /// The first moment.
    pub from: Option<UnixMicros>,
    /// The first moment that is not in it any more.
    pub until: Option<UnixMicros>,
}

impl Window {
    /// Without bounds.
    pub const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    /// Between two moments, the first of them included.
    #[must_use]
    pub const fn new(from: Option<UnixMicros>, until: Option<UnixMicros>) -> Self {
        Self { from, until }
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn contains(&self, at: UnixMicros) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether all of an interval does.
    pub(crate) fn covers(&self, interval: Interval) -> bool {
        self.contains(interval.from) && self.contains(interval.to)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.until) {
            (None, None) => f.write_str("at any time"),
            (Some(from), None) => write!(f, "from {from} on"),
            (None, Some(until)) => write!(f, "until {until}"),
            (Some(from), Some(until)) => write!(f, "from {from} until {until}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment_is_in_it_and_the_last_is_not() {
        let at = UnixMicros::new;
        let window = Window::new(Some(at(10)), Some(at(20)));
        assert!(window.contains(at(10)) && window.contains(at(19)));
        assert!(!window.contains(at(9)) && !window.contains(at(20)));
        let across = |from, to| {
            window.covers(Interval {
                from: at(from),
                to: at(to),
            })
        };
        assert!(across(10, 19) && !across(9, 19) && !across(10, 20));
        assert!(Window::ALWAYS.contains(at(i64::MIN)));
        assert!(Window::ALWAYS.contains(at(i64::MAX)));
    }
}
