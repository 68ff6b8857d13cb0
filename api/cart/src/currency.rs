//! The currency that a caller names for a basket, which must be that of the cart or quote that the basket is made of.

use pricing::Currency;

use kernel::field_code::FieldCode;
use kernel::problem::CommonError;

/// Reads the currency a caller names.
pub fn currency(code: &str) -> Result<Currency, CommonError> {
    let unknown = || {
        CommonError::invalid("/currency", FieldCode::UnknownCurrency, format!("\"{code}\" must be a currency code of ISO 4217"))
    };
    code.parse().map_err(|_| unknown())
}

/// Refuses a named currency when the cart or quote that it is named with has another one.
pub fn same_currency(named: Option<Currency>, own: Currency, what: &str) -> Result<(), CommonError> {
    if named.is_none_or(|named| named == own) {
        return Ok(());
    }
    Err(CommonError::invalid(
        "/currency",
        FieldCode::CurrencyDiffers,
        format!("the currency must be {own}, as that of the {what}"),
    ))
}
