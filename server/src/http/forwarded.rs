//! What proxies say about the client they speak for: X-Forwarded-For and Forwarded (RFC 7239).
//!
//! Everything here may come from the client itself. [`origin`] goes from the right, where the
//! nearest proxy writes, and takes a word only from an address that is trusted.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use ipnet::IpNet;

use crate::config::ProxyHeader;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Proxies that are followed. A longer chain is nobody's, and each costs a parse.
const MOST_HOPS: usize = 32;

/// Where a request began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Origin {
    /// The right-most address that no trusted proxy has.
    pub(super) address: IpAddr,
    /// Whether the proxy that named it received the request over HTTPS; `None` if it does not say.
    pub(super) https: Option<bool>,
}

/// One hop, as the proxy behind it saw it.
#[derive(Clone, Copy, Debug)]
struct Hop {
    address: IpAddr,
    https: Option<bool>,
}

/// Where a request began that came from `peer`; `None` if `peer` is no trusted proxy.
///
/// The first word that cannot be read, `unknown` and hidden names (RFC 7239, 6) end the walk: the
/// request then began at the last address that is known, which is a proxy's.
pub(super) fn origin(
    peer: IpAddr,
    trusted: &[IpNet],
    header: ProxyHeader,
    headers: &HeaderMap,
) -> Option<Origin> {
    let mut origin = Origin {
        address: peer,
        https: None,
    };
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return None;
    }
    let name = match header {
        ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
        ProxyHeader::Forwarded => FORWARDED,
    };
    // Several fields of one name are one list (RFC 9110, 5.3).
    let fields: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    let elements = fields.iter().rev().flat_map(|field| elements(field).rev());
    for element in elements.take(MOST_HOPS) {
        let hop = match header {
            ProxyHeader::XForwardedFor => node(element).map(|address| Hop {
                address,
                https: None,
            }),
            ProxyHeader::Forwarded => forwarded_element(element),
        };
        let Some(hop) = hop else { break };
        origin.address = hop.address;
        origin.https = hop.https;
        if !is_trusted(&hop.address) {
            break;
        }
    }
    if header == ProxyHeader::XForwardedFor {
        origin.https = forwarded_proto(headers);
    }
    Some(origin)
}

/// The elements of a list. A comma within quotes is none between elements; in a field with broken
/// quotes no element past the first quote can be told, so it is one element, which no parser takes.
fn elements(field: &str) -> impl DoubleEndedIterator<Item = &str> {
    let mut quoted = false;
    let parts: Vec<&str> = field
        .split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .collect();
    let parts = if quoted { vec!["\""] } else { parts };
    parts.into_iter().map(|part| part.trim_matches([' ', '\t']))
}

/// `for=…;proto=…` (RFC 7239, 4).
fn forwarded_element(element: &str) -> Option<Hop> {
    let (mut address, mut https) = (None, None);
    for pair in element.split(';') {
        let (name, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
        let value = unquoted(value)?;
        if name.eq_ignore_ascii_case("for") {
            // Twice the same parameter: one of them is somebody else's.
            if address.replace(node(value)?).is_some() {
                return None;
            }
        } else if name.eq_ignore_ascii_case("proto") && https.replace(is_https(value)?).is_some() {
            return None;
        }
    }
    Some(Hop {
        address: address?,
        https,
    })
}

/// A token, or a quoted string that needed no escape: addresses never do.
fn unquoted(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!inner.is_empty() && !inner.contains(['"', '\\'])).then_some(inner)
}

/// An address, perhaps with a port: `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]`, `[::1]:5`.
fn node(text: &str) -> Option<IpAddr> {
    let address = if let Ok(address) = text.parse::<IpAddr>() {
        address
    } else if let Ok(socket) = text.parse::<SocketAddr>() {
        socket.ip()
    } else {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        IpAddr::V6(inner.parse().ok()?)
    };
    Some(address.to_canonical())
}

/// One field with one word. More than one word would be a proxy's and the client's.
fn forwarded_proto(headers: &HeaderMap) -> Option<bool> {
    let mut values = headers.get_all(X_FORWARDED_PROTO).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    is_https(value.trim())
}

