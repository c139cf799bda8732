//! Every OBJECT IDENTIFIER that Meridian writes or looks for, and [`RawOid`] for those of others.

pub use const_oid::ObjectIdentifier;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::{MAX_OID_ARCS, MAX_OID_BYTES};

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// Our arc as text, with `$sub` below it. Replaced by an IANA arc when there is one.
macro_rules! ours {
    ($sub:literal) => {
        oid(concat!(
            "1.2.840.113556.1.8000.2554.13320.41154.49274.18401.42541.4710609.16776289",
            $sub
        ))
    };
}

/// The arc of this project.
pub const BASE: ObjectIdentifier = ours!("");
/// TSTInfo extension: location claim.
pub const LOCATION_CLAIM: ObjectIdentifier = ours!(".1.1");
/// TimeStampReq extension: location request.
pub const LOCATION_REQUEST: ObjectIdentifier = ours!(".1.2");
/// Unsigned attribute: disclosures of a location claim.
pub const DISCLOSURES: ObjectIdentifier = ours!(".2.1");
/// Signed attribute: location claim.
pub const LOCATION_CLAIM_ATTRIBUTE: ObjectIdentifier = ours!(".2.2");
/// Unsigned attribute: C2SP tlog-proof.
pub const TLOG_PROOF: ObjectIdentifier = ours!(".2.3");
/// Policy: whole seconds, what every client reads.
pub const POLICY_COMPATIBLE: ObjectIdentifier = ours!(".3.1");
/// Policy: microseconds.
pub const POLICY_PRECISE: ObjectIdentifier = ours!(".3.2");
/// Policy: location level 0.
pub const POLICY_LOCATION_0: ObjectIdentifier = ours!(".3.10");
/// Policy: location level 1 or more.
pub const POLICY_LOCATION_1: ObjectIdentifier = ours!(".3.11");
/// Policy: location level 2 or more.
pub const POLICY_LOCATION_2: ObjectIdentifier = ours!(".3.12");
/// Policy: location level 3 or more.
pub const POLICY_LOCATION_3: ObjectIdentifier = ours!(".3.13");
/// Policy: location level 4.
pub const POLICY_LOCATION_4: ObjectIdentifier = ours!(".3.14");

/// All of ours, for the test that no two are equal.
pub const OURS: [ObjectIdentifier; 13] = [
    BASE,
    LOCATION_CLAIM,
    LOCATION_REQUEST,
    DISCLOSURES,
    LOCATION_CLAIM_ATTRIBUTE,
    TLOG_PROOF,
    POLICY_COMPATIBLE,
    POLICY_PRECISE,
    POLICY_LOCATION_0,
    POLICY_LOCATION_1,
    POLICY_LOCATION_2,
    POLICY_LOCATION_3,
    POLICY_LOCATION_4,
];

// CMS, RFC 5652, and its attributes.
/// id-data.
pub const ID_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
/// id-signedData.
pub const ID_SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo, RFC 3161 2.4.2.
pub const ID_CT_TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
/// id-contentType.
pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
/// id-messageDigest.
pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
/// id-signingTime.
pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// id-countersignature.
pub const COUNTERSIGNATURE: ObjectIdentifier = oid("1.2.840.113549.1.9.6");
/// id-aa-signingCertificate (SHA-1), RFC 2634.
pub const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
/// id-aa-timeStampToken.
pub const TIME_STAMP_TOKEN: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.14");
/// id-aa-signingCertificateV2, RFC 5035.
pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
/// id-aa-CMSAlgorithmProtection, RFC 6211.
pub const CMS_ALGORITHM_PROTECTION: ObjectIdentifier = oid("1.2.840.113549.1.9.52");
/// id-ri-ocsp-response, RFC 5940.
pub const RI_OCSP_RESPONSE: ObjectIdentifier = oid("1.3.6.1.5.5.7.16.2");

