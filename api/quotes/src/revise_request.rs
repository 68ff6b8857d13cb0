//! Revising a quote request: new quantities, notes or target prices. The offer for the request before no longer applies.

use std::collections::HashSet;

use entity::{Quantity, quote_lines, quotes};
use pricing::Amount;

use super::close::refuse_final;
use super::error::QuoteError;
use super::events::QuoteRequested;
use super::line_prices::{self, is_declined};
use super::offer::QuoteContext;
use super::queries::lines_of;
use super::request::PricedQuote;
use super::request::save;
use super::request::save_lines;
use super::target_price::TargetPrice;
use catalog::CatalogView;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use store::database::Tx;

/// New quantities, notes and target prices of a quote. Fields that are none stay as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestRevision {
    pub(super) note: Option<String>,
    pub(super) lines: Vec<LineRevision>,
}

/// The changes of one line.
#[derive(Clone, Debug)]
pub(super) struct LineRevision {
    pub(super) line: i32,
    pub(super) quantity: Option<Quantity>,
    pub(super) note: Option<String>,
    pub(super) target_unit_price: Option<Amount>,
    pub(super) target_per: Option<u32>,
}

/// Pointer of the quote's lines, for errors of lines that are not in the request.
const QUOTE_LINES: &str = "/quote/lines";

/// Revises the request of a quote locked by the caller, which begins a new round.
pub(super) async fn revise_request(
    tx: &Tx,
    context: &QuoteContext<'_>,
    mut quote: quotes::Model,
    revision: RequestRevision,
) -> Result<PricedQuote, QuoteError> {
    refuse_final(&quote, tx)?;
    let mut lines = lines_of(tx, quote.id).await?;
    let catalog_view = context.products.view_for(Some(quote.account_id));
    apply(&OrderableProducts { products: context.products, catalog_view: &catalog_view }, &quote, &mut lines, revision.lines)?;
    if let Some(note) = revision.note {
        quote.note = note;
    }
    quote.round += 1;
    quote.requested_at = tx.now();
    quote.declined_at = None;
    quote.reason = String::new();
    let basket = line_prices::price_lines_today(tx, context, &quote, &lines, &catalog_view).await?;
    line_prices::record_requested_prices(&mut lines, &basket);
    quote.price_version = basket.version;
    save_lines(tx, &lines).await?;
    save(tx, &mut quote).await?;
    tx.record(&QuoteRequested((&quote).into()));
    Ok(PricedQuote { quote, lines, basket })
}

/// Applies changes to lines, all or none. A line that the last offer declined is not checked, unless the revision changes its
/// quantity; every other line must be orderable.
fn apply(
    orderable: &OrderableProducts<'_>,
    quote: &quotes::Model,
    lines: &mut [quote_lines::Model],
    changes: Vec<LineRevision>,
) -> Result<(), QuoteError> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let mut pointers: Vec<Option<String>> =
        lines.iter().map(|line| (!is_declined(quote, line)).then(|| pointer_of(line))).collect();
    for (index, change) in changes.into_iter().enumerate() {
        let (number, pointer, asked) = (change.line, format!("/lines/{index}"), change.quantity.is_some());
        match line_by_number(lines, number, &pointer, &mut seen) {
            Ok(line) => problems.extend(change_line(line, change, &pointer).err()),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        }
        if let Some(place) = line_index(lines, number).filter(|place| asked || pointers[*place].is_some()) {
            pointers[place] = Some(pointer);
        }
    }
    for (line, pointer) in lines.iter_mut().zip(pointers) {
        let checked = pointer.map(|pointer| orderable.check(line, line.quantity, &pointer));
        problems.extend(checked.and_then(Result::err));
    }
    if problems.is_empty() { Ok(()) } else { Err(QuoteError::Lines(problems)) }
}

fn change_line(line: &mut quote_lines::Model, change: LineRevision, pointer: &str) -> Result<(), FieldError> {
    if let Some(quantity) = change.quantity {
        line.quantity = quantity;
    }
    // A basis without a price applies to the target price that the line has.
    let previous = line.target_unit_price.filter(|_| change.target_per.is_some()).map(Into::into);
    if let Some(target) = TargetPrice::read(pointer, change.target_unit_price.or(previous), change.target_per)? {
        line.target_unit_price = Some(target.unit_price.into());
        line.target_per = Some(target.per.into());
    }
    if let Some(note) = change.note {
        line.note = note;
    }
    Ok(())
}

/// The pointer of a line that the request does not contain.
pub(super) fn pointer_of(line: &quote_lines::Model) -> String {
    format!("{QUOTE_LINES}/{}", line.line_no)
}

/// The index of the line with a number.
pub(super) fn line_index(lines: &[quote_lines::Model], number: i32) -> Option<usize> {
    lines.binary_search_by_key(&number, |line| line.line_no).ok()
}

/// The line with a number; a request must contain it at most once.
pub(super) fn line_by_number<'a>(
    lines: &'a mut [quote_lines::Model],
    number: i32,
    pointer: &str,
    seen: &mut HashSet<i32>,
) -> Result<&'a mut quote_lines::Model, FieldError> {
    let wrong = |code, detail: String| FieldError::new(format!("{pointer}/line"), code, detail);
    if !seen.insert(number) {
        return Err(wrong(FieldCode::Duplicate, format!("line {number} must be named only once")));
    }
    let line = line_index(lines, number).and_then(|place| lines.get_mut(place));
    line.ok_or_else(|| wrong(FieldCode::UnknownQuoteLine, format!("the quote has no line {number}")))
}

/// The products that an account may order.
pub(super) struct OrderableProducts<'a> {
    pub(super) products: &'a Products,
    pub(super) catalog_view: &'a CatalogView,
}

impl OrderableProducts<'_> {
    /// Checks that a quantity of a line can be ordered, and writes the current unit factor into the line.
    pub(super) fn check(&self, line: &mut quote_lines::Model, quantity: Quantity, pointer: &str) -> Result<(), FieldError> {
        let wrong = |field: &str, code: FieldCode, detail: String| FieldError::new(format!("{pointer}/{field}"), code, detail);
        let named = if pointer.starts_with(QUOTE_LINES) { "sku" } else { "line" };
        let product = self.products.by_id(line.product_id).filter(|product| self.catalog_view.can_see(product));
        let product = product.ok_or_else(|| {
            wrong(named, FieldCode::UnknownProduct, "the line must be of a product that exists; remove the line".to_owned())
        })?;
        if !product.is_orderable() {
            return Err(wrong(
                named,
                FieldCode::NotOrderable,
                "the line must be of a product that can be ordered; remove the line".to_owned(),
            ));
        }
        let unknown = || {
            wrong(
                "unit",
                FieldCode::UnknownUnit,
                "the unit must be one that the product is sold in; ask for a new quote".to_owned(),
            )
        };
        let unit = line.unit.0;
        let factor = product.factor_of(unit).ok_or_else(unknown)?;
        product.check_quantity(unit, quantity.into()).map_err(|problem| problem.under(pointer))?;
        (line.numerator, line.denominator) = (factor.numerator(), factor.denominator());
        Ok(())
    }
}
