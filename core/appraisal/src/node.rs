//! [`Node`]: JSON and CBOR as one tree, in which no name of a map is there twice.

use std::collections::BTreeSet;
use std::fmt;

use ciborium::Value;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::refusal::Refusal;
use crate::rounding;

/// Nesting of CBOR. A claim of EAT that we read nests two deep, its submodules a few more. In
/// JSON, `serde_json` ends at 128.
const MAX_CBOR_DEPTH: usize = 16;

/// The name of a member.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Label {
    Text(String),
    Number(i64),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Bool(bool),
    /// Integer or float; NaN and the infinities too, in CBOR.
    Number(f64),
    Text(String),
    Octets(Vec<u8>),
    List(Vec<Self>),
    Map(Vec<(Label, Self)>),
    /// null, and in CBOR also undefined, simple and tagged values.
    Other,
}

impl Node {
    /// Reads JSON (RFC 8259).
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`], also for a name that is there twice, at any depth.
    pub(crate) fn of_json(json: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(json).map_err(|_| Refusal::Malformed {
            what: "not JSON, or JSON with a member twice",
        })
    }

    /// Reads CBOR (RFC 8949); it need not be deterministic.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`], also for a label that is there twice or is neither text nor a
    /// number of 64 bits, at any depth.
    pub(crate) fn of_cbor(mut cbor: &[u8]) -> Result<Self, Refusal> {
        let value: Result<Value, _> =
            ciborium::de::from_reader_with_recursion_limit(&mut cbor, MAX_CBOR_DEPTH);
        match value {
            Ok(value) if cbor.is_empty() => Self::of_value(value),
            Ok(_) => Err(Refusal::Malformed {
                what: "octets after the CBOR",
            }),
            Err(_) => Err(Refusal::Malformed {
                what: "not CBOR, or CBOR that nests too deep",
            }),
        }
    }

    /// As deep as the value, which was read with a limit.
    fn of_value(value: Value) -> Result<Self, Refusal> {
        Ok(match value {
            Value::Bool(value) => Self::Bool(value),
            Value::Integer(value) => Self::Number(float(value.into())),
            Value::Float(value) => Self::Number(value),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(octets) => Self::Octets(octets),
            Value::Array(list) => {
                let list: Result<Vec<Self>, _> = list.into_iter().map(Self::of_value).collect();
                Self::List(list?)
            }
            Value::Map(map) => {
                let mut members = Members::default();
                for (label, value) in map {
                    let once = members.push(label_of(label)?, Self::of_value(value)?);
                    once.map_err(|what| Refusal::Malformed { what })?;
                }
                Self::Map(members.list)
            }
            _ => Self::Other,
        })
    }
}

/// Members so far.
#[derive(Default)]
struct Members {
    list: Vec<(Label, Node)>,
    seen: BTreeSet<Label>,
}

impl Members {
    fn push(&mut self, label: Label, node: Node) -> Result<(), &'static str> {
        if !self.seen.insert(label.clone()) {
            return Err("a member is there twice");
        }
        self.list.push((label, node));
        Ok(())
    }
}

fn label_of(value: Value) -> Result<Label, Refusal> {
    let label = match value {
        Value::Text(text) => Some(Label::Text(text)),
        Value::Integer(number) => i64::try_from(i128::from(number)).ok().map(Label::Number),
        _ => None,
    };
    label.ok_or(Refusal::Malformed {
        what: "a label that is neither text nor a number of 64 bits",
    })
}

/// An integer of CBOR has 65 bits.
fn float(integer: i128) -> f64 {
    let magnitude = u64::try_from(integer.unsigned_abs()).unwrap_or(u64::MAX);
    let magnitude = rounding::float(magnitude);
    if integer < 0 { -magnitude } else { magnitude }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NodeVisitor)
    }
}

/// Takes what JSON has.
struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(float(value.into())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(float(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = seq.next_element()? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Members::default();
        while let Some((name, node)) = map.next_entry::<String, Node>()? {
            members
                .push(Label::Text(name), node)
                .map_err(Error::custom)?;
        }
        Ok(Node::Map(members.list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Label {
        Label::Text(text.to_owned())
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused_at_any_depth() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"[{"a":1,"\u0061":2}]"#,
        ] {
            assert!(Node::of_json(json.as_bytes()).is_err(), "{json}");
        }
        // {1: 0, 1: 0}, {1: 0, 0x1801 (1 in two octets): 0}, [{"a": 0, "a": 0}].
        for cbor in ["a201000100", "a20100180100", "81a26161006161 00"] {
            let cbor = hex::decode(cbor.replace(' ', "")).unwrap();
            assert!(Node::of_cbor(&cbor).is_err(), "{}", hex::encode(cbor));
        }
        // 1 and "1" are two labels.
        let cbor = hex::decode("a20100613100").unwrap();
        let both = vec![
            (Label::Number(1), Node::Number(0.0)),
            (text("1"), Node::Number(0.0)),
        ];
        assert_eq!(Node::of_cbor(&cbor), Ok(Node::Map(both)));
    }

    #[test]
    fn integers_and_floats_of_every_size_are_one_kind_of_number() {
        // 1 as an integer, in half, single and double precision; the ends of 65 bits.
        for (cbor, number) in [
            ("01", 1.0),
            ("f93c00", 1.0),
            ("fa3f800000", 1.0),
            ("fb3ff0000000000000", 1.0),
            ("1bffffffffffffffff", 18_446_744_073_709_551_615.0),
            ("3bffffffffffffffff", -18_446_744_073_709_551_616.0),
        ] {
            let cbor = hex::decode(cbor).unwrap();
            assert_eq!(Node::of_cbor(&cbor), Ok(Node::Number(number)));
        }
        assert_eq!(Node::of_json(b"1"), Node::of_json(b"1.0"));
        assert_eq!(Node::of_json(b"-1e0"), Ok(Node::Number(-1.0)));
    }

    #[test]
    fn json_has_no_number_beyond_a_double() {
        for json in [
            "NaN", "Infinity", "1e999", "-1e999", "01", ".5", "+1", "0x1",
        ] {
            assert!(Node::of_json(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn what_nests_too_deep_or_does_not_end_is_refused() {
        let deep = |depth: usize| [vec![0x81; depth], vec![0]].concat();
        assert!(Node::of_cbor(&deep(MAX_CBOR_DEPTH - 1)).is_ok());
        assert!(Node::of_cbor(&deep(MAX_CBOR_DEPTH + 1)).is_err());
        assert!(Node::of_cbor(&[0x81; 60_000]).is_err());
        assert!(Node::of_json(&[b'['; 60_000]).is_err());
        // Lengths that the input does not have.
        for cbor in [
            "9bffffffffffffffff",
            "bbffffffffffffffff",
            "5bffffffffffffffff",
            "9f",
            "",
        ] {
            assert!(Node::of_cbor(&hex::decode(cbor).unwrap()).is_err());
        }
        assert!(Node::of_cbor(&[0, 0]).is_err());
        assert!(Node::of_json(b"1 1").is_err());
    }

    #[test]
    fn null_and_tags_are_nothing_that_could_be_meant() {
        assert_eq!(Node::of_json(b"null"), Ok(Node::Other));
        // null, undefined, 1(0).
        for cbor in [&[0xf6][..], &[0xf7], &[0xc1, 0]] {
            assert_eq!(Node::of_cbor(cbor).ok().unwrap_or(Node::Other), Node::Other);
        }
    }
}
