//! Finds where a key was written, so that every refusal can say so.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::environment::Environment;
use super::error::Origin;

/// The written sources of one configuration.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    file: PathBuf,
    text: &'a str,
    environment: &'a Environment,
}

impl<'a> Sources<'a> {
    pub(super) fn new(file: &Path, text: &'a str, environment: &'a Environment) -> Self {
        Self {
            file: file.to_owned(),
            text,
            environment,
        }
    }

    /// Where `key` (`table.key`) was written. The environment wins, as it does for the value.
    pub(super) fn of(&self, key: &str) -> Origin {
        if let Some(name) = self.environment.variable_for(key) {
            return Origin::Variable { name };
        }
        self.at(self.span_of(key))
    }

    /// The line of a span of the file.
    pub(super) fn at(&self, span: Option<Range<usize>>) -> Origin {
        let file = self.file.clone();
        match span.and_then(|span| self.text.get(..span.start)) {
            Some(before) => Origin::Line {
                file,
                line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            },
            None => Origin::File { file },
        }
    }

    /// The key (`table.key`, or a table) whose name or value begins the span.
    pub(super) fn key_at(&self, span: Option<Range<usize>>) -> Option<String> {
        let at = span?.start;
        let document = DeTable::parse(self.text).ok()?;
        for (table, value) in document.get_ref() {
            if table.span().contains(&at) {
                return Some(table.get_ref().to_string());
            }
            let DeValue::Table(entries) = value.get_ref() else {
                continue;
            };
            for (key, value) in entries {
                if key.span().contains(&at) || value.span().contains(&at) {
                    return Some(format!("{}.{}", table.get_ref(), key.get_ref()));
                }
            }
        }
        None
    }

    fn span_of(&self, key: &str) -> Option<Range<usize>> {
        let (table, key) = key.split_once('.')?;
        let document = DeTable::parse(self.text).ok()?;
        let tables = document.get_ref();
        let (_, value) = tables.iter().find(|(name, _)| name.get_ref() == table)?;
        let DeValue::Table(entries) = value.get_ref() else {
            return None;
        };
        let (name, _) = entries.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(name.span())
    }
}
