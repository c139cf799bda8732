//! A read-only, safe view of the kernel's clock discipline.
//!
//! `adjtimex(2)` with no mode bits set changes nothing, needs no privilege, and
//! returns the time and what is known about its error *at the same instant*.
//! The whole of the workspace's `unsafe` is the one call in [`read`].

/// What the kernel says about its clock at one instant.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Discipline {
    /// The kernel's UTC, in microseconds since 1970, rounded down.
    pub time_us: i64,
    /// Whether something disciplines the clock: `STA_UNSYNC` is clear and the
    /// call did not return `TIME_ERROR`.
    pub synchronised: bool,
    /// The most that the clock may be off, in microseconds (`timex.maxerror`).
    ///
    /// The kernel lets it grow by 500 ppm between two updates and clears
    /// `synchronised` at 16 s. It is as honest as the daemon that sets it:
    /// chronyd and ntpd write the root distance; systemd-timesyncd writes 0.
    pub max_error_us: u64,
    /// Where the clock stands with respect to a leap second.
    pub leap: Leap,
    /// TAI minus UTC in seconds; 0 where nobody told the kernel.
    pub tai_offset_s: i32,
}

impl Discipline {
    /// A clock at `time_us` that is disciplined to within `max_error_us`.
    #[must_use]
    pub const fn synchronised(time_us: i64, max_error_us: u64) -> Self {
        Self {
            time_us,
            synchronised: true,
            max_error_us,
            leap: Leap::None,
            tai_offset_s: 0,
        }
    }

    /// A clock at `time_us` that nothing disciplines, as Linux reports it.
    #[must_use]
    pub const fn unsynchronised(time_us: i64) -> Self {
        Self {
            time_us,
            synchronised: false,
            max_error_us: UNSYNCHRONISED_MAX_ERROR_US,
            leap: Leap::None,
            tai_offset_s: 0,
        }
    }
}

/// Where the clock stands with respect to a leap second (ITU-R TF.460-6).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leap {
    /// None is announced.
    None,
    /// One will be inserted at the end of this UTC day (`TIME_INS`).
    InsertPending,
    /// One will be deleted at the end of this UTC day (`TIME_DEL`).
    DeletePending,
    /// It is 23:59:60: the kernel shows 23:59:59 a second time (`TIME_OOP`).
    InProgress,
    /// It is over and the announcement still stands (`TIME_WAIT`).
    Done,
}

/// The call failed; a container's seccomp profile is the usual cause.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AdjtimexError {
    /// The kernel refused the call.
    #[error(
        "adjtimex(2) failed with errno {errno}; if this is a container, its seccomp profile must let the call through"
    )]
    Refused {
        /// The `errno` of the call, 0 if there was none.
        errno: i32,
    },
    /// The kernel's time does not fit microseconds in 64 bits, or is malformed.
    #[error("adjtimex(2) returned a time or error bound out of range")]
    OutOfRange,
}

/// `NTP_PHASE_LIMIT` of the kernel: the bound at which it gives up.
const UNSYNCHRONISED_MAX_ERROR_US: u64 = 16_000_000;

/// Reads the discipline of the kernel's clock. Changes nothing.
///
/// # Errors
///
/// [`AdjtimexError`] if the kernel refuses or returns nonsense. A clock that
/// is not synchronised is not an error.
pub fn read() -> Result<Discipline, AdjtimexError> {
    let (state, timex) = call()?;
    decode(state, &timex)
}

#[expect(unsafe_code, reason = "libc has no safe adjtimex")]
fn call() -> Result<(libc::c_int, libc::timex), AdjtimexError> {
    // SAFETY: `timex` is a C struct of integers and padding, for which all
    // zero bits are a valid value; `modes == 0` makes the call read-only.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live, exclusively borrowed `timex`, and the
    // kernel writes no more than its size.
    let state = unsafe { libc::adjtimex(&raw mut timex) };
    if state < 0 {
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        return Err(AdjtimexError::Refused { errno });
    }
    Ok((state, timex))
}

fn decode(state: libc::c_int, timex: &libc::timex) -> Result<Discipline, AdjtimexError> {
    // `tv_usec` holds nanoseconds while STA_NANO is set.
    let subsecond_us = if timex.status & libc::STA_NANO == 0 {
        timex.time.tv_usec
    } else {
        timex.time.tv_usec / 1_000
    };
    let time_us = timex
        .time
        .tv_sec
        .checked_mul(1_000_000)
        .and_then(|us| us.checked_add(subsecond_us))
        .ok_or(AdjtimexError::OutOfRange)?;
    Ok(Discipline {
        time_us,
        synchronised: state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0,
        max_error_us: u64::try_from(timex.maxerror).map_err(|_| AdjtimexError::OutOfRange)?,
        leap: match state {
            libc::TIME_INS => Leap::InsertPending,
            libc::TIME_DEL => Leap::DeletePending,
            libc::TIME_OOP => Leap::InProgress,
            libc::TIME_WAIT => Leap::Done,
            _ => Leap::None,
        },
        tai_offset_s: timex.tai,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timex(status: libc::c_int, seconds: i64, subsecond: i64, maxerror: i64) -> libc::timex {
        let (_, mut timex) = call().expect("the kernel answers");
        timex.status = status;
        timex.time.tv_sec = seconds;
        timex.time.tv_usec = subsecond;
        timex.maxerror = maxerror;
        timex
    }

    #[test]
    fn reads_the_kernel_of_this_machine() {
        let first = read().expect("adjtimex needs no privilege to read");
        let second = read().expect("adjtimex needs no privilege to read");
        // 2020 in microseconds: a wrong unit of `tv_usec` or `tv_sec` shows.
        assert!(first.time_us > 1_577_836_800_000_000);
        assert!((second.time_us - first.time_us).abs() < 60_000_000);
    }

    #[test]
    fn is_synchronised_only_without_sta_unsync_and_time_error() {
        let good = timex(0, 5, 7, 12_000);
        let expected = Discipline {
            tai_offset_s: good.tai,
            ..Discipline::synchronised(5_000_007, 12_000)
        };
        assert_eq!(decode(libc::TIME_OK, &good), Ok(expected));
        assert!(!decode(libc::TIME_ERROR, &good).unwrap().synchronised);
        let unsync = timex(libc::STA_UNSYNC, 5, 7, 12_000);
        assert!(!decode(libc::TIME_OK, &unsync).unwrap().synchronised);
    }

    #[test]
    fn divides_nanoseconds_when_sta_nano_is_set() {
        let nano = timex(libc::STA_NANO, 5, 7_999, 0);
        assert_eq!(decode(libc::TIME_OK, &nano).unwrap().time_us, 5_000_007);
    }

    #[test]
    fn names_every_leap_state() {
        let plain = timex(0, 0, 0, 0);
        for (state, leap) in [
            (libc::TIME_OK, Leap::None),
            (libc::TIME_INS, Leap::InsertPending),
            (libc::TIME_DEL, Leap::DeletePending),
            (libc::TIME_OOP, Leap::InProgress),
            (libc::TIME_WAIT, Leap::Done),
        ] {
            assert_eq!(decode(state, &plain).unwrap().leap, leap);
        }
    }

    #[test]
    fn refuses_a_negative_bound_and_an_overflowing_time() {
        let negative = timex(0, 0, 0, -1);
        assert_eq!(decode(0, &negative), Err(AdjtimexError::OutOfRange));
        let late = timex(0, i64::MAX, 0, 0);
        assert_eq!(decode(0, &late), Err(AdjtimexError::OutOfRange));
    }
}
