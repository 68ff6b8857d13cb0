//! What a job is, and when one that failed is tried again.

use entity::{BackgroundJobId, Instant};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::{SECOND, later};

/// Work to be done in the background. Its fields are stored as JSON, so a release must read what the one before it has stored.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which it is stored; never changes.
    const KIND: &'static str;
    /// How many times it is tried before it is dead.
    const MAX_ATTEMPTS: i32 = 12;
}

/// An error after which trying again is of no use: the job is dead at once.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GiveUp(pub String);

/// The delay after the first failure, and the longest one.
const FIRST_DELAY: i64 = 5 * SECOND;
const LONGEST_DELAY: i64 = 3_600 * SECOND;

/// The delay after the failure of attempt number `attempts`, in microseconds: it doubles each time up to an hour, less up to half of
/// it. The part taken off follows from the job's id, so that jobs which failed together are not tried again together.
pub fn retry_delay(id: BackgroundJobId, attempts: i32) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let full = (FIRST_DELAY << doublings).min(LONGEST_DELAY);
    full - (scattered(id.0 as u64 ^ ((attempts as u64) << 56)) % (full as u64 / 2)) as i64
}

/// When a job that failed now is due again.
pub(super) fn retry_at(id: BackgroundJobId, attempts: i32, now: Instant) -> Instant {
    later(now, retry_delay(id, attempts))
}

/// A number that differs widely between neighbours (the finaliser of splitmix64).
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
