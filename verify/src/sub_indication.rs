//! What EN 319 102-1 calls the reason of a finding.

/// A sub-indication of EN 319 102-1 V1.4.1 (clause 5.1.3, tables 5 and 6); only those that a finding
/// here can have.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SubIndication {
    /// Not of the form that the standards ask for.
    FormatFailure,
    /// A digest is not the one that was signed.
    HashFailure,
    /// The signature does not fit the key.
    SigCryptoFailure,
    /// Revoked, and made after that.
    Revoked,
    /// The signature breaks a rule for it.
    SigConstraintsFailure,
    /// A certificate of the path breaks a rule for it.
    ChainConstraintsFailure,
    /// The path does not hold for another reason.
    CertificateChainGeneralFailure,
    /// An algorithm was not good, or cannot be judged.
    CryptoConstraintsFailure,
    /// Made after the end of the certificate.
    Expired,
    /// Made before the begin of the certificate.
    NotYetValid,
    /// The two times contradict the order of the tokens.
    TimestampOrderFailure,
    /// The signer's certificate is not known.
    NoSigningCertificateFound,
    /// There is no path to an anchor.
    NoCertificateChainFound,
    /// There is a path to an anchor that is not trusted at that time.
    NoCertificateChainFoundNoPoe,
    /// The signer is revoked, and nothing proves that the token is older.
    RevokedNoPoe,
    /// An authority is revoked, and nothing proves that the token is older.
    RevokedCaNoPoe,
    /// A certificate has ended, and nothing proves that the token is older.
    OutOfBoundsNoPoe,
    /// An algorithm became weak, and nothing proves that the token is older.
    CryptoConstraintsFailureNoPoe,
    /// Nothing proves when it existed.
    NoPoe,
    /// Later revocation data may tell.
    TryLater,
    /// The data is not at hand.
    SignedDataNotFound,
}

impl SubIndication {
    /// Its name, as the standard writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::Revoked => "REVOKED",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::NoCertificateChainFoundNoPoe => "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::NoPoe => "NO_POE",
            Self::TryLater => "TRY_LATER",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
        }
    }

    /// Its URN (TS 119 102-2).
    #[must_use]
    pub fn urn(self) -> String {
        format!("urn:etsi:019102:subindication:{}", self.name())
    }

    /// What a check of this number finds unless it says otherwise; none for checks about place, of
    /// which the standard does not speak.
    pub(crate) const fn of_check(number: u16) -> Option<Self> {
        Some(match number {
            1..=9 | 20..=24 | 41..=43 => Self::FormatFailure,
            29 | 30 | 44 | 91 | 92 => Self::HashFailure,
            45 | 46 | 48 | 49 | 90 => Self::SigCryptoFailure,
            25 | 26 | 28 | 47 | 52 => Self::SigConstraintsFailure,
            40 | 51 => Self::NoSigningCertificateFound,
            27 | 60..=64 | 66..=68 => Self::ChainConstraintsFailure,
            65 => Self::CertificateChainGeneralFailure,
            70 => Self::CryptoConstraintsFailure,
            80 => Self::NoCertificateChainFound,
            81 => Self::NoCertificateChainFoundNoPoe,
            82 | 83 | 85 => Self::TryLater,
            84 => Self::RevokedNoPoe,
            93..=95 | 100 => Self::NoPoe,
            101 | 102 => Self::TimestampOrderFailure,
            _ => return None,
        })
    }
}
