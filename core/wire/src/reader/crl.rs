//! CertificateList: what the verifier needs of a CRL.

use super::algorithm::AlgorithmView;
use super::certificate::TimeView;
use super::children::Children;
use super::error::ReadError;
use super::extension::ExtensionView;
use super::integer::IntegerView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 5.1.
///
/// ```asn1
/// CertificateList ::= SEQUENCE {
///   tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
/// TBSCertList ::= SEQUENCE {
///   version INTEGER OPTIONAL, signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
///   nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF Entry OPTIONAL,
///   crlExtensions [0] EXPLICIT SEQUENCE OF Extension OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrlView<'a> {
    /// TBSCertList as received: what is signed.
    pub tbs: &'a [u8],
    /// The issuer's Name.
    pub issuer: Tlv<'a>,
    /// When it was issued.
    pub this_update: TimeView<'a>,
    /// When the next is promised.
    pub next_update: Option<TimeView<'a>>,
    /// Extensions, in the order received.
    pub extensions: Vec<ExtensionView<'a>>,
    /// How it is signed.
    pub signature_algorithm: AlgorithmView<'a>,
    /// The signature.
    pub signature: &'a [u8],
    entries: Option<Tlv<'a>>,
}

/// One revoked certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrlEntryView<'a> {
    /// Its number.
    pub serial: IntegerView<'a>,
    /// Since when.
    pub revocation_date: TimeView<'a>,
    /// Reason, invalidity date and others.
    pub extensions: Vec<ExtensionView<'a>>,
}

impl<'a> CrlView<'a> {
    /// Reads the one CRL that `input` is. Entries are read when looked for.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(input: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(input, walk)?.sequence()?;
        let tbs = members.expect(Tag::SEQUENCE, walk)?;
        let signature_algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let (_, signature) = members.expect(Tag::BIT_STRING, walk)?.bit_string(walk)?;
        members.finish(walk)?;

        let mut fields = tbs.children()?;
        fields.optional(Tag::INTEGER, walk)?;
        fields.expect(Tag::SEQUENCE, walk)?;
        let issuer = fields.expect(Tag::SEQUENCE, walk)?;
        let this_update = TimeView::read(&fields.any(Tag::UTC_TIME, walk)?)?;
        let mut next_update = fields.optional(Tag::UTC_TIME, walk)?;
        if next_update.is_none() {
            next_update = fields.optional(Tag::GENERALIZED_TIME, walk)?;
        }
        let next_update = next_update.as_ref().map(TimeView::read).transpose()?;
        let entries = fields.optional(Tag::SEQUENCE, walk)?;
        let extensions = match fields.optional(Tag::context(0), walk)? {
            Some(explicit) => {
                let list = explicit.children()?.expect(Tag::SEQUENCE, walk)?;
                ExtensionView::read_all(&list, walk)?
            }
            None => Vec::new(),
        };
        fields.finish(walk)?;
        Ok(Self {
            tbs: tbs.raw(),
            issuer,
            this_update,
            next_update,
            extensions,
            signature_algorithm,
            signature,
            entries,
        })
    }

    /// Its entries, read one by one: real lists have millions.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn entries(&self) -> Result<CrlEntries<'a>, ReadError> {
        let entries = self.entries.map(|entries| entries.children()).transpose()?;
        Ok(CrlEntries(entries))
    }

    /// The extensions of this kind.
    pub fn extensions_of<'b>(
        &'b self,
        oid: &'b const_oid::ObjectIdentifier,
    ) -> impl Iterator<Item = &'b ExtensionView<'a>> {
        self.extensions
            .iter()
            .filter(move |extension| extension.oid.is(oid))
    }
}

/// The entries of a CRL, in the order received.
#[derive(Clone, Debug)]
pub struct CrlEntries<'a>(Option<Children<'a>>);

impl<'a> CrlEntries<'a> {
    /// The next entry, or none.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn next(&mut self, walk: &mut Walk) -> Result<Option<CrlEntryView<'a>>, ReadError> {
        let Some(entries) = &mut self.0 else {
            return Ok(None);
        };
        let entry = entries.next(walk)?;
        entry
            .map(|entry| CrlEntryView::read(&entry, walk))
            .transpose()
    }
}

impl<'a> CrlEntryView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let serial = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        let revocation_date = TimeView::read(&members.any(Tag::UTC_TIME, walk)?)?;
        let extensions = match members.optional(Tag::SEQUENCE, walk)? {
            Some(list) => ExtensionView::read_all(&list, walk)?,
            None => Vec::new(),
        };
        members.finish(walk)?;
        Ok(Self {
            serial,
            revocation_date,
            extensions,
        })
    }
}
