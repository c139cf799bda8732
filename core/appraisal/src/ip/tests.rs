#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use super::*;
use crate::confidence::Confidence;
use crate::ip_database::tests::file::{Value, anonymous, city, country, file};
use crate::policy::{IpRule, PolicyDocument};
use proptest::prelude::*;

const BUILT: i64 = 1_795_000_000;
const DAY_S: i64 = 86_400;
/// A week after the databases were built.
const ACCEPTED_MS: i64 = (BUILT + 7 * DAY_S) * 1_000;
const DAYS: u16 = 30;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn database(database_type: &'static str, record: Value) -> IpDatabase {
    let networks = [(ip("192.0.2.0"), 24, record)];
    let built = u64::try_from(BUILT).unwrap();
    IpDatabase::new(file(database_type, built, &networks)).unwrap()
}

/// 20 km around Paris at 67 %: 32.9 km at 95 %.
fn cities() -> IpDatabase {
    database("Test-City", city("FR", 48.856_6, 2.352_2, 20))
}

fn hidden() -> IpDatabase {
    database("Test-Anonymous-IP", anonymous("is_anonymous_vpn"))
}

/// A database of anonymous networks that knows nothing of the address.
fn honest() -> IpDatabase {
    let built = u64::try_from(BUILT).unwrap();
    let networks = [(ip("203.0.113.0"), 24, anonymous("is_tor_exit_node"))];
    IpDatabase::new(file("Test-Anonymous-IP", built, &networks)).unwrap()
}

fn policy(country: bool, anonymous: bool, deny: bool) -> AppraisalPolicy {
    let rule = |asked: bool| asked.then_some(DatabaseRule::new(DAYS));
    let mut document = PolicyDocument::evaluation();
    document.ip = IpRule::new(rule(country), rule(anonymous));
    document.deny_anonymous = deny;
    AppraisalPolicy::new(document).unwrap()
}

fn content(country: Option<&IpDatabase>, anonymous: Option<&IpDatabase>) -> Vec<u8> {
    let item = item([7; 32], ip("192.0.2.1"), country, anonymous).unwrap();
    assert_eq!(
        (item.kind(), item.format()),
        (EvidenceKind::IP_GEOLOCATION, FORMAT)
    );
    item.content().to_vec()
}

fn point(lat: f64, lon: f64) -> GeoPoint {
    crate::place::point(lat, lon, 10.0, Confidence::CLAIM).unwrap()
}

fn paris() -> GeoPoint {
    point(48.858_37, 2.294_48)
}

/// What becomes of a claim to be in Paris, which is in this country.
fn in_paris(
    content: &[u8],
    country: Option<&str>,
    policy: &AppraisalPolicy,
) -> Result<Judged, Refusal> {
    let country = country.map(|code| CountryCode::new(code).unwrap());
    let paris = paris();
    judge(
        content,
        &Claimed::new(&paris, country.as_ref()),
        policy,
        ACCEPTED_MS,
    )
}

fn tier_and_note(judged: Judged) -> (i8, ItemNote) {
    (judged.tier, judged.note)
}

#[test]
fn row_19_the_claimed_country_is_affirming() {
    let policy = policy(true, true, false);
    let content = content(Some(&cities()), Some(&honest()));
    let judged = in_paris(&content, Some("FR"), &policy).unwrap();
    assert_eq!(tier_and_note(judged), (2, ItemNote::Agrees));
    assert_eq!(
        (judged.radius_m, judged.flags),
        (Some(32_877), WarningFlags::NONE)
    );
}

#[test]
fn row_19_another_country_is_a_warning_and_never_refuses() {
    let policy = policy(true, true, true);
    let content = content(Some(&cities()), Some(&honest()));
    let judged = in_paris(&content, Some("DE"), &policy).unwrap();
    assert_eq!(tier_and_note(judged), (33, ItemNote::CountryDiffers));
    assert_eq!(judged.flags, WarningFlags::IP_COUNTRY_MISMATCH);
}

#[test]
fn row_19_a_claim_in_no_known_country_is_not_affirmed() {
    let content = content(Some(&cities()), None);
    let judged = in_paris(&content, None, &policy(true, false, false)).unwrap();
    assert_eq!(tier_and_note(judged), (0, ItemNote::ClaimedCountryUnknown));
    assert!(judged.flags.is_empty());
}

