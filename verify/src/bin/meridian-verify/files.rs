//! Reads what the command line names.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use meridian_appraisal::policy::MAX_POLICY_BYTES;
use meridian_verify::algorithms::catalogue::Catalogue;
use meridian_verify::artifact::Artifact;
use meridian_verify::asked::AskedFor;
use meridian_verify::crypto::digest::digest;
use meridian_verify::input::{Recognised, recognise};
use meridian_verify::pem;
use meridian_verify::trust_list::{TrustList, WitnessWindows};
use meridian_verify::verify::imprint_algorithm;
use meridian_verify::window::Window;
use meridian_wire::limits::MAX_EVIDENCE_BUNDLE_BYTES;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::crl::CrlView;
use meridian_wire::reader::limits::{MAX_ELEMENTS_OF_FILE, MAX_TOKEN_LEN};
use meridian_wire::reader::ocsp::{BasicOcspView, OcspResponseView};
use meridian_wire::reader::walk::Walk;
use meridian_wire::tlog_policy::TlogPolicy;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::failure::Failure;

/// Most tokens are shorter: they are read in one go.
const USUAL_TOKEN_FILE: usize = 8 * 1024;

/// A token of the greatest size in base64 with line ends, and room for text around it.
const MAX_TOKEN_FILE: u64 = 4 * 1024 * 1024;
const _: () = assert!(MAX_TOKEN_LEN < 2 * 1024 * 1024);

/// More than evidence, disclosures and policy documents have.
const MAX_SMALL_FILE: u64 = 1024 * 1024;
const _: () = assert!(MAX_EVIDENCE_BUNDLE_BYTES < 512 * 1024 && MAX_POLICY_BYTES < 512 * 1024);

/// Certificates, each with the time for which it is trusted.
pub(crate) type Anchors = Vec<(Vec<u8>, Window)>;

/// The token's file. What is beyond the limit is not read, and cannot be part of a token.
pub(crate) fn token(path: &Path) -> Result<Recognised, Failure> {
    let mut octets = Vec::with_capacity(USUAL_TOKEN_FILE);
    open(path)?
        .take(MAX_TOKEN_FILE)
        .read_to_end(&mut octets)
        .map_err(|cause| Failure::File {
            path: path.to_owned(),
            cause,
        })?;
    let recognised = recognise(&octets).map_err(|cause| Failure::NoToken {
        path: path.to_owned(),
        cause,
    });
    recognised.map(|mut token| {
        token.name = Some(path.display().to_string());
        token
    })
}

/// The data's digest by the algorithm of the token. None if that is not supported; the report says
/// so. Opened even then: a wrong name is to be told.
pub(crate) fn artifact(path: &Path, input: &Recognised) -> Result<Option<Artifact>, Failure> {
    let file = open(path)?;
    let algorithm = imprint_algorithm(input);
    let artifact = algorithm.map(|algorithm| {
        let artifact = Artifact::from_reader(algorithm, file)?;
        Ok(artifact.named(path.display().to_string()))
    });
    artifact.transpose().map_err(Failure::Artifact)
}

/// Writes a page.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::Output)
}

pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|cause| Failure::File {
        path: path.to_owned(),
        cause,
    })
}

pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let octets = read(path)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// What was asked of the authority.
pub(crate) fn request(path: &Path) -> Result<AskedFor, Failure> {
    AskedFor::new(small(path)?).map_err(|cause| Failure::Request {
        path: path.to_owned(),
        cause,
    })
}

/// A policy of logs and witnesses.
pub(crate) fn log_policy(path: &Path) -> Result<TlogPolicy, Failure> {
    TlogPolicy::parse(&text(path)?).map_err(|cause| Failure::LogPolicy {
        path: path.to_owned(),
        cause,
    })
}

/// A catalogue of algorithms.
pub(crate) fn catalogue(path: &Path) -> Result<Catalogue, Failure> {
    Catalogue::parse(&text(path)?).map_err(|cause| Failure::Catalogue {
        path: path.to_owned(),
        cause,
    })
}

