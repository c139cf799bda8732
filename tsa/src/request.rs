//! A request that we serve, by construction.

use meridian_wire::tsp::hash;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;

use crate::error::Rejection;
use crate::policy::{Profile, TsaPolicy};

/// A request that obeys RFC 3161 section 2.4.1 and that the policy serves.
///
/// The digest was looked at no further than its length (section 2.1 item 8),
/// and nothing in here says who asks (item 9).
#[derive(Clone, Debug)]
pub struct ValidRequest {
    imprint: MessageImprint,
    nonce: Option<Nonce>,
    profile: Profile,
    cert_req: bool,
}

impl ValidRequest {
    /// Checks what the types of a [`TimeStampReq`] leave open. A request that
    /// was built here (the JSON path) passes the same rules as a decoded one.
    ///
    /// # Errors
    ///
    /// [`Rejection::HashNotAccepted`], [`Rejection::PolicyNotServed`].
    pub fn new(request: TimeStampReq, policy: &TsaPolicy) -> Result<Self, Rejection> {
        let imprint = request.imprint();
        let algorithm = imprint.algorithm();
        if !hash::ACCEPTED.contains(&algorithm) {
            return Err(Rejection::HashNotAccepted { algorithm });
        }
        let profile = match request.policy() {
            None => policy.default_profile(),
            Some(asked) => policy
                .profile(asked)
                .ok_or(Rejection::PolicyNotServed { policy: *asked })?,
        };
        Ok(Self {
            imprint: imprint.clone(),
            nonce: request.nonce().cloned(),
            profile,
            cert_req: request.cert_req(),
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

    /// The profile asked for, or the default.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether the token is to carry certificates.
    #[must_use]
    pub const fn cert_req(&self) -> bool {
        self.cert_req
    }
}