#[test]
fn row_19_what_is_not_there_is_never_assumed() {
    let country = |asked| policy(asked, false, false);
    let of_other_network = database("Test-City", country_record());
    let unknown = item([0; 32], ip("198.51.100.1"), Some(&of_other_network), None).unwrap();
    for (content, policy, note) in [
        (content(None, None), country(true), ItemNote::NoDatabase),
        (
            content(Some(&cities()), None),
            country(false),
            ItemNote::NoDatabaseInPolicy,
        ),
        (
            content(None, None),
            country(false),
            ItemNote::NoDatabaseInPolicy,
        ),
        (
            unknown.content().to_vec(),
            country(true),
            ItemNote::NotInDatabase,
        ),
    ] {
        let judged = in_paris(&content, Some("FR"), &policy).unwrap();
        assert_eq!(tier_and_note(judged), (0, note));
        assert!(judged.flags.is_empty());
    }
}

fn country_record() -> Value {
    country("FR")
}

#[test]
fn row_19_loopback_and_private_addresses_are_in_no_database() {
    let policy = policy(true, true, false);
    for address in ["127.0.0.1", "10.0.0.1", "192.168.7.7", "::1", "fe80::1"] {
        let item = item([0; 32], ip(address), Some(&cities()), Some(&honest())).unwrap();
        let judged = in_paris(item.content(), Some("FR"), &policy).unwrap();
        assert_eq!(
            tier_and_note(judged),
            (0, ItemNote::NotInDatabase),
            "{address}"
        );
    }
}

#[test]
fn row_19_a_database_is_believed_for_as_long_as_the_policy_says() {
    let policy = policy(true, false, false);
    let content = content(Some(&cities()), None);
    let code = CountryCode::new("FR").unwrap();
    let paris = paris();
    let at = |seconds: i64| {
        let claimed = Claimed::new(&paris, Some(&code));
        tier_and_note(judge(&content, &claimed, &policy, seconds * 1_000).unwrap())
    };
    let last = BUILT + i64::from(DAYS) * DAY_S;
    assert_eq!(at(BUILT), (2, ItemNote::Agrees));
    assert_eq!(at(last), (2, ItemNote::Agrees));
    assert_eq!(at(last + 1), (0, ItemNote::DatabaseTooOld));
    assert_eq!(at(BUILT - 1), (0, ItemNote::DatabaseDateInFuture));
}

#[test]
fn row_20_an_anonymising_network_cancels_what_else_is_said() {
    let policy = policy(true, true, false);
    for country in ["FR", "DE"] {
        let content = content(Some(&cities()), Some(&hidden()));
        let judged = in_paris(&content, Some(country), &policy).unwrap();
        assert_eq!(tier_and_note(judged), (0, ItemNote::AnonymousNetwork));
        assert_eq!(judged.flags, WarningFlags::ANONYMISING_NETWORK);
        assert_eq!(judged.radius_m, None);
    }
}

#[test]
fn row_20_an_anonymising_network_is_told_without_a_database_of_countries() {
    let judged = in_paris(
        &content(None, Some(&hidden())),
        Some("FR"),
        &policy(false, true, false),
    );
    assert_eq!(judged.unwrap().flags, WarningFlags::ANONYMISING_NETWORK);
}

#[test]
fn row_20_a_policy_that_denies_anonymising_networks_refuses() {
    let content = content(Some(&cities()), Some(&hidden()));
    let refusal = in_paris(&content, Some("FR"), &policy(true, true, true)).unwrap_err();
    assert_eq!(
        (refusal, refusal.code(), refusal.row()),
        (Refusal::AnonymousNetwork, "anonymous-network", 20)
    );
}

#[test]
fn row_20_an_address_of_which_nobody_knows_is_not_called_honest() {
    let policy = policy(true, true, true);
    let judged = in_paris(&content(Some(&cities()), None), Some("FR"), &policy).unwrap();
    assert_eq!(tier_and_note(judged), (0, ItemNote::NoDatabase));
    // A mismatch stays one.
    let judged = in_paris(&content(Some(&cities()), None), Some("DE"), &policy).unwrap();
    assert_eq!(judged.flags, WarningFlags::IP_COUNTRY_MISMATCH);
}

