//! `MERIDIAN_TABLE__KEY` in the environment overrides `table.key` in the file.

use figment::Figment;
use figment::providers::Env;
use figment::value::Value;

const PREFIX: &str = "MERIDIAN_";
/// Between table and key, since keys contain single underscores. A variable without it is not
/// ours: the command line's own (`MERIDIAN_URL`) have none.
const SEPARATOR: &str = "__";

/// The overriding variables, as pairs of `table.key` and text.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    overrides: Vec<(String, String)>,
}

impl Environment {
    /// The variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let mut overrides = Vec::new();
        for (name, value) in Env::prefixed(PREFIX).iter() {
            overrides.push((name.as_str().to_owned(), value));
        }
        Self::from_pairs(overrides)
    }

    /// Given variables instead of the process's: names without the `MERIDIAN_` prefix.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let overrides = pairs
            .into_iter()
            .filter_map(|(name, value)| {
                let (table, key) = name.split_once(SEPARATOR)?;
                let key = format!("{}.{}", table.to_lowercase(), key.to_lowercase());
                Some((key, value))
            })
            .collect();
        Self { overrides }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.overrides.is_empty()
    }

    pub(super) fn apply(&self, mut figment: Figment) -> Figment {
        for (key, text) in &self.overrides {
            // Parsing a figment value cannot fail: what is nothing else is a string.
            let value: Value = match text.parse() {
                Ok(value) => value,
                Err(never) => match never {},
            };
            figment = figment.merge((key.as_str(), value));
        }
        figment
    }

    /// The variable that sets `key`, if one does. `key` may also name a whole table.
    pub(super) fn variable_for(&self, key: &str) -> Option<String> {
        let (found, _) = self
            .overrides
            .iter()
            .find(|(name, _)| name == key || name.split('.').next() == Some(key))?;
        let name = found.to_uppercase().replace('.', SEPARATOR);
        Some(format!("{PREFIX}{name}"))
    }

    /// The first variable, for an error that names no key.
    pub(super) fn first_variable(&self) -> Option<String> {
        self.overrides
            .first()
            .and_then(|(key, _)| self.variable_for(key))
    }
}
