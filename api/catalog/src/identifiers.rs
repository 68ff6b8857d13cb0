//! Names of products made comparable, and GTINs checked.
//!
//! Not here: finding products by them (`resolve`).

/// Numbers longer than this are compared by their beginning.
const LONGEST: usize = 64;

/// A part number made comparable: letters in upper case and digits, nothing else.
pub(crate) fn normalise(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(LONGEST).collect()
}

/// Like [`normalise`], but keeps a `.`, `,` or `/` between digits: `A-1/2` and `A12` are not the same thing.
pub(super) fn numeric_form(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    let kept = chars.iter().enumerate().filter(|(at, c)| {
        c.is_alphanumeric() || (matches!(c, '.' | ',' | '/') && digit(at.checked_sub(1)) && digit(Some(at + 1)))
    });
    kept.flat_map(|(_, c)| c.to_uppercase()).take(2 * LONGEST).collect()
}

/// Whether the text is a GTIN of 8, 12, 13 or 14 digits with a right check digit.
pub(crate) fn is_gtin(text: &str) -> bool {
    matches!(text.len(), 8 | 12 | 13 | 14) && text.bytes().all(|b| b.is_ascii_digit()) && check_digit_is_right(text)
}

fn check_digit_is_right(digits: &str) -> bool {
    let weighted = digits.bytes().rev().enumerate().map(|(at, b)| u32::from(b - b'0') * if at % 2 == 0 { 1 } else { 3 });
    weighted.sum::<u32>() % 10 == 0
}

/// The GTIN with leading zeros to 14 digits, in which the same number of any length is equal.
pub(crate) fn gtin_14(gtin: &str) -> String {
    format!("{gtin:0>14}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_case_do_not_matter() {
        for text in ["6204-2rs/c3", "6204 2RS C3", "62042RSC3", " 6204.2rs-C3 "] {
            assert_eq!(normalise(text), "62042RSC3");
        }
        assert_eq!(normalise("straße"), "STRASSE");
        assert_eq!(normalise("--/ "), "");
        assert_eq!(normalise(&"x".repeat(500)).len(), LONGEST);
    }

    #[test]
    fn separators_between_digits_matter_for_sureness() {
        assert_eq!(numeric_form("A-1/2"), "A1/2");
        assert_ne!(numeric_form("A-1/2"), numeric_form("A-12"));
        assert_eq!(numeric_form("AB-1-2"), numeric_form("ab12"));
        assert_eq!(numeric_form("1."), "1");
    }

    #[test]
    fn check_digits_are_verified() {
        for right in ["4006381333931", "036000291452", "96385074", "10614141000415"] {
            assert!(is_gtin(right), "{right}");
        }
        for wrong in ["4006381333932", "400638133393", "", "abcdefgh", "40063813339310", "４００６３８１３３３９３１"]
        {
            assert!(!is_gtin(wrong), "{wrong}");
        }
        assert_eq!(gtin_14("036000291452"), "00036000291452");
    }
}
