//! Why a request is refused, and what the client is told.
#![warn(clippy::wildcard_enum_match_arm)]

use meridian_signing::clock::{ClockError, ClockWentBack};
use meridian_signing::shown::NotShown;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::req::ReqError;
use meridian_wire::tsp::status::PkiFailureInfo;

/// Why a request got no token. Each variant is one rule; its text is the
/// `statusString` that the client reads, so it says nothing of our inside:
/// that is in the source error, for the log.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The bytes are not a request that we serve.
    #[error(transparent)]
    Request(#[from] ReqError),
    /// RFC 3161 2.4.1: the hash algorithm is weak or not ours.
    #[error("hash algorithm {algorithm} is not accepted")]
    HashNotAccepted {
        /// The algorithm of the imprint.
        algorithm: HashAlgorithm,
    },
    /// RFC 3161 2.4.1 reqPolicy: the token SHOULD be provided under that policy, or not at all.
    #[error("policy {policy} is not served")]
    PolicyNotServed {
        /// The policy asked for.
        policy: ObjectIdentifier,
    },
    /// RFC 3161 2.1 item 1: no trustworthy time.
    #[error("the authority has no trustworthy time at the moment; try again later")]
    Clock(#[from] ClockError),
    /// The clock was set back behind tokens that are already issued.
    #[error(
        "the authority's clock has not yet reached the time of its last token; try again later"
    )]
    ClockWentBack(#[from] ClockWentBack),
    /// RFC 3161 2.4.2: the time cannot be shown honestly.
    #[error(transparent)]
    NotShown(#[from] NotShown),
    /// The key did not sign, or not in time, also at the second try.
    #[error("the authority's key did not sign in time; try again")]
    SignerFailed,
    /// The queue before the log is full.
    #[error("the authority is at its limit; try again in a moment")]
    QueueFull,
    /// There is no room for more leaves.
    #[error("the authority has no room for more tokens at the moment; try again later")]
    NoRoom,
    /// The authority is shutting down, or its log has stopped.
    #[error("the authority is stopping")]
    Stopping,
}

impl Rejection {
    /// The sentence for `statusString`.
    #[must_use]
    pub fn status_text(&self) -> String {
        self.to_string()
    }

    /// The bit for `failInfo`.
    #[must_use]
    pub fn fail_info(&self) -> PkiFailureInfo {
        PkiFailureInfo::from(self)
    }
}

impl From<&Rejection> for PkiFailureInfo {
    // Exhaustive on purpose: a new rule must choose its wire code here.
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Request(rule) => rule.fail_info(),
            Rejection::HashNotAccepted { .. } => Self::BadAlg,
            Rejection::PolicyNotServed { .. } => Self::UnacceptedPolicy,
            Rejection::Clock(_) | Rejection::ClockWentBack(_) => Self::TimeNotAvailable,
            Rejection::NotShown(reason) => reason.fail_info(),
            Rejection::SignerFailed
            | Rejection::QueueFull
            | Rejection::NoRoom
            | Rejection::Stopping => Self::SystemFailure,
        }
    }
}

#[cfg(test)]
mod tests {
    use meridian_signing::shown::DEFAULT_SIGNING_ALLOWANCE;
    use meridian_wire::oid;
    use meridian_wire::time::UnixMicros;
    use meridian_wire::tsp::gen_time::GenTime;
    use meridian_wire::tsp::imprint::MessageImprint;
    use meridian_wire::tsp::req::TimeStampReq;

    use super::*;
    use crate::policy::{Profile, TsaPolicy};
    use crate::request::ValidRequest;

    fn policy() -> TsaPolicy {
        let validity = UnixMicros::new(0)..=UnixMicros::new(i64::MAX);
        let default = Profile::Compatible;
        TsaPolicy::new(&[default], default, DEFAULT_SIGNING_ALLOWANCE, validity).unwrap()
    }

    fn refused(request: &[u8]) -> Rejection {
        let policy = policy();
        TimeStampReq::decode(request, &policy.served())
            .map_err(Rejection::from)
            .and_then(|request| ValidRequest::new(request, &policy))
            .expect_err("the request breaks a rule")
    }

