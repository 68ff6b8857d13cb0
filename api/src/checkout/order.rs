//! Making an order of a cart or of lines.

use std::sync::Arc;

use entity::{AccountStatus, PaymentMethod, carts, sites};
use pricing::{Currency, Per, Quantity};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::drift::{Expectation, Tolerance};
use super::error::CheckoutError;
use super::views::{OrderInput, OrderLineInput, Partial, ShipTo};
use crate::cart::{self, AskedLine, Carts, CheckedLine, check_lines};
use crate::catalog::Products;
use crate::contracts::{PricedBasket, Prices};
use crate::identity::{Account, Accounts, IdentityError};
use crate::inventory::{Board, Prefer};
use crate::kernel::database::{Reader, Tx};
use crate::kernel::problem::{FieldProblem, Trouble};
use crate::kernel::terms::Terms;
use crate::kernel::wire::{Code, Text};
use crate::orders::{self, Destination, NewLine, NewOrder, OrderView, RejectedLine};
use crate::storefront::SearchIndex;

/// What the checkout works with.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) accounts: Accounts,
    pub(crate) products: Products,
    pub(crate) prices: Prices,
    pub(crate) board: Board,
    pub(crate) carts: Carts,
    pub(crate) index: SearchIndex,
}

/// An order as far as it can be prepared before its transaction begins.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) account: Arc<Account>,
    pub(super) currency: Currency,
    pub(super) ship_to: Destination,
    cart: Option<String>,
    pub(super) lines: Vec<CheckedLine>,
    /// Expectations and references by place of the line in the request.
    pub(super) extras: Vec<Extra>,
    pub(super) problems: Vec<FieldProblem>,
    pub(super) input: OrderInput,
}

/// What a line of a direct order carries besides product and quantity.
#[derive(Clone, Debug, Default)]
pub(super) struct Extra {
    pub(super) expectation: Option<Expectation>,
    pub(super) reference: String,
}

impl Checkout {
    /// Reads and checks everything that needs no lock.
    pub(super) async fn prepare(
        &self,
        db: &Reader,
        account: Arc<Account>,
        mut input: OrderInput,
    ) -> Result<Prepared, CheckoutError> {
        if account.status != AccountStatus::Active {
            return Err(IdentityError::AccountBlocked(account.code.clone()).into());
        }
        if input.purchase_order_number.trim().is_empty() {
            let detail = "an order needs the number of the customer's purchase order";
            return Err(Trouble::invalid("/purchase_order_number", "missing", detail).into());
        }
        let ship_to = destination(db, &account, input.ship_to.take()).await?;
        let currency = currency(input.currency.as_deref().unwrap_or(&account.currency))?;
        let mut prepared = Prepared {
            account,
            currency,
            ship_to,
            cart: input.cart_id.take().map(Text::into_inner),
            lines: Vec::new(),
            extras: Vec::new(),
            problems: Vec::new(),
            input,
        };
        match (&prepared.cart, prepared.input.lines.take()) {
            (None, Some(lines)) => self.check_direct(db, &mut prepared, lines).await?,
            (Some(_), None) => {}
            _ => return Err(CheckoutError::CartOrLines),
        }
        Ok(prepared)
    }

