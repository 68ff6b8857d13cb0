//! Dates and instants in text to microseconds since 1970-01-01T00:00:00Z.
//!
//! Promise: impossible dates (30 February, hour 24) are refused. Text without an offset is UTC.
//! Not here: time zones by name, week dates, locale month names.

const MICROS_PER_SECOND: i64 = 1_000_000;

/// A compiled pattern of `%Y %m %d %H %M %S %f %z %y` and literal characters. `%f` is a fraction of
/// a second of one to nine digits (cut to microseconds), `%z` is `Z` or `+hh:mm`, `%y` is a year of
/// this century.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pieces: Vec<Piece>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Field(char),
    Literal(char),
}

#[derive(Debug, Clone, Default)]
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    offset_minutes: i64,
}

impl DateFormat {
    /// Refuses unknown `%` codes and patterns that do not name year, month and day, with the
    /// reason.
    pub fn compile(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                pieces.push(Piece::Literal(c));
                continue;
            }
            match chars.next() {
                Some('%') => pieces.push(Piece::Literal('%')),
                Some(field @ ('Y' | 'y' | 'm' | 'd' | 'H' | 'M' | 'S' | 'f' | 'z')) => {
                    pieces.push(Piece::Field(field));
                }
                other => {
                    return Err(format!("%{} is not known", other.map(String::from).unwrap_or_default()));
                }
            }
        }
        let has = |field| pieces.contains(&Piece::Field(field));
        if !(has('Y') || has('y')) || !has('m') || !has('d') {
            return Err("a date format needs year, month and day".to_owned());
        }
        Ok(Self { pieces, text: text.to_owned() })
    }

    /// `None` when the text does not follow the pattern or names an impossible date.
    pub fn parse(&self, text: &str) -> Option<i64> {
        let mut parts = Parts::default();
        let mut rest = text;
        for piece in &self.pieces {
            match *piece {
                Piece::Literal(c) => rest = rest.strip_prefix(c)?,
                Piece::Field(field) => rest = parts.take(field, rest)?,
            }
        }
        if rest.is_empty() { parts.micros() } else { None }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Reads `2026-11-21`, `2026-11-21T07:45`, `2026-11-21 07:45:30.25` and RFC 3339 with `Z` or an
/// offset.
pub fn parse_iso(text: &str) -> Option<i64> {
    let mut parts = Parts::default();
    let mut rest = text;
    for (i, field) in ['Y', 'm', 'd'].into_iter().enumerate() {
        if i > 0 {
            rest = rest.strip_prefix('-')?;
        }
        rest = parts.take(field, rest)?;
    }
    if rest.is_empty() {
        return parts.micros();
    }
    rest = rest.strip_prefix(['T', 't', ' '])?;
    rest = parts.take('H', rest)?;
    rest = parts.take('M', rest.strip_prefix(':')?)?;
    if let Some(seconds) = rest.strip_prefix(':') {
        rest = parts.take('S', seconds)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = parts.take('f', fraction)?;
        }
    }
    if !rest.is_empty() {
        rest = parts.take('z', rest)?;
    }
    if rest.is_empty() { parts.micros() } else { None }
}

impl Parts {
    fn take<'t>(&mut self, field: char, text: &'t str) -> Option<&'t str> {
        if field == 'z' {
            return self.take_offset(text);
        }
        if field == 'f' {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            if !(1..=9).contains(&length) {
                return None;
            }
            let (digits, rest) = text.split_at(length);
            self.micros = format!("{digits:0<6.6}").parse().ok()?;
            return Some(rest);
        }
        let (value, rest) = digits(text, if field == 'Y' { 4 } else { 2 })?;
        match field {
            'Y' => self.year = value,
            'y' => self.year = 2000 + value,
            'm' => self.month = value,
            'd' => self.day = value,
            'H' => self.hour = value,
            'M' => self.minute = value,
            _ => self.second = value,
        }
        Some(rest)
    }

    fn take_offset<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix(['Z', 'z']) {
            return Some(rest);
        }
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, rest) = digits(rest, 2)?;
        let (minutes, rest) = digits(rest.strip_prefix(':').unwrap_or(rest), 2)?;
        if hours > 14 || minutes > 59 {
            return None;
        }
        self.offset_minutes = sign * (hours * 60 + minutes);
        Some(rest)
    }

    fn micros(&self) -> Option<i64> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days_in_month = match self.month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let possible = (1000..=9999).contains(&self.year)
            && (1..=days_in_month).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60;
        if !possible {
            return None;
        }
        let minutes =
            (days_from_epoch(self.year, self.month, self.day) * 24 + self.hour) * 60 + self.minute - self.offset_minutes;
        Some((minutes * 60 + self.second) * MICROS_PER_SECOND + self.micros)
    }
}

fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(count)?;
    if !head.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, rest))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, counted in years that begin in March.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn iso_text_is_read() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2009-12-01T07:45", Some(1_259_653_500_000_000)),
            ("2009-12-01 07:45:00", Some(1_259_653_500_000_000)),
            ("2009-12-01T08:45:00.25+01:00", Some(1_259_653_500_250_000)),
            ("2000-02-29T00:00Z", Some(951_782_400_000_000)),
            ("1900-02-29", None),
            ("2026-02-30", None),
            ("2026-13-01", None),
            ("2026-01-01T24:00", None),
            ("2026-1-1", None),
            ("21.11.2026", None),
            ("2026-01-01T10:00 ", None),
            ("", None),
        ] {
            assert_eq!(parse_iso(text), expected, "{text}");
        }
    }

    #[test]
    fn foreign_formats_are_followed() {
        let german = DateFormat::compile("%d.%m.%Y %H:%M").expect("a good format");
        assert_eq!(german.parse("01.12.2009 07:45"), Some(1_259_653_500_000_000));
        assert_eq!(german.parse("01.12.2009"), None);
        let compact = DateFormat::compile("%y%m%d").expect("a good format");
        assert_eq!(compact.parse("700101"), parse_iso("2070-01-01"));
        assert!(DateFormat::compile("%d.%m").is_err());
        assert!(DateFormat::compile("%Y-%m-%d %Q").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".*", format in ".*") {
            let _ = parse_iso(&text);
            if let Ok(format) = DateFormat::compile(&format) {
                let _ = format.parse(&text);
            }
        }
    }
}
