//! [`Rate`]: how much one key and one address may ask for in a minute. No limit unless set.
//!
//! The generic cell rate algorithm (ITU-T I.371, Annex A): for each caller one instant, until
//! which its requests are paid for. A full minute may come at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::refusal::LocationRefusal;

const MINUTE_US: i64 = 60_000_000;

/// The limits of an authority.
#[derive(Debug)]
pub(super) struct Rate {
    keys: Option<Limiter<Digest32>>,
    addresses: Option<Limiter<IpAddr>>,
}

impl Rate {
    pub(super) fn new(per_key: Option<NonZeroU32>, per_address: Option<NonZeroU32>) -> Self {
        Self {
            keys: per_key.map(Limiter::new),
            addresses: per_address.map(Limiter::new),
        }
    }

    pub(super) fn address(&self, address: IpAddr, now: UnixMicros) -> Result<(), LocationRefusal> {
        check(self.addresses.as_ref(), network(address), now)
    }

    pub(super) fn key(&self, key: &Digest32, now: UnixMicros) -> Result<(), LocationRefusal> {
        check(self.keys.as_ref(), *key, now)
    }

    /// Forgets who has been silent for a minute: else each address that ever came costs memory.
    pub(super) fn forget(&self, now: UnixMicros) {
        if let Some(keys) = &self.keys {
            keys.forget(now);
        }
        if let Some(addresses) = &self.addresses {
            addresses.forget(now);
        }
    }
}

fn check<K: Eq + Hash>(
    limiter: Option<&Limiter<K>>,
    caller: K,
    now: UnixMicros,
) -> Result<(), LocationRefusal> {
    match limiter {
        Some(limiter) if !limiter.admits(caller, now) => Err(LocationRefusal::Rate),
        _ => Ok(()),
    }
}

/// One limit for many callers.
#[derive(Debug)]
struct Limiter<K> {
    /// What one request costs.
    interval_us: i64,
    paid_until: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> Limiter<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        Self {
            interval_us: MINUTE_US / i64::from(per_minute.get()),
            paid_until: Mutex::new(HashMap::new()),
        }
    }

    fn admits(&self, caller: K, now: UnixMicros) -> bool {
        let now = now.get();
        let mut all = self
            .paid_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let paid_until = all.entry(caller).or_insert(now);
        let after = (*paid_until).max(now).saturating_add(self.interval_us);
        let admitted = after.saturating_sub(now) <= MINUTE_US;
        if admitted {
            *paid_until = after;
        }
        admitted
    }

    fn forget(&self, now: UnixMicros) {
        let mut all = self
            .paid_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, paid_until| *paid_until > now.get());
    }
}

/// One subscriber: an IPv4 address, or the 64 bits of an IPv6 address that a network gives out.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixMicros {
        UnixMicros::new(1_772_366_400_000_000 + seconds * 1_000_000)
    }

    fn rate(text: &str, rate: &Rate, seconds: i64) -> bool {
        rate.address(text.parse().unwrap(), at(seconds)).is_ok()
    }

    #[test]
    fn there_is_no_limit_unless_one_is_set() {
        let unlimited = Rate::new(None, None);
        assert!((0..1_000).all(|_| rate("192.0.2.1", &unlimited, 0)));
        assert!((0..1_000).all(|_| unlimited.key(&[1; 32], at(0)).is_ok()));
    }

    #[test]
    fn each_address_and_each_key_has_its_own_minute() {
        let two = Rate::new(NonZeroU32::new(2), NonZeroU32::new(2));
        assert!(rate("192.0.2.1", &two, 0) && rate("192.0.2.1", &two, 0));
        assert!(!rate("192.0.2.1", &two, 0));
        assert!(rate("192.0.2.2", &two, 0));
        let key = |number| two.key(&[number; 32], at(0));
        assert!(key(1).is_ok() && key(1).is_ok() && key(2).is_ok());
        assert_eq!(key(1).unwrap_err().problem().code(), "rate");
    }

    #[test]
    fn what_was_used_comes_back_with_time() {
        let two = Rate::new(None, NonZeroU32::new(2));
        assert!(rate("192.0.2.1", &two, 0) && rate("192.0.2.1", &two, 0));
        assert!(!rate("192.0.2.1", &two, 29));
        assert!(rate("192.0.2.1", &two, 30));
        assert!(!rate("192.0.2.1", &two, 30));
        // A clock that was set back takes nothing and gives nothing.
        assert!(!rate("192.0.2.1", &two, -3_600));
        assert!((0..2).all(|_| rate("192.0.2.1", &two, 3_600)));
    }

    #[test]
    fn who_was_silent_is_forgotten_and_who_was_not_is_not() {
        let one = Rate::new(None, NonZeroU32::new(1));
        assert!(rate("192.0.2.1", &one, 0) && rate("192.0.2.2", &one, 30));
        one.forget(at(61));
        let known = one
            .addresses
            .as_ref()
            .unwrap()
            .paid_until
            .lock()
            .unwrap()
            .len();
        assert_eq!(known, 1);
        assert!(!rate("192.0.2.2", &one, 61));
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_one() {
        let one = Rate::new(None, NonZeroU32::new(1));
        assert!(rate("2001:db8::1", &one, 0));
        assert!(!rate("2001:db8::2", &one, 0));
        assert!(rate("2001:db8:0:1::1", &one, 0));
    }
}
