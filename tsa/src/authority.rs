//! The decision: a token's content, or the rule that forbids it.

use std::sync::Arc;

use meridian_signing::clock::StampTime;
use meridian_signing::shown::{NotShown, Shown};
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::error::Rejection;
use crate::policy::{Profile, TsaPolicy};
use crate::request::ValidRequest;
use crate::respond;

/// RFC 3161 as a function of request, time, serial and policy.
#[derive(Clone, Debug)]
pub struct TimeStampAuthority {
    policy: Arc<TsaPolicy>,
}

impl TimeStampAuthority {
    /// An authority that keeps `policy`.
    #[must_use]
    pub const fn new(policy: Arc<TsaPolicy>) -> Self {
        Self { policy }
    }

    /// The policy it keeps.
    #[must_use]
    pub fn policy(&self) -> &TsaPolicy {
        &self.policy
    }

    /// Whether [`Self::decide`] would grant, asked before a number is spent.
    ///
    /// # Errors
    ///
    /// The same as [`Self::decide`].
    pub fn admit(&self, request: &ValidRequest, time: &StampTime) -> Result<(), Rejection> {
        self.shown(request.profile(), time)?;
        Ok(())
    }

    /// The content of the token to sign. Nothing about it is random or remembered:
    /// the same arguments give the same token, and the same request under
    /// another serial another one.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotShown`].
    pub fn decide(
        &self,
        request: &ValidRequest,
        serial: SerialNumber,
        time: &StampTime,
    ) -> Result<TstInfo, Rejection> {
        let shown = self.shown(request.profile(), time)?;
        let ordering = self.policy.ordering();
        Ok(respond::tst_info(request, serial, shown, ordering))
    }

