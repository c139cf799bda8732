//! Clients from PyPI: pyHanko and rfc3161-client.

use std::path::{Path, PathBuf};

use meridian_tests::Failure;
use tempfile::TempDir;

use crate::site::{Site, folder_with_document};
use meridian_tests::programs::{contains, python, run};

/// pyHanko signs a PDF with a stamp, adds a document time stamp, and validates both.
pub(crate) fn pyhanko_stamps_a_pdf(site: &Site) -> Result<(), Failure> {
    stamped_pdf(site, &site.url()).map(drop)
}

/// The same with stamps from any URL; the PDF, and the folder that it is in. Beside it lie its
/// tokens and what they are about.
pub(crate) fn stamped_pdf(site: &Site, url: &str) -> Result<(TempDir, PathBuf), Failure> {
    let (folder, _document) = folder_with_document()?;
    let pdf = folder.path().join("stamped.pdf");
    let said = run(python("pyhanko_pdf.py")?
        .arg(url)
        .arg(site.root())
        .arg(&pdf))?
    .succeeded()?;
    contains(&said, "document time stamp")?;
    Ok((folder, pdf))
}

/// rfc3161-client builds requests, with and without certReq, and verifies the answers.
pub(crate) fn rfc3161_client_verifies(site: &Site) -> Result<(), Failure> {
    let (folder, _document) = folder_with_document()?;
    let chain = site.chain(folder.path())?;
    rfc3161_client(site, &site.url(), &chain, folder.path()).map(drop)
}

/// The same at any URL, with the TSU's certificate; what was stamped, and the last reply.
pub(crate) fn rfc3161_client(
    site: &Site,
    url: &str,
    tsu: &Path,
    folder: &Path,
) -> Result<(PathBuf, PathBuf), Failure> {
    let (data, reply) = (folder.join("rfc3161.data"), folder.join("rfc3161.tsr"));
    let said = run(python("rfc3161_verify.py")?
        .arg(url)
        .arg(site.root())
        .arg(tsu)
        .arg(&data)
        .arg(&reply))?
    .succeeded()?;
    contains(&said, "SHA512 certReq=True")?;
    Ok((data, reply))
}
