//! The digest of a configuration.

use meridian_signing::digest::sha256;
use serde_json::Value;

use super::raw::RawConfig;

/// Tables that say how the operator looks on, and nothing of what is stamped.
const BESIDE: [&str; 2] = ["private", "logging"];

/// SHA-256 of the configuration as JSON: what the file and the environment say, without what they
/// leave to its default, and without [`BESIDE`]; members in the order of their names, no white
/// space. Secrets are files, of which it has the paths.
pub(super) fn of(raw: &RawConfig) -> [u8; 32] {
    // Strings, numbers and lists always serialise.
    let mut value = serde_json::to_value(raw).unwrap_or_default();
    if let Value::Object(tables) = &mut value {
        tables.retain(|name, _| !BESIDE.contains(&name.as_str()));
    }
    prune(&mut value);
    sha256(value.to_string().as_bytes())
}

/// Takes out what is not said.
fn prune(value: &mut Value) {
    if let Value::Object(members) = value {
        members.values_mut().for_each(prune);
        members.retain(|_, member| !member.is_null());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> [u8; 32] {
        of(&toml::from_str(text).unwrap())
    }

    #[test]
    fn layout_order_and_comments_do_not_change_it_and_values_do() {
        let one = of_text("[log]\ndatabase = \"d\"\n[http]\nlisten = \"a:1\"\n");
        let same = of_text("# x\nhttp.listen = 'a:1'\n\n[log]\ndatabase='d' # y\n");
        assert_eq!(one, same);
        let other = of_text("[log]\ndatabase = \"D\"\n[http]\nlisten = \"a:1\"\n");
        assert_ne!(one, other);
    }

    #[test]
    fn how_the_operator_looks_on_is_not_in_it() {
        let text = "[private]\nlisten = \"127.0.0.1:1\"\n[logging]\nlevel = \"debug\"\n";
        assert_eq!(of_text(text), of_text(""));
    }

    #[test]
    fn a_table_that_switches_something_on_counts_even_if_it_is_empty() {
        assert_ne!(of_text("[tls]\n"), of_text(""));
        assert_eq!(of_text("[log]\n"), of_text(""), "this one is always there");
    }
}
