//! Asking again: other quantities, notes or prices hoped for. The offer so far is put aside.

use std::collections::HashSet;

use entity::{Quantity, quote_lines, quotes};

use super::close::not_final;
use super::error::QuoteError;
use super::events::QuoteRequested;
use super::input::{AskAgainInput, AskAgainLineInput, Target};
use super::line_prices::{self, is_declined};
use super::offer::Desk;
use super::queries::lines_of;
use super::request::Priced;
use super::request::save;
use super::request::save_lines;
use catalog::CatalogView;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::Text;
use store::database::Tx;

/// Where lines are told of that a request does not name.
const QUOTE_LINES: &str = "/quote/lines";

/// Asks again for a quote locked by the caller: a new round begins.
pub(super) async fn ask_again(
    tx: &Tx,
    desk: &Desk<'_>,
    mut quote: quotes::Model,
    input: AskAgainInput,
) -> Result<Priced, QuoteError> {
    not_final(&quote, tx)?;
    let mut lines = lines_of(tx, quote.id).await?;
    let catalog_view = desk.products.view_for(Some(quote.account_id));
    apply(&Shelf { products: desk.products, catalog_view: &catalog_view }, &quote, &mut lines, input.lines)?;
    if let Some(note) = input.note {
        quote.note = Text::into_inner(note);
    }
    quote.round += 1;
    quote.requested_at = tx.now();
    quote.declined_at = None;
    quote.reason = String::new();
    let basket = line_prices::today(tx, desk, &quote, &lines, &catalog_view).await?;
    line_prices::note_asked(&mut lines, &basket);
    quote.price_version = basket.version;
    save_lines(tx, &lines).await?;
    save(tx, &mut quote).await?;
    tx.record(&QuoteRequested((&quote).into()));
    Ok(Priced { quote, lines, basket })
}

/// Changes lines as asked, all or none. What was declined stays as it was, unless another quantity of it is asked for; every
/// other line must be one that can be ordered.
fn apply(
    shelf: &Shelf<'_>,
    quote: &quotes::Model,
    lines: &mut [quote_lines::Model],
    changes: Vec<AskAgainLineInput>,
) -> Result<(), QuoteError> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let mut pointers: Vec<Option<String>> =
        lines.iter().map(|line| (!is_declined(quote, line)).then(|| pointer_of(line))).collect();
    for (index, change) in changes.into_iter().enumerate() {
        let (number, pointer, asked) = (change.line, format!("/lines/{index}"), change.quantity.is_some());
        match find(lines, number, &pointer, &mut seen) {
            Ok(line) => problems.extend(change_line(line, change, &pointer).err()),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        }
        if let Some(place) = place_of(lines, number).filter(|place| asked || pointers[*place].is_some()) {
            pointers[place] = Some(pointer);
        }
    }
    for (line, pointer) in lines.iter_mut().zip(pointers) {
        let checked = pointer.map(|pointer| shelf.check(line, line.quantity, &pointer));
        problems.extend(checked.and_then(Result::err));
    }
    if problems.is_empty() { Ok(()) } else { Err(QuoteError::Lines(problems)) }
}

fn change_line(line: &mut quote_lines::Model, change: AskAgainLineInput, pointer: &str) -> Result<(), FieldError> {
    if let Some(quantity) = change.quantity {
        line.quantity = quantity.0.into();
    }
    // A basis alone is one for the price that is there.
    let standing = line.target_unit_price.filter(|_| change.target_per.is_some()).map(Into::into);
    if let Some(target) = Target::read(pointer, change.target_unit_price.or(standing), change.target_per)? {
        line.target_unit_price = Some(target.unit_price.into());
        line.target_per = Some(target.per.into());
    }
    if let Some(note) = change.note {
        line.note = note.into_inner();
    }
    Ok(())
}

/// Where a line is told of that a request does not name.
pub(super) fn pointer_of(line: &quote_lines::Model) -> String {
    format!("{QUOTE_LINES}/{}", line.line_no)
}

/// The place of the line of a number.
pub(super) fn place_of(lines: &[quote_lines::Model], number: i32) -> Option<usize> {
    lines.binary_search_by_key(&number, |line| line.line_no).ok()
}

/// The line of a number, which may be named once.
pub(super) fn find<'a>(
    lines: &'a mut [quote_lines::Model],
    number: i32,
    pointer: &str,
    seen: &mut HashSet<i32>,
) -> Result<&'a mut quote_lines::Model, FieldError> {
    let wrong = |code, detail: String| FieldError::new(format!("{pointer}/line"), code, detail);
    if !seen.insert(number) {
        return Err(wrong(FieldCode::Duplicate, format!("line {number} must be named only once")));
    }
    let line = place_of(lines, number).and_then(|place| lines.get_mut(place));
    line.ok_or_else(|| wrong(FieldCode::UnknownQuoteLine, format!("the quote has no line {number}")))
}

/// What an account may order.
pub(super) struct Shelf<'a> {
    pub(super) products: &'a Products,
    pub(super) catalog_view: &'a CatalogView,
}

impl Shelf<'_> {
    /// Checks that a quantity of a line may be ordered, and notes in the line what its unit is now.
    pub(super) fn check(&self, line: &mut quote_lines::Model, quantity: Quantity, pointer: &str) -> Result<(), FieldError> {
        let wrong = |field: &str, code: FieldCode, detail: String| FieldError::new(format!("{pointer}/{field}"), code, detail);
        let named = if pointer.starts_with(QUOTE_LINES) { "sku" } else { "line" };
        let product = self.products.by_id(line.product_id).filter(|product| self.catalog_view.can_see(product));
        let product = product
            .ok_or_else(|| wrong(named, FieldCode::UnknownProduct, "the product no longer exists; remove the line".to_owned()))?;
        if !product.is_orderable() {
            return Err(wrong(named, FieldCode::NotOrderable, "the product is no longer sold; remove the line".to_owned()));
        }
        let unknown = || {
            wrong("unit", FieldCode::UnknownUnit, "the product is no longer sold in this unit; ask for a new quote".to_owned())
        };
        let unit = line.unit.0;
        let factor = product.factor_of(unit).ok_or_else(unknown)?;
        product.check_quantity(unit, quantity.into()).map_err(|problem| problem.under(pointer))?;
        (line.numerator, line.denominator) = (factor.numerator(), factor.denominator());
        Ok(())
    }
}
