//! Attacks on the proof that a token is in the log.

use meridian_merkle::hash::Hash;
use meridian_verify::finding::Status;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::trust_list::TrustList;
use meridian_verify::verdict::Verdict;
use meridian_wire::leaf::Leaf;
use meridian_wire::oid;
use meridian_wire::tlog_policy::{TlogPolicy, TlogPolicyError};

use crate::forge::der::{attribute, integer, octets};
use crate::forge::log::{
    Entry, log_key, log_key_of, policy as log_policy, policy_text, witness_key,
};
use crate::forge::token::{Token, TstInfo};
use crate::forge::world::{GEN_TIME, NOW, WORLD, judge_under, tst_info};
use crate::support::{failed, instant, status};

const INDEX: u64 = 77;

/// The token's true entry.
fn entry() -> Entry {
    Entry::new(&WORLD.honest(), INDEX, instant(GEN_TIME))
}

fn with_proof(proof: String) -> VerifyPolicy {
    let mut policy = WORLD.policy();
    policy.log_key = Some(log_key());
    policy.require_log = true;
    policy.proof = Some(proof);
    policy
}

fn end(proof: String) -> Vec<String> {
    let report = judge_under(&WORLD.honest(), &with_proof(proof));
    let verdict = match failed(&report).is_empty() {
        true => Verdict::Passed,
        false => Verdict::Failed,
    };
    assert_eq!(report.models().gen_time, verdict);
    failed(&report)
}

fn second(at: &str) -> u64 {
    u64::try_from(instant(at).get() / 1_000_000).unwrap()
}

/// The true entry, seen by these witnesses, under a policy that wants two of three.
fn witnessed(cosigned: &[(u8, u64)]) -> Report {
    let mut entry = entry();
    entry.cosigned = cosigned.to_vec();
    let mut policy = with_proof(entry.proof());
    policy.log_policy = Some(log_policy(&["group g 2 w1 w2 w3", "quorum g"]));
    judge_under(&WORLD.honest(), &policy)
}

