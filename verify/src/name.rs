//! Distinguished names: compared as people mean them, shown as people read them.

use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

/// Attributes of one name. Longer ones are treated as unreadable.
const MAX_PARTS: usize = 64;

/// One attribute of a name.
#[derive(Clone, Debug)]
struct Part<'a> {
    /// Position of its RelativeDistinguishedName.
    rdn: usize,
    kind: OidView<'a>,
    text: String,
}

/// Whether two Names are the same. Equal octets are; otherwise attributes are compared
/// one by one after the case and space folding of RFC 4518 sections 2.2 and 2.6, whatever
/// string type each was written in (RFC 5280 section 7.1). Unicode normalisation
/// (section 2.3) is not done: composed and decomposed forms differ here.
pub(crate) fn same_name(left: &Tlv<'_>, right: &Tlv<'_>) -> bool {
    left.raw() == right.raw() || NameKey::of(left) == NameKey::of(right)
}

/// A Name in a form of which two are equal exactly if the names are the same: folded once, compared
/// often.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum NameKey<'a> {
    /// Positions, kinds and folded values.
    Folded(Vec<(usize, Vec<u8>, String)>),
    /// Nobody's, or not readable: equal octets are all that counts.
    Octets(&'a [u8]),
}

impl<'a> NameKey<'a> {
    /// Folds a Name.
    pub(crate) fn of(name: &Tlv<'a>) -> Self {
        let parts = parts(name).unwrap_or_default();
        if parts.is_empty() {
            return Self::Octets(name.raw());
        }
        let folded = parts.iter().map(|part| {
            let kind = part.kind.as_bytes().to_vec();
            (part.rdn, kind, fold(&part.text))
        });
        let mut folded: Vec<_> = folded.collect();
        // Attributes of one RelativeDistinguishedName are a set.
        folded.sort_unstable();
        Self::Folded(folded)
    }
}

/// A name as a list of sets of folded attributes: what comparison below a base needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FoldedName(Vec<Vec<(Vec<u8>, String)>>);

impl FoldedName {
    /// Reads a Name.
    pub(crate) fn read(name: &Tlv<'_>) -> Result<Self, ReadError> {
        let mut rdns: Vec<Vec<(Vec<u8>, String)>> = Vec::new();
        for part in parts(name)? {
            while rdns.len() <= part.rdn {
                rdns.push(Vec::new());
            }
            if let Some(rdn) = rdns.get_mut(part.rdn) {
                rdn.push((part.kind.as_bytes().to_vec(), fold(&part.text)));
            }
        }
        for rdn in &mut rdns {
            rdn.sort_unstable();
        }
        Ok(Self(rdns))
    }

    /// This name with one more RDN: the pairs that are the content of its SET.
    pub(crate) fn with_rdn(mut self, content: &[u8]) -> Result<Self, ReadError> {
        let set = element(&[0x31], content);
        let name = element(&[0x30], &set);
        let mut last = Self::read(&Tlv::only(&name, &mut Walk::default())?)?;
        self.0.append(&mut last.0);
        Ok(self)
    }

    /// Whether this name lies in the subtree of `base` (RFC 5280 section 4.2.1.10: the base
    /// is the beginning of the name).
    pub(crate) fn is_below(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }

