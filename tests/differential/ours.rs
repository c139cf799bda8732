//! Our reader's fields, and our verifier's findings, with nobody trusted.

use std::fs;

use meridian_verify::input::recognise;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::reader::attribute::AttributeView;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::crl::CrlView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::signed_data::{CertificateKind, RevocationKind, SignedDataView};
use meridian_wire::reader::signer_info::{SignerIdView, SignerInfoView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use sha2::{Digest, Sha256};

use crate::case::Cases;
use crate::forge::certificate::Certificate;
use crate::forge::key::Key;
use crate::reading::{READ, Reading, Readings};

/// Later than every token.
const AT: &str = "2100-01-01T00:00:00Z";

pub(crate) fn read_all(cases: &Cases) -> Readings {
    // Somebody has to be trusted; this one vouches for nobody.
    let key = Key::p384(99);
    let stranger = Certificate::ca(1, "Stranger", "Stranger", &key).signed(&key);
    let anchors = TrustAnchors::new(vec![stranger]).unwrap();
    let policy = VerifyPolicy::new(anchors, UnixMicros::parse_rfc3339(AT).unwrap());
    let mut readings = Readings::new();
    for case in &cases.all {
        let token = fs::read(&case.path).unwrap();
        let mut reading = Reading::new();
        let report = recognise(&token).map(|input| verify_timestamp(&input, None, &policy));
        match (read(&token), &report) {
            (Ok(fields), Ok(report)) => {
                put(&mut reading, READ, "yes");
                reading.extend(fields);
                instants(report, &mut reading);
            }
            (Err(error), _) => {
                put(&mut reading, READ, "no");
                put(&mut reading, "#read", error);
            }
            (Ok(_), Err(reason)) => put(
                &mut reading,
                READ,
                format!("yes, but not recognised: {reason}"),
            ),
        }
        for finding in report.iter().flat_map(Report::findings) {
            // No peer reads these: they are compared in words, by `verdict`.
            put(
                &mut reading,
                &format!("#{}", finding.id),
                finding.status.name(),
            );
        }
        readings.insert(case.id.clone(), reading);
    }
    readings
}

fn put(reading: &mut Reading, field: &str, value: impl ToString) {
    reading.insert(field.to_owned(), value.to_string());
}

/// genTime as the verifier understands it.
fn instants(report: &Report, reading: &mut Reading) {
    let Some(token) = report.token() else { return };
    let at = token.gen_time.map(UnixMicros::get);
    put(reading, "instant_us", optional(at));
    put(
        reading,
        "instant_ms",
        optional(at.map(|at| at.div_euclid(1000))),
    );
}

/// Everything that a verifier reads; an error anywhere is an error.
fn read(token: &[u8]) -> Result<Reading, ReadError> {
    let mut walk = Walk::default();
    let mut reading = Reading::new();
    let (tlv, _) = Tlv::first(token, &mut walk)?;
    let content = ContentInfoView::read(&tlv, &mut walk)?.content;
    let signed = SignedDataView::read(&content, &mut walk)?;
    read_signed_data(&signed, &mut walk, &mut reading)?;
    if let Some(signer) = signed.signers.first() {
        read_signer(signer, &mut reading);
    }
    if let Some(octets) = &signed.encapsulated.octets {
        let tst_info = Tlv::only(octets, &mut walk)?;
        read_tst_info(&TstInfoView::read(&tst_info, &mut walk)?, &mut reading);
    }
    Ok(reading)
}

fn read_signed_data(
    signed: &SignedDataView<'_>,
    walk: &mut Walk,
    reading: &mut Reading,
) -> Result<(), ReadError> {
    let (mut x509, mut crls) = (0, 0);
    for choice in &signed.certificates {
        if choice.kind == CertificateKind::X509 {
            CertificateReading::read(choice.raw, walk)?;
            x509 += 1;
        }
    }
    for choice in &signed.revocation {
        if matches!(choice.kind, RevocationKind::Crl) {
            CrlView::read(choice.raw, walk)?;
            crls += 1;
        }
    }
    let algorithms = signed.digest_algorithms.iter();
    let algorithms = algorithms.map(|algorithm| algorithm.oid.to_string());
    let content = signed.encapsulated.octets.as_deref().map(digest);
    put(reading, "version", signed.version.to_decimal());
    put(reading, "digest_algorithms", sorted(algorithms));
    put(reading, "content_type", signed.encapsulated.content_type);
    put(reading, "content", optional(content));
    put(reading, "certificates", x509);
    put(
        reading,
        "other_certificates",
        signed.certificates.len() - x509,
    );
    put(reading, "crls", crls);
    put(reading, "other_revocation", signed.revocation.len() - crls);
    put(reading, "signers", signed.signers.len());
    Ok(())
}

fn read_signer(signer: &SignerInfoView<'_>, reading: &mut Reading) {
    let sid = match &signer.sid {
        SignerIdView::IssuerAndSerial { serial, .. } => format!("serial {}", serial.to_decimal()),
        SignerIdView::KeyIdentifier(key) => format!("key {}", hex::encode(key)),
        other => format!("of a kind that is new here: {other:?}"),
    };
    put(reading, "signer_version", signer.version.to_decimal());
    put(reading, "sid", sid);
    put(reading, "digest_algorithm", signer.digest_algorithm.oid);
    put(
        reading,
        "signature_algorithm",
        signer.signature_algorithm.oid,
    );
    put(reading, "signature", digest(&signer.signature));
    put(
        reading,
        "signed_attributes",
        attributes(&signer.signed_attrs),
    );
    put(
        reading,
        "unsigned_attributes",
        attributes(&signer.unsigned_attrs),
    );
}

fn read_tst_info(tst_info: &TstInfoView<'_>, reading: &mut Reading) {
    let decimal = |part: Option<IntegerView<'_>>| optional(part.map(|part| part.to_decimal()));
    let accuracy = tst_info.accuracy.map(|accuracy| {
        let (seconds, millis) = (decimal(accuracy.seconds), decimal(accuracy.millis));
        format!("{seconds} {millis} {}", decimal(accuracy.micros))
    });
    let extensions = tst_info.extensions.iter();
    let extensions = extensions.map(|one| format!("{} {}", one.oid, one.critical));
    put(reading, "tst_version", tst_info.version.to_decimal());
    put(reading, "policy", tst_info.policy);
    put(reading, "imprint_algorithm", tst_info.imprint_algorithm.oid);
    put(reading, "imprint", hex::encode(&tst_info.imprint));
    put(reading, "serial", tst_info.serial.to_decimal());
    put(
        reading,
        "gen_time",
        String::from_utf8_lossy(&tst_info.gen_time),
    );
    put(reading, "accuracy", optional(accuracy));
    put(reading, "ordering", tst_info.ordering);
    put(reading, "nonce", decimal(tst_info.nonce));
    put(reading, "tsa", tst_info.tsa.is_some());
    put(reading, "extensions", joined(extensions.collect()));
}

/// Types and numbers of values, sorted.
fn attributes(all: &[AttributeView<'_>]) -> String {
    let all = all.iter();
    sorted(all.map(|one| format!("{} {}", one.oid, one.values.len())))
}

fn optional(value: Option<impl ToString>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn sorted(all: impl Iterator<Item = String>) -> String {
    let mut all: Vec<_> = all.collect();
    all.sort();
    joined(all)
}

fn joined(all: Vec<String>) -> String {
    if all.is_empty() {
        return "-".to_owned();
    }
    all.join(",")
}

fn digest(octets: &[u8]) -> String {
    hex::encode(Sha256::digest(octets))
}
