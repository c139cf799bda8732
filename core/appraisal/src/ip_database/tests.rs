#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};

use super::*;
use proptest::prelude::*;

pub(crate) mod file;

use file::{anonymous, city, country, file};

const BUILT: u64 = 1_795_000_000;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn cities() -> IpDatabase {
    IpDatabase::new(cities_file()).unwrap()
}

fn cities_file() -> Vec<u8> {
    file(
        "Test-City",
        BUILT,
        &[
            (ip("192.0.2.0"), 24, city("FR", 48.85, 2.35, 20)),
            (ip("198.51.100.7"), 32, country("DE")),
            (ip("2001:db8::"), 32, city("JP", 35.7, 139.7, 65_535)),
        ],
    )
}

/// Where the published test data lie, if they are there.
fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors/maxmind")
        .join(name)
}

/// The file of this name among the published test data, if they are there.
fn published(name: &str) -> Option<Vec<u8>> {
    let found = std::fs::read(shared(name)).ok();
    if found.is_none() {
        println!("skipped: not found");
    }
    found
}

#[test]
fn an_address_has_the_answer_of_its_network() {
    let answer = |address| cities().country(ip(address)).unwrap();
    let found = answer("192.0.2.200").unwrap();
    assert_eq!(found.country.as_str(), "FR");
    let centre = found.centre.unwrap();
    assert_eq!(
        (centre.lat_e7(), centre.lon_e7()),
        (488_500_000, 23_500_000)
    );
    assert_eq!((centre.radius_mm(), centre.confidence()), (20_000_000, 670));
    let without_centre = answer("198.51.100.7").unwrap();
    assert_eq!(
        (without_centre.country.as_str(), without_centre.centre),
        ("DE", None)
    );
}

#[test]
fn an_ipv4_address_in_its_ipv6_form_is_the_same() {
    let found = cities().country(ip("::ffff:192.0.2.1")).unwrap();
    assert_eq!(found, cities().country(ip("192.0.2.1")).unwrap());
    assert!(found.is_some());
}

#[test]
fn a_radius_past_the_earth_is_no_centre() {
    let found = cities().country(ip("2001:db8::1")).unwrap().unwrap();
    assert_eq!((found.country.as_str(), found.centre), ("JP", None));
}

#[test]
fn nobody_says_anything_of_loopback_and_private_addresses() {
    for address in [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.1.1",
        "::1",
        "fe80::1",
        "fd00::1",
    ] {
        assert_eq!(cities().country(ip(address)), Ok(None), "{address}");
    }
}

#[test]
fn the_kind_is_that_of_the_type() {
    let kind = |database_type| IpDatabase::new(file(database_type, BUILT, &[])).map(|db| db.kind());
    for country in [
        "GeoLite2-City",
        "GeoIP2-Country",
        "GeoIP2-Enterprise",
        "DBIP-Country-Lite",
    ] {
        assert_eq!(kind(country).unwrap(), DatabaseKind::Country, "{country}");
    }
    for anonymous in ["GeoIP2-Anonymous-IP", "GeoIP-Anonymous-Plus"] {
        assert_eq!(kind(anonymous).unwrap(), DatabaseKind::Anonymous);
    }
    for other in ["GeoLite2-ASN", "GeoIP2-ISP", "", "Cityscape"] {
        assert!(
            matches!(kind(other), Err(DatabaseError::Kind { .. })),
            "{other}"
        );
    }
    let endless = "City-and-a-name-that-is-longer-than-any-that-was-ever-given-to-such";
    assert!(matches!(kind(endless), Err(DatabaseError::Kind { .. })));
}

#[test]
fn a_database_is_known_by_date_type_and_digest() {
    let octets = cities_file();
    let database = IpDatabase::new(octets.clone()).unwrap();
    assert_eq!(
        (database.build_epoch(), database.database_type()),
        (BUILT, "Test-City")
    );
    assert_eq!(database.digest()[..], Sha256::digest(octets)[..]);
}

#[test]
fn an_anonymous_network_is_told_by_any_flag() {
    let flags = [
        "is_anonymous_vpn",
        "is_hosting_provider",
        "is_public_proxy",
        "is_residential_proxy",
        "is_tor_exit_node",
    ];
    for flag in flags {
        let database = file(
            "X-Anonymous-IP",
            BUILT,
            &[(ip("192.0.2.0"), 24, anonymous(flag))],
        );
        let database = IpDatabase::new(database).unwrap();
        assert!(database.anonymous(ip("192.0.2.1")).unwrap().unwrap().any());
        assert_eq!(database.anonymous(ip("192.0.3.1")), Ok(None));
    }
    assert!(!AnonymousAnswer::default().any());
}

/// Values of the published test database, as its makers state them in its source.
#[test]
fn the_published_cities() {
    let Some(file) = published("test-data/GeoLite2-City-Test.mmdb") else {
        return;
    };
    let database = IpDatabase::new(file).unwrap();
    assert_eq!(database.kind(), DatabaseKind::Country);
    for (address, code, radius_km, lat_e7, lon_e7) in [
        ("81.2.69.142", "GB", 10, 515_142_000, -931_000),
        ("89.160.20.128", "SE", 76, 584_167_000, 156_167_000),
        ("2.125.160.216", "GB", 100, 517_500_000, -12_500_000),
        ("216.160.83.56", "US", 22, 472_513_000, -1_223_149_000),
        ("2001:218::1", "JP", 100, 356_853_600, 1_397_530_900),
    ] {
        let answer = database.country(ip(address)).unwrap().unwrap();
        let centre = answer.centre.unwrap();
        assert_eq!(answer.country.as_str(), code, "{address}");
        assert_eq!(centre.radius_mm(), radius_km * 1_000_000, "{address}");
        assert_eq!(
            (centre.lat_e7(), centre.lon_e7()),
            (lat_e7, lon_e7),
            "{address}"
        );
    }
    for nowhere in ["127.0.0.1", "10.0.0.1", "192.168.0.1", "::1", "fc00::1"] {
        assert_eq!(database.country(ip(nowhere)), Ok(None), "{nowhere}");
    }
}

