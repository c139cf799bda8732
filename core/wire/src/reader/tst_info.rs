//! TSTInfo: what the authority says.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::error::ReadError;
use super::extension::ExtensionView;
use super::integer::IntegerView;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::{DepartureKind, Walk};

/// RFC 3161 section 2.4.2.
///
/// ```asn1
/// TSTInfo ::= SEQUENCE {
///   version INTEGER, policy OBJECT IDENTIFIER, messageImprint MessageImprint,
///   serialNumber INTEGER, genTime GeneralizedTime, accuracy Accuracy OPTIONAL,
///   ordering BOOLEAN DEFAULT FALSE, nonce INTEGER OPTIONAL,
///   tsa [0] EXPLICIT GeneralName OPTIONAL, extensions [1] IMPLICIT Extensions OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TstInfoView<'a> {
    /// 1.
    pub version: IntegerView<'a>,
    /// Under which policy.
    pub policy: OidView<'a>,
    /// Digest algorithm of the stamped data.
    pub imprint_algorithm: AlgorithmView<'a>,
    /// Digest of the stamped data.
    pub imprint: Cow<'a, [u8]>,
    /// The token's number.
    pub serial: IntegerView<'a>,
    /// genTime as written; the grammar is not checked.
    pub gen_time: Cow<'a, [u8]>,
    /// Error bound of genTime.
    pub accuracy: Option<AccuracyView<'a>>,
    /// Whether the authority claims that its genTimes order its tokens.
    pub ordering: bool,
    /// The request's nonce.
    pub nonce: Option<IntegerView<'a>>,
    /// GeneralName of the authority.
    pub tsa: Option<Tlv<'a>>,
    /// Extensions.
    pub extensions: Vec<ExtensionView<'a>>,
    /// All octets as received.
    pub raw: &'a [u8],
}

/// RFC 3161 section 2.4.2. Ranges are not checked.
///
/// ```asn1
/// Accuracy ::= SEQUENCE {
///   seconds INTEGER OPTIONAL, millis [0] INTEGER (1..999) OPTIONAL,
///   micros [1] INTEGER (1..999) OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AccuracyView<'a> {
    /// Whole seconds.
    pub seconds: Option<IntegerView<'a>>,
    /// Milliseconds.
    pub millis: Option<IntegerView<'a>>,
    /// Microseconds.
    pub micros: Option<IntegerView<'a>>,
}

impl<'a> TstInfoView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let version = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        let policy = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let mut imprint = members.expect(Tag::SEQUENCE, walk)?.children()?;
        let imprint_algorithm = AlgorithmView::read(&imprint.expect(Tag::SEQUENCE, walk)?, walk)?;
        let digest = imprint.expect(Tag::OCTET_STRING, walk)?.octets(walk)?;
        imprint.finish(walk)?;
        let serial = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        let gen_time = members.expect(Tag::GENERALIZED_TIME, walk)?.octets(walk)?;
        let accuracy = match members.optional(Tag::SEQUENCE, walk)? {
            Some(accuracy) => Some(AccuracyView::read(&accuracy, walk)?),
            None => None,
        };
        let ordering = match members.optional(Tag::BOOLEAN, walk)? {
            None => false,
            Some(flag) => {
                let ordering = flag.boolean(walk)?;
                if !ordering {
                    walk.note(DepartureKind::EncodedDefault, flag.offset());
                }
                ordering
            }
        };
        let nonce = match members.optional(Tag::INTEGER, walk)? {
            Some(nonce) => Some(IntegerView::read(&nonce, walk)?),
            None => None,
        };
        let tsa = match members.optional(Tag::context(0), walk)? {
            Some(explicit) => Some(explicit.children()?.any(Tag::context(4), walk)?),
            None => None,
        };
        let extensions = match members.optional(Tag::context(1), walk)? {
            Some(list) => ExtensionView::read_all(&list, walk)?,
            None => Vec::new(),
        };
        members.finish(walk)?;
        Ok(Self {
            version,
            policy,
            imprint_algorithm,
            imprint: digest,
            serial,
            gen_time,
            accuracy,
            ordering,
            nonce,
            tsa,
            extensions,
            raw: tlv.raw(),
        })
    }
}

impl<'a> AccuracyView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.children()?;
        let mut part = |tag| match members.optional(tag, walk)? {
            Some(integer) => IntegerView::of_content(&integer, walk).map(Some),
            None => Ok(None),
        };
        let seconds = part(Tag::INTEGER)?;
        let millis = part(Tag::context(0))?;
        let micros = part(Tag::context(1))?;
        members.finish(walk)?;
        Ok(Self {
            seconds,
            millis,
            micros,
        })
    }
}
