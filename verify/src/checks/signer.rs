//! V040, V051, V052 and V027: which certificate the token is signed with.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::ess::EssCertIdView;
use meridian_wire::reader::signer_info::{SignerIdView, SignerInfoView};
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::crypto::digest::{digest, named};
use crate::finding::{Checked, Finding, Proof};
use crate::name::{same_name, show};
use crate::pool::Pool;
use crate::profile::Profile;
use crate::sub_indication::SubIndication;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct SignerProofs {
    found: Proof<40>,
    bound: Proof<51>,
    identified: Proof<52>,
    tsa_name: Proof<27>,
}

type Ids<'a> = Option<Result<Vec<EssCertIdView<'a>>, ReadError>>;

/// The certificate identifiers that the signer signed.
#[derive(Debug)]
pub(crate) struct EssIds<'a> {
    v1: Ids<'a>,
    v2: Ids<'a>,
}

impl<'a> EssIds<'a> {
    fn read(signer: &SignerInfoView<'a>) -> Self {
        let read = |oid: &ObjectIdentifier| {
            let attribute = signer
                .signed_attrs
                .iter()
                .find(|attribute| attribute.oid.is(oid))?;
            Some(EssCertIdView::read_all(
                attribute.values.first()?,
                &mut Walk::default(),
            ))
        };
        Self {
            v1: read(&oid::SIGNING_CERTIFICATE),
            v2: read(&oid::SIGNING_CERTIFICATE_V2),
        }
    }

    /// Every identifier, with its position and the digest that its version defaults to.
    fn all(&self) -> impl Iterator<Item = (usize, &EssCertIdView<'a>, HashAlgorithm)> {
        fn of<'b, 'a>(ids: &'b Ids<'a>) -> impl Iterator<Item = (usize, &'b EssCertIdView<'a>)> {
            ids.iter().flatten().flatten().enumerate()
        }
        let v2 = of(&self.v2).map(|(place, id)| (place, id, HashAlgorithm::Sha256));
        let v1 = of(&self.v1).map(|(place, id)| (place, id, HashAlgorithm::Sha1));
        v2.chain(v1)
    }

    fn first(&self) -> impl Iterator<Item = (&EssCertIdView<'a>, HashAlgorithm)> {
        let first = self.all().filter(|(place, ..)| *place == 0);
        first.map(|(_, id, default)| (id, default))
    }
}

/// How one identifier relates to one certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Match {
    Yes,
    OtherHash,
    OtherIssuerSerial,
    UnsupportedHash,
}

/// RFC 5035 section 4: the hash over the whole certificate, and issuerSerial where given.
fn matches(
    id: &EssCertIdView<'_>,
    default: HashAlgorithm,
    certificate: &CertificateReading<'_>,
) -> Match {
    let algorithm = id.hash_algorithm.as_ref().map_or(Some(default), named);
    let Some(algorithm) = algorithm else {
        return Match::UnsupportedHash;
    };
    if digest(algorithm, certificate.raw) != *id.hash {
        return Match::OtherHash;
    }
    match &id.issuer_serial {
        None => Match::Yes,
        Some((names, serial)) if *serial == certificate.serial && is_issuer(names, certificate) => {
            Match::Yes
        }
        Some(_) => Match::OtherIssuerSerial,
    }
}

/// Whether a directoryName among GeneralNames is the certificate's issuer.
fn is_issuer(names: &Tlv<'_>, certificate: &CertificateReading<'_>) -> bool {
    let mut walk = Walk::default();
    let Ok(mut names) = names.children() else {
        return false;
    };
    while let Ok(Some(name)) = names.next(&mut walk) {
        if directory_name(&name, &mut walk)
            .is_some_and(|name| same_name(&name, &certificate.issuer))
        {
            return true;
        }
    }
    false
}

/// The Name inside `[4] EXPLICIT`.
fn directory_name<'a>(general: &Tlv<'a>, walk: &mut Walk) -> Option<Tlv<'a>> {
    if general.tag() != Tag::context(4) {
        return None;
    }
    general.children().ok()?.next(walk).ok()?
}

