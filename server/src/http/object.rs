//! [`Object`]: a JSON object, and nothing that serde would take for one.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Characters of a refusal's text; a member's name can be as long as a body.
const TEXT: usize = 300;

/// Reads `T` from a JSON object only. A derived `Deserialize` also takes an array with the members
/// in their order, which no reader of an interface expects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// Reads a whole body as one object.
pub(super) fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body).map(|Object(value)| value)
}

/// What is wrong, cut in the middle if the client's own words make it long: they are in front,
/// what was expected and the position are behind.
pub(super) fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let characters = text.chars().count();
    if characters <= TEXT {
        return text;
    }
    let head: String = text.chars().take(TEXT / 3).collect();
    let tail: String = text.chars().skip(characters - TEXT / 3 * 2).collect();
    format!("{head} … {tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        #[expect(dead_code, reason = "only that it is read matters")]
        one: u8,
        #[serde(default)]
        inner: Vec<Object<Self>>,
    }

    fn refusal(text: &str) -> String {
        describe(&read::<Pair>(text.as_bytes()).unwrap_err())
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        assert!(
            serde_json::from_str::<Pair>("[1, []]").is_ok(),
            "serde's own"
        );
        assert!(refusal("[1, []]").starts_with("invalid type: sequence, expected an object"));
        let inner = refusal(r#"{"one": 1, "inner": [[1, []]]}"#);
        assert!(inner.starts_with("invalid type: sequence, expected an object"));
        let pair: Pair = read(br#"{"one": 1, "inner": [{"one": 2}]}"#).unwrap();
        assert_eq!(pair.inner.len(), 1);
    }

    #[test]
    fn a_member_that_is_unknown_twice_or_missing_is_refused() {
        assert!(refusal(r#"{"one": 1, "two": 2}"#).starts_with("unknown field `two`"));
        assert!(refusal(r#"{"one": 1, "one": 2}"#).starts_with("duplicate field `one`"));
        assert!(refusal("{}").starts_with("missing field `one`"));
        assert!(refusal(r#"{"one": 1} x"#).starts_with("trailing characters"));
    }

    #[test]
    fn the_clients_own_words_do_not_come_back_at_length() {
        let name = "ü".repeat(60_000);
        let text = refusal(&format!(r#"{{"{name}": 1}}"#));
        assert!(text.starts_with("unknown field `ü"), "{text}");
        assert!(text.contains("expected `one` or `inner`"), "{text}");
        assert!(text.chars().count() <= TEXT + 3);
    }
}
