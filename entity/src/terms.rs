//! Payment terms and the dates that follow from them.
//!
//! `NET30` is due 30 days after the invoice; `2-10-NET30` gives 2 percent off within 10 days ("2/10 net 30"); `EOM30` is due 30
//! days after the end of the invoice's month; `PREPAID` is due at once.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate};
use pricing::Amount;
use sea_orm::DeriveValueType;

use crate::{Instant, Unreadable};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// When an invoice is due, and what paying early earns. Stored as the code it was read from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Terms {
    code: String,
    rule: Rule,
}

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    days: u32,
    from_end_of_month: bool,
    prepaid: bool,
    /// Hundredths of a percent, and the days within which they are given.
    discount: Option<(i64, u32)>,
}

impl FromStr for Terms {
    type Err = Unreadable;

    fn from_str(code: &str) -> Result<Self, Unreadable> {
        let rule = Rule::parse(code).ok_or_else(|| Unreadable::new(code, "a code of payment terms"))?;
        Ok(Self { code: code.to_owned(), rule })
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

impl Rule {
    /// Of payment before shipment.
    const PREPAID: Self = Self { days: 0, from_end_of_month: false, prepaid: true, discount: None };

    fn parse(code: &str) -> Option<Self> {
        let net = |text: &str| text.strip_prefix("NET").and_then(days);
        let plain = Self { days: 0, from_end_of_month: false, prepaid: false, discount: None };
        if code == "PREPAID" {
            return Some(Self::PREPAID);
        }
        if let Some(days) = net(code) {
            return Some(Self { days, ..plain });
        }
        if let Some(days) = code.strip_prefix("EOM").and_then(days) {
            return Some(Self { days, from_end_of_month: true, ..plain });
        }
        let mut parts = code.splitn(3, '-');
        let percent = parts.next().and_then(hundredths)?;
        let within = parts.next().and_then(days)?;
        let days = parts.next().and_then(net)?;
        (within <= days).then_some(Self { days, discount: Some((percent, within)), ..plain })
    }
}

impl Terms {
    /// The terms of what is paid before it leaves.
    pub fn of_prepayment() -> Self {
        Self { code: "PREPAID".to_owned(), rule: Rule::PREPAID }
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether the order is paid before it leaves.
    pub fn prepaid(&self) -> bool {
        self.rule.prepaid
    }

    /// When an invoice of `issued` is due.
    pub fn due(&self, issued: Instant) -> Instant {
        if !self.rule.from_end_of_month {
            return Instant(issued.0.saturating_add(i64::from(self.rule.days) * DAY));
        }
        let date = DateTime::from_timestamp_micros(issued.0).unwrap_or_default().date_naive();
        let end = NaiveDate::from_ymd_opt(date.year(), date.month(), 1)
            .and_then(|first| first.checked_add_months(Months::new(1)))
            .and_then(|next| next.checked_sub_days(Days::new(1)))
            .and_then(|last| last.checked_add_days(Days::new(u64::from(self.rule.days))));
        end.and_then(|d| d.and_hms_opt(23, 59, 59)).map_or(issued, |d| Instant(d.and_utc().timestamp_micros()))
    }

    /// Until when which part of `total` is taken off for paying early; the amount is rounded to the currency's minor unit.
    pub fn early(&self, issued: Instant, total: Amount, currency: pricing::Currency) -> Option<(Instant, Amount)> {
        let (hundredths, within) = self.rule.discount?;
        let exact = i128::from(total.micros()) * i128::from(hundredths) / 10_000;
        let off = Amount::from_micros(i64::try_from(exact).ok()?).round_to_minor(currency).ok()?;
        Some((Instant(issued.0.saturating_add(i64::from(within) * DAY)), off))
    }
}

fn days(text: &str) -> Option<u32> {
    text.parse().ok().filter(|days| *days <= 365 && text.len() <= 3)
}

/// Hundredths of a percent of a text such as `2` or `1.5`.
fn hundredths(text: &str) -> Option<i64> {
    let amount: Amount = text.parse().ok()?;
    let hundredths = amount.micros() / 10_000;
    ((1..10_000).contains(&hundredths) && amount.micros() % 10_000 == 0).then_some(hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_columns::{read, round_trips};

    fn at(text: &str) -> Instant {
        Instant(DateTime::parse_from_rfc3339(text).map(|d| d.timestamp_micros()).unwrap_or_default())
    }

    #[test]
    fn due_dates_follow_from_the_code() {
        let issued = at("2026-01-31T10:00:00Z");
        let due = |code: &str| code.parse::<Terms>().map(|t| t.due(issued));
        assert_eq!(due("NET30"), Ok(at("2026-03-02T10:00:00Z")));
        assert_eq!(due("EOM15"), Ok(at("2026-02-15T23:59:59Z")));
        assert_eq!(due("PREPAID"), Ok(issued));
        for code in ["", "NET", "NET999", "30", "5-NET30", "2-40-NET30", "200-1-NET30", "EOM"] {
            assert!(code.parse::<Terms>().is_err(), "{code}");
        }
    }

    #[test]
    fn paying_early_takes_off_the_percentage() {
        let terms = "1.5-10-NET30".parse::<Terms>().ok();
        let currency = "EUR".parse().ok();
        let early = terms.zip(currency).and_then(|(t, c)| t.early(Instant(0), Amount::from_micros(100_330_000), c));
        assert_eq!(early, Some((Instant(10 * DAY), Amount::from_micros(1_500_000))));
    }

    #[test]
    fn terms_are_stored_as_their_code() {
        for code in ["NET30", "NET030", "1.50-10-NET30", "EOM15", Terms::of_prepayment().code()] {
            round_trips::<Terms>(code);
        }
        assert_eq!(read::<Terms>("PREPAID"), Ok(Terms::of_prepayment()));
    }

    #[test]
    fn a_stored_text_that_is_no_code_of_terms_is_named() {
        assert_eq!(read::<Terms>("soon"), Err("\"soon\" is not a code of payment terms".to_owned()));
    }
}
