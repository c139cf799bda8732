//! [`with_unsigned`]: an attribute beside a signature.

use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write::{oid, set_of, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::oid::{ID_SIGNED_DATA, ObjectIdentifier};

const UNSIGNED_ATTRS: u8 = tag::context_constructed(1);

/// The token with one more unsigned attribute (RFC 5652 5.3), of one value in DER. Its signature
/// and its identity do not change.
///
/// Takes what [`SignedDataTemplate`](super::signed_data::SignedDataTemplate) makes: DER, one
/// signer. Not checked: what the value is.
///
/// # Errors
///
/// [`DecodeError`] for a token of another form, or one that has the attribute already.
pub fn with_unsigned(
    token: &[u8],
    attribute: &ObjectIdentifier,
    value: &[u8],
) -> Result<Vec<u8>, DecodeError> {
    let mut info = Tlv::only(token, tag::SEQUENCE)?.walk();
    let content_type = info.expect(tag::OID)?;
    if content_type.content != ID_SIGNED_DATA.as_bytes() {
        return Err(content_type.error(DecodeErrorKind::UnknownValue {
            field: "contentType",
        }));
    }
    let explicit = info.expect(tag::context_constructed(0))?;
    info.finish()?;
    let mut outer = explicit.walk();
    let signed_data = outer.expect(tag::SEQUENCE)?;
    outer.finish()?;
    let mut members = signed_data.walk();
    // Everything before signerInfos, whose tag no other member after the content has.
    let mut head = Vec::new();
    let signers = loop {
        let member = members.next()?;
        if members.is_empty() {
            break member;
        }
        head.extend_from_slice(member.whole);
    };
    if signers.tag != tag::SET {
        return Err(signers.error(DecodeErrorKind::Missing {
            field: "signerInfos",
        }));
    }
    let mut all = signers.walk();
    let signer = all.expect(tag::SEQUENCE)?;
    all.finish()?;
    let added = tlv(tag::SEQUENCE, &[&oid(attribute), &tlv(tag::SET, &[value])]);
    let signer = tlv(tag::SEQUENCE, &[&signer_info(&signer, attribute, added)?]);
    let signers = tlv(tag::SET, &[&signer]);
    let signed_data = tlv(tag::SEQUENCE, &[&head, &signers]);
    let explicit = tlv(tag::context_constructed(0), &[&signed_data]);
    Ok(tlv(tag::SEQUENCE, &[content_type.whole, &explicit]))
}

/// The content of a SignerInfo with `added` among its unsigned attributes.
fn signer_info(
    signer: &Tlv<'_>,
    attribute: &ObjectIdentifier,
    added: Vec<u8>,
) -> Result<Vec<u8>, DecodeError> {
    let mut content = Vec::with_capacity(signer.content.len().saturating_add(added.len()));
    let mut attributes = vec![added];
    let mut walk = signer.walk();
    while !walk.is_empty() {
        if let Some(old) = walk.optional(UNSIGNED_ATTRS)? {
            attributes.extend(others(old.walk(), attribute)?);
            break;
        }
        content.extend_from_slice(walk.next()?.whole);
    }
    walk.finish()?;
    content.extend(set_of(UNSIGNED_ATTRS, attributes));
    Ok(content)
}

/// The attributes that are there, none of which is of this type (RFC 5652 5.3 forbids a second).
fn others(mut list: Walk<'_>, attribute: &ObjectIdentifier) -> Result<Vec<Vec<u8>>, DecodeError> {
    let mut others = Vec::new();
    while !list.is_empty() {
        let other = list.expect(tag::SEQUENCE)?;
        if other.walk().expect(tag::OID)?.content == attribute.as_bytes() {
            let field = "second attribute of the same type";
            return Err(other.error(DecodeErrorKind::Forbidden { field }));
        }
        others.push(other.whole.to_vec());
    }
    Ok(others)
}

#[cfg(test)]
mod tests {
    use meridian_rfc_vectors::vector::load;

    use super::*;
    use crate::oid::{DISCLOSURES, TLOG_PROOF};
    use crate::reader::content_info::ContentInfoView;
    use crate::reader::signed_data::SignedDataView;
    use crate::reader::tlv::Tlv as ReadTlv;
    use crate::reader::walk::{DepartureKind, Walk as ReadWalk};

    /// A token with certificates, as OpenSSL makes them.
    fn token() -> Vec<u8> {
        let all = load("openssl-ts").unwrap();
        let mut all = all.iter();
        let reply = all.find(|it| it.name == "sha256-nonce-cert.tsr").unwrap();
        let reply = reply.body.octets().unwrap();
        let mut walk = Tlv::only(reply, tag::SEQUENCE).unwrap().walk();
        walk.expect(tag::SEQUENCE).unwrap();
        walk.expect(tag::SEQUENCE).unwrap().whole.to_vec()
    }

    /// What the tolerant reader sees: content, signature, unsigned attributes.
    type Seen = (Vec<u8>, Vec<u8>, Vec<Vec<u8>>);

    fn seen(token: &[u8]) -> Seen {
        let mut walk = ReadWalk::default();
        let outer = ReadTlv::only(token, &mut walk).unwrap();
        let info = ContentInfoView::read(&outer, &mut walk).unwrap();
        let data = SignedDataView::read(&info.content, &mut walk).unwrap();
        // OpenSSL 3.0 sorts neither certificates nor attributes.
        let der = |kind| kind == DepartureKind::UnsortedSet;
        assert!(
            walk.departures().iter().all(|it| der(it.kind)),
            "{:?}",
            walk.departures()
        );
        let [signer] = &data.signers[..] else {
            panic!("one signer")
        };
        let attributes = signer.unsigned_attrs.iter();
        (
            data.encapsulated.octets.unwrap().into_owned(),
            signer.signature.to_vec(),
            attributes.map(|one| one.element.raw().to_vec()).collect(),
        )
    }

    fn attribute(name: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
        tlv(tag::SEQUENCE, &[&oid(name), &tlv(tag::SET, &[value])])
    }

    #[test]
    fn adds_an_attribute_and_changes_nothing_else() {
        let token = token();
        let (content, signature, none) = seen(&token);
        assert!(none.is_empty());
        let value = tlv(tag::OCTET_STRING, &[&[7; 300]]);
        let with = with_unsigned(&token, &DISCLOSURES, &value).unwrap();
        let expected = vec![attribute(&DISCLOSURES, &value)];
        assert_eq!(seen(&with), (content, signature, expected));
        // The lengths of ContentInfo, [0], SignedData, signerInfos and SignerInfo, and the rest.
        assert!(with.len() > token.len() + 300);
    }

    #[test]
    fn a_second_attribute_stands_in_der_order_and_none_is_there_twice() {
        let (one, other) = ([5, 0], [4, 1, 9]);
        let first = with_unsigned(&token(), &TLOG_PROOF, &one).unwrap();
        let both = with_unsigned(&first, &DISCLOSURES, &other).unwrap();
        let again = with_unsigned(&token(), &DISCLOSURES, &other).unwrap();
        let again = with_unsigned(&again, &TLOG_PROOF, &one).unwrap();
        assert_eq!(both, again, "the order in which they came does not matter");
        let mut expected = vec![
            attribute(&TLOG_PROOF, &one),
            attribute(&DISCLOSURES, &other),
        ];
        expected.sort();
        assert_eq!(seen(&both).2, expected);
        for name in [TLOG_PROOF, DISCLOSURES] {
            let twice = with_unsigned(&both, &name, &[5, 0]).unwrap_err();
            assert!(matches!(twice.kind, DecodeErrorKind::Forbidden { .. }));
        }
    }

    #[test]
    fn refuses_what_is_no_token_of_one_signer() {
        let token = token();
        for end in 0..token.len() {
            assert!(with_unsigned(&token[..end], &DISCLOSURES, &[5, 0]).is_err());
        }
        let content = Tlv::only(&token, tag::SEQUENCE).unwrap().content;
        let mut other = tlv(tag::SEQUENCE, &[content]);
        let at = other
            .windows(9)
            .position(|part| part == ID_SIGNED_DATA.as_bytes());
        other[at.unwrap() + 8] ^= 1;
        let refused = with_unsigned(&other, &DISCLOSURES, &[5, 0]).unwrap_err();
        let field = "contentType";
        assert_eq!(refused.kind, DecodeErrorKind::UnknownValue { field });
    }
}