/// Whether the SignerInfo's sid names this certificate (RFC 5652 section 5.3).
fn is_named(sid: &SignerIdView<'_>, certificate: &CertificateReading<'_>) -> bool {
    let mut walk = Walk::default();
    match sid {
        SignerIdView::IssuerAndSerial { issuer, serial } => {
            let issuer = Tlv::only(issuer, &mut walk);
            *serial == certificate.serial
                && issuer.is_ok_and(|issuer| same_name(&issuer, &certificate.issuer))
        }
        SignerIdView::KeyIdentifier(wanted) => {
            let mut own = certificate.extensions_of(&oid::SUBJECT_KEY_IDENTIFIER);
            own.any(|extension| {
                let octets = Tlv::only(extension.value, &mut walk).and_then(|tlv| tlv.primitive());
                octets.is_ok_and(|octets| octets == &**wanted)
            })
        }
        _ => false,
    }
}

/// The signer's certificate and how it was found.
#[derive(Debug)]
pub(crate) struct Choice<'p, 'a> {
    /// None if it is not at hand.
    pub(crate) certificate: Option<&'p CertificateReading<'a>>,
    ids: EssIds<'a>,
}

/// By ESSCertID first, then by sid; never by order, name or key usage.
pub(crate) fn choose<'p, 'a>(signer: &SignerInfoView<'a>, pool: &'p Pool<'a>) -> Choice<'p, 'a> {
    let ids = EssIds::read(signer);
    let bound = |certificate: &&CertificateReading<'_>| {
        let mut first = ids.first();
        first.any(|(id, default)| matches(id, default, certificate) == Match::Yes)
    };
    let named = |certificate: &&CertificateReading<'_>| is_named(&signer.sid, certificate);
    let certificate = prefer(|| pool.all(), bound, named);
    Choice { certificate, ids }
}

/// One that is both meant and named, else one that is meant, else one that is named. Of two
/// certificates with one hash (SHA-1 can be made to collide) that is the named one.
fn prefer<T, I: Iterator<Item = T>>(
    all: impl Fn() -> I,
    meant: impl Fn(&T) -> bool,
    named: impl Fn(&T) -> bool,
) -> Option<T> {
    all()
        .find(|one| meant(one) && named(one))
        .or_else(|| all().find(&meant))
        .or_else(|| all().find(&named))
}

/// Runs the family.
pub(crate) fn check(
    signer: &SignerInfoView<'_>,
    tst_info: &TstInfoView<'_>,
    choice: &Choice<'_, '_>,
    pool: &Pool<'_>,
    profile: Profile,
    findings: &mut Vec<Finding>,
) -> Option<SignerProofs> {
    let found = found(signer, choice).record(findings);
    let bound = bound(choice, pool).record(findings);
    let identified = identified(choice, profile).record(findings);
    let tsa_name = tsa_name(tst_info, choice.certificate, profile).record(findings);
    Some(SignerProofs {
        found: found?,
        bound: bound?,
        identified: identified?,
        tsa_name: tsa_name?,
    })
}

/// V040, RFC 5816 section 2.2.2 and RFC 5652 section 5.3.
fn found(signer: &SignerInfoView<'_>, choice: &Choice<'_, '_>) -> Checked<40> {
    let Some(certificate) = choice.certificate else {
        return Checked::indeterminate(
            "the signer's certificate is neither in the token nor among those given",
        );
    };
    let subject = show(&certificate.subject);
    if is_named(&signer.sid, certificate) {
        Checked::passed(format!("signed by {subject}"))
    } else {
        Checked::failed(format!(
            "ESSCertID means {subject}, the SignerInfo names another"
        ))
    }
}

