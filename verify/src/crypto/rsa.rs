//! RSA signatures (RFC 8017).

use meridian_wire::reader::der_form::element;
use meridian_wire::tsp::hash::HashAlgorithm;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::digest::{Digest, DynDigest, FixedOutputReset};

use super::digest::digest;
use super::scheme::SignatureFault;

/// Below this nobody ever was a time-stamping authority.
pub const MIN_MODULUS_BITS: usize = 1024;

/// OpenSSL's bound; beyond it one check costs seconds.
pub const MAX_MODULUS_BITS: usize = 16_384;

/// Bits of the modulus.
#[must_use]
pub fn modulus_bits(key: &RsaPublicKey) -> usize {
    key.n().bits()
}

/// RSASSA-PKCS1-v1_5, section 8.2.2: the padded digest is built anew and compared, so no
/// octet of it is parsed. The DigestInfo's parameters may be NULL or absent (note to
/// section 9.2), which makes two candidates.
pub(super) fn verify_pkcs1(
    key: &RsaPublicKey,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let hashed = digest(hash, message);
    let candidates = [&[0x05, 0x00][..], &[]];
    let matches = candidates.iter().any(|parameters| {
        let scheme = Pkcs1v15Sign {
            hash_len: Some(hashed.len()),
            prefix: digest_info_prefix(hash, parameters, hashed.len()).into(),
        };
        key.verify(scheme, &hashed, signature).is_ok()
    });
    if matches {
        Ok(())
    } else {
        Err(SignatureFault::Mismatch)
    }
}

/// DER of DigestInfo up to the digest's own octets (section 9.2):
/// `SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, NULL OPTIONAL }, OCTET STRING }`.
fn digest_info_prefix(hash: HashAlgorithm, parameters: &[u8], digest_len: usize) -> Vec<u8> {
    let oid = element(&[0x06], hash.oid().as_bytes());
    let algorithm = element(&[0x30], &[&oid[..], parameters].concat());
    let digest = element(&[0x04], &vec![0; digest_len]);
    let mut whole = element(&[0x30], &[algorithm, digest].concat());
    whole.truncate(whole.len().saturating_sub(digest_len));
    whole
}

/// RSASSA-PSS, section 8.1.2, mask generation MGF1 with the same digest.
pub(super) fn verify_pss(
    key: &RsaPublicKey,
    hash: HashAlgorithm,
    salt_len: usize,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let hashed = digest(hash, message);
    // A longer salt cannot fit; the crate below is not asked about it.
    if salt_len > modulus_bits(key) / 8 {
        return Err(SignatureFault::Mismatch);
    }
    let scheme = pss(hash, salt_len).ok_or(SignatureFault::UnsupportedHash(hash))?;
    key.verify(scheme, &hashed, signature)
        .map_err(|_| SignatureFault::Mismatch)
}

fn pss(hash: HashAlgorithm, salt_len: usize) -> Option<Pss> {
    fn with<D>(salt_len: usize) -> Pss
    where
        D: 'static + Digest + DynDigest + FixedOutputReset + Send + Sync,
    {
        Pss::new_with_salt::<D>(salt_len)
    }
    Some(match hash {
        HashAlgorithm::Sha256 => with::<sha2::Sha256>(salt_len),
        HashAlgorithm::Sha384 => with::<sha2::Sha384>(salt_len),
        HashAlgorithm::Sha512 => with::<sha2::Sha512>(salt_len),
        HashAlgorithm::Sha512_256 => with::<sha2::Sha512_256>(salt_len),
        HashAlgorithm::Sha224 => with::<sha2::Sha224>(salt_len),
        HashAlgorithm::Sha3_256 => with::<sha3::Sha3_256>(salt_len),
        HashAlgorithm::Sha3_384 => with::<sha3::Sha3_384>(salt_len),
        HashAlgorithm::Sha3_512 => with::<sha3::Sha3_512>(salt_len),
        HashAlgorithm::Sha1 => with::<sha1::Sha1>(salt_len),
        _ => return None,
    })
}
