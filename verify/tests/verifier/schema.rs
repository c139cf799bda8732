//! The published schema describes what `--json` writes.

use std::fs;

use meridian_verify::input::recognise;
use meridian_verify::policy::RevocationMode;
use meridian_verify::profile::Profile;
use meridian_verify::report::Report;
use meridian_verify::report::json::{LINE_SCHEMA, REPORT_SCHEMA, to_json};
use meridian_verify::verdict::Model;
use meridian_verify::verify::verify_timestamp;
use serde_json::Value;

use crate::program::Desk;
use crate::support::{instant, judge, judge_about, policy, shared, vector};

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

fn assert_keeps_the_schema(report: &Report) -> Value {
    let schema: Value = serde_json::from_str(REPORT_SCHEMA).unwrap();
    let json = to_json(report, Model::Etsi).unwrap();
    assert!(json.ends_with("}\n"));
    let value = serde_json::from_str(&json).unwrap();
    validate(&schema, &value, "report");
    value
}

#[test]
fn every_report_keeps_the_schema() {
    let broken = &vector("p384.tsr")[..200];
    let mut with_lists = policy();
    with_lists.crls = vec![vector("inter.crl"), vector("root.crl"), vector("old.crl")];
    let mut late = policy();
    late.at = instant("2150-01-01T00:00:00Z");
    let mut strict = policy();
    strict.adopt(Profile::Strict);
    for policy in [policy(), with_lists, late, strict] {
        for name in ["p256.tsr", "p384.tsr", "p521.tsr", "pss.tst", "rsa.tsr"] {
            assert_keeps_the_schema(&judge(&vector(name), &policy));
            assert_keeps_the_schema(&judge_about(&vector(name), b"other", &policy));
        }
        for name in ["revoked.tsr", "superseded.tsr"] {
            assert_keeps_the_schema(&judge(&vector(name), &policy));
        }
        assert_keeps_the_schema(&judge(broken, &policy));
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
fn collected_tokens_keep_the_schema_and_have_one_report_each() {
    let Some(folder) = shared("tokens") else {
        println!("skipped: not found");
        return;
    };
    let mut policy = policy();
    policy.revocation = RevocationMode::Require;
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let Ok(input) = recognise(&fs::read(entry.unwrap().path()).unwrap()) else {
            continue;
        };
        let report = verify_timestamp(&input, None, &policy);
        let value = assert_keeps_the_schema(&report);
        let again = verify_timestamp(&input, None, &policy);
        assert_eq!(assert_keeps_the_schema(&again), value);
        count += 1;
    }
    assert!(count > 900, "{count}");
}

#[test]
fn a_report_says_what_it_rests_on_and_until_when() {
    let mut policy = policy();
    policy.crls = vec![vector("inter.crl"), vector("root.crl")];
    let value = assert_keeps_the_schema(&judge(&vector("superseded.tsr"), &policy));
    assert_eq!(value["tool"]["name"], "meridian-verify");
    assert_eq!(value["policy"]["model"], "etsi");
    assert_eq!(value["inputs"][0]["role"], "token");
    assert_eq!(value["inputs"][1]["size"], "21");
    let path = value["paths"][0]["certificates"].as_array().unwrap();
    assert_eq!(path.len(), 3);
    assert_eq!(path[2]["subject"], path[1]["issuer"]);
    assert_eq!(
        value["revocation"][0]["answers"][0]["status"],
        "revoked_later"
    );
    assert_eq!(value["revocation"][0]["answers"][0]["reason"], "superseded");
    assert_eq!(value["revocation"][1]["answers"][0]["status"], "good");
    assert_eq!(value["expires"]["at"], "2100-01-01T00:00:00.000001Z");
    let uses = value["algorithms"].as_array().unwrap();
    assert!(uses.iter().all(|one| one["weak_since"] == Value::Null));
}

#[test]
fn an_algorithm_ends_or_ended_by_the_time_of_verification() {
    let mut policy = policy();
    let ends = |value: &Value, member: &str| {
        let uses = value["algorithms"].as_array().unwrap();
        let signature = uses
            .iter()
            .find(|one| one["use"] == "the signature on the token");
        signature.unwrap()[member].clone()
    };
    let value = assert_keeps_the_schema(&judge(&vector("rsa.tsr"), &policy));
    assert_eq!(ends(&value, "good_until"), "2029-01-01T00:00:00Z");
    assert_eq!(ends(&value, "weak_since"), Value::Null);
    assert_eq!(value["expires"]["at"], "2029-01-01T00:00:00Z");
    policy.at = instant("2029-01-01T00:00:00Z");
    let value = assert_keeps_the_schema(&judge(&vector("rsa.tsr"), &policy));
    assert_eq!(ends(&value, "good_until"), Value::Null);
    assert_eq!(ends(&value, "weak_since"), "2029-01-01T00:00:00Z");
}

#[test]
fn the_program_prints_its_schemas() {
    let desk = Desk::empty();
    let printed = |arguments: &[&str]| String::from_utf8(desk.run(arguments).stdout).unwrap();
    assert_eq!(printed(&["--schema"]), REPORT_SCHEMA);
    assert_eq!(printed(&["--schema", "report"]), REPORT_SCHEMA);
    assert_eq!(printed(&["--schema", "line"]), LINE_SCHEMA);
}

#[test]
#[should_panic(expected = "is not in")]
fn the_test_itself_sees_what_is_wrong() {
    let schema: Value = serde_json::from_str(REPORT_SCHEMA).unwrap();
    let json = to_json(&judge(&vector("p384.tsr"), &policy()), Model::GenTime).unwrap();
    let mut value: Value = serde_json::from_str(&json).unwrap();
    value["checks"][0]["status"] = "splendid".into();
    validate(&schema, &value, "report");
}
