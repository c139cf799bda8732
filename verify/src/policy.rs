//! What the caller trusts and asks for.

use meridian_wire::note::key::VerifierKey;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;

use crate::algorithms::catalogue::Catalogue;
use crate::asked::AskedFor;

use crate::later::LaterTokens;
use crate::location::inputs::PlaceInputs;
use crate::profile::Profile;
use crate::trust_list::WitnessWindows;
use crate::window::Window;

/// Certificates that the caller trusts, each for a time: at least one, and each readable.
///
/// A type of its own, so that a certificate out of a token can never be an anchor.
#[derive(Clone, Debug)]
pub struct TrustAnchors(Vec<(Vec<u8>, Window)>);

/// Why certificates cannot be anchors.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnchorError {
    /// None was given.
    #[error("no trusted certificate was given")]
    None,
    /// One of them cannot be read.
    #[error("trusted certificate {index} cannot be read: {cause}")]
    Unreadable {
        /// Its position, from 0.
        index: usize,
        /// Why.
        cause: ReadError,
    },
}

impl TrustAnchors {
    /// Takes DER certificates, trusted at any time.
    ///
    /// # Errors
    ///
    /// [`AnchorError`].
    pub fn new(certificates: Vec<Vec<u8>>) -> Result<Self, AnchorError> {
        let always = certificates.into_iter().map(|der| (der, Window::ALWAYS));
        Self::windowed(always.collect())
    }

    /// Takes DER certificates, each trusted for a time. One that is there twice is trusted in both
    /// times.
    ///
    /// # Errors
    ///
    /// [`AnchorError`].
    pub fn windowed(certificates: Vec<(Vec<u8>, Window)>) -> Result<Self, AnchorError> {
        if certificates.is_empty() {
            return Err(AnchorError::None);
        }
        for (index, (certificate, _)) in certificates.iter().enumerate() {
            CertificateReading::read(certificate, &mut Walk::default())
                .map_err(|cause| AnchorError::Unreadable { index, cause })?;
        }
        Ok(Self(certificates))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Window)> {
        let all = self.0.iter();
        all.map(|(certificate, window)| (certificate.as_slice(), *window))
    }
}

/// What is asked of revocation data.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RevocationMode {
    /// Data that says 'revoked' counts; no data is a finding, no more.
    #[default]
    Report,
    /// No usable data leaves the verdict indeterminate.
    Require,
}

impl VerifyPolicy {
    /// The keys of the logs that are believed.
    pub(crate) fn log_keys(&self) -> Vec<&VerifierKey> {
        let of_policy = self.log_policy.iter().flat_map(TlogPolicy::logs);
        self.log_key.iter().chain(of_policy).collect()
    }
}

/// Everything a verdict depends on, besides token and data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyPolicy {
    /// Where paths may end.
    pub anchors: TrustAnchors,
    /// Further certificates (DER) to build paths with; not trusted.
    pub intermediates: Vec<Vec<u8>>,
    /// CRLs (DER).
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses (DER).
    pub ocsp_responses: Vec<Vec<u8>>,
    /// Which departures are forgiven; [`VerifyPolicy::adopt`] sets what goes with it.
    pub profile: Profile,
    /// What is asked of revocation data.
    pub revocation: RevocationMode,
    /// The request that the token answers.
    pub request: Option<AskedFor>,
    /// Policies of authorities that are accepted, dotted; none means any.
    pub policies: Vec<String>,
    /// The log's key.
    pub log_key: Option<VerifierKey>,
    /// Which logs and witnesses are believed, besides that key.
    pub log_policy: Option<TlogPolicy>,
    /// For how long each witness of that policy is believed.
    pub witness_windows: WitnessWindows,
    /// Text of a `.tlog-proof`; without one, the token's unsigned attribute is looked at.
    pub proof: Option<String>,
    /// Whether inclusion in the log must be shown.
    pub require_log: bool,
    /// Tokens that may be about this one, as proof that it existed.
    pub later_tokens: LaterTokens,
    /// Until when which algorithm is good.
    pub algorithms: Catalogue,
    /// What is at hand about place, and asked.
    pub place: PlaceInputs,
    /// The time of verification.
    pub at: UnixMicros,
}

impl VerifyPolicy {
    /// Trust in `anchors`, verification at `at`, nothing else given or asked for.
    #[must_use]
    pub fn new(anchors: TrustAnchors, at: UnixMicros) -> Self {
        Self {
            anchors,
            intermediates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            profile: Profile::Default,
            revocation: RevocationMode::Report,
            request: None,
            policies: Vec::new(),
            log_key: None,
            log_policy: None,
            witness_windows: WitnessWindows::default(),
            proof: None,
            require_log: false,
            later_tokens: LaterTokens::default(),
            algorithms: Catalogue::default(),
            place: PlaceInputs::NONE,
            at,
        }
    }

    /// The same trust and material for a later token: what was asked about the earlier one, and
    /// its proof, are not about this.
    pub(crate) fn for_later_token(&self, later_tokens: LaterTokens) -> Self {
        Self {
            anchors: self.anchors.clone(),
            intermediates: self.intermediates.clone(),
            crls: self.crls.clone(),
            ocsp_responses: self.ocsp_responses.clone(),
            profile: self.profile,
            revocation: self.revocation,
            request: None,
            policies: Vec::new(),
            log_key: self.log_key.clone(),
            log_policy: self.log_policy.clone(),
            witness_windows: self.witness_windows.clone(),
            proof: None,
            require_log: false,
            later_tokens,
            algorithms: self.algorithms.clone(),
            place: PlaceInputs::NONE,
            at: self.at,
        }
    }

    /// Takes a profile, and the mode of revocation that goes with it: the strict one requires
    /// data.
    pub const fn adopt(&mut self, profile: Profile) {
        self.profile = profile;
        self.revocation = match profile {
            Profile::Strict => RevocationMode::Require,
            Profile::Default | Profile::Archive => RevocationMode::Report,
        };
    }
}
