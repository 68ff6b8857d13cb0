//! What is left of a line after a change or a cancellation: nothing, or a quantity that could be ordered.

use catalog::Products;
use entity::{Quantity, order_lines};
use kernel::problem::FieldError;

/// Fails when `left` of a line is a quantity that could not be ordered: a fraction of what is sold whole, below the minimum or off the
/// multiple. `pointer` is the line's place in the request. A product that is not sold in the line's unit any more has no rules for it.
pub(super) fn check_remaining(
    products: &Products,
    line: &order_lines::Model,
    left: Quantity,
    pointer: &str,
) -> Result<(), FieldError> {
    let Some(product) = products.by_id(line.product_id) else { return Ok(()) };
    let same_unit = product
        .factor_of(line.unit.0)
        .is_some_and(|factor| factor.numerator() == line.numerator && factor.denominator() == line.denominator);
    if left.0 == 0 || !same_unit {
        return Ok(());
    }
    product.check_quantity(line.unit.0, left.into()).map_err(|refusal| {
        let detail = format!("{} of line {} would be left: {}", pricing::Quantity::from(left), line.line_no, refusal.detail);
        FieldError { detail, ..refusal }.under(pointer)
    })
}
