//! [`Fields`]: a request taken apart before any decoder of a library sees it.
//!
//! x509-tsp reports a wrong version, or an OID beyond const-oid's limits, as a plain decode
//! error and lets some odd encodings pass; RFC 3161 wants a code for each of these.

use super::{ReqError, ReqExtension, Served};
use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::{MAX_EXTENSIONS, MAX_NONCE_BYTES};
use crate::oid::{ObjectIdentifier, RawOid};
use crate::tsp::hash::HashAlgorithm;
use crate::tsp::imprint::DigestLength;
use der::{Decode, Encode};

/// The fields as received, form checked, values not yet.
pub(super) struct Fields<'a> {
    pub(super) imprint: Tlv<'a>,
    hash: RawOid,
    parameters: Option<Tlv<'a>>,
    digest: &'a [u8],
    policy: Option<RawOid>,
    pub(super) nonce: Option<&'a [u8]>,
    pub(super) cert_req: Option<(Tlv<'a>, bool)>,
    extensions: Vec<Extension<'a>>,
}

/// One extension as received.
struct Extension<'a> {
    oid: RawOid,
    critical: bool,
    value: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The outermost form and the version: what follows a version that is not ours may be any
    /// DER values, and is not looked into.
    pub(super) fn version(
        input: &'a [u8],
        limit: usize,
    ) -> Result<(Option<i64>, Walk<'a>), DecodeError> {
        if input.len() > limit {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "request",
                limit,
                actual: input.len(),
            }
            .into());
        }
        let mut walk = Tlv::only(input, tag::SEQUENCE)?.walk();
        let mut all = walk.clone();
        while !all.is_empty() {
            all.next()?;
        }
        Ok((walk.expect(tag::INTEGER)?.small_integer()?, walk))
    }

    pub(super) fn read(mut walk: Walk<'a>) -> Result<Self, ReqError> {
        let imprint = walk.expect(tag::SEQUENCE)?;
        let mut inner = imprint.walk();
        let mut algorithm = inner.expect(tag::SEQUENCE)?.walk();
        let digest = inner.expect(tag::OCTET_STRING)?.content;
        inner.finish()?;
        let hash = raw_oid(&algorithm.expect(tag::OID)?)?;
        let parameters = if algorithm.is_empty() {
            None
        } else {
            Some(algorithm.next()?)
        };
        algorithm.finish()?;
        let policy = walk.optional(tag::OID)?;
        let nonce = walk.optional(tag::INTEGER)?;
        let cert_req = walk.optional(tag::BOOLEAN)?;
        let extensions = walk.optional(tag::context_constructed(0))?;
        walk.finish()?;
        let read = Self {
            imprint,
            hash,
            parameters,
            digest,
            policy: policy.as_ref().map(raw_oid).transpose()?,
            nonce: nonce.as_ref().map(Tlv::integer).transpose()?,
            cert_req: cert_req
                .map(|value| Ok::<_, DecodeError>((value, value.boolean()?)))
                .transpose()?,
            extensions: match extensions {
                Some(list) => Extension::list(&list)?,
                None => Vec::new(),
            },
        };
        match read.nonce {
            Some(nonce) if nonce.len() > MAX_NONCE_BYTES => Err(ReqError::NonceTooLong {
                actual: nonce.len(),
            }),
            _ => Ok(read),
        }
    }

    pub(super) fn hash(&self, served: &Served<'_>) -> Result<HashAlgorithm, ReqError> {
        let known = self
            .hash
            .to_oid()
            .as_ref()
            .and_then(HashAlgorithm::from_oid);
        let algorithm = known.ok_or_else(|| ReqError::UnknownHash(self.hash.clone()))?;
        if !served.hashes.contains(&algorithm) {
            return Err(if algorithm.is_weak() {
                ReqError::WeakHash(algorithm)
            } else {
                ReqError::HashNotServed(algorithm)
            });
        }
        if let Some(parameters) = &self.parameters
            && parameters.whole != [tag::NULL, 0]
        {
            return Err(ReqError::HashParameters);
        }
        DigestLength::check(algorithm, self.digest)?;
        Ok(algorithm)
    }

    pub(super) fn policy(&self, served: &Served<'_>) -> Result<Option<ObjectIdentifier>, ReqError> {
        let Some(asked) = &self.policy else {
            return Ok(None);
        };
        let policy = find(served.policies, asked);
        policy.map_or_else(
            || Err(ReqError::PolicyNotServed(asked.clone())),
            |p| Ok(Some(p)),
        )
    }

    pub(super) fn extensions(&self, served: &Served<'_>) -> Result<Vec<ReqExtension>, ReqError> {
        let mut known: Vec<ReqExtension> = Vec::new();
        for extension in &self.extensions {
            let oid = find(served.extensions, &extension.oid)
                .ok_or_else(|| ReqError::ExtensionNotServed(extension.oid.clone()))?;
            if known.iter().any(|earlier| earlier.oid == oid) {
                // RFC 5280 4.2: at most one instance of each.
                return Err(malformed(DecodeErrorKind::Forbidden {
                    field: "second extension of the same type",
                }));
            }
            known.push(ReqExtension {
                oid,
                critical: extension.critical,
                value: extension.value.to_vec(),
            });
        }
        Ok(known)
    }

    /// The independent decoder agrees about every octet.
    pub(super) fn same_after_x509_tsp(&self, input: &[u8]) -> Result<(), ReqError> {
        let structure = "TimeStampReq";
        let failed = |_| malformed(DecodeErrorKind::Malformed { structure });
        let decoded = x509_tsp::TimeStampReq::from_der(input).map_err(failed)?;
        let encoded = decoded.to_der().map_err(failed)?;
        let same = match self.cert_req {
            Some((explicit, false)) => encoded == without(input, &explicit)?,
            _ => encoded == input,
        };
        if same {
            Ok(())
        } else {
            Err(malformed(DecodeErrorKind::NotCanonical))
        }
    }
}