// Digests.
/// MD5.
pub const MD5: ObjectIdentifier = oid("1.2.840.113549.2.5");
/// SHA-1.
pub const SHA_1: ObjectIdentifier = oid("1.3.14.3.2.26");
/// RIPEMD-160.
pub const RIPEMD_160: ObjectIdentifier = oid("1.3.36.3.2.1");
/// SHA-256.
pub const SHA_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
/// SHA-384.
pub const SHA_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
/// SHA-512.
pub const SHA_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
/// SHA-224.
pub const SHA_224: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.4");
/// SHA-512/256.
pub const SHA_512_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.6");
/// SHA3-224.
pub const SHA3_224: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.7");
/// SHA3-256.
pub const SHA3_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.8");
/// SHA3-384.
pub const SHA3_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.9");
/// SHA3-512.
pub const SHA3_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.10");
/// id-shake128, RFC 8702: 256 bits as a digest.
pub const SHAKE128: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.11");
/// id-shake256, RFC 8702: 512 bits as a digest.
pub const SHAKE256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.12");

// Signatures and keys.
/// rsaEncryption.
pub const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// md5WithRSAEncryption.
pub const MD5_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.4");
/// sha1WithRSAEncryption.
pub const SHA_1_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
/// sha1WithRSASignature of the OIW, which old tools write for sha1WithRSAEncryption.
pub const SHA_1_WITH_RSA_OIW: ObjectIdentifier = oid("1.3.14.3.2.29");
/// rsaSignatureWithripemd160 of TeleTrusT.
pub const RIPEMD_160_WITH_RSA: ObjectIdentifier = oid("1.3.36.3.3.1.2");
/// id-mgf1.
pub const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
/// id-RSASSA-PSS.
pub const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// sha256WithRSAEncryption.
pub const SHA_256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
/// sha384WithRSAEncryption.
pub const SHA_384_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
/// sha512WithRSAEncryption.
pub const SHA_512_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
/// sha224WithRSAEncryption.
pub const SHA_224_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.14");
/// sha512-256WithRSAEncryption.
pub const SHA_512_256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.16");
/// id-rsassa-pkcs1-v1-5-with-sha3-224.
pub const SHA3_224_WITH_RSA: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.13");
/// id-ecPublicKey.
pub const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
/// secp256r1.
pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
/// secp384r1.
pub const P384: ObjectIdentifier = oid("1.3.132.0.34");
/// secp521r1.
pub const P521: ObjectIdentifier = oid("1.3.132.0.35");
/// ecdsa-with-SHA1.
pub const ECDSA_SHA_1: ObjectIdentifier = oid("1.2.840.10045.4.1");
/// ecdsa-with-SHA224.
pub const ECDSA_SHA_224: ObjectIdentifier = oid("1.2.840.10045.4.3.1");
/// id-ecdsa-with-sha3-224.
pub const ECDSA_SHA3_224: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.9");
/// ecdsa-with-SHA256.
pub const ECDSA_SHA_256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
/// ecdsa-with-SHA384.
pub const ECDSA_SHA_384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
/// ecdsa-with-SHA512.
pub const ECDSA_SHA_512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
/// brainpoolP256r1, RFC 5639.
pub const BRAINPOOL_P256: ObjectIdentifier = oid("1.3.36.3.3.2.8.1.1.7");
/// brainpoolP384r1, RFC 5639.
pub const BRAINPOOL_P384: ObjectIdentifier = oid("1.3.36.3.3.2.8.1.1.11");
/// id-ml-dsa-44, RFC 9881.
pub const ML_DSA_44: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.17");
/// id-ml-dsa-65, RFC 9881.
pub const ML_DSA_65: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.18");
/// id-ml-dsa-87, RFC 9881.
pub const ML_DSA_87: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.19");
/// id-Ed25519, RFC 8410.
pub const ED25519: ObjectIdentifier = oid("1.3.101.112");
/// id-Ed448, RFC 8410.
pub const ED448: ObjectIdentifier = oid("1.3.101.113");
/// id-rsassa-pkcs1-v1-5-with-sha3-256, RFC 9688.
pub const SHA3_256_WITH_RSA: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.14");
/// id-rsassa-pkcs1-v1-5-with-sha3-384, RFC 9688.
pub const SHA3_384_WITH_RSA: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.15");
/// id-rsassa-pkcs1-v1-5-with-sha3-512, RFC 9688.
pub const SHA3_512_WITH_RSA: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.16");
/// id-ecdsa-with-sha3-256, RFC 9688.
pub const ECDSA_SHA3_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.10");
/// id-ecdsa-with-sha3-384, RFC 9688.
pub const ECDSA_SHA3_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.11");
/// id-ecdsa-with-sha3-512, RFC 9688.
pub const ECDSA_SHA3_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.12");

