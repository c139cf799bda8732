//! What kind of file a token came in.

use meridian_wire::oid;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::pem;

/// Which structure was found.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Structure {
    /// A TimeStampResp (`.tsr`).
    Response,
    /// A bare TimeStampToken (`.tst`, `.p7s`).
    Token,
    /// It begins like one of the two and cannot be read to its end.
    Broken,
}

/// How the structure was written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Armour {
    /// The octets themselves.
    Binary,
    /// A PEM block.
    Pem,
    /// Base64 without PEM lines.
    Base64,
}

/// An input in which a token was recognised.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Recognised {
    /// What.
    pub structure: Structure,
    /// Written how.
    pub armour: Armour,
    /// The structure's octets, and whatever follows them.
    pub octets: Vec<u8>,
    /// What the caller calls it, for reports.
    pub name: Option<String>,
    /// The whole input, where it is armoured: someone may have had that stamped.
    pub text: Option<Vec<u8>>,
}

impl Recognised {
    /// For a report: "time-stamp response (.tsr), PEM".
    #[must_use]
    pub fn describe(&self) -> String {
        let structure = match self.structure {
            Structure::Response => "time-stamp response (.tsr)",
            Structure::Token => "bare time-stamp token",
            Structure::Broken if self.missing().is_some() => {
                "time-stamp token or response that was cut short"
            }
            Structure::Broken => "damaged time-stamp token or response",
        };
        let armour = match self.armour {
            Armour::Binary => "",
            Armour::Pem => ", PEM",
            Armour::Base64 => ", base64",
        };
        format!("{structure}{armour}")
    }
}

impl Recognised {
    /// Octets that the outermost element announces and that are not there: the file was cut
    /// short. None if it was not, or does not announce its length.
    #[must_use]
    pub fn missing(&self) -> Option<usize> {
        let (&first, rest) = self.octets.get(1..)?.split_first()?;
        let (length, content) = match usize::from(first) {
            short if short < 0x80 => (short, rest),
            long => {
                let (digits, content) = rest.split_at_checked(long - 0x80)?;
                let length = digits.iter().try_fold(0_usize, |length, digit| {
                    length.checked_mul(256)?.checked_add(usize::from(*digit))
                })?;
                (length, content)
            }
        };
        length
            .checked_sub(content.len())
            .filter(|missing| *missing > 0)
    }
}

/// Why there is no token in an input.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoToken {
    /// Nothing at all.
    #[error("the input is empty")]
    Empty,
    /// A PDF document.
    #[error("this is a PDF document; tokens inside PDF are not extracted yet")]
    Pdf,
    /// A ZIP container: ASiC, JAR, EPUB and others.
    #[error("this is a ZIP container (ASiC, JAR, ...); tokens inside are not extracted yet")]
    Zip,
    /// A request, not an answer.
    #[error("this is a time-stamp request (.tsq), not the answer to one")]
    Request,
    /// A certificate or CRL.
    #[error("this is a certificate or CRL, not a token")]
    Certificate,
    /// A response that carries no token.
    #[error("this is a time-stamp response without a token, PKIStatus {status}")]
    Refusal {
        /// PKIStatus (RFC 3161 section 2.4.2).
        status: u64,
    },
    /// None of these.
    #[error("no time-stamp token was found: neither DER/BER, PEM nor base64 of one")]
    Unknown,
}

/// Finds the token in what the user handed in.
///
/// # Errors
///
/// [`NoToken`] if none is there.
pub fn recognise(input: &[u8]) -> Result<Recognised, NoToken> {
    if input.is_empty() {
        return Err(NoToken::Empty);
    }
    if input.starts_with(b"%PDF") {
        return Err(NoToken::Pdf);
    }
    if input.starts_with(b"PK\x03\x04") {
        return Err(NoToken::Zip);
    }
    match recognise_octets(input) {
        Ok(structure) => Ok(Recognised {
            structure,
            armour: Armour::Binary,
            octets: input.to_vec(),
            name: None,
            text: None,
        }),
        Err(NoToken::Unknown) => recognise_text(input),
        Err(reason) => Err(reason),
    }
}