    /// Whether it names nobody.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The emailAddress attributes, which name constraints on mailboxes apply to as well.
pub(crate) fn email_addresses(name: &Tlv<'_>) -> Result<Vec<String>, ReadError> {
    let mut parts = parts(name)?;
    parts.retain(|part| part.kind.is(&oid::EMAIL_ADDRESS));
    Ok(parts.into_iter().map(|part| part.text).collect())
}

/// `CN=..., O=..., C=...` in the order of the certificate, for people.
pub(crate) fn show(name: &Tlv<'_>) -> String {
    let parts = parts(name).unwrap_or_default();
    let shown: Vec<_> = parts
        .iter()
        .map(|part| format!("{}={}", short_kind(&part.kind), part.text))
        .collect();
    if shown.is_empty() {
        "(no name)".to_owned()
    } else {
        shown.join(", ")
    }
}

fn parts<'a>(name: &Tlv<'a>) -> Result<Vec<Part<'a>>, ReadError> {
    let mut walk = Walk::default();
    let mut parts = Vec::new();
    for (rdn, set) in name
        .sequence()?
        .collect(MAX_PARTS, &mut walk)?
        .iter()
        .enumerate()
    {
        for pair in set
            .require(Tag::SET)?
            .children()?
            .collect(MAX_PARTS, &mut walk)?
        {
            let mut members = pair.sequence()?;
            let kind = members.expect(Tag::OBJECT_IDENTIFIER, &mut walk)?;
            let kind = OidView::read(&kind, &mut walk)?;
            let value = members.any(Tag::universal(12), &mut walk)?;
            let text = decode_string(&value);
            parts.push(Part { rdn, kind, text });
        }
    }
    Ok(parts)
}

fn short_kind(kind: &OidView<'_>) -> String {
    let known = [
        (oid::COMMON_NAME, "CN"),
        (oid::COUNTRY, "C"),
        (oid::ORGANIZATION, "O"),
    ];
    let short = known
        .iter()
        .find(|(oid, _)| kind.is(oid))
        .map(|(_, short)| (*short).to_owned());
    short.unwrap_or_else(|| match kind.to_string().as_str() {
        "2.5.4.5" => "serialNumber".to_owned(),
        "2.5.4.7" => "L".to_owned(),
        "2.5.4.8" => "ST".to_owned(),
        "2.5.4.11" => "OU".to_owned(),
        "2.5.4.97" => "organizationIdentifier".to_owned(),
        dotted => dotted.to_owned(),
    })
}

/// The characters of a DirectoryString; hexadecimal for a type that is none.
fn decode_string(value: &Tlv<'_>) -> String {
    let octets = value.content();
    let text = match value.tag() {
        // UTF8String, PrintableString, IA5String, NumericString, VisibleString.
        Tag {
            number: 12 | 18 | 19 | 22 | 26,
            ..
        } => String::from_utf8(octets.to_vec()).ok(),
        // TeletexString, as everyone writes it: ISO 8859-1.
        Tag { number: 20, .. } => Some(octets.iter().copied().map(char::from).collect()),
        // BMPString.
        Tag { number: 30, .. } => {
            let (pairs, _) = octets.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().copied().map(u16::from_be_bytes).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    };
    text.unwrap_or_else(|| format!("#{}", hex::encode(value.raw())))
}

/// Lower case; white space at the ends removed and inside it squeezed.
fn fold(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_wire::reader::der_form::set_of;

    fn name(tag: u8, text: &str) -> Vec<u8> {
        let kind = element(&[0x06], oid::COMMON_NAME.as_bytes());
        let pair = element(&[0x30], &[kind, element(&[tag], text.as_bytes())].concat());
        element(&[0x30], &set_of(vec![pair]))
    }

    fn same(left: &[u8], right: &[u8]) -> bool {
        let mut walk = Walk::default();
        let left = Tlv::only(left, &mut walk).unwrap();
        let right = Tlv::only(right, &mut walk).unwrap();
        same_name(&left, &right)
    }

    #[test]
    fn folds_case_space_and_string_type() {
        assert!(same(&name(0x0c, "Some  TSA "), &name(0x13, "some tsa")));
        assert!(!same(&name(0x0c, "Some TSA"), &name(0x0c, "Some TSA 2")));
    }

    #[test]
    fn two_empty_names_are_the_same_only_octet_by_octet() {
        assert!(same(&[0x30, 0x00], &[0x30, 0x00]));
        assert!(!same(&[0x30, 0x00], &[0x30, 0x81, 0x00]));
    }

    #[test]
    fn shows_a_name() {
        let der = name(0x0c, "Some TSA");
        let mut walk = Walk::default();
        assert_eq!(show(&Tlv::only(&der, &mut walk).unwrap()), "CN=Some TSA");
    }
}
