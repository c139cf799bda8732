//! What the authority serves, how exact it is, and until when.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

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

    /// The most that rounding moves genTime, in microseconds.
    #[must_use]
    pub const fn rounding_us(self) -> u64 {
        match self {
            Self::Compatible => 500_000,
            Self::Precise => 0,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How long a signature may take after the clock was read, unless configured
/// otherwise. It counts towards the accuracy, and the log throws away a
/// signature that is later. 100 ms leaves the compatible profile 400 ms for
/// the clock.
pub const DEFAULT_SIGNING_ALLOWANCE: Duration = Duration::from_millis(100);

/// No token states an accuracy above one second (EN 319 421 TIS-7.7.2;
/// EN 319 422 5.2.2 'at least 1 s or better').
const MAX_ACCURACY_US: u64 = 1_000_000;

/// The most that a clock may be off in the compatible profile, however short
/// the allowance: a worse one is not what whole seconds are for.
const MAX_COMPATIBLE_CLOCK_ERROR_US: u64 = 400_000;

/// The practice of one TSU: what it serves and promises.
#[derive(Clone, Debug)]
pub struct TsaPolicy {
    /// At least one, no duplicates.
    profiles: Vec<Profile>,
    /// Their identifiers, in the same order, for the request decoder.
    identifiers: Vec<ObjectIdentifier>,
    default: Profile,
    signing_allowance_us: u64,
    ordering: bool,
    validity: RangeInclusive<UnixMicros>,
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
    /// Nothing would be left of one second for the clock.
    #[error(
        "a signing allowance of {allowance_us} µs leaves the clock nothing of the one second that a \
         '{profile}' token may state; it must be below {limit_us} µs"
    )]
    AllowanceTooLong {
        /// The allowance.
        allowance_us: u64,
        /// The profile that cannot bear it.
        profile: Profile,
        /// What that profile leaves.
        limit_us: u64,
    },
    /// RFC 3161 2.4.2: TRUE promises that genTime alone orders all tokens of this TSU.
    #[error("'ordering' may be on only for a TSU that serves nothing but the precise profile")]
    OrderingNeedsPreciseOnly,
    /// No instant lies within.
    #[error("the TSU certificate ends before it begins")]
    ValidityEmpty,
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
        if validity.is_empty() {
            return Err(PolicyError::ValidityEmpty);
        }
        let allowance_us = signing_allowance.as_nanos().div_ceil(1_000);
        let allowance_us = u64::try_from(allowance_us).unwrap_or(u64::MAX);
        for profile in profiles.iter().copied() {
            let limit_us = MAX_ACCURACY_US.saturating_sub(profile.rounding_us());
            if allowance_us >= limit_us {
                return Err(PolicyError::AllowanceTooLong {
                    allowance_us,
                    profile,
                    limit_us,
                });
            }
        }
        let served = Profile::ALL.into_iter().filter(|p| profiles.contains(p));
        let profiles: Vec<Profile> = served.collect();
        Ok(Self {
            identifiers: profiles.iter().map(|profile| profile.policy()).collect(),
            profiles,
            default,
            signing_allowance_us: allowance_us,
            ordering: false,
            validity,
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

    /// How long a signature may take, rounded up to microseconds.
    #[must_use]
    pub const fn signing_allowance(&self) -> Duration {
        Duration::from_micros(self.signing_allowance_us)
    }

    /// Whether tokens carry `ordering` TRUE.
    #[must_use]
    pub const fn ordering(&self) -> bool {
        self.ordering
    }

    /// The interval that every token's genTime ± accuracy lies in.
    #[must_use]
    pub const fn validity(&self) -> &RangeInclusive<UnixMicros> {
        &self.validity
    }

    /// The most that the stamp's time may be off (bound of the reading plus
    /// bump) under a profile, in microseconds.
    #[must_use]
    pub fn max_clock_error_us(&self, profile: Profile) -> u64 {
        let left = MAX_ACCURACY_US
            .saturating_sub(profile.rounding_us())
            .saturating_sub(self.signing_allowance_us);
        match profile {
            Profile::Compatible => left.min(MAX_COMPATIBLE_CLOCK_ERROR_US),
            Profile::Precise => left,
        }
    }

    /// The accuracy of a token whose time is off by at most `clock_error_us`.
    pub(crate) fn accuracy_us(&self, profile: Profile, clock_error_us: u64) -> u64 {
        clock_error_us
            .saturating_add(profile.rounding_us())
            .saturating_add(self.signing_allowance_us)
    }
}

#[cfg(test)]
mod tests {
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
    fn rejects_an_allowance_that_leaves_the_clock_nothing() {
        assert!(policy(&BOTH, 499).is_ok());
        assert_eq!(
            policy(&BOTH, 500).unwrap_err(),
            PolicyError::AllowanceTooLong {
                allowance_us: 500_000,
                profile: Profile::Compatible,
                limit_us: 500_000
            }
        );
        assert!(policy(&[Profile::Precise], 999).is_ok());
        assert!(matches!(
            policy(&[Profile::Precise], 1_000),
            Err(PolicyError::AllowanceTooLong { .. })
        ));
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

    #[test]
    fn rejects_a_validity_that_ends_before_it_begins() {
        let backwards = UnixMicros::new(1)..=UnixMicros::new(0);
        let made = TsaPolicy::new(
            &BOTH,
            Profile::Precise,
            DEFAULT_SIGNING_ALLOWANCE,
            backwards,
        );
        assert_eq!(made.unwrap_err(), PolicyError::ValidityEmpty);
    }

    /// S42: no token may state more than one second.
    #[test]
    fn leaves_the_clock_what_is_left_of_one_second() {
        let at = |allowance_ms, profile| {
            policy(&BOTH, allowance_ms)
                .unwrap()
                .max_clock_error_us(profile)
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