fn recognise_text(input: &[u8]) -> Result<Recognised, NoToken> {
    let text = std::str::from_utf8(input).map_err(|_| NoToken::Unknown)?;
    let mut reason = NoToken::Unknown;
    for (_, octets) in pem::blocks(text) {
        match recognise_octets(&octets) {
            Ok(structure) => {
                return Ok(Recognised {
                    structure,
                    armour: Armour::Pem,
                    octets,
                    name: None,
                    text: Some(input.to_vec()),
                });
            }
            Err(NoToken::Unknown) => {}
            Err(other) => reason = other,
        }
    }
    let text = text.trim_start_matches('\u{feff}');
    match pem::base64(text) {
        Some(octets) if !octets.is_empty() => {
            recognise_octets(&octets).map(|structure| Recognised {
                structure,
                armour: Armour::Base64,
                octets,
                name: None,
                text: Some(input.to_vec()),
            })
        }
        _ => Err(reason),
    }
}

fn recognise_octets(octets: &[u8]) -> Result<Structure, NoToken> {
    if octets.first() != Some(&0x30) {
        return Err(NoToken::Unknown);
    }
    let mut walk = Walk::default();
    if let Ok((outer, _)) = Tlv::first(octets, &mut walk)
        && let Some(answer) = recognise_members(&outer, &mut walk)
    {
        return answer;
    }
    if begins_like_a_token(octets) {
        Ok(Structure::Broken)
    } else {
        Err(NoToken::Unknown)
    }
}

fn recognise_members(outer: &Tlv<'_>, walk: &mut Walk) -> Option<Result<Structure, NoToken>> {
    let mut members = outer.sequence().ok()?;
    let first = members.next(walk).ok()??;
    if first.tag() == Tag::OBJECT_IDENTIFIER {
        return Some(Ok(Structure::Token));
    }
    if first.tag() == Tag::INTEGER {
        return Some(Err(NoToken::Request));
    }
    let inner = first.sequence().ok()?.next(walk).ok()??;
    let second = members.next(walk).ok()?;
    match (inner.tag(), second) {
        (Tag::INTEGER, None) => {
            let status = inner.content().last().copied().map_or(0, u64::from);
            Some(Err(NoToken::Refusal { status }))
        }
        // A certificate's first member begins with [0] or INTEGER, but its second holds an OID
        // and then ends or has parameters; a token's second has content in [0].
        (_, Some(second)) if holds_signed_data(&second, walk) => Some(Ok(Structure::Response)),
        (Tag::INTEGER, Some(_)) | (_, Some(_)) => Some(Err(NoToken::Certificate)),
        _ => None,
    }
}

fn holds_signed_data(tlv: &Tlv<'_>, walk: &mut Walk) -> bool {
    let Ok(mut members) = tlv.sequence() else {
        return false;
    };
    let first = members.next(walk).ok().flatten();
    let second = members.next(walk).ok().flatten();
    let is_oid = first.is_some_and(|first| first.tag() == Tag::OBJECT_IDENTIFIER);
    is_oid && second.is_some_and(|second| second.tag() == Tag::context(0))
}

/// id-signedData among the first octets: a token that was cut or broken, not some other file.
fn begins_like_a_token(octets: &[u8]) -> bool {
    let wanted = oid::ID_SIGNED_DATA;
    let start = octets.get(..octets.len().min(64)).unwrap_or_default();
    start
        .windows(wanted.as_bytes().len())
        .any(|window| window == wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_is_instead_of_a_token() {
        assert_eq!(recognise(b""), Err(NoToken::Empty));
        assert_eq!(recognise(b"%PDF-1.7"), Err(NoToken::Pdf));
        assert_eq!(recognise(b"PK\x03\x04"), Err(NoToken::Zip));
        assert_eq!(recognise(b"hello, world"), Err(NoToken::Unknown));
        assert_eq!(
            recognise(&[0x30, 0x03, 0x02, 0x01, 0x01]),
            Err(NoToken::Request)
        );
        let refusal = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
        assert_eq!(recognise(&refusal), Err(NoToken::Refusal { status: 2 }));
    }

    #[test]
    fn calls_a_token_that_was_cut_short_broken() {
        let mut cut = vec![0x30, 0x82, 0x10, 0x00, 0x06, 0x09];
        cut.extend_from_slice(oid::ID_SIGNED_DATA.as_bytes());
        let cut = recognise(&cut).unwrap();
        assert_eq!(cut.structure, Structure::Broken);
        assert_eq!(cut.missing(), Some(0x1000 - 11));
        assert!(cut.describe().contains("cut short"));
    }
}
