//! [`TimeStampReq`]: what a client asks for.

mod fields;
#[cfg(test)]
mod tests;

use self::fields::Fields;
use super::hash::HashAlgorithm;
use super::imprint::{DigestLength, MessageImprint};
use super::nonce::Nonce;
use super::status::PkiFailureInfo;
use crate::der_walk::tag;
use crate::der_write::{self, push};
use crate::error::DecodeError;
use crate::limits::{MAX_NONCE_BYTES, MAX_REQUEST_BYTES};
use crate::loc::request::LocationRequest;
use crate::oid::{LOCATION_REQUEST, ObjectIdentifier, RawOid};

/// A request that follows every rule.
///
/// ```text
/// TimeStampReq ::= SEQUENCE {
///     version         INTEGER { v1(1) },
///     messageImprint  MessageImprint,
///     reqPolicy       TSAPolicyId              OPTIONAL,
///     nonce           INTEGER                  OPTIONAL,
///     certReq         BOOLEAN             DEFAULT FALSE,
///     extensions      [0] IMPLICIT Extensions  OPTIONAL }
/// ```
///
/// RFC 3161 2.4.1. Not checked: whether the digest is the digest of anything (2.1, item 8).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeStampReq {
    imprint: MessageImprint,
    policy: Option<ObjectIdentifier>,
    nonce: Option<Nonce>,
    cert_req: bool,
    extensions: Vec<ReqExtension>,
}

/// An extension that we serve. Its bytes are the client's and are never signed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReqExtension {
    /// extnID.
    pub oid: ObjectIdentifier,
    /// critical.
    pub critical: bool,
    /// Content of extnValue.
    pub value: Vec<u8>,
}

/// What an authority accepts in requests.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Served<'a> {
    /// Hash algorithms.
    pub hashes: &'a [HashAlgorithm],
    /// Policies that may be asked for.
    pub policies: &'a [ObjectIdentifier],
    /// Extensions that are understood.
    pub extensions: &'a [ObjectIdentifier],
    /// Octets of a request.
    pub max_bytes: usize,
}

impl<'a> Served<'a> {
    /// The three lists, and requests of up to [`MAX_REQUEST_BYTES`].
    #[must_use]
    pub const fn new(
        hashes: &'a [HashAlgorithm],
        policies: &'a [ObjectIdentifier],
        extensions: &'a [ObjectIdentifier],
    ) -> Self {
        Self {
            hashes,
            policies,
            extensions,
            max_bytes: MAX_REQUEST_BYTES,
        }
    }

    /// With requests of up to so many octets.
    #[must_use]
    pub const fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }
}

