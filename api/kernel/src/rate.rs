//! Request limits: a token bucket per principal (or address, before somebody is known), so that one client's loop does not
//! slow everybody down. Each process keeps its own buckets; with Redis the limit holds over all of them ([`super::redis_link`]).

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

/// A bucket: how many requests are left, and when that was counted.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
    used: u32,
}

/// The limits of this process.
#[derive(Clone, Debug)]
pub struct Rates {
    per_second: f64,
    burst: f64,
    buckets: moka::sync::Cache<String, Arc<Mutex<Bucket>>, ahash::RandomState>,
}

impl Rates {
    /// So many requests a second for each caller, with a burst of ten seconds' worth; 0 means no limit.
    pub fn new(per_second: u32) -> Self {
        let buckets = moka::sync::Cache::builder()
            .max_capacity(50_000)
            .time_to_idle(std::time::Duration::from_mins(2))
            .build_with_hasher(ahash::RandomState::default());
        Self { per_second: f64::from(per_second), burst: f64::from(per_second) * 10.0, buckets }
    }

    /// Takes one request from the caller's bucket, or says in how many seconds there will be one.
    pub fn take(&self, caller: &str) -> Result<(), u64> {
        if self.per_second <= 0.0 {
            return Ok(());
        }
        let now = Instant::now();
        let bucket = match self.buckets.get(caller) {
            Some(bucket) => bucket,
            None => {
                self.buckets.get_with(caller.to_owned(), || Arc::new(Mutex::new(Bucket { left: self.burst, at: now, used: 0 })))
            }
        };
        let mut bucket = bucket.lock();
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        bucket.left = (bucket.left + gained).min(self.burst);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            bucket.used += 1;
            Ok(())
        } else {
            Err(((1.0 - bucket.left) / self.per_second).ceil().max(1.0) as u64)
        }
    }

    /// What each caller used since this was asked last.
    pub fn used_since_last_asked(&self) -> Vec<(String, u32)> {
        let mut used = Vec::new();
        for (caller, bucket) in &self.buckets {
            let taken = std::mem::take(&mut bucket.lock().used);
            if taken > 0 {
                used.push((caller.as_ref().clone(), taken));
            }
        }
        used
    }

    /// Takes from a caller's bucket what it used in other processes.
    pub fn used_elsewhere(&self, caller: &str, requests: u64) {
        if let Some(bucket) = self.buckets.get(caller) {
            let mut bucket = bucket.lock();
            bucket.left = (bucket.left - requests as f64).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_over_the_limit_waits_and_others_do_not() {
        let rates = Rates::new(1);
        for _ in 0..10 {
            assert_eq!(rates.take("a"), Ok(()));
        }
        assert_eq!(rates.take("a"), Err(1));
        assert_eq!(rates.take("b"), Ok(()));
    }
}
