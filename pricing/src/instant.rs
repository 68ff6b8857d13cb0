//! Instants: microseconds since 1970-01-01 00:00 UTC.
//!
//! Not here: a clock (time is always an argument), calendars, text.

/// A point in time, in microseconds since the epoch in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);

impl Instant {
    /// Before everything.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything.
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// As microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
}
