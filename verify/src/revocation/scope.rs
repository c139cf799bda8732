//! Which CRL speaks about which certificate, and for which reasons (RFC 5280 section 6.3.3 (b)).

use meridian_wire::oid;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::distribution_point::{
    DistributionPointView, IssuingPointView, PointNameView,
};
use meridian_wire::reader::general_name::GeneralNameView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::certificate::is_ca;
use crate::name::{FoldedName, same_name};
use crate::revocation::material::Crl;

/// Every reason: bits 1 to 8 of ReasonFlags.
pub(crate) const ALL_REASONS: u16 = 0b1_1111_1110;

/// The reasons for which a CRL speaks about a certificate; zero if it does not.
pub(crate) fn reasons(crl: &Crl<'_>, subject: &CertificateReading<'_>) -> u16 {
    let mut walk = Walk::default();
    let mut reasons = implied_point(crl, subject);
    for extension in subject.extensions_of(&oid::CRL_DISTRIBUTION_POINTS) {
        // Unreadable points name nothing.
        let points = DistributionPointView::read_all(extension.value, &mut walk);
        for point in points.unwrap_or_default() {
            reasons |= point_reasons(crl, subject, &point);
        }
    }
    reasons
}

/// A list of the certificate's own issuer that no point of the certificate names.
fn implied_point(crl: &Crl<'_>, subject: &CertificateReading<'_>) -> u16 {
    if !same_name(&crl.view.issuer, &subject.issuer) {
        return 0;
    }
    let Some(issuing) = &crl.point else {
        return ALL_REASONS;
    };
    let here = Place::of(&subject.issuer, None);
    let named = match &issuing.name {
        None => true,
        Some(name) => Place::names(name, &crl.view.issuer)
            .iter()
            .any(|place| here.as_ref() == Some(place)),
    };
    if named && fits_kind(issuing, subject) {
        issuing.some_reasons.unwrap_or(ALL_REASONS) & ALL_REASONS
    } else {
        0
    }
}

fn point_reasons(
    crl: &Crl<'_>,
    subject: &CertificateReading<'_>,
    point: &DistributionPointView<'_>,
) -> u16 {
    let of_point = point.reasons.unwrap_or(ALL_REASONS);
    let directories = || {
        point.crl_issuer.iter().filter_map(|name| match name {
            GeneralNameView::Directory(name) => Some(name),
            _ => None,
        })
    };
    let Some(issuing) = &crl.point else {
        let direct = point.crl_issuer.is_empty() && same_name(&crl.view.issuer, &subject.issuer);
        return if direct { of_point & ALL_REASONS } else { 0 };
    };
    let issuer_fits = if point.crl_issuer.is_empty() {
        same_name(&crl.view.issuer, &subject.issuer)
    } else {
        issuing.indirect && directories().any(|name| same_name(name, &crl.view.issuer))
    };
    let name_fits = match (&issuing.name, &point.name) {
        (None, _) => true,
        (Some(issuing), Some(point_name)) => {
            let base = directories().next().unwrap_or(&subject.issuer);
            let wanted = Place::names(point_name, base);
            Place::names(issuing, &crl.view.issuer)
                .iter()
                .any(|place| wanted.contains(place))
        }
        (Some(issuing), None) => {
            let names = Place::names(issuing, &crl.view.issuer);
            directories().any(|name| Place::of(name, None).is_some_and(|own| names.contains(&own)))
        }
    };
    if issuer_fits && name_fits && fits_kind(issuing, subject) {
        issuing.some_reasons.unwrap_or(ALL_REASONS) & of_point & ALL_REASONS
    } else {
        0
    }
}

fn fits_kind(issuing: &IssuingPointView<'_>, subject: &CertificateReading<'_>) -> bool {
    let right = if is_ca(subject) {
        !issuing.users_only
    } else {
        !issuing.cas_only
    };
    right && !issuing.attributes_only
}

/// A point's name in a form that compares.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    Directory(FoldedName),
    /// Form and octets.
    Octets(u32, Vec<u8>),
}

impl Place {
    fn of(name: &Tlv<'_>, rdn: Option<&[u8]>) -> Option<Self> {
        let name = FoldedName::read(name).ok()?;
        let name = match rdn {
            Some(rdn) => name.with_rdn(rdn).ok()?,
            None => name,
        };
        Some(Self::Directory(name))
    }

    /// The names of a point; a relative one is completed with `base`.
    fn names(name: &PointNameView<'_>, base: &Tlv<'_>) -> Vec<Self> {
        match name {
            PointNameView::Relative(rdn) => Self::of(base, Some(rdn)).into_iter().collect(),
            PointNameView::Full(names) => names
                .iter()
                .filter_map(|name| match name {
                    GeneralNameView::Directory(name) => Self::of(name, None),
                    GeneralNameView::Uri(octets)
                    | GeneralNameView::Dns(octets)
                    | GeneralNameView::Rfc822(octets)
                    | GeneralNameView::Ip(octets) => {
                        Some(Self::Octets(name.form(), octets.to_vec()))
                    }
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}
