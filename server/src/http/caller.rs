//! Who sends a request, as far as its connection shows it. Decides nothing: what a caller may do
//! is for the routes.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use meridian_wire::loc::Digest32;
use warp::Filter;

use super::forwarded;
use crate::config::{HttpConfig, ProxyHeader};

/// Octets of a bearer token; ours have 43.
const MOST_TOKEN_OCTETS: usize = 512;
/// Octets of a Host field: the longest name in the DNS, and a port.
const MOST_HOST_OCTETS: usize = 253 + 6;

/// One connection, as the listener sees it; every request on it carries a copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    /// The address at its other end.
    pub(super) peer: IpAddr,
    /// The address at this end.
    pub(super) local: SocketAddr,
    /// Nobody on the way can read or change it.
    pub(super) secure: bool,
    /// SHA-256 of the key that the client has proven to hold in the TLS handshake.
    pub(super) session: Option<Digest32>,
}

/// What the configuration says of the world in front of the listener.
#[derive(Debug)]
pub(super) struct Edge {
    trusted_proxies: Vec<ipnet::IpNet>,
    proxy_header: ProxyHeader,
    public_url: Option<String>,
}

impl Edge {
    pub(super) fn of(config: &HttpConfig) -> Self {
        Self {
            trusted_proxies: config.trusted_proxies.clone(),
            proxy_header: config.proxy_header,
            public_url: config.public_url.clone(),
        }
    }
}

/// Who sends a request.
#[derive(Clone)]
pub(super) struct Caller {
    /// The address that the request began at: the connection's, unless trusted proxies are
    /// between.
    pub(super) address: IpAddr,
    /// The request came over HTTPS; through a trusted proxy, that it says so.
    pub(super) secure: bool,
    /// SHA-256 of the SubjectPublicKeyInfo in the client's certificate, whose private key it has
    /// proven to hold. A certificate that a proxy has seen is not known here.
    pub(super) session: Option<Digest32>,
    /// The bearer token (RFC 6750, 2.1), as sent; only if `secure`.
    pub(super) bearer: Option<String>,
    /// What URLs of this authority begin with, as this caller reaches it; no slash at the end.
    pub(super) base_url: String,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A token in a log line is a stolen one.
        f.debug_struct("Caller")
            .field("address", &self.address)
            .field("secure", &self.secure)
            .field("session", &self.session.map(hex::encode))
            .field("bearer", &self.bearer.as_ref().map(|_| "…"))
            .field("base_url", &self.base_url)
            .finish()
    }
}

impl Caller {
    /// What `connection` and `headers` show. A header field that is malformed is as good as none.
    fn new(edge: &Edge, connection: &Connection, headers: &HeaderMap) -> Self {
        let peer = connection.peer.to_canonical();
        let (trusted, header) = (&edge.trusted_proxies, edge.proxy_header);
        let (address, secure, session) = match forwarded::origin(peer, trusted, header, headers) {
            // The connection's own scheme and key are the proxy's, not its client's.
            Some(origin) => (origin.address, origin.https == Some(true), None),
            None => (peer, connection.secure, connection.session),
        };
        Self {
            address,
            secure,
            session,
            bearer: if secure { bearer(headers) } else { None },
            base_url: base_url(edge, connection, secure, headers),
        }
    }
}

/// The one bearer token of the request.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let field = fields.next()?.to_str().ok()?;
    if fields.next().is_some() {
        return None;
    }
    let (scheme, token) = field.split_once(' ')?;
    let token = token.trim_matches(' ');
    let letters = token.trim_end_matches('=');
    let is_token = !letters.is_empty()
        && token.len() <= MOST_TOKEN_OCTETS
        && letters
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then(|| token.to_owned())
}

fn base_url(edge: &Edge, connection: &Connection, secure: bool, headers: &HeaderMap) -> String {
    if let Some(url) = &edge.public_url {
        return url.clone();
    }
    let scheme = if secure { "https" } else { "http" };
    match host(headers) {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://{}", connection.local),
    }
}

/// The Host field, if it is a name or an address, and perhaps a port: it is sent back in URLs.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(HOST).iter();
    let field = fields.next()?.to_str().ok()?;
    if fields.next().is_some() || field.len() > MOST_HOST_OCTETS {
        return None;
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    if !field.bytes().all(plain) {
        return None;
    }
    let authority: http::uri::Authority = field.parse().ok()?;
    (!authority.host().is_empty()).then_some(field)
}

