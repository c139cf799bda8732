//! What the kernel says about the server's process.

use std::time::Duration;

use crate::Failure;

/// The unit of `/proc/PID/stat` on every Linux that user space sees.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of all the process's threads so far.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    parse_cpu_ticks(&stat)
        .map(|ticks| TICK * ticks)
        .ok_or_else(|| format!("not a stat line: {stat}").into())
}

fn parse_cpu_ticks(stat: &str) -> Option<u32> {
    // The name, field 2, is in brackets and may hold spaces: count from behind it.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11); // State is field 3, utime 14, stime 15.
    let utime: u32 = fields.next()?.parse().ok()?;
    let stime: u32 = fields.next()?.parse().ok()?;
    Some(utime + stime)
}

/// Resident memory, in KiB.
pub(crate) fn resident_kib(pid: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(number.ok_or("no VmRSS")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_ticks_are_fields_14_and_15_whatever_the_name_holds() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 23 19 0 0 20 0 4 0 5 6 7";
        assert_eq!(parse_cpu_ticks(stat), Some(42));
    }
}
