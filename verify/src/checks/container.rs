//! V001 to V009: container and encoding, before any cryptography.

use meridian_wire::oid;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::error::{ReadError, ReadErrorKind};
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::limits::MAX_TOKEN_LEN;
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::response::ResponseView;
use meridian_wire::reader::signed_data::{CertificateKind, RevocationKind, SignedDataView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::finding::{Checked, Finding, Proof};
use crate::input::{Recognised, Structure};
use crate::profile::Profile;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct ContainerProofs {
    limits: Proof<1>,
    recognised: Proof<2>,
    status: Proof<3>,
    nothing_behind: Proof<4>,
    encoding: Proof<5>,
    content_types: Proof<6>,
    version: Proof<7>,
    choices: Proof<8>,
    one_signer: Proof<9>,
}

/// A token, opened.
#[derive(Debug)]
pub(crate) struct Container<'a> {
    status: Option<IntegerView<'a>>,
    behind: usize,
    content_type: OidView<'a>,
    pub(crate) signed: SignedDataView<'a>,
}

impl<'a> Container<'a> {
    /// Reads response, ContentInfo and SignedData.
    pub(crate) fn open(input: &'a Recognised, walk: &mut Walk) -> Result<Self, ReadError> {
        if input.octets.len() > MAX_TOKEN_LEN {
            let kind = ReadErrorKind::TooLong {
                limit: MAX_TOKEN_LEN,
            };
            return Err(ReadError::new(kind, MAX_TOKEN_LEN));
        }
        let (outer, behind) = Tlv::first(&input.octets, walk)?;
        let (status, token) = match input.structure {
            Structure::Response => {
                let response = ResponseView::read(&outer, walk)?;
                // `recognise` found a second member.
                (Some(response.status), response.token.unwrap_or(outer))
            }
            Structure::Token | Structure::Broken => (None, outer),
        };
        let info = ContentInfoView::read(&token, walk)?;
        let signed = SignedDataView::read(&info.content, walk)?;
        Ok(Self {
            status,
            behind: behind.len(),
            content_type: info.content_type,
            signed,
        })
    }
}

/// Runs the family on an opened token, or says why it could not be opened. `tst_walk` is
/// the walk over TSTInfo, if that could be read.
pub(crate) fn check(
    input: &Recognised,
    opened: Result<&Container<'_>, ReadError>,
    walk: &Walk,
    tst_walk: Option<&Walk>,
    profile: Profile,
    findings: &mut Vec<Finding>,
) -> Option<ContainerProofs> {
    let limits = limits(input.octets.len(), opened.as_ref().err()).record(findings);
    let recognised = recognised(input).record(findings);
    let container = match opened {
        Ok(container) => container,
        Err(error) => {
            Checked::<6>::failed(match input.missing() {
                Some(missing) => format!(
                    "the token was cut short: {missing} octets are missing at its end; fetch or \
                     copy it again"
                ),
                None => format!("the token cannot be read: {error}"),
            })
            .record(findings);
            return None;
        }
    };
    let status = status(container.status.as_ref()).record(findings);
    let nothing_behind = nothing_behind(container.behind, profile).record(findings);
    let encoding = encoding(walk, tst_walk, profile).record(findings);
    let content_types = content_types(container).record(findings);
    let version = version(&container.signed, profile).record(findings);
    let choices = choices(&container.signed).record(findings);
    let one_signer = one_signer(&container.signed).record(findings);
    Some(ContainerProofs {
        limits: limits?,
        recognised: recognised?,
        status: status?,
        nothing_behind: nothing_behind?,
        encoding: encoding?,
        content_types: content_types?,
        version: version?,
        choices: choices?,
        one_signer: one_signer?,
    })
}

/// V001: sizes, depth and counts within bounds.
fn limits(len: usize, error: Option<&ReadError>) -> Checked<1> {
    match error.map(|error| error.kind) {
        Some(
            kind @ (ReadErrorKind::TooDeep
            | ReadErrorKind::TooManyElements { .. }
            | ReadErrorKind::TooMany { .. }
            | ReadErrorKind::TooLong { .. }),
        ) => Checked::failed(format!("beyond the limits of this verifier: {kind}")),
        _ => Checked::passed(format!("{len} octets, within all limits")),
    }
}

