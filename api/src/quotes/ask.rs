//! Asking again: other quantities, notes or prices hoped for. The offer so far is put aside.

use std::collections::HashSet;

use entity::{quote_lines, quotes};

use super::close::not_final;
use super::error::QuoteError;
use super::input::{AskAgainInput, AskAgainLineInput, Target};
use super::prices;
use super::queries::lines_of;
use super::request::{Priced, record, save, save_lines};
use crate::catalog::Products;
use crate::contracts::Prices;
use crate::kernel::database::Tx;
use crate::kernel::problem::FieldProblem;
use crate::kernel::wire::Text;

/// Asks again for a quote locked by the caller: a new round begins.
pub(super) async fn ask_again(
    tx: &Tx,
    products: &Products,
    all: &Prices,
    mut quote: quotes::Model,
    input: AskAgainInput,
) -> Result<Priced, QuoteError> {
    not_final(&quote, tx)?;
    let mut lines = lines_of(tx, quote.id).await?;
    apply(products, &mut lines, input.lines)?;
    if let Some(note) = input.note {
        quote.note = Text::into_inner(note);
    }
    quote.round += 1;
    quote.requested_at = tx.now();
    quote.declined_at = None;
    quote.reason = String::new();
    let basket = prices::today(tx, all, &quote, &lines).await?;
    prices::note_asked(&mut lines, &basket);
    quote.price_version = basket.version;
    save_lines(tx, &lines).await?;
    save(tx, &mut quote).await?;
    record(tx, "quote.requested", &quote);
    Ok(Priced { quote, lines, basket })
}

/// Changes lines as asked, all or none.
fn apply(products: &Products, lines: &mut [quote_lines::Model], changes: Vec<AskAgainLineInput>) -> Result<(), QuoteError> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    for (index, change) in changes.into_iter().enumerate() {
        let pointer = format!("/lines/{index}");
        let done = find(lines, change.line, &pointer, &mut seen).and_then(|line| {
            if let Some(quantity) = change.quantity {
                check_quantity(products, line, quantity.0, &pointer)?;
                line.quantity = quantity.0.into();
            }
            if let Some(target) = Target::read(&pointer, change.target_unit_price, change.target_per)? {
                line.target_unit_price = Some(target.unit_price.into());
                line.target_per = Some(i64::from(target.per.get()));
            }
            if let Some(note) = change.note {
                line.note = note.into_inner();
            }
            Ok(())
        });
        problems.extend(done.err());
    }
    if problems.is_empty() { Ok(()) } else { Err(QuoteError::Lines(problems)) }
}

/// The line of a number, which may be named once.
pub(super) fn find<'a>(
    lines: &'a mut [quote_lines::Model],
    number: i32,
    pointer: &str,
    seen: &mut HashSet<i32>,
) -> Result<&'a mut quote_lines::Model, FieldProblem> {
    let wrong = |code, detail: String| FieldProblem::new(format!("{pointer}/line"), code, detail);
    if !seen.insert(number) {
        return Err(wrong("duplicate-line", format!("line {number} is named twice")));
    }
    let place = lines.binary_search_by_key(&number, |line| line.line_no).ok();
    let line = place.and_then(|place| lines.get_mut(place));
    line.ok_or_else(|| wrong("quote-line-not-found", format!("the quote has no line {number}")))
}

/// Whether a quantity of a line may be ordered.
pub(super) fn check_quantity(
    products: &Products,
    line: &quote_lines::Model,
    quantity: pricing::Quantity,
    pointer: &str,
) -> Result<(), FieldProblem> {
    let wrong = |field: &str, code: &str, detail: String| FieldProblem::new(format!("{pointer}/{field}"), code, detail);
    let product = products.by_id(line.product_id).filter(|product| product.is_orderable());
    let product = product.ok_or_else(|| wrong("line", "not-orderable", "the product is no longer sold".to_owned()))?;
    let unit = line.unit.parse().map_err(|_| wrong("line", "unknown-unit", "the unit is no longer known".to_owned()))?;
    product.check_quantity(unit, quantity).map_err(|problem| wrong("quantity", problem.code, problem.detail))
}