#[test]
fn the_published_countries() {
    let Some(file) = published("test-data/GeoLite2-Country-Test.mmdb") else {
        return;
    };
    let database = IpDatabase::new(file).unwrap();
    for (address, code) in [
        ("81.2.69.142", "GB"),
        ("89.160.20.128", "SE"),
        ("2001:218::1", "JP"),
    ] {
        let answer = database.country(ip(address)).unwrap().unwrap();
        assert_eq!(
            (answer.country.as_str(), answer.centre),
            (code, None),
            "{address}"
        );
    }
}

#[test]
fn the_published_anonymous_networks() {
    let Some(file) = published("test-data/GeoIP2-Anonymous-IP-Test.mmdb") else {
        return;
    };
    let database = IpDatabase::new(file).unwrap();
    assert_eq!(database.kind(), DatabaseKind::Anonymous);
    let answer = |address| database.anonymous(ip(address)).unwrap().unwrap();
    let every = answer("81.2.69.142");
    assert!(every.anonymous && every.vpn && every.hosting && every.public_proxy);
    assert!(every.residential_proxy && every.tor_exit);
    let vpn = answer("1.2.0.1");
    assert!(vpn.anonymous && vpn.vpn && !vpn.tor_exit && !vpn.hosting);
    let tor = answer("65.1.1.1");
    assert!(tor.anonymous && tor.tor_exit && !tor.vpn);
    assert_eq!(database.anonymous(ip("192.0.2.1")), Ok(None));
}

#[test]
fn a_database_of_networks_is_of_no_use() {
    let Some(file) = published("test-data/GeoLite2-ASN-Test.mmdb") else {
        return;
    };
    let refused = IpDatabase::new(file).unwrap_err();
    assert!(
        matches!(refused, DatabaseError::Kind { database_type } if database_type == "GeoLite2-ASN")
    );
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|end| end == "mmdb") {
            found.push(path);
        }
    }
}

/// Addresses that lead through every part of a small tree.
fn addresses() -> impl Iterator<Item = IpAddr> {
    let v4 = (0..=255_u8)
        .flat_map(|first| [0, 2, 128, 255].map(|next| IpAddr::from([first, next, 1, first])));
    let v6 = (0..128)
        .flat_map(|bit| [1_u128 << bit, !0 >> bit, !(1_u128 << bit)])
        .map(|bits| IpAddr::from(bits.to_be_bytes()));
    v4.chain(v6)
}

/// Looks up everything, whatever the file says it is.
fn use_up(file: Vec<u8>) -> Result<usize, DatabaseError> {
    let database = IpDatabase::new(file)?;
    let damaged = |address| {
        usize::from(database.country(address).is_err())
            + usize::from(database.anonymous(address).is_err())
    };
    Ok(addresses().map(damaged).sum())
}

/// Files that crashed other readers. Their types are changed to ones that are used, so that
/// their records are reached.
#[test]
fn a_damaged_file_is_refused_or_answers_damaged() {
    let mut files = Vec::new();
    files_below(&shared("bad-data"), &mut files);
    if files.is_empty() {
        println!("skipped: not found");
        return;
    }
    assert!(files.len() >= 21, "{files:?}");
    for path in files {
        let octets = std::fs::read(&path).unwrap();
        assert!(use_up(octets.clone()).is_err(), "{path:?}");
        let _ = use_up(retype(octets));
    }
}

/// The file with its type, whatever it is, replaced by one of cities of the same length.
fn retype(mut octets: Vec<u8>) -> Vec<u8> {
    let name = b"database_type";
    let Some(at) = octets
        .windows(name.len())
        .rposition(|window| window == name)
    else {
        return octets;
    };
    let at = at + name.len();
    let length = usize::from(octets[at] & 0x1f);
    if length < 4 || octets.len() < at + 1 + length {
        return octets;
    }
    let new: Vec<u8> = b"City-"
        .iter()
        .copied()
        .chain(std::iter::repeat(b'x'))
        .take(length)
        .collect();
    octets[at + 1..=at + length].copy_from_slice(&new);
    octets
}

proptest! {
    #[test]
    fn a_file_with_octets_changed_is_refused_or_answers(changes in prop::collection::vec((0_usize..2_000, any::<u8>()), 1..8)) {
        let mut octets = cities_file();
        for (at, octet) in changes {
            let length = octets.len();
            octets[at % length] = octet;
        }
        let _ = use_up(octets);
    }

    #[test]
    fn a_file_that_is_cut_is_refused_or_answers(end in 0_usize..2_000) {
        let octets = cities_file();
        let _ = use_up(octets[..end % octets.len()].to_vec());
    }

    #[test]
    fn any_octets_are_refused(octets: Vec<u8>) {
        prop_assert!(IpDatabase::new(octets).is_err());
    }
}