/// Certificates of files and folders, in the order given; folders by file name.
pub(crate) fn certificates(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let before = all.len();
        if path.is_dir() {
            for file in files_of(path)? {
                all.extend(certificates_of(&read(&file)?));
            }
        } else {
            all.extend(certificates_of(&read(path)?));
        }
        if all.len() == before {
            return Err(Failure::NoCertificate(path.clone()));
        }
    }
    Ok(all)
}

/// The certificates of a trust list with their times, and the times of witnesses.
pub(crate) fn trust_list(path: &Path) -> Result<(Anchors, WitnessWindows), Failure> {
    let list = TrustList::parse(&text(path)?);
    let list = list.map_err(|cause| Failure::TrustList {
        path: path.to_owned(),
        cause,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut anchors = Vec::new();
    for listed in list.anchors {
        let file = folder.join(&listed.certificate);
        let certificates = certificates_of(&read(&file)?);
        if certificates.is_empty() {
            return Err(Failure::NoCertificate(file));
        }
        let is_other = |der: &Vec<u8>| {
            let own = digest(HashAlgorithm::Sha256, der);
            listed.sha256.is_some_and(|sha256| own != sha256)
        };
        if certificates.iter().any(is_other) {
            return Err(Failure::OtherCertificate(file));
        }
        anchors.extend(certificates.into_iter().map(|der| (der, listed.window)));
    }
    Ok((anchors, list.witnesses))
}

/// CRLs of files, in the order given.
pub(crate) fn crls(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let octets = read(path)?;
        let is_crl = |der: &[u8]| CrlView::read(der, &mut Walk::new(MAX_ELEMENTS_OF_FILE)).is_ok();
        let crls = armoured(&octets, "X509 CRL", is_crl);
        if crls.is_empty() {
            return Err(Failure::NoCrl(path.clone()));
        }
        all.extend(crls);
    }
    Ok(all)
}

/// OCSP responses of files, in the order given.
pub(crate) fn ocsp_responses(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let octets = read(path)?;
        let is_response = |der: &[u8]| match OcspResponseView::read(der, &mut Walk::default()) {
            Ok(OcspResponseView::Basic(basic)) => {
                BasicOcspView::read(&basic, &mut Walk::default()).is_ok()
            }
            // A refusal is an answer that says nothing; it is no wrong file.
            Ok(_) => true,
            Err(_) => false,
        };
        let responses = armoured(&octets, "OCSP RESPONSE", is_response);
        if responses.is_empty() {
            return Err(Failure::NoOcspResponse(path.clone()));
        }
        all.extend(responses);
    }
    Ok(all)
}

/// Files of a few kilobytes; what is beyond their limit is not read, and fails where they are
/// decoded.
pub(crate) fn small(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    open(path)?
        .take(MAX_SMALL_FILE)
        .read_to_end(&mut octets)
        .map_err(|cause| Failure::File {
            path: path.to_owned(),
            cause,
        })?;
    Ok(octets)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|cause| Failure::File {
        path: path.to_owned(),
        cause,
    })
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failure = |cause| Failure::File {
        path: folder.to_owned(),
        cause,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn certificates_of(octets: &[u8]) -> Vec<Vec<u8>> {
    let is_certificate = |der: &[u8]| CertificateReading::read(der, &mut Walk::default()).is_ok();
    armoured(octets, "CERTIFICATE", is_certificate)
}

/// The PEM blocks with this label, or the one DER structure that the file is. A block that
/// cannot be read is left out: it could neither build nor end a path.
fn armoured(octets: &[u8], label: &str, fits: impl Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    if fits(octets) {
        return vec![octets.to_vec()];
    }
    let blocks = pem::blocks(&String::from_utf8_lossy(octets));
    let wanted = blocks
        .into_iter()
        .filter(|(found, der)| found == label && fits(der));
    wanted.map(|(_, der)| der).collect()
}
