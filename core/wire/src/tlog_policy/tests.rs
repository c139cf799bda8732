use super::*;
use crate::note::name::KeyName;

const LOG: &str = "log tsa.example/log1+5721a18c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

fn witness(number: u8) -> String {
    let name = format!("w{number}");
    let key = WitnessKey::ed25519(KeyName::new(&name).unwrap(), [number; 32]);
    format!("witness {name} {key} https://w{number}.example/")
}

fn parse(lines: &[&str]) -> Result<TlogPolicy, TlogPolicyError> {
    let mut all = vec![LOG.to_owned(), witness(1), witness(2), witness(3)];
    all.extend(lines.iter().map(|line| (*line).to_owned()));
    TlogPolicy::parse(&all.join("\n"))
}

fn met(policy: &TlogPolicy, witnesses: &[&str]) -> bool {
    policy.is_met_by(&witnesses.iter().copied().collect())
}

#[test]
fn counts_members_of_groups_of_groups() {
    let policy = parse(&[
        "# two operators, one of which has two witnesses",
        "group pair all w1 w2",
        "group any-operator any pair w3",
        "",
        "quorum any-operator",
    ])
    .unwrap();
    assert!(policy.wants_witnesses());
    assert!(met(&policy, &["w3"]));
    assert!(met(&policy, &["w1", "w2"]));
    assert!(!met(&policy, &["w1"]));
    assert!(!met(&policy, &[]));
    let two = parse(&["group g 2 w1 w2 w3", "quorum g"]).unwrap();
    assert!(met(&two, &["w1", "w3"]));
    assert!(!met(&two, &["w1", "other"]));
}

#[test]
fn no_quorum_is_met_by_nobody() {
    let policy = parse(&["quorum none"]).unwrap();
    assert!(!policy.wants_witnesses());
    assert!(met(&policy, &[]));
}

#[test]
fn one_key_does_not_count_twice() {
    let again = witness(1).replacen("w1", "other", 1);
    let repeated = Err(TlogPolicyError::Repeated { line: 5 });
    assert_eq!(parse(&[&again, "quorum none"]).map(drop), repeated);
}

#[test]
fn refuses_each_broken_line() {
    use TlogPolicyError::{Line, NoQuorum, Repeated, Threshold, Unknown};
    let rows: &[(&[&str], TlogPolicyError)] = &[
        (&["witnesses"], Line { line: 5 }),
        (&["group g any w9", "quorum g"], Unknown { line: 5 }),
        (&["group g any g", "quorum g"], Unknown { line: 5 }),
        (&["group g 4 w1 w2 w3", "quorum g"], Threshold { line: 5 }),
        (&["group g 0 w1", "quorum g"], Threshold { line: 5 }),
        (&["group g all", "quorum g"], Threshold { line: 5 }),
        (&["group w1 any w2", "quorum g"], Repeated { line: 5 }),
        (&["group g any w1 w1", "quorum g"], Repeated { line: 5 }),
        (&["quorum w1", "quorum w1"], Repeated { line: 6 }),
        (&["quorum w9"], Unknown { line: 5 }),
        (&[], NoQuorum),
    ];
    for (lines, error) in rows {
        assert_eq!(parse(lines).map(drop), Err(*error), "{lines:?}");
    }
    assert_eq!(
        TlogPolicy::parse("quorum none").map(drop),
        Err(TlogPolicyError::NoLog)
    );
}

#[test]
fn one_key_of_a_log_is_one_log() {
    let renamed = LOG.replace("log1+5721a18c", "log2+");
    let key = VerifierKey::parse(LOG.strip_prefix("log ").unwrap()).unwrap();
    let name = KeyName::new("tsa.example/log2").unwrap();
    let renamed = renamed.replace(
        renamed.strip_prefix("log ").unwrap(),
        &VerifierKey::ed25519(name, *key.public_key()).to_string(),
    );
    let repeated = Err(TlogPolicyError::Repeated { line: 5 });
    assert_eq!(parse(&[&renamed, "quorum none"]).map(drop), repeated);
}

#[test]
fn keeps_where_a_witness_takes_checkpoints() {
    let no_url = witness(4).replace(" https://w4.example/", "");
    let policy = parse(&[&no_url, "quorum none"]).unwrap();
    let found: Vec<_> = policy.witnesses().iter().map(PolicyWitness::url).collect();
    assert_eq!(found[0], Some("https://w1.example/"));
    assert_eq!(found[3], None);
    assert_eq!(policy.witnesses()[3].name(), "w4");
}

#[test]
fn takes_a_witness_of_either_kind() {
    let name = KeyName::new("w1").unwrap();
    let key = WitnessKey::ml_dsa_44(name, [1; 1312]);
    let policy = parse(&[&format!("witness pq {key}"), "quorum pq"]).unwrap();
    assert_eq!(policy.witnesses()[3].key(), &key);
    assert!(met(&policy, &["pq"]));
    assert!(!met(&policy, &["w1"]));
}

#[test]
fn takes_32_logs_witnesses_of_the_longest_keys_and_groups() {
    let mut text = String::new();
    for number in 0_u8..32 {
        let name = KeyName::new(&format!("{number}")).unwrap();
        let log = VerifierKey::ed25519(name.clone(), [number; 32]);
        let key = WitnessKey::ml_dsa_44(name, [number; 1312]);
        text += &format!("log {log} https://log.example/{number}\n");
        text += &format!("witness w{number} {key} https://w.example/{number}\n");
        text += &format!("group g{number} any w{number}\n");
    }
    let policy = TlogPolicy::parse(&(text + "quorum g31\n")).unwrap();
    assert!(met(&policy, &["w31"]));
    assert!(!met(&policy, &["w30"]));
}

#[test]
fn space_and_tab_are_the_only_control_characters() {
    let spaced = parse(&["\t group\tg  any\tw1 ", "  # note", " quorum \tg\t"]).unwrap();
    assert!(met(&spaced, &["w1"]));
    for line in [
        "quorum none\r",
        "quorum\u{c}none",
        "# \u{7f}",
        "quorum none\u{0}",
    ] {
        let refused = Err(TlogPolicyError::ControlCharacter { line: 5 });
        assert_eq!(parse(&[line]).map(drop), refused, "{line:?}");
    }
}
