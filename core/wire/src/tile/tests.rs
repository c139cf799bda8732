use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::bundle::EntryBundle;
use super::hashes::HashTile;
use super::*;

/// The five entries of the published checkpoint.
const ENTRIES: [&str; 5] = ["leaf-0", "leaf-1", "leaf-2", "leaf-3", "leaf-4"];

fn sha256(octets: &[u8]) -> String {
    hex::encode(Sha256::digest(octets))
}

fn vector(name: &str) -> Vec<u8> {
    let vectors = load("c2sp").unwrap();
    let vector = vectors.iter().find(|v| v.name == name).unwrap();
    vector.body.octets().unwrap().to_vec()
}

#[test]
fn the_tile_of_the_published_tree_has_the_published_octets() {
    let hashes = ENTRIES.map(|entry| meridian_merkle::hash::leaf_hash(entry.as_bytes()));
    let tile = HashTile::encode(&hashes);
    assert_eq!(tile, vector("tile-0-000.p-5"));
    assert_eq!(
        sha256(&tile),
        "1678899c1604d699b6727149ea19853a89204282efa21673516d647e339ff4aa"
    );
    assert_eq!(HashTile::decode(&tile, 5).unwrap().hashes(), hashes);
}

#[test]
fn the_bundle_of_the_published_tree_has_the_published_octets() {
    let bundle = EntryBundle::encode(&ENTRIES).unwrap();
    assert_eq!(bundle.len(), 40);
    assert_eq!(bundle, vector("tile-entries-000.p-5"));
    assert_eq!(
        sha256(&bundle),
        "46d77d421a7c3869f4594bb852dd9ab085ea62e5b63e729e6c7deaddef584c0e"
    );
    let read = EntryBundle::decode(&bundle, 5).unwrap();
    assert_eq!(read.entries(), ENTRIES.map(str::as_bytes));
}

#[test]
fn writes_numbers_in_groups_of_three_digits() {
    let cases = [
        (0, "entries/000"),
        (999, "entries/999"),
        (1_000, "entries/x001/000"),
        (1_234_067, "entries/x001/x234/067"),
        (1_000_000_000, "entries/x001/x000/x000/000"),
    ];
    for (index, path) in cases {
        let tile = TilePath::entries(index, 256).unwrap();
        assert_eq!(tile.to_string(), path);
        assert_eq!(TilePath::parse(path), Ok(tile));
    }
    let partial = TilePath::hashes(63, 1_234, 5).unwrap();
    assert_eq!(partial.to_string(), "63/x001/234.p/5");
    assert_eq!(TilePath::parse("63/x001/234.p/5"), Ok(partial));
}

#[test]
fn a_tile_has_one_path() {
    for (path, error) in [
        ("", TilePathError::Level),
        ("000", TilePathError::Level),
        ("64/000", TilePathError::Level),
        ("00/000", TilePathError::Level),
        ("01/000", TilePathError::Level),
        ("-1/000", TilePathError::Level),
        ("+1/000", TilePathError::Level),
        ("data/000", TilePathError::Level),
        ("Entries/000", TilePathError::Level),
        ("0/", TilePathError::Index),
        ("0/0", TilePathError::Index),
        ("0/00", TilePathError::Index),
        ("0/0000", TilePathError::Index),
        ("0/1000", TilePathError::Index),
        ("0/001/000", TilePathError::Index),
        ("0/x000/001", TilePathError::Index),
        ("0/x001/x000", TilePathError::Index),
        ("0/x1/000", TilePathError::Index),
        ("0/X001/000", TilePathError::Index),
        ("0//000", TilePathError::Index),
        ("0/x001//000", TilePathError::Index),
        ("0/000/", TilePathError::Index),
        ("/0/000", TilePathError::Level),
        ("0/ 00", TilePathError::Index),
        ("0/٠٠٠", TilePathError::Index),
        ("0/000.p", TilePathError::Index),
        ("0/000.p5", TilePathError::Index),
        ("0/000.p/", TilePathError::Width),
        ("0/000.p/0", TilePathError::Width),
        ("0/000.p/05", TilePathError::Width),
        ("0/000.p/256", TilePathError::Width),
        ("0/000.p/999", TilePathError::Width),
        ("0/000.p/5/", TilePathError::Width),
        ("0/000.p/5.p/5", TilePathError::Width),
        ("0/000.p/-5", TilePathError::Width),
        ("0/x036/x028/x797/x018/x963/968", TilePathError::Index),
        ("0/x999/x999/x999/x999/x999/x999/999", TilePathError::Index),
    ] {
        assert_eq!(TilePath::parse(path), Err(error), "{path}");
    }
}

#[test]
fn the_last_leaf_of_the_largest_tree_is_in_a_tile_that_has_a_name() {
    let last = TilePath::entries((TreeSize::MAX.get() - 1) >> 8, 255).unwrap();
    assert_eq!(
        last.to_string(),
        "entries/x036/x028/x797/x018/x963/967.p/255"
    );
    assert_eq!(TilePath::parse(&last.to_string()), Ok(last));
    assert!(last.is_within(TreeSize::MAX));
    assert!(!last.full().is_within(TreeSize::MAX));
}

#[test]
fn a_tile_is_within_a_tree_that_has_all_of_it() {
    let size = TreeSize::new(70_000);
    let within = |path| TilePath::parse(path).unwrap().is_within(size);
    for path in [
        "0/000",
        "0/273.p/112",
        "0/273.p/1",
        "1/001.p/17",
        "2/000.p/1",
    ] {
        assert!(within(path), "{path}");
    }
    for path in [
        "0/273.p/113",
        "0/273",
        "0/274.p/1",
        "1/001",
        "2/000.p/2",
        "3/000.p/1",
    ] {
        assert!(!within(path), "{path}");
    }
}

proptest! {
    #[test]
    fn reads_back_every_path(
        level in 0_u8..=64, index in 0_u64..INDEX_LIMIT, group in 0_u32..56, width in 1_u16..=256,
    ) {
        let index = index >> group;
        let tile = match level {
            64 => TilePath::entries(index, width),
            level => TilePath::hashes(level, index, width),
        }.unwrap();
        prop_assert_eq!(TilePath::parse(&tile.to_string()), Ok(tile));
    }

    #[test]
    fn whatever_is_read_is_written_the_same(path in "(0|63|7|entries)/(x[0-9]{3}/){0,6}[0-9]{3}(.p/[0-9]{1,3})?") {
        if let Ok(tile) = TilePath::parse(&path) {
            prop_assert_eq!(tile.to_string(), path);
        }
    }
}
