//! A writer of small MaxMind DB files: <https://maxmind.github.io/MaxMind-DB/>, version 2.0.

use std::net::IpAddr;

/// A value of the data section.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(&'static str),
    Number(u16),
    Count(u32),
    Long(u64),
    Degrees(f64),
    Flag(bool),
    Map(Vec<(&'static str, Self)>),
    List(Vec<Self>),
}

use Value::{Count, Degrees, Flag, List, Long, Map, Number, Text};

/// A file of this type, built then, with a record for each network of IPv6 addresses (an IPv4
/// address is one below `::/96`).
pub(crate) fn file(
    database_type: &'static str,
    built: u64,
    networks: &[(IpAddr, u8, Value)],
) -> Vec<u8> {
    let mut data = Vec::new();
    let mut nodes = vec![[Record::Nothing; 2]];
    for (address, prefix, record) in networks {
        let offset = data.len();
        push(&mut data, record);
        let (bits, prefix) = match address {
            IpAddr::V4(v4) => (u128::from(u32::from(*v4)), usize::from(*prefix) + 96),
            IpAddr::V6(v6) => (u128::from(*v6), usize::from(*prefix)),
        };
        insert(&mut nodes, bits, prefix, offset);
    }
    let count = nodes.len();
    let mut file: Vec<u8> = nodes
        .iter()
        .flatten()
        .flat_map(|record| u32::try_from(record.number(count)).unwrap().to_be_bytes()[1..].to_vec())
        .collect();
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    push(
        &mut file,
        &Map(vec![
            ("binary_format_major_version", Number(2)),
            ("binary_format_minor_version", Number(0)),
            ("build_epoch", Long(built)),
            ("database_type", Text(database_type)),
            ("description", Map(vec![("en", Text("made for a test"))])),
            ("ip_version", Number(6)),
            ("languages", List(vec![Text("en")])),
            ("node_count", Count(u32::try_from(count).unwrap())),
            ("record_size", Number(24)),
        ]),
    );
    file
}

/// A record of a database of cities.
pub(crate) fn city(country: &'static str, lat: f64, lon: f64, radius_km: u16) -> Value {
    let location = vec![
        ("accuracy_radius", Number(radius_km)),
        ("latitude", Degrees(lat)),
        ("longitude", Degrees(lon)),
    ];
    Map(vec![
        ("country", Map(vec![("iso_code", Text(country))])),
        ("location", Map(location)),
        ("registered_country", Map(vec![("iso_code", Text("QQ"))])),
    ])
}

/// A record of a database of countries.
pub(crate) fn country(country: &'static str) -> Value {
    Map(vec![("country", Map(vec![("iso_code", Text(country))]))])
}

/// A record of a database of anonymous networks.
pub(crate) fn anonymous(what: &'static str) -> Value {
    Map(vec![("is_anonymous", Flag(true)), (what, Flag(true))])
}

#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

impl Record {
    fn number(self, nodes: usize) -> usize {
        match self {
            Self::Nothing => nodes,
            Self::Node(number) => number,
            Self::Data(offset) => nodes + 16 + offset,
        }
    }
}

fn insert(nodes: &mut Vec<[Record; 2]>, bits: u128, prefix: usize, offset: usize) {
    let mut node = 0;
    for depth in 0..prefix {
        let side = usize::from(bits >> (127 - depth) & 1 == 1);
        if depth + 1 == prefix {
            nodes[node][side] = Record::Data(offset);
            return;
        }
        node = match nodes[node][side] {
            Record::Node(next) => next,
            Record::Nothing | Record::Data(_) => {
                nodes.push([Record::Nothing; 2]);
                nodes[node][side] = Record::Node(nodes.len() - 1);
                nodes.len() - 1
            }
        };
    }
}

fn push(out: &mut Vec<u8>, value: &Value) {
    match value {
        Text(text) => {
            control(out, 2, text.len());
            out.extend(text.as_bytes());
        }
        Degrees(number) => {
            control(out, 3, 8);
            out.extend(number.to_be_bytes());
        }
        Number(number) => {
            control(out, 5, 2);
            out.extend(number.to_be_bytes());
        }
        Count(number) => {
            control(out, 6, 4);
            out.extend(number.to_be_bytes());
        }
        Long(number) => {
            control(out, 9, 8);
            out.extend(number.to_be_bytes());
        }
        Flag(flag) => control(out, 14, usize::from(*flag)),
        Map(members) => {
            control(out, 7, members.len());
            for (name, member) in members {
                push(out, &Text(name));
                push(out, member);
            }
        }
        List(members) => {
            control(out, 11, members.len());
            members.iter().for_each(|member| push(out, member));
        }
    }
}

fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let size = u8::try_from(size).unwrap();
    let in_octet = size.min(29);
    match kind {
        ..8 => out.push(kind << 5 | in_octet),
        _ => out.extend([in_octet, kind - 7]),
    }
    if size >= 29 {
        out.push(size - 29);
    }
}
