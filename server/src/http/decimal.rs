//! Decimal numbers of any length, as JSON and paths carry them.

use meridian_wire::log_number::LogNumber;
use meridian_wire::tsp::nonce::Nonce;

/// Digits of a nonce in JSON: 256 bits. The conversion is quadratic, so the limit is short.
pub(super) const NONCE_DIGITS: usize = 77;
/// Digits of a serial number: 160 bits (RFC 3161, 2.4.2).
const SERIAL_DIGITS: usize = 49;
/// Digits of the number of a log: 64 bits.
const LOG_DIGITS: usize = 20;

/// A non-negative whole number without leading zeros.
fn digits(text: &str, limit: usize) -> Option<&[u8]> {
    let octets = text.as_bytes();
    let plain = octets.iter().all(u8::is_ascii_digit);
    let minimal = octets == b"0" || octets.first().is_some_and(|first| *first != b'0');
    (plain && minimal && octets.len() <= limit).then_some(octets)
}

/// The nonce that `text` writes, or `None` if it is not one.
pub(super) fn nonce(text: &str) -> Option<Nonce> {
    // Least significant octet first while the number grows.
    let mut octets: Vec<u8> = vec![0];
    for digit in digits(text, NONCE_DIGITS)? {
        let mut carry = u16::from(digit - b'0');
        for octet in &mut octets {
            let product = u16::from(*octet) * 10 + carry;
            let [high, low] = product.to_be_bytes();
            (*octet, carry) = (low, u16::from(high));
        }
        if let Ok(carry @ 1..) = u8::try_from(carry) {
            octets.push(carry);
        }
    }
    // A set top bit would read as a minus sign (X.690, 8.3).
    if octets.last().is_some_and(|top| *top >= 0x80) {
        octets.push(0);
    }
    octets.reverse();
    Nonce::from_der_content(&octets).ok()
}

/// The serial number that `text` writes: number of the log and position in it.
///
/// The outer `None` says that `text` is no serial number; the inner one that no token of ours can
/// have it.
pub(super) fn serial(text: &str) -> Option<Option<u128>> {
    digits(text, SERIAL_DIGITS)?;
    Some(text.parse().ok())
}

/// The number of a log that `text` writes.
pub(super) fn log_number(text: &str) -> Option<LogNumber> {
    digits(text, LOG_DIGITS)?;
    text.parse().ok().map(LogNumber::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Vec<u8> {
        nonce(text).unwrap().as_der_content().to_vec()
    }

    #[test]
    fn a_nonce_is_minimal_and_not_negative() {
        assert_eq!(content("0"), [0]);
        assert_eq!(content("127"), [0x7f]);
        assert_eq!(content("128"), [0, 0x80]);
        assert_eq!(content("256"), [1, 0]);
        assert_eq!(content("18446744073709551616"), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_nonce_of_256_bits_is_read() {
        let most = "99999999999999999999999999999999999999999999999999999999999999999999999999999";
        assert_eq!(most.len(), NONCE_DIGITS);
        assert_eq!(content(most).len(), 33);
        assert!(nonce(&format!("{most}9")).is_none());
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in ["", "01", "+1", "-1", "1e3", "0x1", " 1", "1 ", "１"] {
            assert!(nonce(text).is_none(), "{text:?}");
            assert!(serial(text).is_none(), "{text:?}");
            assert!(log_number(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_serial_past_128_bits_is_a_serial_that_nobody_has() {
        assert_eq!(serial("18446744073709551616"), Some(Some(1 << 64)));
        assert_eq!(serial(&u128::MAX.to_string()), Some(Some(u128::MAX)));
        assert_eq!(
            serial("340282366920938463463374607431768211456"),
            Some(None)
        );
        assert_eq!(serial(&"9".repeat(50)), None);
    }
}