#[test]
fn row_20_a_policy_that_does_not_ask_is_not_answered() {
    let content = content(Some(&cities()), Some(&hidden()));
    let judged = in_paris(&content, Some("FR"), &policy(true, false, true)).unwrap();
    assert_eq!(tier_and_note(judged), (2, ItemNote::Agrees));
}

#[test]
fn row_21_beyond_three_radii_is_a_warning() {
    let policy = policy(true, false, false);
    let content = content(Some(&cities()), None);
    let code = CountryCode::new("FR").unwrap();
    let centre = point(48.856_6, 2.352_2);
    // Three times 32.877 km is 98.63 km; a degree of latitude here is 111.2 km.
    for (north, expected) in [
        (0.886, (2, ItemNote::Agrees)),
        (0.888, (33, ItemNote::FarFromCentroid)),
        (20.0, (33, ItemNote::FarFromCentroid)),
    ] {
        let place = point(48.856_6 + north, 2.352_2);
        let apart = geodesic::distance_mm(&centre, &place);
        assert_eq!(apart > 3 * 32_876_100, expected.0 == 33, "{apart}");
        let judged = judge(
            &content,
            &Claimed::new(&place, Some(&code)),
            &policy,
            ACCEPTED_MS,
        )
        .unwrap();
        assert_eq!(tier_and_note(judged), expected);
        assert!(judged.flags.is_empty());
        let nowhere = judge(&content, &Claimed::new(&place, None), &policy, ACCEPTED_MS).unwrap();
        assert_eq!(nowhere.note == ItemNote::FarFromCentroid, expected.0 == 33);
    }
}

#[test]
fn row_21_a_database_of_countries_has_no_middle() {
    let countries = database("Test-Country", country("FR"));
    let judged = in_paris(
        &content(Some(&countries), None),
        Some("FR"),
        &policy(true, false, false),
    )
    .unwrap();
    assert_eq!(
        (tier_and_note(judged), judged.radius_m),
        ((2, ItemNote::Agrees), None)
    );
}

#[test]
fn a_damaged_database_is_not_available() {
    // The number of members of the record is changed: it now ends in the metadata.
    let built = u64::try_from(BUILT).unwrap();
    let mut octets = file(
        "Test-City",
        built,
        &[(ip("192.0.2.0"), 24, city("FR", 1.0, 2.0, 3))],
    );
    let record = octets
        .windows(8)
        .position(|w| w == [0xe3, 0x47, b'c', b'o', b'u', b'n', b't', b'r']);
    octets[record.unwrap()] = 0xff;
    let database = IpDatabase::new(octets).unwrap();
    let judged = in_paris(
        &content(Some(&database), None),
        Some("FR"),
        &policy(true, false, false),
    );
    assert_eq!(
        tier_and_note(judged.unwrap()),
        (0, ItemNote::DatabaseDamaged)
    );
}

#[test]
fn an_item_names_its_databases_and_reads_as_it_was_written() {
    let (cities, hidden) = (cities(), hidden());
    let written = Content::look_up(ip("::ffff:192.0.2.1"), Some(&cities), Some(&hidden));
    let json = written.to_json();
    let text = std::str::from_utf8(&json).unwrap();
    assert!(text.starts_with("{\"ip\":\"192.0.2.1\","), "{text}");
    assert!(
        text.contains(&hex::encode(cities.digest()))
            && text.contains(&hex::encode(hidden.digest()))
    );
    assert!(
        text.contains("\"radius_mm\":20000000,\"confidence\":670"),
        "{text}"
    );
    assert_eq!(Content::read(&json).unwrap(), written);
}

