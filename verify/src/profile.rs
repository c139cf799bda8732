//! How strictly departures from the standards count.

use Level::{Failed, Off, Undecided, Warning};

use crate::finding::CheckId;

/// Which departures are forgiven. None of the profiles forgives a wrong signature, an untrusted
/// path, a revoked certificate or other data.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// The standards by the letter; revocation data is required.
    Strict,
    /// What breaks no rule that protects anyone is a warning.
    #[default]
    Default,
    /// For old tokens: what large authorities did wrong for years is a warning as well.
    Archive,
}

impl Profile {
    /// Every profile, the strictest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Default, Self::Archive];

    /// Its name on the command line and in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Default => "default",
            Self::Archive => "archive",
        }
    }

    /// How much a departure counts that this check found.
    pub(crate) fn level(self, id: u16) -> Level {
        let row = LEVELS.iter().find(|(known, _)| *known == id);
        // A departure that no row forgives is a broken rule.
        let [strict, default, archive] = row.map_or([Failed; 3], |(_, levels)| *levels);
        match self {
            Self::Strict => strict,
            Self::Default => default,
            Self::Archive => archive,
        }
    }
}

/// What becomes of a departure from this check's rule in each profile, for people; none if it
/// fails in all of them.
#[must_use]
pub fn departures(id: CheckId) -> Option<String> {
    let (_, levels) = LEVELS
        .iter()
        .find(|(known, _)| CheckId::new(*known) == id)?;
    let shown = Profile::ALL.iter().zip(levels).map(|(profile, level)| {
        let level = match level {
            Failed => "fails",
            Undecided => "leaves the verdict open",
            Warning => "is a warning",
            Off => "is not looked for",
        };
        format!("{}: {level}", profile.name())
    });
    Some(shown.collect::<Vec<_>>().join("; "))
}

/// What becomes of a departure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Level {
    /// The check fails.
    Failed,
    /// The check cannot decide.
    Undecided,
    /// The check passes, and says so.
    Warning,
    /// The check is not made.
    Off,
}

/// The checks whose departures count differently, in the order of [`Profile::ALL`].
const LEVELS: &[(u16, [Level; 3])] = &[
    // Octets behind the token: nobody signed them, and some writers pad files.
    (4, [Failed, Failed, Warning]),
    // TSTInfo that is BER; the signature is over it as it is.
    (5, [Failed, Warning, Warning]),
    // A CMS version that does not fit: nothing rests on it.
    (7, [Warning, Warning, Off]),
    // A genTime in a form of BER that still says one moment.
    (21, [Failed, Failed, Warning]),
    (23, [Failed, Warning, Warning]),
    (24, [Failed, Warning, Warning]),
    // The request that an old token answered is rarely kept.
    (26, [Failed, Failed, Off]),
    (27, [Failed, Failed, Warning]),
    // Whoever reads old tokens knows the extensions of their time no better.
    (28, [Undecided, Undecided, Warning]),
    // Signed attributes that were not sorted before they were signed.
    (45, [Failed, Warning, Warning]),
    (46, [Failed, Failed, Warning]),
    (52, [Failed, Failed, Undecided]),
    (61, [Failed, Failed, Warning]),
    (64, [Failed, Failed, Warning]),
    // A duty of the authority, not of who relies on the token.
    (66, [Failed, Failed, Warning]),
];

#[cfg(test)]
mod tests {
    use super::*;

    const fn rank(level: Level) -> u8 {
        match level {
            Failed => 3,
            Undecided => 2,
            Warning => 1,
            Off => 0,
        }
    }

    #[test]
    fn no_profile_is_stricter_than_the_one_before_it() {
        for (id, levels) in LEVELS {
            assert!(
                levels.is_sorted_by_key(|level| 3 - rank(*level)),
                "V{id:03}"
            );
        }
        assert!(LEVELS.is_sorted_by_key(|(id, _)| *id));
    }

    #[test]
    fn what_no_row_forgives_fails_everywhere() {
        for profile in Profile::ALL {
            assert_eq!(profile.level(30), Failed);
        }
    }
}
