//! The certificates at hand: material to build with, none of it trusted for being here.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::signed_data::{CertificateKind, SignedDataView};
use meridian_wire::reader::walk::Walk;

use crate::crypto::memory::SignatureMemory;
use crate::name::NameKey;
use crate::policy::VerifyPolicy;
use crate::unsigned::Unsigned;
use crate::window::Window;

/// A certificate, its names folded.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    /// The certificate.
    pub(crate) reading: CertificateReading<'a>,
    subject: NameKey<'a>,
    /// Its issuer.
    pub(crate) issuer: NameKey<'a>,
}

/// What the caller gives: the same for all tokens, and read once.
#[derive(Debug, Default)]
pub(crate) struct GivenCertificates<'a> {
    /// Where paths may end.
    anchors: Vec<Held<'a>>,
    /// When the caller trusts which of them.
    windows: Vec<(&'a [u8], Window)>,
    /// To build with.
    intermediates: Vec<Held<'a>>,
}

impl<'a> GivenCertificates<'a> {
    pub(crate) fn read(policy: &'a VerifyPolicy) -> Self {
        let intermediates = policy.intermediates.iter().map(Vec::as_slice);
        Self::of(policy.anchors.iter(), intermediates)
    }

    /// In the order given.
    pub(crate) fn of(
        anchors: impl Iterator<Item = (&'a [u8], Window)>,
        intermediates: impl Iterator<Item = &'a [u8]>,
    ) -> Self {
        let mut given = Self::default();
        for (anchor, window) in anchors {
            add(&mut given.anchors, anchor);
            given.windows.push((anchor, window));
        }
        intermediates.for_each(|one| add(&mut given.intermediates, one));
        given
    }
}

/// Every readable X.509 certificate, each once.
#[derive(Debug)]
pub(crate) struct Pool<'a> {
    /// From the token, in the order given.
    own: Vec<Held<'a>>,
    given: &'a GivenCertificates<'a>,
    /// Signatures on them that were checked before.
    pub(crate) memory: &'a SignatureMemory,
}

impl<'a> Pool<'a> {
    /// Without a token.
    pub(crate) const fn of(given: &'a GivenCertificates<'a>, memory: &'a SignatureMemory) -> Self {
        Self {
            own: Vec::new(),
            given,
            memory,
        }
    }

    /// Adds those of a token, those in unsigned attributes last.
    pub(crate) fn with(mut self, signed: &SignedDataView<'a>, unsigned: &Unsigned<'a>) -> Self {
        let x509 = signed
            .certificates
            .iter()
            .filter(|choice| choice.kind == CertificateKind::X509);
        x509.for_each(|choice| add(&mut self.own, choice.raw));
        for certificate in &unsigned.certificates {
            add(&mut self.own, certificate);
        }
        self
    }

    /// Where paths may end.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = &CertificateReading<'a>> {
        self.given.anchors.iter().map(|held| &held.reading)
    }

    /// Whether a path may end here.
    pub(crate) fn is_anchor(&self, certificate: &CertificateReading<'_>) -> bool {
        self.anchors().any(|anchor| anchor.raw == certificate.raw)
    }

    /// From the token, then from the caller, without the anchors.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &CertificateReading<'a>> {
        self.held().map(|held| &held.reading)
    }

    fn held(&self) -> impl Iterator<Item = &Held<'a>> {
        let is_own = |held: &&Held<'_>| {
            let mut own = self.own.iter();
            own.any(|own| own.reading.raw == held.reading.raw)
        };
        let others = self.given.intermediates.iter();
        self.own
            .iter()
            .chain(others.filter(move |held| !is_own(held)))
    }

    /// When the caller trusts an anchor.
    pub(crate) fn windows_of(&self, anchor: &CertificateReading<'_>) -> Vec<Window> {
        let all = self.given.windows.iter();
        let own = all.filter(|(certificate, _)| *certificate == anchor.raw);
        own.map(|(_, window)| *window).collect()
    }

    /// All, the anchors too: an authority's own certificate may be the anchor.
    pub(crate) fn all(&self) -> impl Iterator<Item = &CertificateReading<'a>> {
        self.certificates().chain(self.anchors())
    }

    /// Those of this name, anchors first: only they can have signed for it.
    pub(crate) fn named(&self, name: &NameKey<'_>) -> impl Iterator<Item = &Held<'a>> {
        let all = self.given.anchors.iter().chain(self.held());
        all.filter(move |held| held.subject == *name)
    }
}

/// An unreadable certificate is passed over: nothing can hang on it.
fn add<'a>(list: &mut Vec<Held<'a>>, der: &'a [u8]) {
    if list.iter().any(|known| known.reading.raw == der) {
        return;
    }
    if let Ok(reading) = CertificateReading::read(der, &mut Walk::default()) {
        list.push(Held {
            subject: NameKey::of(&reading.subject),
            issuer: NameKey::of(&reading.issuer),
            reading,
        });
    }
}
