//! Location: claims of tokens, disclosures of subjects, requests of clients. Each has one form.

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
