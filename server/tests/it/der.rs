//! Requests written octet by octet, by nothing that the server uses.

pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
pub(crate) const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
pub(crate) const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];

pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match content.len() {
        length @ 0..0x80 => out.push(u8::try_from(length).unwrap()),
        length @ 0x80..0x100 => out.extend([0x81, u8::try_from(length).unwrap()]),
        length => {
            out.push(0x82);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// A request, each field as given.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) version: u8,
    pub(crate) hash: Vec<u8>,
    pub(crate) parameters: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    /// Everything after the imprint.
    pub(crate) rest: Vec<Vec<u8>>,
}

impl Request {
    /// SHA-256 over 32 equal octets.
    pub(crate) fn sha256(fill: u8) -> Self {
        Self {
            version: 1,
            hash: SHA256.to_vec(),
            parameters: vec![5, 0],
            digest: vec![fill; 32],
            rest: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, field: Vec<u8>) -> Self {
        self.rest.push(field);
        self
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let algorithm = tlv(0x30, &[&tlv(6, &[&self.hash]), &self.parameters]);
        let imprint = tlv(0x30, &[&algorithm, &tlv(4, &[&self.digest])]);
        tlv(
            0x30,
            &[&[2, 1, self.version], &imprint, &self.rest.concat()],
        )
    }
}

/// `1.3.6.1.4.1.99999.1`: nobody's policy.
pub(crate) fn foreign_oid() -> Vec<u8> {
    tlv(6, &[&[0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1]])
}

pub(crate) fn extensions(critical: bool) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    let extension = tlv(0x30, &[&foreign_oid(), critical, &tlv(4, &[&[5, 0]])]);
    tlv(0xa0, &[&extension])
}

/// PKIFailureInfo as it stands in an answer: a named-bit BIT STRING without trailing zero bits.
pub(crate) fn fail_info(bit: u8) -> Vec<u8> {
    let octets = usize::from(bit / 8) + 1;
    let mut string = vec![3, u8::try_from(octets).unwrap() + 1, 7 - bit % 8];
    string.resize(3 + octets - 1, 0);
    string.push(0x80 >> (bit % 8));
    string
}

#[test]
fn the_bit_strings_are_those_of_x690() {
    assert_eq!(fail_info(0), [3, 2, 7, 0x80]);
    assert_eq!(fail_info(5), [3, 2, 2, 0x04]);
    assert_eq!(fail_info(16), [3, 4, 7, 0, 0, 0x80]);
    assert_eq!(fail_info(25), [3, 5, 6, 0, 0, 0, 0x40]);
}
