//! Nobody finds a place in what is public, or in the database outside of what expires.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_tests::locating::{octets, self_asserted, text};
use rocksdb::{DB, IteratorMode, Options};
use serde_json::json;

use crate::site::Site;

/// Every form in which a place could have been written.
fn needles() -> Vec<Vec<u8>> {
    let (latitude_e7, longitude_e7) = (488_583_700_i32, 22_944_800_i32);
    let cells = [0x0871_fb46_74ff_ffff_u64, 0x0851_fb46_7fff_ffff];
    let mut needles = vec![
        b"48.85837".to_vec(),
        b"2.29448".to_vec(),
        latitude_e7.to_be_bytes().to_vec(),
        latitude_e7.to_le_bytes().to_vec(),
        longitude_e7.to_be_bytes().to_vec(),
        longitude_e7.to_le_bytes().to_vec(),
        // LeafValue country FR.
        vec![0x81, 0x02, 0x46, 0x52],
    ];
    needles.extend(cells.map(|cell| cell.to_be_bytes().to_vec()));
    needles.extend(cells.map(|cell| format!("{cell:x}").into_bytes()));
    needles
}

fn assert_none(what: &str, octets: &[u8]) {
    for needle in needles() {
        let found = octets
            .windows(needle.len())
            .any(|window| window == needle.as_slice());
        assert!(!found, "{what} holds {needle:02x?}");
    }
}

#[test]
fn what_is_public_and_what_stays_tell_no_place() {
    let mut site = Site::plain();
    let mut client = site.client();
    let place = json!({"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5});
    let challenge = client.challenge(&json!({})).unwrap();
    let stamped = client
        .ask(
            "POST",
            "/v1/location/stamps",
            &json!({
                "challenge": challenge["id"], "evidence": [self_asserted(&place)],
                "imprint": meridian_tests::locating::imprint(b"x"), "reveal": [0, 5, 10],
            }),
        )
        .unwrap();
    let stamped = stamped.expect(201).unwrap();
    // The needles are right: the token, which shows the point, has some of them.
    let token = octets(&stamped, "tst_b64").unwrap();
    let found = needles()
        .iter()
        .filter(|needle| token.windows(needle.len()).any(|window| window == **needle))
        .count();
    assert!(
        found >= 3,
        "{found} of the needles in {}",
        STANDARD.encode(&token)
    );

    let serial = text(&stamped, "serial").unwrap();
    assert_none(
        "the proof",
        &client.get(&format!("/v1/proofs/{serial}")).unwrap(),
    );
    assert_none("the checkpoint", &client.get("/log/checkpoint").unwrap());
    let log = site.serving.log().unwrap();
    assert_none("the server's log", log.as_bytes());

    site.serving.end();
    let families = assert_none_outside_of_private_families(&site.data().join("log"));
    for family in [
        "leaves",
        "tokens",
        "events",
        "checkpoints",
        "policies",
        "meta",
    ] {
        assert!(families.iter().any(|name| name == family), "{families:?}");
    }
}

/// Reads every row of every family that does not expire; their names.
fn assert_none_outside_of_private_families(database: &Path) -> Vec<String> {
    let options = Options::default();
    let names = DB::list_cf(&options, database).unwrap();
    let rows = DB::open_cf_for_read_only(&options, database, &names, false).unwrap();
    let public = names.into_iter().filter(|name| !name.starts_with("loc_"));
    let public: Vec<String> = public.collect();
    for name in &public {
        let family = rows.cf_handle(name).unwrap();
        for row in rows.iterator_cf(family, IteratorMode::Start) {
            let (key, value) = row.unwrap();
            assert_none(&format!("a key of {name}"), &key);
            assert_none(&format!("a row of {name}"), &value);
        }
    }
    public
}