// X.509: extensions and key purposes.
/// id-ce-subjectKeyIdentifier.
pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
/// id-ce-keyUsage.
pub const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
/// id-ce-privateKeyUsagePeriod.
pub const PRIVATE_KEY_USAGE_PERIOD: ObjectIdentifier = oid("2.5.29.16");
/// id-ce-subjectAltName.
pub const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
/// id-ce-basicConstraints.
pub const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
/// id-ce-nameConstraints.
pub const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
/// id-ce-cRLDistributionPoints.
pub const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
/// id-ce-certificatePolicies.
pub const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
/// anyPolicy.
pub const ANY_POLICY: ObjectIdentifier = oid("2.5.29.32.0");
/// id-ce-authorityKeyIdentifier.
pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.35");
/// id-ce-policyConstraints.
pub const POLICY_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.36");
/// id-ce-extKeyUsage.
pub const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
/// anyExtendedKeyUsage.
pub const KP_ANY: ObjectIdentifier = oid("2.5.29.37.0");
/// id-kp-timeStamping, RFC 3161 2.3.
pub const KP_TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
/// id-kp-OCSPSigning.
pub const KP_OCSP_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.9");
/// id-pe-authorityInfoAccess.
pub const AUTHORITY_INFO_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
/// id-pe-qcStatements.
pub const QC_STATEMENTS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.3");
/// id-ce-issuerAltName.
pub const ISSUER_ALT_NAME: ObjectIdentifier = oid("2.5.29.18");
/// id-ce-cRLReasons, RFC 5280 5.3.1.
pub const CRL_REASON: ObjectIdentifier = oid("2.5.29.21");
/// id-ce-cRLNumber, RFC 5280 5.2.3.
pub const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
/// id-ce-invalidityDate, RFC 5280 5.3.2.
pub const INVALIDITY_DATE: ObjectIdentifier = oid("2.5.29.24");
/// id-ce-certificateIssuer, RFC 5280 5.3.3.
pub const CERTIFICATE_ISSUER: ObjectIdentifier = oid("2.5.29.29");
/// id-ce-freshestCRL, RFC 5280 4.2.1.15.
pub const FRESHEST_CRL: ObjectIdentifier = oid("2.5.29.46");
/// id-pkix-ocsp-basic, RFC 6960 4.2.1.
pub const OCSP_BASIC: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.1");
/// id-pkix-ocsp-nocheck, RFC 6960 4.2.2.2.1.
pub const OCSP_NO_CHECK: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.5");
/// id-pkix-ocsp-archive-cutoff, RFC 6960 section 4.4.4.
pub const OCSP_ARCHIVE_CUTOFF: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.6");
/// id-ce-expiredCertsOnCRL, X.509 section 9.5.2.8.
pub const EXPIRED_CERTS_ON_CRL: ObjectIdentifier = oid("2.5.29.60");
/// id-aa-ets-certValues, RFC 5126 section 6.3.3.
pub const CERT_VALUES: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.23");
/// id-aa-ets-revocationValues, RFC 5126 section 6.3.4.
pub const REVOCATION_VALUES: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.24");
/// id-ce-deltaCRLIndicator, RFC 5280 5.2.4.
pub const DELTA_CRL_INDICATOR: ObjectIdentifier = oid("2.5.29.27");
/// id-ce-issuingDistributionPoint, RFC 5280 5.2.5.
pub const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = oid("2.5.29.28");
/// id-ce-policyMappings.
pub const POLICY_MAPPINGS: ObjectIdentifier = oid("2.5.29.33");
/// id-ce-inhibitAnyPolicy.
pub const INHIBIT_ANY_POLICY: ObjectIdentifier = oid("2.5.29.54");

