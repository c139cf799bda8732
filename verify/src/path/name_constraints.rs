//! Name constraints (RFC 5280 section 4.2.1.10): which names a CA may give.

use meridian_wire::oid;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::general_name::GeneralNameView;
use meridian_wire::reader::name_constraints::{NameConstraintsView, SubtreeView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::name::{FoldedName, email_addresses};

/// Comparisons of a name with a subtree in one path: what bounds many names under many
/// constraints.
const MAX_COMPARISONS: usize = 1 << 16;

/// Why a name does not stand under the constraints above it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NameFault {
    #[error("it has the name {name}, which the name constraints of a CA above it do not permit")]
    NotPermitted { name: String },
    #[error("it has the name {name}, which the name constraints of a CA above it exclude")]
    Excluded { name: String },
    #[error("a name in it or in a name constraint cannot be read: {0}")]
    Unreadable(ReadError),
    #[error("name constraints on names of form [{form}] are not supported")]
    FormNotSupported { form: u32 },
    #[error("name constraints with minimum or maximum are not supported")]
    PartialSubtree,
    #[error("there are more names and constraints than are compared")]
    TooMany,
}

impl NameFault {
    /// Whether the path is wrong, rather than beyond this verifier.
    pub(crate) const fn convicts(&self) -> bool {
        !matches!(
            self,
            Self::FormNotSupported { .. } | Self::PartialSubtree | Self::TooMany
        )
    }
}

/// The constraints of every CA above, which all hold: the intersection of what is permitted
/// and the union of what is excluded (section 6.1.4 (g)).
#[derive(Debug, Default)]
pub(crate) struct NameConstraints<'a> {
    above: Vec<NameConstraintsView<'a>>,
    comparisons: usize,
}

impl<'a> NameConstraints<'a> {
    /// Adds those of one more CA.
    pub(crate) fn add(&mut self, value: &'a [u8]) -> Result<(), NameFault> {
        let view = NameConstraintsView::read(value, &mut Walk::default());
        self.above.push(view.map_err(NameFault::Unreadable)?);
        Ok(())
    }

    /// Section 6.1.3 (b) and (c): the subject, every alternative name, and the mailboxes that
    /// old certificates have in their subject.
    pub(crate) fn judge(&mut self, certificate: &CertificateReading<'_>) -> Result<(), NameFault> {
        if self.above.is_empty() {
            return Ok(());
        }
        let mut walk = Walk::default();
        let mut mailboxes_elsewhere = false;
        for extension in certificate.extensions_of(&oid::SUBJECT_ALT_NAME) {
            let names = GeneralNameView::read_value(extension.value, &mut walk);
            for name in names.map_err(NameFault::Unreadable)? {
                mailboxes_elsewhere |= matches!(name, GeneralNameView::Rfc822(_));
                self.judge_name(&name)?;
            }
        }
        self.judge_subject(&certificate.subject)?;
        if !mailboxes_elsewhere {
            let mailboxes = email_addresses(&certificate.subject);
            for mailbox in mailboxes.map_err(NameFault::Unreadable)? {
                self.judge_name(&GeneralNameView::Rfc822(mailbox.as_bytes()))?;
            }
        }
        Ok(())
    }

    /// An empty subject names nobody.
    fn judge_subject(&mut self, subject: &Tlv<'_>) -> Result<(), NameFault> {
        let folded = FoldedName::read(subject).map_err(NameFault::Unreadable)?;
        if folded.is_empty() {
            return Ok(());
        }
        self.judge_name(&GeneralNameView::Directory(*subject))
    }

    fn judge_name(&mut self, name: &GeneralNameView<'_>) -> Result<(), NameFault> {
        for constraints in &self.above {
            let work = constraints.permitted.len() + constraints.excluded.len();
            self.comparisons = self.comparisons.saturating_add(work);
            if self.comparisons > MAX_COMPARISONS {
                return Err(NameFault::TooMany);
            }
            let mut of_form = constraints.permitted.iter().peekable();
            let form = name.form();
            let mut any = false;
            let mut permitted = false;
            for subtree in of_form.by_ref().filter(|one| one.base.form() == form) {
                any = true;
                permitted |= holds(subtree, name)?;
            }
            if any && !permitted {
                return Err(NameFault::NotPermitted { name: show(name) });
            }
            for subtree in &constraints.excluded {
                if subtree.base.form() == form && holds(subtree, name)? {
                    return Err(NameFault::Excluded { name: show(name) });
                }
            }
        }
        Ok(())
    }
}

/// Whether the subtree holds a name of its form.
fn holds(subtree: &SubtreeView<'_>, name: &GeneralNameView<'_>) -> Result<bool, NameFault> {
    if !subtree.whole {
        return Err(NameFault::PartialSubtree);
    }
    Ok(match (&subtree.base, name) {
        (GeneralNameView::Directory(base), GeneralNameView::Directory(name)) => {
            let base = FoldedName::read(base).map_err(NameFault::Unreadable)?;
            let name = FoldedName::read(name).map_err(NameFault::Unreadable)?;
            name.is_below(&base)
        }
        (GeneralNameView::Dns(base), GeneralNameView::Dns(name)) => dns_holds(base, name),
        (GeneralNameView::Rfc822(base), GeneralNameView::Rfc822(name)) => mail_holds(base, name),
        (GeneralNameView::Uri(base), GeneralNameView::Uri(name)) => {
            host_of(name).is_some_and(|host| host_holds(base, host))
        }
        (GeneralNameView::Ip(base), GeneralNameView::Ip(name)) => ip_holds(base, name),
        _ => return Err(NameFault::FormNotSupported { form: name.form() }),
    })
}

