//! How many coupons an account may try.
//!
//! A coupon's code is its only protection, so nobody may try codes until one works. Each code that an account names for the first time
//! costs it one of its tries, whether it exists or not; naming it again is free. Tries come back with time. Each process counts its own.

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, Instant};
use parking_lot::Mutex;
use store::clock;

/// Codes an account may name at once, and after how long one more may be named, in microseconds.
const TRIES: i64 = 20;
const COMES_BACK: i64 = 180 * clock::SECOND;
/// Accounts and codes that are remembered at most; those named longest ago are forgotten first.
const ACCOUNTS: usize = 50_000;
const CODES: usize = 200;

/// The tries of all accounts.
#[derive(Debug, Default)]
pub(super) struct CouponTries(Mutex<AHashMap<AccountId, Tries>>);

#[derive(Debug)]
struct Tries {
    named: AHashSet<String>,
    left: i64,
    counted_at: Instant,
}

impl CouponTries {
    /// Takes a try for each coupon that the account has not named before; gives after how many seconds there is one when there is none.
    pub(super) fn take(&self, account: AccountId, coupons: &[String], now: Instant) -> Result<(), u64> {
        if coupons.is_empty() {
            return Ok(());
        }
        let mut accounts = self.0.lock();
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(&account) {
            let oldest = accounts.iter().min_by_key(|(_, tries)| tries.counted_at.0).map(|(id, _)| *id);
            oldest.and_then(|oldest| accounts.remove(&oldest));
        }
        let tries = accounts.entry(account).or_insert_with(|| Tries { named: AHashSet::new(), left: TRIES, counted_at: now });
        let back = (now.0 - tries.counted_at.0).max(0) / COMES_BACK;
        tries.left = (tries.left + back).min(TRIES);
        tries.counted_at.0 += back * COMES_BACK;
        if tries.left == TRIES {
            tries.counted_at = now;
        }
        for coupon in coupons {
            let code = coupon.to_ascii_uppercase();
            if tries.named.contains(&code) {
                continue;
            }
            if tries.left == 0 {
                return Err((COMES_BACK / clock::SECOND).unsigned_abs());
            }
            tries.left -= 1;
            if tries.named.len() >= CODES {
                tries.named.clear();
            }
            tries.named.insert(code);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_codes_cost_a_try_and_known_ones_do_not() {
        let (tries, now) = (CouponTries::default(), clock::now());
        let code = |n: i64| vec![format!("code-{n}")];
        for n in 0..TRIES {
            assert_eq!(tries.take(AccountId(1), &code(n), now), Ok(()));
        }
        assert!(tries.take(AccountId(1), &code(TRIES), now).is_err());
        assert_eq!(tries.take(AccountId(1), &["CODE-3".to_owned()], now), Ok(()), "named before");
        assert_eq!(tries.take(AccountId(2), &code(TRIES), now), Ok(()), "of another account");
        let later = clock::later(now, COMES_BACK);
        assert_eq!(tries.take(AccountId(1), &code(TRIES), later), Ok(()));
        assert!(tries.take(AccountId(1), &code(TRIES + 1), later).is_err());
    }
}
