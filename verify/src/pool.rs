//! The certificates at hand: material to build with, none of it trusted for being here.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::signed_data::{CertificateKind, SignedDataView};
use meridian_wire::reader::walk::Walk;

use crate::policy::VerifyPolicy;
use crate::unsigned::Unsigned;
use crate::window::Window;

/// Every readable X.509 certificate, each once.
#[derive(Debug, Default)]
pub(crate) struct Pool<'a> {
    /// From the token, then from the caller, in the order given.
    pub(crate) certificates: Vec<CertificateReading<'a>>,
    /// Where paths may end.
    pub(crate) anchors: Vec<CertificateReading<'a>>,
    /// When the caller trusts which of them.
    windows: Vec<(&'a [u8], Window)>,
}

impl<'a> Pool<'a> {
    pub(crate) fn gather(
        signed: &SignedDataView<'a>,
        unsigned: &Unsigned<'a>,
        policy: &'a VerifyPolicy,
    ) -> Self {
        let mut pool = Self::default();
        for (anchor, window) in policy.anchors.iter() {
            add(&mut pool.anchors, anchor);
            pool.windows.push((anchor, window));
        }
        let x509 = signed
            .certificates
            .iter()
            .filter(|choice| choice.kind == CertificateKind::X509);
        for choice in x509 {
            add(&mut pool.certificates, choice.raw);
        }
        for certificate in &unsigned.certificates {
            add(&mut pool.certificates, certificate);
        }
        for intermediate in &policy.intermediates {
            add(&mut pool.certificates, intermediate);
        }
        pool
    }

    /// When the caller trusts an anchor.
    pub(crate) fn windows_of(&self, anchor: &CertificateReading<'_>) -> Vec<Window> {
        let all = self.windows.iter();
        let own = all.filter(|(certificate, _)| *certificate == anchor.raw);
        own.map(|(_, window)| *window).collect()
    }

    /// All, the anchors too: an authority's own certificate may be the anchor.
    pub(crate) fn all(&self) -> impl Iterator<Item = &CertificateReading<'a>> {
        self.certificates.iter().chain(&self.anchors)
    }
}

/// An unreadable certificate is passed over: nothing can hang on it.
fn add<'a>(list: &mut Vec<CertificateReading<'a>>, der: &'a [u8]) {
    if list.iter().any(|known| known.raw == der) {
        return;
    }
    if let Ok(reading) = CertificateReading::read(der, &mut Walk::default()) {
        list.push(reading);
    }
}
