//! A request that we serve, by construction.

use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::LocationRequest;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::hash;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;

use crate::error::Rejection;
use crate::policy::LocPolicy;

/// A request that obeys RFC 3161 section 2.4.1 and that the policy serves, with or without a
/// location request in it.
///
/// The digest was looked at no further than its length (section 2.1 item 8).
#[derive(Clone, Debug)]
pub struct ValidRequest {
    imprint: MessageImprint,
    nonce: Option<Nonce>,
    policy: Option<(ObjectIdentifier, AssuranceLevel)>,
    cert_req: bool,
    location: Option<LocationRequest>,
}

impl ValidRequest {
    /// Checks what the types of a [`TimeStampReq`] leave open. A request that
    /// was built here (the JSON path) passes the same rules as a decoded one.
    ///
    /// # Errors
    ///
    /// [`Rejection::HashNotAccepted`], [`Rejection::PolicyUnknown`],
    /// [`Rejection::LocationRequest`].
    pub fn new(request: TimeStampReq, policy: &LocPolicy) -> Result<Self, Rejection> {
        let imprint = request.imprint();
        let algorithm = imprint.algorithm();
        if !hash::ACCEPTED.contains(&algorithm) {
            return Err(Rejection::HashNotAccepted { algorithm });
        }
        let served = |asked: &ObjectIdentifier| match policy.min_level(asked) {
            Some(level) => Ok((*asked, level)),
            None => Err(Rejection::PolicyUnknown { policy: *asked }),
        };
        let policy = request.policy().map(served).transpose()?;
        let location = LocationRequest::find(&request).map_err(Rejection::LocationRequest)?;
        Ok(Self {
            imprint: imprint.clone(),
            nonce: request.nonce().cloned(),
            policy,
            cert_req: request.cert_req(),
            location,
        })
    }

    /// What is to be stamped, octet for octet as received.
    #[must_use]
    pub const fn imprint(&self) -> &MessageImprint {
        &self.imprint
    }

    /// The number to repeat.
    #[must_use]
    pub const fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// The policy asked for, if one was.
    #[must_use]
    pub fn policy(&self) -> Option<ObjectIdentifier> {
        self.policy.map(|(policy, _)| policy)
    }

    /// The least level that is of use: the policy's that was asked for, or what the location
    /// request says, whichever is more.
    #[must_use]
    pub fn min_level(&self) -> AssuranceLevel {
        let policy = self.policy.map(|(_, level)| level);
        let location = self.location.as_ref().and_then(LocationRequest::min_level);
        let asked = policy.max(location);
        asked.unwrap_or(AssuranceLevel::L0Asserted)
    }

    /// Whether the token is to carry certificates.
    #[must_use]
    pub const fn cert_req(&self) -> bool {
        self.cert_req
    }

    /// What the client says about its place. Its word: nothing of it goes into a token.
    #[must_use]
    pub const fn location_request(&self) -> Option<&LocationRequest> {
        self.location.as_ref()
    }
}