    fn shown(&self, profile: Profile, time: &StampTime) -> Result<Shown, NotShown> {
        self.policy.practice().show(profile.rounding(), time)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use meridian_signing::clock::{BoundSource, ClockReading};
    use meridian_signing::shown::DEFAULT_SIGNING_ALLOWANCE;
    use meridian_wire::oid;
    use meridian_wire::time::UnixMicros;
    use meridian_wire::tsp::gen_time::GenTime;
    use meridian_wire::tsp::hash::HashAlgorithm;
    use meridian_wire::tsp::imprint::MessageImprint;
    use meridian_wire::tsp::nonce::Nonce;
    use meridian_wire::tsp::req::TimeStampReq;
    use proptest::prelude::*;

    use super::*;

    /// 2026-03-01T12:00:00Z.
    const NOON: i64 = 1_772_366_400_000_000;
    const DAY: i64 = 86_400_000_000;
    const MS: u64 = 1_000;

    fn authority(profiles: &[Profile]) -> TimeStampAuthority {
        let validity = UnixMicros::new(NOON - DAY)..=UnixMicros::new(NOON + DAY);
        let default = profiles[0];
        let policy = TsaPolicy::new(profiles, default, DEFAULT_SIGNING_ALLOWANCE, validity);
        TimeStampAuthority::new(Arc::new(policy.unwrap()))
    }

    fn asks(policy: Option<ObjectId>) -> TimeStampReq {
        let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
        let request = TimeStampReq::new(imprint);
        match policy {
            Some(policy) => request.with_policy(policy),
            None => request,
        }
    }

    type ObjectId = oid::ObjectIdentifier;

    /// One decision: a request over the wire, a clock, what the log stamped last.
    fn check(
        authority: &TimeStampAuthority,
        request: &TimeStampReq,
        (time, bound_us): (i64, u64),
        last: Option<i64>,
    ) -> Result<TstInfo, Rejection> {
        let policy = authority.policy();
        let decoded = TimeStampReq::decode(&request.encode(), &policy.served())?;
        let valid = ValidRequest::new(decoded, policy)?;
        let reading = ClockReading::new(UnixMicros::new(time), bound_us, BoundSource::Measured);
        let stamp = StampTime::next(reading, last.map(UnixMicros::new))?;
        let serial = SerialNumber::from_u64(5).unwrap();
        let decision = authority.decide(&valid, serial, &stamp);
        let admitted = authority.admit(&valid, &stamp);
        assert_eq!(admitted, decision.clone().map(drop), "admit is decide");
        decision
    }

    fn shown(decision: &TstInfo) -> (String, u64) {
        let accuracy = decision.accuracy.unwrap().total_micros();
        (decision.gen_time.text(), accuracy)
    }

    /// S1, S26, S27, S35: one row each: profile, clock, bound, last stamp → genTime, accuracy.
    #[test]
    fn shows_the_time_of_the_profile_and_the_sum_of_all_that_is_uncertain() {
        let compatible = Some(oid::POLICY_COMPATIBLE);
        let precise = Some(oid::POLICY_PRECISE);
        let rows = [
            (None, 0, 12 * MS, None, "20260301120000Z", 612 * MS),
            (compatible, 0, 0, None, "20260301120000Z", 600 * MS),
            (compatible, 499_999, 0, None, "20260301120000Z", 600 * MS),
            (compatible, 500_000, 0, None, "20260301120001Z", 600 * MS),
            (compatible, -1, 0, None, "20260301120000Z", 600 * MS),
            (compatible, 0, 400 * MS, None, "20260301120000Z", 1_000 * MS),
            (
                compatible,
                0,
                7,
                Some(3),
                "20260301120000Z",
                600 * MS + 7 + 4,
            ),
            (
                precise,
                1,
                12 * MS,
                None,
                "20260301120000.000001Z",
                112 * MS,
            ),
            (precise, 250_000, 0, None, "20260301120000.25Z", 100 * MS),
            (
                precise,
                0,
                7,
                Some(3),
                "20260301120000.000004Z",
                100 * MS + 7 + 4,
            ),
            (precise, 0, 900 * MS, None, "20260301120000Z", 1_000 * MS),
        ];
        let authority = authority(&Profile::ALL);
        for (policy, offset, bound_us, last, gen_time, accuracy_us) in rows {
            let clock = (NOON + offset, bound_us);
            let last = last.map(|last: i64| NOON + last);
            let decision = check(&authority, &asks(policy), clock, last).unwrap();
            assert_eq!(shown(&decision), (gen_time.to_owned(), accuracy_us));
        }
    }

    /// S1, S27; docs/DECISIONS.md, 'Time': the bump counts like the bound.
    #[test]
    fn refuses_a_clock_that_is_off_by_more_than_the_profile_can_state() {
        let authority = authority(&Profile::ALL);
        let uncertain = |error_us, limit_us| {
            let uncertain = NotShown::ClockUncertain { error_us, limit_us };
            Err(Rejection::NotShown(uncertain))
        };
        let compatible = asks(Some(oid::POLICY_COMPATIBLE));
        let decision = check(&authority, &compatible, (NOON, 400_001), None);
        assert_eq!(decision, uncertain(400_001, 400_000));
        let decision = check(&authority, &compatible, (NOON, 399_999), Some(NOON + 1));
        assert_eq!(decision, uncertain(400_001, 400_000));
        let precise = asks(Some(oid::POLICY_PRECISE));
        let decision = check(&authority, &precise, (NOON, 900_001), None);
        assert_eq!(decision, uncertain(900_001, 900_000));
        let decision = check(&authority, &precise, (NOON, u64::MAX), None);
        assert_eq!(decision, uncertain(u64::MAX, 900_000));
    }

    /// docs/DECISIONS.md, 'Time'.
    #[test]
    fn refuses_a_clock_that_went_back() {
        let decision = check(
            &authority(&Profile::ALL),
            &asks(None),
            (NOON, 5),
            Some(NOON + 5),
        );
        let Err(Rejection::ClockWentBack(went_back)) = decision else {
            panic!("{decision:?}");
        };
        assert_eq!((went_back.behind_us, went_back.bound_us), (6, 5));
    }

    /// S41, S44: genTime ± accuracy lies in the certificate's validity, equality accepted.
    #[test]
    fn refuses_when_the_interval_leaves_the_certificates_validity() {
        let authority = authority(&[Profile::Precise]);
        let at = |time| check(&authority, &asks(None), (time, 0), None);
        let accuracy = 100_000;
        for (edge, inwards) in [(NOON - DAY, 1), (NOON + DAY, -1)] {
            assert!(at(edge + inwards * accuracy).is_ok());
            let outside = edge + inwards * (accuracy - 1);
            assert_eq!(
                at(outside),
                Err(Rejection::NotShown(NotShown::CertificateNotValid {
                    gen_time: UnixMicros::new(outside),
                    accuracy_us: 100_000,
                    not_before: UnixMicros::new(NOON - DAY),
                    not_after: UnixMicros::new(NOON + DAY),
                }))
            );
        }
    }

    #[test]
    fn refuses_a_time_that_gen_time_cannot_express() {
        let decision = check(
            &authority(&[Profile::Precise]),
            &asks(None),
            (i64::MAX, 0),
            None,
        );
        let reason = GenTime::micros(UnixMicros::new(i64::MAX)).unwrap_err();
        assert_eq!(decision, Err(Rejection::NotShown(reason.into())));
    }

    /// S4, S25: the policy asked for, else the default.
    #[test]
    fn stamps_under_the_policy_asked_for_or_the_default() {
        let both = authority(&Profile::ALL);
        let policy = |asked| check(&both, &asks(asked), (NOON, 0), None).unwrap().policy;
        assert_eq!(policy(None), oid::POLICY_COMPATIBLE);
        assert_eq!(policy(Some(oid::POLICY_PRECISE)), oid::POLICY_PRECISE);
    }

    /// S11: the nonce of the request, every octet of it, or none.
    #[test]
    fn repeats_the_nonce_whatever_number_it_is() {
        let authority = authority(&Profile::ALL);
        let nonces: [&[u8]; 6] = [&[0], &[1], &[0x80], &[0xff], &[0x7f; 20], &[0x7f; 1_024]];
        for content in nonces {
            let nonce = Nonce::from_der_content(content).unwrap();
            let request = asks(None).with_nonce(nonce.clone());
            let decision = check(&authority, &request, (NOON, 0), None).unwrap();
            assert_eq!(decision.nonce, Some(nonce));
        }
        let without = check(&authority, &asks(None), (NOON, 0), None).unwrap();
        assert_eq!(without.nonce, None);
    }

    /// S24: the imprint as received, NULL parameters included.
    #[test]
    fn repeats_the_imprint_octet_for_octet() {
        let authority = authority(&Profile::ALL);
        let plain = asks(None).encode();
        let imprint = asks(None).imprint().as_der().to_vec();
        // The same imprint with parameters NULL: SEQUENCE and AlgorithmIdentifier grow by two.
        let mut with_null = imprint.clone();
        with_null[1] += 2;
        with_null[3] += 2;
        let digest_at = with_null.len() - 34;
        with_null.splice(digest_at..digest_at, [5, 0]);
        let mut request = plain[..5].to_vec();
        request[1] += 2;
        request.extend_from_slice(&with_null);
        for (request, expected) in [(plain, imprint), (request, with_null)] {
            let decoded = TimeStampReq::decode(&request, &authority.policy().served()).unwrap();
            let valid = ValidRequest::new(decoded, authority.policy()).unwrap();
            let reading = ClockReading::new(UnixMicros::new(NOON), 0, BoundSource::Measured);
            let stamp = StampTime::next(reading, None).unwrap();
            let serial = SerialNumber::from_u64(1).unwrap();
            let decision = authority.decide(&valid, serial, &stamp).unwrap();
            assert_eq!(decision.imprint.as_der(), expected);
        }
    }

    /// S28: absent unless the policy promises it.
    #[test]
    fn claims_ordering_only_when_the_policy_does() {
        let plain = authority(&[Profile::Precise]);
        let decision = check(&plain, &asks(None), (NOON, 0), None).unwrap();
        assert!(!decision.ordering);
        let policy = plain.policy().clone().with_ordering().unwrap();
        let ordered = TimeStampAuthority::new(Arc::new(policy));
        let decision = check(&ordered, &asks(None), (NOON, 0), None).unwrap();
        assert!(decision.ordering);
    }

    /// S61, S7: only the serial tells two tokens of one request at one time apart.
    #[test]
    fn the_same_request_under_another_serial_is_another_token() {
        let authority = authority(&Profile::ALL);
        let valid = ValidRequest::new(asks(None), authority.policy()).unwrap();
        let reading = ClockReading::new(UnixMicros::new(NOON), 0, BoundSource::Measured);
        let stamp = StampTime::next(reading, None).unwrap();
        let decide = |serial| {
            let serial = SerialNumber::from_u64(serial).unwrap();
            authority.decide(&valid, serial, &stamp).unwrap().encode()
        };
        assert_eq!(decide(1), decide(1));
        assert_ne!(decide(1), decide(2));
    }

    proptest! {
        /// S1, S27: whatever the clock's error within its bound, and however long the
        /// signature takes within its allowance, true time is in genTime ± accuracy.
        #[test]
        fn the_interval_contains_true_time(
            truth in NOON - 3_000_000..NOON + 3_000_000,
            bound in 0_i64..=400_000,
            share in -1_000_i64..=1_000,
            ahead in 0_i64..=2_000,
            signing in 0_i64..=100_000,
            precise in any::<bool>(),
        ) {
            let clock = truth + bound * share / 1_000;
            let last = clock + ahead - 1_000;
            let policy = if precise { oid::POLICY_PRECISE } else { oid::POLICY_COMPATIBLE };
            let decision = check(
                &authority(&Profile::ALL),
                &asks(Some(policy)),
                (clock, u64::try_from(bound).unwrap()),
                Some(last),
            );
            if let Ok(decision) = decision {
                let accuracy = i64::try_from(decision.accuracy.unwrap().total_micros()).unwrap();
                let gen_time = decision.gen_time.to_micros().get();
                for instant in [truth, truth + signing] {
                    prop_assert!((gen_time - instant).abs() <= accuracy);
                }
                prop_assert!(accuracy <= 1_000_000);
            }
        }
    }

    #[test]
    fn a_longer_allowance_leaves_the_clock_less() {
        let validity = UnixMicros::new(NOON - DAY)..=UnixMicros::new(NOON + DAY);
        let allowance = Duration::from_millis(300);
        let policy = TsaPolicy::new(
            &[Profile::Compatible],
            Profile::Compatible,
            allowance,
            validity,
        );
        let authority = TimeStampAuthority::new(Arc::new(policy.unwrap()));
        let decision = check(&authority, &asks(None), (NOON, 200_000), None).unwrap();
        assert_eq!(shown(&decision).1, 1_000_000);
        assert!(check(&authority, &asks(None), (NOON, 200_001), None).is_err());
    }
}
