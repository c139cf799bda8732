//! [`Serving`]: what the routes of all listeners are made from.

use std::sync::Arc;

use bytes::Bytes;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::pem;

use super::tls::Tls;
use crate::location::desk::LocationDesk;
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::pipeline::Pipeline;

/// What the routes of all listeners are made from.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) chains: Chains,
    /// Location stamps, where they are configured.
    pub(crate) desk: Option<Arc<LocationDesk>>,
    pub(crate) tls: Option<Arc<Tls>>,
}

/// The authority's certificates, as PEM.
#[derive(Clone, Debug)]
pub(crate) struct Chains {
    /// The time TSU first, then its chain.
    pub(super) time: Bytes,
    /// The same, and after it what the location TSU adds.
    pub(super) all: Bytes,
}

impl Chains {
    pub(crate) fn of(parts: &Parts) -> Self {
        let time = parts.identity.chain();
        let location = parts.location.as_ref();
        let location = location.map_or(&[][..], |location| location.identity.chain());
        let is_new = |it: &&CertificateView| !time.iter().any(|one| one.as_der() == it.as_der());
        let added = location.iter().filter(is_new);
        Self {
            time: pem_of(time.iter()),
            all: pem_of(time.iter().chain(added)),
        }
    }
}

fn pem_of<'a>(certificates: impl Iterator<Item = &'a CertificateView>) -> Bytes {
    let texts = certificates.map(|it| pem::certificate_to_pem(it.as_der()));
    Bytes::from(texts.collect::<String>())
}
