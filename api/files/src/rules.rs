//! Which rows of a foreign file are meant: `[[keep]]` and `[[skip]]` of a mapping.
//!
//! A pattern is literal text with `#` for a digit, `@` for a capital letter A to Z, `?` for any
//! character and `*` for any run of them; a backslash takes the next character literally.
//! Promise: a row is skipped for a reason the mapping names, never silently; a number test on what
//! is no number is a problem of the row. Not here: validation (`rows`).

use std::sync::Arc;

use serde::Deserialize;

use super::decimal::parse_millionths;
use super::reader::Record;
use super::rejection::Problem;
use super::transform::lookup;
use super::value::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    column: String,
    matches: Option<OneOrMany>,
    is: Option<OneOrMany>,
    above: Option<String>,
    below: Option<String>,
    filled: Option<bool>,
    reason: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct RowRule {
    pub(super) column: String,
    test: Test,
    /// Skip rows that pass (true) or rows that fail the test (false).
    skip_when: bool,
    reason: Arc<str>,
}

#[derive(Debug, Clone)]
enum Test {
    Matches(Vec<Pattern>),
    Is(Vec<String>),
    Above(i64),
    Below(i64),
    Filled(bool),
}

impl RowRule {
    pub(super) fn compile(table: RuleTable, skip_when: bool) -> Result<Self, String> {
        let number = |text: &String| parse_millionths(text).map_err(|e| format!("\"{text}\" is {e}"));
        let tests = [
            table.matches.map(|p| Test::Matches(p.into_vec().iter().map(|t| Pattern::compile(t)).collect())),
            table.is.map(|texts| Test::Is(texts.into_vec())),
            table.above.as_ref().map(number).transpose()?.map(Test::Above),
            table.below.as_ref().map(number).transpose()?.map(Test::Below),
            table.filled.map(Test::Filled),
        ];
        let mut tests = tests.into_iter().flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            return Err("a rule needs exactly one of matches, is, above, below, filled".to_owned());
        };
        let reason = match table.reason {
            Some(reason) => reason.into(),
            None => format!("{} by {}", if skip_when { "skipped" } else { "not kept" }, table.column).into(),
        };
        Ok(Self { column: table.column, test, skip_when, reason })
    }

    /// The reason to skip the record, if it is to be skipped.
    pub(super) fn skips(&self, record: &Record) -> Result<Option<Arc<str>>, Problem> {
        let text = lookup(record, &self.column).and_then(Value::as_text).unwrap_or_default();
        let number = || parse_millionths(&text).map_err(|e| Problem::new(e.code(), &self.column, e.to_string(), &text));
        let passes = match &self.test {
            Test::Matches(patterns) => patterns.iter().any(|p| p.matches(&text)),
            Test::Is(texts) => texts.iter().any(|t| *t == text),
            Test::Above(limit) => number()? > *limit,
            Test::Below(limit) => number()? < *limit,
            Test::Filled(wanted) => text.is_empty() != *wanted,
        };
        Ok((passes == self.skip_when).then(|| Arc::clone(&self.reason)))
    }
}

#[derive(Debug, Clone)]
struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    Digit,
    Capital,
    Any,
    Run,
}

impl Pattern {
    fn compile(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '#' => Part::Digit,
                '@' => Part::Capital,
                '?' => Part::Any,
                '*' => Part::Run,
                '\\' => Part::Literal(chars.next().unwrap_or('\\')),
                other => Part::Literal(other),
            });
        }
        Self(parts)
    }

    fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let (mut part, mut at) = (0, 0);
        // Where to go on from when the text after the last run does not fit: one more character
        // goes into the run.
        let mut retry: Option<(usize, usize)> = None;
        while at < chars.len() || part < self.0.len() {
            match self.0.get(part) {
                Some(Part::Run) => {
                    retry = Some((part, at + 1));
                    part += 1;
                }
                Some(single) if chars.get(at).is_some_and(|c| single.fits(*c)) => {
                    part += 1;
                    at += 1;
                }
                _ => match retry {
                    Some((run, next)) if next <= chars.len() => {
                        part = run;
                        at = next;
                    }
                    _ => return false,
                },
            }
        }
        true
    }
}

impl Part {
    fn fits(self, c: char) -> bool {
        match self {
            Self::Literal(literal) => c == literal,
            Self::Digit => c.is_ascii_digit(),
            Self::Capital => c.is_ascii_uppercase(),
            Self::Any => true,
            Self::Run => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("#####", "85048", true),
            ("#####", "85048A", false),
            ("#####@@", "79323PW", true),
            ("C*", "C489449", true),
            ("C*", "489449", false),
            ("*-*-X", "a-b-c-X", true),
            ("*-*-X", "a-b-c-Y", false),
            ("a?c", "abc", true),
            ("\\#1", "#1", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(Pattern::compile(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn matching_any_text_ends(pattern in r"[a*?#@\\]{0,12}", text in "[a1A]{0,30}") {
            let _ = Pattern::compile(&pattern).matches(&text);
            prop_assert!(Pattern::compile("*").matches(&text));
        }
    }
}
