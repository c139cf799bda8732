use super::*;
use crate::der_write::tlv;

fn read(oid: &ObjectIdentifier, critical: &[u8], value: &[u8]) -> Result<Extensions, DecodeError> {
    let one = tlv(
        tag::SEQUENCE,
        &[
            &crate::der_write::oid(oid),
            critical,
            &tlv(tag::OCTET_STRING, &[value]),
        ],
    );
    let list = tlv(tag::SEQUENCE, &[&one]);
    Extensions::read(&Tlv::only(&list, tag::SEQUENCE).unwrap())
}

fn usage(content: &[u8]) -> Result<KeyUsage, DecodeErrorKind> {
    let value = tlv(tag::BIT_STRING, &[content]);
    let read = read(&oid::KEY_USAGE, &[], &value).map_err(|error| error.kind)?;
    Ok(read.key_usage().unwrap())
}

#[test]
fn counts_key_usage_bits_from_the_left() {
    assert!(usage(&[7, 0x80]).unwrap().digital_signature());
    assert!(usage(&[6, 0xc0]).unwrap().only_signatures());
    assert!(usage(&[6, 0xc0]).unwrap().content_commitment());
    assert!(usage(&[1, 0x06]).unwrap().key_cert_sign());
    assert!(usage(&[1, 0x06]).unwrap().crl_sign());
    assert!(!usage(&[5, 0xa0]).unwrap().only_signatures());
    // decipherOnly, bit 8.
    assert!(!usage(&[7, 0x80, 0x80]).unwrap().only_signatures());
    assert!(!usage(&[0]).unwrap().only_signatures());
}

#[test]
fn refuses_a_bit_string_out_of_form() {
    for content in [&[][..], &[8, 0], &[1, 0x07], &[0, 1, 1, 1]] {
        assert_eq!(usage(content), Err(DecodeErrorKind::BitStringNotDer));
    }
}

#[test]
fn tolerates_an_explicit_critical_false() {
    let value = [tag::SEQUENCE, 0];
    let read = read(&oid::BASIC_CONSTRAINTS, &[1, 1, 0], &value).unwrap();
    let constraints = read.basic_constraints().unwrap();
    assert!(!constraints.critical && !constraints.ca);
}

#[test]
fn refuses_a_negative_path_length() {
    let value = [tag::SEQUENCE, 6, 1, 1, 0xff, 2, 1, 0xff];
    let kind = read(&oid::BASIC_CONSTRAINTS, &[], &value).unwrap_err().kind;
    let field = "pathLenConstraint";
    assert_eq!(kind, DecodeErrorKind::IntegerOutOfRange { field });
}

#[test]
fn refuses_an_extended_key_usage_without_purpose_or_with_too_many() {
    let kind = read(&oid::EXTENDED_KEY_USAGE, &[], &[tag::SEQUENCE, 0])
        .unwrap_err()
        .kind;
    let field = "KeyPurposeId";
    assert_eq!(kind, DecodeErrorKind::Missing { field });
    let purpose = crate::der_write::oid(&oid::KP_TIME_STAMPING);
    let many = tlv(tag::SEQUENCE, &[&purpose.repeat(33)]);
    let kind = read(&oid::EXTENDED_KEY_USAGE, &[], &many).unwrap_err().kind;
    assert!(matches!(
        kind,
        DecodeErrorKind::LimitExceeded {
            what: "extKeyUsage",
            ..
        }
    ));
}

#[test]
fn lists_alternative_names_as_received() {
    let names = [[0x82, 1, b'a'], [0x82, 1, b'b']];
    let value = tlv(tag::SEQUENCE, &[&names.concat()]);
    let good = read(&oid::SUBJECT_ALT_NAME, &[], &value).unwrap();
    assert_eq!(good.subject_alt_names().unwrap(), names);
    let broken = read(&oid::SUBJECT_ALT_NAME, &[], &[tag::SEQUENCE, 1]).unwrap();
    assert!(broken.subject_alt_names().is_err());
}

#[test]
fn places_an_error_in_the_certificate() {
    let error = read(&oid::KEY_USAGE, &[], &[tag::BIT_STRING, 1, 9]).unwrap_err();
    // SEQUENCE, SEQUENCE, OID of 5 octets, OCTET STRING header.
    assert_eq!(error.offset, Some(2 + 2 + 5 + 2));
}
