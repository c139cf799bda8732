//! Location: claims of tokens, disclosures and bundles of subjects, requests of clients. Each has
//! one form.

use meridian_wire::loc::bundle::EvidenceBundle;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::request::LocationRequest;

/// A location claim.
///
/// # Panics
///
/// If an accepted claim is written back differently.
pub fn claim(data: &[u8]) {
    if let Ok(claim) = LocationClaim::decode(data) {
        let again = LocationClaim::new(claim.fields().clone());
        let again = again.map(|claim| claim.as_der().to_vec());
        assert_eq!(again.as_deref(), Ok(data), "a claim has one form");
    }
}

/// A file of disclosures.
///
/// # Panics
///
/// If accepted disclosures are written back differently.
pub fn disclosures(data: &[u8]) {
    if let Ok(disclosures) = Disclosures::decode(data) {
        assert_eq!(disclosures.encode(), data, "disclosures have one form");
        for disclosure in disclosures.as_slice() {
            let _ = disclosure.root();
        }
    }
}

/// The location extension of a request.
///
/// # Panics
///
/// If an accepted request is written back differently.
pub fn location_request(data: &[u8]) {
    if let Ok(request) = LocationRequest::decode(data) {
        assert_eq!(request.encode(), data, "a location request has one form");
    }
}

/// A file of evidence.
///
/// # Panics
///
/// If an accepted bundle is written back differently.
pub fn bundle(data: &[u8]) {
    if let Ok(bundle) = EvidenceBundle::decode(data) {
        let again = EvidenceBundle::new(bundle.context().clone(), bundle.items().to_vec());
        let again = again.map(|bundle| bundle.as_der().to_vec());
        assert_eq!(again.as_deref(), Ok(data), "a bundle has one form");
        for item in bundle.items() {
            let _ = item.hash();
        }
    }
}
