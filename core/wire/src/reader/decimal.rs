//! Big-endian octets to decimal digits, for numbers wider than the machine's.

/// Decimal digits of an unsigned big-endian number.
pub(super) fn digits(big_endian: &[u8]) -> String {
    const BASE: u64 = 1_000_000_000;
    // Least significant first, each below BASE.
    let mut limbs: Vec<u64> = vec![0];
    for &octet in big_endian {
        let mut carry = u64::from(octet);
        for limb in &mut limbs {
            let value = *limb * 256 + carry;
            *limb = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut limbs = limbs.iter().rev();
    let mut text = limbs.next().map(u64::to_string).unwrap_or_default();
    for limb in limbs {
        text.push_str(&format!("{limb:09}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn writes_every_width() {
        assert_eq!(digits(&[]), "0");
        assert_eq!(digits(&[0, 0]), "0");
        assert_eq!(digits(&[0x3b, 0x9a, 0xca, 0x00]), "1000000000");
        let all_ones = [0xff; 16];
        assert_eq!(digits(&all_ones), u128::MAX.to_string());
    }
}
