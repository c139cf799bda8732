//! What hangs on a token unsigned: material, and nothing else.

use meridian_wire::oid;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::limits::MAX_CERTIFICATES;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

/// Certificates, lists and responses out of unsigned attributes (RFC 5126 sections 6.3.3 and
/// 6.3.4), as anyone may have put them there.
#[derive(Debug, Default)]
pub(crate) struct Unsigned<'a> {
    /// Attributes, of every kind.
    pub(crate) attributes: usize,
    pub(crate) certificates: Vec<&'a [u8]>,
    pub(crate) crls: Vec<&'a [u8]>,
    pub(crate) responses: Vec<&'a [u8]>,
    /// Attributes of these kinds that cannot be read.
    pub(crate) unreadable: usize,
}

impl<'a> Unsigned<'a> {
    /// Of the first signer; a token has no other.
    pub(crate) fn of(signer: &SignerInfoView<'a>) -> Self {
        let mut unsigned = Self {
            attributes: signer.unsigned_attrs.len(),
            ..Self::default()
        };
        let mut walk = Walk::default();
        for attribute in &signer.unsigned_attrs {
            for value in &attribute.values {
                let read = if attribute.oid.is(&oid::CERT_VALUES) {
                    unsigned.add_certificates(value, &mut walk)
                } else if attribute.oid.is(&oid::REVOCATION_VALUES) {
                    unsigned.add_revocation(value, &mut walk)
                } else {
                    Ok(())
                };
                if read.is_err() {
                    unsigned.unreadable += 1;
                }
            }
        }
        unsigned
    }

    /// `CertificateValues ::= SEQUENCE OF Certificate`.
    fn add_certificates(&mut self, value: &Tlv<'a>, walk: &mut Walk) -> Result<(), ReadError> {
        let all = value.sequence()?.collect(MAX_CERTIFICATES, walk)?;
        self.certificates.extend(all.iter().map(Tlv::raw));
        Ok(())
    }

    /// ```asn1
    /// RevocationValues ::= SEQUENCE {
    ///   crlVals [0] SEQUENCE OF CertificateList OPTIONAL,
    ///   ocspVals [1] SEQUENCE OF BasicOCSPResponse OPTIONAL,
    ///   otherRevVals [2] OtherRevVals OPTIONAL }
    /// ```
    fn add_revocation(&mut self, value: &Tlv<'a>, walk: &mut Walk) -> Result<(), ReadError> {
        let mut members = value.sequence()?;
        for (number, list) in [(0, &mut self.crls), (1, &mut self.responses)] {
            let Some(outer) = members.optional(Tag::context(number), walk)? else {
                continue;
            };
            // The tag is explicit by the module, and some write it implicitly.
            let mut elements = outer.children()?.collect(MAX_CERTIFICATES, walk)?;
            if let [only] = elements.as_slice()
                && let Ok(inner) = only.sequence()
                && let Ok(inner) = inner.collect(MAX_CERTIFICATES, walk)
                && inner.iter().all(|one| one.tag() == Tag::SEQUENCE)
            {
                elements = inner;
            }
            list.extend(elements.iter().map(Tlv::raw));
        }
        Ok(())
    }
}