/// The same, with the second witness believed only in this time.
fn within(cosigned: &[(u8, u64)], from: &str, until: &str) -> Report {
    let mut entry = entry();
    entry.cosigned = cosigned.to_vec();
    let mut policy = with_proof(entry.proof());
    policy.log_policy = Some(log_policy(&["group g 2 w1 w2 w3", "quorum g"]));
    let bound = |name: &str, time: &str| match time {
        "" => String::new(),
        time => format!(r#", "{name}": "{time}""#),
    };
    let (key, from, until) = (witness_key(2), bound("from", from), bound("until", until));
    let text = format!(r#"{{"version": 1, "witnesses": [{{"key": "{key}"{from}{until}}}]}}"#);
    policy.witness_windows = TrustList::parse(&text).unwrap().witnesses;
    judge_under(&WORLD.honest(), &policy)
}

#[test]
fn n10_a_true_proof_of_another_entry() {
    assert_eq!(end(entry().proof()), [""; 0]);
    // Of another token with the same number, and of the same token's time with other content.
    let other = WORLD.token(&TstInfo::about(b"other", GEN_TIME));
    let other = other.signed(&WORLD.unit_key);
    let proof = Entry::new(&other, INDEX, instant(GEN_TIME)).proof();
    assert_eq!(end(proof), ["V092"]);
    // Of an entry of another number.
    let proof = Entry::new(&WORLD.honest(), INDEX + 1, instant(GEN_TIME)).proof();
    assert_eq!(end(proof), ["V092"]);
    // A true checkpoint and way, and a leaf of the attacker's beside them.
    let mut swapped = entry();
    swapped.leaf = Leaf::time_stamp(instant(GEN_TIME), [7; 32]);
    assert_eq!(end(swapped.proof()), ["V091", "V092"]);
}

#[test]
fn n11_a_proof_that_cannot_be_read() {
    let proof = entry().proof();
    for cut in 0..proof.len() {
        if proof.is_char_boundary(cut) {
            assert!(!end(proof[..cut].to_owned()).is_empty(), "{cut}");
        }
    }
    for broken in [
        proof.replace("index 77", "index 077"),
        proof.replace("index 77", "index -1"),
        proof.replace("index 77", "index 18446744073709551693"),
        proof.replace("@v1", "@v2"),
        proof.replace('\n', "\r\n"),
        format!("{proof}\n"),
        format!(" {proof}"),
    ] {
        assert_ne!(broken, proof);
        assert_eq!(end(broken), ["V090"]);
    }
}

#[test]
fn n13_one_witness_counts_once() {
    let seen = second(GEN_TIME);
    assert_eq!(failed(&witnessed(&[(1, seen), (2, seen)])), [""; 0]);
    assert_eq!(failed(&witnessed(&[(1, seen), (1, seen)])), ["V093"]);
    assert_eq!(
        failed(&witnessed(&[(1, seen), (1, seen + 1), (1, seen + 2)])),
        ["V093"]
    );
    // One key under two names is no policy.
    let twice = format!("witness other {}", witness_key(1));
    let text = policy_text(&[&twice, "quorum other"]);
    let refused = TlogPolicy::parse(&text).map(drop);
    assert_eq!(refused, Err(TlogPolicyError::Repeated { line: 5 }));
    let text = policy_text(&["group g 2 w1 w1", "quorum g"]);
    let refused = TlogPolicy::parse(&text).map(drop);
    assert_eq!(refused, Err(TlogPolicyError::Repeated { line: 5 }));
}

#[test]
fn n14_a_key_outside_of_its_time() {
    // The window that the caller gives a witness: its word counts from the first second on, and
    // not from the last.
    let honest = [(1, second(GEN_TIME)), (2, second(GEN_TIME))];
    assert_eq!(failed(&within(&honest, "", "")), [""; 0]);
    let (day, next) = ("2026-06-15T12:00:00Z", "2026-06-15T12:00:01Z");
    assert_eq!(failed(&within(&honest, day, next)), [""; 0]);
    assert_eq!(failed(&within(&honest, next, "")), ["V093"]);
    assert_eq!(failed(&within(&honest, "", day)), ["V093"]);
    // A word inside of it beside one outside counts, from its own time on.
    let both = [honest[0], honest[1], (2, second(GEN_TIME) + 60)];
    let report = within(&both, next, "");
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(report.exists_since(), Some(instant("2026-06-15T12:01:00Z")));
    // Nobody's word is from the future.
    let seen = second(NOW);
    assert_eq!(failed(&witnessed(&[(1, seen), (2, seen)])), [""; 0]);
    assert_eq!(failed(&witnessed(&[(1, seen), (2, seen + 1)])), ["V093"]);
    // And the unit's certificate: one second outside of it at either end, accuracy included.
    let at = |time: &str| {
        let token = WORLD.token(&TstInfo::about(crate::forge::world::DATA, time));
        let mut policy = WORLD.policy();
        policy.at = instant("2040-01-01T00:00:00Z");
        failed(&judge_under(&token.signed(&WORLD.unit_key), &policy))
    };
    assert_eq!(at("2026-01-01T00:00:01Z"), [""; 0]);
    assert_eq!(at("2026-01-01T00:00:00Z"), ["V065", "V080"]);
    assert_eq!(at("2035-12-31T23:59:58Z"), [""; 0]);
    assert_eq!(at("2035-12-31T23:59:59Z"), ["V065", "V080"]);
}

#[test]
fn n61_two_trees_of_one_size() {
    let seen = second(GEN_TIME);
    let real = entry().cosigned(1, seen).cosigned(2, seen);
    // The log signs another root for the same size; the way leads to the first.
    let mut split = real.clone();
    split.root = Hash::from_bytes([0xee; 32]);
    assert_eq!(end(split.proof()), ["V091"]);
    // The witnesses saw the other tree: their lines do not fit under this one.
    let log_line = real.lines()[0].clone();
    let moved = [&[log_line][..], &split.lines()[1..]].concat();
    let mut policy = with_proof(real.proof_with(&moved));
    policy.log_policy = Some(log_policy(&["group g 2 w1 w2 w3", "quorum g"]));
    assert_eq!(failed(&judge_under(&WORLD.honest(), &policy)), ["V093"]);
    // And neither does the log's.
    let moved = [&split.lines()[..1], &real.lines()[1..]].concat();
    assert_eq!(end(real.proof_with(&moved)), ["V090"]);
}

#[test]
fn n62_a_proof_for_another_place_or_another_size() {
    // The index is the one of the number 77; 76 and 78 have as many steps in a tree of 78 or 79.
    for index in [INDEX - 1, INDEX + 1] {
        let mut moved = entry();
        moved.index = index;
        assert!(end(moved.proof()).contains(&"V091".to_owned()), "{index}");
    }
    // Another size under the same root: the steps no longer fit, or lead elsewhere.
    for size in [INDEX + 2, 128, 1 << 20] {
        let mut other = entry();
        other.size = size;
        assert_eq!(end(other.proof()), ["V091"], "{size}");
    }
    // One step less, one more, none, the same ones in another order.
    let honest = entry();
    let count = honest.siblings.len();
    let mut reversed = honest.siblings.clone();
    reversed.reverse();
    let longer = [&honest.siblings[..], &[Hash::from_bytes([9; 32])]].concat();
    for siblings in [
        honest.siblings[..count - 1].to_vec(),
        honest.siblings[1..].to_vec(),
        longer,
        Vec::new(),
        reversed,
    ] {
        let mut other = honest.clone();
        other.siblings = siblings;
        assert_eq!(end(other.proof()), ["V091"]);
    }
}

#[test]
fn n62_a_proof_from_another_of_the_authoritys_logs() {
    let of_log = |number: u8| {
        let mut info = tst_info();
        info.serial = integer(&[number, 0, 0, 0, 0, 0, 0, 0, 77]);
        WORLD.token(&info).signed(&WORLD.unit_key)
    };
    let ids = |token: &[u8], origin: &str| {
        let mut entry = Entry::new(token, INDEX, instant(GEN_TIME));
        entry.origin = origin.to_owned();
        let mut policy = with_proof(entry.proof());
        policy.log_key = Some(log_key_of(origin));
        failed(&judge_under(token, &policy))
    };
    assert_eq!(ids(&of_log(2), "log.example/forge/2"), [""; 0]);
    for other in [
        "log.example/forge",
        "log.example/forge/1",
        "log.example/forge/22",
    ] {
        assert_eq!(ids(&of_log(2), other), ["V092"], "{other}");
    }
    assert_eq!(ids(&of_log(0), "log.example/forge"), [""; 0]);
    // A number that no log can have.
    let mut info = tst_info();
    info.serial = integer(&[&[1][..], &[0; 15], &[77]].concat());
    let token = WORLD.token(&info).signed(&WORLD.unit_key);
    assert_eq!(ids(&token, "log.example/forge"), ["V092"]);
}

#[test]
fn n63_a_checkpoint_from_before_the_entry() {
    // This verifier keeps no memory of checkpoints; that one is older than what it is to prove
    // can be told from its size.
    for size in [INDEX, 1] {
        let mut older = entry();
        older.size = size;
        assert_eq!(end(older.proof()), ["V091"], "{size}");
    }
}

#[test]
fn n64_a_witness_that_saw_the_future() {
    let (seen, now) = (second(GEN_TIME), second(NOW));
    let ids = |times: &[(u8, u64)]| failed(&witnessed(times));
    assert_eq!(ids(&[(1, seen), (2, now + 1)]), ["V093"]);
    assert_eq!(ids(&[(1, seen), (2, u64::MAX)]), ["V093"]);
    assert_eq!(ids(&[(1, seen), (2, 1 << 63)]), ["V093"]);
    // Its honest line beside that counts.
    assert_eq!(ids(&[(1, seen), (2, u64::MAX), (2, now)]), [""; 0]);
    let report = witnessed(&[(1, seen), (2, u64::MAX), (2, now)]);
    assert_eq!(status(&report, 93), Some(Status::Passed));
}

#[test]
fn n65_a_token_that_was_dressed_otherwise() {
    let policy = with_proof(entry().proof());
    let signature = {
        let token = WORLD.token(&tst_info());
        WORLD.unit_key.sign(&token.signed_set())
    };
    let dressed = |change: fn(&mut Token)| {
        let mut token = WORLD.token(&tst_info());
        change(&mut token);
        token.with_signature(&signature)
    };
    let others = [
        dressed(|token| token.unsigned = vec![attribute(&oid::BASE, &[octets(b"more")])]),
        dressed(|token| token.certificates = vec![WORLD.unit.clone(), WORLD.ca.clone()]),
        dressed(|token| token.certificates = vec![WORLD.ca.clone(), WORLD.unit.clone()]),
        crate::forge::token::response(0, &WORLD.honest()),
        [&[0x30, 0x80], &WORLD.honest()[4..], &[0, 0]].concat(),
    ];
    assert_eq!(failed(&judge_under(&WORLD.honest(), &policy)), [""; 0]);
    for other in &others {
        assert_ne!(*other, WORLD.honest());
        let report = judge_under(other, &policy);
        assert_eq!(status(&report, 92), Some(Status::Passed));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    }
    // Without certificates: the caller has the unit's.
    let mut policy = policy;
    policy.intermediates.push(WORLD.unit.clone());
    let bare = dressed(|token| token.certificates.clear());
    assert_eq!(
        judge_under(&bare, &policy).models().gen_time,
        Verdict::Passed
    );
}
