//! The days and times at which a warehouse ships: working days, holidays, cut-off time and UTC offset.
//!
//! Pure: time is an argument. Not here: transit times of carriers, and daylight saving time (a warehouse has one UTC offset,
//! which staff change with the season).

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use entity::{Instant, warehouses};

use store::clock::SECOND;

const MINUTE: i64 = 60 * SECOND;
/// Largest number of days until the next shipping day.
const HORIZON_DAYS: u32 = 3_660;

/// The shipping days of a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Whether the warehouse ships on each day of the week, Monday first.
    pub works: [bool; 7],
    /// Days on which nothing ships, sorted.
    pub holidays: Vec<NaiveDate>,
    /// Orders placed up to this minute of the local day ship on the same day.
    pub cutoff_minutes: i32,
    /// Minutes the local clock is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Calendar {
    /// The calendar of a warehouse.
    pub fn of(row: &warehouses::Model) -> Self {
        Self::read(&row.working_days, &row.holidays, row.cutoff_minutes, row.utc_offset_minutes)
    }

    /// Reads the columns of a warehouse: seven digits, Monday first, `1` for a working day; dates separated by commas.
    pub fn read(working_days: &str, holidays: &str, cutoff_minutes: i32, utc_offset_minutes: i32) -> Self {
        let mut works = [false; 7];
        for (day, digit) in works.iter_mut().zip(working_days.bytes()) {
            *day = digit == b'1';
        }
        let mut holidays: Vec<NaiveDate> = holidays.split(',').filter_map(|day| day.parse().ok()).collect();
        holidays.sort_unstable();
        Self { works, holidays, cutoff_minutes, utc_offset_minutes }
    }

    /// The working days as they are stored.
    pub fn working_days_stored(&self) -> String {
        self.works.iter().map(|works| if *works { '1' } else { '0' }).collect()
    }

    /// The holidays as they are stored.
    pub fn holidays_stored(&self) -> String {
        let days: Vec<String> = self.holidays.iter().map(NaiveDate::to_string).collect();
        days.join(",")
    }

    /// When goods that are ready at `ready` ship: at the cut-off of that day if it is a working day and the cut-off has not
    /// passed, otherwise at the cut-off of the next working day. None when there is no working day within ten years.
    pub fn ships_at(&self, ready: Instant) -> Option<Instant> {
        let offset = i64::from(self.utc_offset_minutes) * MINUTE;
        let local = DateTime::from_timestamp_micros(ready.0.checked_add(offset)?)?;
        let past_cutoff = i64::from(self.cutoff_minutes) * MINUTE
            < local.time().signed_duration_since(chrono::NaiveTime::MIN).num_microseconds()?;
        let mut day = local.date_naive();
        if past_cutoff {
            day = day.checked_add_days(Days::new(1))?;
        }
        for _ in 0..HORIZON_DAYS {
            if self.is_working(day) {
                let midnight = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros();
                return Some(Instant(midnight + i64::from(self.cutoff_minutes) * MINUTE - offset));
            }
            day = day.checked_add_days(Days::new(1))?;
        }
        None
    }

    fn is_working(&self, day: NaiveDate) -> bool {
        self.works[day.weekday().num_days_from_monday() as usize] && self.holidays.binary_search(&day).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant(DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_micros())
    }

    fn kassel() -> Calendar {
        Calendar::read("1111100", "2026-12-25,2026-12-26,2027-01-01", 15 * 60, 60)
    }

    #[test]
    fn ships_on_working_days_up_to_the_cutoff() {
        // 15:00 in Kassel is 14:00 UTC. 2026-11-20 is a Friday.
        let cases = [
            ("2026-11-20T08:00:00Z", "2026-11-20T14:00:00Z"),
            ("2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"),
            ("2026-11-20T14:00:01Z", "2026-11-23T14:00:00Z"),
            ("2026-11-21T08:00:00Z", "2026-11-23T14:00:00Z"),
            // Sunday 23:30 UTC is Monday in Kassel.
            ("2026-11-22T23:30:00Z", "2026-11-23T14:00:00Z"),
            // Christmas on a Friday, then a weekend.
            ("2026-12-24T15:00:00Z", "2026-12-28T14:00:00Z"),
            ("2026-12-31T16:00:00Z", "2027-01-04T14:00:00Z"),
        ];
        for (ready, leaves) in cases {
            assert_eq!(kassel().ships_at(at(ready)), Some(at(leaves)), "{ready}");
        }
    }

    #[test]
    fn offsets_reach_across_midnight() {
        let auckland = Calendar { utc_offset_minutes: 780, ..kassel() };
        assert_eq!(auckland.ships_at(at("2026-11-22T12:00:00Z")), Some(at("2026-11-23T02:00:00Z")));
        let honolulu = Calendar { utc_offset_minutes: -600, ..kassel() };
        assert_eq!(honolulu.ships_at(at("2026-11-21T05:00:00Z")), Some(at("2026-11-24T01:00:00Z")));
    }

    #[test]
    fn without_working_days_nothing_ships() {
        assert_eq!(Calendar { works: [false; 7], ..kassel() }.ships_at(at("2026-11-20T08:00:00Z")), None);
        assert_eq!(kassel().ships_at(Instant(i64::MAX)), None);
        assert_eq!(kassel().ships_at(Instant(i64::MIN)), None);
    }

    #[test]
    fn reads_what_it_stores() {
        let calendar = kassel();
        let again = Calendar::read(&calendar.working_days_stored(), &calendar.holidays_stored(), 15 * 60, 60);
        assert_eq!(again, calendar);
        assert_eq!(Calendar::read("0000000", "", 0, 0).holidays_stored(), "");
    }
}