/// The base itself, or anything with labels added on the left.
fn dns_holds(base: &[u8], name: &[u8]) -> bool {
    let (base, name) = (base.to_ascii_lowercase(), name.to_ascii_lowercase());
    if base.is_empty() {
        return true;
    }
    // A leading dot is not in RFC 5280 but in use: only what has a label more.
    if base.starts_with(b".") {
        return name.ends_with(&base);
    }
    match name.strip_suffix(base.as_slice()) {
        Some(rest) => rest.is_empty() || rest.ends_with(b"."),
        None => false,
    }
}

/// A mailbox (local part as written), all of a host, or all of a domain (`.example.com`).
fn mail_holds(base: &[u8], name: &[u8]) -> bool {
    let Some((local, host)) = split_mailbox(name) else {
        return false;
    };
    match split_mailbox(base) {
        Some((base_local, base_host)) => {
            base_local == local && base_host.eq_ignore_ascii_case(host)
        }
        None => host_holds(base, host),
    }
}

/// At the last `@`: a quoted local part may hold others.
fn split_mailbox(mailbox: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = mailbox.iter().rposition(|octet| *octet == b'@')?;
    Some((mailbox.get(..at)?, mailbox.get(at + 1..)?))
}

/// A host, or with a leading dot every host of a domain. An empty base holds all.
fn host_holds(base: &[u8], host: &[u8]) -> bool {
    let (base, host) = (base.to_ascii_lowercase(), host.to_ascii_lowercase());
    if base.is_empty() {
        return true;
    }
    if base.starts_with(b".") {
        host.len() > base.len() && host.ends_with(&base)
    } else {
        base == host
    }
}

/// The host of a URI with an authority (RFC 3986 section 3.2). None without one, or if it is
/// an address: constraints on URIs are about names.
fn host_of(uri: &[u8]) -> Option<&[u8]> {
    let after = |text: &'_ [u8], mark: &[u8]| {
        let found = text.windows(mark.len()).position(|window| window == mark)?;
        Some(found + mark.len())
    };
    let authority = uri.get(after(uri, b"://")?..)?;
    let authority = authority
        .split(|octet| matches!(octet, b'/' | b'?' | b'#'))
        .next()?;
    let host = match authority.iter().rposition(|octet| *octet == b'@') {
        Some(at) => authority.get(at + 1..)?,
        None => authority,
    };
    if host.starts_with(b"[") {
        return None;
    }
    let host = host.split(|octet| *octet == b':').next()?;
    let text = std::str::from_utf8(host).ok()?;
    let is_address = text.parse::<std::net::Ipv4Addr>().is_ok();
    (!host.is_empty() && !is_address).then_some(host)
}

/// Address and mask, of four octets each or sixteen.
fn ip_holds(base: &[u8], name: &[u8]) -> bool {
    let (address, mask) = base.split_at(base.len() / 2);
    if !matches!(name.len(), 4 | 16) || address.len() != name.len() || mask.len() != name.len() {
        return false;
    }
    let masked = name.iter().zip(mask).map(|(octet, mask)| octet & mask);
    masked.eq(address.iter().zip(mask).map(|(octet, mask)| octet & mask))
}

/// For people.
fn show(name: &GeneralNameView<'_>) -> String {
    match name {
        GeneralNameView::Directory(name) => crate::name::show(name),
        GeneralNameView::Rfc822(text) | GeneralNameView::Dns(text) | GeneralNameView::Uri(text) => {
            String::from_utf8_lossy(text).into_owned()
        }
        GeneralNameView::Ip(octets) => hex::encode(octets),
        other => format!("of form [{}]", other.form()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_subtree_is_the_host_and_all_below_it() {
        assert!(dns_holds(b"example.com", b"example.com"));
        assert!(dns_holds(b"example.com", b"A.Example.COM"));
        assert!(!dns_holds(b"example.com", b"badexample.com"));
        assert!(!dns_holds(b".example.com", b"example.com"));
        assert!(dns_holds(b"", b"anything"));
    }

    #[test]
    fn a_mail_subtree_is_a_mailbox_a_host_or_a_domain() {
        assert!(mail_holds(b"a@example.com", b"a@EXAMPLE.com"));
        assert!(!mail_holds(b"a@example.com", b"A@example.com"));
        assert!(mail_holds(b"example.com", b"x@example.com"));
        assert!(!mail_holds(b"example.com", b"x@mail.example.com"));
        assert!(mail_holds(b".example.com", b"x@mail.example.com"));
        assert!(!mail_holds(b".example.com", b"x@example.com"));
        assert!(!mail_holds(b"example.com", b"no mailbox"));
    }

    #[test]
    fn a_uri_subtree_is_about_the_host() {
        assert_eq!(
            host_of(b"https://user@host.example:8443/x?@y"),
            Some(&b"host.example"[..])
        );
        assert_eq!(host_of(b"http://192.0.2.1/"), None);
        assert_eq!(host_of(b"http://[2001:db8::1]/"), None);
        assert_eq!(host_of(b"urn:isbn:1"), None);
        assert!(host_holds(b".example", b"host.example"));
        assert!(!host_holds(b".example", b".example"));
    }

    #[test]
    fn an_address_subtree_is_a_network() {
        let network = [10, 1, 0, 0, 255, 255, 0, 0];
        assert!(ip_holds(&network, &[10, 1, 2, 3]));
        assert!(!ip_holds(&network, &[10, 2, 2, 3]));
        assert!(!ip_holds(&network, &[0; 16]));
        assert!(!ip_holds(&network[..7], &[10, 1, 2]));
        assert!(!ip_holds(&[], &[]));
    }
}
