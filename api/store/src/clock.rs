//! The time of day. Commands receive `now` as an argument or from their transaction; only this file asks the machine.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant as Monotonic, SystemTime, UNIX_EPOCH};

use entity::Instant;

/// Microseconds in a second and in a day.
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// The present instant; never earlier than one given before by this process. When the machine's clock is set back, time goes on from
/// where it was at its usual pace, until the clock has caught up or the process starts again.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Instant {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
    Instant(CLOCK.at(wall, STARTED.elapsed().as_micros() as i64))
}

static CLOCK: Clock = Clock { ahead: AtomicI64::new(i64::MIN), last: AtomicI64::new(0) };
static STARTED: LazyLock<Monotonic> = LazyLock::new(Monotonic::now);

/// What makes a time that goes on of one that may be set back.
struct Clock {
    /// The largest difference seen between the machine's clock and the time since the process started.
    ahead: AtomicI64,
    last: AtomicI64,
}

impl Clock {
    /// The present time, when the machine says `wall` and `steady` has gone since the start; all in microseconds.
    fn at(&self, wall: i64, steady: i64) -> i64 {
        let difference = wall - steady;
        let ahead = self.ahead.fetch_max(difference, Ordering::Relaxed).max(difference);
        let now = steady + ahead;
        now.max(self.last.fetch_max(now, Ordering::Relaxed))
    }
}

/// An instant some microseconds later.
pub fn later(at: Instant, micros: i64) -> Instant {
    Instant(at.0.saturating_add(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_when_the_clock_is_set_back_and_jumps_when_it_is_set_forward() {
        let clock = Clock { ahead: AtomicI64::new(i64::MIN), last: AtomicI64::new(0) };
        assert_eq!(clock.at(1_000_000, 0), 1_000_000);
        assert_eq!(clock.at(1_000_010, 10), 1_000_010);
        assert_eq!(clock.at(400_000, 20), 1_000_020, "set back by 0.6 s");
        assert_eq!(clock.at(400_100, 120), 1_000_120, "it does not stand still");
        assert_eq!(clock.at(2_000_000, 130), 2_000_000, "set forward");
        assert_eq!(clock.at(2_000_000, 125), 2_000_000, "another thread was faster");
    }
}
