//! Bounds of the reader. They stop hostile input; no real token comes near them.

/// Nested elements. Real tokens nest below 20; certificates add a few more.
pub const MAX_DEPTH: u8 = 32;

/// Octets of one token. The largest of 1,940 collected tokens has 153 kB.
pub const MAX_TOKEN_LEN: usize = 1 << 20;

/// Elements read in one token, counting each look again at an indefinite length.
pub const MAX_ELEMENTS: usize = 1 << 18;

/// Elements read in one file of the caller's own (CRLs have millions of entries).
pub const MAX_ELEMENTS_OF_FILE: usize = 1 << 26;

/// Certificates in one token.
pub const MAX_CERTIFICATES: usize = 64;

/// CRLs and OCSP responses in one token.
pub const MAX_REVOCATION_INFOS: usize = 64;

/// SignerInfos read in one token. RFC 3161 section 2.4.2 allows one.
pub const MAX_SIGNERS: usize = 16;

/// Attributes in one set, and values in one attribute.
pub const MAX_ATTRIBUTES: usize = 64;

/// Extensions in one certificate, CRL or TSTInfo.
pub const MAX_EXTENSIONS: usize = 64;

/// Digest algorithms in one SignedData.
pub const MAX_DIGEST_ALGORITHMS: usize = 64;

/// Content octets of one INTEGER. An RSA modulus of 16,384 bits needs 2,049.
pub const MAX_INTEGER_LEN: usize = 4096;

/// Content octets of one OBJECT IDENTIFIER. The longest collected has 40 arcs.
pub const MAX_OID_LEN: usize = 4096;

/// Certificate identifiers in one ESS attribute.
pub const MAX_ESS_CERT_IDS: usize = 64;

/// Departures from DER kept for the report; further ones are only counted.
pub const MAX_DEPARTURES: usize = 64;

/// Names in one GeneralNames, subtrees in one constraint, points in one extension.
pub const MAX_GENERAL_NAMES: usize = 256;

/// Policies in one certificate, and mappings.
pub const MAX_POLICIES: usize = 64;

/// Certificates that one OCSP response speaks about.
pub const MAX_SINGLE_RESPONSES: usize = 1024;
