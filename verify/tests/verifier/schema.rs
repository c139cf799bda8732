//! The published schema describes what `--json` writes.

use crate::support::{judge, judge_about, policy, vector};
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::Model;
use serde_json::Value;

pub(crate) const SCHEMA: &str = include_str!("../../schema/report.schema.json");

/// The keywords of JSON Schema that the schema uses, no more; any other one fails the test.
pub(crate) fn validate(schema: &Value, value: &Value, at: &str) {
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "title" | "description" => {}
            "type" => assert!(has_type(rule, value), "{at} is not {rule}"),
            "enum" => assert!(
                rule.as_array().unwrap().contains(value),
                "{at} is not in {rule}"
            ),
            "pattern" => assert!(
                value.is_null() || has_form(rule, value),
                "{at} is not {rule}"
            ),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    validate(rule, item, at);
                }
            }
            "required" => {
                for name in rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|_| value.is_object())
                {
                    assert!(
                        value.get(name.as_str().unwrap()).is_some(),
                        "{at} lacks {name}"
                    );
                }
            }
            "additionalProperties" => assert_eq!(rule, &Value::Bool(false)),
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    validate(&rule[name], member, &format!("{at}.{name}"));
                }
            }
            other => panic!("the schema uses {other}, which this test does not know"),
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let one = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    };
    rule.as_array()
        .map_or_else(|| one(rule), |names| names.iter().any(one))
}

fn has_form(rule: &Value, value: &Value) -> bool {
    let text = value.as_str().unwrap();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    match rule.as_str().unwrap() {
        "^V[0-9]{3}$" => text.len() == 4 && text.starts_with('V') && digits(&text[1..]),
        "^-?[0-9]+$" => digits(text.strip_prefix('-').unwrap_or(text)),
        "^([0-9a-f]{2})*$" => hex::decode(text).is_ok() && text == text.to_lowercase(),
        "^[0-9]+\\.[0-9]{6}$" => {
            let (seconds, micros) = text.split_once('.').unwrap();
            digits(seconds) && digits(micros) && micros.len() == 6
        }
        other => panic!("unknown pattern {other}"),
    }
}

#[test]
fn every_report_keeps_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let broken = &vector("p384.tsr")[..200];
    let reports = [
        judge(&vector("p384.tsr"), &policy()),
        judge(&vector("pss.tst"), &policy()),
        judge_about(&vector("rsa.tsr"), b"other", &policy()),
        judge(broken, &policy()),
    ];
    for report in &reports {
        let json = to_json(report, Model::Etsi).unwrap();
        validate(&schema, &serde_json::from_str(&json).unwrap(), "report");
        assert!(json.ends_with("}\n"));
    }
}

#[test]
#[should_panic(expected = "is not in")]
fn the_test_itself_sees_what_is_wrong() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let json = to_json(&judge(&vector("p384.tsr"), &policy()), Model::GenTime).unwrap();
    let mut value: Value = serde_json::from_str(&json).unwrap();
    value["checks"][0]["status"] = "splendid".into();
    validate(&schema, &value, "report");
}
