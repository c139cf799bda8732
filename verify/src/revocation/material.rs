//! The lists and responses at hand: material, none of it believed for being here.

use std::borrow::Cow;
use std::sync::OnceLock;

use meridian_wire::oid;
use meridian_wire::reader::certificate::TimeView;
use meridian_wire::reader::crl::CrlView;
use meridian_wire::reader::distribution_point::IssuingPointView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::limits::MAX_ELEMENTS_OF_FILE;
use meridian_wire::reader::ocsp::OcspResponseView;
use meridian_wire::reader::signed_data::{RevocationKind, SignedDataView};
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

use crate::crypto::memory::{Message, sha256};
use crate::instant::parse_x509_time;
use crate::policy::VerifyPolicy;
use crate::revocation::Said;
use crate::revocation::entries::Entries;
use crate::unsigned::Unsigned;

/// CRL extensions that are understood here, critical or not.
const KNOWN_EXTENSIONS: &[oid::ObjectIdentifier] = &[
    oid::ISSUING_DISTRIBUTION_POINT,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::CRL_NUMBER,
    oid::DELTA_CRL_INDICATOR,
    oid::FRESHEST_CRL,
    oid::ISSUER_ALT_NAME,
    oid::EXPIRED_CERTS_ON_CRL,
];

/// A CRL and what its extensions say.
#[derive(Debug)]
pub(crate) struct Crl<'a> {
    /// The list.
    pub(crate) view: CrlView<'a>,
    /// When it was made.
    pub(crate) this_update: Option<UnixMicros>,
    /// When the next is promised.
    pub(crate) next_update: Option<UnixMicros>,
    /// Certificates that ended from then on are still listed (expiredCertsOnCRL).
    keeps_since: Option<UnixMicros>,
    /// Its number, without leading zeros.
    pub(crate) number: Option<Vec<u8>>,
    /// The number of the list that it changes, if it is a delta.
    pub(crate) delta_base: Option<Vec<u8>>,
    /// What narrows it.
    pub(crate) point: Option<IssuingPointView<'a>>,
    /// The same as written: a delta has the one of its base.
    pub(crate) point_value: Option<&'a [u8]>,
    /// Whether it has a critical extension that is not understood.
    pub(crate) is_strange: bool,
    digest: OnceLock<[u8; 32]>,
    entries: OnceLock<Result<Entries, ReadError>>,
}

impl<'a> Crl<'a> {
    /// When it speaks, and of whom.
    pub(crate) const fn said(&self) -> Said {
        Said {
            this_update: self.this_update,
            next_update: self.next_update,
            keeps_since: self.keeps_since,
        }
    }

    fn read(der: &'a [u8]) -> Result<Self, ReadError> {
        let mut walk = Walk::new(MAX_ELEMENTS_OF_FILE);
        let view = CrlView::read(der, &mut walk)?;
        let value_of = |oid| {
            let mut found = view.extensions.iter();
            let found = found.find(|extension| extension.oid.is(&oid));
            found.map(|extension| extension.value)
        };
        let number_of = |oid, walk: &mut Walk| {
            let value = value_of(oid).map(|value| {
                let number = Tlv::only(value, walk)?;
                IntegerView::read(&number, walk).map(|number| number.minimal().to_vec())
            });
            value.transpose()
        };
        let point_value = value_of(oid::ISSUING_DISTRIBUTION_POINT);
        let point = point_value.map(|value| IssuingPointView::read(value, &mut walk));
        let is_strange = view.extensions.iter().any(|extension| {
            let known = KNOWN_EXTENSIONS.iter().any(|oid| extension.oid.is(oid));
            extension.critical && !known
        });
        let keeps_since = value_of(oid::EXPIRED_CERTS_ON_CRL).and_then(generalized);
        Ok(Self {
            keeps_since,
            this_update: parse_x509_time(&view.this_update),
            next_update: view.next_update.as_ref().and_then(parse_x509_time),
            number: number_of(oid::CRL_NUMBER, &mut walk)?,
            delta_base: number_of(oid::DELTA_CRL_INDICATOR, &mut walk)?,
            point: point.transpose()?,
            point_value,
            is_strange,
            digest: OnceLock::new(),
            entries: OnceLock::new(),
            view,
        })
    }

