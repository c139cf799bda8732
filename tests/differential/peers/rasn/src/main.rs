//! What rasn-cms reads in tokens, in its BER mode.
//!
//! The argument is a file of lines `CASE <tab> PATH`; each line of the output is
//! `CASE <tab> FIELD <tab> VALUE`. A field that begins with '#' is for people.

use std::error::Error;
use std::fs;

use rasn::types::{Any, Integer, ObjectIdentifier, SetOf};
use rasn_cms::tsp::TstInfo;
use rasn_cms::{
    Attribute, CertificateChoices, ContentInfo, RevocationInfoChoice, SignedData, SignerIdentifier,
    SignerInfo,
};
use sha2::{Digest, Sha256};

type Fields = Vec<(&'static str, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args()
        .nth(1)
        .ok_or("usage: read-tokens-with-rasn LIST")?;
    for line in fs::read_to_string(list)?.lines() {
        let (case, path) = line.split_once('\t').ok_or("a line without a tab")?;
        let fields = match read(&fs::read(path)?) {
            Ok(fields) => fields,
            Err(error) => vec![("read", "no".to_owned()), ("#read", one_line(&*error))],
        };
        for (field, value) in fields {
            println!("{case}\t{field}\t{value}");
        }
    }
    Ok(())
}

fn one_line(error: &dyn Error) -> String {
    error
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn read(token: &[u8]) -> Result<Fields, Box<dyn Error>> {
    // Octets behind the token are another peer's business: BouncyCastle and OpenSSL pass over them.
    let (info, _): (ContentInfo, _) = rasn::ber::decode_with_remainder(token)?;
    let signed: SignedData = rasn::ber::decode(info.content.as_bytes())?;
    let mut fields = vec![("read", "yes".to_owned())];
    read_signed_data(&signed, &mut fields);
    if let Some(signer) = signed.signer_infos.to_vec().first() {
        read_signer(signer, &mut fields);
    }
    if let Some(content) = &signed.encap_content_info.content {
        read_tst_info(&rasn::ber::decode(content)?, &mut fields);
    }
    Ok(fields)
}

fn read_signed_data(signed: &SignedData, fields: &mut Fields) {
    let algorithms = signed.digest_algorithms.to_vec();
    let content = signed.encap_content_info.content.as_ref();
    let certificates = signed.certificates.iter().flat_map(SetOf::to_vec);
    let x509 = certificates
        .clone()
        .filter(|one| matches!(one, CertificateChoices::Certificate(_)));
    let lists = signed.crls.iter().flat_map(SetOf::to_vec);
    let crls = lists
        .clone()
        .filter(|one| matches!(one, RevocationInfoChoice::Crl(_)));
    fields.extend([
        ("version", signed.version.to_string()),
        (
            "digest_algorithms",
            sorted(algorithms.iter().map(|one| dotted(&one.algorithm))),
        ),
        (
            "content_type",
            dotted(&signed.encap_content_info.content_type),
        ),
        (
            "content",
            content.map_or("-".to_owned(), |content| digest(content)),
        ),
        ("certificates", x509.clone().count().to_string()),
        (
            "other_certificates",
            (certificates.count() - x509.count()).to_string(),
        ),
        ("crls", crls.clone().count().to_string()),
        (
            "other_revocation",
            (lists.count() - crls.count()).to_string(),
        ),
        ("signers", signed.signer_infos.len().to_string()),
    ]);
}

fn read_signer(signer: &SignerInfo, fields: &mut Fields) {
    let sid = match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(both) => format!("serial {}", both.serial_number),
        SignerIdentifier::SubjectKeyIdentifier(key) => format!("key {}", hex(key)),
    };
    fields.extend([
        ("signer_version", signer.version.to_string()),
        ("sid", sid),
        (
            "digest_algorithm",
            dotted(&signer.digest_algorithm.algorithm),
        ),
        (
            "signature_algorithm",
            dotted(&signer.signature_algorithm.algorithm),
        ),
        ("signature", digest(&signer.signature)),
        (
            "signed_attributes",
            attributes(signer.signed_attrs.as_ref()),
        ),
        (
            "unsigned_attributes",
            attributes(signer.unsigned_attrs.as_ref()),
        ),
    ]);
}

fn read_tst_info(tst_info: &TstInfo, fields: &mut Fields) {
    let accuracy = tst_info.accuracy.as_ref().map(|accuracy| {
        let part = |part: &Option<Integer>| optional(part.as_ref());
        let (seconds, millis) = (part(&accuracy.seconds), part(&accuracy.millis));
        format!("{seconds} {millis} {}", part(&accuracy.micros))
    });
    let extensions = tst_info.extensions.iter().flat_map(|list| list.iter());
    let extensions = extensions.map(|one| format!("{} {}", dotted(&one.extn_id), one.critical));
    let imprint = &tst_info.message_imprint;
    fields.extend([
        ("tst_version", tst_info.version.to_string()),
        ("policy", dotted(&tst_info.policy)),
        (
            "imprint_algorithm",
            dotted(&imprint.hash_algorithm.algorithm),
        ),
        ("imprint", hex(&imprint.hashed_message)),
        ("serial", tst_info.serial_number.to_string()),
        (
            "instant_us",
            tst_info.gen_time.timestamp_micros().to_string(),
        ),
        ("accuracy", optional(accuracy.as_ref())),
        ("ordering", tst_info.ordering.to_string()),
        ("nonce", optional(tst_info.nonce.as_ref())),
        ("tsa", tst_info.tsa.is_some().to_string()),
        ("extensions", joined(extensions.collect())),
    ]);
}

/// Types and numbers of values, sorted.
fn attributes(set: Option<&SetOf<Attribute>>) -> String {
    let all = set.iter().flat_map(|set| set.to_vec());
    sorted(all.map(|one| {
        let values: &SetOf<Any> = &one.values;
        format!("{} {}", dotted(&one.r#type), values.len())
    }))
}

fn optional(value: Option<&impl ToString>) -> String {
    value.map_or("-".to_owned(), ToString::to_string)
}

fn sorted(all: impl Iterator<Item = String>) -> String {
    let mut all: Vec<_> = all.collect();
    all.sort();
    joined(all)
}

fn joined(all: Vec<String>) -> String {
    if all.is_empty() {
        "-".to_owned()
    } else {
        all.join(",")
    }
}

fn dotted(oid: &ObjectIdentifier) -> String {
    let arcs: Vec<_> = oid.iter().map(u32::to_string).collect();
    arcs.join(".")
}

fn digest(octets: &[u8]) -> String {
    hex(&Sha256::digest(octets))
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