impl<'a> Extension<'a> {
    /// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, RFC 5280 4.1.
    fn list(list: &Tlv<'a>) -> Result<Vec<Self>, DecodeError> {
        let mut walk = list.walk();
        let mut extensions = Vec::new();
        if walk.is_empty() {
            return Err(list.error(DecodeErrorKind::Missing { field: "Extension" }));
        }
        while !walk.is_empty() {
            if extensions.len() >= MAX_EXTENSIONS {
                return Err(walk.error(DecodeErrorKind::LimitExceeded {
                    what: "extensions",
                    limit: MAX_EXTENSIONS,
                    actual: extensions.len().saturating_add(1),
                }));
            }
            let mut fields = walk.expect(tag::SEQUENCE)?.walk();
            let oid = raw_oid(&fields.expect(tag::OID)?)?;
            let critical = match fields.optional(tag::BOOLEAN)? {
                Some(value) => value.boolean()?,
                None => false,
            };
            let value = fields.expect(tag::OCTET_STRING)?.content;
            fields.finish()?;
            extensions.push(Self {
                oid,
                critical,
                value,
            });
        }
        Ok(extensions)
    }
}

fn malformed(kind: DecodeErrorKind) -> ReqError {
    ReqError::Malformed(kind.into())
}

fn raw_oid(value: &Tlv<'_>) -> Result<RawOid, DecodeError> {
    RawOid::new(value.content).map_err(|error| value.error(error.kind))
}

fn find(served: &[ObjectIdentifier], asked: &RawOid) -> Option<ObjectIdentifier> {
    let same = |oid: &&ObjectIdentifier| oid.as_bytes() == asked.as_bytes();
    served.iter().find(same).copied()
}

/// The request without one of its fields.
fn without(input: &[u8], field: &Tlv<'_>) -> Result<Vec<u8>, DecodeError> {
    let outer = Tlv::only(input, tag::SEQUENCE)?;
    let start = field.offset.saturating_sub(outer.content_offset());
    let end = start.saturating_add(field.whole.len());
    let before = outer.content.get(..start).unwrap_or_default();
    let after = outer.content.get(end..).unwrap_or_default();
    Ok(der_write::tlv(tag::SEQUENCE, &[before, after]))
}
