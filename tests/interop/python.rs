//! Clients from PyPI: pyHanko and rfc3161-client.

use meridian_tests::Failure;

use crate::client::{contains, python, run};
use crate::site::{Site, folder_with_document};

/// pyHanko signs a PDF with a stamp, adds a document time stamp, and validates both.
pub(crate) fn pyhanko_stamps_a_pdf(site: &Site) -> Result<(), Failure> {
    let (folder, _document) = folder_with_document()?;
    let pdf = folder.path().join("stamped.pdf");
    let said = run(python("pyhanko_pdf.py")?
        .arg(site.url())
        .arg(site.root())
        .arg(pdf))?
    .succeeded()?;
    contains(&said, "document time stamp")
}

/// rfc3161-client builds requests, with and without certReq, and verifies the answers.
pub(crate) fn rfc3161_client_verifies(site: &Site) -> Result<(), Failure> {
    let (folder, _document) = folder_with_document()?;
    let chain = site.chain(folder.path())?;
    let said = run(python("rfc3161_verify.py")?
        .arg(site.url())
        .arg(site.root())
        .arg(chain))?
    .succeeded()?;
    contains(&said, "SHA512 certReq=False")
}
