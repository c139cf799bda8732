//! [`PkiStatus`] and [`PkiFailureInfo`]: the outcome of a request.

/// PKIStatus, RFC 3161 2.4.2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PkiStatus {
    /// 0: a token is present.
    Granted,
    /// 1: a token is present, with modifications that the client must look at.
    GrantedWithMods,
    /// 2: refused.
    Rejection,
    /// 3: not yet.
    Waiting,
    /// 4: a revocation is imminent.
    RevocationWarning,
    /// 5: a revocation has happened.
    RevocationNotification,
}

impl PkiStatus {
    /// Number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Granted => 0,
            Self::GrantedWithMods => 1,
            Self::Rejection => 2,
            Self::Waiting => 3,
            Self::RevocationWarning => 4,
            Self::RevocationNotification => 5,
        }
    }

    /// The status with this number. RFC 3161: a client must raise an error for others.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [
            Self::Granted,
            Self::GrantedWithMods,
            Self::Rejection,
            Self::Waiting,
            Self::RevocationWarning,
            Self::RevocationNotification,
        ]
        .into_iter()
        .find(|status| i64::from(status.code()) == code)
    }

    /// Whether a token must be present (it must be absent otherwise).
    #[must_use]
    pub const fn has_token(self) -> bool {
        matches!(self, Self::Granted | Self::GrantedWithMods)
    }

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::GrantedWithMods => "grantedWithMods",
            Self::Rejection => "rejection",
            Self::Waiting => "waiting",
            Self::RevocationWarning => "revocationWarning",
            Self::RevocationNotification => "revocationNotification",
        }
    }
}

/// PKIFailureInfo, the eight bits of RFC 3161 2.4.2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "who maps them must choose for each"
)]
pub enum PkiFailureInfo {
    /// Bit 0: unrecognised or unsupported algorithm.
    BadAlg,
    /// Bit 2: transaction not permitted or supported.
    BadRequest,
    /// Bit 5: the data submitted has the wrong format.
    BadDataFormat,
    /// Bit 14: the time source is not available.
    TimeNotAvailable,
    /// Bit 15: the requested policy is not supported.
    UnacceptedPolicy,
    /// Bit 16: the requested extension is not supported.
    UnacceptedExtension,
    /// Bit 17: the additional information could not be understood or is not available.
    AddInfoNotAvailable,
    /// Bit 25: the request cannot be handled due to a system failure.
    SystemFailure,
}

impl PkiFailureInfo {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::BadAlg,
        Self::BadRequest,
        Self::BadDataFormat,
        Self::TimeNotAvailable,
        Self::UnacceptedPolicy,
        Self::UnacceptedExtension,
        Self::AddInfoNotAvailable,
        Self::SystemFailure,
    ];

    /// Number of the named bit.
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::BadAlg => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::AddInfoNotAvailable => 17,
            Self::SystemFailure => 25,
        }
    }

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadAlg => "badAlg",
            Self::BadRequest => "badRequest",
            Self::BadDataFormat => "badDataFormat",
            Self::TimeNotAvailable => "timeNotAvailable",
            Self::UnacceptedPolicy => "unacceptedPolicy",
            Self::UnacceptedExtension => "unacceptedExtension",
            Self::AddInfoNotAvailable => "addInfoNotAvailable",
            Self::SystemFailure => "systemFailure",
        }
    }

    /// Content of the BIT STRING: unused-bits octet, then the octets up to the bit that is set.
    /// Named bits have no trailing zero bits in DER (X.690 11.2.2).
    pub(super) fn bit_string_content(self) -> Vec<u8> {
        let octets = usize::from(self.bit() / 8);
        let unused = 7 - self.bit() % 8;
        let mut content = vec![0; octets.saturating_add(1)];
        if let Some(first) = content.first_mut() {
            *first = unused;
        }
        content.push(1 << unused);
        content
    }

    /// The one bit that this content sets; `None` for none, more than one, an unknown one, or a
    /// form that is not DER: for each bit there is exactly one right content.
    pub(super) fn from_bit_string_content(content: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|info| info.bit_string_content() == content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_strings_end_with_the_bit_that_is_set() {
        let written: Vec<String> = PkiFailureInfo::ALL
            .into_iter()
            .map(|info| hex::encode(info.bit_string_content()))
            .collect();
        assert_eq!(
            written,
            [
                "0780",
                "0520",
                "0204",
                "010002",
                "000001",
                "07000080",
                "06000040",
                "0600000040"
            ]
        );
    }

    #[test]
    fn codes_lead_back_to_the_status() {
        for code in 0..6 {
            let status = PkiStatus::from_code(code).unwrap();
            assert_eq!(i64::from(status.code()), code);
        }
        assert_eq!(PkiStatus::from_code(6), None);
        assert_eq!(PkiStatus::from_code(-1), None);
    }
}