/// V002: what kind of file it is.
fn recognised(input: &Recognised) -> Checked<2> {
    let detail = input.describe();
    match input.structure {
        Structure::Broken => Checked::failed(detail),
        Structure::Response | Structure::Token => Checked::passed(detail),
    }
}

/// V003, RFC 3161 section 2.4.2: a token comes with granted (0) or grantedWithMods (1) only.
fn status(status: Option<&IntegerView<'_>>) -> Checked<3> {
    match status.map(IntegerView::to_u64) {
        None => Checked::not_checked("a bare token has no response status"),
        Some(Some(0)) => Checked::passed("granted"),
        Some(Some(1)) => Checked::passed("granted with modifications"),
        Some(Some(other)) => {
            Checked::failed(format!("a token came with PKIStatus {other}, a refusal"))
        }
        Some(None) => Checked::failed("a token came with an impossible PKIStatus"),
    }
}

/// V004: one structure and nothing behind it.
fn nothing_behind(behind: usize, profile: Profile) -> Checked<4> {
    match behind {
        0 => Checked::passed("nothing follows the token"),
        more => Checked::departs(
            profile,
            format!("{more} octets follow the token; nobody signed them"),
        ),
    }
}

/// V005: CMS may be BER (RFC 5652 section 2); TSTInfo is to be DER (RFC 3161 section 2.4.2).
fn encoding(walk: &Walk, tst_walk: Option<&Walk>, profile: Profile) -> Checked<5> {
    let list = |walk: &Walk| {
        let kinds = walk.departure_kinds();
        kinds
            .iter()
            .map(|kind| kind.describe())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match tst_walk {
        Some(tst_walk) if tst_walk.departure_count() > 0 => {
            Checked::departs(profile, format!("TSTInfo is not DER: {}", list(tst_walk)))
        }
        _ if walk.departure_count() > 0 => Checked::passed(format!(
            "BER, which is allowed around TSTInfo: {}",
            list(walk)
        )),
        _ => Checked::passed("DER"),
    }
}

/// V006, RFC 3161 section 2.4.2: SignedData around TSTInfo.
fn content_types(container: &Container<'_>) -> Checked<6> {
    let encapsulated = &container.signed.encapsulated;
    if !container.content_type.is(&oid::ID_SIGNED_DATA) {
        return Checked::failed(format!(
            "the content is {}, not SignedData",
            container.content_type
        ));
    }
    if !encapsulated.content_type.is(&oid::ID_CT_TST_INFO) {
        let found = encapsulated.content_type;
        return Checked::failed(format!("what is signed is {found}, not TSTInfo"));
    }
    match (&encapsulated.element, &encapsulated.octets) {
        (_, Some(_)) => Checked::passed("SignedData around TSTInfo"),
        (Some(_), None) => Checked::failed("what is signed is not an OCTET STRING"),
        (None, None) => Checked::failed("what is signed is missing"),
    }
}

/// V007, RFC 5652 section 5.1. Many writers get the number wrong; nothing rests on it.
fn version(signed: &SignedDataView<'_>, profile: Profile) -> Checked<7> {
    match signed.version.to_u64() {
        Some(version @ (1 | 3 | 4 | 5)) => Checked::passed(format!("CMS version {version}")),
        _ => Checked::departs(
            profile,
            format!("unknown CMS version {}", signed.version.to_decimal()),
        ),
    }
}

/// V008, RFC 5652 section 10.2: every kind is accepted, only X.509 is used.
fn choices(signed: &SignedDataView<'_>) -> Checked<8> {
    let x509 = signed
        .certificates
        .iter()
        .filter(|choice| choice.kind == CertificateKind::X509);
    let x509 = x509.count();
    let others = signed.certificates.len().saturating_sub(x509);
    let crls = signed
        .revocation
        .iter()
        .filter(|choice| matches!(choice.kind, RevocationKind::Crl));
    let crls = crls.count();
    let ocsp = signed.revocation.len().saturating_sub(crls);
    Checked::passed(format!(
        "{x509} X.509 certificates, {others} of other kinds (not used), {crls} CRLs, \
         {ocsp} other revocation data (not used)"
    ))
}

/// V009, RFC 3161 section 2.4.2: the token holds the authority's signature and no other.
fn one_signer(signed: &SignedDataView<'_>) -> Checked<9> {
    match signed.signers.len() {
        1 => Checked::passed("exactly one signer"),
        count => Checked::failed(format!("{count} signers where exactly one is allowed")),
    }
}
