//! The tolerant reader on the collected tokens, where they are.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs;
use std::path::{Path, PathBuf};

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::signed_data::{CertificateKind, SignedDataView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;

/// Not well-formed; OpenSSL and an independent reader refuse them too.
const UNREADABLE: &[&str] = &[
    // Copied out of a JPEG with a segment header in the middle.
    "162fadf967b73647",
    "70b9ab9acc7e43c2",
    // A TSTInfo without genTime, made for another project's tests.
    "8d25fd6c04ed7711",
    // A signing time where a SET belongs, made for another project's tests.
    "b3d0e1dee6dd9043",
    // Cut short.
    "cbf24feb4fee0818",
    // Octets overwritten, made for another project's tests.
    "e1dfb08abcba1837",
];

fn corpus() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tokens");
    let mut files: Vec<_> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "tst"))
        .collect();
    files.sort();
    Some(files)
}

/// Everything a verifier reads; the count of X.509 certificates.
fn read(bytes: &[u8]) -> Result<usize, ReadError> {
    let mut walk = Walk::default();
    let (tlv, _) = Tlv::first(bytes, &mut walk)?;
    let content = ContentInfoView::read(&tlv, &mut walk)?.content;
    let signed = SignedDataView::read(&content, &mut walk)?;
    if let Some(octets) = &signed.encapsulated.octets {
        let (tst_info, _) = Tlv::first(octets, &mut walk)?;
        TstInfoView::read(&tst_info, &mut walk)?;
    }
    let certificates = signed.certificates.iter();
    let x509: Vec<_> = certificates
        .filter(|choice| choice.kind == CertificateKind::X509)
        .map(|choice| CertificateReading::read(choice.raw, &mut walk))
        .collect::<Result<_, _>>()?;
    Ok(x509.len())
}

#[test]
fn reads_every_well_formed_token() {
    let Some(files) = corpus() else {
        println!("skipped: not found");
        return;
    };
    let mut unreadable = Vec::new();
    for file in &files {
        if let Err(error) = read(&fs::read(file).unwrap()) {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            println!("{name}: {error}");
            unreadable.push(name);
        }
    }
    println!("{} of {} read", files.len() - unreadable.len(), files.len());
    assert_eq!(unreadable, UNREADABLE);
}