    async fn check_direct(&self, db: &Reader, prepared: &mut Prepared, lines: Vec<OrderLineInput>) -> Result<(), CheckoutError> {
        let mut asked = Vec::with_capacity(lines.len());
        let mut malformed = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let tolerance = match line.tolerance.as_deref().map(|text| (text, Tolerance::parse(text))) {
                None => Tolerance::Amount(pricing::Amount::default()),
                Some((_, Some(tolerance))) => tolerance,
                Some((text, None)) => {
                    let pointer = format!("/lines/{index}/tolerance");
                    let detail = format!("\"{text}\" is neither an amount nor a percentage");
                    malformed.push(FieldProblem::new(pointer, "tolerance-malformed", detail));
                    continue;
                }
            };
            let per = line.expected_per.map(Per::new);
            if per == Some(None) {
                let pointer = format!("/lines/{index}/expected_per");
                malformed.push(FieldProblem::new(pointer, "out-of-range", "a price is for at least 1 unit"));
                continue;
            }
            let expectation = line.expected_unit_price.map(|price| Expectation {
                unit_price: price.0,
                per: per.flatten(),
                tolerance,
                otherwise: line.on_price_drift,
            });
            prepared.extras.push(Extra { expectation, reference: line.reference.into_inner() });
            asked.push(AskedLine {
                pointer: format!("/lines/{index}"),
                sku: line.sku.map(Text::into_inner),
                identifier: line.identifier.map(Text::into_inner),
                quantity: Ok(line.quantity.0),
                unit: line.unit.map(Text::into_inner),
                note: line.note.into_inner(),
            });
        }
        if !malformed.is_empty() {
            return Err(Trouble::Invalid(malformed).into());
        }
        let (good, bad) = check_lines(db, &self.products, &self.index, Some(prepared.account.id), asked).await?;
        prepared.lines = good;
        prepared.problems = bad.into_iter().map(|p| FieldProblem::new(p.pointer, &p.code, p.detail)).collect();
        Ok(())
    }

    /// Prices and places the order. The view is as the order stands when the transaction is kept.
    pub(super) async fn place(&self, tx: &Tx, mut prepared: Prepared) -> Result<OrderView, CheckoutError> {
        let cart = match &prepared.cart {
            Some(id) => Some(cart::lock_open(tx, id, Some(prepared.account.id)).await?),
            None => None,
        };
        if let Some(cart) = &cart {
            prepared.currency = currency(&cart.currency)?;
            self.take_cart(tx, cart, &mut prepared).await?;
        }
        self.prices.lock_version(tx).await?;
        let coupons: Vec<String> = prepared.input.coupons.iter().map(|c| c.to_string()).collect();
        if let Some(cart) = &cart {
            self.expect_seen(tx, cart, &mut prepared, &coupons).await?;
        }
        let settled = self.settle(tx, &mut prepared, &coupons).await?;
        let problems = std::mem::take(&mut prepared.problems);
        let expectations = settled.expectations;
        let mut warnings = settled.warnings;
        let new = new_order(tx, prepared, &settled.basket, coupons, settled.lines);
        let mut reserved = orders::reserve(tx, new).await?;
        if reserved.has_dropped() {
            self.settle_again(tx, &mut reserved, &expectations, &mut warnings).await?;
        }
        let mut placed = orders::place(tx, &self.board, reserved).await?;
        placed.rejected.extend(problems.into_iter().map(|problem| RejectedLine { problem }));
        if let Some(cart) = &cart {
            cart::mark_ordered(tx, cart).await?;
        }
        let mut view = OrderView::new(placed, &self.accounts, &self.board)?;
        view.warnings = warnings;
        Ok(view)
    }

    /// The lines of a cart, checked again: products may have changed since they were added.
    async fn take_cart(&self, tx: &Tx, cart: &carts::Model, prepared: &mut Prepared) -> Result<(), CheckoutError> {
        let lines = self.carts.lines(tx, cart.id, cart.version).await?;
        let sight = self.products.sight(Some(prepared.account.id));
        for (index, line) in lines.iter().enumerate() {
            let pointer = format!("/cart/lines/{}", line.line);
            let mut refuse = |field: &str, code: &str, detail: String| {
                prepared.problems.push(FieldProblem::new(format!("{pointer}/{field}"), code, detail));
            };
            let Some(product) = self.products.by_id(line.product).filter(|product| sight.shows(product)) else {
                refuse("sku", "unknown-product", "the product no longer exists".to_owned());
                continue;
            };
            if !product.is_orderable() {
                refuse("sku", "not-orderable", format!("{} is {}", product.sku, product.lifecycle.word()));
                continue;
            }
            let quantity: Quantity = line.quantity.into();
            if let Err(problem) = product.check_quantity(line.unit, quantity) {
                refuse("quantity", problem.code, problem.detail);
                continue;
            }
            let note = line.note.to_string();
            prepared.lines.push(CheckedLine { index, pointer, product, unit: line.unit, quantity, note });
        }
        Ok(())
    }
}

fn prefer(ship_to: &Destination) -> Prefer {
    Prefer { warehouse: None, country: Some(ship_to.country.clone()) }
}

fn currency(code: &str) -> Result<Currency, Trouble> {
    let detail = || Trouble::invalid("/currency", "unknown-currency", format!("\"{code}\" is not an ISO 4217 currency"));
    code.parse().map_err(|_| detail())
}

fn new_order(tx: &Tx, prepared: Prepared, basket: &PricedBasket, coupons: Vec<String>, lines: Vec<NewLine>) -> NewOrder {
    let prepaid = Terms::parse(&prepared.account.terms).is_some_and(Terms::prepaid);
    let usual = if prepaid { PaymentMethod::Prepaid } else { PaymentMethod::Terms };
    let input = prepared.input;
    NewOrder {
        placed_by: tx.actor().label.to_string(),
        purchase_order_number: input.purchase_order_number.into_inner(),
        currency: prepared.currency,
        payment_method: match input.payment {
            // An account whose terms are prepayment cannot choose to pay later.
            Some(payment) if !prepaid => payment.method,
            _ => usual,
        },
        terms: prepared.account.terms.clone(),
        prefer: prefer(&prepared.ship_to),
        ship_to: prepared.ship_to,
        note: input.note.into_inner(),
        external_reference: input.external_reference.map(Text::into_inner),
        coupons,
        price_version: basket.version,
        priced_at: basket.at,
        priced_as_of: basket.as_of,
        ordered_before: basket.ordered.clone(),
        requested_at: input.requested_at.map(|t| t.0),
        lines,
        partial: input.partial == Partial::Accept,
        account: prepared.account,
    }
}

/// Where the order goes: the address given, the site named, or the account's default site.
async fn destination(
    db: &impl ConnectionTrait,
    account: &Account,
    ship_to: Option<ShipTo>,
) -> Result<Destination, CheckoutError> {
    let (site, address) = ship_to.map_or((None, None), |s| (s.site, s.address));
    let own = sites::Entity::find().filter(sites::Column::AccountId.eq(account.id));
    let row = match (site, address) {
        (None, Some(address)) => return Ok(address.into()),
        (Some(_), Some(_)) => {
            return Err(Trouble::invalid("/ship_to", "site-and-address", "give a site or an address, not both").into());
        }
        (Some(code), None) => {
            let code = Code::into_inner(code);
            let row = own.filter(sites::Column::Code.eq(&code)).one(db).await?;
            row.ok_or(CheckoutError::UnknownSite(code))?
        }
        (None, None) => own.filter(sites::Column::IsDefault.eq(true)).one(db).await?.ok_or(CheckoutError::NoDestination)?,
    };
    Ok(Destination {
        site: Some(row.code),
        name: row.name,
        line1: row.line1,
        line2: row.line2,
        city: row.city,
        region: row.region,
        postal_code: row.postal_code,
        country: row.country,
    })
}
