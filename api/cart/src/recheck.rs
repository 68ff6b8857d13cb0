//! Checking stored lines again: their products and order rules may have changed since they were stored.

use entity::AccountId;
use pricing::Quantity;

use super::check_lines::CheckedLine;
use super::lines::CartLine;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;

/// Checks the stored lines of an account. A line that can be ordered keeps its position as `index`; for the others an error says
/// why not, with a pointer of `base` and the line number.
pub fn recheck_lines(
    products: &Products,
    account: AccountId,
    base: &str,
    lines: &[CartLine],
) -> (Vec<CheckedLine>, Vec<FieldError>) {
    let catalog_view = products.view_for(Some(account));
    let (mut good, mut bad) = (Vec::with_capacity(lines.len()), Vec::new());
    for (index, line) in lines.iter().enumerate() {
        let pointer = format!("{base}/{}", line.line);
        let mut refuse = |field: &str, code: FieldCode, detail: String| {
            bad.push(FieldError::new(format!("{pointer}/{field}"), code, detail));
        };
        let Some(product) = products.by_id(line.product).filter(|product| catalog_view.can_see(product)) else {
            refuse("sku", FieldCode::UnknownProduct, "the line must be of a product that exists; remove the line".to_owned());
            continue;
        };
        if !product.is_orderable() {
            refuse(
                "sku",
                FieldCode::NotOrderable,
                format!("{} cannot be ordered: it is {}", product.sku, product.lifecycle.word()),
            );
            continue;
        }
        let quantity: Quantity = line.quantity.into();
        if let Err(problem) = product.check_quantity(line.unit, quantity) {
            bad.push(problem.under(&pointer));
            continue;
        }
        let note = line.note.to_string();
        good.push(CheckedLine { index, pointer, product, unit: line.unit, quantity, note });
    }
    (good, bad)
}