fn is_https(scheme: &str) -> Option<bool> {
    if scheme.eq_ignore_ascii_case("https") {
        Some(true)
    } else if scheme.eq_ignore_ascii_case("http") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn asked(peer: &str, header: ProxyHeader, fields: &[(&'static str, &str)]) -> Option<Origin> {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "2001:db8::/32"]
            .map(|network| network.parse().unwrap())
            .to_vec();
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        origin(ip(peer), &trusted, header, &headers)
    }

    fn found(peer: &str, header: ProxyHeader, fields: &[(&'static str, &str)]) -> Origin {
        asked(peer, header, fields).unwrap()
    }

    fn x(peer: &str, value: &str) -> IpAddr {
        let fields = [("x-forwarded-for", value)];
        found(peer, ProxyHeader::XForwardedFor, &fields).address
    }

    fn f(value: &str) -> Origin {
        let fields = [("forwarded", value)];
        found("10.0.0.1", ProxyHeader::Forwarded, &fields)
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        let fields = [("x-forwarded-for", "198.51.100.7")];
        for peer in ["192.0.2.1", "::ffff:10.0.0.1"] {
            assert_eq!(asked(peer, ProxyHeader::XForwardedFor, &fields), None);
        }
    }

    #[test]
    fn the_right_most_address_that_is_no_proxys_counts() {
        let list = "203.0.113.9, 198.51.100.7, 10.9.9.9";
        assert_eq!(x("10.0.0.1", list), ip("198.51.100.7"));
        assert_eq!(x("10.0.0.1", "10.1.1.1"), ip("10.1.1.1"), "all are proxies");
    }

    #[test]
    fn several_fields_are_one_list() {
        let fields = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-for", "198.51.100.7"),
        ];
        let origin = found("10.0.0.1", ProxyHeader::XForwardedFor, &fields);
        assert_eq!(origin.address, ip("198.51.100.7"));
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        for (text, address) in [
            ("198.51.100.7", "198.51.100.7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("2001:db9::7", "2001:db9::7"),
            ("[2001:db9::7]", "2001:db9::7"),
            ("[2001:db9::7]:4711", "2001:db9::7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(x("10.0.0.1", text), ip(address), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_ends_the_walk_at_the_last_proxy() {
        for text in [
            "",
            "unknown",
            "198.51.100.7, unknown",
            "198.51.100.7,",
            "198.51.100.7, 1.2.3",
            "198.51.100.7, \"10.0.0.2",
            "198.51.100.7 10.0.0.2",
        ] {
            assert_eq!(x("10.0.0.1", text), ip("10.0.0.1"), "{text}");
        }
        assert_eq!(
            x("10.0.0.1", "198.51.100.7, nonsense, 10.0.0.2"),
            ip("10.0.0.2")
        );
    }

    #[test]
    fn a_chain_longer_than_any_is_not_followed() {
        let list = format!("198.51.100.7{}", ", 10.1.1.1".repeat(MOST_HOPS));
        assert_eq!(x("10.0.0.1", &list), ip("10.1.1.1"));
    }

    #[test]
    fn the_other_field_is_not_read() {
        let fields = [("forwarded", "for=203.0.113.9;proto=https")];
        let origin = found("10.0.0.1", ProxyHeader::XForwardedFor, &fields);
        assert_eq!(
            origin,
            Origin {
                address: ip("10.0.0.1"),
                https: None
            }
        );
        let fields = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "https"),
        ];
        let origin = found("10.0.0.1", ProxyHeader::Forwarded, &fields);
        assert_eq!(
            origin,
            Origin {
                address: ip("10.0.0.1"),
                https: None
            }
        );
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for (text, address, https) in [
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                "192.0.2.60",
                Some(false),
            ),
            (
                "For=\"[2001:db9:cafe::17]:4711\"",
                "2001:db9:cafe::17",
                None,
            ),
            (
                "for=192.0.2.43, for=198.51.100.17;proto=HTTPS",
                "198.51.100.17",
                Some(true),
            ),
            (
                "for=192.0.2.43;host=\"a,b\";proto=https, for=10.2.2.2",
                "192.0.2.43",
                Some(true),
            ),
        ] {
            assert_eq!(
                f(text),
                Origin {
                    address: ip(address),
                    https
                },
                "{text}"
            );
        }
    }

    #[test]
    fn a_forwarded_that_is_malformed_or_hides_is_not_believed() {
        for text in [
            "for=unknown",
            "for=_hidden",
            "proto=https",
            "for=1.1.1.1;for=2.2.2.2",
            "for=1.1.1.1;proto=https;proto=http",
            "for=1.1.1.1;proto=gopher",
            "for=\"1.1.1.1",
            "for=\"1.1\\.1.1\"",
            "for",
            "for=1.1.1.1;",
            "for=[2001:db9::1",
        ] {
            assert_eq!(
                f(text),
                Origin {
                    address: ip("10.0.0.1"),
                    https: None
                },
                "{text}"
            );
        }
    }

    #[test]
    fn the_scheme_is_one_word_in_one_field() {
        let https = |fields: &[(&'static str, &str)]| {
            found("10.0.0.1", ProxyHeader::XForwardedFor, fields).https
        };
        assert_eq!(https(&[("x-forwarded-proto", "https")]), Some(true));
        assert_eq!(https(&[("x-forwarded-proto", "http")]), Some(false));
        assert_eq!(https(&[("x-forwarded-proto", "https, http")]), None);
        let twice = [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(https(&twice), None);
    }
}
