//! The time of day. Commands receive `now` as an argument or from their transaction; only this file asks the machine.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use entity::Instant;

static LAST: AtomicI64 = AtomicI64::new(0);

/// Microseconds in a second and in a day.
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// The present instant; never earlier than one given before by this process.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Instant {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64);
    let last = LAST.fetch_max(micros, Ordering::Relaxed);
    Instant(micros.max(last))
}

/// An instant some microseconds later.
pub fn later(at: Instant, micros: i64) -> Instant {
    Instant(at.0.saturating_add(micros))
}
