//! Checks of what is sent that prices are asked for with.

use pricing::Currency;

use kernel::field_code::FieldCode;
use kernel::problem::FieldError;

/// The currency of a code, or what is wrong with the field that gives it.
pub fn read_currency(pointer: &str, code: &str) -> Result<Currency, FieldError> {
    let unknown = |_| {
        FieldError::new(pointer, FieldCode::UnknownCurrency, format!("\"{}\" must be a currency code of ISO 4217", excerpt(code)))
    };
    code.parse().map_err(unknown)
}

/// The beginning of a text, to be named in a problem.
pub fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
