//! Tiles of the log (C2SP tlog-tiles): what anybody recomputes the tree from.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue, VARY};
use meridian_log::reader::LogReader;
use meridian_wire::tile::{TileKind, TilePath};
use warp::reply::Response;

use super::status::{self, Refusal};

const OCTETS: &str = "application/octet-stream";
const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// `GET /log/tile/{path}`, also `/log/{number}/tile/{path}`. Nothing beyond the newest released checkpoint, and nothing empty.
pub(super) async fn tile(
    log: LogReader,
    path: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let path = TilePath::parse(path).map_err(|_| Refusal::NoTile)?;
    let is_bundle = path.kind() == TileKind::Entries;
    let packed = is_bundle && takes_gzip(headers);
    // Up to 256 reads from the database: not on a thread that serves others.
    let read = tokio::task::spawn_blocking(move || {
        let octets = log.tile(&path)?;
        Ok(octets.map(|octets| if packed { gzip(&octets) } else { octets }))
    });
    // It ends without an answer only when the process is being torn down.
    let octets = read.await.map_err(|_| Refusal::stopping())?;
    let octets = octets
        .map_err(Refusal::Unreadable)?
        .ok_or(Refusal::NoTile)?;
    let mut response = status::unchanging(OCTETS, octets);
    let headers = response.headers_mut();
    if is_bundle {
        headers.insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    }
    if packed {
        headers.insert(CONTENT_ENCODING, GZIP);
    }
    Ok(response)
}

/// Half of a leaf is its digest, which no coder makes smaller: the fastest one gets as far.
fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _written = packed.write_all(octets);
    packed.finish().unwrap_or_default()
}

/// Whether the client takes gzip (RFC 9110 section 12.5.3). One that does not say takes octets as
/// they are.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(ACCEPT_ENCODING).into_iter();
    let fields = fields.filter_map(|field| field.to_str().ok());
    let mut any = false;
    for coding in fields.flat_map(|field| field.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let takes = !parts.any(is_never);
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return takes;
        }
        any |= name == "*" && takes;
    }
    any
}

/// `q=0`, in any number of digits.
fn is_never(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, weight)| {
        let zero = weight.trim().bytes().all(|c| c == b'0' || c == b'.');
        name.trim().eq_ignore_ascii_case("q") && zero
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(fields: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(field));
        }
        takes_gzip(&headers)
    }

    #[test]
    fn packs_for_who_takes_gzip_and_for_nobody_else() {
        for fields in [
            &["gzip"][..],
            &["GZIP"],
            &["x-gzip"],
            &["br, gzip;q=0.1"],
            &["deflate", "gzip"],
            &["*"],
            &["identity, *;q=0.5"],
            &["gzip;q=1, *;q=0"],
        ] {
            assert!(takes(fields), "{fields:?}");
        }
        for fields in [
            &[][..],
            &[""],
            &["identity"],
            &["br"],
            &["gzip;q=0"],
            &["gzip; Q=0.000, *"],
            &["*;q=0"],
            &["gzipped"],
        ] {
            assert!(!takes(fields), "{fields:?}");
        }
    }
}
