//! DER values out of parts. Lengths are definite and minimal (X.690 10.1).

/// Identifier, length and the parts, in one allocation.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(tlv_len(content));
    push_header(&mut out, tag, content);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Octets of a value with `content` content octets.
pub(crate) fn tlv_len(content: usize) -> usize {
    let long = if content < 0x80 {
        0
    } else {
        significant(content).count()
    };
    2 + long + content
}

/// Appends identifier and length octets.
pub(crate) fn push_header(out: &mut Vec<u8>, tag: u8, content: usize) {
    out.push(tag);
    match u8::try_from(content) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let count = significant(content).count();
            // At most eight octets of length: the count fits seven bits.
            out.push(0x80 | u8::try_from(count).unwrap_or(0x7f));
            out.extend(significant(content));
        }
    }
}

/// Appends a value.
pub(crate) fn push(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    push_header(out, tag, content.len());
    out.extend_from_slice(content);
}

/// INTEGER with this unsigned big-endian magnitude.
pub(crate) fn unsigned_integer(magnitude: &[u8]) -> Vec<u8> {
    tlv(
        super::der_walk::tag::INTEGER,
        &[&unsigned_content(magnitude)],
    )
}

/// Minimal content octets of an INTEGER with this unsigned big-endian magnitude.
pub(crate) fn unsigned_content(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
    let digits = magnitude.get(zeros..).unwrap_or_default();
    let mut content = Vec::with_capacity(digits.len().saturating_add(1));
    if digits.first().is_none_or(|octet| octet & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(digits);
    content
}

/// An INTEGER without octets that only repeat its sign (X.690 8.3.2).
pub(crate) fn minimal(mut integer: &[u8]) -> &[u8] {
    while let [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] = integer {
        integer = integer.split_first().map_or(integer, |(_, rest)| rest);
    }
    integer
}

/// OBJECT IDENTIFIER.
pub(crate) fn oid(oid: &crate::oid::ObjectIdentifier) -> Vec<u8> {
    tlv(super::der_walk::tag::OID, &[oid.as_bytes()])
}

/// SET OF in DER order (X.690 11.6), equal elements kept.
pub(crate) fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    // Comparing with the shorter one padded by zeros is lexicographic order here: no DER value
    // is a prefix of another.
    elements.sort();
    let parts: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    tlv(tag, &parts)
}

/// Big-endian octets without leading zeros.
fn significant(length: usize) -> impl Iterator<Item = u8> {
    length
        .to_be_bytes()
        .into_iter()
        .skip_while(|octet| *octet == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_shortest_length() {
        for (content, header) in [
            (0, &[4, 0][..]),
            (0x7f, &[4, 0x7f]),
            (0x80, &[4, 0x81, 0x80]),
            (0xff, &[4, 0x81, 0xff]),
            (0x100, &[4, 0x82, 1, 0]),
            (0x1_0000, &[4, 0x83, 1, 0, 0]),
        ] {
            let mut out = Vec::new();
            push_header(&mut out, 4, content);
            assert_eq!(out, header);
            assert_eq!(tlv_len(content), header.len() + content);
        }
    }

    #[test]
    fn keeps_integers_positive_and_minimal() {
        assert_eq!(unsigned_content(&[0, 0]), [0]);
        assert_eq!(unsigned_content(&[0, 0x7f]), [0x7f]);
        assert_eq!(unsigned_content(&[0x80]), [0, 0x80]);
    }

    #[test]
    fn sorts_set_elements() {
        let set = set_of(0x31, vec![vec![4, 1, 9], vec![2, 1, 9], vec![2, 1, 3]]);
        assert_eq!(set, [0x31, 9, 2, 1, 3, 2, 1, 9, 4, 1, 9]);
    }
}