/// Takes the caller of each request.
pub(super) fn caller(
    edge: &Arc<Edge>,
) -> impl Filter<Extract = (Caller,), Error = Infallible> + Clone + use<> {
    let edge = Arc::clone(edge);
    warp::ext::optional::<Connection>()
        .and(warp::header::headers_cloned())
        .map(move |connection: Option<Connection>, headers: HeaderMap| {
            // The listener always sets it; nothing is known of a request without.
            let nobody = Connection {
                peer: IpAddr::from([0, 0, 0, 0]),
                local: SocketAddr::from(([127, 0, 0, 1], 80)),
                secure: false,
                session: None,
            };
            Caller::new(&edge, &connection.unwrap_or(nobody), &headers)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(peer: &str, secure: bool) -> Connection {
        Connection {
            peer: peer.parse().unwrap(),
            local: "192.0.2.80:3443".parse().unwrap(),
            secure,
            session: Some([7; 32]),
        }
    }

    fn edge() -> Edge {
        Edge {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            proxy_header: ProxyHeader::XForwardedFor,
            public_url: None,
        }
    }

    fn seen(connection: &Connection, fields: &[(&'static str, &str)]) -> Caller {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        Caller::new(&edge(), connection, &headers)
    }

    #[test]
    fn a_bearer_token_counts_on_https_only() {
        let fields = [("authorization", "Bearer abc-._~+/123==")];
        let token = |secure| seen(&connection("192.0.2.1", secure), &fields).bearer;
        assert_eq!(token(true).as_deref(), Some("abc-._~+/123=="));
        assert_eq!(token(false), None);
    }

    #[test]
    fn a_malformed_authorization_is_none() {
        let long = format!("Bearer {}", "a".repeat(MOST_TOKEN_OCTETS + 1));
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Basic abc",
            "Bearer a b",
            "Bearer a=b",
            "bearer:a",
            "Bearer \u{e9}",
            &long,
        ] {
            let fields = [("authorization", value)];
            let caller = seen(&connection("192.0.2.1", true), &fields);
            assert_eq!(caller.bearer, None, "{value}");
        }
        let twice = [("authorization", "Bearer a"), ("authorization", "Bearer a")];
        assert_eq!(seen(&connection("192.0.2.1", true), &twice).bearer, None);
    }

    #[test]
    fn the_scheme_of_a_trusted_proxy_counts_and_of_nobody_else() {
        let fields = [
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("authorization", "Bearer abc"),
        ];
        let trusted = seen(&connection("10.0.0.1", false), &fields);
        assert!(trusted.secure && trusted.bearer.is_some());
        let stranger = seen(&connection("192.0.2.1", false), &fields);
        assert!(!stranger.secure && stranger.bearer.is_none());
        // A proxy that has it over plain HTTP or does not say, and speaks HTTPS with us.
        for scheme in ["http", ""] {
            let fields = [
                ("x-forwarded-proto", scheme),
                ("authorization", "Bearer abc"),
            ];
            let plain = seen(&connection("10.0.0.1", true), &fields);
            assert!(!plain.secure && plain.bearer.is_none());
        }
    }

    #[test]
    fn the_key_of_a_proxy_is_not_its_clients() {
        let fields = [("x-forwarded-for", "198.51.100.7")];
        assert_eq!(seen(&connection("10.0.0.1", true), &fields).session, None);
        assert_eq!(seen(&connection("10.0.0.1", true), &[]).session, None);
        let direct = seen(&connection("198.51.100.7", true), &[]);
        assert_eq!(direct.session, Some([7; 32]));
    }

    #[test]
    fn urls_begin_with_what_the_caller_asked_for() {
        let url = |secure, fields: &[(&'static str, &str)]| {
            seen(&connection("192.0.2.1", secure), fields).base_url
        };
        assert_eq!(url(true, &[("host", "tsa.example")]), "https://tsa.example");
        assert_eq!(url(false, &[("host", "[::1]:3161")]), "http://[::1]:3161");
        for bad in [
            "", "a b", "a/b", "me@host", "a,b", ":80", "h\"", "[::1", "a:b:c",
        ] {
            assert_eq!(
                url(true, &[("host", bad)]),
                "https://192.0.2.80:3443",
                "{bad}"
            );
        }
        assert_eq!(url(true, &[]), "https://192.0.2.80:3443");
        let twice = [("host", "a"), ("host", "b")];
        assert_eq!(url(true, &twice), "https://192.0.2.80:3443");
    }

    #[test]
    fn a_public_url_wins() {
        let edge = Edge {
            public_url: Some("https://tsa.example/here".to_owned()),
            ..edge()
        };
        let headers = HeaderMap::new();
        let caller = Caller::new(&edge, &connection("192.0.2.1", false), &headers);
        assert_eq!(caller.base_url, "https://tsa.example/here");
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address() {
        let caller = seen(&connection("::ffff:192.0.2.1", false), &[]);
        assert_eq!(caller.address.to_string(), "192.0.2.1");
    }

    #[test]
    fn no_log_line_shows_the_token() {
        let fields = [("authorization", "Bearer secret")];
        let caller = seen(&connection("192.0.2.1", true), &fields);
        assert!(!format!("{caller:?}").contains("secret"));
    }
}
