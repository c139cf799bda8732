//! What clients send, what authorities answer, and the certificates around both.

use std::sync::Arc;
use std::time::Duration;

use meridian_signing::clock::{BoundSource, ClockReading, StampTime};
use meridian_tsa::authority::TimeStampAuthority;
use meridian_tsa::policy::{Profile, TsaPolicy};
use meridian_tsa::request::ValidRequest;
use meridian_wire::reader::attribute::AttributeView;
use meridian_wire::reader::certificate::{
    BasicConstraints, CertificateReading, key_purposes, key_usage,
};
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::crl::CrlView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::ess::EssCertIdView;
use meridian_wire::reader::response::ResponseView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::pem as bundle;

/// 2026-01-01, inside the validity below.
const NOW: UnixMicros = UnixMicros::new(1_767_225_600_000_000);

/// A request, decoded and decided as the server does.
///
/// # Panics
///
/// If what was accepted is written back differently, or if a token's content does not answer
/// its request.
pub fn request(data: &[u8]) {
    let day = 86_400_000_000;
    let validity = UnixMicros::new(NOW.get() - day)..=UnixMicros::new(NOW.get() + day);
    let allowance = Duration::from_millis(100);
    let policy = TsaPolicy::new(&Profile::ALL, Profile::Compatible, allowance, validity);
    let Ok(policy) = policy else {
        return;
    };
    let Ok(request) = TimeStampReq::decode(data, &policy.served()) else {
        return;
    };
    // An explicitly encoded `certReq FALSE` is the only thing that may not come back.
    let encoded = request.encode();
    let spelt_out = !request.cert_req() && data.len() == encoded.len() + 3;
    assert!(encoded == data || spelt_out, "accepted what is not DER");

    let reading = ClockReading::new(NOW, 1000, BoundSource::Measured);
    let (Ok(valid), Ok(time), Some(serial)) = (
        ValidRequest::new(request.clone(), &policy),
        StampTime::next(reading, None),
        SerialNumber::from_u64(7),
    ) else {
        return;
    };
    let authority = TimeStampAuthority::new(Arc::new(policy));
    let Ok(info) = authority.decide(&valid, serial, &time) else {
        return;
    };
    let encoded = info.encode();
    let mut walk = Walk::default();
    let view = Tlv::only(&encoded, &mut walk).and_then(|tlv| TstInfoView::read(&tlv, &mut walk));
    assert!(view.is_ok(), "a TSTInfo of ours cannot be read");
    assert_eq!(walk.departure_count(), 0, "a TSTInfo of ours is not DER");
    if let Ok(view) = view {
        assert_eq!(*view.imprint, *request.imprint().digest());
        let sent = request.nonce().map(|nonce| nonce.as_der_content());
        assert_eq!(view.nonce.map(|nonce| nonce.content()), sent);
    }
}

/// A token, or a response around one, as the verifier reads it.
///
/// # Panics
///
/// If a part of the view is no part of the input.
pub fn token(data: &[u8]) {
    let mut walk = Walk::default();
    let Ok((tlv, _)) = Tlv::first(data, &mut walk) else {
        return;
    };
    let inside = ResponseView::read(&tlv, &mut walk);
    let token = inside.ok().and_then(|response| response.token);
    // Not a token is an outcome; what is wanted is that saying so takes a bounded time.
    let _ = read_token(&token.unwrap_or(tlv), data);
}

fn read_token(tlv: &Tlv<'_>, data: &[u8]) -> Result<(), ReadError> {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(tlv, &mut walk)?;
    assert!(is_part(content.raw, data), "a view is a part of the input");
    let signed = SignedDataView::read(&content.content, &mut walk)?;
    for choice in &signed.certificates {
        assert!(is_part(choice.raw, data), "a view is a part of the input");
        certificate(choice.raw);
    }
    for signer in &signed.signers {
        let attributes = signer.signed_attrs.iter().chain(&signer.unsigned_attrs);
        attributes.for_each(read_attribute);
    }
    if let Some(octets) = &signed.encapsulated.octets {
        let info = Tlv::only(octets, &mut walk)?;
        TstInfoView::read(&info, &mut walk)?;
    }
    Ok(())
}

fn read_attribute(attribute: &AttributeView<'_>) {
    let mut walk = Walk::default();
    for value in &attribute.values {
        let _ = EssCertIdView::read_all(value, &mut walk);
    }
}

/// Whether `part` points into `whole`.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    let (inner, outer) = (part.as_ptr_range(), whole.as_ptr_range());
    outer.start <= inner.start && inner.end <= outer.end
}

/// A response, as a client of ours reads it.
///
/// # Panics
///
/// If there is a token without a granting status, or a refusal with one.
pub fn response(data: &[u8]) {
    if let Ok(response) = TimeStampResp::decode(data) {
        let granted = response.status().has_token();
        assert_eq!(response.token().is_some(), granted);
    }
}

/// A certificate or a CRL, as the verifier reads it.
///
/// # Panics
///
/// If a part of the view is no part of the input.
pub fn certificate(data: &[u8]) {
    let mut walk = Walk::default();
    if let Ok(reading) = CertificateReading::read(data, &mut walk) {
        assert!(is_part(reading.tbs, data), "a view is a part of the input");
        for extension in &reading.extensions {
            let mut walk = Walk::default();
            let _ = key_purposes(extension.value, &mut walk);
            let _ = key_usage(extension.value, &mut walk);
            let _ = BasicConstraints::read(extension.value, &mut walk);
        }
    }
    if let Ok(view) = CertificateView::from_der(data) {
        assert_eq!(view.as_der(), data, "a certificate is kept as received");
        let _ = (view.subject_alt_names(), view.subject_text());
    }
    let mut walk = Walk::default();
    if let Ok(crl) = CrlView::read(data, &mut walk) {
        assert!(is_part(crl.tbs, data), "a view is a part of the input");
    }
}

/// A bundle of certificates, or a private key, as an operator names them.
///
/// # Panics
///
/// If a certificate that was read does not come back from the PEM that we write of it.
pub fn pem(data: &[u8]) {
    for certificate in bundle::certificates(data).unwrap_or_default() {
        let written = bundle::certificate_to_pem(certificate.as_der());
        let again = bundle::certificates(written.as_bytes());
        assert!(again.is_ok_and(|again| again == [certificate]));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = bundle::private_key(text);
    }
}
