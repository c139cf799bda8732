//! What the kernel says this process and its ended children used.

use std::time::Duration;

use crate::Failure;

/// The unit of `/proc/self/stat` on every Linux that user space sees.
const TICK: Duration = Duration::from_millis(10);

/// User and system time, in ticks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Cpu(u32);

impl Cpu {
    /// Of all threads, and of children that were waited for.
    pub(crate) fn of_all() -> Result<Self, Failure> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        Self::parse(&stat).ok_or_else(|| format!("not a stat line: {stat}").into())
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name, field 2, is in brackets and may hold spaces: count from behind it.
        let (_, fields) = stat.rsplit_once(") ")?;
        // State is field 3; utime, stime and those of children are 14 to 17.
        let fields = fields.split(' ').skip(11).take(4);
        let ticks: Result<Vec<u32>, _> = fields.map(str::parse).collect();
        Some(Self(ticks.ok().filter(|all| all.len() == 4)?.iter().sum()))
    }

    /// What was used since then.
    pub(crate) fn since(self, before: Self) -> Duration {
        TICK * self.0.saturating_sub(before.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_time_and_that_of_children_are_fields_14_to_17_whatever_the_name_holds() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 23 19 5 1 20 0 4 0 5 6 7";
        assert_eq!(Cpu::parse(stat), Some(Cpu(48)));
        assert_eq!(Cpu::parse("7 (a) S 1 7"), None);
    }
}
