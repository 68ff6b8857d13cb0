//! The currency a basket is in: as its caller names it, and held against that of what it is named beside.

use pricing::Currency;

use kernel::field_code::FieldCode;
use kernel::problem::CommonError;

/// Reads the currency a caller names.
pub fn currency(code: &str) -> Result<Currency, CommonError> {
    let unknown =
        || CommonError::invalid("/currency", FieldCode::UnknownCurrency, format!("\"{code}\" is not an ISO 4217 currency"));
    code.parse().map_err(|_| unknown())
}

/// Refuses a currency that is named beside something which has another one.
pub fn same_currency(named: Option<Currency>, own: Currency, what: &str) -> Result<(), CommonError> {
    if named.is_none_or(|named| named == own) {
        return Ok(());
    }
    Err(CommonError::invalid("/currency", FieldCode::CurrencyDiffers, format!("the {what} is in {own}")))
}
