//! The currency given in a request, which must be that of the cart or quote that the request is for.

use pricing::Currency;

use kernel::field_code::FieldCode;
use kernel::problem::CommonError;

/// Reads a currency code.
pub fn currency(code: &str) -> Result<Currency, CommonError> {
    let unknown = || {
        CommonError::invalid("/currency", FieldCode::UnknownCurrency, format!("\"{code}\" must be a currency code of ISO 4217"))
    };
    code.parse().map_err(|_| unknown())
}

/// Fails when a currency is given that is not the currency of the cart or quote.
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