    /// What is signed of it. A list may have megabytes and is digested once.
    pub(crate) fn message(&self) -> Message<'a> {
        let octets = self.view.tbs;
        let digest = *self.digest.get_or_init(|| sha256(octets));
        Message { octets, digest }
    }

    /// Whom it names, looked through once. Not of an indirect list.
    pub(crate) fn entries(&self) -> Result<&Entries, ReadError> {
        let entries = self.entries.get_or_init(|| Entries::read(&self.view));
        entries.as_ref().map_err(|error| *error)
    }
}

/// The time that the value of an extension is.
pub(crate) fn generalized(value: &[u8]) -> Option<UnixMicros> {
    let time = Tlv::only(value, &mut Walk::default()).ok()?;
    let text = time.require(Tag::GENERALIZED_TIME).ok()?.primitive().ok()?;
    parse_x509_time(&TimeView::generalized(text))
}

/// Whether one number is at most another; both without leading zeros.
pub(crate) fn is_at_most(left: &[u8], right: &[u8]) -> bool {
    (left.len(), left) <= (right.len(), right)
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Material<'a> {
    /// Lists that can be read.
    crls: Vec<Crl<'a>>,
    /// Basic OCSP responses, in DER of their own.
    responses: Vec<Cow<'a, [u8]>>,
    /// The same for all tokens.
    given: Option<&'a Self>,
}

impl<'a> Material<'a> {
    /// What the caller gives: the same for all tokens.
    pub(crate) fn read(policy: &'a VerifyPolicy) -> Self {
        let mut material = Self::default();
        for crl in &policy.crls {
            material.add_crl(crl);
        }
        for response in &policy.ocsp_responses {
            material.add_response(response);
        }
        material
    }

    /// From the token, from its unsigned attributes, then from the caller.
    pub(crate) fn gather(
        signed: &SignedDataView<'a>,
        unsigned: &Unsigned<'a>,
        given: &'a Self,
    ) -> Self {
        let mut material = Self {
            given: Some(given),
            ..Self::default()
        };
        for choice in &signed.revocation {
            match &choice.kind {
                RevocationKind::Crl => material.add_crl(choice.raw),
                RevocationKind::Other(format) if format.is(&oid::RI_OCSP_RESPONSE) => {
                    if let Some(response) = inside(choice.raw) {
                        material.add_response(response);
                    }
                }
                _ => {}
            }
        }
        for crl in &unsigned.crls {
            material.add_crl(crl);
        }
        for response in &unsigned.responses {
            material.add_response(response);
        }
        material
    }

    /// The lists.
    pub(crate) fn crls(&self) -> impl Iterator<Item = &Crl<'a>> {
        let given = self.given.into_iter().flat_map(|given| &given.crls);
        self.crls.iter().chain(given)
    }

    /// The responses.
    pub(crate) fn responses(&self) -> impl Iterator<Item = &[u8]> {
        let given = self.given.into_iter().flat_map(|given| &given.responses);
        self.responses.iter().chain(given).map(AsRef::as_ref)
    }

    /// An unreadable list is passed over: it can say nothing.
    pub(crate) fn add_crl(&mut self, der: &'a [u8]) {
        if let Ok(crl) = Crl::read(der) {
            self.crls.push(crl);
        }
    }

    /// As with lists.
    pub(crate) fn add_response(&mut self, der: &'a [u8]) {
        let response = OcspResponseView::read(der, &mut Walk::default());
        if let Ok(OcspResponseView::Basic(basic)) = response {
            self.responses.push(basic);
        }
    }
}

/// RFC 5940: `[1] SEQUENCE { format, OCSPResponse }`, tagged implicitly.
fn inside(choice: &[u8]) -> Option<&[u8]> {
    let mut walk = Walk::default();
    let mut members = Tlv::only(choice, &mut walk).ok()?.children().ok()?;
    members.expect(Tag::OBJECT_IDENTIFIER, &mut walk).ok()?;
    let response = members.expect(Tag::SEQUENCE, &mut walk).ok()?;
    Some(response.raw())
}