// X.520 attribute types.
/// id-at-commonName.
pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
/// id-at-countryName.
pub const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
/// emailAddress of PKCS #9, which old certificates have in their subject.
pub const EMAIL_ADDRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.1");
/// id-at-organizationName.
pub const ORGANIZATION: ObjectIdentifier = oid("2.5.4.10");

/// Text that is not the dotted form of an OBJECT IDENTIFIER that we can hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("not a dotted OBJECT IDENTIFIER of at most 38 octets with arcs below 2^28")]
pub struct NotAnOid;

/// Reads the dotted form.
///
/// const-oid 0.9 panics on an arc past 32 bits, so arcs are measured first. It encodes an arc of
/// exactly 128 or 16384 wrongly, so what it made is printed again and compared.
///
/// # Errors
///
/// [`NotAnOid`].
pub fn parse(dotted: &str) -> Result<ObjectIdentifier, NotAnOid> {
    let small = |arc: &str| arc.parse::<u32>().is_ok_and(|arc| arc < 1 << 28);
    if dotted.len() > MAX_OID_BYTES || !dotted.split('.').all(small) {
        return Err(NotAnOid);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "what it gets wrong is kept out above and found below"
    )]
    let parsed = ObjectIdentifier::new(dotted).map_err(|_| NotAnOid)?;
    let printed = RawOid::new(parsed.as_bytes()).map_err(|_| NotAnOid)?;
    if printed.to_string() == dotted {
        Ok(parsed)
    } else {
        Err(NotAnOid)
    }
}

/// An OBJECT IDENTIFIER as received: well formed (X.690 8.19) and within our limits, which are
/// wider than const-oid's (39 octets, arcs of 32 bits), so that `2.25.<UUID>` can be named.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RawOid(Box<[u8]>);

impl RawOid {
    /// Checks the content octets.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OidTooLong`] before anything is looked at,
    /// [`DecodeErrorKind::OidMalformed`] for an empty one, a last octet that announces another,
    /// or an arc with a leading zero group.
    pub fn new(content: &[u8]) -> Result<Self, DecodeError> {
        check_content(content)?;
        Ok(Self(content.into()))
    }

    /// Content octets, as received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same as the type that constants have; `None` if it is beyond that type's limits.
    #[must_use]
    pub fn to_oid(&self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(&self.0).ok()
    }
}

impl From<&ObjectIdentifier> for RawOid {
    fn from(oid: &ObjectIdentifier) -> Self {
        Self(oid.as_bytes().into())
    }
}

impl std::fmt::Display for RawOid {
    /// Dotted; an arc of more than 128 bits is printed as `?`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for group in self.0.split_inclusive(|octet| octet & 0x80 == 0) {
            let arc = group.iter().try_fold(0_u128, |arc, octet| {
                Some(arc.checked_mul(128)? + u128::from(octet & 0x7f))
            });
            match (first, arc) {
                (true, Some(arc)) => {
                    let root = (arc / 40).min(2);
                    write!(f, "{root}.{}", arc - root * 40)?;
                }
                (false, Some(arc)) => write!(f, ".{arc}")?,
                (true, None) => f.write_str("2.?")?,
                (false, None) => f.write_str(".?")?,
            }
            first = false;
        }
        Ok(())
    }
}

