//! Simulated, old, typed in, software.

use super::*;
use crate::device::{ACCEPTED_MS, CHALLENGE_AGE_MS, policy};

fn flags(items: &[EvidenceItem]) -> WarningFlags {
    judge(&context(), items).unwrap().flags
}

/// The tower without the member that says that it is not simulated.
fn silent() -> String {
    TOWER.replace(r#","mock":false"#, "")
}

#[test]
fn row_15_a_simulated_position_is_refused_also_beside_a_good_one() {
    let simulated = word(&TOWER.replace("false", "true"));
    for items in [
        vec![simulated.clone()],
        vec![word(TOWER), simulated.clone()],
        vec![simulated, word(TOWER)],
    ] {
        let refusal = judge(&context(), &items).unwrap_err();
        assert_eq!(refusal, Refusal::MockLocation);
        assert_eq!((refusal.code(), refusal.row()), ("mock-location", 15));
    }
}

#[test]
fn row_15_a_platform_that_says_nothing_is_flagged() {
    assert_eq!(flags(&[word(&silent())]), WarningFlags::MOCK_CAPABLE);
    assert_eq!(flags(&[word(TOWER)]), WarningFlags::NONE);
}

#[test]
fn row_16_a_fix_is_fresh_up_to_its_age_and_stale_a_millisecond_later() {
    let aged = |ms| tower(&taken_ms_ago(ms));
    assert_eq!(flags(&[aged(60_000)]), WarningFlags::NONE);
    assert_eq!(flags(&[aged(60_001)]), WarningFlags::STALE_FIX);
}

#[test]
fn row_16_a_stale_fix_is_taken_up_to_ten_times_the_age_and_refused_a_millisecond_later() {
    let aged = |ms| tower(&taken_ms_ago(ms));
    assert_eq!(flags(&[aged(600_000)]), WarningFlags::STALE_FIX);
    let refusal = judge(&context(), &[aged(600_001)]).unwrap_err();
    let stale = Refusal::EvidenceStale {
        age_ms: 600_001,
        limit_ms: 600_000,
    };
    assert_eq!(refusal, stale);
    assert_eq!((refusal.code(), refusal.row()), ("evidence-stale", 16));
}

#[test]
fn row_16_a_fix_may_be_ahead_by_the_skew_and_not_a_millisecond_more() {
    let ahead = |ms: i64| tower(&taken_ms_ago(-ms));
    let appraisal = judge(&context(), &[ahead(5_000)]).unwrap();
    assert_eq!(appraisal.flags, WarningFlags::NONE);
    assert_eq!(appraisal.observed.fix_time_ms(), ACCEPTED_MS + 5_000);
    let refusal = judge(&context(), &[ahead(5_001)]).unwrap_err();
    let future = Refusal::EvidenceFuture {
        ahead_ms: 5_001,
        limit_ms: 5_000,
    };
    assert_eq!(refusal, future);
    assert_eq!((refusal.code(), refusal.row()), ("evidence-future", 16));
    // Milliseconds, as browsers give them, are a date in the far future.
    let browser = tower(&format!(r#""timestamp":{}"#, ACCEPTED_MS / 8));
    assert_eq!(judge(&context(), &[browser]).unwrap_err().row(), 16);
}

#[test]
fn row_16_the_limits_are_the_policys() {
    let strict = policy(|document| {
        document.fix_age_ms = 2_000;
        document.stale_factor = 2;
        document.clock_skew_ms = 0;
    });
    let judge = |ms| appraise(&strict, &context(), &[tower(&taken_ms_ago(ms))], &means());
    assert_eq!(judge(2_000).unwrap().flags, WarningFlags::NONE);
    assert_eq!(judge(2_001).unwrap().flags, WarningFlags::STALE_FIX);
    assert_eq!(judge(4_000).unwrap().flags, WarningFlags::STALE_FIX);
    assert_eq!(judge(4_001).unwrap_err().code(), "evidence-stale");
    assert!(judge(0).is_ok());
    assert_eq!(judge(-1).unwrap_err().code(), "evidence-future");
}

#[test]
fn row_16_a_stale_item_beside_a_fresh_one_that_decides_is_no_warning() {
    let wide = TOWER.replace("6.5", "65");
    let stale = word(&format!("{wide},{}", taken_ms_ago(60_001)));
    assert_eq!(flags(&[stale, word(TOWER)]), WarningFlags::NONE);
    let gone = word(&format!("{wide},{}", taken_ms_ago(600_001)));
    assert!(judge(&context(), &[gone, word(TOWER)]).is_err());
}

#[test]
fn row_16_an_age_counts_from_acceptance_or_from_the_token() {
    let age = r#""age":30"#;
    let observed = judge(&context(), &[tower(age)]).unwrap().observed;
    assert_eq!(observed.fix_time_ms(), ACCEPTED_MS - 30_000);
    assert_eq!(i64::from(observed.max_error_ms()), CHALLENGE_AGE_MS);
    let device = Device::new();
    let context = device.context();
    let made = ACCEPTED_MS / 1_000 - 4;
    let location = format!("{TOWER},{age}");
    let token = device.jwt(&context, &location, &format!(r#","iat":{made}"#));
    let observed = judge(&context, &[token]).unwrap().observed;
    assert_eq!(observed.fix_time_ms(), ACCEPTED_MS - 34_000);
    assert_eq!(observed.max_error_ms(), 5_000);
}

#[test]
fn row_16_a_fix_without_a_time_is_of_now_and_uncertain_by_the_age_of_the_challenge() {
    let device = Device::new();
    let context = device.context();
    for evidence in [word(TOWER), device.jwt(&context, TOWER, "")] {
        let observed = judge(&context, &[evidence]).unwrap().observed;
        assert_eq!(observed.fix_time_ms(), ACCEPTED_MS);
        assert_eq!(i64::from(observed.max_error_ms()), CHALLENGE_AGE_MS);
        assert_eq!(i64::from(observed.challenge_age_ms()), CHALLENGE_AGE_MS);
    }
    let stated = tower(&taken_ms_ago(1_000));
    let observed = judge(&context, &[stated]).unwrap().observed;
    assert_eq!(observed.fix_time_ms(), ACCEPTED_MS - 1_000);
    assert_eq!(observed.max_error_ms(), 5_000);
}

#[test]
fn row_16_a_token_is_made_after_the_challenge_and_before_acceptance_give_or_take_the_skew() {
    let device = Device::new();
    let context = device.context();
    let verdict = |claim: &str, ms: i64| {
        let time = ACCEPTED_MS + ms;
        let (seconds, millis) = (time / 1_000, time % 1_000);
        let more = format!(r#","{claim}":{seconds}.{millis:03}"#);
        judge(&context, &[device.jwt(&context, TOWER, &more)]).map_err(|refusal| refusal.code())
    };
    let earliest = -CHALLENGE_AGE_MS - 5_000;
    for (claim, ms, refused) in [
        ("iat", earliest, None),
        ("iat", earliest - 1, Some("evidence-stale")),
        ("iat", 5_000, None),
        ("iat", 5_001, Some("evidence-future")),
        ("nbf", 5_000, None),
        ("nbf", 5_001, Some("evidence-future")),
        ("exp", -5_000, None),
        ("exp", -5_001, Some("evidence-stale")),
    ] {
        assert_eq!(verdict(claim, ms).err(), refused, "{claim} {ms}");
    }
}

#[test]
fn row_17_a_position_that_was_typed_in_is_flagged_or_refused() {
    let typed = word(&TOWER.replace("gnss", "manual"));
    let flagged = flags(std::slice::from_ref(&typed));
    assert_eq!(flagged, WarningFlags::MANUAL_ENTRY);
    let strict = policy(|document| document.allow_manual = false);
    for items in [vec![typed.clone()], vec![word(TOWER), typed]] {
        let refusal = appraise(&strict, &context(), &items, &means()).unwrap_err();
        assert_eq!((refusal.code(), refusal.row()), ("manual-entry", 17));
    }
}

#[test]
fn row_18_a_key_that_nothing_attests_is_a_software_key() {
    let device = Device::new();
    let context = device.context();
    let signed = [device.jwt(&context, TOWER, "")];
    let flags = judge(&context, &signed).unwrap().flags;
    assert_eq!(flags, WarningFlags::SOFTWARE_KEY);
}

#[test]
fn the_signed_position_decides_and_its_flags_hold() {
    let device = Device::new();
    let context = device.context();
    let wide = TOWER.replace("6.5", "50");
    let signed = device.jwt(&context, &wide, "");
    let typed = word(&silent().replace("gnss", "manual"));
    for items in [
        [signed.clone(), typed.clone()],
        [typed.clone(), signed.clone()],
    ] {
        let appraisal = judge(&context, &items).unwrap();
        assert_eq!(appraisal.position.point.radius_mm(), 50_000);
        assert_eq!(appraisal.flags, WarningFlags::SOFTWARE_KEY);
        let hashes: Vec<_> = appraisal.results.iter().map(|r| r.hash).collect();
        assert_eq!(hashes, items.each_ref().map(EvidenceItem::hash));
    }
}
