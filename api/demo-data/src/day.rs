//! A calendar day, as far as the demo data need one. No clock, no time zones.

use std::fmt;

/// Days since 1970-01-01 in the Gregorian calendar; prints as `2026-11-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date; the month counts from 1 and both must exist in the calendar.
    pub fn new(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
    }

    /// Year, month and day of the month.
    pub fn date(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
    }

    /// 0 is Monday.
    pub fn weekday(self) -> usize {
        (self.0 + 3).rem_euclid(7) as usize
    }

    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Monday to Friday, and not one of the days on which nobody orders anywhere.
    pub(super) fn is_business_day(self) -> bool {
        let (_, month, day) = self.date();
        self.weekday() < 5 && !matches!((month, day), (1, 1) | (12, 25 | 26))
    }

    /// Easter Sunday of a year.
    pub(super) fn easter(year: i32) -> Self {
        let (golden, century, rest) = (year % 19, year / 100, year % 100);
        let moon_shift = (century - (century + 8) / 25 + 1) / 3;
        let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
        let to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
        let late = (golden + 11 * epact + 22 * to_sunday) / 451;
        let day = epact + to_sunday - 7 * late + 114;
        Self::new(year, day / 31, day % 31 + 1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn dates_survive_the_round_trip() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = Day(days).date();
            assert_eq!(Day::new(year, month, day), Day(days));
        }
    }

    #[test]
    fn known_days_fall_where_they_should() {
        assert_eq!(Day::new(2026, 11, 21).weekday(), 5);
        assert_eq!(Day::new(1970, 1, 1).0, 0);
        assert_eq!(Day::new(2024, 2, 29).to_string(), "2024-02-29");
        assert_eq!(Day::easter(2026).to_string(), "2026-04-05");
    }
}