/// X.690 8.19.2 and the limits of S60, in one pass.
fn check_content(content: &[u8]) -> Result<(), DecodeError> {
    if content.len() > MAX_OID_BYTES {
        return Err(DecodeErrorKind::OidTooLong.into());
    }
    if content.last().is_none_or(|octet| octet & 0x80 != 0) {
        return Err(DecodeErrorKind::OidMalformed.into());
    }
    // The first group holds two arcs.
    let mut arcs = 1;
    for group in content.split_inclusive(|octet| octet & 0x80 == 0) {
        if group.first() == Some(&0x80) {
            return Err(DecodeErrorKind::OidMalformed.into());
        }
        arcs += 1;
    }
    if arcs > MAX_OID_ARCS {
        return Err(DecodeErrorKind::OidTooLong.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_distinct_small_and_encoded_right() {
        for (index, one) in OURS.iter().enumerate() {
            assert!(one.as_bytes().len() < 39);
            assert!(one.arcs().all(|arc| arc < 1 << 28));
            assert_eq!(parse(&one.to_string()), Ok(*one));
            assert!(OURS[index + 1..].iter().all(|other| other != one));
        }
        assert!(BASE.to_string().starts_with("1.2.840.113556.1.8000.2554."));
    }

    #[test]
    fn every_constant_is_encoded_right() {
        // The bug that `parse` guards against would make these print differently.
        for (constant, dotted) in [
            (SHA_256, "2.16.840.1.101.3.4.2.1"),
            (P384, "1.3.132.0.34"),
            (ED25519, "1.3.101.112"),
            (KP_TIME_STAMPING, "1.3.6.1.5.5.7.3.8"),
        ] {
            assert_eq!(RawOid::from(&constant).to_string(), dotted);
        }
    }

    #[test]
    fn refuses_an_arc_that_const_oid_encodes_wrongly() {
        assert_eq!(parse("1.2.128"), Err(NotAnOid));
        assert_eq!(parse("1.2.16384"), Err(NotAnOid));
        assert_eq!(parse("1.2"), Err(NotAnOid));
        assert_eq!(parse(&"1.2.3".repeat(1_000)), Err(NotAnOid));
    }

    #[test]
    fn refuses_an_arc_on_which_const_oid_panics() {
        assert!(parse("1.2.268435455").is_ok());
        for arc in [
            "268435456",
            "4294967295",
            "4294967296",
            "99999999999999999999",
        ] {
            assert_eq!(parse(&format!("1.2.{arc}")), Err(NotAnOid), "{arc}");
            assert_eq!(parse(&format!("{arc}.2.3")), Err(NotAnOid), "{arc}");
        }
        assert_eq!(parse("1.2.+3"), Err(NotAnOid));
        assert_eq!(parse("1.2..3"), Err(NotAnOid));
    }

    #[test]
    fn prints_a_uuid_arc() {
        // 2.25.340282366920938463463374607431768211455
        let mut content = vec![0x69, 0x83];
        content.extend([0xff; 17]);
        content.push(0x7f);
        let oid = RawOid::new(&content).unwrap();
        assert_eq!(
            oid.to_string(),
            "2.25.340282366920938463463374607431768211455"
        );
        assert_eq!(oid.to_oid(), None);
        content.insert(2, 0xff);
        assert_eq!(RawOid::new(&content).unwrap().to_string(), "2.25.?");
    }

    #[test]
    fn refuses_malformed_content() {
        for content in [&[][..], &[0x2a, 0x80, 0x01], &[0x2a, 0x83], &[0x80, 0x01]] {
            assert_eq!(
                RawOid::new(content).unwrap_err().kind,
                DecodeErrorKind::OidMalformed
            );
        }
    }

    #[test]
    fn refuses_content_beyond_the_limits() {
        assert!(RawOid::new(&[1; 63]).is_ok());
        for content in [vec![1; 64], vec![0x81; 129]] {
            assert_eq!(
                RawOid::new(&content).unwrap_err().kind,
                DecodeErrorKind::OidTooLong
            );
        }
    }
}
