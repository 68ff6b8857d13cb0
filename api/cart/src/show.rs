//! Views of carts for one caller.

use entity::carts;
use pricing::Amount;

use super::add_lines::CartWithNewLines;
use super::check_lines::LineProblem;
use super::error::CartError;
use super::priced_cart::PricedCart;
use super::views::{AddedLines, CartLineView, CartSummary, CartTotals, CartView};
use catalog::{CatalogView, Products};
use identity::Accounts;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Timestamp, Totals, TotalsParts};
use prices::PricedBasket;

/// Makes views of carts for one caller.
pub(super) struct CartViews<'a> {
    pub(super) accounts: &'a Accounts,
    pub(super) products: &'a Products,
    /// The products that the caller may see.
    pub(super) catalog_view: &'a CatalogView,
}

impl CartViews<'_> {
    /// A cart without its lines.
    pub(super) fn summary(&self, cart: &carts::Model) -> CartSummary {
        CartSummary {
            id: cart.id.to_string(),
            account: self.accounts.code_of(cart.account_id),
            name: cart.name.clone(),
            currency: cart.currency.to_string(),
            status: cart.status,
            line_count: cart.line_count,
            version: cart.version,
            created_at: Timestamp(cart.created_at),
            updated_at: Timestamp(cart.updated_at),
        }
    }

    /// A cart with its lines.
    pub(super) fn cart(&self, cart: &PricedCart) -> Result<CartView, CartError> {
        let lines = (0..cart.lines.len()).map(|index| self.line(cart, index, None)).collect();
        let totals = totals(&cart.basket, cart.row.currency.code())?;
        Ok(CartView { cart: self.summary(&cart.row), lines, totals, rejected: Vec::new() })
    }

    /// A new cart, and the lines that were not accepted.
    pub(super) fn created(&self, created: &CartWithNewLines, rejected: Vec<LineProblem>) -> Result<CartView, CartError> {
        let AddedLines { accepted, rejected, cart, totals } = self.added(created, rejected)?;
        Ok(CartView { cart, lines: accepted, totals, rejected })
    }

    /// The lines that were added to a cart, and those that were not accepted.
    pub(super) fn added(&self, added: &CartWithNewLines, rejected: Vec<LineProblem>) -> Result<AddedLines, CartError> {
        let cart = &added.cart;
        let accepted = added.new_lines().map(|(index, pointer)| self.line(cart, index, Some(pointer))).collect();
        let rejected = rejected.into_iter().map(Into::into).collect();
        let totals = totals(&cart.basket, cart.row.currency.code())?;
        Ok(AddedLines { accepted, rejected, cart: self.summary(&cart.row), totals })
    }

    /// The view of a line; `pointer` is its pointer in the request.
    fn line(&self, cart: &PricedCart, index: usize, pointer: Option<&str>) -> CartLineView {
        let line = &cart.lines[index];
        let product = self.products.by_id(line.product);
        let price = cart.basket.lines.get(index);
        let priced = price.and_then(|price| price.as_ref().ok());
        CartLineView {
            line: line.line,
            pointer: pointer.map(str::to_owned),
            sku: product.as_ref().map(|product| product.sku.to_string()).unwrap_or_default(),
            title: product
                .filter(|product| self.catalog_view.can_see(product))
                .map(|product| product.title.to_string())
                .unwrap_or_default(),
            quantity: line.quantity.into(),
            unit: line.unit.to_string(),
            note: line.note.to_string(),
            unit_price: priced.map(|price| AmountText(price.unit_price)),
            per: priced.map(|price| price.per.get()),
            line_amount: priced.map(|price| AmountText(price.line_amount)),
            price_source: priced.map(|price| price.source),
            price_problem: price.and_then(|price| price.as_ref().err()).map(|refusal| refusal.code()),
        }
    }
}

fn totals(basket: &PricedBasket, currency: &str) -> Result<CartTotals, CartError> {
    let priced = basket.lines.iter().flatten();
    let sums = Amount::checked_sum(priced.map(|line| line.line_amount))
        .and_then(|goods| Totals::new(goods, TotalsParts::default(), currency))
        .map_err(|_| CommonError::invalid("/lines", FieldCode::OutOfRange, "the total is out of range; order less at once"))?;
    Ok(CartTotals {
        lines: basket.lines.len(),
        unpriced: basket.lines.iter().filter(|line| line.is_err()).count(),
        sums,
        price_version: basket.version,
    })
}