#[test]
fn what_is_no_answer_of_databases_is_malformed() {
    let json = content(Some(&cities()), Some(&hidden()));
    let text = String::from_utf8(json).unwrap();
    let check =
        |content: &str| in_paris(content.as_bytes(), Some("FR"), &policy(true, true, false));
    assert!(check(&text).is_ok());
    let digest = hex::encode(cities().digest());
    for bad in [
        String::new(),
        "null".to_owned(),
        "{\"ip\":\"192.0.2.1\"}".to_owned(),
        format!("{text}{text}"),
        text.replace("192.0.2.1", "192.0.2.256"),
        text.replace("\"FR\"", "\"fr\""),
        text.replace("\"FR\"", "\"FRA\""),
        text.replace("\"lat_e7\":", "\"lat_e7\":1"),
        text.replace("\"confidence\":670", "\"confidence\":1000"),
        text.replace("\"vpn\":true", "\"vpn\":1"),
        text.replace("\"vpn\":true", "\"vpn\":true,\"vpn\":false"),
        text.replace("\"vpn\":true", "\"more\":true"),
        text.replace("\"found\"", "\"lost\""),
        text.replace(&digest, &digest[1..]),
        text.replace("\"ip\"", "\"more\":0,\"ip\""),
    ] {
        assert_ne!(bad, text);
        let refusal = check(&bad).unwrap_err();
        assert_eq!((refusal.code(), refusal.row()), ("malformed", 1), "{bad}");
    }
}

/// Values of the published test databases, for a claim in London.
#[test]
fn the_published_databases_agree_and_warn() {
    let read = |name: &str| {
        let path = format!(
            "{}/../../../shared/vectors/maxmind/test-data/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read(path)
            .ok()
            .map(|file| IpDatabase::new(file).unwrap())
    };
    let (Some(cities), Some(hidden)) = (
        read("GeoLite2-City-Test.mmdb"),
        read("GeoIP2-Anonymous-IP-Test.mmdb"),
    ) else {
        println!("skipped: not found");
        return;
    };
    let (london, country) = (point(51.514_2, -0.093_1), CountryCode::new("GB").unwrap());
    let built = i64::try_from(cities.build_epoch().max(hidden.build_epoch())).unwrap();
    let judged = |address: &str, anonymous: Option<&IpDatabase>| {
        let item = item([0; 32], ip(address), Some(&cities), anonymous).unwrap();
        let policy = policy(true, anonymous.is_some(), false);
        let claimed = Claimed::new(&london, Some(&country));
        judge(item.content(), &claimed, &policy, built * 1_000).unwrap()
    };
    assert_eq!(
        tier_and_note(judged("81.2.69.142", None)),
        (2, ItemNote::Agrees)
    );
    assert_eq!(judged("81.2.69.142", None).radius_m, Some(16_439)); // 10 km at 67 %
    assert_eq!(
        tier_and_note(judged("2.125.160.216", None)),
        (2, ItemNote::Agrees)
    );
    assert_eq!(
        tier_and_note(judged("89.160.20.128", None)),
        (33, ItemNote::CountryDiffers)
    );
    assert_eq!(
        tier_and_note(judged("127.0.0.1", None)),
        (0, ItemNote::NotInDatabase)
    );
    let flagged = judged("81.2.69.142", Some(&hidden));
    assert_eq!(tier_and_note(flagged), (0, ItemNote::AnonymousNetwork));
    assert_eq!(flagged.flags, WarningFlags::ANONYMISING_NETWORK);
    assert_eq!(
        judged("65.1.1.1", Some(&hidden)).note,
        ItemNote::AnonymousNetwork
    );
    assert_eq!(
        judged("1.2.0.1", Some(&hidden)).note,
        ItemNote::AnonymousNetwork
    );
}

proptest! {
    #[test]
    fn any_octets_are_judged_or_refused(octets: Vec<u8>) {
        let _ = in_paris(&octets, Some("FR"), &policy(true, true, false));
    }

    /// Only agreement at hand, in time, in the country and near is affirming.
    #[test]
    fn nothing_but_agreement_is_affirming(
        lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, same: bool, asked: bool, days in -100_i64..100,
    ) {
        let content = content(Some(&cities()), None);
        let code = CountryCode::new(if same { "FR" } else { "BE" }).unwrap();
        let place = point(lat, lon);
        let accepted = (BUILT + days * DAY_S) * 1_000;
        let judged = judge(&content, &Claimed::new(&place, Some(&code)), &policy(asked, false, false), accepted).unwrap();
        let near = geodesic::distance_mm(&point(48.856_6, 2.352_2), &place) <= 3 * 32_876_100;
        let agrees = same && asked && near && (0..=30).contains(&days);
        prop_assert_eq!(judged.tier == 2, agrees);
        prop_assert_eq!(judged.flags.has(WarningFlags::IP_COUNTRY_MISMATCH), asked && !same && (0..=30).contains(&days));
    }
}
