//! The strict certificate view on the certificates inside the collected tokens.
#![expect(clippy::print_stdout, reason = "the count, and why nothing was tested")]

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::signed_data::{CertificateKind, SignedDataView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::x509::certificate::CertificateView;

/// Certificates of a token, as received; none if the token cannot be walked.
fn certificates(token: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut walk = Walk::default();
    let (tlv, _) = Tlv::first(token, &mut walk).ok()?;
    let content = ContentInfoView::read(&tlv, &mut walk).ok()?.content;
    let signed = SignedDataView::read(&content, &mut walk).ok()?;
    let x509 = signed.certificates.iter();
    let x509 = x509.filter(|choice| choice.kind == CertificateKind::X509);
    Some(x509.map(|choice| choice.raw.to_vec()).collect())
}

#[test]
fn reads_every_certificate_that_is_der() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tokens");
    let Ok(folder) = fs::read_dir(folder) else {
        println!("skipped: not found");
        return;
    };
    let files = folder.map(|entry| entry.unwrap().path());
    let tokens = files.filter(|path| path.extension().is_some_and(|end| end == "tst"));
    let all: HashSet<Vec<u8>> = tokens
        .filter_map(|path| certificates(&fs::read(path).unwrap()))
        .flatten()
        .collect();
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    for certificate in &all {
        match CertificateView::from_der(certificate) {
            Ok(view) => assert_eq!(view.as_der(), certificate),
            Err(error) => *refusals.entry(error.kind.to_string()).or_default() += 1,
        }
    }
    println!("{} distinct certificates; refused: {refusals:?}", all.len());
    assert!(refusals.is_empty());
}