/// Why a request is refused: one rule each, in the order in which they are looked at.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReqError {
    /// Not one DER TimeStampReq. badDataFormat.
    #[error("the request is not a DER TimeStampReq: {0}")]
    Malformed(#[from] DecodeError),
    /// RFC 3161 2.4.1 sets no bound, we do. badDataFormat.
    #[error("the nonce has {actual} octets, at most {MAX_NONCE_BYTES} are echoed")]
    NonceTooLong {
        /// Content octets.
        actual: usize,
    },
    /// A version other than 1. badRequest.
    #[error("the request's version is not 1")]
    Version {
        /// The version, if 64 bits hold it.
        version: Option<i64>,
    },
    /// Nobody told us this algorithm. badAlg.
    #[error("hash algorithm {0} is not known")]
    UnknownHash(RawOid),
    /// Known and too weak to be stamped. badAlg.
    #[error("hash algorithm {0} is too weak")]
    WeakHash(HashAlgorithm),
    /// Known and strong, but not served here. badAlg.
    #[error("hash algorithm {0} is not accepted here")]
    HashNotServed(HashAlgorithm),
    /// Parameters of the hash algorithm that are neither absent nor NULL. badDataFormat.
    #[error("the hash algorithm has parameters")]
    HashParameters,
    /// The digest does not fit its algorithm. badDataFormat.
    #[error(transparent)]
    DigestLength(#[from] DigestLength),
    /// A policy that is not ours. unacceptedPolicy.
    #[error("policy {0} is not served here")]
    PolicyNotServed(RawOid),
    /// An extension that is not ours, critical or not. unacceptedExtension.
    #[error("extension {0} is not served here")]
    ExtensionNotServed(RawOid),
}

impl ReqError {
    /// The bit for `failInfo` (RFC 3161 2.4.2).
    #[must_use]
    pub const fn fail_info(&self) -> PkiFailureInfo {
        // Exhaustive on purpose: a new rule must choose its wire code here.
        match self {
            Self::Malformed(_)
            | Self::NonceTooLong { .. }
            | Self::HashParameters
            | Self::DigestLength(_) => PkiFailureInfo::BadDataFormat,
            Self::Version { .. } => PkiFailureInfo::BadRequest,
            Self::UnknownHash(_) | Self::WeakHash(_) | Self::HashNotServed(_) => {
                PkiFailureInfo::BadAlg
            }
            Self::PolicyNotServed(_) => PkiFailureInfo::UnacceptedPolicy,
            Self::ExtensionNotServed(_) => PkiFailureInfo::UnacceptedExtension,
        }
    }
}

impl TimeStampReq {
    /// Reads a request. Rules are looked at in this order, so that the code a client gets does
    /// not depend on the reader: form, version, hash algorithm (then its parameters and the
    /// digest's length), policy, extensions. Only then x509-tsp decodes, and what it encodes
    /// again must be what came; an explicitly encoded `certReq FALSE` is the one exception
    /// (clients in use send it).
    ///
    /// # Errors
    ///
    /// [`ReqError`].
    pub fn decode(input: &[u8], served: &Served<'_>) -> Result<Self, ReqError> {
        let (version, walk) = Fields::version(input, served.max_bytes)?;
        if version != Some(1) {
            return Err(ReqError::Version { version });
        }
        let fields = Fields::read(walk)?;
        let algorithm = fields.hash(served)?;
        let policy = fields.policy(served)?;
        let extensions = fields.extensions(served)?;
        fields.same_after_x509_tsp(input)?;
        Ok(Self {
            imprint: MessageImprint::received(algorithm, fields.imprint.whole),
            policy,
            nonce: fields.nonce.map(Nonce::received),
            cert_req: fields.cert_req.is_some_and(|(_, value)| value),
            extensions,
        })
    }

    /// A client's request: no policy, no nonce, certificates not asked for.
    #[must_use]
    pub const fn new(imprint: MessageImprint) -> Self {
        Self {
            imprint,
            policy: None,
            nonce: None,
            cert_req: false,
            extensions: Vec::new(),
        }
    }

    /// Asks for a policy.
    #[must_use]
    pub const fn with_policy(mut self, policy: ObjectIdentifier) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Sends a nonce.
    #[must_use]
    pub fn with_nonce(mut self, nonce: Nonce) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// Asks for the authority's certificates, or not.
    #[must_use]
    pub const fn with_cert_req(mut self, cert_req: bool) -> Self {
        self.cert_req = cert_req;
        self
    }

    /// Asks for a location stamp. An authority that does not make them refuses the request
    /// (RFC 3161 2.4.1), so a client asks only one that says it does.
    #[must_use]
    pub fn with_location(mut self, location: &LocationRequest) -> Self {
        self.extensions = vec![ReqExtension {
            oid: LOCATION_REQUEST,
            critical: false,
            value: location.encode(),
        }];
        self
    }

    /// What is to be stamped.
    #[must_use]
    pub const fn imprint(&self) -> &MessageImprint {
        &self.imprint
    }

    /// The policy asked for.
    #[must_use]
    pub const fn policy(&self) -> Option<&ObjectIdentifier> {
        self.policy.as_ref()
    }

    /// The client's number.
    #[must_use]
    pub const fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// Whether the token must hold the authority's certificate (and must not, otherwise).
    #[must_use]
    pub const fn cert_req(&self) -> bool {
        self.cert_req
    }

    /// Extensions, all of them served.
    #[must_use]
    pub fn extensions(&self) -> &[ReqExtension] {
        &self.extensions
    }

    /// The request in DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut content = vec![tag::INTEGER, 1, 1];
        content.extend_from_slice(self.imprint.as_der());
        if let Some(policy) = &self.policy {
            push(&mut content, tag::OID, policy.as_bytes());
        }
        if let Some(nonce) = &self.nonce {
            push(&mut content, tag::INTEGER, nonce.as_der_content());
        }
        if self.cert_req {
            push(&mut content, tag::BOOLEAN, &[0xff]);
        }
        if !self.extensions.is_empty() {
            let members = self.extensions.iter().flat_map(ReqExtension::encode);
            let list = tag::context_constructed(0);
            push(&mut content, list, &members.collect::<Vec<u8>>());
        }
        der_write::tlv(tag::SEQUENCE, &[&content])
    }
}

impl ReqExtension {
    /// RFC 5280 4.1: critical has the default FALSE.
    fn encode(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.value.len() + 48);
        push(&mut content, tag::OID, self.oid.as_bytes());
        if self.critical {
            push(&mut content, tag::BOOLEAN, &[0xff]);
        }
        push(&mut content, tag::OCTET_STRING, &self.value);
        der_write::tlv(tag::SEQUENCE, &[&content])
    }
}