    /// TLV with a length below 65536, minimal.
    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = u16::try_from(content.len()).unwrap();
        let [high, low] = length.to_be_bytes();
        let mut out = vec![tag];
        match length {
            0..=0x7f => out.push(low),
            0x80..=0xff => out.extend([0x81, low]),
            _ => out.extend([0x82, high, low]),
        }
        out.extend(content);
        out
    }

    fn imprint(oid: &[u8], parameters: &[u8], digest_len: usize) -> Vec<u8> {
        let algorithm = tlv(0x30, &[&tlv(6, &[oid]), parameters]);
        tlv(0x30, &[&algorithm, &tlv(4, &[&vec![7; digest_len]])])
    }

    const VERSION_1: &[u8] = &[2, 1, 1];

    fn sha256(parameters: &[u8], digest_len: usize) -> Vec<u8> {
        imprint(oid::SHA_256.as_bytes(), parameters, digest_len)
    }

    /// A request of version 1 over SHA-256 with whatever follows the imprint.
    fn request(rest: &[&[u8]]) -> Vec<u8> {
        tlv(0x30, &[VERSION_1, &sha256(&[], 32), &rest.concat()])
    }

    fn extension(critical: bool) -> Vec<u8> {
        let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
        let one = tlv(0x30, &[&tlv(6, &[&[0x2a, 3, 4]]), critical, &tlv(4, &[])]);
        tlv(0xa0, &[&one])
    }

    /// Each input is refused with this bit and a sentence.
    fn check(rows: &[(&str, Vec<u8>)], expected: PkiFailureInfo) {
        for (name, bytes) in rows {
            let rejection = refused(bytes);
            assert_eq!(rejection.fail_info(), expected, "{name}: {rejection:?}");
            assert!(!rejection.status_text().is_empty(), "{name}");
        }
    }

    fn long_oid() -> Vec<u8> {
        [&[0x2a][..], &[0x81; 200], &[1]].concat()
    }

    /// S17: the row 'garbage' of the matrix.
    #[test]
    fn garbage_is_bad_data_format() {
        let good = request(&[]);
        let rows = [
            ("empty", vec![]),
            ("not ASN.1 at all", b"GET / HTTP/1.1".to_vec()),
            ("cut short", good[..good.len() - 1].to_vec()),
            ("4 GB length", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
            ("other order", request(&[&[1, 1, 0xff], &[2, 1, 1]])),
            ("empty extensions", request(&[&[0xa0, 0]])),
            ("unknown field", request(&[&[0xa1, 0]])),
        ];
        check(&rows, PkiFailureInfo::BadDataFormat);
    }

    /// The row 'trailing bytes' of the matrix.
    #[test]
    fn an_octet_after_the_request_is_bad_data_format() {
        let good = request(&[]);
        let rows = [
            ("one octet", [&good[..], &[0]].concat()),
            ("a second request", [&good[..], &good].concat()),
        ];
        check(&rows, PkiFailureInfo::BadDataFormat);
    }

    /// The row 'BER not DER' of the matrix.
    #[test]
    fn ber_that_is_not_der_is_bad_data_format() {
        let good = request(&[]);
        let rows = [
            (
                "length not minimal",
                [&[0x30, 0x81][..], &good[1..]].concat(),
            ),
            (
                "indefinite length",
                [&[0x30, 0x80][..], &good[2..], &[0, 0]].concat(),
            ),
            ("certReq 01", request(&[&[1, 1, 1]])),
        ];
        check(&rows, PkiFailureInfo::BadDataFormat);
    }

    /// S58: 4 KiB hold every request that we grant.
    #[test]
    fn more_than_4_kib_is_bad_data_format() {
        let rows = [("over 4 KiB", request(&[&tlv(2, &[&[1; 5_000]])]))];
        check(&rows, PkiFailureInfo::BadDataFormat);
    }

    /// S15.
    #[test]
    fn another_version_is_bad_request() {
        let version = |version: &[u8]| tlv(0x30, &[&tlv(2, &[version]), &sha256(&[], 32)]);
        let rows = [
            ("0", version(&[0])),
            ("2", version(&[2])),
            ("-1", version(&[0xff])),
            ("beyond 64 bits", version(&[1; 10])),
        ];
        check(&rows, PkiFailureInfo::BadRequest);
    }

    /// S10, S52 (SHA-1), and the row 'MD5/SHA-1' of the matrix.
    #[test]
    fn a_weak_or_unknown_hash_is_bad_alg() {
        let hash = |name, oid: ObjectIdentifier, len| {
            let imprint = imprint(oid.as_bytes(), &[], len);
            (name, tlv(0x30, &[VERSION_1, &imprint]))
        };
        let rows = [
            hash("SHA-1", oid::SHA_1, 20),
            hash("MD5", oid::MD5, 16),
            hash("SHA-224", oid::SHA_224, 28),
            hash("SHA3-224", oid::SHA3_224, 28),
            hash("RIPEMD-160", oid::RIPEMD_160, 20),
            hash("no hash at all", oid::POLICY_PRECISE, 32),
            hash("SHA-1 of a wrong length", oid::SHA_1, 32),
        ];
        check(&rows, PkiFailureInfo::BadAlg);
    }

    /// S5, S11, S60: the row 'wrong length' of the matrix, and what has no bound in the RFC.
    #[test]
    fn a_digest_parameter_nonce_or_oid_out_of_bounds_is_bad_data_format() {
        let with = |imprint: &[u8]| tlv(0x30, &[VERSION_1, imprint]);
        let rows = [
            ("digest too short", with(&sha256(&[], 31))),
            ("digest too long", with(&sha256(&[], 33))),
            ("no digest", with(&sha256(&[], 0))),
            ("parameters", with(&sha256(&[2, 1, 0], 32))),
            ("long hash OID", with(&imprint(&long_oid(), &[], 32))),
            ("long policy OID", request(&[&tlv(6, &[&long_oid()])])),
            ("nonce of 1,025 octets", request(&[&tlv(2, &[&[1; 1_025]])])),
            ("nonce not minimal", request(&[&[2, 2, 0, 1]])),
            ("nonce empty", request(&[&[2, 0]])),
        ];
        check(&rows, PkiFailureInfo::BadDataFormat);
    }

    /// S25, and the row 'policy unknown' of the matrix.
    #[test]
    fn a_policy_that_is_not_served_is_unaccepted_policy() {
        let policy = |policy: &[u8]| request(&[&tlv(6, &[policy])]);
        let rows = [
            ("another's", policy(&[0x2a, 3])),
            ("ours, not served", policy(oid::POLICY_PRECISE.as_bytes())),
        ];
        check(&rows, PkiFailureInfo::UnacceptedPolicy);
    }

    /// S9, S14, and the row 'extension, any criticality' of the matrix.
    #[test]
    fn any_extension_is_unaccepted_extension() {
        let rows = [
            ("not critical", request(&[&extension(false)])),
            ("critical", request(&[&extension(true)])),
            (
                "after all fields",
                request(&[&[2, 1, 9], &[1, 1, 0xff], &extension(false)]),
            ),
        ];
        check(&rows, PkiFailureInfo::UnacceptedExtension);
    }

    /// S60: what the client reads back is bounded, whatever it sent.
    #[test]
    fn a_status_text_stays_short() {
        let oid = [&[0x2a][..], &[0x81; 120], &[1]].concat();
        let rejection = refused(&request(&[&tlv(6, &[&oid])]));
        assert!(rejection.status_text().len() < 1_000, "{rejection}");
    }

    /// S10, S25: a request that was not decoded passes the same rules.
    #[test]
    fn a_request_built_here_passes_the_same_rules() {
        let policy = policy();
        let built = |algorithm, len| {
            TimeStampReq::new(MessageImprint::new(algorithm, &vec![7; len]).unwrap())
        };
        assert_eq!(
            ValidRequest::new(built(HashAlgorithm::Sha1, 20), &policy).unwrap_err(),
            Rejection::HashNotAccepted {
                algorithm: HashAlgorithm::Sha1
            }
        );
        let precise = built(HashAlgorithm::Sha256, 32).with_policy(oid::POLICY_PRECISE);
        assert_eq!(
            ValidRequest::new(precise, &policy).unwrap_err(),
            Rejection::PolicyNotServed {
                policy: oid::POLICY_PRECISE
            }
        );
    }

    /// S3, S12, S13, S33, S34: every accepted hash; certReq is carried on.
    #[test]
    fn serves_every_accepted_hash_with_and_without_cert_req() {
        let policy = policy();
        for algorithm in meridian_wire::tsp::hash::ACCEPTED.iter().copied() {
            let digest = vec![7; algorithm.digest_len()];
            let imprint = MessageImprint::new(algorithm, &digest).unwrap();
            for cert_req in [false, true] {
                let request = TimeStampReq::new(imprint.clone()).with_cert_req(cert_req);
                let decoded = TimeStampReq::decode(&request.encode(), &policy.served()).unwrap();
                let valid = ValidRequest::new(decoded, &policy).unwrap();
                assert_eq!(valid.cert_req(), cert_req);
                assert_eq!(valid.imprint(), &imprint);
            }
        }
    }

    /// S17, S59: our own faults are never the client's.
    #[test]
    fn faults_of_the_authority_are_time_not_available_or_system_failure() {
        let impossible_year = GenTime::micros(UnixMicros::new(i64::MAX)).unwrap_err();
        let time = [
            Rejection::Clock(ClockError::Unsynchronised),
            Rejection::NotShown(NotShown::ClockUncertain {
                error_us: 2,
                limit_us: 1,
            }),
            Rejection::NotShown(impossible_year.into()),
        ];
        for rejection in time {
            assert_eq!(rejection.fail_info(), PkiFailureInfo::TimeNotAvailable);
        }
        let system = [
            Rejection::SignerFailed,
            Rejection::QueueFull,
            Rejection::NoRoom,
            Rejection::Stopping,
            Rejection::NotShown(NotShown::CertificateNotValid {
                gen_time: UnixMicros::new(0),
                accuracy_us: 1,
                not_before: UnixMicros::new(1),
                not_after: UnixMicros::new(2),
            }),
        ];
        for rejection in system {
            assert_eq!(rejection.fail_info(), PkiFailureInfo::SystemFailure);
        }
    }

    /// The client learns that there is no time, not how our machine is set up.
    #[test]
    fn keeps_advice_to_the_operator_out_of_the_status_text() {
        let rejection = Rejection::Clock(ClockError::Unsynchronised);
        assert!(!rejection.status_text().contains("chronyd"));
        let source = std::error::Error::source(&rejection).unwrap();
        assert!(source.to_string().contains("chronyd"));
    }
}