/// V051, RFC 5816 section 2.2.1: the first identifier of each attribute is the signer's.
fn bound(choice: &Choice<'_, '_>, pool: &Pool<'_>) -> Checked<51> {
    if let Some(Err(error)) = [&choice.ids.v1, &choice.ids.v2]
        .into_iter()
        .flatten()
        .find(|ids| ids.is_err())
    {
        return Checked::failed(format!("an ESS attribute cannot be read: {error}"));
    }
    let Some(certificate) = choice.certificate else {
        return Checked::not_run("the signer's certificate is not at hand");
    };
    let mut read = [&choice.ids.v1, &choice.ids.v2]
        .into_iter()
        .flatten()
        .flatten();
    if read.any(Vec::is_empty) {
        return Checked::failed("an ESS attribute identifies no certificate");
    }
    if choice.ids.all().next().is_none() {
        return Checked::not_run("the token does not say which certificate it was signed with");
    }
    for (id, default) in choice.ids.first() {
        match matches(id, default, certificate) {
            Match::Yes => {}
            Match::OtherHash => {
                return Checked::failed("ESSCertID is not the hash of the signer's certificate");
            }
            Match::OtherIssuerSerial => {
                return Checked::failed("ESSCertID has another issuer or serial number");
            }
            Match::UnsupportedHash => {
                return Checked::indeterminate(
                    "the digest algorithm of ESSCertID is not supported",
                )
                .because(SubIndication::CryptoConstraintsFailure);
            }
        }
    }
    let known = |id: &EssCertIdView<'_>, default| {
        pool.all()
            .any(|certificate| matches(id, default, certificate) == Match::Yes)
    };
    let unknown = choice
        .ids
        .all()
        .filter(|(place, id, default)| *place > 0 && !known(id, *default));
    match unknown.count() {
        0 => Checked::passed("ESSCertID is the hash of the signer's certificate"),
        count => Checked::warning(format!(
            "ESSCertID is the hash of the signer's certificate; {count} further \
             identifiers mean certificates that are not at hand"
        )),
    }
}

/// V052, RFC 3161 section 2.4.2 and RFC 5816 section 2.2.1: one of the attributes is there.
fn identified(choice: &Choice<'_, '_>, profile: Profile) -> Checked<52> {
    match (&choice.ids.v1, &choice.ids.v2) {
        (None, None) => Checked::departs(
            profile,
            "neither SigningCertificate nor SigningCertificateV2",
        ),
        (Some(_), None) => Checked::passed("SigningCertificate (SHA-1)"),
        (None, Some(_)) => Checked::passed("SigningCertificateV2"),
        (Some(_), Some(_)) => Checked::passed("SigningCertificate and SigningCertificateV2"),
    }
}

/// V027, RFC 3161 section 2.4.2: tsa is one of the names of the signer's certificate.
fn tsa_name(
    tst_info: &TstInfoView<'_>,
    certificate: Option<&CertificateReading<'_>>,
    profile: Profile,
) -> Checked<27> {
    let Some(tsa) = &tst_info.tsa else {
        return Checked::passed("no tsa name stated");
    };
    let Some(certificate) = certificate else {
        return Checked::not_run("the signer's certificate is not at hand");
    };
    let mut walk = Walk::default();
    if let Some(name) = directory_name(tsa, &mut walk)
        && same_name(&name, &certificate.subject)
    {
        let exact = name.raw() == certificate.subject.raw();
        let how = if exact { "" } else { ", written differently" };
        return Checked::passed(format!("tsa is the signer's subject{how}"));
    }
    if is_alternative_name(tsa, certificate, &mut walk) {
        return Checked::passed("tsa is an alternative name of the signer");
    }
    Checked::departs(profile, "tsa is no name of the signer's certificate")
}

fn is_alternative_name(
    tsa: &Tlv<'_>,
    certificate: &CertificateReading<'_>,
    walk: &mut Walk,
) -> bool {
    let wanted = directory_name(tsa, walk);
    for extension in certificate.extensions_of(&oid::SUBJECT_ALT_NAME) {
        let names = Tlv::only(extension.value, walk).and_then(|tlv| tlv.sequence());
        let Ok(mut names) = names else { continue };
        while let Ok(Some(name)) = names.next(walk) {
            let same = match (&wanted, directory_name(&name, walk)) {
                (Some(wanted), Some(name)) => same_name(wanted, &name),
                _ => name.raw() == tsa.raw(),
            };
            if same {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::prefer;

    #[test]
    fn n06_of_two_certificates_with_one_hash_the_named_one_is_taken() {
        let bag = [
            ("twin", 7, "other"),
            ("signer", 7, "me"),
            ("third", 8, "me"),
        ];
        for turn in 0..3 {
            let mut bag = bag;
            bag.rotate_left(turn);
            let found = prefer(|| bag.into_iter(), |one| one.1 == 7, |one| one.2 == "me");
            assert_eq!(found.map(|one| one.0), Some("signer"));
        }
        // The hash is stronger than the name.
        let found = prefer(|| bag.into_iter(), |one| one.1 == 8, |one| one.0 == "twin");
        assert_eq!(found.map(|one| one.0), Some("third"));
    }
}
