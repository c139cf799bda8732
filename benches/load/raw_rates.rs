//! Signatures of one core in the same minute: what the server's rate is to be read beside.

use std::process::Command;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm,
};
use meridian_signing::clock;
use p384::ecdsa::signature::Signer;

use crate::report::per_second;

/// How long each is measured.
const WINDOW: Duration = Duration::from_secs(1);

/// Signatures a second, one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawRates {
    /// `openssl speed`, P-384; none where there is no openssl.
    pub(crate) openssl_p384: Option<f64>,
    /// `openssl speed`, P-256.
    pub(crate) openssl_p256: Option<f64>,
    /// aws-lc-rs, P-384 with SHA-384.
    pub(crate) aws_lc_p384: f64,
    /// aws-lc-rs, P-256 with SHA-256.
    pub(crate) aws_lc_p256: f64,
    /// The crate p384.
    pub(crate) rust_p384: f64,
}

/// Measures them one after another.
pub(crate) fn measure() -> RawRates {
    RawRates {
        openssl_p384: openssl("ecdsap384"),
        openssl_p256: openssl("ecdsap256"),
        aws_lc_p384: aws_lc(&ECDSA_P384_SHA384_ASN1_SIGNING),
        aws_lc_p256: aws_lc(&ECDSA_P256_SHA256_ASN1_SIGNING),
        rust_p384: rust_p384(),
    }
}

/// How often `operation` runs in a second.
fn rate(mut operation: impl FnMut()) -> f64 {
    let started = clock::monotonic();
    let mut count = 0_u32;
    while started.elapsed() < WINDOW {
        operation();
        count += 1;
    }
    per_second(u64::from(count), started.elapsed())
}

fn aws_lc(algorithm: &'static EcdsaSigningAlgorithm) -> f64 {
    let random = SystemRandom::new();
    let Ok(key) = EcdsaKeyPair::generate(algorithm) else {
        return 0.0;
    };
    rate(|| {
        std::hint::black_box(key.sign(&random, b"one token's signed attributes").is_ok());
    })
}

fn rust_p384() -> f64 {
    // Any scalar below the order is a key.
    let Ok(key) = p384::ecdsa::SigningKey::from_slice(&[0x17; 48]) else {
        return 0.0;
    };
    rate(|| {
        let signature: p384::ecdsa::Signature = key.sign(b"one token's signed attributes");
        std::hint::black_box(signature);
    })
}

fn openssl(curve: &str) -> Option<f64> {
    let output = Command::new("openssl")
        .args(["speed", "-mr", "-seconds", "1", curve])
        .output()
        .ok()?;
    parse_speed(&String::from_utf8_lossy(&output.stdout))
}

/// `-mr` prints `+F4:index:bits:signatures a second:verifications a second`.
fn parse_speed(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with("+F4:"))?;
    line.split(':').nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_of_signatures_is_the_third_field_after_the_tag() {
        let text = "+DTP:384:sign:ecdsa:1\n+F4:4:384:1878.125000:2187.878788\n";
        assert_eq!(parse_speed(text), Some(1878.125));
        assert_eq!(parse_speed("nothing"), None);
    }
}
