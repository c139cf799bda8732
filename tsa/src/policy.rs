//! What the authority serves, how exact it is, and until when.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use meridian_signing::shown::{PracticeError, Rounding, TimePractice};
use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash;
use meridian_wire::tsp::req::Served;

/// How a token shows its time. Each profile is one TSA policy OID.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Profile {
    /// Whole seconds, rounded to the nearest: every known client reads them.
    Compatible,
    /// Microseconds. RFC 3161 allows fractions; some clients do not read them.
    Precise,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 2] = [Self::Compatible, Self::Precise];

    /// The policy identifier that the token carries.
    #[must_use]
    pub const fn policy(self) -> ObjectIdentifier {
        match self {
            Self::Compatible => oid::POLICY_COMPATIBLE,
            Self::Precise => oid::POLICY_PRECISE,
        }
    }

    /// Name in configuration and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Precise => "precise",
        }
    }

    /// How its times become genTime.
    #[must_use]
    pub const fn rounding(self) -> Rounding {
        match self {
            Self::Compatible => Rounding::WholeSeconds,
            Self::Precise => Rounding::Micros,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The practice of one TSU: what it serves and promises.
#[derive(Clone, Debug)]
pub struct TsaPolicy {
    /// At least one, no duplicates.
    profiles: Vec<Profile>,
    /// Their identifiers, in the same order, for the request decoder.
    identifiers: Vec<ObjectIdentifier>,
    default: Profile,
    practice: TimePractice,
    ordering: bool,
}

/// A policy that cannot be kept.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// A request without reqPolicy could not be served.
    #[error("the default profile '{default}' is not among the profiles served; add it there")]
    DefaultNotServed {
        /// The default.
        default: Profile,
    },
    /// The times could not be kept.
    #[error(transparent)]
    Practice(#[from] PracticeError),
    /// RFC 3161 2.4.2: TRUE promises that genTime alone orders all tokens of this TSU.
    #[error("'ordering' may be on only for a TSU that serves nothing but the precise profile")]
    OrderingNeedsPreciseOnly,
}

impl TsaPolicy {
    /// A policy that serves `profiles`, uses `default` where the client asks
    /// for none, and stamps within `validity`, the TSU certificate's.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if it could not be kept.
    pub fn new(
        profiles: &[Profile],
        default: Profile,
        signing_allowance: Duration,
        validity: RangeInclusive<UnixMicros>,
    ) -> Result<Self, PolicyError> {
        if !profiles.contains(&default) {
            return Err(PolicyError::DefaultNotServed { default });
        }
        let roundings: Vec<Rounding> = profiles.iter().map(|it| it.rounding()).collect();
        let practice = TimePractice::new(&roundings, signing_allowance, validity)?;
        let served = Profile::ALL.into_iter().filter(|p| profiles.contains(p));
        let profiles: Vec<Profile> = served.collect();
        Ok(Self {
            identifiers: profiles.iter().map(|profile| profile.policy()).collect(),
            profiles,
            default,
            practice,
            ordering: false,
        })
    }

    /// The same policy with `ordering` TRUE in its tokens.
    ///
    /// Not checked: that no other TSU issues under the same subject name.
    ///
    /// # Errors
    ///
    /// [`PolicyError::OrderingNeedsPreciseOnly`] unless only that profile is served.
    pub fn with_ordering(mut self) -> Result<Self, PolicyError> {
        if self.profiles != [Profile::Precise] {
            return Err(PolicyError::OrderingNeedsPreciseOnly);
        }
        self.ordering = true;
        Ok(self)
    }

    /// What the request decoder may let pass. No extension is served.
    #[must_use]
    pub fn served(&self) -> Served<'_> {
        Served::new(hash::ACCEPTED, &self.identifiers, &[])
    }

    /// The profiles served, without duplicates.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The profile for requests that name no policy.
    #[must_use]
    pub const fn default_profile(&self) -> Profile {
        self.default
    }

    /// The profile that a policy identifier names, if it is served.
    #[must_use]
    pub fn profile(&self, policy: &ObjectIdentifier) -> Option<Profile> {
        let mut served = self.profiles.iter().copied();
        served.find(|profile| profile.policy() == *policy)
    }

    /// What it promises of times.
    #[must_use]
    pub const fn practice(&self) -> &TimePractice {
        &self.practice
    }

    /// Whether tokens carry `ordering` TRUE.
    #[must_use]
    pub const fn ordering(&self) -> bool {
        self.ordering
    }
}

#[cfg(test)]
mod tests {
    use meridian_signing::shown::DEFAULT_SIGNING_ALLOWANCE;

    use super::*;

    const BOTH: [Profile; 2] = Profile::ALL;

    fn validity() -> RangeInclusive<UnixMicros> {
        UnixMicros::new(0)..=UnixMicros::new(1)
    }

    fn policy(profiles: &[Profile], allowance_ms: u64) -> Result<TsaPolicy, PolicyError> {
        let default = profiles.last().copied().unwrap_or(Profile::Compatible);
        let allowance = Duration::from_millis(allowance_ms);
        TsaPolicy::new(profiles, default, allowance, validity())
    }

    #[test]
    fn rejects_a_default_that_is_not_served() {
        assert_eq!(
            policy(&[], 100).unwrap_err(),
            PolicyError::DefaultNotServed {
                default: Profile::Compatible
            }
        );
        let allowance = DEFAULT_SIGNING_ALLOWANCE;
        let other = TsaPolicy::new(
            &[Profile::Precise],
            Profile::Compatible,
            allowance,
            validity(),
        );
        assert!(matches!(other, Err(PolicyError::DefaultNotServed { .. })));
    }

    #[test]
    fn rejects_an_allowance_that_leaves_a_profile_served_nothing() {
        assert!(policy(&BOTH, 499).is_ok());
        let refused = policy(&BOTH, 500).unwrap_err();
        assert!(matches!(refused, PolicyError::Practice(_)), "{refused}");
        assert!(policy(&[Profile::Precise], 999).is_ok());
        assert!(policy(&[Profile::Precise], 1_000).is_err());
    }

    /// S28.
    #[test]
    fn rejects_ordering_unless_only_precise_is_served() {
        for profiles in [&BOTH[..], &[Profile::Compatible]] {
            assert_eq!(
                policy(profiles, 100).unwrap().with_ordering().unwrap_err(),
                PolicyError::OrderingNeedsPreciseOnly
            );
        }
        let precise = policy(&[Profile::Precise, Profile::Precise], 100).unwrap();
        assert!(!precise.ordering());
        assert!(precise.with_ordering().unwrap().ordering());
    }

    /// S42: no token may state more than one second.
    #[test]
    fn leaves_the_clock_what_is_left_of_one_second() {
        let at = |allowance_ms, profile: Profile| {
            let policy = policy(&BOTH, allowance_ms).unwrap();
            policy.practice().max_clock_error_us(profile.rounding())
        };
        assert_eq!(at(100, Profile::Compatible), 400_000);
        assert_eq!(at(0, Profile::Compatible), 400_000, "never above 400 ms");
        assert_eq!(at(300, Profile::Compatible), 200_000);
        assert_eq!(at(100, Profile::Precise), 900_000);
    }

    /// S14, S34: both policies and the seven hashes, no extension.
    #[test]
    fn serves_its_policies_and_no_extension() {
        let policy = policy(&BOTH, 100).unwrap();
        let served = policy.served();
        assert_eq!(
            served.policies,
            [oid::POLICY_COMPATIBLE, oid::POLICY_PRECISE]
        );
        assert!(served.extensions.is_empty());
        assert_eq!(served.hashes.len(), 7);
        assert_eq!(policy.profile(&oid::POLICY_PRECISE), Some(Profile::Precise));
        assert_eq!(policy.profile(&oid::POLICY_LOCATION_0), None);
    }
}
