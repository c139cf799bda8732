//! The whole verifier, with trust in one root.

use std::sync::OnceLock;

use meridian_verify::artifact::Artifact;
use meridian_verify::facts::TokenFacts;
use meridian_verify::input;
use meridian_verify::pem;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::json::to_json;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::{imprint_algorithm, verify_timestamp};
use meridian_wire::time::UnixMicros;

/// The root of the authority that made the corpus' tokens. Its key is gone.
const ROOT: &str = include_str!("../../trust/root.pem");

/// The certificate of that authority, for tokens that carry none.
const SIGNER: &[u8] = include_bytes!("../../corpus/certificate/ours-tsu.der");

/// What was stamped.
const DOCUMENT: &[u8] = b"a document\n";

/// All that its key ever signed.
const TOKENS: [&[u8]; 3] = [
    include_bytes!("../../corpus/verify/ours-sha256.der"),
    include_bytes!("../../corpus/verify/ours-sha3-512.der"),
    include_bytes!("../../corpus/verify/ours-no-nonce.der"),
];

/// 2028-01-01: inside the validity of the certificates.
const AT: UnixMicros = UnixMicros::new(1_830_297_600_000_000);

/// A token, judged by the whole verifier.
///
/// # Panics
///
/// If a token passes that is not one of those that were made.
pub fn verify(data: &[u8]) {
    let Some(passed) = judge(data) else {
        return;
    };
    static GENUINE: OnceLock<Vec<TokenFacts>> = OnceLock::new();
    let genuine = GENUINE.get_or_init(|| TOKENS.into_iter().filter_map(judge).collect());
    assert!(genuine.contains(&passed), "a forged token passes");
}

/// What a token says, if it passes.
fn judge(data: &[u8]) -> Option<TokenFacts> {
    let token = input::recognise(data).ok()?;
    let algorithm = imprint_algorithm(&token);
    let artifact = algorithm.and_then(|algorithm| Artifact::from_reader(algorithm, DOCUMENT).ok());
    let (_, root) = pem::blocks(ROOT).into_iter().next()?;
    let mut policy = VerifyPolicy::new(TrustAnchors::new(vec![root]).ok()?, AT);
    policy.intermediates = vec![SIGNER.to_vec()];
    let report = verify_timestamp(&token, artifact.as_ref(), &policy);
    // The report must be writable whatever the token says.
    let _ = to_json(&report, Model::GenTime);
    let _ = to_text(&report, Model::Etsi);
    let passed = report.models().gen_time == Verdict::Passed;
    report.token().cloned().filter(|_| passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_genuine_tokens_pass() {
        for token in TOKENS {
            assert!(judge(token).is_some());
        }
    }
}
