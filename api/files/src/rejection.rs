//! Why a row, or a part of one, was not taken: a line number, a stable code, the field, a sentence
//! and the value.
//!
//! Promise: every text in here is bounded, so that a report of a million rejections can be
//! streamed.
//! Not here: writing the report (`report`), deciding what is wrong (`reader`, `transform`, `rows`).

/// Longest raw value kept, in characters; the rest is cut and marked with an ellipsis.
const RAW_LENGTH: usize = 120;

/// One reason against one row. A row may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Line of the file, after decompression, counted from 1; for spreadsheets the row.
    pub line: u64,
    pub problem: Problem,
}

/// What is wrong with one field, without saying where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable, in kebab case, such as `bad-number`.
    pub code: &'static str,
    /// Our name of the field, or the foreign column's where no field is known; may be empty.
    pub field: String,
    pub detail: String,
    /// The offending value, shortened.
    pub raw: String,
}

impl Problem {
    pub fn new(code: &'static str, field: &str, detail: impl Into<String>, raw: &str) -> Self {
        Self { code, field: shorten(field), detail: detail.into(), raw: shorten(raw) }
    }

    pub fn at(self, line: u64) -> Rejection {
        Rejection { line, problem: self }
    }
}

/// Cuts to 120 characters and replaces control characters, so that a report stays one line per
/// entry.
pub fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(RAW_LENGTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(RAW_LENGTH).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_are_short_and_on_one_line() {
        let problem = Problem::new("not-a-number", "quantity", "no", &"x\n".repeat(500));
        assert_eq!(problem.raw.chars().count(), 121);
        assert!(problem.raw.ends_with('…') && !problem.raw.contains('\n'));
    }
}
